"""Fixtures of the browser tests: the real dashboard, a real Chromium, pages that tell on errors.

Everything of Playwright lives no longer than this package's tests: its synchronous interface keeps
an event loop running in the thread, which code of other tests must not find there.
"""

import functools
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from mlp.training.warm_up import warm_up
from tests.browser.chromium import find_or_install
from tests.browser.dashboard import CHROMIUM_FLAGS, Dashboard, running_dashboard, wait_until_idle

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# Console errors that are no fault of ours, each with its reason; matched against "text (address)".
ALLOWED_CONSOLE_ERRORS = (
    # Arriving at a sub-page, Streamlit looks for its server below that page first.
    re.compile(r"404 .*\(http://127\.0\.0\.1:\d+/[^/]+/_stcore/(health|host-config)\)"),
)
LOCAL = re.compile(r"(https?|wss?)://127\.0\.0\.1:\d+/|data:|blob:|about:")
OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that none runs where no browser is wanted."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the dashboard logged during a test that failed, and save what was on screen."""
    report = yield
    dashboard = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(dashboard, Dashboard) and dashboard.log_path.exists():
        report.sections.append(("dashboard's log", dashboard.log()[-10_000:]))
    if report.failed and call.when == "call" and (watch := item.stash.get(WATCH, None)):
        report.sections.append(("saved pictures", "\n".join(watch.save_pictures(item.name))))
    return report


@pytest.fixture(scope="session")
def server() -> Iterator[Dashboard]:
    """The real dashboard, one a test process, with nothing left to compile for its visitors."""
    for _ in warm_up():
        pass
    with running_dashboard() as dashboard:
        yield dashboard


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One real Chromium a test process."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_or_install(), args=CHROMIUM_FLAGS, timeout=60_000
        )
        yield chromium
        chromium.close()


WindowsOf = Callable[[float, bool], BrowserContext]


@pytest.fixture(scope="package")
def context(browser: Browser, server: Dashboard) -> WindowsOf:
    """A window's pixels a point, and whether it is touched -> what all such windows share.

    The dashboard's code, which is fetched and compiled once: a third of what opening a page costs.
    What the dashboard itself keeps in the browser goes with the page.
    """

    @functools.cache
    def context(device_scale_factor: float, has_touch: bool) -> BrowserContext:
        return browser.new_context(
            base_url=server.url,
            device_scale_factor=device_scale_factor,
            has_touch=has_touch,
            accept_downloads=True,
        )

    return context


@dataclass
class Watch:
    """The pages that a test opened, and everything that went wrong in them."""

    pages: list[Page] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, page: Page) -> None:
        """Listen to a page from before its first request."""
        self.pages.append(page)
        page.on("console", self.on_console)
        page.on(
            "pageerror", lambda error: self.errors.append(f"page error: {error.stack or error}")
        )
        page.on("request", lambda request: self.on_address(request.url))
        page.on("websocket", lambda websocket: self.on_address(websocket.url))

    def on_console(self, message: ConsoleMessage) -> None:
        text = f"{message.text} ({message.location['url']})"
        if message.type == "error" and not any(p.search(text) for p in ALLOWED_CONSOLE_ERRORS):
            self.errors.append(f"console error: {text}")

    def on_address(self, url: str) -> None:
        """The dashboard must work without the internet, and tell nobody about its visitors."""
        if not LOCAL.match(url):
            self.errors.append(f"request that leaves this computer: {url}")

    def save_pictures(self, name: str) -> list[str]:
        folder = ROOT / "test-results"
        folder.mkdir(exist_ok=True)
        paths = []
        for number, page in enumerate(page for page in self.pages if not page.is_closed()):
            path = folder / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)}-{number}.png"
            page.screenshot(path=path, timeout=10_000)
            paths.append(str(path))
        return paths


WATCH = pytest.StashKey[Watch]()


def leave(page: Page) -> None:
    """Close a page, so that the next visitor finds nothing of this one."""
    if not page.is_closed():
        page.evaluate("localStorage.clear()")
        page.context.clear_cookies()
        page.context.clear_permissions()
        page.close()


@pytest.fixture
def watch(request: pytest.FixtureRequest, server: Dashboard) -> Iterator[Watch]:
    """Fails the test at its end if a page, its console or the dashboard reported an error.

    A test that provokes an error on purpose takes this fixture and empties ``watch.errors``.
    """
    start = server.log_size()
    watch = request.node.stash[WATCH] = Watch()
    yield watch
    for page in watch.pages:
        leave(page)
    if "Uncaught app execution" in (log := server.log(start)):
        watch.errors.append(f"the dashboard raised:\n{log}")
    assert not watch.errors, "\n".join(watch.errors)


@pytest.fixture
def open_page(context: WindowsOf, watch: Watch) -> OpenPage:
    """Open the dashboard as a new visitor.

    ``open_page("/?hidden=50", width=390, color_scheme="dark")``; every call is another visitor.
    Nothing plays by itself, as a page that plays takes a core of its own: a test about motion asks
    for ``reduced_motion="no-preference"``. ``script`` runs before the page's own.
    """

    def open_page(
        path: str = "/",
        *,
        width: int = 1400,
        height: int = 1000,
        color_scheme: Literal["light", "dark"] = "light",
        reduced_motion: Literal["reduce", "no-preference"] = "reduce",
        device_scale_factor: float = 1,
        has_touch: bool = False,
        script: str = "",
        wait: bool = True,
    ) -> Page:
        page = context(device_scale_factor, has_touch).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        if script:
            page.add_init_script(script)
        watch.add(page)
        page.goto(path)
        if wait:
            wait_until_idle(page)
        return page

    return open_page


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The dashboard's first screen, as a visitor with a wide, light window sees it; at rest."""
    return open_page()


@pytest.fixture
def playing_page(open_page: OpenPage) -> Page:
    """The same, playing since it arrived."""
    return open_page(reduced_motion="no-preference")
