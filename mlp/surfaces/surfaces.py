"""Surfaces to learn descent on, and the descent itself, with the network's own optimizers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from mlp.base.arrays import Array
from mlp.optimizers.registry import OPTIMIZERS, initial_state, parameters_of
from mlp.surfaces import landscapes

MOST_STEPS = 100_000
FAR = 10.0  # a point is lost when it is this many half-widths of the domain from its middle

Function = Callable[[Array], Array]


class Minimum(NamedTuple):
    """A point where a surface has a minimum, (d,), and the surface's value there."""

    point: tuple[float, ...]
    value: float


@dataclass(frozen=True)
class Surface:
    """A function of one variable or two.

    Attributes
    ----------
    dimensions : int
        d, 1 or 2.
    value, gradient, hessian : callable
        Of points (..., d): return (...,), (..., d) and (..., d, d).
    domain : tuple of (float, float)
        What is worth looking at, a low and a high end for each variable.
    minima : tuple of Minimum
        All minima within the domain, the deepest first.
    start : tuple of float
        A good point to start from.
    """

    dimensions: int
    value: Function
    gradient: Function
    hessian: Function
    domain: tuple[tuple[float, float], ...]
    minima: tuple[Minimum, ...]
    start: tuple[float, ...]


def _surface(
    name: str,
    domain: Sequence[tuple[float, float]],
    start: Sequence[float],
    minima: Sequence[Sequence[float]],
) -> Surface:
    """Return the entry of the functions called name, name_gradient and name_hessian."""
    value: Function = getattr(landscapes, name)
    found = [Minimum(tuple(point), float(value(np.array(point)))) for point in minima]
    return Surface(
        dimensions=len(domain),
        value=value,
        gradient=getattr(landscapes, f"{name}_gradient"),
        hessian=getattr(landscapes, f"{name}_hessian"),
        domain=tuple(domain),
        minima=tuple(sorted(found, key=lambda minimum: minimum.value)),
        start=tuple(start),
    )


_WAVES = (2.9897818149298603, 5.963699682921448, 8.878456969484127)  # x / 10 + sin 2x = 0
_RUGGED = [0.0, *_WAVES, *(-x for x in _WAVES)]
_HIMMELBLAU = (
    (3.0, 2.0),
    (-2.805118086952745, 3.131312518250573),
    (-3.779310253377747, -3.2831859912861696),
    (3.5844283403304917, -1.8481265269644036),
)

SURFACES: dict[str, Surface] = {
    "parabola": _surface("parabola", [(-12, 12)], [10], [[0]]),
    "double_well": _surface(
        "double_well", [(-1.8, 1.8)], [1.6], [[-1.0355787140888537], [0.9601495555191055]]
    ),
    "wavy": _surface("rugged", [(-10, 10)], [8], [[x] for x in _RUGGED]),
    "bowl": _surface("bowl", [(-4, 6), (-3, 7)], [0, 0], [[1, 2]]),
    "valley": _surface("valley", [(-10, 10), (-4, 4)], [-9, 3], [[0, 0]]),
    "rosenbrock": _surface("rosenbrock", [(-2, 2), (-1, 3)], [-1.2, 1], [[1, 1]]),
    "beale": _surface("beale", [(-4.5, 4.5), (-4.5, 4.5)], [1, 1], [[3, 0.5]]),
    "himmelblau": _surface("himmelblau", [(-5, 5), (-5, 5)], [0, 0], _HIMMELBLAU),
    "saddle": _surface("saddle", [(-2, 2), (-2, 2)], [-1.5, 0.01], [[0, 1], [0, -1]]),
    "rugged": _surface(
        "rugged", [(-10, 10), (-10, 10)], [8, -7.5], list(product(_RUGGED, _RUGGED))
    ),
}


def numeric_gradient(function: Function, x: Array, h: float = 1e-4) -> Array:
    """Return a gradient by central differences, (f(x + h) - f(x - h)) / 2h for each variable.

    Parameters
    ----------
    function : callable
        Of points (..., d), returning (...,).
    x : Array
        Points (..., d).
    h : float
        Step, above 0. Too large, and the curve bends within it; too small, and rounding tells.

    Examples
    --------
    >>> numeric_gradient(SURFACES["parabola"].value, np.array([10.0])).round(6)
    array([20.])
    """
    if not (h > 0 and np.isfinite(h)):
        raise ValueError(f"h = {h:g}: must be a number above 0; 1e-4 is usual")
    steps = h * np.eye(x.shape[-1])
    slopes = [(function(x + step) - function(x - step)) / (2 * h) for step in steps]
    return np.stack(slopes, axis=-1)


def sharpness_at(surface: Surface, x: Array | Sequence[float]) -> float:
    """Return the largest eigenvalue of a surface's Hessian at one point x (d,).

    Examples
    --------
    >>> sharpness_at(SURFACES["valley"], [1.0, 1.0])
    25.0
    """
    return float(np.linalg.eigvalsh(surface.hessian(np.asarray(x, float)))[-1])


@dataclass(frozen=True)
class Path:
    """The way of one descent over a surface: T steps, T + 1 points.

    Attributes
    ----------
    points : Array
        (T + 1, d), all finite.
    values : Array
        (T + 1,), the surface's value at each point.
    gradients : Array
        (T + 1, d), as used: exact or numeric, with its noise.
    updates : Array
        (T + 1, d), the step taken from each point; the last is 0.
    memory : Array
        (T + 1, d), the velocity, or the mean gradient, that the optimizer brought to each point;
        0 for optimizers without one.
    states : Array
        (T + 1, vectors, d), all that the optimizer brought to each point, as its rule keeps it.
    ended : str
        "precision" (the gradient is shorter than asked for), "steps" (all are taken),
        "left_domain" (the last point is FAR outside), or "not_finite" (the next one would not be
        finite).
    """

    points: Array
    values: Array
    gradients: Array
    updates: Array
    memory: Array
    states: Array
    ended: str


def descend(
    surface: Surface,
    start: Sequence[float] | Array,
    *,
    optimizer: str = "gradient_descent",
    learning_rate: float,
    steps: int,
    precision: float = 0.0,
    numeric_h: float | None = None,
    noise: float = 0.0,
    seed: int = 0,
    parameters: Mapping[str, float] | None = None,
) -> Path:
    """Descend a surface from a point.

    Parameters
    ----------
    surface : Surface
        An entry of SURFACES.
    start : sequence of float
        (d,), within the domain.
    optimizer : str
        A name of OPTIMIZERS.
    learning_rate : float
        Above 0 and finite.
    steps : int
        The most steps to take, 1 to MOST_STEPS.
    precision : float
        Stop where the gradient is shorter than this; 0 never stops.
    numeric_h : float, optional
        Take central differences with this step instead of the exact gradient.
    noise : float
        Standard deviation of what chance adds to each number of the gradient.
    seed : int
        Of that chance.
    parameters : mapping of str to float, optional
        As for ``mlp.optimizers.registry.parameters_of``; published values by default.

    Raises
    ------
    ValueError
        Names what is not allowed, its value, and what is.

    Examples
    --------
    >>> path = descend(SURFACES["bowl"], (0, 0), learning_rate=0.1, steps=20)
    >>> path.points[-1].round(2), path.ended
    (array([0.99, 1.98]), 'steps')
    """
    x = _checked_start(surface, start)
    _check_numbers(learning_rate, steps, precision, noise)
    p = parameters_of(optimizer, parameters or {})
    entry, state = OPTIMIZERS[optimizer], initial_state(optimizer, len(x))
    gradient_at = _gradient_of(surface, numeric_h, noise, seed)
    points, gradients, states = [x.copy()], [gradient_at(x)], [state.copy()]
    ended = _end(surface, x, gradients[0], precision)
    with np.errstate(all="ignore"):  # an explosion is a result here
        while not ended and len(points) <= steps:
            entry.step(x, gradients[-1], state, learning_rate, len(points), p)
            gradient = gradient_at(x)
            ended = _end(surface, x, gradient, precision)
            if ended != "not_finite":
                points.append(x.copy())
                gradients.append(gradient)
                states.append(state.copy())
    rows, brought = np.array(points), np.array(states)
    updates = np.diff(rows, axis=0, append=rows[-1:])
    values = surface.value(rows)
    memory = brought[:, 0] if entry.averages else np.zeros_like(rows)
    return Path(rows, values, np.array(gradients), updates, memory, brought, ended or "steps")


def _gradient_of(surface: Surface, numeric_h: float | None, noise: float, seed: int) -> Function:
    """Return the function of one point that a descent takes for the gradient."""
    random = np.random.RandomState(seed)

    def gradient_at(x: Array) -> Array:
        if numeric_h is None:
            gradient = surface.gradient(x)
        else:
            gradient = numeric_gradient(surface.value, x, numeric_h)
        return gradient + noise * random.standard_normal(x.shape) if noise else gradient

    return gradient_at


def _end(surface: Surface, x: Array, gradient: Array, precision: float) -> str:
    """Return why a descent ends at a point, or "" where it goes on."""
    if not (np.isfinite(gradient).all() and np.isfinite(surface.value(x))):
        return "not_finite"
    if np.linalg.norm(gradient) < precision:
        return "precision"
    return "left_domain" if is_lost(surface, x) else ""


def is_lost(surface: Surface, x: Array) -> bool:
    """Whether a point is FAR half-widths of the domain, or more, from its middle."""
    low, high = np.array(surface.domain, float).T
    return bool(np.any(np.abs(x - (low + high) / 2) > FAR * (high - low) / 2))


def first_outside(surface: Surface, points: Array) -> int | None:
    """Return the first of some points (T, d) that is outside of the domain, or None.

    Examples
    --------
    >>> first_outside(SURFACES["parabola"], np.array([[10.0], [-11.0], [12.1]]))
    2
    """
    low, high = np.array(surface.domain).T
    outside = np.any((points < low) | (points > high), axis=1)
    return int(np.argmax(outside)) if outside.any() else None


def _checked_start(surface: Surface, start: Sequence[float] | Array) -> Array:
    x = np.array(start, float)
    if x.shape != (surface.dimensions,):
        raise ValueError(f"start = {start}: must have {surface.dimensions} number(s)")
    for number, (low, high) in zip(x, surface.domain, strict=True):
        if not low <= number <= high:
            raise ValueError(
                f"start = {number:g}: must be a number from {low:g} to {high:g}, where the "
                "surface is shown"
            )
    return x


def _check_numbers(learning_rate: float, steps: int, precision: float, noise: float) -> None:
    if not (learning_rate > 0 and np.isfinite(learning_rate)):
        raise ValueError(f"learning_rate = {learning_rate:g}: must be a number above 0")
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"steps = {steps}: must be a whole number from 1 to {MOST_STEPS}")
    for name, value in (("precision", precision), ("noise", noise)):
        if not (value >= 0 and np.isfinite(value)):
            raise ValueError(f"{name} = {value:g}: must be a number from 0 up; 0 is off")
