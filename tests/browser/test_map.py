"""The map as a person uses it: it sharpens, is zoomed into, and a pixel of it plays."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, swipe, wait_until_idle, wait_until_redrawn
from tests.browser.player import Player

QUICK = "/Map?size=64&steps=60"


def open_map(open_page: OpenPage, path: str = QUICK, **options: int) -> tuple[Page, Locator]:
    page = open_page(path, **options)
    wait_until_whole(page)
    return page, page.locator(".atlas canvas")


def box_of(part: Locator) -> tuple[float, float, float, float]:
    box = part.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def wait_until_whole(page: Page) -> None:
    expect(page.locator(".atlas")).to_have_attribute("data-state", "whole", timeout=2 * PATIENCE)
    wait_until_idle(page)


def test_a_map_is_zoomed_by_drag_and_wheel_left_by_one_click_and_kept_in_the_address(
    open_page: OpenPage,
) -> None:
    page, sheet = open_map(open_page)
    whole = sheet.screenshot()
    box = sheet.bounding_box()
    assert box is not None
    x, y = box["x"] + 0.5 * box["width"], box["y"] + 0.4 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y + 80, steps=3)
    page.mouse.up()
    expect(page.get_by_text("1 zoom deep")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile("zoom=0"))
    wait_until_whole(page)
    wait_until_redrawn(sheet, whole)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    expect(page.get_by_text("2 zooms deep")).to_be_visible(timeout=PATIENCE)
    wait_until_whole(page)
    address = page.url
    page.get_by_role("button", name="Whole map").click()
    expect(page).not_to_have_url(re.compile("zoom="))
    page.goto(address)
    expect(page.get_by_text("2 zooms deep")).to_be_visible(timeout=PATIENCE)


def test_a_question_comes_before_the_map_that_answers_it(open_page: OpenPage) -> None:
    page = open_page("/Map?size=64")
    question = page.get_by_text("How much of what trains calmly also learns?")
    expect(question).to_be_visible()
    expect(page.locator(".atlas-legend")).not_to_contain_text("%")  # nothing is trained
    page.get_by_role("button", name="Less than a quarter").click()
    wait_until_whole(page)
    expect(page.get_by_text(re.compile("You said “Less than a quarter”"))).to_be_visible()
    expect(page.locator(".atlas-legend")).to_contain_text("%")
    page.goto(page.url)  # the link is to the map, not to the question
    wait_until_whole(page)


def pinch(page: Page, sheet: Locator, before: int, after: int) -> None:
    """Two fingers on the map, so far apart before and after; one leaves before the other."""
    box = sheet.bounding_box()
    assert box is not None
    x, y = box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"]
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *fingers: int, apart: float) -> None:
        places = [{"x": x + (i - 0.5) * apart, "y": y, "id": i} for i in fingers]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", 0, apart=before)
    touch("touchStart", 0, 1, apart=before)
    for k in range(1, 6):
        touch("touchMove", 0, 1, apart=before + (after - before) * k / 5)
    touch("touchEnd", 0, apart=after)
    touch("touchMove", 1, apart=after + 30)
    touch("touchEnd", apart=after)


def test_on_a_telephone_what_will_fill_is_seen_below_its_question(open_page: OpenPage) -> None:
    page = open_page("/Map", width=390, height=844)
    expect(page.get_by_role("button", name="Just show it")).to_be_in_viewport(ratio=1)
    expect(page.locator("canvas").first).to_be_in_viewport(ratio=1)


def test_two_fingers_zoom_in_where_they_are_and_out_again(open_page: OpenPage) -> None:
    page, sheet = open_map(open_page, width=390, has_touch=True)
    pinch(page, sheet, 60, 120)
    expect(page).to_have_url(re.compile("zoom="), timeout=PATIENCE)
    [text] = parse_qs(urlsplit(page.url).query)["zoom"]
    left, bottom, right, top = map(float, text.split(","))
    assert right - left == pytest.approx(0.5, abs=0.02)  # fingers twice as far apart
    assert top - bottom == pytest.approx(0.5, abs=0.02)
    wait_until_whole(page)
    expect(page.get_by_text("1 zoom deep")).to_be_visible()
    pinch(page, sheet, 120, 60)
    expect(page).not_to_have_url(re.compile("zoom="), timeout=PATIENCE)


def test_a_pixel_is_hovered_pressed_and_played(open_page: OpenPage) -> None:
    page, sheet = open_map(open_page)
    sheet.hover()
    note = page.locator(".atlas").get_by_role("tooltip")
    expect(note).to_contain_text(re.compile(r"Learning rate: 0\.\d+"))
    expect(note).to_contain_text("Last loss")
    sheet.click()
    expect(page).to_have_url(re.compile("pixel="), timeout=PATIENCE)
    player = Player(page)
    player.wait_for_key("learning_rate")
    page.get_by_role("button", name="Compare with its neighbour").click()
    expect(page).to_have_url(re.compile("/Compare"), timeout=PATIENCE)


def test_keys_alone_move_play_and_zoom_on_a_narrow_screen(open_page: OpenPage) -> None:
    page, sheet = open_map(open_page, width=390)
    sheet.focus()
    page.keyboard.press("ArrowRight")
    told = page.locator(".atlas-told")
    expect(told).to_contain_text("Scale of the first weights")
    before = told.text_content()
    page.keyboard.press("Shift+ArrowUp")
    expect(told).not_to_have_text(before or "")
    page.keyboard.press("+")
    expect(page.get_by_text("1 zoom deep")).to_be_visible(timeout=PATIENCE)
    wait_until_whole(page)
    sheet.focus()
    page.keyboard.press("-")
    expect(page.get_by_text("4,096 networks trained", exact=True)).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_telephone_a_swipe_over_the_map_scrolls_and_one_sideways_zooms(
    open_page: OpenPage,
) -> None:
    page, sheet = open_map(open_page, width=390, height=844, has_touch=True)
    main = page.get_by_test_id("stMain")
    for share in (0.05, 0.5):  # of the width: beside the map, and on it
        main.evaluate("e => e.scrollTo(0, 0)")
        x, y, width, height = box_of(sheet)
        swipe(page, (x + share * width, y + 0.7 * height), (4, -120))
        page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 60")
    assert "zoom" not in page.url
    x, y, width, height = box_of(sheet)
    swipe(page, (x + 0.4 * width, y + 0.5 * height), (90, 60))
    expect(page).to_have_url(re.compile("zoom="), timeout=PATIENCE)


def test_on_a_telephone_a_tapped_pixel_leads_to_its_run(open_page: OpenPage) -> None:
    page, sheet = open_map(open_page, width=390, height=844, has_touch=True)
    place = sheet.bounding_box()
    assert place is not None
    sheet.tap()
    link = page.get_by_role("link", name="See this run")
    expect(link).to_be_in_viewport(timeout=PATIENCE)
    assert sheet.bounding_box() == place
    heading = page.get_by_role("heading", name="The run of this pixel")
    expect(heading).not_to_be_in_viewport()
    link.tap()
    expect(heading).to_be_in_viewport(timeout=PATIENCE)
