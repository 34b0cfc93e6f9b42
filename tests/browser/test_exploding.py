"""The screen "Exploding gradients" in a real browser: what is seen is what mlp computes."""

import functools
import re
import time
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from mlp import Diagnosis, Run, diagnose, fitting_cures, train, zoom
from mlp.analysis.trials import held_against
from mlp.analysis.verdicts import stalled
from mlp.plan.scenes import SCENES
from tests.browser.conftest import OpenPage, Watch
from tests.browser.dashboard import PATIENCE, Dashboard, running_dashboard, wait_until_idle
from tests.browser.player import Player
from tests.grouped import Grouped
from ui.autopsy import banner
from ui.autopsy.autopsy import AFTER, BEFORE, worth_showing
from ui.screens.exploding.answers import ANSWERS, answer_of
from ui.words import cures, diagnoses
from ui.words.scenes import QUESTIONS

SCREEN = "/Exploding_gradients"
SHORT_SCENES = [name for name in QUESTIONS if name != "article_fifty_exploding"]
NOT_A_NUMBER = re.compile(r"\b(NaN|Infinity|undefined|null|None|nan|inf)\b")


@functools.cache
def computed(name: str) -> tuple[Run, Diagnosis]:
    """Return a scene's run and its diagnosis, computed here."""
    run = train(SCENES[name].experiment)
    return run, diagnose(run)


def shown(run: Run, diagnosis: Diagnosis) -> diagnoses.Explanation:
    return diagnoses.explain(run, diagnosis)


def open_scene(open_page: OpenPage, name: str, **options: Any) -> Page:
    return open_page(f"{SCREEN}?scene={name}&run=yes", **options)


def expect_verdict(page: Page, name: str) -> None:
    """Wait for the verdict, and hold its sentences against those computed here."""
    explanation = shown(*computed(name))
    expect(page.get_by_role("heading", name=explanation.headline)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(explanation.text, exact=True)).to_be_visible()
    expect(page.get_by_text("Trying")).to_have_count(0, timeout=3 * PATIENCE)  # of its cures
    wait_until_idle(page)


def expect_finite(page: Page, player: Player) -> None:
    """Nothing on the screen, and nothing behind its pictures, is anything but a number."""
    assert not (found := NOT_A_NUMBER.search(page.locator("body").inner_text())), found
    finite = """player => player.lanes.every(lane =>
        [lane.loss, lane.sharpness, lane.accuracy, lane.stability, lane.loss_max, lane.steps]
            .every(series => [...series].every(Number.isFinite)))"""
    assert player.evaluate(finite)


def number_of(text: str) -> float:
    """Read a number as the player writes it: true minus, powers of ten."""
    powers = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
    return float(text.translate(powers).replace(" × 10", "e").replace(",", ""))


def loss_shown(player: Player) -> float:
    return number_of(player.root.locator(".loss .value").inner_text())


# --- the scenes


@pytest.mark.parametrize("name", SHORT_SCENES)
def test_a_scene_asks_plays_stops_where_it_began_and_gives_its_verdict(
    open_page: OpenPage, name: str
) -> None:
    run, diagnosis = computed(name)
    page = open_page(f"{SCREEN}?scene={name}", reduced_motion="no-preference")
    expect(page.get_by_role("heading", name=QUESTIONS[name].text)).to_be_visible()
    player = Player(page)  # the untrained network is there, and waits
    assert (player.step, player.last_frame) == (0, 0)
    truth = ANSWERS[answer_of(diagnosis)]
    page.get_by_role("button", name=truth, exact=True).click()
    player.wait_for_key("trained")
    stop = int(run.steps[-1]) if run.risen_at is None else run.risen_at
    if diagnosis.cause == "saturation":
        stop = diagnosis.step or 0  # where it was dead
    elif run.non_finite_at is not None:  # it goes on by itself to what the scene is about
        stop = int(run.steps[-1])
    if stop > 100:
        player.choose_speed("8×")
    expect_verdict(page, name)
    expect(page.get_by_text("That is what happened.")).to_be_visible()
    expect(player.readout).to_have_text(f"Step {stop:,}", timeout=PATIENCE)
    expect(player.button("Play")).to_be_visible()
    if stop < run.steps[-1]:  # at the run's end it may have ended by itself before
        expect(player.root.locator(".lane-status")).to_contain_text(f"step {stop:,}")
    frame = run.frame_at(stop)
    assert player.frame == frame
    digits = 1e-3 if run.non_finite_at is None else 1e-2  # of 1e305 two are shown
    assert loss_shown(player) == pytest.approx(run.loss[frame], rel=digits, abs=6e-5)
    gauge = number_of(player.root.locator(".gauge .value").inner_text())
    product = run.learning_rates[frame] * run.sharpness[frame]
    assert gauge == pytest.approx(product, rel=5e-3, abs=6e-3)
    below = "still" if stalled(run)[frame] else "stable"
    side = below if product < 2 else "past"
    expect(player.root.locator(".gauge")).to_have_attribute("data-side", side)

    buttons = page.get_by_role("button").all_inner_texts()
    offered = [text for text in buttons if text.startswith(tuple(cures.CURES.values()))]
    shown = worth_showing(diagnosis.trials or ())
    in_order = Grouped.of(shown, run, diagnosis).in_order()
    labels = [cures.label(trial.name, trial.plan) for trial in in_order]
    assert offered == labels
    expect_finite(page, player)


def test_on_a_telephone_play_points_to_the_question_and_a_pause_says_why(
    open_page: OpenPage,
) -> None:
    page = open_page(SCREEN, width=390, height=844, has_touch=True, reduced_motion="no-preference")
    player = Player(page)
    status = player.root.locator(".lane-status")
    player.button("Play").tap()
    expect(status).to_have_text("Answer first: your answer starts the run.")
    expect(status).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="It runs to infinity").tap()
    player.wait_for_key("trained")
    expect(status).to_have_text(re.compile(r"^Paused: dead from step \d+ on$"), timeout=PATIENCE)
    expect(status).to_be_in_viewport(ratio=1)
    go_on = player.button("Go on").bounding_box()
    assert go_on is not None
    assert go_on["height"] >= 40
    why = page.get_by_role("link", name="Why?")
    expect(why).to_be_in_viewport(ratio=1)
    why.tap()
    expect(page.locator(".st-key-why h5")).to_be_in_viewport(timeout=PATIENCE)


def test_nothing_tells_the_end_before_it_was_watched(open_page: OpenPage) -> None:
    run, diagnosis = computed("exploding_late")
    page = open_scene(open_page, "exploding_late", reduced_motion="no-preference")
    player = Player(page)
    told = page.locator(".st-key-verdict, .st-key-offer, .st-key-findings").locator("visible=true")
    waits = page.get_by_text(banner.WATCH_FIRST)
    to_come = "p => [p.veiled, p.root.querySelectorAll('.event').length]"
    player.wait_for_frame(3)
    expect(waits).to_be_visible()
    expect(told.locator("p, button").locator("visible=true")).to_have_count(0)
    assert player.evaluate(to_come) == [True, 0]
    player.choose_speed("8×")
    expect(player.readout).to_have_text(f"Step {run.risen_at:,}", timeout=PATIENCE)
    expect(waits).to_be_hidden()
    headline = page.locator(".st-key-verdict").get_by_text(shown(run, diagnosis).headline)
    expect(headline).to_be_visible()
    veiled, events = player.evaluate(to_come)
    assert not veiled
    assert events > 0
    player.button("Play").click()  # it has been seen: from now on it stays told
    player.wait_for_frame(player.frame + 2)
    expect(headline).to_be_visible()


def test_a_pause_before_the_end_goes_on_by_itself_unless_touched(open_page: OpenPage) -> None:
    run, diagnosis = computed("penalty_too_strong")
    page = open_scene(open_page, "penalty_too_strong", reduced_motion="no-preference")
    player = Player(page)
    go_on, status = player.button("Go on"), player.root.locator(".lane-status")
    headline = page.locator(".st-key-verdict").get_by_text(shown(run, diagnosis).headline)
    expect(go_on).to_be_visible(timeout=PATIENCE)
    expect(status).to_contain_text(f"Paused at the first rise, step {run.risen_at}")
    expect(status).to_contain_text("Goes on in 3 s")
    expect(headline).to_be_hidden()  # the end is still to be seen
    expect(go_on).to_be_hidden(timeout=PATIENCE)
    player.choose_speed("8×")
    player.wait_for_frame(player.last_frame)
    expect(headline).to_be_visible(timeout=PATIENCE)

    page = open_scene(open_page, "penalty_too_strong", reduced_motion="no-preference")
    player = Player(page)
    expect(player.button("Go on")).to_be_visible(timeout=PATIENCE)
    player.map.click()
    expect(player.root.locator(".lane-status")).not_to_contain_text("Goes on")
    page.wait_for_timeout(4000)
    assert player.step == run.risen_at
    player.button("Go on").click()
    player.wait_for_frame(player.frame + 1)


@pytest.mark.parametrize(
    ("moment", "motion"), [("", "reduce"), ("&at=100&play=yes", "no-preference")]
)
def test_who_does_not_watch_from_the_start_is_told_at_once(
    open_page: OpenPage, moment: str, motion: str
) -> None:
    page = open_page(f"/?learning_rate=0.03{moment}", reduced_motion=motion, wait=False)
    run, diagnosis = computed("exploding_late")
    headline = page.locator(".st-key-verdict").get_by_text(shown(run, diagnosis).headline)
    expect(headline).to_be_visible(timeout=PATIENCE)
    assert Player(page).step < (run.risen_at or 0)


def test_the_whole_run_that_plays_is_the_one_computed_here(open_page: OpenPage) -> None:
    run, _ = computed("exploding_late")
    player = Player(open_scene(open_page, "exploding_late"))
    assert player.evaluate("player => [...player.lanes[0].steps]") == run.steps.tolist()
    assert player.evaluate("player => [...player.lanes[0].loss]") == run.loss.tolist()
    assert player.evaluate("player => [...player.lanes[0].sharpness]") == run.sharpness.tolist()


# --- the explosion is seen

TOP_OF_THE_CURVE = """(player, [from, to]) => {
  const { canvas } = player.stage.charts.loss.surface;
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = player.theme.loss;
  probe.fillRect(0, 0, 1, 1);
  const colour = probe.getImageData(0, 0, 1, 1).data;
  for (let y = 0; y < height; y++)
    for (let x = Math.floor(from * width); x < to * width; x++) {
      const i = 4 * (y * width + x);
      const apart = [0, 1, 2].map(c => Math.abs(data[i + c] - colour[c]));
      if (data[i + 3] > 200 && Math.max(...apart) < 30) return 1 - y / height;
    }
  return 0;
}"""


def test_the_explosion_leaves_the_earlier_range_of_the_loss_on_screen(
    open_page: OpenPage,
) -> None:
    run, _ = computed("penalty_too_strong")
    page = open_scene(open_page, "penalty_too_strong")
    player = Player(page)
    expect_verdict(page, "penalty_too_strong")
    log = player.root.locator("[data-switch=loss] button", has_text="Log")
    expect(log).to_have_attribute("aria-pressed", "true")
    player.button("Jump to the start").click()
    expect(player.readout).to_have_text("Step 0")
    before = loss_shown(player)
    picture = player.root.locator(".loss canvas").screenshot()
    player.jump_to_end()
    expect(player.readout).to_have_text(f"Step {run.steps[-1]:,}")
    assert loss_shown(player) > 1e300 > 100 * before
    assert player.root.locator(".loss canvas").screenshot() != picture
    early, late = (player.evaluate(TOP_OF_THE_CURVE, part) for part in ([0.15, 0.5], [0.5, 1]))
    assert 0 < early < 0.4
    assert late > 0.7
    words = f"Not finite from step {run.non_finite_at:,} on: this is the last finite frame"
    expect(player.root.get_by_text(words)).to_be_visible()
    expect_finite(page, player)


# --- cures


def test_a_cure_plays_beside_the_sick_run_and_its_address_does_so_elsewhere(
    open_page: OpenPage,
) -> None:
    sick, diagnosis = computed("exploding_wide")
    cured = train(fitting_cures(sick, diagnosis)["clipping"])
    sentence = cures.tell(held_against(sick, cured))
    page = open_scene(open_page, "exploding_wide", reduced_motion="no-preference")
    player = Player(page)
    expect_verdict(page, "exploding_wide")
    expect(player.root).to_have_attribute("data-lanes", "one")
    page.get_by_role("button", name="Clip the gradient at norm 1", exact=True).last.click()
    expect(player.root).to_have_attribute("data-lanes", "many", timeout=PATIENCE)
    expect(page.get_by_text(sentence).first).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    expect(page).to_have_url(re.compile("scene=exploding_wide&run=yes&cure=clipping$"))

    elsewhere = open_page(page.url)
    for one in (page, elsewhere):
        there = Player(one)
        expect(one.get_by_text(sentence).first).to_be_visible(timeout=PATIENCE)
        expect(there.root.locator(".lane-label")).to_have_text(["no clipping", "clipped at 1"])
        for lane, run in enumerate((sick, cured)):
            assert there.evaluate("(p, i) => [...p.lanes[i].loss]", lane) == run.loss.tolist()
        marks = there.root.locator(".event").evaluate_all(
            "all => all.map(e => [e.dataset.row, e.textContent])"
        )
        assert {row for row, _ in marks} == {"0"}  # the cured run has none
        there.jump_to_end()
        maps = [there.map.nth(lane).screenshot() for lane in range(2)]
        assert maps[0] != maps[1]
        expect_finite(one, there)


# --- slow motion


def test_slow_motion_shows_single_steps_and_comes_back(open_page: OpenPage) -> None:
    run, _ = computed("exploding_late")
    rise = run.risen_at
    assert rise is not None
    window = zoom(run, rise - BEFORE, rise + AFTER)
    page = open_scene(open_page, "exploding_late", reduced_motion="no-preference")
    player = Player(page)
    expect_verdict(page, "exploding_late")
    whole = player.last_frame
    player.event("first_rise").hover()
    player.button(f"Slow motion around step {rise:,}").click()
    notice = f"Slow motion: every single step from {rise - BEFORE:,} to {rise + AFTER:,}"
    expect(player.root.get_by_text(notice)).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    steps = player.evaluate("player => [...player.lanes[0].steps]")
    assert steps == list(range(rise - BEFORE, rise + AFTER + 1))
    assert player.evaluate("player => [...player.lanes[0].loss]") == window.loss.tolist()
    player.wait_for_frame(3)
    player.button("Jump to the start").click()
    player.button("One frame forward").click()
    expect(player.readout).to_have_text(f"Step {rise - BEFORE + 1:,}")

    player.button("Back to the whole run").click()
    expect(player.root.get_by_text(notice)).to_be_hidden(timeout=PATIENCE)
    wait_until_idle(page)
    assert player.last_frame == whole
    expect_finite(page, player)


def test_slow_motion_claims_no_end_that_lies_beyond_it(open_page: OpenPage) -> None:
    page = open_scene(open_page, "penalty_too_strong")
    player = Player(page)
    expect_verdict(page, "penalty_too_strong")
    player.event("first_rise").hover()
    player.button("Slow motion around step 1").click()
    expect(player.root.get_by_text("Slow motion: every single step from 0 to 61")).to_be_visible(
        timeout=PATIENCE
    )
    wait_until_idle(page)
    player.jump_to_end()
    expect(player.readout).to_have_text("Step 61")
    expect(player.root.get_by_text("Not finite")).to_have_count(0)
    expect(player.root.get_by_text("Last finite step")).to_have_count(0)
    # the weights double and change their signs from step to step
    output_weight = "(player, frame) => player.lanes[0].weights.second[frame * 8]"
    before, after = (player.evaluate(output_weight, frame) for frame in (60, 61))
    assert after == pytest.approx(-2 * before, rel=1e-6)


# --- the article


# The steps that are shown while the player follows a training: on a fast machine for a second only.
NOTE_FOLLOWED = """root => {
  root.followed = new Set();
  setInterval(() => {
    const live = root.querySelector(".live-text");
    if (live?.checkVisibility() && live.textContent === "Following the training")
      root.followed.add(root.querySelector(".readout-step").textContent);
  }, 20);
}"""


@pytest.fixture(scope="module")
def fresh() -> Iterator[Dashboard]:
    """A dashboard of its own, where nobody has trained anything."""
    with running_dashboard() as dashboard:
        yield dashboard


def test_the_article_streams_live_to_its_explosion_and_is_explained(
    open_page: OpenPage, fresh: Dashboard
) -> None:
    path = f"{fresh.url}{SCREEN}?scene=article_fifty_exploding"
    page = open_page(path, reduced_motion="no-preference")
    player = Player(page)
    player.root.evaluate(NOTE_FOLLOWED)
    page.get_by_role("button", name="It runs to infinity", exact=True).click()
    expect_verdict(page, "article_fifty_exploding")
    assert player.root.evaluate("root => root.followed.size") >= 4  # frames came while it trained
    run, _ = computed("article_fifty_exploding")
    assert run.steps[-1] == pytest.approx(102_695, rel=0.005)
    player.jump_to_end()
    expect(player.readout).to_have_text(f"Step {run.steps[-1]:,}")
    assert loss_shown(player) == pytest.approx(run.loss[-1], rel=0.1)  # two digits are shown
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text="the article’s")).to_contain_text("fails")
    expect(rows.filter(has_text="derived")).to_contain_text("passes")
    link = page.get_by_role("link", name="scratch_mlp")
    expect(link).to_have_attribute("href", "https://github.com/omar-florez/scratch_mlp")
    expect_finite(page, player)


# --- the page itself


def test_a_scene_opens_in_the_train_screen_with_its_settings(open_page: OpenPage) -> None:
    page = open_scene(open_page, "exploding_late")
    page.get_by_role("link", name="Open in the Train screen").click()
    page.wait_for_url(re.compile(r"/\?learning_rate=0\.03$"))
    wait_until_idle(page)
    run, _ = computed("exploding_late")
    assert Player(page).evaluate("player => [...player.lanes[0].loss]") == run.loss.tolist()


def test_a_bad_address_is_told_and_the_scene_can_still_be_run(open_page: OpenPage) -> None:
    page = open_page(f"{SCREEN}?scene=nope&cure=decay&cure=clipping&x=1")
    for sentence in (
        "scene = nope: must be one of dead_network, exploding_wide,",
        "cure = decay and clipping: must be given once, not 2 times",
        "there is no setting of this name",
    ):
        expect(page.get_by_text(sentence)).to_be_visible()
    page.get_by_role("button", name="It learns smoothly", exact=True).click()
    Player(page)
    expect_verdict(page, "dead_network")


@pytest.mark.parametrize(
    "path",
    [
        "scene=exploding_late",
        "scene=penalty_too_strong&run=yes",
        "scene=exploding_wide&run=yes&cure=clipping",
    ],
)
def test_it_fits_a_telephone_in_the_dark(open_page: OpenPage, path: str) -> None:
    page = open_page(f"{SCREEN}?{path}", width=390, height=844, color_scheme="dark")
    player = Player(page)
    wait_until_idle(page)
    if "run" in path:
        box = player.map.first.bounding_box()
        assert box is not None
        assert box["width"] > (150 if "cure" in path else 200)  # a cured run stands beside it
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    wide = """() => [document.documentElement, document.querySelector("[data-testid=stMain]")]
        .map(element => element.scrollWidth - element.clientWidth)"""
    assert page.evaluate(wide) == [0, 0]
    colour = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert max(map(float, re.findall(r"[\d.]+", colour)[:3])) < 60
    assert not NOT_A_NUMBER.search(page.locator("body").inner_text())


@pytest.mark.timing
def test_fifty_neurons_are_there_at_once_on_a_warm_server(browser: Browser, watch: Watch) -> None:
    """Timed on a server of its own, where nobody has trained this scene before.

    The aim is 0.5 s and 2 s. Asserted is eight times that, and as much more as a training
    in this process takes more than a second: the machine may have other work.
    """
    started = time.perf_counter()
    train(SCENES["exploding_wide"].experiment)
    busy = max(1.0, time.perf_counter() - started)
    with running_dashboard() as dashboard:
        context = browser.new_context(
            base_url=dashboard.url, viewport={"width": 1400, "height": 1000}
        )
        page = context.new_page()
        watch.add(page)
        page.goto(f"{SCREEN}?scene=exploding_late&run=yes")
        expect_verdict(page, "exploding_late")
        page.get_by_role("combobox", name="Scene").click()
        page.get_by_role("option", name=SCENES["exploding_wide"].title).click()
        headline = shown(*computed("exploding_wide")).headline
        button = page.get_by_role("button", name="It learns smoothly", exact=True)
        expect(button).to_be_visible()
        wait_until_idle(page)
        started = time.perf_counter()
        button.click()
        # wait_for looks at every picture the browser draws, where expect() looks twice a second.
        page.locator(".readout-step", has_text="Step").wait_for(timeout=PATIENCE)
        first = time.perf_counter() - started
        page.get_by_role("heading", name=headline).wait_for(timeout=PATIENCE)
        whole = time.perf_counter() - started
        context.close()
    print(f"\nFirst frames after {first:.2f} s, the verdict after {whole:.2f} s")  # noqa: T201 - a measurement
    assert first < 8 * 0.5 * busy
    assert whole < 8 * 2 * busy


# Half way, on the screen, between step 1 and step 2: where the dot is, and where the line is.
def test_beside_clipping_the_gauge_says_of_which_step_it_is(open_page: OpenPage) -> None:
    page = open_page(f"{SCREEN}?scene=exploding_wide&run=yes&cure=clipping")
    player = Player(page)
    lanes = player.root.locator(".lane")
    expect(lanes).to_have_count(2, timeout=PATIENCE)
    names = player.root.locator(".gauge h3")
    expect(names.nth(0)).to_have_text("Learning rate × sharpness")
    expect(names.nth(1)).to_have_text("Learning rate × sharpness, clipped")
    expect(player.root.locator(".stability h3")).to_contain_text("clipping counted")
    whose = page.get_by_text("Of the run without the change")
    expect(whose).to_have_count(1)


@pytest.mark.parametrize(
    ("path", "motion"),
    [
        (f"{SCREEN}?scene=dead_network&run=yes", "reduce"),
        ("/?hidden=50&learning_rate=0.3", "no-preference"),
    ],
)
def test_a_cure_chosen_among_the_reasons_plays_in_view(
    open_page: OpenPage, path: str, motion: Literal["reduce", "no-preference"]
) -> None:
    page = open_page(path, width=390, height=844, wait=False)
    cure = page.locator(".st-key-findings").get_by_role("button", name="Warm up over").first
    expect(cure).to_be_visible(timeout=3 * PATIENCE)
    page.emulate_media(reduced_motion=motion)
    player = Player(page)
    cure.scroll_into_view_if_needed()
    expect(player.map.first).not_to_be_in_viewport()
    cure.click()
    expect(player.map).to_have_count(2, timeout=PATIENCE)
    for part in player.map.all():
        expect(part).to_be_in_viewport(ratio=1)
    expect(page.locator(".st-key-banner strong").first).to_be_in_viewport()
