"""Learning rates for a fair race: one that an optimizer can start with, and its best by search."""

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np

from mlp.base.arrays import Array
from mlp.base.tasks import Stop, each_done
from mlp.optimizers.registry import OPTIMIZERS, stability_limit
from mlp.surfaces.surfaces import Path, Surface, descend

LOWEST, HIGHEST = 1e-5, 100.0
ARRIVED = 1e-3  # a point this near to a minimum has arrived
SHARE_OF_LIMIT = 0.25
SHARE_OF_DOMAIN = 0.02  # an adaptive step is about as long as its rate
COARSE_PER_DECADE = 3
REFINEMENTS = 2  # each halves the distance between neighbours twice


def suggested_rate(optimizer: str, surface: Surface, start: Sequence[float]) -> float:
    """Return a rate to begin with, of two significant digits.

    Optimizers with a limit of stability take a quarter of that limit at the sharper of the start
    and the deepest minimum. The others scale their steps themselves: theirs is a fiftieth of the
    domain's width, AdaDelta's the published 1.

    Examples
    --------
    >>> from mlp.surfaces.surfaces import SURFACES
    >>> suggested_rate("gradient_descent", SURFACES["bowl"], (0.0, 0.0))
    0.25
    """
    limit = stability_limit(optimizer, OPTIMIZERS[optimizer].parameters.get("momentum", 0.0))
    if optimizer == "adadelta":
        return 1.0
    if limit is None:
        widest = max(high - low for low, high in surface.domain)
        return _rounded(SHARE_OF_DOMAIN * widest)
    places = np.array([start, *(minimum.point for minimum in surface.minima[:1])])
    sharpest = float(np.max(np.linalg.eigvalsh(surface.hessian(places))))
    return _rounded(SHARE_OF_LIMIT * min(limit, 2.0) / max(sharpest, 1e-3))


def _rounded(rate: float) -> float:
    return float(f"{min(max(rate, LOWEST), HIGHEST):.2g}")


def distances(surface: Surface, points: Array) -> Array:
    """Return how far points (..., d) are from the minimum nearest to each, (...,)."""
    minima = np.array([minimum.point for minimum in surface.minima])
    apart: Array = np.linalg.norm(points[..., None, :] - minima, axis=-1).min(axis=-1)
    return apart


@dataclass(frozen=True, order=True)
class Score:
    """How good a rate is, the smaller the better.

    Attributes
    ----------
    arrival : float
        First step from which all points are within ARRIVED of a minimum; infinity if none is.
    distance : float
        From a minimum at the end; infinity where the descent ran away.
    """

    arrival: float
    distance: float


def score(
    surface: Surface,
    start: Sequence[float],
    optimizer: str,
    learning_rate: float,
    *,
    steps: int,
    parameters: Mapping[str, float] | None = None,
) -> Score:
    """Return how well one descent does."""
    path = descend(
        surface,
        start,
        optimizer=optimizer,
        learning_rate=learning_rate,
        steps=steps,
        parameters=parameters,
    )
    return score_of(surface, path)


def score_of(surface: Surface, path: Path) -> Score:
    """Return how well a descent did."""
    if path.ended not in ("steps", "precision"):
        return Score(math.inf, math.inf)
    apart = distances(surface, path.points)
    away = np.flatnonzero(apart > ARRIVED)
    arrival = 0 if len(away) == 0 else int(away[-1]) + 1
    return Score(arrival if arrival < len(apart) else math.inf, float(apart[-1]))


def search(
    surface: Surface,
    start: Sequence[float],
    optimizer: str,
    *,
    steps: int,
    parameters: Mapping[str, float] | None = None,
    executor: Executor | None = None,
) -> Iterator[tuple[float, float]]:
    """Look for the rate that arrives soonest, or else ends nearest to a minimum.

    First three rates a decade from LOWEST to HIGHEST, then finer ones beside the best, twice. The
    same arguments give the same rate.

    Parameters
    ----------
    surface, start, optimizer, steps, parameters
        As for ``mlp.surfaces.surfaces.descend``.
    executor : Executor, optional
        Where rates are tried side by side; None: one after the other. The best is the same.

    Yields
    ------
    tuple of float
        The share of the search that is done, from 0 to 1, and the best rate so far.
    """
    count = round(COARSE_PER_DECADE * math.log10(HIGHEST / LOWEST)) + 1
    exponents = [float(e) for e in np.linspace(math.log10(LOWEST), math.log10(HIGHEST), count)]
    total = count + 6 * REFINEMENTS
    tried: dict[float, Score] = {}
    task = partial(_score_of, surface, start, optimizer, steps, parameters)
    best = LOWEST
    gap = exponents[1] - exponents[0]
    for _ in range(REFINEMENTS + 1):
        rates = dict.fromkeys(_rounded(10**exponent) for exponent in exponents)
        for rate, found in each_done(task, [rate for rate in rates if rate not in tried], executor):
            tried[rate] = found
            best = min(tried, key=lambda rate: (tried[rate], rate))
            yield min(len(tried) / total, 1.0), best
        gap /= 4
        exponents = [math.log10(best) + k * gap for k in (-3, -2, -1, 1, 2, 3)]


def _score_of(
    surface: Surface,
    start: Sequence[float],
    optimizer: str,
    steps: int,
    parameters: Mapping[str, float] | None,
    rate: float,
    stop: Stop,  # noqa: ARG001 - one descent is short
) -> Score:
    return score(surface, start, optimizer, rate, steps=steps, parameters=parameters)
