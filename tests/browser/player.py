"""The live player as a visitor has it before them: what it shows, and what can be pressed."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.dashboard import PATIENCE, wait_until, wait_until_idle

# On a machine that does other things too, drawing in software takes its time.
# How many pictures a second the page draws, counted over one and a half.
FRAME_RATE = """() => new Promise((tell) => {
  let [pictures, start] = [0, null];
  const count = (now) => {
    start ??= now;
    if (now - start >= 1500) return tell((1000 * pictures) / (now - start));
    pictures += 1;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
})"""
# Letters on a canvas are drawn anew once their font has arrived: two pictures later they stand.
LETTERS_DRAWN = """() => document.fonts.ready.then(() => new Promise((tell) =>
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(tell)))))"""
_SOME_STEP = re.compile(r"^Step [\d,]+$")


class Player:
    """The player of a page; waits until it has drawn."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".player")
        self.map = self.root.locator(".map-box canvas")
        self.readout = self.root.locator(".readout-step")
        expect(self.readout).to_have_text(_SOME_STEP, timeout=PATIENCE)
        page.evaluate(LETTERS_DRAWN)

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    @property
    def frame(self) -> int:
        return int(self.root.get_attribute("data-frame") or -1)

    @property
    def step(self) -> int:
        return int(self.readout.inner_text().removeprefix("Step ").replace(",", ""))

    @property
    def last_frame(self) -> int:
        return int(self.evaluate("player => player.timeline.last"))

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """Call a function of the player's object, as a curious person could in the console."""
        return self.root.evaluate(
            f"(root, argument) => ({function})(root.player, argument)", argument
        )

    def choose_speed(self, speed: str) -> None:
        self.root.get_by_role("combobox", name="Speed").select_option(speed)

    def press_more(self, name: str) -> None:
        """Press what is used seldom: it stands behind the button "More"."""
        self.button("More").click()
        self.button(name).click()
        self.page.keyboard.press("Escape")

    def branch(self) -> None:
        """Ask for the dialog of a branch; an Escape might come after it, and close it."""
        self.button("More").click()
        self.button("Branch from here").click()

    def event(self, kind: str) -> Locator:
        """The mark of an event on the time line, with what opens from it."""
        return self.root.locator(f".event[data-kind={kind}]").first

    def pause(self) -> None:
        """Be paused, whether it played or not."""
        button = self.button("Pause").or_(self.button("Play"))
        if button.get_attribute("aria-label") == "Pause":
            button.click()
        expect(self.button("Play")).to_be_visible()

    def jump_to_end(self) -> None:
        self.button("Jump to the end").click()
        expect(self.button("Play")).to_be_visible()

    def wait_for_frame(self, least: int) -> None:
        wait_until(self.page, lambda: self.frame >= least, f"frame {least}")

    def wait_for_key(self, part: str) -> None:
        """Wait until the run shown is the one of these settings."""
        wait_until(self.page, lambda: part in (self.root.get_attribute("data-key") or ""), part)

    def pictures(self) -> list[str]:
        """Return what is drawn on every canvas, whatever else the page shows of it."""
        drawn: list[str] = self.root.locator("canvas").evaluate_all(
            "canvases => canvases.map((canvas) => canvas.toDataURL())"
        )
        return drawn

    def settle(self) -> None:
        """Let the page follow what was chosen: a pause is reported after a moment."""
        self.page.wait_for_timeout(300)
        wait_until_idle(self.page)
