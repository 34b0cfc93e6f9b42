"""What the scenes of "Gradient descent" say: every sentence computed from the descent shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array
from mlp.surfaces.step_zones import steps_until, zone_of
from mlp.surfaces.surfaces import Path, Surface
from ui.words.numbers import equals, short


@dataclass(frozen=True)
class Named:
    """How a surface is offered: its name, its formula, and its slope where that is a short one."""

    label: str
    formula: str
    slope: str = "f′(x)"


SURFACES: Mapping[str, Named] = {
    "parabola": Named("x² + 1", r"f(x) = x^2 + 1", "2x"),
    "double_well": Named("Double well", r"f(x) = (x^2 - 1)^2 + 0.3\,x"),
    "wavy": Named("Waves", r"f(x) = \tfrac{x^2}{20} + \tfrac{1 - \cos 2x}{2}"),
    "bowl": Named("Bowl", r"f(x) = (x_0 - 1)^2 + (x_1 - 2)^2"),
    "valley": Named("Long valley", r"f(x) = \tfrac12 (x_0^2 + 25\,x_1^2)"),
    "rosenbrock": Named("Rosenbrock", r"f(x) = (1 - x_0)^2 + 100\,(x_1 - x_0^2)^2"),
    "beale": Named(
        "Beale",
        r"\begin{gathered} f(x) = \textstyle\sum_{k=1}^{3} (c_k - x_0 (1 - x_1^k))^2 \\"
        r" c = (1.5,\; 2.25,\; 2.625) \end{gathered}",
    ),
    "himmelblau": Named("Himmelblau", r"\small f(x) = (x_0^2 + x_1 - 11)^2 + (x_0 + x_1^2 - 7)^2"),
    "saddle": Named("Saddle", r"f(x) = \tfrac12 x_0^2 - \tfrac12 x_1^2 + \tfrac14 x_1^4"),
    "rugged": Named(
        "Rugged", r"f(x) = \textstyle\sum_i \tfrac{x_i^2}{20} + \tfrac{1 - \cos 2x_i}{2}"
    ),
}
QUADRATIC = frozenset({"parabola", "bowl", "valley"})  # the same curvature everywhere

ZONES: Mapping[str, tuple[str, str]] = {
    "hill": (
        "No valley here",
        "the curve does not bend upward, so no step length leads to a minimum by itself",
    ),
    "creeping": ("Creeping", "each step takes off less than a tenth of the distance"),
    "one_sided": ("One-sided", "each step comes nearer and stays on its side"),
    "one_step": ("One step", "the first step lands exactly at the bottom"),
    "overshooting": ("Overshooting", "each step lands on the other side, nearer than before"),
    "oscillating": ("Oscillating", "each step lands on the other side, exactly as far away"),
    "diverging": ("Diverging", "each step lands on the other side, farther away than before"),
}


ALONG_AN_AXIS = 0.9999  # of a direction's length
SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def signed(value: float) -> str:
    """Write a number with four significant digits, a true minus, and powers of ten."""
    mantissa, _, exponent = short(value + 0.0).replace("-", "−").partition("e")
    if not exponent:
        return mantissa
    power = "10" + exponent.replace("+", "").lstrip("0").translate(SUPERSCRIPTS)
    power = power.replace("⁻⁰", "⁻")
    return power if mantissa == "1" else f"{mantissa} × {power}"


def _tidy(value: float) -> float:
    """Take off what rounding left of a 0."""
    return round(value, 12) + 0.0


def point(x: Sequence[float] | Array) -> str:
    """Write a point."""
    numbers = [signed(_tidy(float(number))) for number in x]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"


def direction(eigenvector: Array) -> str:
    """Name a direction: an axis where it is one, else its vector of length 1."""
    main = int(np.argmax(np.abs(eigenvector)))
    if abs(eigenvector[main]) > ALONG_AN_AXIS:
        return f"along x{main}"
    turned = eigenvector * np.sign(eigenvector[main])
    return f"along ({', '.join(signed(round(float(part), 2)) for part in turned)})"


def minimum_of(name: str, surface: Surface) -> str:
    """Say where the minima of a surface are."""
    if len(surface.minima) > 4:
        deepest = surface.minima[0]
        return (
            f"{len(surface.minima)} minima; the deepest, {signed(_tidy(deepest.value))}, is at "
            f"{point(deepest.point)}."
        )
    each = [f"{signed(_tidy(m.value))} at {point(m.point)}" for m in surface.minima]
    kind = "Minimum" if len(each) == 1 else "Minima"
    where = each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"
    bent = "the same curvature everywhere" if name in QUADRATIC else "the curvature changes"
    return f"{kind} {where}; {bent}."


@dataclass(frozen=True)
class Verdict:
    """A heading and a sentence; ``good`` tells whether the descent can end at a minimum.

    It is None where it is still on its way there.
    """

    heading: str
    text: str
    good: bool | None


def zone(
    rate: float,
    curvature: float,
    *,
    where: str = "",
    along: str = "",
    away: float | None = None,
) -> Verdict:
    """Name what a step does, from rate x curvature.

    Parameters
    ----------
    rate, curvature : float
        Learning rate, and second derivative or largest eigenvalue of the Hessian.
    where : str
        Where that curvature holds, for example "near the minimum"; "" where it holds everywhere.
    along : str
        The direction that has it, for example "along x1"; "" where there is only one.
    away : float, optional
        How far from there the descent shown ended, where it never came near; None where it did.
    """
    product = rate * curvature
    name = zone_of(product)
    heading, text = ZONES[name]
    factor = f"1 − {signed(rate)} × {signed(curvature)} {equals(1 - product, signed(1 - product))}"
    if name == "hill":
        told = f"Curvature {signed(curvature)} {where}".strip() + f": {text}."
        return Verdict(heading, told, good=False)
    heading = f"{heading} {where}".strip()
    far = away is not None
    there = f"This descent ended {signed(away)} away from it. " if away is not None else ""
    step = ("A step there" if where else "A step") + (" would multiply" if far else " multiplies")
    highest = 2 / curvature
    limit = "The limit of the rate is 2 / curvature = 2 / "
    limit += f"{signed(curvature)} {equals(highest, signed(highest))}"
    distance = f"the distance {along}".rstrip()
    text = f"near enough, {text}" if far else text
    told = f"{there}{step} {distance} by {factor}: {text}. {limit}"
    told += " there." if where else "."
    return Verdict(heading, told, good=product < 2)


def along_the_way(surface: Surface, path: Path, rate: float) -> str:
    """Say between which values rate x curvature went where the curvature changes."""
    sharpest = np.linalg.eigvalsh(surface.hessian(path.points))[:, -1]
    low, high = rate * float(sharpest.min()), rate * float(sharpest.max())
    return (
        f"The curvature changes on this surface: along the way the product of rate and largest "
        f"curvature went from {signed(low)} to {signed(high)}. The limit 2 is a statement about a "
        "neighbourhood only."
    )


def predicted(precision: float, gradient: float, product: float, taken: int) -> str:
    """Hold the number of steps that the formula foretells against those taken."""
    foretold = steps_until(precision, gradient, product)
    if foretold is None:
        return ""
    same = "as many as it took" if foretold == taken else f"it took {taken:,}"
    steps = "1 step" if foretold == 1 else f"{foretold:,} steps"
    return f"The formula foretells {steps} to this precision, {same}."


def race_result(names: Sequence[str], distances: Sequence[Array], arrived: float) -> str:
    """Say who came near a minimum first, or else who is nearest at the end."""
    arrivals = [arrival(distance, arrived) for distance in distances]
    finished = [(t, name) for t, name in zip(arrivals, names, strict=True) if t is not None]
    if finished:
        first = min(t for t, _ in finished)
        winners = [name for t, name in finished if t == first]
        return (
            f"{_join(winners)} came within {signed(arrived)} of a minimum first, at step "
            f"{first:,}, and stayed there."
        )
    ends = [float(distance[-1]) for distance in distances]
    nearest = int(np.argmin(ends))
    return (
        f"Nobody came within {signed(arrived)} of a minimum. {names[nearest]} ended nearest, "
        f"{signed(ends[nearest])} away."
    )


def arrival(distance: Array, arrived: float) -> int | None:
    """Return the first step from which on all distances are within ``arrived``, or None."""
    away = np.flatnonzero(~(distance <= arrived))
    first = 0 if len(away) == 0 else int(away[-1]) + 1
    return first if first < len(distance) else None


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
