"""A line fitted to points, y = slope x + intercept: losses, their gradients, and noisy descents.

The loss of a line is the mean over the points of a function of the residual r = prediction - y.
Batch descent takes the gradient over all points, stochastic descent over a few of them: the same
direction on average, at a fraction of the cost.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array, Labels

SLOPE, INTERCEPT = 1.5, 1.0  # of the line behind the points
X_RANGE = (0.0, 3.0)  # not around 0: slope and intercept pull at each other, as they mostly do
OUTLIER_SHIFT = -8.0
TOO_FAR = 1e9  # a fit that has run away this far only gets farther


@dataclass(frozen=True, eq=False)
class Points:
    """Points x (n,) and y (n,)."""

    x: Array
    y: Array


def make_points(n: int, *, noise: float, outliers: int = 0, seed: int = 0) -> Points:
    """Return points around a line; the same seed gives the same digits.

    Parameters
    ----------
    n : int
        Number of points, 2 or more.
    noise : float
        Standard deviation of y around the line.
    outliers : int
        So many points with the largest x are moved far down.
    seed : int
        0 to 2^32 - 1.
    """
    random = np.random.RandomState(seed)
    x = np.sort(random.uniform(*X_RANGE, n))
    y = SLOPE * x + INTERCEPT + noise * random.randn(n)
    if outliers:
        y[-outliers:] += OUTLIER_SHIFT
    return Points(x=x, y=y)


def squared_error(r: Array, delta: float) -> Array:  # noqa: ARG001 - every loss takes both
    """Half the square: r^2 / 2."""
    return 0.5 * r**2


def squared_error_slope(r: Array, delta: float) -> Array:  # noqa: ARG001
    """Derivative of `squared_error`: r, without bound, so that one far point can rule the fit."""
    return r


def absolute_error(r: Array, delta: float) -> Array:  # noqa: ARG001
    """Absolute value."""
    return np.abs(r)


def absolute_error_slope(r: Array, delta: float) -> Array:  # noqa: ARG001
    """Derivative of `absolute_error`: the sign, 0 at 0: as long near the minimum as far away."""
    return np.sign(r)


def huber(r: Array, delta: float) -> Array:
    """Half the square up to ``delta``, then a straight line that continues it.

    Source: Huber 1964, "Robust estimation of a location parameter".
    """
    size = np.abs(r)
    return np.where(size <= delta, 0.5 * r**2, delta * (size - 0.5 * delta))


def huber_slope(r: Array, delta: float) -> Array:
    """Derivative of `huber`: r, held between -delta and delta."""
    return np.clip(r, -delta, delta)


def _one(r: Array, delta: float) -> Array:  # noqa: ARG001
    return np.ones_like(r)


def _zero(r: Array, delta: float) -> Array:  # noqa: ARG001
    return np.zeros_like(r)


def _inside(r: Array, delta: float) -> Array:
    return (np.abs(r) <= delta).astype(np.float64)


@dataclass(frozen=True)
class Loss:
    """A function of residuals (n,) and delta, its derivative, and its second derivative."""

    value: Callable[[Array, float], Array]
    slope: Callable[[Array, float], Array]
    curvature: Callable[[Array, float], Array]


LOSSES: dict[str, Loss] = {
    "squared": Loss(squared_error, squared_error_slope, _one),
    "absolute": Loss(absolute_error, absolute_error_slope, _zero),
    "huber": Loss(huber, huber_slope, _inside),
}


def residuals(points: Points, w: Array) -> Array:
    """Return prediction - y of every point, (..., n), for lines w (..., 2): slope, intercept."""
    difference: Array = w[..., :1] * points.x + w[..., 1:] - points.y
    return difference


def objective(points: Points, w: Array, *, loss: str, delta: float = 1.0) -> Array:
    """Return the mean loss of lines w (..., 2), as (...,)."""
    value: Array = LOSSES[loss].value(residuals(points, w), delta).mean(axis=-1)
    return value


def gradient(points: Points, w: Array, *, loss: str, delta: float = 1.0) -> Array:
    """Return the derivatives of `objective` by slope and intercept, (..., 2)."""
    dL_dr = LOSSES[loss].slope(residuals(points, w), delta)  # (..., n)
    return np.stack([(dL_dr * points.x).mean(axis=-1), dL_dr.mean(axis=-1)], axis=-1)


def hessian(points: Points, w: Array, *, loss: str, delta: float = 1.0) -> Array:
    """Return the second derivatives of `objective` for one line w (2,), as (2, 2).

    0 for the absolute error, which is straight wherever it has a derivative.
    """
    weight = LOSSES[loss].curvature(residuals(points, w), delta)
    X = np.stack([points.x, np.ones_like(points.x)])  # (2, n)
    return (weight * X) @ X.T / len(points.x)


def best_line(
    points: Points, *, loss: str, delta: float = 1.0, intercept: float | None = None
) -> Array:
    """Return the line with the smallest loss, (2,).

    Parameters
    ----------
    points : Points
        At least two different x.
    loss : str
        A name of ``LOSSES``.
    delta : float
        Of the Huber loss.
    intercept : float or None
        Where the intercept is held, or None where it is fitted too.

    Notes
    -----
    Squared error: least squares. Absolute error: a best line passes through as many points as it
    has free numbers, so the best of all those lines is taken. Huber: least squares with weights
    min(1, delta / |r|), again and again (Huber 1964), until nothing moves.
    """
    if loss == "absolute":
        lines = _lines_through(points, intercept)
        best: Array = lines[np.argmin(objective(points, lines, loss=loss))]
        return best
    w = _weighted_least_squares(points, np.ones_like(points.x), intercept)
    if loss == "squared":
        return w
    for _ in range(500):
        size = np.maximum(np.abs(residuals(points, w)), 1e-300)
        moved = _weighted_least_squares(points, np.minimum(1.0, delta / size), intercept)
        if np.allclose(moved, w, rtol=1e-14, atol=1e-14):
            break
        w = moved
    return w


def _weighted_least_squares(points: Points, weights: Array, intercept: float | None) -> Array:
    x, y = points.x, points.y
    if intercept is not None:
        return np.array([np.sum(weights * x * (y - intercept)) / np.sum(weights * x**2), intercept])
    root = np.sqrt(weights)
    X = np.stack([x, np.ones_like(x)], axis=1)
    solution: Array = np.linalg.lstsq(root[:, None] * X, root * y, rcond=None)[0]
    return solution


def _lines_through(points: Points, intercept: float | None) -> Array:
    """Every line through one point (with the intercept held) or through two, (lines, 2)."""
    x, y = points.x, points.y
    if intercept is not None:
        there = x != 0
        slopes = (y[there] - intercept) / x[there]
        return np.stack([slopes, np.full_like(slopes, intercept)], axis=1)
    first, second = np.triu_indices(len(x), k=1)
    apart = x[first] != x[second]
    first, second = first[apart], second[apart]
    slopes = (y[second] - y[first]) / (x[second] - x[first])
    return np.stack([slopes, y[first] - slopes * x[first]], axis=1)


@dataclass(frozen=True, eq=False)
class Fit:
    """A descent: before each step and after the last.

    Attributes
    ----------
    lines : Array
        Slope and intercept, (T + 1, 2).
    values : Array
        Loss over all points, (T + 1,).
    gradients : Array
        The gradient that the step used, from its samples alone; the last one is over all, (T+1, 2).
    samples : Array
        Gradients of single points that were computed so far, (T + 1,): what it has cost.
    batches : tuple of Labels
        The points that each step used, T of them.
    ended : str
        "epochs", or "left" where the next line is too far away to be drawn.
    """

    lines: Array
    values: Array
    gradients: Array
    samples: Array
    batches: tuple[Labels, ...]
    ended: str


def fit_line(
    points: Points,
    start: Array,
    *,
    learning_rate: float,
    loss: str = "squared",
    delta: float = 1.0,
    batch_size: int = 0,
    epochs: int = 10,
    seed: int = 0,
    slope_only: bool = False,
) -> Fit:
    """Descend on the loss of a line, with all points a step or with a few.

    Parameters
    ----------
    points : Points
        What the line is fitted to.
    start : Array
        Slope and intercept, (2,).
    learning_rate : float
        Above 0.
    loss, delta : str, float
        A name of ``LOSSES``; where Huber's loss turns straight.
    batch_size : int
        Points a step; 0 takes all. Each epoch shuffles the points anew and takes them in turn.
    epochs : int
        Passes over the points.
    seed : int
        Of the shuffling.
    slope_only : bool
        Hold the intercept.

    Returns
    -------
    Fit
        Ends before the first line that is too far away.
    """
    n = len(points.x)
    size = n if batch_size == 0 else min(batch_size, n)
    random = np.random.RandomState(seed)
    free = np.array([1.0, 0.0 if slope_only else 1.0])
    w, ended = np.array(start, dtype=np.float64), "epochs"
    lines, gradients, samples, batches = [w], [], [0], []
    for batch in (b for _ in range(epochs) for b in _batches(n, size, random)):
        some = points if size == n else Points(points.x[batch], points.y[batch])
        step = free * gradient(some, w, loss=loss, delta=delta)
        moved = w - learning_rate * step
        if not np.all(np.abs(moved) < TOO_FAR):
            ended = "left"
            break
        w = moved
        lines.append(w)
        gradients.append(step)
        samples.append(samples[-1] + len(batch))
        batches.append(batch)
    gradients.append(free * gradient(points, w, loss=loss, delta=delta))
    path = np.array(lines)
    return Fit(
        lines=path,
        values=objective(points, path, loss=loss, delta=delta),
        gradients=np.array(gradients),
        samples=np.array(samples, dtype=np.float64),
        batches=tuple(batches),
        ended=ended,
    )


def _batches(n: int, size: int, random: np.random.RandomState) -> list[Labels]:
    """The points of one epoch, in turn; the last batch may be smaller."""
    order = np.arange(n) if size == n else random.permutation(n)
    return [order[first : first + size] for first in range(0, n, size)]
