"""How many pictures a second the players draw, in a real Chromium that draws in software."""

from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import find_or_install
from tests.browser.dashboard import CHROMIUM_FLAGS, running_dashboard, wait_until_idle
from tests.browser.player import FRAME_RATE, Player

RUNS = ("fifty_neurons", "exploding_wide", "rescued_by_warmup", "rescued_by_clipping")
ROUNDS = 3


def _comparing(count: int) -> str:
    return "/Compare?" + "&".join(f"run={name}" for name in RUNS[:count])


# What is played, its address, and the fewest pictures a second wanted.
PLAYED = (
    ("One run of 50 neurons", "/?hidden=50", 55),
    ("Two runs of 50 neurons", _comparing(2), 50),
    ("Four runs of 50 neurons", _comparing(4), 30),
)


def frame_rates() -> Iterator[tuple[str, float, int]]:
    """Yield what is played, its median pictures a second over three seconds, and the target."""
    with sync_playwright() as playwright, running_dashboard() as dashboard:
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=CHROMIUM_FLAGS)
        for title, path, target in PLAYED:
            yield title, frame_rate(browser, dashboard.url + path), target
        browser.close()


def frame_rate(browser: Browser, address: str) -> float:
    """Return the median of some measurements while a page plays in a loop."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(address)
    player = Player(page)
    wait_until_idle(page, timeout=120)  # four runs are trained first
    player.press_more("Loop")
    rates = []
    for _ in range(ROUNDS):
        if player.button("Play").is_visible():  # a run that goes wrong stops where it began
            player.button("Play").click()
        rates.append(float(page.evaluate(FRAME_RATE)))
    page.close()
    return sorted(rates)[ROUNDS // 2]
