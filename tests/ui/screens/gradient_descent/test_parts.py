"""What the player of descents gets and sends, and the settings of its scenes."""

import base64
import json
import math
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlp.optimizers.registry import OPTIMIZERS
from mlp.surfaces.best_rate import distances
from mlp.surfaces.surfaces import SURFACES, descend, first_outside
from ui.address.form import Values
from ui.address.kinds import Some
from ui.course.steps import STEPS
from ui.screens.gradient_descent import (
    MOST_RUNNERS,
    _step_of,
    clicked_start,
    common,
    endings,
    fitting,
    line,
    one,
    sheets,
    updates,
    words,
)
from ui.screens.gradient_descent.lessons import ADDRESS, LESSONS
from ui.screens.gradient_descent.payload import Picture, Runner, build_payload
from ui.screens.gradient_descent.questions import QUESTIONS
from ui.words.numbers import short

HOSTILE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
PICTURE = Picture("two", ("map",), {}, {}, {"unit": "Step"})


def decode(text: str, dtype: str = "<f8") -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), dtype)


def sent(payload_: dict[str, Any]) -> dict[str, Any]:
    """The payload as the browser gets it: through JSON, which knows no NaN."""
    through: dict[str, Any] = json.loads(json.dumps(payload_, allow_nan=False))
    return through


# --- what goes to the browser


def test_a_path_arrives_as_it_was_computed() -> None:
    surface = SURFACES["rosenbrock"]
    path = descend(surface, (-1.2, 1.0), optimizer="adam", learning_rate=0.1, steps=40)
    apart = distances(surface, path.points)
    runner = Runner(
        "Adam",
        "rate 0.1",
        np.arange(41.0),
        path.points,
        path.values,
        path.gradients,
        apart,
        pushes=path.memory,
    )
    [lane] = sent(build_payload("k", PICTURE, sheets.map_of("rosenbrock"), [runner]))["lanes"]
    assert np.array_equal(decode(lane["points"]).reshape(-1, 2), path.points)
    assert np.array_equal(decode(lane["values"]), path.values)
    assert np.array_equal(decode(lane["gradients"]).reshape(-1, 2), path.gradients)
    assert np.array_equal(decode(lane["pushes"]).reshape(-1, 2), path.memory)
    assert np.array_equal(decode(lane["measure"]), apart)
    assert lane["dimensions"] == 2


@pytest.mark.parametrize("name", [n for n, s in SURFACES.items() if s.dimensions == 2])
def test_a_map_holds_the_surface_row_by_row_from_the_top(name: str) -> None:
    surface, sheet = SURFACES[name], sent(sheets.map_of(name))
    size = sheet["size"]
    grid = decode(sheet["grid"], "<f4").reshape(size, size)
    (x0, x1), (y0, y1) = surface.domain
    cell = np.array([(x1 - x0) / size, (y1 - y0) / size])
    top_left = np.array([x0, y1]) + cell * np.array([0.5, -0.5])
    second = top_left + cell * np.array([1.0, 0.0])
    below = top_left - cell * np.array([0.0, 1.0])
    corners = [grid[0, 0], grid[0, 1], grid[1, 0]]
    assert corners == pytest.approx(surface.value(np.array([top_left, second, below])), rel=1e-6)
    assert sheet["deepest"] == (4 if name == "himmelblau" else 2 if name == "saddle" else 1)
    assert sheet["bend"] >= 0


def test_heights_that_span_decades_are_drawn_on_a_log_scale_and_others_are_not() -> None:
    assert sheets.map_of("beale")["bend"] > 0
    assert sheets.map_of("bowl")["bend"] == 0
    assert sheets.map_of("valley")["bend"] == 0


def test_a_curve_holds_its_values_and_slopes() -> None:
    sheet, surface = sent(sheets.curve_of("double_well")), SURFACES["double_well"]
    x = np.linspace(*surface.domain[0], sheets.CURVE)
    assert np.array_equal(decode(sheet["values"]["curves"][0]), surface.value(x[:, None]))
    assert np.array_equal(decode(sheet["slopes"]["curves"][0]), surface.gradient(x[:, None])[:, 0])
    low, high = sheet["values"]["range"]
    assert low < surface.value(x[:, None]).min() < surface.value(x[:, None]).max() < high


def test_a_descent_that_left_the_map_names_the_first_step_outside_first() -> None:
    surface = SURFACES["valley"]
    path = descend(surface, surface.start, learning_rate=0.09, steps=500)
    assert path.ended == "left_domain"
    told = endings.arrival(surface, path).text
    assert told.startswith("Step 2 is the first outside of the map. Far off, after step 12, the ")
    assert endings.short_ending(surface, path) == "left the map at step 2"
    thrown = descend(surface, surface.start, learning_rate=50.0, steps=500)
    told = endings.arrival(surface, thrown).text
    assert told.startswith("Step 1 is the first outside of the map, far off at x = ")


@pytest.mark.parametrize(("loss", "far"), [("squared", 1e-4), ("huber", 0.01), ("absolute", 0.1)])
def test_the_end_of_the_course_s_descent_is_near_the_best_line_and_told(
    loss: str, far: float
) -> None:
    asked = {
        "loss": loss,
        "outliers": 3,
        "rate": 0.4,
        "epochs": int(str(STEPS[3].params["epochs"])),
    }
    values = line.FORM.values(asked)
    points = fitting.points_of(values)
    fit = fitting.fits_of(values, points)["batch"]
    apart = float(np.linalg.norm(fit.lines[-1] - fitting.best_of(values, points)))
    assert apart < far
    told = fitting.end_of(values, points, fit)
    assert "after 200 steps" in told
    assert f"{short(apart)} from the best line." in told
    assert ("it jumps about" in told) == (loss == "absolute")


def test_the_first_step_outside_of_the_map_is_found() -> None:
    surface = SURFACES["parabola"]
    path = descend(surface, (10.0,), learning_rate=1.05, steps=100)  # each 1.1 times as far
    assert first_outside(surface, path.points) == 2  # 10, -11, 12.1
    inside = descend(surface, (10.0,), learning_rate=0.9, steps=10)
    assert first_outside(surface, inside.points) is None


# --- what comes back


@given(HOSTILE | st.fixed_dictionaries({"point": HOSTILE | st.lists(HOSTILE, max_size=3)}))
def test_a_click_is_a_finite_point_or_none(what: Any) -> None:
    for dimensions in (1, 2):
        point = clicked_start(what, dimensions)
        assert point is None or (len(point) == dimensions and np.isfinite(point).all())


def test_a_click_is_kept_to_four_digits() -> None:
    assert clicked_start({"point": [1.23456, -0.00098765]}, 2) == (1.235, -0.0009877)
    assert clicked_start({"point": [10**400]}, 1) is None
    assert clicked_start({"point": [True]}, 1) is None


@given(HOSTILE | st.fixed_dictionaries({"key": st.just("k") | HOSTILE, "step": HOSTILE}))
def test_a_chosen_step_is_one_of_these_descents_or_none(what: Any) -> None:
    step = _step_of(what, "k", 20.0)
    assert step is None or 0 <= step <= 20


def test_a_step_of_another_descent_counts_as_none() -> None:
    assert _step_of({"key": "k", "step": 7}, "k", 20.0) == 7
    assert _step_of({"key": "other", "step": 7}, "k", 20.0) is None


# --- settings and addresses


@pytest.mark.parametrize("name", LESSONS)
def test_the_defaults_of_a_scene_are_allowed_and_need_no_address(name: str) -> None:
    form = LESSONS[name].form
    values = form.values({})
    for key, field in form.fields({}).items():
        assert field.kind.convert(values[key]) == values[key]
        assert field.kind.parse(field.kind.write(values[key])) == values[key]
    assert form.write({}) == {}
    assert form.write(values) == {}


CHANGES: list[tuple[str, Values]] = [
    ("one", {"surface": "wavy", "start": (-7.25,), "rate": 1 / 3, "precision": 0, "steps": 17}),
    ("two", {"surface": "beale", "start": (1.5, -2.0), "gradient": "numeric", "h": 1e-6}),
    ("race", {"surface": "rosenbrock", "runners": ("adam", "ftrl"), "rate_adam": 0.123456789}),
    ("escape", {"surface": "double_well", "noise": 3.5, "seed": 2**32 - 1, "momentum": 0.5}),
    ("stochastic", {"what": "slope", "loss": "huber", "delta": 0.3, "outliers": 2, "batch": 4}),
    ("stochastic", {"what": "logit", "start": (3.0,), "steps": 9}),
]


@pytest.mark.parametrize(("name", "values"), CHANGES)
def test_an_address_gives_the_same_settings_again(name: str, values: Values) -> None:
    form = LESSONS[name].form
    given_: Values = {}
    for key, value in values.items():
        given_ = form.changed(given_, {key: value})
    params = form.write(given_)
    again, problems = form.read(dict(reversed(params.items())))
    assert problems == []
    assert form.values(again) == form.values(given_)
    assert form.values(again) == form.values(given_) | values


def test_another_surface_takes_its_own_start_and_rate() -> None:
    form = LESSONS["one"].form
    given_ = form.changed({}, {"start": (3.0,)})
    given_ = form.changed(given_, {"rate": 0.7})
    given_ = form.changed(given_, {"steps": 50})
    moved = form.changed(given_, {"surface": "double_well"})
    values = form.values(moved)
    assert values["start"] == SURFACES["double_well"].start
    assert values["rate"] != 0.7
    assert values["steps"] == 50
    assert form.changed(given_, {"surface": "parabola"})["start"] == (3.0,)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("one", {"rate": 0}),
        ("one", {"rate": float("nan")}),
        ("one", {"start": (13.0,)}),
        ("one", {"start": (1.0, 2.0)}),
        ("one", {"steps": 2.5}),
        ("two", {"surface": "parabola"}),
        ("race", {"runners": ()}),
        ("race", {"runners": ("adam", "adam")}),
        ("race", {"nothing": 1}),
        ("escape", {"seed": -1}),
    ],
)
def test_a_value_that_is_not_allowed_changes_nothing(name: str, change: Values) -> None:
    assert LESSONS[name].form.changed({}, change) == {}


REFUSED = [
    (
        "one",
        "rate",
        "0",
        "rate = 0: must be a number above 0 and at most 100. 0.2 is",
    ),
    ("one", "rate", "nan", "must be a number above 0 and at most 100"),
    ("one", "rate", "1e999", "must be a number above 0 and at most 100"),
    ("one", "start", "13", "must be a number from -12 to 12, where the curve is drawn. 10 is used"),
    ("one", "steps", "1.5", "must be a whole number from 1 to 2000. 100 is used"),
    ("one", "surface", "bowl", "must be one of parabola, double_well, wavy. parabola is used"),
    ("two", "start", "9,9", "the first from -4 to 6 and the second from -3 to 7. 0,0 is used"),
    ("two", "start", "1", "must be two numbers, like 1,2"),
    ("two", "start", "inf,0", "must be two numbers, like 1,2"),
    ("race", "runners", "adam,adam", "must be 1 to 6 different names"),
    ("race", "rate_adam", "-1", "must be a number above 0"),
    ("stochastic", "loss", "l1", "must be one of squared, absolute, huber"),
    ("stochastic", "steps", "5", "steps = 5: there is no setting of this name"),
]


@pytest.mark.parametrize(("name", "key", "text", "sentence"), REFUSED)
def test_what_an_address_cannot_mean_is_refused_by_name(
    name: str, key: str, text: str, sentence: str
) -> None:
    given_, problems = LESSONS[name].form.read({key: [text]})
    assert given_ == {}
    [problem] = problems
    assert key in problem
    assert sentence in problem


@settings(max_examples=60)
@given(
    st.sampled_from(list(LESSONS)),
    st.dictionaries(
        st.sampled_from(["surface", "start", "rate", "steps", "what", "loss", "runners", "seed"])
        | st.text(max_size=5),
        st.lists(
            st.text(max_size=12)
            | st.floats().map(str)
            | st.sampled_from(["logit", "slope", "wavy", "beale", "1,1", "0.5"]),
            min_size=1,
            max_size=2,
        ),
        max_size=5,
    ),
)
def test_any_address_gives_settings_that_are_allowed(
    name: str, params: dict[str, list[str]]
) -> None:
    form = LESSONS[name].form
    given_, problems = form.read(params)
    assert len(problems) + len(given_) == len(params)
    fields = form.fields(given_)
    for key, value in form.values(given_).items():
        fields[key].kind.convert(value)


def test_a_race_takes_as_many_as_the_player_shows() -> None:
    runners = LESSONS["race"].form.fields({})["runners"].kind
    assert isinstance(runners, Some)
    assert runners.convert(runners.names[:MOST_RUNNERS])
    assert str(runners).startswith(f"1 to {MOST_RUNNERS} ")
    with pytest.raises(ValueError, match=r"^$"):
        runners.convert(runners.names[: MOST_RUNNERS + 1])


def test_every_lesson_has_its_settings_behind_the_address() -> None:
    form = ADDRESS.form
    for name in LESSONS:
        assert set(form.fields({"scene": name})) == {"scene", *LESSONS[name].form.fields({})}


# --- words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.2, "0.2"),
        (-3.0, "−3"),
        (1e-6, "10⁻⁶"),
        (-9.5511e-7, "−9.551 × 10⁻⁷"),
        (1e10, "10¹⁰"),
        (2.5e100, "2.5 × 10¹⁰⁰"),
        (-0.0, "0"),
    ],
)
def test_numbers_are_written_as_people_write_them(value: float, text: str) -> None:
    assert words.signed(value) == text


def test_the_limit_of_the_parabola_is_1() -> None:
    below, at, above = (words.zone(rate, 2.0) for rate in (0.99, 1.0, 1.01))
    assert [v.heading for v in (below, at, above)] == ["Overshooting", "Oscillating", "Diverging"]
    assert [v.good for v in (below, at, above)] == [True, False, False]
    assert "2 / 2 = 1." in below.text


def test_the_valleys_crossed_are_those_crossed() -> None:
    surface = SURFACES["wavy"]
    plain = descend(surface, (8.0,), learning_rate=0.2, steps=200)
    told = endings.resting_place("Plain", surface, plain)
    assert "never left its first valley" in told
    assert "local minimum 5.964, not the deepest" in told
    pushed = descend(surface, (8.0,), optimizer="momentum", learning_rate=0.2, steps=200)
    assert "the valley of the deepest minimum" in endings.resting_place("M", surface, pushed)


def test_the_winner_is_who_arrives_first_and_stays() -> None:
    passing = np.array([1.0, 1e-4, 1.0, 1.0, 1e-4])
    staying = np.array([1.0, 0.5, 1e-4, 1e-5, 1e-6])
    told = words.race_result(["Passing", "Staying"], [passing, staying], 1e-3)
    assert told == "Staying came within 0.001 of a minimum first, at step 2, and stayed there."
    told = words.race_result(["A", "B"], [passing[:4], staying[:2]], 1e-3)
    assert told == "Nobody came within 0.001 of a minimum. B ended nearest, 0.5 away."


def test_only_what_stands_at_a_minimum_is_said_to() -> None:
    bent = SURFACES["rosenbrock"]
    slow = descend(bent, (-1.2, 1.0), learning_rate=0.00033, steps=500)
    verdict = endings.arrival(bent, slow)  # f = 3.6, far from 0
    assert (verdict.good, verdict.heading) == (None, "Still going down")
    to_and_fro = descend(SURFACES["parabola"], (10.0,), learning_rate=1.0, steps=5)
    swinging = endings.arrival(SURFACES["parabola"], to_and_fro)
    assert (swinging.good, swinging.heading) == (False, "Not at the minimum")
    there = endings.arrival(bent, descend(bent, (1.0, 1.0), learning_rate=1e-3, steps=3))
    assert (there.good, there.heading) == (True, "At the minimum")
    wavy = SURFACES["wavy"]
    held = endings.arrival(wavy, descend(wavy, (8.0,), learning_rate=0.2, steps=200))
    assert (held.good, held.heading) == (False, "At a local minimum, not the deepest")
    saddle = SURFACES["saddle"]
    flat = endings.arrival(saddle, descend(saddle, (0.0, 0.0), learning_rate=0.1, steps=3))
    assert (flat.good, flat.heading) == (False, "On flat ground, not at a minimum")
    lost = endings.arrival(wavy, descend(wavy, (8.0,), learning_rate=100, steps=50))
    assert (lost.good, lost.heading) == (False, "Ran away")


@given(st.floats(-2, 2), st.floats(-1, 3), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_a_tick_means_a_short_gradient_near_a_minimum(x0: float, x1: float, steps: int) -> None:
    surface = SURFACES["rosenbrock"]
    path = descend(surface, (x0, x1), learning_rate=1e-3, steps=steps)
    if endings.arrival(surface, path).good:
        assert np.linalg.norm(path.points[-1] - 1.0) <= 1e-3
        assert np.linalg.norm(surface.gradient(path.points[-1])) <= 1.002


def test_a_value_near_its_minimum_is_told_from_it() -> None:
    assert float(endings.value_above(1.000172, 1.0)) > 1
    assert endings.value_above(37.0, 1.0) == "37"
    assert endings.value_above(1.0, 1.0) == "1"
    assert endings.value_above(-0.3, -0.3001) == "−0.300000"


def test_a_direction_is_named_by_its_axis_or_its_vector() -> None:
    assert words.direction(np.array([0.0, -1.0])) == "along x1"
    assert words.direction(np.array([0.6, -0.8])) == "along (−0.6, 0.8)"


@pytest.mark.parametrize("name", SURFACES)
def test_the_slider_reaches_rates_far_below_one_that_suits_the_surface(name: str) -> None:
    surface = SURFACES[name]
    sharpest = float(np.linalg.eigvalsh(surface.hessian(np.array(surface.minima[0].point)))[-1])
    assert common.lowest_rate(name) < 0.02 / sharpest


def test_the_last_row_of_the_table_has_no_next_step() -> None:
    path = descend(SURFACES["parabola"], (10.0,), learning_rate=0.2, steps=3)
    steps = one.table(path)["step to the next x"]
    assert steps.isna().tolist() == [False, False, False, True]


PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def evaluate(text: str) -> float:
    """The number of an expression as it is written on the screen."""
    text = re.sub(r"10([⁻⁰¹²³⁴-⁹]{1,4})", lambda m: f"1e{m[1].translate(PLAIN_DIGITS)}", text)
    text = re.sub(r"\|([^|]+)\|", r"abs(\1)", text).replace("√", "sqrt")
    text = text.replace("×", "*").replace("−", "-").replace("²", "**2")
    return float(eval(text, {"sqrt": math.sqrt}))  # noqa: S307 - the test's own text


def sums_of(line: str, here: dict[str, float]) -> list[list[float]]:
    """The numbers on all sides of each equation of a line, places filled as the browser does."""
    filled = re.sub(r"\{\(?(\w+)\)?\}", lambda place: f"({here[place[1]]!r})", line)
    found = []
    for equation in re.split(r", (?=\D+ = )|, before it ", filled):
        sides = [s for s in equation.split(" = ") if re.fullmatch(r"[-−\d().e+×/√⁰¹²³⁴-⁹⁻| ]+", s)]
        found.append([evaluate(side) for side in sides])
    return [numbers for numbers in found if len(numbers) > 1]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_update_comes_out_with_the_numbers_shown(optimizer: str) -> None:
    path = descend(SURFACES["parabola"], (-7.0,), optimizer=optimizer, learning_rate=0.08, steps=30)
    update = updates.update_of(path, optimizer=optimizer, rate=0.08)
    assert all(len(numbers) == 30 for numbers in update.places.values())
    for step in (0, 1, 29):
        here = {name: float(numbers[step, 0]) for name, numbers in update.places.items()}
        checked = [sums for line in update.lines for sums in sums_of(line, here)]
        assert checked
        for numbers in checked:
            assert numbers == pytest.approx([numbers[-1]] * len(numbers), rel=1e-3, abs=1e-6)
        [last] = [line for line in update.lines if line.endswith("{next}")]
        assert sums_of(last, here)[-1][-1] == path.points[step + 1, 0]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_letter_of_an_update_is_named_below_it(optimizer: str) -> None:
    path = descend(SURFACES["parabola"], (-7.0,), optimizer=optimizer, learning_rate=0.08, steps=3)
    update = updates.update_of(path, optimizer=optimizer, rate=0.08)
    written = re.sub(r"\{.*?\}", "", " ".join(update.lines))
    for letter in "xgηβρvsmuεΔnabλσz":
        stands = re.search(rf"(?<![a-z]){letter}(?![a-z₀-₉ᵗ\u0302])", written)
        assert bool(stands) == bool(re.search(rf"(^|; |, ){letter}[:,]", update.letters)), letter
    for letter in ("β₁", "β₂", "m̂", "ŝ"):
        assert (letter in written) == (f"{letter}: " in update.letters)


def test_an_update_of_other_letters_than_x_names_them_too() -> None:
    told = {"z": "the logit", "g": "the slope there"}
    update = updates.plain_update("z", np.zeros((3, 1)), np.zeros((3, 1)), 0.1, letters=told)
    assert update.letters == "z: the logit; η: the learning rate; g: the slope there."


def test_the_point_that_nesterov_looks_ahead_from_is_sutskevers() -> None:
    """theta follows v <- m v - rate g(theta + m v), theta <- theta + v, written out by itself."""
    surface, rate, m = SURFACES["valley"], 0.01, 0.9
    path = descend(surface, (-9, 3), optimizer="nesterov", learning_rate=rate, steps=12)
    behind = updates.update_of(path, optimizer="nesterov", rate=rate).places["behind"]
    theta, v = np.array([-9.0, 3.0]), np.zeros(2)
    for told in behind:
        np.testing.assert_allclose(told, theta, rtol=1e-12)
        v = m * v - rate * surface.gradient(theta + m * v)
        theta = theta + v


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_asks_what_its_run_answers(name: str) -> None:
    form = LESSONS[name].form
    for asked in QUESTIONS[name]:
        right, told = asked.truth()
        assert right in asked.answers
        assert re.search(r"\d", told)
        assert not re.search(r"\b(nan|inf)\b|1 steps", told)
        given_ = form.changed({}, asked.settings)
        assert form.write(given_) or not any(asked.settings.values())


def test_the_questions_have_the_answers_of_the_formulas() -> None:
    fast, wild = (question.truth()[0] for question in QUESTIONS["one"])
    assert (fast, wild) == ("few", "away")  # 1 - 0.5 x 2 = 0, 1 - 1.05 x 2 = -1.1
    assert QUESTIONS["two"][0].truth()[0] == "zigzag"  # 1 - 0.07 x 25 = -0.75 across
    assert QUESTIONS["stochastic"][1].truth()[0] == "absolute"


def test_of_the_descents_on_the_absolute_error_those_that_jump_are_named() -> None:
    values = line.FORM.values({"loss": "absolute"})
    points = fitting.points_of(values)
    fits = fitting.fits_of(values, points)
    best = fitting.objective(values, points, fitting.best_of(values, points))
    told = fitting.sentences(values, points, fits, float(best))[-1]
    assert "the loss rises 0 times in 5 for the batch" in told
    assert told.endswith("mini-batches and single samples keep jumping, the batch does not.")
    of_single = fits["single"].values[200:]
    rises = sum(later > before for before, later in pairwise(of_single))
    assert f"{rises} times in 200 for single samples" in told
    still = fitting.sentences({**values, "loss": "huber"}, points, fits, float(best))
    assert "jumping" not in " ".join(still)
