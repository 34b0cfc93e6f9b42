"""The gradient check: passes what is right, and finds what is wrong, in its place and size."""

import dataclasses
import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Experiment, Run, check_gradients, train
from mlp.chain_rule.gradient_check import TOLERANCE, compare, errors_by_step
from mlp.training.inputs import make_objective
from tests.mlp.strategies import short_experiments

CUT = {"penalty_too_strong": 20_000, "exploding_late": 3000}  # the others are told in 300
ARTICLE = [name for name, preset in PRESETS.items() if preset.l2_gradient == "article"]


@functools.cache
def run_of(name: str, form: str = "") -> Run:
    preset = PRESETS[name]
    return train(
        preset.replace(steps=CUT.get(name, 300), frames=20, l2_gradient=form or preset.l2_gradient)
    )


@pytest.mark.parametrize("name", PRESETS)
def test_the_derived_gradient_passes_at_every_stage_of_a_preset(name: str) -> None:
    run = run_of(name, "derived")
    for frame in (0, 1, len(run.steps) // 2, -1):
        check = check_gradients(run, frame=frame)
        assert check.passed, (frame, check)
        assert check.max_relative_error <= TOLERANCE


def test_it_passes_with_the_weights_of_an_explosion() -> None:
    run = run_of("penalty_too_strong")
    assert np.abs(run.w[-1]).max() > 1e150
    assert check_gradients(run, frame=-1).passed


@pytest.mark.parametrize("name", ARTICLE)
def test_the_articles_term_fails_in_its_place_and_by_its_size(name: str) -> None:
    run = run_of(name)
    l2 = run.experiment.l2
    for frame in (0, -1):
        check = check_gradients(run, frame=frame)
        assert not check.passed
        W = {"W1": run.W1, "W2": run.W2}[check.layer][frame]
        dL_dW = {"W1": run.dL_dW1, "W2": run.dL_dW2}[check.layer][frame]
        assert check.analytic == dL_dW[check.row, check.column]
        wrong = l2 * (W**2).sum() - l2 * W[check.row, check.column]
        assert check.analytic - check.numeric == pytest.approx(wrong, rel=1e-3)


@pytest.mark.parametrize("name", ARTICLE)
def test_the_place_is_that_of_the_largest_relative_error(name: str) -> None:
    run, right = run_of(name), run_of(name, "derived")
    np.testing.assert_array_equal(run.w[0], right.w[0])
    published, derived = run.gradient[0], right.gradient[0]
    larger = np.maximum(np.abs(published), np.abs(derived))
    errors = np.abs(published - derived) / larger
    check = check_gradients(run)
    clear = larger > 1e-3  # of smaller ones the differences are uncertain, and count less
    assert check.max_relative_error >= errors[clear].max() * (1 - 1e-3)
    layer = {"W1": 0, "W2": run.W1[0].size}[check.layer]
    columns = {"W1": run.experiment.hidden, "W2": 2}[check.layer]
    found = layer + check.row * columns + check.column
    # J of 50 points is good to 1e-14, and its differences over 2e-5 to 1e-9
    doubt = 2e-9 / larger[found]
    assert check.max_relative_error <= errors[found] * (1 + 1e-3) + doubt
    assert check.analytic == published[found]


@settings(max_examples=40, derandomize=True)
@given(st.data(), st.booleans(), st.integers(1, 6))
def test_a_single_broken_entry_is_found(data: st.DataObject, bias: bool, hidden: int) -> None:
    run = train(Experiment(hidden=hidden, bias=bias, l2=0.1, points=20, train_points=20, steps=3))
    layer = data.draw(st.sampled_from(["W1", "W2"]))
    rows, columns = {"W1": run.W1, "W2": run.W2}[layer].shape[1:]
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    frame = data.draw(st.integers(0, 3))

    gradient = run.gradient.copy()
    broken = dataclasses.replace(run, gradient=gradient)
    assert check_gradients(broken, frame=frame).passed
    entry = {"W1": broken.dL_dW1, "W2": broken.dL_dW2}[layer]
    right = entry[frame, row, column]
    entry[frame, row, column] += 0.5  # a view: writes into `gradient`
    check = check_gradients(broken, frame=frame)
    assert not check.passed
    assert (check.layer, check.row, check.column) == (layer, row, column)
    assert check.analytic == pytest.approx(right + 0.5)
    assert check.numeric == pytest.approx(right, abs=1e-6)
    size = max(abs(right), abs(right + 0.5))
    assert check.max_relative_error == pytest.approx(0.5 / size, rel=1e-4)


def test_a_forgotten_factor_is_found() -> None:
    run = train(Experiment(steps=1))
    doubled = dataclasses.replace(run, gradient=2 * run.gradient)
    check = check_gradients(doubled)
    assert not check.passed
    assert check.max_relative_error == pytest.approx(0.5, rel=1e-3)
    nearly = dataclasses.replace(run, gradient=run.gradient * (1 + 1e-4))
    assert not check_gradients(nearly).passed


@settings(max_examples=30, derandomize=True)
@given(short_experiments(l1=st.just(0.0), l2_gradient=st.just("derived")))
def test_it_passes_for_runs_of_every_kind(experiment: Experiment) -> None:
    run = train(experiment)
    check = check_gradients(run, frame=len(run.steps) // 2)
    assert check.passed, check


def test_a_frame_may_be_counted_from_the_end() -> None:
    run = train(Experiment(steps=5))
    assert check_gradients(run, frame=-1) == check_gradients(run, frame=5)
    assert check_gradients(run, frame=-6) == check_gradients(run, frame=0)


@pytest.mark.parametrize("frame", [6, 1000, -7])
def test_a_frame_that_there_is_not_is_refused(frame: int) -> None:
    run = train(Experiment(steps=5))
    with pytest.raises(ValueError, match=f"frame = {frame}: the run has frames 0 to 5"):
        check_gradients(run, frame=frame)


@pytest.mark.parametrize("h", [0.0, -1e-5, 1.0, float("inf"), float("nan")])
def test_a_step_of_the_differences_out_of_range_is_refused(h: float) -> None:
    run = train(Experiment(steps=1))
    with pytest.raises(ValueError, match=f"h = {h}: must be above 0 and below 1; 1e-5 is usual"):
        check_gradients(run, h=h)


@pytest.mark.parametrize("h", [1e-4, 1e-5, 1e-6])
def test_the_step_of_the_differences_is_a_choice(h: float) -> None:
    check = check_gradients(train(Experiment(hidden=5, l2=0.1, steps=1)), h=h)
    assert check.h == h
    assert check.passed == (h < 1e-4) or check.max_relative_error < 1e-3


@pytest.mark.parametrize(
    "name", ["three_neurons", "exploding_late", "rescued_by_decay", "penalty_too_strong"]
)
def test_it_passes_at_every_single_frame_of_a_whole_run(name: str) -> None:
    run = train(PRESETS[name])
    checks = [check_gradients(run, frame=frame) for frame in range(len(run.steps))]
    assert [check for check in checks if not check.passed] == []


def test_any_gradient_can_be_compared_entry_by_entry() -> None:
    run = train(Experiment(hidden=4, l2=0.1, steps=1))
    objective, w, right = make_objective(run.experiment), run.w[0], run.gradient[0]
    comparison = compare(objective, w, right)
    assert comparison.check == check_gradients(run)
    assert comparison.relative_error.shape == w.shape
    np.testing.assert_allclose(comparison.numeric, right, rtol=1e-5, atol=1e-8)
    places = [comparison.place(i) for i in range(len(w))]
    assert places[:5] == [("W1", 0, 0), ("W1", 0, 1), ("W1", 0, 2), ("W1", 0, 3), ("W1", 1, 0)]
    assert places[12:15] == [("W2", 0, 0), ("W2", 0, 1), ("W2", 1, 0)]
    broken = right.copy()
    broken[13] += 0.5
    errors = compare(objective, w, broken).relative_error
    assert np.flatnonzero(errors > TOLERANCE).tolist() == [13]
    with pytest.raises(ValueError, match="h = 0: must be above 0"):
        compare(objective, w, right, h=0)


def test_the_distance_of_a_right_gradient_falls_with_h_squared_and_rises_with_one_over_h() -> None:
    run = train(Experiment(l2=0.01, steps=1))
    objective, w, right = make_objective(run.experiment), run.w[0], run.gradient[0]
    steps = 10.0 ** -np.arange(1.0, 13.0)
    errors = errors_by_step(objective, w, right, steps)
    np.testing.assert_allclose(errors[:3] / errors[1:4], 100, rtol=0.2)
    assert errors[3:6].min() == errors.min() < 1e-8
    assert errors[-1] > 1e4 * errors.min()
    wrong = errors_by_step(objective, w, 2 * right, steps)
    np.testing.assert_allclose(wrong[1:9], 0.5, rtol=1e-3)
    assert (errors_by_step(objective, w, 0 * right, steps[:1]) == 1).all()
