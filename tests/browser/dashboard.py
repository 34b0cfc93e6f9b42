"""The real dashboard in a process of its own, and the browser options to look at it with."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import is_root

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
PATIENCE = 30_000  # milliseconds
# No graphics card, text as wide with a window as without one, no first-run pages, and no connection
# to anywhere but the dashboard.
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--font-render-hinting=none",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
if is_root():
    CHROMIUM_FLAGS.append("--no-sandbox")  # Chromium's sandbox refuses to run as root


@dataclass(frozen=True)
class Dashboard:
    """A running dashboard: its address without a final slash, and the file it logs to."""

    url: str
    log_path: Path

    def log(self, start: int = 0) -> str:
        """What it has logged from byte `start` on."""
        with self.log_path.open("rb") as file:
            file.seek(start)
            return file.read().decode("utf-8", errors="replace")

    def log_size(self) -> int:
        """How many bytes it has logged."""
        return self.log_path.stat().st_size


@contextmanager
def running_dashboard() -> Iterator[Dashboard]:
    """Start the dashboard on a free port, wait until it answers, and end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="dashboard-", ignore_cleanup_errors=True) as folder:
        dashboard = Dashboard(f"http://127.0.0.1:{free_port()}", Path(folder) / "log.txt")
        with dashboard.log_path.open("wb") as log:
            process = subprocess.Popen(
                server_command(dashboard.url),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until_healthy(process, dashboard)
            yield dashboard
        finally:
            end(process)


def server_command(url: str) -> list[str]:
    """The command that `make run` gives, on another port and without opening a browser."""
    port = url.rpartition(":")[2]
    options = ["--server.port", port, "--server.address", "127.0.0.1", "--server.headless", "true"]
    return [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until_healthy(process: subprocess.Popen[bytes], dashboard: Dashboard) -> None:
    """Return once the dashboard answers; RuntimeError with its log if it ends or is too late."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{dashboard.url}/_stcore/health", timeout=5) as answer:  # noqa: S310 (always http)
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    state = f"ended with status {process.poll()}" if process.poll() is not None else "is not ready"
    raise RuntimeError(
        f"The dashboard {state} within {START_SECONDS} s. Its log:\n{dashboard.log()}"
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End this one process, gently first."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)


def wait_until(page: Page, reached: Callable[[], bool], what: str) -> None:
    """Wait for what the browser's own waiting cannot express, such as a picture that changes."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not reached():
        assert time.monotonic() < deadline, f"never: {what}"
        page.wait_for_timeout(30)


def wait_until_redrawn(picture: Locator, before: bytes) -> None:
    """Wait until a picture looks another than on the screenshot."""

    def redrawn() -> bool:
        try:
            return picture.screenshot() != before
        except PlaywrightError:  # just being replaced
            return False

    wait_until(picture.page, redrawn, "another picture")


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list as a person does: a list that closes, as the page is drawn anew, is
    opened again.
    """
    box = page.get_by_test_id("stSelectbox").filter(has_text=label)
    entry = page.get_by_role("option", name=option, exact=True)

    def chosen() -> bool:
        try:
            if not entry.is_visible():
                box.get_by_role("button").last.click(timeout=3000)
            entry.click(timeout=3000)
        except PlaywrightError:
            return False
        return True

    wait_until(page, chosen, f"{option} chosen as {label}")
    wait_until_idle(page)


def open_curves(page: Page) -> Locator:
    """Open what Train folds away below its player; return the charts."""
    page.get_by_text("All curves of the whole run, and their table").click()
    charts = page.get_by_test_id("stMain").get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(5, timeout=PATIENCE)
    wait_until_idle(page)
    return charts


def wait_until_idle(page: Page, *, timeout: float = 30) -> None:
    """Wait until the script has run to its end and everything it sent is drawn."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=timeout * 1000)
    expect(page.locator('[data-stale="true"]')).to_have_count(0, timeout=timeout * 1000)


def swipe(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    """Put a finger down, move it in ten steps, and lift it."""
    session = page.context.new_cdp_session(page)
    for k in range(11):
        place = {"x": start[0] + by[0] * k / 10, "y": start[1] + by[1] * k / 10}
        kind = "touchMove" if k else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
        page.wait_for_timeout(16)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
