"""Bringing own points, as a visitor does: drawn with pointer and keys, pasted, and hostile."""

import re

from playwright.sync_api import Locator, Page, Position, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, swipe, wait_until, wait_until_idle
from tests.browser.player import Player

SCREEN = "/Own_data"


def open_drawing(open_page: OpenPage, **options: int) -> tuple[Page, Locator]:
    page = open_page(SCREEN, **options)
    page.get_by_text("Draw", exact=True).click()
    sheet = page.locator(".drawing canvas")
    expect(sheet).to_be_visible(timeout=PATIENCE)
    return page, sheet


def at(sheet: Locator, x: float, y: float) -> Position:
    """Where a place of the map is inside the canvas, in pixels."""
    box = sheet.bounding_box()
    assert box is not None
    return Position(x=(x / 3 + 1) * box["width"] / 2, y=(1 - y / 3) * box["height"] / 2)


def expect_counts(page: Page, zeros: int, ones: int) -> None:
    expect(page.locator(".drawing .count")).to_have_text(f"{zeros} of class 0, {ones} of class 1")


def test_points_are_drawn_moved_removed_undone_and_trained_on(open_page: OpenPage) -> None:
    page, sheet = open_drawing(open_page)
    for place in ((-2, -2), (2, 2), (0, 0)):
        sheet.click(position=at(sheet, *place))
    page.get_by_role("button", name="Class 1").click()
    for place in ((-2, 2), (2, -2)):
        sheet.click(position=at(sheet, *place))
    expect_counts(page, 3, 2)
    sheet.drag_to(sheet, source_position=at(sheet, -2, -2), target_position=at(sheet, -1, -1))
    expect_counts(page, 3, 2)
    expect(page.locator(".drawing .told")).to_have_text(
        re.compile(r"Point of class 0 at -(1|0\.99\d*|1\.00\d*), -(1|0\.99\d*|1\.00\d*)")
    )
    page.get_by_role("button", name="Undo").click()
    sheet.click(position=at(sheet, 0, 0))
    page.get_by_role("button", name="Remove point").click()
    expect_counts(page, 2, 2)
    page.get_by_role("button", name="Remove all").click()
    expect_counts(page, 0, 0)
    page.get_by_role("button", name="Undo").click()
    expect_counts(page, 2, 2)
    page.get_by_role("button", name="Train on these points").click()
    player = Player(page)
    player.wait_for_key("custom")
    expect(page.get_by_text(re.compile("of 4 training points are"))).to_be_visible(timeout=PATIENCE)
    expect(player.root.locator(".map-legend")).to_contain_text("class 0")
    wait_until_idle(page)
    expect(page).to_have_url(re.compile("data_id="))


def test_points_are_drawn_by_keyboard_alone(open_page: OpenPage) -> None:
    page, sheet = open_drawing(open_page, width=390)
    sheet.focus()
    for key in ("Enter", "ArrowRight", "1", "Enter", "ArrowUp", "Enter", "u"):
        page.keyboard.press(key)
    expect_counts(page, 1, 1)
    page.keyboard.press("n")
    page.keyboard.press("Delete")
    expect_counts(page, 0, 1)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_pasted_cells_keep_their_names_and_original_numbers(open_page: OpenPage) -> None:
    page = open_page(SCREEN)
    page.get_by_text("Paste cells").click()
    cells = page.get_by_label("Cells from a spreadsheet")
    rows = [f"{100 + i}\t{1000 + (i * 7) % 40}\t{('ill', 'well')[i % 2]}" for i in range(40)]
    cells.fill("\n".join(["age\tdose\tstate", *rows]))
    page.get_by_role("button", name="Train on these points").click()
    player = Player(page)
    player.wait_for_key("custom")
    expect(player.root.locator(".map-legend")).to_contain_text("ill")
    expect(player.root.locator(".probe")).to_contain_text(re.compile(r"Probe \(1\d\d\.\d+, 10\d\d"))
    player.map.hover()
    expect(player.root.get_by_role("tooltip")).to_contain_text(
        re.compile(r"age = 1\d\d.*dose = 10")
    )


def test_nothing_of_a_hostile_table_reaches_the_page_as_html(open_page: OpenPage) -> None:
    page = open_page(SCREEN)
    page.get_by_text("Paste cells").click()
    cells = page.get_by_label("Cells from a spreadsheet")
    evil = '<img src=x onerror="window.hacked=1">'
    rows = [f"{i};{(i * 3) % 7};{(evil, '$x^2$ **b**')[i % 2]}" for i in range(12)]
    cells.fill("\n".join([f"{evil};[a](javascript:alert(1));class", *rows]))
    cells.press("Control+Enter")
    expect(page.get_by_text("12 points")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Train on these points").click()
    player = Player(page)
    player.wait_for_key("custom")
    expect(player.root.locator(".map-legend")).to_contain_text("<img src=x")
    page.get_by_text("Right and wrong, class by class").click()
    wait_until_idle(page)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x]").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0


def test_a_finger_scrolls_over_the_sheet_taps_points_and_moves_them(open_page: OpenPage) -> None:
    page = open_page(SCREEN, width=390, height=844, has_touch=True)
    sheet = page.locator(".drawing canvas")
    page.get_by_role("link", name="Draw or bring your own points").click()
    expect(sheet).to_be_in_viewport(timeout=PATIENCE)
    top = "document.querySelector('[data-testid=stMain]').scrollTop"
    wait_until_idle(page)
    sheet.evaluate("sheet => sheet.scrollIntoView({ block: 'center' })")
    box = sheet.bounding_box()
    assert box is not None
    swipe(page, (box["x"] + 200, box["y"] + 60), (0, 200))
    y = box["y"]  # of the sheet, as what is above it may still change its height
    place_of = "sheet => sheet.getBoundingClientRect().y"
    wait_until(page, lambda: sheet.evaluate(place_of) > y + 100, "the page scrolled")
    expect_counts(page, 0, 0)
    sheet.evaluate("sheet => sheet.scrollIntoView({ block: 'center' })")
    sheet.tap(position=at(sheet, -1, 1))
    expect_counts(page, 1, 0)
    wait_until_idle(page)  # a page that is drawn anew may move the sheet under the finger
    box, before = sheet.bounding_box(), page.evaluate(top)
    assert box is not None
    place = at(sheet, -1, 1)
    swipe(page, (box["x"] + place["x"], box["y"] + place["y"]), (0, box["height"] / 6))
    expect_counts(page, 1, 0)
    expect(page.locator(".drawing .told")).to_have_text(
        re.compile(r"Point of class 0 at -(1|0\.9\d*|1\.0\d*), -?0(\.0\d*)?$")
    )
    assert page.evaluate(top) == before


def test_the_picture_of_a_set_is_pressed_and_the_link_says_what_it_leaves(
    open_page: OpenPage,
) -> None:
    page = open_page(SCREEN, width=390, height=844, has_touch=True)
    page.context.grant_permissions(["clipboard-write"])
    picture = page.get_by_alt_text("Two spirals: points")
    box = picture.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 844
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("set=spiral$"), timeout=PATIENCE)
    page.get_by_title("Copy the address").click()
    expect(page.get_by_text("your own points are not in it")).to_be_visible()


def test_what_trains_the_points_is_on_the_first_screen(open_page: OpenPage) -> None:
    page = open_page(SCREEN, width=1400, height=900)
    button = page.get_by_role("button", name="Train on these points")
    expect(button).to_be_in_viewport(ratio=1)
    expect(button).to_be_disabled()  # without points; there from the start, so that nothing moves
