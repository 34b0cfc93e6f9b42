"""Comparing and branching in a real browser: what a person sees, and how fast it plays."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from mlp import PRESETS, Experiment, Plan, train
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, wait_until, wait_until_idle, wait_until_redrawn
from tests.browser.player import FRAME_RATE, Player
from ui.words import outcomes, plan_names

SCREEN = "/Compare"
SHORT = "steps:3000~frames:60"
RESCUE = "exploding_late@1400~learning_rate:0.006"


def unfold_numbers(page: Page) -> None:
    page.get_by_text("What the difference did, in numbers").click()


def settled(page: Page) -> Player:
    """The player of a page whose runs have ended, its tables open."""
    player = Player(page)
    unfold_numbers(page)
    expect(page.get_by_text("What came of it")).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    return player


def test_3_and_50_neurons_play_side_by_side_on_arrival(open_page: OpenPage) -> None:
    found = [train(PRESETS[name]) for name in ("three_neurons", "fifty_neurons")]
    headline = outcomes.headline(found, ["3 neurons", "50 neurons"])
    page = open_page(SCREEN, reduced_motion="no-preference")
    player = Player(page)
    player.wait_for_frame(1)
    unfold_numbers(page)
    expect(page.get_by_text("The answer and the tables come")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(headline, exact=True)).to_be_hidden()  # until it was watched
    lanes = player.root.locator(".lane")
    expect(lanes).to_have_count(2)
    expect(lanes.locator(".lane-label")).to_have_text(["3 neurons", "50 neurons"])
    pictures = [lane.locator(".map-box canvas") for lane in lanes.all()]
    before = [picture.screenshot() for picture in pictures]
    player.wait_for_frame(player.frame + 40)
    for picture, old in zip(pictures, before, strict=True):
        wait_until_redrawn(picture, old)

    player.jump_to_end()
    expect(page.get_by_text(headline, exact=True)).to_be_visible()
    for run, lane in zip(found, lanes.all(), strict=True):
        expect(lane.locator(".lane-numbers")).to_contain_text(f"{run.accuracy[-1]:.1%}")


def test_by_share_of_the_run_a_short_one_ends_together_with_a_long_one(
    open_page: OpenPage,
) -> None:
    page = open_page(f"{SCREEN}?run=three_neurons&run={SHORT}")
    player = settled(page)
    player.press_more("By share of the run")
    middle = player.evaluate(
        "player => { const at = player.timeline.nearest(0.5); player.seek(at);"
        " return player.lanes.map((_, i) => player.timeline.step(i, at)) }"
    )
    assert 9000 < middle[0] < 11_000
    assert 1350 < middle[1] < 1650


GREY_LEFT = """(player, step) => {
  const chart = player.stage.charts.loss;
  const { canvas, ratio } = chart.surface;
  const at = Math.round(chart.toX(step) * ratio);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const rgb = (css) => {
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = css;
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const count = (colour, from, to) => {
    let found = 0;
    for (let y = 0; y < canvas.height; y++) for (let x = from; x < to; x++) {
      const i = 4 * (y * canvas.width + x);
      if (data[i + 3] > 200 && colour.every((c, k) => Math.abs(c - data[i + k]) < 12)) found += 1;
    }
    return found;
  };
  const own = rgb(player.theme.laneColours[1]);
  const grey = rgb(player.theme.muted);
  const [margin, start] = [Math.round(12 * ratio), Math.round(50 * ratio)];
  return {
    ownLeft: count(own, start, at - margin),
    ownRight: count(own, at + margin, canvas.width),
    greyLeft: count(grey, start, at - margin),
  };
}"""


def test_lowering_the_rate_of_an_exploding_run_in_the_player_rescues_it(
    open_page: OpenPage,
) -> None:
    sick = train(PRESETS["exploding_late"])
    page = open_page(
        "/Exploding_gradients?scene=exploding_late&run=yes", reduced_motion="no-preference"
    )
    player = Player(page)
    expect(player.event("first_rise")).to_be_visible(timeout=PATIENCE)
    player.event("first_rise").get_by_role("button").first.click()
    expect(player.button("Play")).to_be_visible()
    step = player.step
    assert step == sick.risen_at
    player.branch()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"What if, from step {step:,} on?")).to_be_visible(timeout=PATIENCE)
    expect(dialog.get_by_role("button", name="Train on from here")).to_be_disabled()
    rate = dialog.get_by_role("spinbutton", name="Learning rate", exact=True)
    rate.fill("0.006")
    rate.press("Enter")
    expect(dialog.get_by_text("The schedule counts from this step.")).to_be_visible()
    dialog.get_by_role("button", name="Train on from here").click()

    page.wait_for_url(re.compile(r"/Compare\?run=exploding_late&run=exploding_late(@|%40)"))
    player = settled(page)
    run = train(Plan(PRESETS["exploding_late"]).branch(step, {"learning_rate": 0.006}))
    expect(player.root.locator(".lane")).to_have_count(2)
    assert player.evaluate("player => [...player.lanes[1].loss]") == run.loss.tolist()
    said = outcomes.sentences([sick, run], plan_names.labels([sick.plan, run.plan], {}))
    expect(page.get_by_text(said[-1], exact=True)).to_be_visible()
    player.jump_to_end()
    expect(player.root.locator(".lane").nth(1).locator(".lane-numbers")).to_contain_text(
        f"{run.loss[-1]:.4f}"
    )
    pixels = player.evaluate(GREY_LEFT, step)
    assert pixels["ownLeft"] == 0, pixels
    assert pixels["ownRight"] > 50, pixels
    assert pixels["greyLeft"] > 50, pixels


LEAVING = """player => {
  const { y, lines } = player.stage.charts.loss.model;
  return [y.value(1), lines.map(({ leaves }) => leaves && [leaves.label, leaves.x])];
}"""
BESIDE_INFINITY = f"{SCREEN}?run={SHORT}&run=penalty_too_strong"


def test_a_run_to_infinity_leaves_the_loss_axis_and_the_other_is_no_flat_line(
    open_page: OpenPage,
) -> None:
    calm, lost = train(Experiment(steps=3000, frames=60)), train(PRESETS["penalty_too_strong"])
    player = settled(open_page(BESIDE_INFINITY))
    player.jump_to_end()
    for axis, room in (("Log", 1e4), ("Linear", 3)):
        player.button(axis).click()
        top, (stays, leaves) = player.evaluate(LEAVING)
        assert calm.loss_max.max() < top <= room * calm.loss_max.max()
        assert stays is None
        first = lost.steps[np.argmax(lost.loss > top)]
        assert leaves == [f"not finite at step {lost.non_finite_at:,}", first]
    told = player.root.locator(".chart.loss canvas")
    expect(told).to_have_attribute(
        "aria-label", re.compile(f", not finite at step {lost.non_finite_at:,}$")
    )


def test_a_run_to_infinity_alone_keeps_its_loss_axis_up_to_the_last_finite_loss(
    open_page: OpenPage,
) -> None:
    player = Player(open_page("/?learning_rate=0.3&l2=10&steps=2000"))
    top, leaves = player.evaluate(LEAVING)
    assert top >= max(player.evaluate("player => [...player.lanes[0].loss]")) > 1e290
    assert leaves == [None]


def test_before_the_cut_a_branch_shows_its_parents_history_and_says_so(
    open_page: OpenPage,
) -> None:
    page = open_page(f"{SCREEN}?run=exploding_late&run={RESCUE}", color_scheme="dark")
    player = settled(page)
    player.button("Jump to the start").click()
    status = player.root.locator(".lane").nth(1).locator(".lane-status")
    expect(status).to_contain_text("this branch begins at step 1,400")
    first, second = player.root.locator(".map-box canvas").all()
    assert first.evaluate("c => c.toDataURL()") == second.evaluate("c => c.toDataURL()")
    player.jump_to_end()
    expect(status).to_have_text("")
    assert first.evaluate("c => c.toDataURL()") != second.evaluate("c => c.toDataURL()")


def test_a_run_that_still_trains_is_not_said_to_have_ended(open_page: OpenPage) -> None:
    page = open_page(f"{SCREEN}?run=steps:200000~frames:60&run=hidden:200~steps:2000000")
    player = Player(page)
    expect(player.root.locator(".lane")).to_have_count(2)
    status = player.root.locator(".lane").nth(1).locator(".lane-status")
    wait_until(page, lambda: not player.evaluate("p => p.lanes[0].streaming"), "the short run")
    player.jump_to_end()
    expect(status).to_have_text("Not trained yet")
    page.get_by_role("button", name="Train 2,000,000 steps").click()
    player.wait_for_key("trained")
    wait_until(page, lambda: player.evaluate("p => p?.lanes[1].streaming"), "the long run trains")
    player.jump_to_end()
    expect(status).to_have_text(re.compile(r"^Still training: step [\d,]+ of 2,000,000$"))
    page.get_by_role("button", name="Stop").click()
    wait_until(page, lambda: not player.evaluate("p => p.lanes[1].streaming"), "stopped")
    player.jump_to_end()
    expect(status).to_have_text(re.compile(r"^Stopped at step [\d,]+$"))


@pytest.mark.timing
@pytest.mark.parametrize(("lanes", "least"), [(2, 30), (4, 20)])
def test_several_players_of_50_neurons_hold_their_frame_rate(
    open_page: OpenPage, lanes: int, least: float
) -> None:
    names = ["fifty_neurons", "exploding_wide", "rescued_by_warmup", "rescued_by_clipping"]
    query = "&".join(f"run={name}" for name in names[:lanes])
    page = open_page(f"{SCREEN}?{query}", reduced_motion="no-preference")
    player = settled(page)
    player.press_more("Loop")
    if player.button("Play").is_visible():
        player.button("Play").click()
    player.wait_for_frame(1)
    rate = 0.0
    for _ in range(3):  # the machine may have other work for a while
        rate = max(rate, page.evaluate(FRAME_RATE))
        if rate >= least:
            break
    print(f"\n{lanes} runs of 50 neurons play at {rate:.1f} pictures a second")  # noqa: T201
    assert rate >= least


def test_the_shelf_goes_into_a_file_and_comes_back_to_another_visitor(
    open_page: OpenPage, tmp_path: Path
) -> None:
    pair = f"run=hidden:2~{SHORT}&run=hidden:4~{SHORT}"
    page = open_page(f"{SCREEN}?{pair}")
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the shelf (JSON)").click()
    saved = tmp_path / "shelf.json"
    download.value.save_as(saved)

    other = open_page(f"{SCREEN}?run=hidden:5~{SHORT}")
    settled(other)
    expect(other.get_by_text("1 of at most 24 runs")).to_be_visible()
    other.get_by_role("button", name="Load a shelf").click()
    other.locator("input[type=file]").set_input_files(saved)
    expect(other.get_by_text("2 runs came from the file.")).to_be_visible(timeout=PATIENCE)
    other.keyboard.press("Escape")
    same = other.get_by_text("trained here, the digits are the same")
    expect(same).to_have_count(2, timeout=PATIENCE)
    expect(other.get_by_text("3 of at most 24 runs")).to_be_visible()


def test_many_seeds_end_with_a_sentence_and_can_be_cancelled(open_page: OpenPage) -> None:
    page = open_page(f"{SCREEN}?run={SHORT}&run=hidden:9~{SHORT}")
    settled(page)
    page.get_by_role("button", name="Train all over 20 seeds").click()
    expect(page.get_by_text("Median accuracy on all points:")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"has the lower loss with \d+ of 20 seeds"))).to_be_visible()

    long = open_page(f"{SCREEN}?run=hidden:50~steps:190000&run=hidden:40~steps:190000")
    long.get_by_role("button", name="Train all over 20 seeds").click()
    long.get_by_role("button", name="Cancel").click(timeout=PATIENCE)
    expect(long.get_by_text(re.compile(r"Cancelled after \d+ of 20 seeds"))).to_be_visible(
        timeout=PATIENCE
    )


# --- schedules


def test_a_schedule_changes_as_it_is_edited_and_warm_up_wins_where_decay_is_late(
    open_page: OpenPage,
) -> None:
    page = open_page("/Learning_rate_schedules?trained=no")
    drawing = page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first
    expect(drawing).to_be_visible(timeout=PATIENCE)
    before = drawing.screenshot()
    page.get_by_role("slider", name="Decay rate").press("ArrowLeft")
    page.wait_for_url(re.compile("decay_rate=0.49"))
    wait_until_redrawn(drawing, before)

    page.get_by_role("combobox", name="Scene").click()
    page.get_by_role("option", name="50 neurons, rate 0.03").click()
    page.wait_for_url(re.compile("hidden=50"))
    wait_until_idle(page)  # what is folded is drawn anew with the scene
    page.get_by_text("More numbers").click()
    expect(page.get_by_text("The loss never rises with Warm-up;")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Warm-up: below")).to_be_visible()
    page.get_by_role("link", name="Play the first 4 side by side").click()
    expect(Player(page).root.locator(".lane")).to_have_count(4)


def test_nothing_runs_off_a_narrow_screen(open_page: OpenPage) -> None:
    for path in (f"{SCREEN}?run={SHORT}&run=hidden:9~{SHORT}", "/Learning_rate_schedules"):
        page = open_page(path, width=390, height=800)
        wait_until_idle(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, path
        assert np.isfinite(wide)


def test_what_plays_does_not_fade_while_it_trains(open_page: OpenPage) -> None:
    runs = "&".join(f"run=hidden:{hidden}~steps:100000" for hidden in (10, 12))
    page = open_page(f"/Compare?{runs}", width=1400, height=900, wait=False)
    player = Player(page)
    faintest = player.root.evaluate("""async (root) => {
        const box = root.getRootNode().host?.closest("[data-testid=stElementContainer]")
            ?? root.closest("[data-testid=stElementContainer]");
        let [least, stale] = [1, 0];
        for (const end = performance.now() + 5000; performance.now() < end;) {
            await new Promise(requestAnimationFrame);
            least = Math.min(least, Number(getComputedStyle(box).opacity));
            stale += box.dataset.stale === "true";
        }
        return { least, stale: stale > 0 };
    }""")
    assert faintest == {"least": 1, "stale": True}


def test_networks_side_by_side_are_drawn_to_one_scale(open_page: OpenPage) -> None:
    runs = "run=hidden:3~steps:500~frames:10&run=hidden:50~steps:500~frames:10"
    player = Player(open_page(f"/Compare?{runs}"))
    player.jump_to_end()
    player.settle()
    # The share of the unit and the thickness that a weight of 1 has, and the largest weight.
    three, fifty = player.evaluate(
        "p => p.stage.views.map(({ graph, weights }) =>"
        " [graph.unit, graph.thickness(1 / graph.unit), weights.largest])"
    )
    assert three[:2] == fifty[:2]
    assert three[2] != fifty[2]
    assert max(three[2], fifty[2]) <= three[0]
    legends = player.root.locator(".edge-name")
    expect(legends).to_have_text(["W1, W2, one scale for all networks"] * 2)
