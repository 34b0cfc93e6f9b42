"""The screen's numbers: digits that add up, formulas, lines of source, tables, address, reports."""

import dataclasses
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Experiment, Run, network, train
from mlp.chain_rule.bricks import TrainingStep, take_apart
from mlp.chain_rule.gradient_check import compare, errors_by_step
from mlp.chain_rule.mistakes import MISTAKES
from mlp.experiment import Value
from tests.mlp.strategies import short_experiments
from ui.screens.chain_rule import checks, flow, sections, state, tables
from ui.screens.chain_rule.catalog import BRICKS, bricks_of
from ui.screens.chain_rule.digits import (
    EXACT,
    PLACE,
    SHOWN,
    Formula,
    enough_digits,
    put_in,
    significant,
)
from ui.screens.chain_rule.formulas import formulas, gradient_sums, update_formulas
from ui.screens.chain_rule.source import PLACES, code_of
from ui.words.gradients import off_by
from ui.words.naming import names_of
from ui.words.numbers import short

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:\\!\\times\\!10\^\{-?\d+\})?")


def as_float(latex: str) -> float:
    mantissa, _, exponent = latex.partition(r"\!\times\!10^{")
    return float(f"{mantissa}e{exponent.rstrip('}')}" if exponent else mantissa)


def numbers_of(latex: str, formula: Formula) -> tuple[list[float], str]:
    """What a reader finds on the screen: the numbers put in, and the result."""
    signs = re.escape(f"{formula.left} &") + r"(?:=|\\approx) (.*)(?:=|\\approx) (.*)"
    told = re.fullmatch(signs, latex)
    assert told is not None, latex
    body, result = told.groups()
    found, at = [], 0
    for literal in formula.pattern.split(PLACE)[:-1]:
        at = body.index(literal, at) + len(literal)
        match = NUMBER.match(body, at + (body[at] == "("))
        assert match is not None, (body, at)
        found.append(as_float(match.group()))
        at = match.end() + (body[match.end() : match.end() + 1] == ")" and body[at] == "(")
    return found, result


def every_formula(
    step: TrainingStep, experiment: Experiment, point: int, neuron: int
) -> list[Formula]:
    sample = step.sample(point)
    found = [formula for brick in BRICKS for formula in formulas(brick, sample, neuron)]
    for name in ("dL_dW1", "dL_dW2"):
        found += gradient_sums(name, sample, step.batch, neuron)
    return found + [f for fs in update_formulas(step, experiment, neuron).values() for f in fs]


def assert_adds_up(formula: Formula) -> None:
    """With a calculator, the numbers on the screen give the result on the screen."""
    operands, result = numbers_of(put_in(formula), formula)
    shown = enough_digits(formula)[1]
    assert as_float(result) == float(significant(formula.evaluate(operands), shown))
    assert as_float(result) == float(significant(formula.value, shown))


@settings(max_examples=25, derandomize=True)
@given(short_experiments(), st.data())
def test_the_numbers_on_the_screen_multiply_and_add_up(
    experiment: Experiment, data: st.DataObject
) -> None:
    run = train(experiment)
    step = take_apart(run, data.draw(st.integers(0, max(int(run.steps[-1]) - 1, 0))))
    if not step.is_finite():
        return
    point = int(data.draw(st.sampled_from(step.rows.tolist())))
    neuron = data.draw(st.integers(0, experiment.hidden - 1))
    for formula in every_formula(step, experiment, point, neuron):
        assert_adds_up(formula)


@pytest.mark.parametrize("name", ["three_neurons", "fifty_neurons"])
def test_most_results_have_six_digits_and_all_are_mlps(name: str) -> None:
    run = train(PRESETS[name].replace(steps=50))
    step = take_apart(run, 20)
    found = every_formula(step, run.experiment, 4, 2)
    assert sum(enough_digits(formula)[1] == SHOWN for formula in found) >= 0.9 * len(found)
    assert max(enough_digits(formula)[0] for formula in found) <= 12
    for formula in found:
        assert formula.evaluate(formula.operands) == pytest.approx(
            formula.value, rel=1e-9, abs=1e-15
        )
        exact, result = numbers_of(put_in(formula, exact=True), formula)
        assert exact == list(formula.operands)
        assert as_float(result) == formula.value


def test_a_formula_with_rounded_numbers_is_only_about_equal() -> None:
    def product(left: float, right: float) -> str:
        return put_in(Formula("p", "□ × □", (left, right), lambda v: v[0] * v[1], left * right))

    assert product(0.5, 0.25) == "p &= 0.5 × 0.25 = 0.125"
    assert product(1 / 3, 3.0) == r"p &\approx 0.3333333 × 3 \approx 1"
    assert product(1.0001, 1.0001) == r"p &= 1.0001 × 1.0001 \approx 1.0002"


def test_the_formulas_hold_the_numbers_of_the_chosen_sample_and_neuron() -> None:
    run = train(Experiment(steps=10))
    step = take_apart(run, 4)
    s = step.sample(7)
    [z1] = formulas("Z1", s, 1)
    assert z1.value == s.Z1[0, 1]
    assert z1.operands == tuple(np.ravel([s.X[0], s.W1[:, 1]], order="F"))
    z2 = formulas("Z2", s, 1)
    assert [formula.value for formula in z2] == s.Z2[0].tolist()
    assert z2[0].operands[:2] == (s.H1[0, 1], s.W2[1, 0])
    assert [f.value for f in formulas("dL_dW1", s, 2)] == s.dL_dW1[:, 2].tolist()
    assert [f.value for f in gradient_sums("dL_dW2", s, step.batch, 0)] == (
        step.batch.dL_dW2[0].tolist()
    )
    update = update_formulas(step, run.experiment, 0)["update"]
    assert [f.value for f in update[:3]] == run.W1[5, :, 0].tolist()
    assert set(update_formulas(step, run.experiment, 0)) == {"update"}


@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({"l2": 0.1}, {"penalty", "sum", "update"}),
        ({"l2": 0.1, "l1": 0.2, "l2_gradient": "article"}, {"penalty", "sum", "update"}),
        ({"clip_norm": 0.1}, {"clipping", "update"}),
        ({"optimizer": "momentum"}, {"momentum", "update"}),
    ],
)
def test_an_update_has_the_stages_that_its_settings_ask_for(
    changes: dict[str, Value], stages: set[str]
) -> None:
    experiment = Experiment(steps=5).replace(**changes)
    step = take_apart(train(experiment), 3)
    assert set(update_formulas(step, experiment, 0)) == stages
    codes = [code for stage in stages for code in sections.codes_of(stage, experiment)]
    assert all(code_of(code).lines for code in codes)


def test_enough_digits_are_the_fewest_that_agree() -> None:
    cancelling = Formula("d", "□ - □", (1.23456789012, 1.23456780012), lambda v: v[0] - v[1], 9e-8)
    assert enough_digits(cancelling) == (9, 6)
    easy = Formula("p", "□ □", (2.0, 3.0), math.prod, 6.0)
    assert enough_digits(easy) == (6, 6)
    rounded_away = Formula("d", "□ - □", (0.1 + 0.2, 0.3), lambda v: v[0] - v[1], 5.5e-17)
    assert enough_digits(rounded_away)[1] < SHOWN


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_all_digits_read_back_as_the_same_number(value: float) -> None:
    assert float(significant(value, EXACT)) == value


@pytest.mark.parametrize("brick", PLACES)
def test_every_brick_finds_its_line_in_the_source(brick: str) -> None:
    code = code_of(brick)
    module, function, target = PLACES[brick]
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8").splitlines()
    for number, line in zip(code.numbers, code.lines, strict=True):
        assert source[number - 1].strip() == line
        assert target in line
    assert function in {name for name in dir(module) if not name.startswith("_")}


def test_every_brick_that_computes_has_code_and_a_formula() -> None:
    given_ones = {"X", "dZ2_dW2", "dZ1_dW1"}
    for name, brick in BRICKS.items():
        assert bool(brick.code) == (name not in given_ones)
        if brick.code:
            assert code_of(brick.code).lines
            assert brick.formula
    assert [*bricks_of("forward"), *bricks_of("backward")] == list(BRICKS)


def test_a_line_that_is_gone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLACES, "gone", (network, "forward", "Z3"))
    with pytest.raises(LookupError, match=r"no line of mlp\.network\.forward assigns Z3"):
        code_of("gone")


@given(st.integers(1, 400), st.data(), st.integers(1, 9))
def test_windows_hold_what_was_chosen(count: int, data: st.DataObject, most: int) -> None:
    chosen = data.draw(st.integers(0, count - 1))
    for part in (tables.window(chosen, count, most), tables.page_of(chosen, count, most)):
        assert 0 <= part.start <= chosen < part.stop <= count
        assert part.stop - part.start <= most
    shown = tables.window(chosen, count, most)
    assert shown.stop - shown.start == min(most, count)


def test_a_table_shows_the_matrix_and_marks_the_point() -> None:
    step = take_apart(train(Experiment(hidden=50, steps=3)), 1)
    table, marked = tables.samples_table(
        step.batch.H1, step.rows, 120, tables.neuron_names(50), slice(8, 16)
    )
    assert marked == "▶ point 121"
    np.testing.assert_array_equal(table.to_numpy(), step.batch.H1[117:124, 8:16])
    assert list(table.columns) == [f"neuron {j}" for j in range(9, 17)]
    html = tables.style(table, marked=marked).to_html()
    assert significant(step.batch.H1[120, 8]) in html
    assert "font-weight: 700" in html
    assert repr(float(step.batch.H1[120, 8])) in tables.style(table, exact=True).to_html()


def test_a_heat_map_has_a_column_a_sample_coloured_by_sign_and_size() -> None:
    matrix = np.array([[1.0, -2.0], [0.0, 0.5], [-1.0, 2.0]])
    picture = tables.heat_map(matrix, 2)
    wide, high = tables.STRIP_WIDTH // 3, 12
    assert picture.shape == (tables.MARK + 2 * high, 3 * wide, 4)
    middle = picture[tables.MARK + high // 2 :: high, wide // 2 :: wide]
    assert middle[..., 3].tolist() == [[128, 0, 128], [255, 64, 255]]
    blue, orange = [0, 114, 178], [213, 94, 0]
    assert middle[0, 0, :3].tolist() == middle[1, 2, :3].tolist() == blue
    assert middle[0, 2, :3].tolist() == middle[1, 0, :3].tolist() == orange
    marked = np.flatnonzero(picture[0, :, 3])
    assert (marked >= 2 * wide).all()
    assert not tables.heat_map(matrix, None)[: tables.MARK].any()


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"step": ["x"]}, "step = x: must be a whole number from 0 to 1999999. 0 is"),
        (
            {"step": ["-1"]},
            "step = -1: must be a whole number from 0 to 1999999. 0 is",
        ),
        ({"step": ["9" * 50]}, f"step = {'9' * 40}: must be a whole number"),
        (
            {"point": ["1.5"]},
            "point = 1.5: must be a whole number from 1 to 2000. 1 is",
        ),
        ({"brick": ["up"]}, "brick = up: must be one of X, Z1, H1"),
        ({"mistake": ["none"]}, "mistake = none: must be one of slope_of_z"),
        (
            {"step": ["1", "2"]},
            "step = 1 and 2: must be given once, not 2 times, and be",
        ),
    ],
)
def test_a_bad_address_is_refused_by_name(params: dict[str, list[str]], sentence: str) -> None:
    given, [problem] = state.FORM.read(params)
    assert problem.startswith(sentence)
    assert state.FORM.values(given) == state.FORM.values({})


def test_a_good_address_is_read() -> None:
    params = {"step": ["12"], "point": ["3"], "brick": ["update"], "mistake": ["reshaped"]}
    params["view"] = ["one_weight"]
    given, problems = state.FORM.read(params | {"hidden": ["50"]})
    assert not problems
    values = state.FORM.values(given)
    assert values.pop("experiment") == Experiment(hidden=50)
    assert values == {
        "step": 12, "point": 3, "neuron": 1, "brick": "update", "mistake": "reshaped",
        "view": "one_weight",
    }  # fmt: skip


@pytest.mark.parametrize(
    "at",
    [None, 3, "x", {}, {"step": 1}, {"step": -1, "point": 0, "brick": "X"},
     {"step": 1, "point": True, "brick": "X"}, {"step": 1.5, "point": 0, "brick": "X"},
     {"step": float("nan"), "point": 0, "brick": "X"},
     {"step": 1, "point": 0, "brick": "sideways"}, {"step": 1e300, "point": 0, "brick": "update"}],
)  # fmt: skip
def test_nonsense_from_the_browser_changes_nothing(at: object) -> None:
    assert flow.read_report(at) == {}


def test_a_report_from_the_browser_is_read() -> None:
    at = {"step": 7.0, "point": 2, "brick": "dL_dW1", "key": "k"}
    assert flow.read_report(at) == {"step": 7, "point": 3, "brick": "dL_dW1"}


@pytest.fixture(scope="module")
def run() -> Run:
    return train(Experiment(steps=40, frames=10))


def test_the_animation_gets_the_numbers_of_mlp(run: Run) -> None:
    step = take_apart(run, 5)
    data = flow.build(run, step, state.Shown(5, 11, 1, names_of(run)))
    sample = step.sample(11)
    for name in flow.NODE_NUMBERS:
        assert data["sample"]["numbers"][name] == getattr(sample, name)[0].tolist()
    assert data["before"]["first"] == step.batch.W1.ravel().tolist()
    assert data["before"]["second"] + data["after"]["first"] == (
        step.batch.W2.ravel().tolist() + step.w_after[: step.batch.W1.size].tolist()
    )
    assert data["gradients"]["second"] == step.gradient[step.batch.W1.size :].tolist()
    assert [brick["name"] for brick in data["bricks"]] == [*BRICKS, "update"]
    right = int(np.sum((step.batch.H2[:, 1] > step.batch.H2[:, 0]) == (step.batch.Y[:, 1] == 1)))
    assert f"{right} of 300" in data["words"]["hidden"]
    assert "as thick as the sum over all 300 points of the step" in data["words"]["sample"]
    assert data["words"]["sums"] == "dL/dW: sum of 300 points"


def test_the_verdict_says_where_and_by_how_much() -> None:
    words = {}
    for name in ("article_fifty_exploding", "article_fifty_derived"):
        run = train(PRESETS[name].replace(steps=2))
        step = take_apart(run, 0)
        comparison = compare(step.objective, step.w, step.gradient)
        words[name] = checks.verdict_words(comparison, names_of(run)).replace("−", "-")
        check = comparison.check
        if not check.passed:
            W = {"W1": step.batch.W1, "W2": step.batch.W2}[check.layer]
            too_much = 1e-4 * ((W**2).sum() - W[check.row, check.column])
            [stated] = re.findall(r"differ by (-?[\d.e-]+)\.", words[name])
            assert float(stated) == pytest.approx(too_much, rel=1e-3)
            assert f"dL/d{check.layer}" in words[name]
            opposite = check.analytic * check.numeric < 0
            assert ("with opposite signs, as here, it is above 1" in words[name]) == opposite
            larger = max(abs(check.analytic), abs(check.numeric))
            assert check.max_relative_error == pytest.approx(abs(float(stated)) / larger, rel=1e-3)
            apart = comparison.analytic - comparison.numeric
            assert short(apart[:100].max(), 2) in off_by(comparison)  # of W1
            assert short(apart[100:].min(), 2) in off_by(comparison)  # of W2
        named = "chain rule" if check.passed else "the article’s gradient"
        assert next(iter(checks.entries(comparison, names_of(run)))) == named
        table = checks.entries(comparison, names_of(run)).to_string()
        said = checks.error_words(np.array([1.3, 4e-9, 2e-10, 5e-3]), passed=True)
        assert "10⁻¹⁰" in said
        assert not re.search(r"\de[+\-−]?\d", f"{table} {said} {words[name]}")
    assert words["article_fifty_derived"].startswith("Passes: all 200 entries")
    assert words["article_fifty_exploding"].startswith("Fails: 200 of 200 entries")


def test_errors_over_h_have_two_sides_for_a_right_gradient_and_none_for_a_wrong_one() -> None:
    result = checks.trial("forgotten_output_slope", Experiment(points=20, train_points=20, steps=5))
    step = take_apart(train(Experiment(points=20, train_points=20, steps=5)), 0)
    errors = errors_by_step(step.objective, step.w, step.gradient, checks.STEPS)
    best = int(np.argmin(errors))
    assert 3 <= best <= 6
    np.testing.assert_allclose(errors[:3] / errors[1:4], 100, rtol=0.3)  # truncation: h^2
    assert errors[-1] / errors[best] > 1e4  # rounding
    assert "Smallest at" in checks.error_words(errors, passed=True)
    wrong = errors_by_step(
        result.comparison.objective, result.w, result.comparison.analytic, checks.STEPS
    )
    assert wrong.min() > 0.1
    told = checks.error_words(wrong, passed=False)
    assert f"The smallest distance is {short(wrong.min(), 2)} at δ = " in told
    assert "all entries together, where the largest relative error is of a single entry" in told


@pytest.mark.parametrize("name", MISTAKES)
def test_the_words_about_a_mistake_are_true_of_its_losses(name: str) -> None:
    assert name in checks.MISTAKE_WORDS
    result = checks.trial(name, PRESETS["three_neurons"].replace(steps=300))
    words = checks.loss_words(result)
    fallen, right = result.wrong[0] - result.wrong[-1], result.right[0] - result.right[-1]
    if "no longer a finite number" in words:
        assert len(result.wrong) < 301
    elif "does not fall at all" in words:
        assert fallen <= 0
    elif "the curve does not give the mistake away" in words:
        assert fallen >= 0.8 * right
    else:
        assert 0 < fallen < 0.8 * right
    assert significant(result.right[-1], 4) in words
    assert not result.comparison.check.passed


def test_the_penaltys_derivative_is_called_right_only_where_it_is() -> None:
    asked = PRESETS["article_fifty_exploding"]
    for name, mistake in MISTAKES.items():
        told = checks.changed_words(asked, mistake.fitted(asked), mistake)
        assert ("the right derivative of the penalty" in told) == (name != "article_l2")


def test_a_layer_that_is_right_is_said_to_be() -> None:
    experiment = PRESETS["article_fifty_derived"]
    result = checks.trial("averaged_once", experiment.replace(steps=2))
    assert off_by(result.comparison).endswith("in every entry of W1, and in no entry of W2")
    few = dataclasses.replace(
        result.comparison,
        relative_error=np.where(np.arange(200) == 150, 1.0, 0.0),
    )
    assert off_by(few).startswith("in no entry of W1, and by ")
    assert off_by(few).endswith("in 1 of 100 entries of W2")
