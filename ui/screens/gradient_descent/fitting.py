"""From the settings of a line fit to its points, its descents, and what is said about them."""

import numpy as np

from mlp.base.arrays import Array
from mlp.surfaces import regression
from mlp.surfaces.regression import INTERCEPT, Fit, Points
from ui.address.form import Values
from ui.screens.gradient_descent import words
from ui.words.numbers import how_far

CALLED = {"batch": "the batch", "mini": "mini-batches", "single": "single samples"}
RISE = 1e-12  # of the loss; less is rounding


def points_of(values: Values) -> Points:
    """Return the points of these settings."""
    return regression.make_points(
        values["points"], noise=values["noise"], outliers=values["outliers"], seed=values["seed"]
    )


def fits_of(values: Values, points: Points) -> dict[str, Fit]:
    """Return the descents: all points a step, a few, and one."""
    slope_only = values["what"] == "slope"
    start = np.array([values["start"][0], INTERCEPT if slope_only else values["start"][-1]])
    sizes = {"batch": 0, "mini": values["batch"], "single": 1}
    return {
        name: regression.fit_line(
            points,
            start,
            learning_rate=values["rate"],
            loss=values["loss"],
            delta=values["delta"],
            batch_size=size,
            epochs=values["epochs"],
            seed=values["seed"],
            slope_only=slope_only,
        )
        for name, size in sizes.items()
    }


def best_of(values: Values, points: Points) -> Array:
    """Return the line with the smallest loss."""
    return regression.best_line(
        points,
        loss=values["loss"],
        delta=values["delta"],
        intercept=INTERCEPT if values["what"] == "slope" else None,
    )


def objective(values: Values, points: Points, lines: Array) -> Array:
    """Return the loss of lines (..., 2), as (...,)."""
    return regression.objective(points, lines, loss=values["loss"], delta=values["delta"])


def size_of(values: Values, name: str) -> int:
    """Return how many samples a step of a descent takes."""
    n = int(values["points"])
    return {"batch": n, "mini": min(int(values["batch"]), n), "single": 1}[name]


def steps_in_words(count: int) -> str:
    """Write a number of steps."""
    return "1 step" if count == 1 else f"{count} steps"


def sentences(values: Values, points: Points, fits: dict[str, Fit], lowest: float) -> list[str]:
    """Say what a step and an epoch cost, where each descent ended, and the limit of the rate."""
    n = int(values["points"])
    size = size_of(values, "mini")
    told = [
        f"**Cost.** An epoch is {n} gradients of single points for all three: 1 step of the whole "
        f"batch, {steps_in_words(-(-n // size))} of {size} or {n} "
        "steps of 1. The clock of the player counts samples, so all three have spent the same."
    ]
    first = {name: above(fit, n, lowest) for name, fit in fits.items()}
    told.append(
        f"**After one epoch** the loss is {words.signed(first['batch'])} above its minimum for "
        f"the batch, {words.signed(first['mini'])} for mini-batches, "
        f"{words.signed(first['single'])} for single samples; at the end "
        + ", ".join(words.signed(max(float(fit.values[-1]) - lowest, 0)) for fit in fits.values())
        + "."
    )
    if values["loss"] == "squared":
        told.append(_limit(values, points))
    elif values["loss"] == "absolute":
        told.append(_jumps(fits))
    return told


def end_of(values: Values, points: Points, fit: Fit) -> str:
    """Say how far the line of a descent ends from the best one, and whether it still jumps."""
    apart = np.linalg.norm(fit.lines[[0, -1]] - best_of(values, points), axis=1)
    left = how_far(float(apart[1]), float(apart[0]), "the best line")
    told = (
        f"**In the end:** after {steps_in_words(len(fit.lines) - 1)} slope and intercept are "
        f"together {left}."
    )
    late = np.diff(fit.values[len(fit.values) // 2 :])
    rises = int(np.count_nonzero(late > RISE))
    if not rises:
        return told
    return f"{told} In the second half of the steps the loss rises {rises} times: it jumps about."


def _jumps(fits: dict[str, Fit]) -> str:
    """Say which descents on the absolute error still jump, and which come down smoothly."""
    later = {name: np.diff(fit.values[len(fit.values) // 2 :]) for name, fit in fits.items()}
    rises = {name: int(np.count_nonzero(change > RISE)) for name, change in later.items()}
    told = (
        "The gradient of a point’s absolute error does not shrink with its miss. In the second "
        "half of the steps the loss rises "
    )
    each = [f"{rises[name]} times in {len(later[name])} for {CALLED[name]}" for name in rises]
    told += f"{', '.join(each[:-1])} and {each[-1]}"
    calm = [CALLED[name] for name, count in rises.items() if count == 0]
    jump = [CALLED[name] for name, count in rises.items() if count]
    if not jump or not calm:
        return f"{told}."
    return f"{told}: {' and '.join(jump)} keep jumping, {' and '.join(calm)} does not."


def above(fit: Fit, samples: int, lowest: float) -> float:
    """Return the loss above its minimum once so many samples are used."""
    index = int(np.searchsorted(fit.samples, samples, side="right")) - 1
    return max(float(fit.values[index]) - lowest, 0.0)


def _limit(values: Values, points: Points) -> str:
    """Say how far the rate is from its limit, for the batch and for the sample that bends most."""
    free = 1 if values["what"] == "slope" else 2
    origin = np.zeros(2)
    batch = regression.hessian(points, origin, loss="squared")[:free, :free]
    largest = float(np.linalg.eigvalsh(batch)[-1])
    single = float(np.max(points.x**2)) + (free - 1)
    rate = values["rate"]
    verdict = words.zone(rate, largest)
    return (
        f"**Rate × largest curvature** is {words.signed(rate * largest)} for the batch "
        f"({verdict.heading.lower()}; limit 2), but {words.signed(rate * single)} for the single "
        "sample with the largest x: few samples make steeper, noisier steps."
    )
