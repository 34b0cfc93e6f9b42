"""Verdicts: nothing is called learned that has not, and nothing small that is huge."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings

from mlp import PRESETS, Experiment, Plan, train
from mlp.analysis.verdicts import (
    VERDICTS,
    data_loss_at,
    data_losses,
    dead,
    dead_since,
    has_learned,
    is_huge,
    is_poor,
    is_saturated,
    judge,
    moves,
    oscillates,
    stalled,
    typical_loss,
)
from mlp.training.inputs import make_objective
from tests.mlp.strategies import short_experiments, wild_experiments


@pytest.mark.parametrize(
    ("verdict", "experiment"),
    [
        ("converged", Experiment(dataset="corners", hidden=8, learning_rate=1.0, steps=5000)),
        ("learning", Experiment(dataset="corners", hidden=8, learning_rate=0.1, steps=1500)),
        ("stuck", Experiment(hidden=1, learning_rate=1e-6, steps=50)),
        ("oscillating", Experiment(hidden=3, learning_rate=0.03, steps=3000)),
        ("saturated", Experiment(hidden=50, learning_rate=0.3, steps=30)),
        ("exploding", Experiment(hidden=3, learning_rate=0.3, l2=10.0, steps=25)),
        ("non_finite", Experiment(hidden=3, learning_rate=0.3, l2=10.0)),
    ],
)
def test_a_verdict_is_that_of_a_run_made_for_it(verdict: str, experiment: Experiment) -> None:
    assert judge(train(experiment.replace(frames=60))) == verdict


@settings(max_examples=120, derandomize=True)
@given(short_experiments() | wild_experiments())
def test_no_run_is_called_learned_that_has_not(experiment: Experiment) -> None:
    run = train(experiment)
    verdict = judge(run)
    assert verdict in VERDICTS
    losses = [data_loss_at(make_objective(experiment), w) for w in (run.w[0], run.w[-1])]
    if verdict == "converged":
        assert run.train_accuracy[-1] >= 0.9
        assert losses[1] <= 0.5 * losses[0] * (1 + 1e-9)
    if run.non_finite_at is None and not is_poor(run):
        assert has_learned(run)
    assert (verdict == "non_finite") == (run.non_finite_at is not None)
    if verdict in ("stuck", "learning", "converged"):
        assert np.abs(run.w[-1]).max() <= 1e6 * max(np.abs(run.w[0]).max(), 1)


def test_a_penalty_that_falls_teaches_nothing() -> None:
    # the weights shrink to nothing: J falls a hundredfold, the data loss not at all
    run = train(Experiment(init_scale=30.0, learning_rate=1e-4, l2=300.0, steps=400))
    assert run.loss[-1] < 0.1 * run.loss[0]
    assert data_losses(run)[-1] > 0.4 * data_losses(run)[0]
    assert not has_learned(run)
    assert judge(run) == "stuck"


def test_the_data_loss_beside_an_exploded_penalty_is_that_of_the_network() -> None:
    run = train(PRESETS["penalty_too_strong"])
    losses = data_losses(run)
    assert run.penalty[-1] > 1e100
    # of their difference no digit is left
    assert run.loss[-1] == pytest.approx(run.penalty[-1], rel=1e-14)
    assert np.all((losses > 0.1) & (losses <= 1))
    assert 0.1 < typical_loss(run) <= 1


def test_small_weights_that_grow_to_the_usual_size_do_not_explode() -> None:
    run = train(Experiment(init_scale=1e-7, learning_rate=0.05, steps=3000, frames=40))
    assert np.abs(run.w[-1]).max() > 1e6 * np.abs(run.w[0]).max()
    assert not is_huge(run)


def test_swings_too_small_to_see_are_no_oscillation() -> None:
    # L1 moves each weight by the same length at each step, back and forth around 0
    run = train(Experiment(hidden=3, l1=0.5, steps=4000, frames=60))
    assert run.rises[-5:].sum() > 0.05 * (run.steps[-1] - run.steps[-6])
    assert not oscillates(run)
    assert judge(run) == "stuck"
    swinging = dataclasses.replace(run, loss_max=run.loss_max * 1.02)
    assert oscillates(swinging)


def test_with_mini_batches_rises_are_no_oscillation() -> None:
    run = train(PRESETS["exploding_wide"].replace(batch_size=10, steps=600))
    assert run.rises.sum() > 100
    assert judge(run) != "oscillating"


def test_a_gradient_that_is_nearly_zero_has_vanished_only_where_the_network_stays_dead() -> None:
    died = train(PRESETS["dead_network"].replace(steps=500, frames=40))
    assert np.array_equal(dead(died), died.steps >= died.steps[dead_since(died)])
    assert 0 < dead(died).sum() < len(died.steps)
    # cut off before its end, the same network may still go on
    cut = dataclasses.replace(died, plan=Plan(died.experiment.replace(steps=501)))
    assert stalled(cut)[-1]
    assert not dead(cut).any()
    # one neuron at its best fit: a minimum, and no unit is saturated
    fitted = train(Experiment(hidden=1, learning_rate=0.05, steps=30_000, frames=40))
    assert stalled(fitted)[-1]
    assert not dead(fitted).any()


def test_a_network_that_moves_is_not_dead_however_small_its_gradient() -> None:
    run = train(Experiment(learning_rate=1.0, optimizer="adam"))
    assert stalled(run)[-1]
    assert np.ptp(run.train_accuracy[-10:]) > 0.02
    assert judge(run) != "saturated"


def test_a_rise_alone_is_no_swing() -> None:
    run = train(Experiment(learning_rate=30.0, steps=1))
    assert run.rises.sum() == 1
    assert judge(run) != "oscillating"


def test_a_gradient_that_is_small_for_a_moment_is_no_death() -> None:
    run = train(
        Experiment(
            points=12, train_points=12, data_seed=690, init_seed=60, hidden=2, bias=False,
            learning_rate=100, steps=60, frames=20,
        )
    )  # fmt: skip
    assert stalled(run)[-1]
    assert moves(run)
    assert not is_saturated(run)


def test_weights_are_huge_beside_their_own_start() -> None:
    for scale, times in ((1.0, 1.0), (0.01, 100.0)):  # a start below the usual size counts as usual
        run = train(Experiment(init_scale=scale, steps=10))
        first = np.abs(run.w[0]).max()
        for share, huge in ((0.999, False), (1.001, True)):
            w = run.w.copy()
            w[-1, 0] = share * 1e6 * times * first
            assert is_huge(dataclasses.replace(run, w=w)) == huge
