"""A line fitted by descent, and two losses of one logit: gradients, minima, costs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp.surfaces.logistic import LOGIT_LOSSES, descend_logit, probability
from mlp.surfaces.regression import (
    INTERCEPT,
    LOSSES,
    OUTLIER_SHIFT,
    SLOPE,
    Points,
    best_line,
    fit_line,
    gradient,
    hessian,
    make_points,
    objective,
    residuals,
)

LINES = st.tuples(st.floats(-3, 3), st.floats(-3, 3)).map(np.array)
SEEDS = st.integers(0, 2**32 - 1)


def test_three_points_by_hand() -> None:
    # The line y = x against (0, 1), (1, 1), (2, 4): r = -1, 0, -2.
    points, w = Points(np.array([0.0, 1, 2]), np.array([1.0, 1, 4])), np.array([1.0, 0.0])
    assert residuals(points, w).tolist() == [-1, 0, -2]
    # squared: (1 + 0 + 4) / 2 / 3; slope: (-1 0 + 0 1 + -2 2) / 3 = -4/3; intercept: -3/3.
    assert objective(points, w, loss="squared") == pytest.approx(5 / 6)
    assert gradient(points, w, loss="squared") == pytest.approx([-4 / 3, -1])
    # absolute: 3 / 3; signs -1, 0, -1 give (-2 / 3, -2 / 3).
    assert objective(points, w, loss="absolute") == pytest.approx(1)
    assert gradient(points, w, loss="absolute") == pytest.approx([-2 / 3, -2 / 3])
    # Huber with delta 1: 1/2 + 0 + (2 - 1/2) = 2, / 3; slopes -1, 0, -1.
    assert objective(points, w, loss="huber") == pytest.approx(2 / 3)
    assert gradient(points, w, loss="huber") == pytest.approx([-2 / 3, -2 / 3])
    # Hessian of the squared error: mean of [[x x, x], [x, 1]].
    assert hessian(points, w, loss="squared") == pytest.approx(np.array([[5 / 3, 1], [1, 1]]))


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=25)
@given(w=LINES, seed=SEEDS, delta=st.floats(0.1, 5))
def test_gradients_agree_with_central_differences(
    loss: str, w: np.ndarray, seed: int, delta: float
) -> None:
    points, h = make_points(12, noise=1.0, seed=seed), 1e-6
    r = np.abs(residuals(points, w))
    kinks = np.minimum(r, np.abs(r - delta))  # |r| bends at 0, Huber's loss at delta
    if kinks.min() < 1e-4:
        return
    exact = gradient(points, w, loss=loss, delta=delta)
    for axis, step in enumerate(h * np.eye(2)):
        ahead, behind = (objective(points, w + s * step, loss=loss, delta=delta) for s in (1, -1))
        assert (ahead - behind) / (2 * h) == pytest.approx(exact[axis], abs=1e-6)
        slopes = [gradient(points, w + s * step, loss=loss, delta=delta) for s in (1, -1)]
        bent = hessian(points, w, loss=loss, delta=delta)
        assert (slopes[0] - slopes[1]) / (2 * h) == pytest.approx(bent[axis], abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("intercept", [None, INTERCEPT])
@settings(max_examples=10)
@given(seed=SEEDS, outliers=st.integers(0, 3))
def test_no_line_nearby_is_better_than_the_best(
    loss: str, intercept: float | None, seed: int, outliers: int
) -> None:
    points = make_points(15, noise=1.0, outliers=outliers, seed=seed)
    best = best_line(points, loss=loss, intercept=intercept)
    lowest = float(objective(points, best, loss=loss))
    for size in (1e-3, 0.1):
        for angle in np.linspace(0, 2 * np.pi, 16):
            shift = size * np.array([math.cos(angle), 0 if intercept else math.sin(angle)])
            assert objective(points, best + shift, loss=loss) >= lowest - 1e-12
    assert intercept is None or best[1] == intercept


def test_an_outlier_pulls_at_the_squared_error_most() -> None:
    points = make_points(40, noise=0.2, outliers=3, seed=1)
    off = {loss: abs(best_line(points, loss=loss)[0] - SLOPE) for loss in LOSSES}
    assert off["squared"] > 5 * off["absolute"]
    assert off["squared"] > off["huber"]
    clean = make_points(40, noise=0.2, seed=1)
    assert np.array_equal(points.y[:-3], clean.y[:-3])
    assert points.y[-3:] == pytest.approx(clean.y[-3:] + OUTLIER_SHIFT)


@settings(max_examples=20)
@given(seed=SEEDS, size=st.integers(0, 12), epochs=st.integers(1, 4))
def test_every_epoch_uses_every_point_once_and_costs_the_same(
    seed: int, size: int, epochs: int
) -> None:
    points = make_points(10, noise=1.0, seed=seed)
    fit = fit_line(
        points, np.zeros(2), learning_rate=0.05, batch_size=size, epochs=epochs, seed=seed
    )
    assert fit.samples[-1] == 10 * epochs
    used = np.concatenate(fit.batches).reshape(epochs, 10)
    assert np.array_equal(np.sort(used, axis=1), np.tile(np.arange(10), (epochs, 1)))
    assert np.array_equal(np.diff(fit.samples), [len(batch) for batch in fit.batches])
    steps = np.diff(fit.lines, axis=0)
    assert steps == pytest.approx(-0.05 * fit.gradients[:-1], abs=1e-12)
    for t, batch in enumerate(fit.batches):
        some = Points(points.x[batch], points.y[batch])
        expected = gradient(some, fit.lines[t], loss="squared")
        assert fit.gradients[t] == pytest.approx(expected, abs=1e-12)
    assert fit.values == pytest.approx(objective(points, fit.lines, loss="squared"))


def test_the_batch_converges_below_2_over_the_sharpness_and_not_above() -> None:
    points = make_points(20, noise=1.0, seed=3)
    sharpness = np.linalg.eigvalsh(hessian(points, np.zeros(2), loss="squared"))[-1]
    best = best_line(points, loss="squared")
    below = fit_line(points, np.zeros(2), learning_rate=1.99 / sharpness, epochs=3000)
    assert below.lines[-1] == pytest.approx(best, abs=1e-6)
    above = fit_line(points, np.zeros(2), learning_rate=2.01 / sharpness, epochs=5000)
    assert above.ended == "left"
    assert np.isfinite(above.values).all()


def test_a_held_intercept_stays_and_the_same_seed_gives_the_same_digits() -> None:
    points = make_points(20, noise=1.0, seed=3)
    start = np.array([-1.0, INTERCEPT])
    fits = [
        fit_line(points, start, learning_rate=0.1, batch_size=1, seed=7, slope_only=True)
        for _ in range(2)
    ]
    assert np.all(fits[0].lines[:, 1] == INTERCEPT)
    assert np.array_equal(fits[0].lines, fits[1].lines)
    assert abs(fits[0].lines[-1, 0] - best_line(points, loss="squared", intercept=INTERCEPT)[0]) < 1


@pytest.mark.parametrize("loss", LOGIT_LOSSES)
@given(z=st.floats(-30, 30))
def test_the_slope_of_a_logit_loss_is_its_derivative(loss: str, z: float) -> None:
    at, h = np.array([z - 1e-5, z, z + 1e-5]), 1e-5
    below, _, above = LOGIT_LOSSES[loss].value(at)
    assert (above - below) / (2 * h) == pytest.approx(LOGIT_LOSSES[loss].slope(at)[1], abs=1e-8)


def test_the_slopes_differ_by_the_sigmoids_own() -> None:
    z = np.linspace(-20, 20, 9)
    p = probability(z)
    assert LOGIT_LOSSES["squared_error"].slope(z) == pytest.approx(
        LOGIT_LOSSES["cross_entropy"].slope(z) * p * (1 - p)
    )
    assert np.isfinite(LOGIT_LOSSES["cross_entropy"].value(np.array([-1e4, 1e4]))).all()


def test_a_wrong_answer_is_unlearned_by_cross_entropy_and_hardly_by_squared_error() -> None:
    ends = {
        loss: probability(descend_logit(loss, -5.0, learning_rate=1.0, steps=60))[-1]
        for loss in LOGIT_LOSSES
    }
    assert ends["cross_entropy"] > 0.9
    assert ends["squared_error"] < 0.02
