"""Take README's picture of the real dashboard: ``python -m tests.browser.screenshot``."""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import ChromiumNotFoundError, find_or_install
from tests.browser.dashboard import (
    CHROMIUM_FLAGS,
    ROOT,
    running_dashboard,
    wait_until,
    wait_until_idle,
)
from tests.browser.player import Player


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; the defaults make README's first picture."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshot", description=__doc__)
    parser.add_argument("--path", default="/", help="page and query of the dashboard")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "train.png")
    parser.add_argument("--width", type=int, default=1400, help="CSS pixels")
    parser.add_argument("--height", type=int, default=1000, help="CSS pixels")
    parser.add_argument("--scale", type=float, default=1.5, help="image pixels a CSS pixel")
    parser.add_argument("--color-scheme", choices=["light", "dark"], default="light")
    parser.add_argument("--step", type=int, default=1000, help="let it play to this step; 0: none")
    parser.add_argument("--wait-for", metavar="TEXT", help="what is on the screen once it is whole")
    return parser.parse_args(arguments)


def take(options: argparse.Namespace, executable: str) -> None:
    """Open the page as a visitor does, let it play, and save what is seen."""
    with running_dashboard() as dashboard, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        page = browser.new_page(
            viewport={"width": options.width, "height": options.height},
            device_scale_factor=options.scale,
            color_scheme=options.color_scheme,
        )
        page.goto(f"{dashboard.url}/{options.path.removeprefix('/')}")
        wait_until_idle(page, timeout=120)  # on a fresh machine numba compiles first
        if options.wait_for:
            page.get_by_text(options.wait_for).first.wait_for(timeout=120_000)
            wait_until_idle(page, timeout=120)
        if options.step:
            player = Player(page)
            wait_until(page, lambda: player.step >= options.step, f"step {options.step}")
        options.output.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=options.output)
        browser.close()


def main() -> int:
    """Take one picture."""
    options = parse()
    try:
        take(options, find_or_install())
    except ChromiumNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Saved {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
