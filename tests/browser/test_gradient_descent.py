"""The screen "Gradient descent" in a real browser: what is seen is what mlp computes."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from mlp.surfaces.surfaces import SURFACES, descend
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import wait_until_idle
from tests.browser.player import FRAME_RATE, Player
from ui.screens.gradient_descent.lessons import LESSONS

SCREEN = "/Gradient_descent"
NOT_A_NUMBER = re.compile(r"\b(NaN|Infinity|undefined|null|None|nan|inf)\b")
LOST = re.compile("ran away|left the map at step")
WATCH_CANVAS = """
  window.notFinite = []; window.drawn = 0;
  for (const name of ["moveTo", "lineTo", "arc", "rect", "fillRect", "fillText", "strokeText"]) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...args) {
      window.drawn += 1;
      if (args.some((a) => typeof a === "number" && !Number.isFinite(a)) ||
          /NaN|Infinity/.test(args.filter((a) => typeof a === "string").join()))
        window.notFinite.push([name, ...args].join(" "));
      return draw.apply(this, args);
    };
  }
"""


class Descents(Player):
    """The player of descents, once it has drawn."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".player.descent")
        self.readout = self.root.locator(".readout-step")
        expect(self.readout).to_have_text(re.compile(r"^(Step|Sample) [\d,]+$"), timeout=30_000)

    def canvas(self, view: str) -> Locator:
        return self.root.locator(f"[data-view={view}] canvas")


def open_scene(open_page: OpenPage, query: str, **options: Any) -> Descents:
    return Descents(open_page(f"{SCREEN}?{query}", **options))


WRITTEN = """
  window.written = {};
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    window.written[text] = Math.min(y, window.written[text] ?? y);  // the solid has the same names
    return write.apply(this, [text, x, y]);
  };
"""


@pytest.mark.parametrize(
    ("query", "view", "name"),
    [("scene=two&surface=valley", "map", "x1"), ("scene=one", "curve", "f(x)")],
)
def test_the_name_of_an_axis_lies_where_no_mark_can_lie(
    open_page: OpenPage, query: str, view: str, name: str
) -> None:
    player = open_scene(open_page, query, script=WRITTEN)
    top = player.evaluate(f"(player) => player.views.{view}.plot.top", [])
    mark = 8  # pixels that reach over the edge, at the most
    assert player.page.evaluate(f"window.written['{name}']") < top - mark


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("scene=one&rate=1.1", "x = 128"),
        ("scene=two&surface=valley&rate=0.09", "x0 = −2.9, x1 = 43.7"),
    ],
)
def test_a_point_that_left_the_picture_is_told_at_its_edge(
    open_page: OpenPage, query: str, told: str
) -> None:
    player = open_scene(open_page, query, script=WRITTEN)
    assert told not in player.page.evaluate("Object.keys(window.written)")
    player.root.get_by_role("button", name="Jump to the end").click()
    player.page.wait_for_function("told => told in window.written", arg=told)


def test_no_line_hides_the_points_it_is_fitted_to(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=stochastic")
    darkest = player.evaluate(
        """player => {
            const { plot, xs, ys } = player.views.fit;
            player.views.fit.drawSamples = () => {};  // rings lie above the points
            player.draw();
            const { context, canvas } = plot.surface;
            const scale = canvas.width / plot.surface.width;
            return Array.from(xs, (x, i) => {
                const place = [plot.toX(x), plot.toY(ys[i])].map((at) => Math.round(at * scale));
                return Math.max(...context.getImageData(...place, 1, 1).data.slice(0, 3));
            });
        }""",
        [],
    )
    assert max(darkest) < 128


def test_what_left_the_picture_draws_no_line_over_its_numbers(open_page: OpenPage) -> None:
    """Left of the axes stands the same before the descent runs away and after."""
    player = open_scene(open_page, "scene=one&rate=1.1")
    left = """canvas => {
      const ratio = canvas.width / canvas.clientWidth;
      const { left } = canvas.closest(".player").player.views.curve.plot;
      const [wide, high] = [Math.floor((left - 2) * ratio), canvas.height];
      return canvas.getContext("2d").getImageData(0, 0, wide, high).data.join();
    }"""
    canvas = player.canvas("curve")
    before = canvas.evaluate(left)
    player.root.get_by_role("button", name="Jump to the end").click()
    expect(player.readout).to_have_text("Step 14")
    assert canvas.evaluate(left) == before


def test_the_button_of_the_axis_that_is_drawn_is_pressed(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=race", script=WRITTEN, reduced_motion="reduce")
    player.page.locator(".st-key-descent_race_question_adam").get_by_role("button").click()
    expect(player.root.locator(".readout-of")).to_have_text("of 200")
    wait_until_idle(player.page)
    chart = player.root.locator("[data-view=measure]")
    linear, log = (chart.get_by_role("button", name=name, exact=True) for name in ("Linear", "Log"))
    expect(log).to_have_attribute("aria-pressed", "true")
    player.page.wait_for_function("'10⁻⁶' in window.written")
    player.page.evaluate("window.written = {}")
    linear.click()
    expect(linear).to_have_attribute("aria-pressed", "true")
    expect(log).to_have_attribute("aria-pressed", "false")
    player.page.wait_for_function("'200' in window.written")
    assert "10⁻⁶" not in player.page.evaluate("Object.keys(window.written)")
    names = ["Gradient descent", "Momentum", "Nesterov", "RMSprop", "Adam"]
    assert chart.locator(".measure-key li").all_inner_texts() == names
    dashes = [line.get_attribute("stroke-dasharray") for line in chart.locator("line").all()]
    assert len(set(dashes)) == len(names)


def test_where_a_log_axis_shows_nothing_linear_is_pressed(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=one&rate=0.5", reduced_motion="reduce")
    wait_until_idle(player.page)
    chart = player.root.locator("[data-view=measure]")
    pressed = chart.locator("[aria-pressed=true]")
    expect(pressed).to_have_text("Linear")
    chart.get_by_role("button", name="Log", exact=True).click()
    expect(pressed).to_have_text("Linear")
    expect(chart.locator(".measure-key")).to_be_hidden()


@pytest.mark.parametrize("query", ["scene=race", "scene=two&surface=valley&rate=0.07&course=2"])
def test_play_says_that_the_question_comes_first(open_page: OpenPage, query: str) -> None:
    player = open_scene(open_page, query, reduced_motion="no-preference")
    wait_until_idle(player.page)
    says = player.root.get_by_role("tooltip")
    expect(says).to_be_hidden()
    player.button("Play").click()
    expect(says).to_have_text(
        "Answer the question above first, or choose “Just watch”: then it plays."
    )
    player.page.get_by_role("button", name="Just watch").first.click()
    expect(says).to_be_hidden()
    expect(player.readout).not_to_have_text("Step 0")


def place_of(player: Descents, view: str, *point: float) -> dict[str, float]:
    """Where a point of a view's axes is on its canvas."""
    place: dict[str, float] = player.evaluate(
        f"""(player, [x, y]) => {{
            const {{ plot }} = player.views.{view};
            const middle = plot.top + plot.height / 2;
            return {{ x: plot.toX(x), y: y === undefined ? middle : plot.toY(y) }};
        }}""",
        list(point),
    )
    return place


def test_the_classic_exercise_plays_to_its_end_by_itself(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=one", reduced_motion="no-preference")
    player.choose_speed("8×")
    expect(player.readout).to_have_text("Step 33")
    expect(player.button("Play")).to_be_visible()
    expect(player.root.locator(".runner-state")).to_have_text("precision reached at step 33")
    wait_until_idle(player.page)
    player.button("Jump to the start").click()
    player.button("One frame forward").click()
    expect(player.root.locator(".runner-now")).to_have_text("distance to the minimum 6")
    expect(player.root.locator(".runner-state")).to_have_text("f(x) = 37 · |gradient| 12")
    for _ in range(12):
        player.button("One frame forward").click()
    expect(player.root.locator(".runner-state")).to_contain_text("f(x) = 1.00017 ·")
    player.button("Jump to the start").click()
    player.button("One frame forward").click()
    update = player.root.locator(".runner-update")
    expect(update).to_have_text("x ← x − η g = 6 − 0.2 × 12 = 3.6")
    player.button("Jump to the end").click()
    expect(player.root.locator(".runner-which")).to_have_text("The last step, which led here:")
    expect(update).to_have_text(re.compile(r"^x ← x − η g ≈ .* − 0\.2 × .* ≈ 4\.78\s×\s10⁻⁷$"))


@pytest.mark.parametrize("width", [1400, 390])
def test_the_tangent_is_named_with_its_slope_at_each_step(open_page: OpenPage, width: int) -> None:
    player = open_scene(open_page, "scene=one", width=width)
    tangent, steps = (player.root.locator(f".{name}-key") for name in ("tangent", "trail"))
    expect(tangent).to_have_text("tangent, slope 2x = 20")
    expect(steps).to_be_hidden()
    expect(player.root.locator(".by-coordinate")).to_be_hidden()  # there is one only
    player.button("One frame forward").click()
    expect(tangent).to_have_text("tangent, slope 2x = 12")
    expect(steps).to_be_visible()
    high = player.root.locator(".curve header").evaluate("header => header.offsetHeight")
    player.button("Jump to the end").click()
    expect(tangent).to_have_text(re.compile(r"^tangent, slope 2x ≈ 9\.6\s×\s10⁻⁷$"))
    assert player.root.locator(".curve header").evaluate("header => header.offsetHeight") == high
    player.root.get_by_role("group", name="Arrows").get_by_role("button", name="Off").click()
    expect(tangent).to_be_hidden()


def test_the_keyboard_steps_and_plays(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=two", reduced_motion="reduce")
    expect(player.button("Play")).to_be_visible()
    assert player.frame == 0
    player.button("One frame forward").focus()
    for expected in (1, 2):
        player.page.keyboard.press("ArrowRight")
        expect(player.root).to_have_attribute("data-frame", str(expected))
    player.page.keyboard.press("ArrowLeft")
    expect(player.root).to_have_attribute("data-frame", "1")


def test_a_click_on_the_map_sets_the_start_and_the_address(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=two")
    canvas = player.canvas("map")
    before = player.root.get_attribute("data-key")
    canvas.click(position=place_of(player, "map", 4.0, -2.0))  # type: ignore[arg-type]
    expect(player.root).not_to_have_attribute("data-key", before or "")
    wait_until_idle(player.page)
    found = re.search(r"start=([-.\d]+)(?:,|%2C)([-.\d]+)", player.page.url)
    assert found
    assert float(found[1]) == pytest.approx(4.0, abs=0.05)
    assert float(found[2]) == pytest.approx(-2.0, abs=0.05)
    points = player.evaluate("player => [...player.runners[0].points.slice(0, 2)]")
    assert points == pytest.approx([float(found[1]), float(found[2])])


def test_a_click_on_the_curve_sets_the_start(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=one")
    player.canvas("curve").click(position=place_of(player, "curve", -6.0))  # type: ignore[arg-type]
    player.page.wait_for_url(re.compile(r"start=-[56]"))


def test_the_pictures_move_while_it_plays_and_rest_when_it_does_not(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=race", reduced_motion="no-preference")
    player.choose_speed("¼×")
    player.page.get_by_role("button", name="Just watch").click()
    first = player.canvas("map").screenshot()
    player.wait_for_frame(player.frame + 3)
    assert player.canvas("map").screenshot() != first
    player.pause()
    player.settle()
    shown = {view: player.canvas(view).screenshot() for view in ("map", "solid", "measure")}
    for view, picture in shown.items():
        assert player.canvas(view).screenshot() == picture
    player.root.get_by_role("group", name="Trails").get_by_text("Off").click()
    player.root.get_by_role("group", name="Arrows").get_by_text("Off").click()
    expect(player.root.locator("[data-switch=trails] [data-value=off]")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert player.canvas("map").screenshot() != shown["map"]


def test_the_solid_turns_under_the_keys_and_the_pointer(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=two", reduced_motion="reduce")
    solid = player.canvas("solid")
    before = solid.screenshot()
    solid.focus()
    player.page.keyboard.press("ArrowLeft")
    turned = solid.screenshot()
    assert turned != before
    assert player.frame == 0
    box = solid.bounding_box()
    assert box
    player.page.mouse.move(box["x"] + 100, box["y"] + 80)
    player.page.mouse.down()
    player.page.mouse.move(box["x"] + 160, box["y"] + 90, steps=3)
    player.page.mouse.up()
    assert solid.screenshot() != turned


def test_the_board_shows_each_optimizers_distance(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=race&runners=gradient_descent,adam&steps=40")
    player.jump_to_end()
    expect(player.readout).to_have_text("Step 40")
    names = player.root.locator(".runner-name strong")
    expect(names).to_have_text(["Gradient descent", "Adam"])
    surface = SURFACES["valley"]
    rates = player.root.locator(".runner-note").all_inner_texts()
    for i, optimizer in enumerate(("gradient_descent", "adam")):
        rate = float(rates[i].removeprefix("rate "))
        path = descend(surface, surface.start, optimizer=optimizer, learning_rate=rate, steps=40)
        shown = player.root.locator(".runner-now").nth(i).inner_text().rsplit(" ", 1)[-1]
        away = float((path.points[-1] ** 2).sum() ** 0.5)
        assert float(shown) == pytest.approx(away, rel=6e-3)


def test_the_search_shows_its_result_in_the_race(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=race")
    before = player.root.locator(".runner-note").all_inner_texts()
    player.page.get_by_role("button", name="Find each one’s best rate").click()
    player.page.wait_for_url(re.compile("rate_adam="))
    wait_until_idle(player.page)
    expect(player.root.locator(".runner-note").first).not_to_have_text(before[0])
    expect(player.page.get_by_text("first, at step")).to_be_visible()


def test_samples_are_counted_where_steps_cost_differently(open_page: OpenPage) -> None:
    player = open_scene(open_page, "scene=stochastic&epochs=2")
    player.jump_to_end()
    expect(player.readout).to_have_text("Sample 80")
    counts = player.evaluate("player => player.runners.map(runner => runner.frames - 1)")
    assert counts == [2, 10, 80]
    line = player.canvas("fit").screenshot()
    player.button("Jump to the start").click()
    expect(player.readout).to_have_text("Sample 0")
    assert player.canvas("fit").screenshot() != line


@pytest.mark.parametrize(
    "query",
    [
        "scene=one&rate=100&steps=2000",
        "scene=two&surface=rosenbrock&rate=1",
        "scene=race&surface=beale&rate_momentum=5&rate_nesterov=5",
        "scene=stochastic&rate=3",
        "scene=stochastic&what=slope&rate=3",
    ],
)
def test_a_descent_that_runs_away_is_drawn_as_far_as_it_is_finite(
    open_page: OpenPage, query: str
) -> None:
    page = open_page(
        f"{SCREEN}?{query}", reduced_motion="no-preference", script=WATCH_CANVAS, wait=False
    )
    player = Descents(page)
    player.choose_speed("8×")
    player.jump_to_end()
    expect(player.root.locator(".runner-state", has_text=LOST).first).to_be_visible()
    assert page.evaluate("window.drawn") > 300
    assert page.evaluate("window.notFinite") == []
    wait_until_idle(page)
    assert not (found := NOT_A_NUMBER.search(page.locator("body").inner_text())), found


@pytest.mark.parametrize(
    "query", ["scene=one&start=0&precision=0.5", "scene=two&start=1,2", "scene=one&rate=1e-300"]
)
def test_a_descent_that_does_not_move_is_drawn_too(open_page: OpenPage, query: str) -> None:
    page = open_page(f"{SCREEN}?{query}", script=WATCH_CANVAS, wait=False)
    player = Descents(page)
    wait_until_idle(page)
    player.jump_to_end()
    expect(player.root.locator(".runner-now")).to_have_text(re.compile("distance .* (0|10)$"))
    assert page.evaluate("window.notFinite") == []


@pytest.mark.parametrize(
    ("scene", "color_scheme"),
    [(scene, ("light", "dark")[i % 2]) for i, scene in enumerate(LESSONS)],
)
def test_every_scene_fits_a_phone(open_page: OpenPage, scene: str, color_scheme: str) -> None:
    player = open_scene(open_page, f"scene={scene}", width=390, color_scheme=color_scheme)
    expect(player.root).to_have_attribute("data-theme", color_scheme)
    assert player.page.evaluate("document.documentElement.scrollWidth") <= 390
    box = player.root.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    for canvas in player.root.locator("section:visible canvas").all():
        assert (canvas.get_attribute("aria-label") or "").strip()


@pytest.mark.timing
def test_the_race_plays_at_thirty_frames_a_second_or_more(open_page: OpenPage) -> None:
    player = open_scene(
        open_page,
        "scene=race&runners=gradient_descent,momentum,nesterov,rmsprop,adam,adamax",
        reduced_motion="no-preference",
    )
    player.press_more("Loop")
    player.wait_for_frame(1)
    rate = 0.0
    for _ in range(3):  # the machine may have other work for a while
        rate = max(rate, player.page.evaluate(FRAME_RATE))
        if rate >= 30:
            break
    print(f"\nthe race of six plays at {rate:.1f} pictures a second")  # noqa: T201 - a measurement
    assert rate >= 30
