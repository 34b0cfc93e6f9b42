"""Sharpness against the exact Hessian, formed column by column from the gradient.

These tests run twice: compiled, and as plain NumPy (see test_compiled.py).
"""

import numpy as np
import pytest
from hypothesis import given, settings

from mlp import PRESETS, Experiment, Plan
from mlp.base.arrays import Array
from mlp.network import Objective
from mlp.training.inputs import initial_weights, make_data, make_objective
from mlp.training.sharpness import bend_at, hessian_vector_product, sharpness, top_eigenpair
from mlp.training.state import TrainState
from mlp.training.steps import value_and_gradient
from tests.mlp.strategies import networks


def exact_hessian(objective: Objective, w: Array, h: float = 1e-4) -> Array:
    """Differentiate the gradient by central differences of fourth order."""
    smooth = objective._replace(l1=0.0, article=False)

    def gradient(weights: Array) -> Array:
        _, dJ_dw = value_and_gradient(smooth, weights)
        return dJ_dw

    rows = [
        (8 * (gradient(w + e) - gradient(w - e)) - (gradient(w + 2 * e) - gradient(w - 2 * e)))
        / (12 * h)
        for e in h * np.eye(w.size)
    ]
    return (np.array(rows) + np.array(rows).T) / 2


def assert_exact(objective: Objective, w: Array) -> None:
    H = exact_hessian(objective, w)
    values = np.linalg.eigvalsh(H)
    largest, v = top_eigenpair(objective, w)
    size = np.abs(values).max()
    assert largest == pytest.approx(values[-1], abs=1e-5 * size)
    assert np.linalg.norm(v) == pytest.approx(1, rel=1e-9)
    assert v @ H @ v == pytest.approx(values[-1], abs=1e-5 * size)
    assert sharpness(objective, w) == largest


@settings(max_examples=60)
@given(networks(most_hidden=12))
def test_sharpness_is_the_largest_eigenvalue_of_the_exact_hessian(
    network: tuple[Objective, Array],
) -> None:
    assert_exact(*network)


@pytest.mark.parametrize("steps", [0, 30, 500])
@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(hidden=3),
        Experiment(hidden=20, bias=False, l2=0.1),
        Experiment(hidden=50, train_points=50, learning_rate=0.03),
        Experiment(hidden=10, init_scale=5.0, l2=2.0, learning_rate=0.01),
        Experiment(dataset="corners", hidden=4, learning_rate=0.5),
    ],
    ids=["three", "no bias", "fifty", "large weights", "corners"],
)
def test_sharpness_is_exact_before_and_after_training(experiment: Experiment, steps: int) -> None:
    descent = TrainState.start(Plan(experiment), make_data(experiment))
    if steps:
        descent.advance(steps)
    assert_exact(descent.objective, descent.w)


@given(networks())
def test_the_direction_is_an_eigenvector(network: tuple[Objective, Array]) -> None:
    objective, w = network
    largest, v = top_eigenpair(objective, w)
    Hv = hessian_vector_product(bend_at(objective.by_samples(), w), v)
    size = np.abs(np.linalg.eigvalsh(exact_hessian(objective, w))).max()
    assert np.linalg.norm(Hv - largest * v) < 2e-3 * size


@given(networks())
def test_the_hessian_times_a_vector_is_the_exact_product(network: tuple[Objective, Array]) -> None:
    objective, w = network
    v = np.random.RandomState(1).randn(w.size)
    H = exact_hessian(objective, w)
    Hv = hessian_vector_product(bend_at(objective.by_samples(), w), v)
    np.testing.assert_allclose(Hv, H @ v, rtol=1e-6, atol=1e-8 * np.abs(H @ v).max() + 1e-10)


def test_the_penalty_adds_its_own_curvature() -> None:
    experiment = Experiment(hidden=3)
    w = initial_weights(experiment)
    bare = sharpness(make_objective(experiment), w)
    for form in ("derived", "article"):
        objective = make_objective(experiment.replace(l2=7.0, l1=3.0, l2_gradient=form))
        assert sharpness(objective, w) == pytest.approx(bare + 7.0, rel=1e-6)


def test_a_dead_network_is_flat_but_for_its_penalty() -> None:
    dead = TrainState.start(Plan(PRESETS["dead_network"]), make_data(PRESETS["dead_network"]))
    dead.advance(100)
    assert abs(sharpness(dead.objective, dead.w)) < 1e-6
    assert sharpness(dead.objective._replace(l2=2.5), dead.w) == pytest.approx(2.5, rel=1e-6)


def test_a_step_along_the_sharpest_direction_shrinks_by_the_promised_factor() -> None:
    # Along an eigenvector a step multiplies the gradient's change by 1 - learning_rate sharpness.
    experiment = Experiment(hidden=3)
    objective, w = make_objective(experiment), initial_weights(experiment)
    largest, v = top_eigenpair(objective, w)

    def step(weights: Array) -> Array:
        _, dJ_dw = value_and_gradient(objective, weights)
        stepped: Array = weights - 0.05 * dJ_dw
        return stepped

    apart = (step(w + 1e-6 * v) - step(w - 1e-6 * v)) / 2e-6
    assert v @ apart == pytest.approx(1 - 0.05 * largest, rel=1e-6)
