"""Find a Chromium that starts, or install one: ``python -m tests.browser.chromium``.

Looked at in this order: the environment variable CHROMIUM, the usual names on PATH, the usual
places of macOS and Windows, and the browser that Playwright downloads for itself.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

NAMES = (
    "chromium-headless-shell",  # opens no window of its own, which is a fifth of a test's work
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
PLACES = {
    "Darwin": (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "Windows": (
        "%ProgramFiles%/Google/Chrome/Application/chrome.exe",
        "%ProgramFiles(x86)%/Google/Chrome/Application/chrome.exe",
        "%LocalAppData%/Google/Chrome/Application/chrome.exe",
        "%LocalAppData%/Chromium/Application/chrome.exe",
        "%ProgramFiles(x86)%/Microsoft/Edge/Application/msedge.exe",
    ),
}
# Debian's packages; the second for who has none of the first yet.
DEBIAN_PACKAGES = (
    ("chromium-headless-shell", "chromium-sandbox", "fonts-liberation"),
    ("chromium", "chromium-sandbox", "fonts-liberation"),
)
REMEDY = (
    "No Chromium was found, and none could be installed. Install Chromium or Google Chrome, or "
    "name one that you have: CHROMIUM=/path/to/chromium make test"
)
# Playwright's API must not be started twice in one process, and a test may be running in this one.
ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright:\n"
    "    print(playwright.chromium.executable_path)"
)


class ChromiumNotFoundError(RuntimeError):
    """No Chromium starts here; the message says what to do."""


def find() -> str | None:
    """Path of the first Chromium that starts, or None."""
    return next((path for path in candidates() if starts(path)), None)


def find_or_install() -> str:
    """Path of a Chromium that starts, installed if need be; ChromiumNotFoundError if none does."""
    if path := find():
        return path
    for name, install in installers().items():
        print(f"No Chromium found: trying {name}", flush=True)
        if install() and (path := find()):
            return path
    raise ChromiumNotFoundError(REMEDY)


def candidates() -> Iterator[str]:
    """Executables that may be a Chromium, best first."""
    if named := os.environ.get("CHROMIUM"):
        if not (path := shutil.which(named)):
            raise ChromiumNotFoundError(f"CHROMIUM={named} is no program that can be started.")
        yield path
        return
    yield from filter(None, map(shutil.which, NAMES))
    places = PLACES.get(platform.system(), ())
    yield from (place for place in map(os.path.expandvars, places) if Path(place).is_file())
    if path := playwright_download():
        yield path


def starts(path: str) -> bool:
    """Whether it runs at all: a name on PATH may be a stub that only asks to be installed."""
    if platform.system() == "Windows":
        return True  # chrome.exe has no --version there, it would open a window
    try:
        run = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return run.returncode == 0 and any(word in run.stdout for word in ("Chrom", "Edge"))


def playwright_download() -> str | None:
    """The browser that Playwright downloaded earlier, if it did."""
    try:
        run = subprocess.run(
            [sys.executable, "-c", ASK_PLAYWRIGHT],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    path = run.stdout.strip()
    return path if path and Path(path).is_file() else None


def installers() -> dict[str, Callable[[], bool]]:
    """Ways to install one, the likeliest first.

    Who is root on Debian is most often in a container, where its own package is quickest. Everyone
    else gets Playwright's download first: it changes nothing outside the home folder. (Ubuntu's
    package is only a stub for a snap.)
    """
    by_apt = {"apt-get install chromium": install_with_apt}
    by_playwright = {"playwright install chromium": install_with_playwright}
    if not shutil.which("apt-get"):
        return by_playwright
    return by_apt | by_playwright if is_root() and is_debian() else by_playwright | by_apt


def is_root() -> bool:
    """Whether this process may install for everyone."""
    return sys.platform != "win32" and os.geteuid() == 0


def is_debian() -> bool:
    """Whether this is Debian itself."""
    try:
        return platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False


def install_with_apt() -> bool:
    """Install Debian's package; sudo only if it asks for no password."""
    sudo = [] if is_root() else ["sudo", "-n"]
    options = ["-o", "Acquire::http::Timeout=30", "-o", "DPkg::Lock::Timeout=120"]
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *options]
    return succeeds([*apt, "update"], timeout=180) and any(
        succeeds([*apt, "install", "-y", "--no-install-recommends", *packages], timeout=600)
        for packages in DEBIAN_PACKAGES
    )


def install_with_playwright() -> bool:
    """Let Playwright download its own build into the home folder."""
    return succeeds([sys.executable, "-m", "playwright", "install", "chromium"], timeout=600)


def succeeds(command: list[str], *, timeout: float) -> bool:
    """Run a command, its output shown, for at most `timeout` seconds."""
    try:
        run = subprocess.run(command, timeout=timeout, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return False
    return run.returncode == 0


def main() -> int:
    """Print which Chromium the tests will use."""
    try:
        print(f"Chromium for the browser tests: {find_or_install()}")
    except ChromiumNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
