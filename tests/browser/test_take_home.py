"""What leaves with a visitor: the page that plays without a server, the film, the link."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mlp import Experiment, Run, train
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE
from tests.browser.player import Player
from ui.take_home import page as export
from ui.take_home.entry import silent
from ui.take_home.notebook import replay

SHORT = "steps=3000&frames=60"
ADDRESS = "http://localhost:8501/?hidden=8"
CLOSED = "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('closed')); }"


@pytest.fixture(scope="module")
def run() -> Run:
    return train(Experiment(hidden=8, steps=3000, frames=120, learning_rate=0.02))


@pytest.fixture
def alone(browser: Browser, run: Run, tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    """The exported page, opened from disk in a browser without any network, and its complaints."""
    path = tmp_path / "run.html"
    path.write_bytes(export.page(run, 0, ADDRESS, silent))
    context: BrowserContext = browser.new_context(
        offline=True, viewport={"width": 1200, "height": 900}, color_scheme="dark"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.extend(_strange(request.url, path)))
    page.goto(path.as_uri())
    yield page, complaints
    context.close()


def _strange(url: str, path: Path) -> list[str]:
    return [] if url == path.as_uri() else [f"a request: {url}"]


def test_the_exported_page_plays_without_a_server(alone: tuple[Page, list[str]], run: Run) -> None:
    page, complaints = alone
    player = Player(page)
    player.wait_for_frame(2)
    frame, picture = player.frame, player.map.screenshot()
    player.wait_for_frame(frame + 10)
    assert player.map.screenshot() != picture
    player.button("Jump to the end").click()
    expect(player.readout).to_have_text("Step 3,000")
    assert player.last_frame == len(run.steps) - 1
    H2 = player.evaluate("(p, x) => [...p.evaluate(0, p.lanes[0].frames - 1, ...x).H2]", [0.5, -1])
    assert H2[1] > H2[0]  # one sign above 0: the trained network answers 1
    assert complaints == []


def test_the_exported_page_follows_the_light_of_the_system(
    alone: tuple[Page, list[str]],
) -> None:
    page, complaints = alone
    player = Player(page)
    expect(player.root).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(player.root).to_have_attribute("data-theme", "light")
    page.get_by_text("Settings of this run").click()
    expect(page.get_by_role("row", name="learning_rate 0.02")).to_be_visible()
    expect(page.get_by_role("link", name=ADDRESS)).to_be_visible()
    assert complaints == []


def test_a_cell_of_a_notebook_plays_the_run(browser: Browser, run: Run) -> None:
    context = browser.new_context(offline=True, reduced_motion="reduce")
    page = context.new_page()
    page.set_content(f"<h1>A notebook</h1>{replay(run)._repr_html_()}")
    cell = page.frame_locator("iframe")
    cell.get_by_role("button", name="Jump to the end").click()
    expect(cell.locator(".readout-step")).to_have_text("Step 3,000")
    assert page.locator("iframe").screenshot()
    context.close()


def test_a_film_is_made_while_the_page_lives_on_and_then_saved(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}", reduced_motion="no-preference")
    player = Player(page)
    player.wait_for_frame(1)  # a player drawn anew would be at its start again
    player.pause()
    player.settle()
    frame = player.frame
    page.get_by_role("button", name="Take home").click()
    page.get_by_role("button", name="Make: Film, GIF").click()
    save = page.get_by_role("button", name="Save: Film, GIF")
    expect(save).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as film:
        save.click()
    assert film.value.suggested_filename == "run.gif"
    with Image.open(film.value.path()) as image:
        assert image.format == "GIF"
        assert image.n_frames > 30  # type: ignore[attr-defined]
    assert player.frame == frame  # the player was not drawn anew


def test_the_link_is_copied(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}&hidden=5")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    Player(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith(page.url)
    expect(page.get_by_text("Link copied")).to_be_hidden()


def test_where_the_clipboard_is_closed_the_link_is_shown_selected(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}&hidden=5")
    Player(page)
    page.evaluate(CLOSED)
    page.get_by_role("button", name="Copy link").click()
    field = page.get_by_role("textbox", name="Address of this page")
    expect(field).to_have_value(re.compile(re.escape(page.url)))
    expect(field).to_be_focused()
    selected = "input => input.value.slice(input.selectionStart, input.selectionEnd)"
    assert field.evaluate(selected) == field.input_value()
