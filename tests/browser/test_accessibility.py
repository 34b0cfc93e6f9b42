"""Keyboard and screen reader: axe-core finds nothing serious on any screen, and canvases speak."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect
from scipy import ndimage

from mlp import PRESETS, Experiment, Run, train
from mlp.matrices import sigmoid
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, wait_until, wait_until_idle
from tests.browser.player import Player

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# Half faded in, a text has another contrast: all fading is brought to its end.
FADED = """() => { for (const each of document.getAnimations())
  if (Number.isFinite(each.effect.getComputedTiming().endTime)) each.finish(); }"""
REST = 600  # milliseconds, for what begins to fade only now
STANDARDS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
# All that another colour scheme changes.
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
DIGITS = re.compile(r"\d+")
SERIOUS = ("serious", "critical")
VISITS = {
    "Train": "/?steps=500&frames=20",
    "Start here": "/Start_here?course=2",
    "Exploding gradients": "/Exploding_gradients?scene=penalty_too_strong&run=yes",
    "Compare": "/Compare?run=steps:300~frames:10&run=hidden:8~steps:300~frames:10",
    "Schedules": "/Learning_rate_schedules",
    "Chain rule": "/Chain_rule?steps=300&frames=10&brick=Z1",
    "Gradient descent": "/Gradient_descent?scene=race",
    "Own data": "/Own_data",
    "Map": "/Map?size=64&steps=60",
    "a step of the course": "/?steps=500&frames=20&course=6",
}


def findings(page: Page, rules: Mapping[str, object]) -> list[str]:
    """What axe-core finds, a line each: rule, what it means, and where."""
    page.wait_for_timeout(REST)
    wait_until_idle(page)  # a player that has drawn lets the page go on
    page.evaluate(FADED)
    result = page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", rules
    )
    return [
        f"{found['id']}: {found['help']}: {node['target']} {node['html'][:160]}"
        for found in result["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("screen", VISITS)
def test_nothing_serious_stands_in_the_way(open_page: OpenPage, screen: str) -> None:
    page = open_page(VISITS[screen], color_scheme="light")
    page.evaluate(AXE)
    assert "\n".join(findings(page, STANDARDS)) == ""
    page.emulate_media(color_scheme="dark")
    dark = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    wait_until(page, lambda: sum(map(int, DIGITS.findall(page.evaluate(dark)))) < 200, "dark")
    wait_until_idle(page)
    assert "\n".join(findings(page, CONTRAST)) == ""


SIZE = 120
CLASSES = {"circles": ("class 0", "class 1")}
DRAWN = {
    "learnt": Experiment(steps=3000, frames=60),
    "50 neurons": Experiment(hidden=50, learning_rate=0.003, steps=2000, frames=40),
    "dead": PRESETS["dead_network"].replace(steps=500, frames=40),
    "a ring": Experiment(dataset="circles", hidden=8, learning_rate=0.02, steps=6000, frames=40),
}


@dataclass(frozen=True)
class Boundary:
    """What NumPy finds on the grid that the map is drawn on."""

    crossings: dict[str, list[float]]
    corners: dict[str, int]
    regions: tuple[int, int]


def boundary_of(run: Run, frame: int) -> Boundary:
    middle = (run.data.X.max(axis=0) + run.data.X.min(axis=0)) / 2
    half = 0.56 * max(1.0, *np.ptp(run.data.X, axis=0))
    across, up = (np.linspace(m - half, m + half, 2 * SIZE + 1)[1::2] for m in middle)
    x0, x1 = np.meshgrid(across, up)  # rows from the bottom to the top
    H1 = sigmoid(np.stack([x0, x1, np.ones_like(x0)], axis=-1) @ run.W1[frame])
    H2 = sigmoid(np.concatenate([H1, np.ones_like(x0)[..., None]], axis=-1) @ run.W2[frame])
    margin = H2[..., 1] - H2[..., 0]
    one = margin > 0
    sides = {
        "left": (margin[:, 0], up),
        "top": (margin[-1], across),
        "right": (margin[:, -1], up),
        "bottom": (margin[0], across),
    }
    corners = {
        "upper left": one[-1, 0],
        "upper right": one[-1, -1],
        "lower right": one[0, -1],
        "lower left": one[0, 0],
    }
    return Boundary(
        {side: zeros(*line) for side, line in sides.items()},
        {corner: int(is_one) for corner, is_one in corners.items()},
        (ndimage.label(~one)[1], ndimage.label(one)[1]),
    )


def zeros(values: NDArray[np.float64], places: NDArray[np.float64]) -> list[float]:
    """Where a line of values changes its sign, on straight lines between neighbours."""
    (at,) = np.nonzero((values[:-1] > 0) != (values[1:] > 0))
    share = values[at] / (values[at] - values[at + 1])
    return [float(place) for place in places[at] + share * (places[at + 1] - places[at])]


def expect_told(told: str, boundary: Boundary, dataset: str) -> None:
    zero, one = boundary.regions
    if not (zero and one):
        assert told.endswith(f"No boundary: XOR = {0 if zero else 1} is answered all over the map.")
        return
    names = CLASSES.get(dataset, ("XOR = 0", "XOR = 1"))
    for corner, label in boundary.corners.items():
        assert f"{corner} {names[label]}" in told
    regions = [f"{n} region{'s' * (n != 1)} of {names[k]}" for k, n in enumerate((zero, one))]
    assert told.endswith(f"In all {' and '.join(regions)}.")
    if not any(boundary.crossings.values()):
        assert "The boundary is closed, within the map." in told
    for side, places in boundary.crossings.items():
        if len(places) > 3:
            assert f"the {side} side {len(places)} times" in told
            continue
        shown = re.search(
            rf"the {side} side at x[01] = ([−\d.e, and]+?)(?:, the| and the|\. )", told
        )
        assert (shown is not None) == bool(places), (side, told)
        if shown:
            numbers = re.findall(r"−?\d+(?:\.\d+)?", shown[1])
            assert [float(n.replace("−", "-")) for n in numbers] == pytest.approx(places, abs=0.011)


@pytest.mark.parametrize("name", DRAWN)
def test_the_map_tells_where_the_boundary_runs_and_numpy_agrees(
    open_page: OpenPage, name: str
) -> None:
    experiment = DRAWN[name]
    run = train(experiment)
    address = "&".join(f"{k}={v}" for k, v in experiment.to_params().items())
    player = Player(open_page(f"/?{address}"))
    for frame in (0, len(run.steps) // 2, len(run.steps) - 1):
        player.evaluate("(p, frame) => p.seek(frame)", frame)
        start = f"Decision boundary at step {run.steps[frame]:,}, loss "
        expect(player.map).to_have_attribute("aria-label", re.compile(f"^{start}"))
        told = player.map.get_attribute("aria-label") or ""
        wrong = round((1 - run.accuracy[frame]) * len(run.data.X))
        share = f"accuracy {100 * run.accuracy[frame]:.1f}%, {wrong} of {len(run.data.X)} points"
        assert share in told
        expect_told(told, boundary_of(run, frame), experiment.dataset)


COUNT_LABELS = """(canvases) => {
  window.labels = 0;
  for (const canvas of canvases) new MutationObserver((found) => { window.labels += found.length; })
    .observe(canvas, { attributes: true, attributeFilter: ["aria-label"] });
}"""


def test_words_keep_calm_while_it_plays_and_follow_once_it_rests(playing_page: Page) -> None:
    player = Player(playing_page)
    player.wait_for_frame(2)
    player.root.locator(".map-box canvas").evaluate_all(COUNT_LABELS)
    first = player.frame
    playing_page.wait_for_timeout(3000)
    assert player.frame > first + 5
    assert playing_page.evaluate("window.labels") <= 2
    player.pause()
    told = re.compile(rf"^Decision boundary at step {player.step:,}, ")
    expect(player.map).to_have_attribute("aria-label", told)
    player.button("Sensitivity").click()
    expect(player.map).to_have_attribute("aria-label", re.compile("^Sensitivity at step .* From "))
    for chart in ("accuracy", "loss", "rate", "stability"):
        canvas = player.root.locator(f".chart.{chart} canvas")
        expect(canvas).to_have_attribute("aria-label", re.compile(f" at step {player.step:,}"))


# Every control of the players: what is pressed, chosen from, dragged, or steered by arrow keys.
CONTROLS = "button, input, select, [tabindex='0']"
NUMBER_CONTROLS = """(player, controls) => {
  const seen = [...player.querySelectorAll(controls)]
    .filter((each) => !each.disabled && each.checkVisibility({ visibilityProperty: true }));
  seen.forEach((each, i) => { each.dataset.number = i; });
  return seen.map((each) => each.outerHTML.slice(0, 120));
}"""
# The number of what has the focus and its name; null outside of the player.
FOCUSED = """() => {
  let each = document.activeElement;
  while (each.shadowRoot?.activeElement) each = each.shadowRoot.activeElement;
  if (!each.closest(".player")) return null;
  const name = each.getAttribute("aria-label") ?? each.textContent;
  return [each.dataset.number ?? "opened", name.trim()];
}"""
PLAYERS = {
    "Train": "/?learning_rate=0.03&steps=3000&frames=60",
    "Exploding gradients": "/Exploding_gradients?scene=dead_network&run=yes",
    "Compare": "/Compare?run=steps:300~frames:10&run=hidden:8~steps:300~frames:10",
    "Chain rule": "/Chain_rule?steps=300&frames=10&brick=Z1&step=5",
    "Gradient descent": "/Gradient_descent?scene=race",
}


@pytest.mark.parametrize("screen", PLAYERS)
def test_every_control_of_a_player_is_reached_by_tab_and_has_a_name(
    open_page: OpenPage, screen: str
) -> None:
    page = open_page(PLAYERS[screen])
    player = page.locator(".player")
    expect(player.locator(".readout-step")).to_have_text(re.compile(r"\d"), timeout=PATIENCE)
    page.wait_for_timeout(REST)
    wait_until_idle(page)
    if screen != "Chain rule":  # all stands in its bar; here some stands behind a button
        player.get_by_role("button", name="More", exact=True).press("Enter")
    controls = player.evaluate(NUMBER_CONTROLS, CONTROLS)
    assert len(controls) >= 12
    player.locator("[data-number='0']").focus()
    reached = []
    while (focused := page.evaluate(FOCUSED)) is not None:
        number, name = focused
        assert name, number
        if number != "opened":  # the button beside an event shows once its mark has the focus
            reached.append(int(number))
        page.keyboard.press("Tab")
    assert reached == [*range(len(controls))], controls[len(reached) :]
