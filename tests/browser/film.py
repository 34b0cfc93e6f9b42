"""Film the first scene for README, from question to cure: ``python -m tests.browser.film``."""

import io
import sys
import time
from collections.abc import Iterator

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import ChromiumNotFoundError, find_or_install
from tests.browser.dashboard import CHROMIUM_FLAGS, ROOT, running_dashboard, wait_until_idle
from tests.browser.player import Player

OUTPUT = ROOT / "docs" / "explosion.webp"
SIZE = (1400, 900)  # CSS pixels
WIDTH = 1000  # of the film
LARGEST = 3_000_000  # bytes
PICTURE_SECONDS = 0.12  # at least that between two
TRAINING_SECONDS = 60.0

Shot = tuple[Image.Image, int]  # a picture, and how long it is shown in milliseconds


def shots(page: Page, seconds: float) -> Iterator[Shot]:
    """Take pictures for some seconds, each shown as long as it took to the next."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        picture = take(page)
        rest = PICTURE_SECONDS - (time.monotonic() - begun)
        page.wait_for_timeout(max(0.0, 1000 * rest))
        yield picture, round(1000 * (time.monotonic() - begun))


def take(page: Page) -> Image.Image:
    """Return what is seen, in the size of the film."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return picture.resize((WIDTH, round(WIDTH * SIZE[1] / SIZE[0])), Image.Resampling.LANCZOS)


def hold(page: Page, seconds: float) -> Iterator[Shot]:
    """Take one picture that is shown for some seconds."""
    yield take(page), round(1000 * seconds)


def scene(page: Page) -> Iterator[Shot]:
    """Play the first scene: question, explosion, verdict, cure."""
    player = Player(page)
    wait_until_idle(page, timeout=120)
    yield from hold(page, 2.5)
    page.get_by_role("button", name="It dies: nothing moves any more").click()
    player.wait_for_key("trained")
    yield from shots(page, 4)
    best = page.locator(".st-key-best_cure").get_by_role("button").first
    expect(best).to_be_visible(timeout=1000 * TRAINING_SECONDS)
    yield from hold(page, 2.5)
    best.click()
    expect(player.root).to_have_attribute("data-lanes", "many", timeout=1000 * TRAINING_SECONDS)
    wait_until_idle(page, timeout=TRAINING_SECONDS)
    player.button("Jump to the start").click()
    player.choose_speed("2×")
    player.button("Play").click()
    yield from shots(page, 8)
    yield from hold(page, 3)


def main() -> int:
    """Film, and save where the film is small enough for README."""
    try:
        executable = find_or_install()
    except ChromiumNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with running_dashboard() as dashboard, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.goto(f"{dashboard.url}/Exploding_gradients")
        pictures, durations = zip(*scene(page), strict=True)
        browser.close()
    film = io.BytesIO()
    first, *others = pictures
    first.save(
        film,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=list(durations),
        loop=0,
        quality=70,
        method=4,
    )
    if film.tell() > LARGEST:
        sys.stderr.write(f"The film has {film.tell():,} bytes; at most {LARGEST:,} fit.\n")
        return 1
    OUTPUT.write_bytes(film.getvalue())
    sys.stdout.write(f"Saved {OUTPUT}: {len(pictures)} pictures, {film.tell():,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
