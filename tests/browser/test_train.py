"""The Train screen as a visitor uses it, in a real browser."""

import re
import time

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from mlp import PRESETS, Experiment, train
from mlp.plan.scenes import SCENES
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, open_curves, wait_until, wait_until_idle
from tests.browser.player import Player
from ui.charts import curves
from ui.words import numbers, scenes

SHORT = "steps=3000&frames=60"
HEADS = ("accuracy", "loss", "rate", "gauge")


def numbers_of(page: Page) -> list[str]:
    """The four numbers beside the player."""
    return page.get_by_test_id("stMetricValue").all_inner_texts()


def choose_scene(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Scene").click()
    page.get_by_role("option", name=SCENES[name].title, exact=True).click()


def slider(page: Page, label: str) -> Locator:
    """The part of a slider that takes the keyboard; what is seen is drawn around it."""
    return page.locator(f'input[type="range"][aria-label="{label}"]')


@pytest.mark.timing
def test_it_plays_on_arrival(open_page: OpenPage) -> None:
    open_page()  # the server is warm for everybody after the first
    started = time.perf_counter()
    page = open_page(reduced_motion="no-preference", wait=False)
    player = Player(page)
    player.wait_for_frame(1)
    print(f"\nIt plays {time.perf_counter() - started:.2f} s after the page was asked for")  # noqa: T201 - a measurement
    assert time.perf_counter() - started < 10
    frame, step, picture = player.frame, player.step, player.map.screenshot()
    player.wait_for_frame(frame + 5)
    assert player.map.screenshot() != picture
    assert player.step > step


def test_pausing_stops_everything_and_the_numbers_follow(playing_page: Page) -> None:
    page = playing_page
    player = Player(page)
    expect(page.get_by_text("At the end: step 20,000")).to_be_attached()
    player.wait_for_frame(5)
    player.pause()
    player.settle()
    step = player.step
    expect(page.get_by_text(f"Chosen step: {step:,}", exact=True)).to_be_visible()
    wait_until_idle(page)  # what still came below has its place, and the player its width
    pictures, words = player.pictures(), player.root.inner_text()
    assert len(pictures) >= len(HEADS)
    page.wait_for_timeout(600)
    assert player.step == step
    assert player.pictures() == pictures
    assert player.root.inner_text() == words
    player.button("Play").click()
    player.wait_for_frame(player.frame + 3)


def test_the_numbers_are_those_of_the_frame_chosen_in_the_player(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}&train_points=200")
    run = train(Experiment(steps=3000, frames=60, train_points=200))
    player = Player(page)
    for action, frame in (
        ("Jump to the end", len(run.steps) - 1),
        ("One frame back", len(run.steps) - 2),
        ("Jump to the start", 0),
    ):
        player.button(action).click()
        expect(page.get_by_text(f"Chosen step: {run.steps[frame]:,}", exact=True)).to_be_visible()
        wait_until_idle(page)
        assert numbers_of(page) == [number.value for number in numbers.numbers(run, frame)]
        assert player.frame == frame


def test_a_scene_retrains_and_goes_into_the_address(page: Page) -> None:
    player = Player(page)
    before = numbers_of(page)
    choose_scene(page, "fifty_neurons")
    player.wait_for_key("50")
    expect(page).to_have_url(re.compile(r"/\?hidden=50$"))
    expect(page.get_by_text(scenes.LOOK_FOR["fifty_neurons"]).filter(visible=True)).to_have_count(1)
    expect(page.get_by_text("At the end: step 20,000")).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    assert numbers_of(page) != before
    assert player.evaluate("p => p.lanes[0].hidden") == PRESETS["fifty_neurons"].hidden


def test_a_slider_retrains_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}")
    player = Player(page)
    slider(page, "Hidden neurons").focus()
    page.keyboard.press("ArrowRight")
    player.wait_for_key("'hidden': '4'")
    expect(page).to_have_url(re.compile("hidden=4"))
    assert player.evaluate("p => p.lanes[0].hidden") == 4
    page.get_by_role("button", name="New weights").click()
    player.wait_for_key("2018")
    expect(page).to_have_url(re.compile("init_seed=2018"))


def test_the_address_reproduces_the_run_for_another_visitor(open_page: OpenPage) -> None:
    first = open_page(f"/?{SHORT}")
    slider(first, "Hidden neurons").focus()
    first.keyboard.press("ArrowRight")
    expect(first).to_have_url(re.compile("hidden=4"))
    second = open_page(first.url)
    shown = []
    for page in (first, second):
        page.bring_to_front()  # what is behind another page draws nothing
        player = Player(page)
        player.wait_for_key("'hidden': '4'")
        player.jump_to_end()
        player.settle()
        heads = [player.root.locator(f".{head} .value").inner_text() for head in HEADS]
        shown.append((numbers_of(page), heads, player.evaluate("p => [...p.lanes[0].loss]")))
    assert shown[0] == shown[1]


def test_a_reload_keeps_the_settings(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}")
    page.get_by_role("button", name="10", exact=True).click()
    expect(page).to_have_url(re.compile("hidden=10"))
    page.reload()
    wait_until_idle(page)
    expect(slider(page, "Hidden neurons")).to_have_value("10")
    assert Player(page).evaluate("p => p.lanes[0].hidden") == 10


def wait_for_hidden(page: Page, hidden: int) -> None:
    """Wait until the player shows a run of so many neurons."""
    player = Player(page)
    shown = "player => player.lanes[0].hidden"
    wait_until(page, lambda: player.evaluate(shown) == hidden, f"{hidden} neurons")


def test_two_visitors_at_once_see_their_own_runs(open_page: OpenPage) -> None:
    first, second = open_page(f"/?{SHORT}&hidden=5"), open_page(f"/?{SHORT}&hidden=6")
    slider(first, "Hidden neurons").focus()
    first.keyboard.press("ArrowRight")
    first.keyboard.press("ArrowRight")
    Player(first).wait_for_key("'hidden': '7'")
    second.get_by_role("button", name="New weights").click()
    Player(second).wait_for_key("2018")
    expect(first).to_have_url(re.compile("hidden=7"))
    expect(second).to_have_url(re.compile("hidden=6"))
    assert "init_seed" not in first.url
    wait_for_hidden(first, 7)
    wait_for_hidden(second, 6)


def test_a_bad_address_is_told_and_the_page_works(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}&hidden=5000&evil=<b>*x*</b>", reduced_motion="no-preference")
    for sentence in (
        "hidden = 5000: must be a whole number from 1 to 200. 3 is used instead.",
        "evil = <b>*x*</b>: there is no setting of this name. It was left out.",
    ):
        expect(page.get_by_text(sentence, exact=True)).to_be_visible()
    Player(page).wait_for_frame(2)
    expect(page).not_to_have_url(re.compile("evil|5000"))


def test_a_long_run_waits_streams_and_stops(open_page: OpenPage) -> None:
    page = open_page("/?hidden=100&steps=2000000", reduced_motion="no-preference")
    player = Player(page)
    assert player.last_frame == 0
    page.get_by_role("button", name="Train 2,000,000 steps").click()
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text(
        re.compile(r"Trained up to step [\d,]+ of 2,000,000 · .*steps/s · about .* to step"),
        timeout=PATIENCE,
    )
    player.wait_for_frame(5)
    expect(page.get_by_text("Newest step: ")).to_be_visible()
    started = time.perf_counter()
    page.get_by_role("button", name="Stop").click()
    stopped = page.get_by_text(re.compile(r"Stopped at step [\d,]+ of 2,000,000"))
    expect(stopped).to_be_visible()
    print(f"\nIt says that it stopped {time.perf_counter() - started:.2f} s after the click")  # noqa: T201 - a measurement
    wait_until_idle(page)
    frames = player.last_frame
    assert frames >= 5
    last = int(re.sub(r"\D", "", stopped.inner_text().split(" of ")[0]))
    player.jump_to_end()
    assert player.step == last > 0
    page.wait_for_timeout(500)
    assert player.last_frame == frames


@pytest.mark.parametrize("held", [0, 60, 150])  # milliseconds between press and release
def test_a_rate_typed_right_before_the_button_is_what_is_trained(
    open_page: OpenPage, held: int
) -> None:
    page = open_page("/?hidden=50&steps=400000")
    button = page.get_by_role("button", name="Train 400,000 steps")
    expect(button).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    rate = page.get_by_role("spinbutton", name="Learning rate, exactly")
    rate.fill("0.0075")  # and no Enter
    button.click(delay=held)
    page.wait_for_timeout(500)
    wait_until_idle(page)
    expect(button).to_have_count(0)
    expect(rate).to_have_value("0.0075")
    expect(page).to_have_url(re.compile(r"learning_rate=0\.0075"))


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_nothing_is_cut_off_at_390_pixels(open_page: OpenPage, color_scheme: str) -> None:
    page = open_page(
        "/?steps=3000&frames=900",  # plays long enough to be paused
        width=390,
        height=844,
        color_scheme=color_scheme,
        reduced_motion="no-preference",
        has_touch=True,
    )
    player = Player(page)
    player.wait_for_frame(1)
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_attached()
    wider = page.evaluate(
        "() => [document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".filter((e) => e.scrollWidth > e.clientWidth).length"
    )
    assert wider == 0
    for part in player.root.locator("button:visible").all():
        box = part.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    player.button("Pause").tap()
    expect(player.button("Play")).to_be_visible()
    page.get_by_test_id("stExpandSidebarButton").tap()  # it says "Settings"
    expect(page.get_by_test_id("stSlider").first).to_be_visible()
    page.get_by_role("button", name="50", exact=True).tap()
    player.wait_for_key("'hidden': '50'")


def contrast(page: Page, selector: str) -> float:
    """How much a text stands out from the page behind it (WCAG: 1 to 21)."""
    ratio: float = page.locator(selector).first.evaluate(
        """(element) => {
          const c = document.createElement("canvas").getContext("2d");
          const light = (colours) => {
            for (const colour of colours) { c.fillStyle = colour; c.fillRect(0, 0, 1, 1); }
            const [r, g, b] = [...c.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
              .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const page = getComputedStyle(document.querySelector("[data-testid=stApp]"));
          const back = page.backgroundColor;
          const [a, b] = [light([back]), light([back, getComputedStyle(element).color])];
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }"""
    )
    return ratio


def test_the_dark_theme_is_another_picture_and_as_legible(open_page: OpenPage) -> None:
    pictures = []
    for color_scheme in ("light", "dark"):
        page = open_page(f"/?{SHORT}", color_scheme=color_scheme)
        player = Player(page)
        player.jump_to_end()
        player.settle()  # what stands below follows the step chosen
        expect(player.root).to_have_attribute("data-theme", color_scheme)
        pictures.append(player.map.screenshot())
        for selector in ("[data-testid=stMetricValue]", ".player .readout-step", ".player .probe"):
            assert contrast(page, selector) >= 7
        for selector in (
            "[data-testid=stCaptionContainer] p",
            ".player .loss .value",
            ".player .accuracy .value",
            ".player .readout-of",
        ):
            assert contrast(page, selector) >= 4.5
    assert pictures[0] != pictures[1]


def test_the_charts_below_draw_without_a_complaint_and_the_run_can_be_taken_home(
    open_page: OpenPage,
) -> None:
    page = open_page(f"/?{SHORT}&l2=0.001", wait=False)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    run = train(Experiment(steps=3000, frames=60, l2=0.001))
    player = Player(page)
    charts_below = open_curves(page)
    for chart in charts_below.all():
        expect(chart.locator("canvas, svg").first).to_be_visible()
    page.get_by_role("radiogroup", name="Values").get_by_text("log").click()
    wait_until_idle(page)
    expect(charts_below.first.locator("canvas, svg").first).to_be_visible()
    assert not [text for text in complaints if text.startswith(("warning", "error"))]
    player.button("Jump to the start").click()
    expect(page.get_by_text("Chosen step: 0", exact=True)).to_be_visible()
    player.settle()
    page.get_by_role("button", name="Take home").click()
    expect(page.get_by_text("Step 0, and the whole run around it")).to_be_visible()
    with page.expect_download() as csv:
        page.get_by_role("button", name="Numbers, CSV").click()
    table = pd.read_csv(csv.value.path())
    pd.testing.assert_frame_equal(table, curves.table(run), check_exact=False, rtol=1e-12)
    with page.expect_download() as png:
        page.get_by_role("button", name="Picture, PNG").click()
    assert png.value.suggested_filename == "step_0.png"
    assert png.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_another_run_chosen_during_a_short_pause_is_watched_before_its_end_is_told(
    open_page: OpenPage,
) -> None:
    page = open_page("/?learning_rate=0.3&l2=10", reduced_motion="no-preference")
    player = Player(page)
    expect(player.root.locator(".lane-status")).to_contain_text("Goes on in", timeout=PATIENCE)
    choose_scene(page, "fifty_neurons")
    player.wait_for_key("'hidden': '50'")
    assert player.evaluate("player => [player.playback.playing, player.watching]") == [True, True]
    expect(page.locator(".st-key-verdict p").first).to_be_hidden()
