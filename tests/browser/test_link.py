"""The link carries the moment: who opens it sees the same frame, by address or as a QR code."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, wait_until_idle
from tests.browser.player import Player

SHORT = "steps=3000&frames=60"
CURED = "/Exploding_gradients?scene=dead_network&run=yes&cure=warm_up"
PATHS = [f"/?{SHORT}", CURED, "/Compare?run=hidden:4~steps:3000~frames:60&run=hidden:5~steps:3000"]


def copied(page: Page) -> str:
    """The address that the button copies."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied", exact=True)).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("path", PATHS)
def test_who_opens_the_link_sees_the_same_frame(open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    player = Player(page)
    if "cure" in path:
        expect(player.root).to_have_attribute("data-lanes", "many", timeout=PATIENCE)
    wait_until_idle(page)
    player.jump_to_end()
    for _ in range(3):
        player.button("One frame back").click()
    player.evaluate("p => p.chooseSwitch('map', 'classes')")
    player.settle()
    link = copied(page)
    assert re.search(rf"[?&]at={player.step}&play=no&map=classes$", link)

    there = Player(open_page(link))
    expect(there.readout).to_have_text(f"Step {player.step:,}", timeout=PATIENCE)
    expect(there.button("Play")).to_be_visible()
    assert there.evaluate("p => p.switches.map") == "classes"
    wait_until_idle(there.page)
    # The map's own pixels: the letters on it may be drawn before or after their font is there.
    seen = """p => p.stage.views.map(v => [v.frame, v.probe, v.drawn,
        v.map.pixels.reduce((sum, pixel) => (31 * sum + pixel) >>> 0, 7)])"""
    assert there.evaluate(seen) == player.evaluate(seen)


def test_a_link_copied_while_it_plays_plays(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}", reduced_motion="no-preference")
    player = Player(page)
    player.wait_for_frame(3)
    link = copied(page)
    assert "play=yes" in link
    there = Player(open_page(link, reduced_motion="no-preference"))
    start = int(re.findall(r"at=(\d+)", link)[0])
    expect(there.button("Pause")).to_be_visible()
    assert there.step >= start
    there.wait_for_frame(there.frame + 3)


def test_a_telephone_says_that_the_link_is_copied(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}", width=390, height=844, has_touch=True)
    Player(page)
    copied(page)
    said = page.get_by_text("Link copied", exact=True)
    expect(said).to_be_in_viewport(ratio=1)
    told, button = said.bounding_box(), page.get_by_role("button", name="Copy link").bounding_box()
    assert told is not None
    assert button is not None
    assert told["width"] > 60
    assert abs(told["y"] - button["y"] - button["height"]) < 20
    expect(said).to_have_count(0)


def test_other_settings_leave_the_moment_behind(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}&at=100&play=no")
    Player(page)
    page.get_by_role("button", name="10", exact=True).click()
    expect(page).to_have_url(re.compile("hidden=10"))
    assert "at=" not in page.url


def test_back_is_the_setting_before_however_soon_it_is_pressed(open_page: OpenPage) -> None:
    page = open_page(f"/?hidden=4&{SHORT}")
    player = Player(page)
    player.wait_for_key("'hidden': '4'")
    page.get_by_role("slider", name="Hidden neurons").focus()
    page.keyboard.press("ArrowRight")
    player.wait_for_key("'hidden': '5'")
    expect(page).to_have_url(re.compile("hidden=5"))
    page.go_back()
    player.wait_for_key("'hidden': '4'")
    expect(page).to_have_url(re.compile("hidden=4"))


def test_presenting_shows_the_link_as_a_qr_code_large_enough_for_the_last_row(
    open_page: OpenPage,
) -> None:
    page = open_page(f"/?{SHORT}&present=1", width=1400, height=900)
    player = Player(page)
    player.jump_to_end()
    player.settle()
    page.get_by_role("button", name="QR code").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=PATIENCE)
    told = dialog.get_by_test_id("stCode").last
    expect(told).to_contain_text("at=3000&play=no")
    expect(told).not_to_contain_text("present=1")
    box = dialog.locator("img, svg[class*=segno]").first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 600
    assert box["y"] + box["height"] <= 900
    below = dialog.get_by_text("Only this computer can open this address.")
    for text in (told, below):
        expect(text).to_be_in_viewport(ratio=1)
        assert box["y"] + box["height"] <= (text.bounding_box() or {"y": 0})["y"]
    command = page.get_by_text("make run")
    expect(command).to_be_hidden()
    dialog.get_by_text("How others can").click()
    expect(command).to_be_visible()
    page.keyboard.press("Escape")
    expect(command).to_be_hidden()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
