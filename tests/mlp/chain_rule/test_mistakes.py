"""Mistakes: one line each is wrong, everything else is the backward pass that trains."""

import numpy as np
import pytest
from hypothesis import given, settings

from mlp import PRESETS, Experiment, train
from mlp.chain_rule.gradient_check import compare
from mlp.chain_rule.lines import LINES, gradient_by_lines
from mlp.chain_rule.mistakes import MISTAKES, lines_with, train_with, wrong_gradient
from mlp.training.inputs import initial_weights, make_objective
from mlp.training.steps import value_and_gradient
from tests.mlp.strategies import networks

SMALL = Experiment(points=40, train_points=40, steps=60, frames=61, learning_rate=0.02)


@settings(max_examples=40, derandomize=True)
@given(networks())
def test_the_lines_are_the_backward_pass_that_trains(network: tuple) -> None:  # type: ignore[type-arg]
    objective, w = network
    objective = objective._replace(l1=0.0)
    J, gradient = value_and_gradient(objective, w)
    J_by_lines, by_lines = gradient_by_lines(objective, w)
    assert J_by_lines == pytest.approx(J, rel=1e-12)
    np.testing.assert_allclose(by_lines, gradient, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", MISTAKES)
def test_every_mistake_replaces_one_line_and_the_check_finds_it(name: str) -> None:
    mistake = MISTAKES[name]
    changed = {line for line in LINES if lines_with(mistake)[line] is not LINES[line]}
    assert changed == {mistake.line}
    assert mistake.right is LINES[mistake.line]
    for experiment in (SMALL, PRESETS["fifty_neurons"], Experiment(dataset="corners", l2=0.1)):
        fitted = mistake.fitted(experiment)
        objective, w = make_objective(fitted), initial_weights(fitted)
        w += 0.1  # biases and all: nothing is hidden by a zero
        assert compare(objective, w, gradient_by_lines(objective, w)[1]).check.passed
        assert not compare(objective, w, wrong_gradient(mistake, objective, w)).check.passed


@pytest.mark.parametrize("name", MISTAKES)
def test_an_experiment_is_changed_only_as_far_as_a_mistake_needs(name: str) -> None:
    mistake = MISTAKES[name]
    plain = mistake.fitted(SMALL)
    assert plain.changes().items() - SMALL.changes().items() <= mistake.needs.items()
    wild = SMALL.replace(l2=0.3, l1=0.1, optimizer="momentum", batch_size=5, clip_norm=1.0)
    fitted = mistake.fitted(wild)
    assert fitted.l2 == 0.3
    assert (fitted.l1, fitted.clip_norm, fitted.batch_size) == (0, 0, 0)
    assert fitted.optimizer == "gradient_descent"


def test_without_a_mistake_it_trains_as_the_compiled_code_does() -> None:
    experiment = SMALL.replace(l2=0.05, schedule="cosine")
    losses, w = train_with(None, experiment)
    run = train(experiment)
    np.testing.assert_allclose(losses, run.loss, rtol=1e-10)
    np.testing.assert_allclose(w, run.w[-1], rtol=1e-9, atol=1e-12)


def test_the_articles_term_is_the_one_that_the_compiled_code_offers() -> None:
    experiment = SMALL.replace(l2=0.05)
    losses, _ = train_with(MISTAKES["article_l2"], experiment)
    np.testing.assert_allclose(
        losses, train(experiment.replace(l2_gradient="article")).loss, rtol=1e-9
    )


def test_the_wrong_sign_climbs_and_a_slope_of_z_runs_away() -> None:
    losses, _ = train_with(MISTAKES["wrong_sign"], SMALL)
    assert losses[-1] > losses[0]
    losses, w = train_with(MISTAKES["slope_of_z"], PRESETS["fifty_neurons"].replace(steps=400))
    assert len(losses) < 401
    assert np.isfinite(losses).all()
    assert np.isfinite(w).all()


def test_a_forgotten_factor_learns_as_well_and_only_the_check_tells() -> None:
    experiment = PRESETS["three_neurons"].replace(steps=2000)
    right, _ = train_with(None, experiment)
    wrong, _ = train_with(MISTAKES["forgotten_output_slope"], experiment)
    assert wrong[0] - wrong[-1] > 0.8 * (right[0] - right[-1])
