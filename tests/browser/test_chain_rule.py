"""The screen "Chain rule" in a real browser: what flows is what mlp computed, and stops."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from mlp import Experiment, Run, train
from mlp.chain_rule.bricks import take_apart
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, wait_until, wait_until_idle
from ui.screens.chain_rule.catalog import BRICKS
from ui.screens.chain_rule.digits import significant

SCREEN = "/Chain_rule"
EXPERIMENT = Experiment(steps=400)


class ChainView:
    """The animated step as a visitor has it before them; waits until it has drawn."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".chain")
        expect(self.root).to_have_attribute("data-shown", "true", timeout=PATIENCE)

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def expect_brick(self, name: str) -> None:
        expect(self.root).to_have_attribute("data-brick", name)
        expect(self.root.locator(".brick-symbol")).to_have_text(
            "W" if name == "update" else BRICKS[name].symbol
        )

    def expect_step(self, step: int) -> None:
        expect(self.root.locator(".readout-step")).to_have_text(f"Step {step:,}", timeout=PATIENCE)

    def moment(self, name: str) -> Any:
        """A number of the step that the pictures are drawn from."""
        return self.root.evaluate("(root, name) => root.chain.moment[name]", name)

    def pixels(self, card: str) -> str:
        canvas = self.root.locator(f".{card} canvas")
        return str(canvas.evaluate("canvas => canvas.toDataURL()"))


def open_chain(open_page: OpenPage, query: str = "", **options: Any) -> ChainView:
    return ChainView(open_page(f"{SCREEN}?steps=400{query}", **options))


@pytest.fixture(scope="module")
def run() -> Run:
    return train(EXPERIMENT)


def test_single_bricks_go_through_the_phases_and_the_page_follows(
    open_page: OpenPage, run: Run
) -> None:
    chain = open_chain(open_page, "&step=20&point=6")
    names = [*BRICKS, "update"]
    sample = take_apart(run, 20).sample(5)
    for name in ("H1", "Z2", "dL_dH1", "dL_dZ1"):
        assert chain.moment(name) == getattr(sample, name)[0].tolist()
    for name in names[1:]:
        chain.button("One brick on").click()
        chain.expect_brick(name)
    expect(chain.page).to_have_url(re.compile(r"brick=update"), timeout=PATIENCE)
    panel = chain.page.locator(".st-key-chain_panel")
    expect(panel.get_by_role("heading")).to_have_text("W")
    expect(chain.root.get_by_text("Step 20 leads to the weights of step 21")).to_be_visible()
    chain.root.press("ArrowLeft")
    chain.expect_brick("dL_dW1")
    expect(panel.get_by_role("heading")).to_have_text("dL/dW1", timeout=PATIENCE)
    chain.button("1 Forward").click()
    chain.expect_brick("X")
    expect(panel.get_by_role("heading")).to_have_text("X", timeout=PATIENCE)


@pytest.mark.parametrize("width", [390, 1400])
def test_where_lines_are_gradients_the_drawing_says_what_they_sum(
    open_page: OpenPage, width: int
) -> None:
    chain = open_chain(open_page, "&step=20&brick=dZ2_dW2", width=width)
    drawing = chain.root.locator(".graph-box canvas")
    before, sums = box_of(drawing), chain.root.get_by_text("dL/dW: sum of 300 points")
    for brick, told in (("dL_dW2", True), ("dL_dH1", False), ("dH1_dZ1", True)):
        expect(sums).to_be_visible(visible=not told)
        chain.button("One brick on").click()
        chain.expect_brick(brick)
        expect(sums).to_be_visible(visible=told)
    assert box_of(drawing)["height"] == before["height"]
    assert box_of(sums)["x"] + box_of(sums)["width"] <= width


def test_network_formula_and_matrix_are_seen_together(open_page: OpenPage, run: Run) -> None:
    chain = open_chain(open_page, "&step=20&brick=Z1", width=1400, height=900)
    panel = chain.page.locator(".st-key-chain_panel")
    places = [chain.root.locator(".network canvas"), panel.locator(".katex").first]
    places += [panel.locator(".katex").nth(1), panel.get_by_role("table").first]
    for place in places:
        box = place.bounding_box()
        assert box
        assert box["y"] > 0
        assert box["y"] + box["height"] <= 900
    z1 = take_apart(run, 20).sample(0).Z1[0, 0]
    expect(panel.locator(".katex-html").nth(1)).to_contain_text(significant(z1).strip("-"))


def box_of(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None
    return box


# Formulas that need to be scrolled, or that reach into what stands below them.
CROWDED = """panel => {
  const all = [...panel.querySelectorAll(".katex-display, table")];
  const parts = all.filter((e) => e.checkVisibility());
  const boxes = parts.map((e) => e.getBoundingClientRect());
  return parts.filter((e, i) => e.matches(".katex-display") &&
    (e.scrollWidth > e.clientWidth || boxes[i].bottom > (boxes[i + 1]?.top ?? Infinity)))
    .map((e) => e.textContent);
}"""


def test_every_brick_has_its_matrices_beside_the_network(open_page: OpenPage) -> None:
    chain = open_chain(open_page, "&step=20", width=1400, height=900)
    panel = chain.page.locator(".st-key-chain_panel")
    network = chain.root.locator(".network canvas").bounding_box()
    assert network
    assert network["y"] + network["height"] <= 900
    for name in BRICKS:
        chain.expect_brick(name)
        expect(panel.get_by_role("heading")).to_have_text(BRICKS[name].symbol, timeout=PATIENCE)
        wait_until_idle(chain.page)
        shown = [*panel.get_by_role("table").all(), *panel.locator(".katex-display:visible").all()]
        opened = [part.bounding_box() for part in shown]
        bottoms = [box["y"] + box["height"] for box in opened if box]
        assert bottoms
        assert max(bottoms) <= 900, name
        assert panel.evaluate(CROWDED) == [], name
        assert chain.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
        chain.button("One brick on").click()


def test_a_wrong_answer_is_marked_as_wrong(open_page: OpenPage, run: Run) -> None:
    batch = take_apart(run, 20).batch
    wrong = int(np.argmax((batch.H2[:, 1] > batch.H2[:, 0]) != (batch.Y[:, 1] > 0.5)))
    script = """
      window.written = [];
      const write = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.written.push(text);
        return write.call(this, text, ...rest);
      };
    """
    chain = open_chain(open_page, f"&step=20&point={wrong + 1}&brick=H2", script=script)
    written = chain.page.evaluate("window.written")
    answer = int(batch.H2[wrong, 1] > batch.H2[wrong, 0])
    assert f"▸ XOR = {answer} ✗ wrong" in written
    assert not any("✓" in text for text in written)
    assert {"X", "W1", "H1 = σ(Z1)", "W2", "H2 = σ(Z2)"} <= set(written)


def test_playing_moves_pixels_pauses_and_goes_on_to_the_next_step(
    open_page: OpenPage, run: Run
) -> None:
    chain = open_chain(open_page, "&step=3", reduced_motion="no-preference")
    chain.expect_brick("X")
    before = chain.pixels("network")
    chain.button("Play this step").click()
    chain.expect_brick("Z1")
    wait_until(chain.page, lambda: chain.pixels("network") != before, "nothing moved")
    chain.root.focus()
    chain.root.press(" ")
    expect(chain.button("Play this step")).to_be_visible()
    still = chain.pixels("network")
    chain.page.wait_for_timeout(200)
    assert chain.pixels("network") == still
    chain.button("4×").click()
    chain.button("Play this step").click()
    chain.expect_step(4)
    assert chain.moment("H2") == take_apart(run, 4).sample(0).H2[0].tolist()
    chain.button("Pause").click()
    wait_until_idle(chain.page)
    expect(chain.page).to_have_url(re.compile(r"[?&]step=[4-9]\b"))


def test_a_step_on_is_one_real_training_step(open_page: OpenPage, run: Run) -> None:
    chain = open_chain(open_page, "&step=20")
    chain.button("One training step on").click()
    chain.expect_step(21)
    wait_until_idle(chain.page)
    expect(chain.page.get_by_role("spinbutton", name="Training step")).to_have_value("21")
    step = take_apart(run, 21)
    shown = chain.root.evaluate("root => [...root.chain.moment.before.x0]")
    assert shown == step.batch.W1[0].tolist()
    chain.root.press("PageUp")
    chain.expect_step(20)


def test_a_click_on_the_map_chooses_the_nearest_point(open_page: OpenPage, run: Run) -> None:
    chain = open_chain(open_page, "&brick=Z1")
    X = run.data.X
    apart = np.linalg.norm(X[:, None] - X, axis=2) + 9 * np.eye(len(X))
    chosen = int(apart.min(axis=1).argmax())  # far from all others: a click hits whole pixels
    x0, x1 = X[chosen]
    place = chain.root.evaluate(
        "(root, [x, y]) => ({ x: root.chain.map.toX(x), y: root.chain.map.toY(y) })",
        [float(x0), float(x1)],
    )
    chain.root.locator(".map canvas").click(position=place)
    expect(chain.page).to_have_url(re.compile(rf"point={chosen + 1}\b"), timeout=PATIENCE)
    wait_until_idle(chain.page)
    sample = take_apart(run, 0).sample(chosen)
    cell = significant(sample.Z1[0, 0]).replace("-", "−")
    panel = chain.page.locator(".st-key-chain_panel")
    table = (
        panel.get_by_role("table").filter(has_text=f"▶ point {chosen + 1}").filter(has_text=cell)
    )
    expect(table.first).to_be_visible()


def test_watching_it_learn_moves_hidden_space_and_a_pause_brings_its_numbers(
    open_page: OpenPage, run: Run
) -> None:
    chain = open_chain(open_page, reduced_motion="no-preference")
    before = chain.pixels("hidden"), chain.pixels("map")
    chain.button("Watch it learn").click()
    wait_until(chain.page, lambda: chain.pixels("hidden") != before[0], "hidden space stood still")
    wait_until(chain.page, lambda: chain.pixels("map") != before[1], "no line turned")
    chain.button("Watch it learn").click()
    expect(chain.page).to_have_url(re.compile(r"step=\d+"), timeout=PATIENCE)
    wait_until_idle(chain.page)
    step = int(chain.root.get_attribute("data-step") or 0)
    assert step in run.steps
    assert chain.moment("Z1") == take_apart(run, step).sample(0).Z1[0].tolist()


def test_hidden_space_puts_every_point_on_the_side_that_the_output_answers(
    open_page: OpenPage,
) -> None:
    run = train(Experiment(hidden=6, steps=400))
    chain = open_chain(open_page, "&hidden=6&step=300")
    sides = chain.root.evaluate(
        """root => { const { u, v, line } = root.chain.hidden.shown;
            return [...u].map((x, i) => line[0] * x + line[1] * v[i] + line[2] > 0); }"""
    )
    batch = take_apart(run, 300).batch
    assert sides == (batch.Z2[:, 1] > batch.Z2[:, 0]).tolist()


def test_an_edge_tells_its_weight_and_its_gradient(open_page: OpenPage, run: Run) -> None:
    chain = open_chain(open_page, "&step=20")
    edge = chain.root.evaluate(
        """root => { const e = root.chain.graph.edges[0];
            return { x: e.x0 + 0.3 * (e.x1 - e.x0), y: e.y0 + 0.3 * (e.y1 - e.y0) }; }"""
    )
    chain.root.locator(".network canvas").hover(position=edge)
    step = take_apart(run, 20)
    tooltip = chain.root.get_by_role("tooltip")
    expect(tooltip).to_contain_text("x0 → neuron 1")
    for name, value in (("W1", step.batch.W1[0, 0]), ("dL/dW1", step.batch.dL_dW1[0, 0])):
        expect(tooltip).to_contain_text(f"{name} = {value:.4g}".replace("-", "−"))


def test_a_weight_of_zero_has_a_line(open_page: OpenPage) -> None:
    chain = open_chain(open_page, "&step=0&brick=X")
    stroked = chain.root.evaluate(
        """root => { const { graph } = root.chain, stroked = [];
            graph.strokeEdge = (context, { layer, i }) =>
                stroked.push([context.getLineDash().length > 0, i === (layer === 1 ? 2 : 3)]);
            graph.paintEdges(graph.drawn);
            delete graph.strokeEdge;
            return stroked; }"""
    )
    assert len(stroked) == 3 * 3 + 4 * 2
    assert all(dashed == bias for dashed, bias in stroked)


@pytest.mark.parametrize("touch", [False, True])
def test_how_an_edge_is_asked_is_said_for_what_is_at_hand(open_page: OpenPage, touch: bool) -> None:
    chain = open_chain(open_page, has_touch=touch)
    caption = chain.root.locator(".network .caption")
    expect(caption).to_contain_text("Tap an edge" if touch else "Point at an edge, or tap it")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_telephone_nothing_is_wider_than_the_screen(open_page: OpenPage, scheme: str) -> None:
    chain = open_chain(
        open_page, "&step=5&brick=dL_dH2", width=390, height=844, color_scheme=scheme
    )
    widths = chain.page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert widths[0] <= widths[1]
    box = chain.root.locator(".phases").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    for name in ("1 Forward", "2 Backward", "3 Update"):
        button = chain.button(name)
        assert button.evaluate("b => b.scrollWidth <= b.clientWidth + 1"), name


def test_with_reduced_motion_bricks_are_still_pictures(open_page: OpenPage) -> None:
    chain = open_chain(open_page, reduced_motion="reduce")
    chain.button("Play this step").click()
    chain.expect_brick("Z1")
    assert chain.root.evaluate("root => root.chain.share") == 1


@pytest.mark.parametrize("below", [0, 500])
def test_on_a_telephone_the_finger_finds_the_next_brick_where_it_was(
    open_page: OpenPage, below: int
) -> None:
    """At the top of the page, and scrolled to where the table of the brick is in view."""
    chain = open_chain(open_page, width=390, height=844, has_touch=True)
    chain.page.locator("[data-testid=stMain]").evaluate("(main, y) => main.scrollTo(0, y)", below)
    button, panel = chain.button("One brick on"), chain.page.locator(".st-key-chain_panel")
    network = chain.root.locator(".network").bounding_box()
    assert network is not None
    assert 0 < network["y"] + below < 300
    places, tables = set(), set()
    for name in list(BRICKS)[1:9]:
        button.tap()
        chain.expect_brick(name)
        expect(chain.page).to_have_url(re.compile(rf"brick={name}"), timeout=PATIENCE)
        wait_until_idle(chain.page)
        (at, table) = button.bounding_box(), panel.bounding_box()
        assert at is not None
        assert table is not None
        places.add(round(at["y"]))
        tables.add(round(table["height"]))
    assert len(tables) > 2
    assert len(places) == 1
    assert 0 < places.pop() < 844


def test_on_a_telephone_the_bar_is_slim_whole_and_covers_nothing_for_good(
    open_page: OpenPage,
) -> None:
    chain = open_chain(open_page, width=390, height=844, has_touch=True)
    network = box_of(chain.root.locator(".network"))
    buttons, brick = chain.root.locator(".buttons"), chain.root.locator(".brick")
    assert network["y"] + network["height"] <= box_of(buttons)["y"]
    for name in [*list(BRICKS)[1:], "update"]:
        chain.button("One brick on").tap()
        chain.expect_brick(name)
        assert brick.evaluate("brick => brick.scrollHeight <= brick.clientHeight"), name
        top, words = box_of(buttons), box_of(brick)
        assert top["y"] + top["height"] == pytest.approx(words["y"], abs=1)
        assert words["y"] + words["height"] == pytest.approx(844, abs=1)
        assert words["y"] + words["height"] - top["y"] <= 110
    for part in (".map", ".hidden", ".phases"):
        chain.root.locator(part).evaluate("part => part.scrollIntoView({ block: 'start' })")
        seen, bar = box_of(chain.root.locator(part)), box_of(buttons)
        assert part == ".phases" or seen["y"] + seen["height"] <= bar["y"]
        expect(chain.root.locator(part)).to_be_in_viewport(ratio=0.99)  # but for a part of a pixel


def test_on_a_telephone_a_turned_table_says_so(open_page: OpenPage) -> None:
    chain = open_chain(open_page, "&hidden=10&brick=Z1", width=390, height=844, has_touch=True)
    panel, told = chain.page.locator(".st-key-chain_panel"), "a wide table stands on its side"
    heads = panel.get_by_role("table").first.locator("tbody th, thead th:not(:first-child)")
    expect(heads.first).to_be_visible(timeout=PATIENCE)
    assert len({round(box_of(head)["y"]) for head in heads.all()}) == 5  # neurons below the points
    expect(panel.get_by_text(told)).to_be_visible()
    chain.button("One brick on").tap()
    expect(panel.get_by_text("neurons 1 to 4 of 10")).to_be_visible(timeout=PATIENCE)
    chain.page.set_viewport_size({"width": 1400, "height": 900})
    expect(panel.get_by_text(told)).to_be_hidden()
    chain = open_chain(open_page, "&brick=Z1", width=390, height=844, has_touch=True)
    expect(chain.page.get_by_text(told)).to_be_hidden()  # a table of three neurons stands upright


def test_on_a_telephone_what_is_chosen_is_a_line_that_opens(open_page: OpenPage) -> None:
    chain = open_chain(open_page, "&step=20&point=6", width=390, height=844, has_touch=True)
    step = chain.page.locator(".st-key-chain_step input")
    line = chain.page.get_by_role("button", name="3 neurons · step 20 · point 6 · neuron 1")
    expect(step).to_be_hidden()
    line.tap()
    expect(step).to_be_visible(timeout=PATIENCE)
    line.tap()
    expect(step).to_be_hidden(timeout=PATIENCE)
    chain.page.set_viewport_size({"width": 1400, "height": 900})
    expect(step).to_be_visible(timeout=PATIENCE)
    expect(line).to_be_hidden()


def test_on_a_telephone_all_digits_of_wide_tables_stay_in_view(open_page: OpenPage) -> None:
    chain = open_chain(open_page, "&hidden=50&brick=update", width=390, height=844, has_touch=True)
    panel = chain.page.locator(".st-key-chain_panel")
    panel.get_by_text("All digits").tap()
    expect(panel.get_by_test_id("stTable").first).to_contain_text(re.compile(r"\d{16}"))
    ends = panel.locator("td p").evaluate_all(
        "cells => cells.map(cell => { const range = document.createRange(); "
        "range.selectNodeContents(cell); return range.getBoundingClientRect().right; })"
    )
    assert max(ends) <= 390
