"""Networks in lockstep against ``train``, one by one: digits, verdicts, and who leaves early."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import Experiment, train
from mlp.analysis.maps import lockstep, training
from mlp.analysis.maps.lockstep import LANES
from mlp.analysis.maps.pixels import CALM, CHAOTIC, DEAD, INFINITE, SURVIVED, VERDICTS, Pixels
from mlp.analysis.maps.plane import Axis, Plane
from mlp.analysis.maps.training import (
    FEWEST_TOGETHER,
    Rates,
    train_alone,
    train_pixels,
    train_together,
)
from mlp.analysis.verdicts import is_saturated, oscillates
from mlp.base.arrays import Array
from mlp.base.tasks import never
from tests.mlp.strategies import powers_of_ten, short_experiments

SMALL = Experiment(points=60, train_points=40, steps=100)


def together(experiment: Experiment, values: Mapping[str, Array]) -> Pixels:
    count = len(next(iter(values.values())))
    pixels = train_together(experiment, values, count, None, never)
    assert pixels is not None
    return pixels


def alone(experiment: Experiment, values: Mapping[str, Array]) -> Pixels:
    names = list(values)
    rows = zip(*values.values(), strict=True)
    found = [train_alone(experiment.replace(**dict(zip(names, row, strict=True)))) for row in rows]
    return np.concatenate([pixel for pixel in found if pixel is not None])


def rates(low: float, high: float, count: int) -> dict[str, Array]:
    return {"learning_rate": np.geomspace(low, high, count)}


@settings(max_examples=60)
@given(
    short_experiments(
        optimizer=st.sampled_from(training.IN_LOCKSTEP), steps=st.integers(1, 5), frames=st.just(2)
    )
)
def test_a_few_steps_of_any_settings_are_those_of_a_run_alone(experiment: Experiment) -> None:
    experiment = experiment.replace(batch_size=0)
    values = rates(experiment.learning_rate, 2 * experiment.learning_rate, 3)
    ours, expected = together(experiment, values), alone(experiment, values)
    np.testing.assert_allclose(ours["loss"], expected["loss"], rtol=1e-8)
    np.testing.assert_allclose(ours["mean_loss"], expected["mean_loss"], rtol=1e-8)


@settings(max_examples=40)
@given(
    short_experiments(
        optimizer=st.sampled_from(training.IN_LOCKSTEP), learning_rate=powers_of_ten(-4, -2.5)
    )
)
def test_a_run_that_never_rises_is_the_same_to_rounding(experiment: Experiment) -> None:
    experiment = experiment.replace(batch_size=0)
    values = {"init_scale": np.linspace(0.5, 2, 9)}
    ours, expected = together(experiment, values), alone(experiment, values)
    calm = expected["verdict"] == CALM
    for name in ("loss", "mean_loss", "accuracy"):
        np.testing.assert_allclose(ours[name][calm], expected[name][calm], rtol=1e-9)
    for name in ("rises", "first_rise_at", "verdict"):
        np.testing.assert_array_equal(ours[name][calm], expected[name][calm])


def test_a_map_agrees_with_train_pixel_by_pixel() -> None:
    plane = Plane(
        SMALL, Axis("learning_rate", 0.003, 3, "log"), Axis("init_scale", 0.1, 30, "log"), 8
    )
    x, y = (grid.ravel() for grid in np.meshgrid(plane.xs(), plane.ys()))
    ours = train_pixels(SMALL, {"learning_rate": x, "init_scale": y})
    assert ours is not None
    runs = [train(plane.experiment_of(a, b).replace(frames=101)) for a, b in zip(x, y, strict=True)]
    for pixel, run in zip(ours, runs, strict=True):
        calm = run.first_rise_at is None
        assert (pixel["rises"] == 0) == calm
        if calm:
            assert pixel["loss"] == pytest.approx(run.loss[-1], rel=1e-9)
            assert pixel["mean_loss"] == pytest.approx(run.loss.mean(), rel=1e-9)
            assert pixel["accuracy"] == run.accuracy[-1]
            assert VERDICTS[pixel["verdict"]] == ("dead" if is_saturated(run) else "calm")
        else:
            assert pixel["first_rise_at"] == run.first_rise_at
    assert len(np.unique(ours["verdict"])) >= 3


# Each verdict by a run made for it, and what ``diagnose`` looks at of the same run.
MADE = {
    CALM: SMALL.replace(learning_rate=0.003),
    SURVIVED: Experiment(hidden=50, learning_rate=0.03, steps=400),
    CHAOTIC: Experiment(hidden=3, learning_rate=0.2, steps=400),
    DEAD: Experiment(hidden=50, learning_rate=0.3, steps=400),
    INFINITE: SMALL.replace(learning_rate=0.3, l2=10.0, steps=900),
}


@pytest.mark.parametrize("verdict", MADE)
def test_a_verdict_is_that_of_a_run_made_for_it(verdict: int) -> None:
    experiment = MADE[verdict].replace(frames=401)
    by_rate = {"learning_rate": np.full(FEWEST_TOGETHER, experiment.learning_rate)}
    for pixels in (together(experiment, by_rate), train_alone(experiment)):
        assert pixels is not None
        assert [VERDICTS[v] for v in set(pixels["verdict"])] == [VERDICTS[verdict]]
    run = train(experiment)
    assert (run.non_finite_at is not None) == (verdict == INFINITE)
    if verdict != INFINITE:
        assert is_saturated(run) == (verdict == DEAD)
        assert oscillates(run) == (verdict == CHAOTIC)
        assert (run.first_rise_at is None) == (verdict == CALM)


def test_an_infinite_training_has_an_infinite_loss_and_no_accuracy() -> None:
    for pixels in (together(MADE[INFINITE], rates(0.3, 0.31, 8)), train_alone(MADE[INFINITE])):
        assert pixels is not None
        assert np.isinf(pixels["loss"]).all()
        assert np.isinf(pixels["mean_loss"]).all()
        assert np.isnan(pixels["accuracy"]).all()


@pytest.mark.parametrize("name", ["learning_rate", "init_scale", "l2"])
def test_a_network_depends_on_neither_its_lane_nor_its_neighbours(name: str) -> None:
    wild = SMALL.replace(learning_rate=0.3, momentum=0.5, optimizer="momentum", clip_norm=5.0)
    values = np.geomspace(0.05, 5, LANES + 9)
    whole = together(wild, {name: values})
    turned = together(wild, {name: np.roll(values, 17)})
    few = together(wild, {name: values[5:14]})
    np.testing.assert_array_equal(np.roll(turned, -17), whole)
    np.testing.assert_array_equal(few, whole[5:14])


def test_who_leaves_early_would_have_ended_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    deadly = Experiment(hidden=50, points=60, train_points=40, steps=120)
    values = {"learning_rate": np.geomspace(3, 100, 3 * LANES), "l2": np.zeros(3 * LANES)}
    values["l2"][::5] = 10.0  # infinite
    advanced: list[int] = []
    advance = lockstep.advance_lanes

    def counted(*arguments: Any) -> None:
        advanced[-1] += 1
        advance(*arguments)

    monkeypatch.setattr(lockstep, "advance_lanes", counted)
    monkeypatch.setattr(training, "WORK_A_CALL", 30 * LANES * (40 * 60 + 400))  # 30 steps a call
    advanced.append(0)
    left = together(deadly, values)
    of = Rates.of(deadly)
    monkeypatch.setattr(Rates, "of", lambda _: of._replace(calm=np.zeros_like(of.calm)))
    advanced.append(0)
    stayed = together(deadly, values)
    for name in ("loss", "rises", "first_rise_at", "verdict", "accuracy"):
        np.testing.assert_array_equal(left[name], stayed[name])
    finite = np.isfinite(left["loss"])
    np.testing.assert_allclose(left["mean_loss"][finite], stayed["mean_loss"][finite], rtol=1e-12)
    assert {DEAD, INFINITE} <= set(left["verdict"])
    assert advanced[0] < advanced[1]


def test_a_rate_that_still_grows_keeps_everybody() -> None:
    warm = Rates.of(SMALL.replace(warmup_steps=60, schedule="cosine"))
    assert not warm.calm[:59].any()
    assert warm.calm[60:].all()
    assert Rates.of(SMALL).calm.all()


@pytest.mark.parametrize(
    "changes",
    [{"optimizer": "adam"}, {"batch_size": 10}, {"optimizer": "momentum", "batch_size": 7}],
)
def test_what_has_no_lockstep_is_trained_one_by_one(changes: dict[str, str | int]) -> None:
    experiment = SMALL.replace(**changes, steps=20)
    pixels = train_pixels(experiment, rates(0.001, 0.01, 9))
    assert pixels is not None
    np.testing.assert_array_equal(pixels, alone(experiment, rates(0.001, 0.01, 9)))
    assert not np.any(pixels["verdict"] == CHAOTIC) or "batch_size" not in changes


def test_settings_that_shape_the_network_or_its_points_stand_in_groups() -> None:
    values = {"hidden": np.repeat([2.0, 5.0], 10), "data_seed": np.tile([0.0, 1.0], 10)}
    ours = train_pixels(SMALL, values)
    assert ours is not None
    for pixel, hidden, seed in zip(ours, *values.values(), strict=True):
        expected = train_alone(SMALL.replace(hidden=int(hidden), data_seed=int(seed)))
        assert expected is not None
        assert pixel == expected[0]


def test_a_stop_is_heard() -> None:
    assert train_pixels(SMALL, rates(0.001, 0.1, 20), stop=lambda: True) is None
    assert train_pixels(SMALL, rates(0.001, 0.1, 2), stop=lambda: True) is None
