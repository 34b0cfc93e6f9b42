"""How a descent ended: at a minimum only where its gradient and its distance say so."""

import math

import numpy as np

from mlp.base.arrays import Array
from mlp.surfaces.best_rate import ARRIVED, distances
from mlp.surfaces.surfaces import Minimum, Path, Surface, first_outside, sharpness_at
from mlp.surfaces.valleys import valleys_of
from ui.screens.gradient_descent.words import Verdict, point, signed
from ui.words.numbers import how_far

FLAT = 1e-6  # a gradient shorter than this moves a point nowhere
SAME = 1e-9  # values this near are equally deep
MOST_DIGITS = 15
LATEST = 11  # points: ten steps, or all where there are fewer


def nearest_minimum(surface: Surface, x: Array) -> Minimum:
    """Return the minimum nearest to a point (d,)."""
    apart = [np.linalg.norm(np.array(minimum.point) - x) for minimum in surface.minima]
    return surface.minima[int(np.argmin(apart))]


def value_above(value: float, floor: float) -> str:
    """Write a value with digits enough to tell it from the minimum it is near.

    Examples
    --------
    >>> value_above(1.000172, 1.0), value_above(37.0, 1.0)
    ('1.00017', '37')
    """
    above = abs(value - floor)
    if above == 0 or value == 0:
        return signed(value)
    lost = math.ceil(math.log10(abs(value) / above))
    digits = min(lost + 2, MOST_DIGITS)
    return f"{value:#.{digits}g}".replace("-", "−") if digits > 4 else signed(value)


def arrival(surface: Surface, path: Path) -> Verdict:
    """Say whether a descent ended at a minimum, by its distance and the exact gradient there."""
    if path.ended in ("left_domain", "not_finite"):
        return Verdict("Ran away", f"{_last_words(surface, path)}", good=False)
    at = path.points[-1]
    bottom = nearest_minimum(surface, at)
    apart = float(distances(surface, path.points[-1:])[0])
    slope = float(np.linalg.norm(surface.gradient(at)))
    place = "minimum" if len(surface.minima) == 1 else "nearest minimum"
    walked = float(np.linalg.norm(np.array(bottom.point) - path.points[0]))
    far = how_far(apart, walked, f"the {place} {point(bottom.point)}")
    told = f"{_last_words(surface, path)} It is {far}; |gradient| {signed(slope)}."
    if apart <= ARRIVED and slope <= ARRIVED * sharpness_at(surface, bottom.point):
        deepest = bottom.value <= surface.minima[0].value + SAME
        heading = "At the minimum" if deepest else "At a local minimum, not the deepest"
        return Verdict(heading, told, good=deepest)
    if slope < FLAT:
        return Verdict("On flat ground, not at a minimum", told, good=False)
    if is_sinking(path):
        return Verdict("Still going down", told, good=None)
    return Verdict("Not at the minimum", told, good=False)


def is_sinking(path: Path) -> bool:
    """Return whether each of the last steps led lower."""
    latest = path.values[-LATEST:]
    return len(latest) > 1 and bool(np.all(np.diff(latest) < 0))


def away(surface: Surface, path: Path) -> float | None:
    """Return how far from a minimum a descent ended, or None where it came near one."""
    apart = float(distances(surface, path.points[-1:])[0])
    return None if apart <= ARRIVED else apart


def _last_words(surface: Surface, path: Path) -> str:
    """Say why a descent ended, and where."""
    taken = len(path.points) - 1
    at = path.points[-1]
    value = value_above(float(path.values[-1]), nearest_minimum(surface, at).value)
    where = f"x = {point(at)}, f(x) = {value}"
    return {
        "precision": f"Stopped by the precision after {steps_of(taken)}: {where}.",
        "left_domain": _outside(surface, path, where),
        "not_finite": f"After step {taken:,} the numbers were no longer finite; the last: {where}.",
    }.get(path.ended, f"After {steps_of(taken)}: {where}.")


def _outside(surface: Surface, path: Path, where: str) -> str:
    """Say with which step a descent left the map, and where it was stopped."""
    first, taken = first_outside(surface, path.points), len(path.points) - 1
    if first == taken:
        return f"Step {taken:,} is the first outside of the map, far off at {where}."
    return (
        f"Step {first} is the first outside of the map. Far off, after step {taken:,}, the descent "
        f"is stopped: {where}."
    )


def steps_of(count: int) -> str:
    """Write a number of steps."""
    return "1 step" if count == 1 else f"{count:,} steps"


def short_ending(surface: Surface, path: Path) -> str:
    """Say how a descent ended, in a few words beside its name."""
    taken = len(path.points) - 1
    return {
        "precision": f"precision reached at step {taken:,}",
        "left_domain": f"left the map at step {first_outside(surface, path.points)}",
        "not_finite": f"not finite after step {taken:,}",
    }.get(path.ended, "")


def resting_place(name: str, surface: Surface, path: Path) -> str:
    """Say in which valley a descent ended and how many it left."""
    if path.ended in ("left_domain", "not_finite"):
        return f"**{name}**: {short_ending(surface, path)}."
    valleys = valleys_of(surface, path.points)
    left = int(np.count_nonzero(np.diff(valleys)))
    last, deepest = surface.minima[valleys[-1]], surface.minima[0]
    crossed = (
        f"crossed from one valley to another {left:,} times"
        if left != 1
        else "crossed into another valley once"
    )
    way = "never left its first valley" if left == 0 else crossed
    near = (
        "the valley of the deepest minimum"
        if math.isclose(last.value, deepest.value, abs_tol=SAME)
        else f"the valley of the local minimum {point(last.point)}, not the deepest"
    )
    lowest = float(path.values.min())
    return (
        f"**{name}** {way} and ended at f = {signed(float(path.values[-1]))}, in {near}. "
        f"Lowest on its way: {signed(lowest)}."
    )
