"""Functions to descend, each a formula with its exact gradient and Hessian beside it.

Every function takes points x (..., d) and returns values (...,), gradients (..., d) or Hessians
(..., d, d), so that a whole grid is one call.
"""

import numpy as np

from mlp.base.arrays import Array

STEEPNESS = 25.0  # of the valley's walls against its floor: the condition number
TILT = 0.3  # of the double well
SLOPE, RIPPLE = 0.05, 0.5  # of the rugged functions: the bowl, and the waves in it


def _vector(*entries: Array) -> Array:
    return np.stack(np.broadcast_arrays(*entries), axis=-1)


def _symmetric(a: Array | float, b: Array | float, c: Array | float, x: Array) -> Array:
    """Return the matrices [[a, b], [b, c]], one for every point of x (..., 2)."""
    entries = [np.broadcast_to(np.asarray(entry, float), x.shape[:-1]) for entry in (a, b, b, c)]
    return np.stack(entries, axis=-1).reshape(*x.shape[:-1], 2, 2)


def _diagonal(entries: Array) -> Array:
    """Return diagonal matrices (..., d, d) with these entries (..., d)."""
    matrices: Array = entries[..., None] * np.eye(entries.shape[-1])
    return matrices


def parabola(x: Array) -> Array:
    """Return x^2 + 1, smallest at 0, where it is 1."""
    return x[..., 0] ** 2 + 1


def parabola_gradient(x: Array) -> Array:
    """Return 2 x."""
    return 2 * x


def parabola_hessian(x: Array) -> Array:
    """Return 2."""
    return _diagonal(np.full_like(x, 2.0))


def bowl(x: Array) -> Array:
    """Return (x0 - 1)^2 + (x1 - 2)^2, smallest at (1, 2), where it is 0."""
    return (x[..., 0] - 1) ** 2 + (x[..., 1] - 2) ** 2


def bowl_gradient(x: Array) -> Array:
    """Return 2 (x - (1, 2))."""
    gradient: Array = 2 * (x - np.array([1.0, 2.0]))
    return gradient


def bowl_hessian(x: Array) -> Array:
    """Return 2 on the diagonal."""
    return _diagonal(np.full_like(x, 2.0))


def valley(x: Array) -> Array:
    """Return 1/2 (x0^2 + 25 x1^2): a long valley, 25 times as steep across as along."""
    return 0.5 * (x[..., 0] ** 2 + STEEPNESS * x[..., 1] ** 2)


def valley_gradient(x: Array) -> Array:
    """Return (x0, 25 x1)."""
    gradient: Array = x * np.array([1.0, STEEPNESS])
    return gradient


def valley_hessian(x: Array) -> Array:
    """Return 1 and 25 on the diagonal."""
    return _diagonal(np.broadcast_to([1.0, STEEPNESS], x.shape))


def rosenbrock(x: Array) -> Array:
    """Return (1 - x0)^2 + 100 (x1 - x0^2)^2, smallest at (1, 1), where it is 0.

    Source: Rosenbrock 1960, "An automatic method for finding the greatest or least value of a
    function".
    """
    return (1 - x[..., 0]) ** 2 + 100 * (x[..., 1] - x[..., 0] ** 2) ** 2


def rosenbrock_gradient(x: Array) -> Array:
    """Return its exact gradient."""
    above = x[..., 1] - x[..., 0] ** 2
    return _vector(-2 * (1 - x[..., 0]) - 400 * x[..., 0] * above, 200 * above)


def rosenbrock_hessian(x: Array) -> Array:
    """Return its exact Hessian."""
    bent = 2 - 400 * (x[..., 1] - 3 * x[..., 0] ** 2)
    return _symmetric(bent, -400 * x[..., 0], 200.0, x)


BEALE = (1.5, 2.25, 2.625)


def beale(x: Array) -> Array:
    """Return the sum of (c_k - x0 (1 - x1^k))^2, c = 1.5, 2.25, 2.625; smallest at (3, 0.5): 0.

    Source: Beale 1958, "On an iterative method for finding a local minimum of a function of more
    than one variable"; no. 5 of More, Garbow and Hillstrom 1981.
    """
    terms = [(c - x[..., 0] * (1 - x[..., 1] ** k)) ** 2 for k, c in enumerate(BEALE, 1)]
    value: Array = np.sum(terms, axis=0)
    return value


def beale_gradient(x: Array) -> Array:
    """Return its exact gradient, 2 r_k dr_k summed over k."""
    gradient = np.zeros_like(x)
    for k, c in enumerate(BEALE, 1):
        r, dr = _beale_residual(x, k, c)
        gradient += 2 * r[..., None] * dr
    return gradient


def beale_hessian(x: Array) -> Array:
    """Return its exact Hessian, 2 (dr_k dr_k^T + r_k ddr_k) summed over k."""
    hessian = np.zeros((*x.shape, 2))
    for k, c in enumerate(BEALE, 1):
        r, dr = _beale_residual(x, k, c)
        bent = k * (k - 1) * x[..., 0] * x[..., 1] ** max(k - 2, 0)
        ddr = _symmetric(0.0, k * x[..., 1] ** (k - 1), bent, x)
        hessian += 2 * (dr[..., :, None] * dr[..., None, :] + r[..., None, None] * ddr)
    return hessian


def _beale_residual(x: Array, k: int, c: float) -> tuple[Array, Array]:
    """Return r = c - x0 (1 - x1^k) and its gradient."""
    r = c - x[..., 0] * (1 - x[..., 1] ** k)
    return r, _vector(x[..., 1] ** k - 1, k * x[..., 0] * x[..., 1] ** (k - 1))


def himmelblau(x: Array) -> Array:
    """Return (x0^2 + x1 - 11)^2 + (x0 + x1^2 - 7)^2, with four minima, all 0.

    Source: Himmelblau 1972, "Applied nonlinear programming".
    """
    return (x[..., 0] ** 2 + x[..., 1] - 11) ** 2 + (x[..., 0] + x[..., 1] ** 2 - 7) ** 2


def himmelblau_gradient(x: Array) -> Array:
    """Return its exact gradient."""
    a, b = x[..., 0] ** 2 + x[..., 1] - 11, x[..., 0] + x[..., 1] ** 2 - 7
    return _vector(4 * x[..., 0] * a + 2 * b, 2 * a + 4 * x[..., 1] * b)


def himmelblau_hessian(x: Array) -> Array:
    """Return its exact Hessian."""
    x0, x1 = x[..., 0], x[..., 1]
    return _symmetric(12 * x0**2 + 4 * x1 - 42, 4 * (x0 + x1), 12 * x1**2 + 4 * x0 - 26, x)


def saddle(x: Array) -> Array:
    """Return x0^2/2 - x1^2/2 + x1^4/4: a saddle at (0, 0) between minima at (0, 1) and (0, -1)."""
    return 0.5 * x[..., 0] ** 2 - 0.5 * x[..., 1] ** 2 + 0.25 * x[..., 1] ** 4


def saddle_gradient(x: Array) -> Array:
    """Return (x0, x1^3 - x1)."""
    return _vector(x[..., 0], x[..., 1] ** 3 - x[..., 1])


def saddle_hessian(x: Array) -> Array:
    """Return 1 and 3 x1^2 - 1 on the diagonal."""
    return _diagonal(_vector(np.ones(x.shape[:-1]), 3 * x[..., 1] ** 2 - 1))


def rugged(x: Array) -> Array:
    """Return the sum of x_i^2 / 20 + (1 - cos 2 x_i) / 2: a bowl full of waves; 0 at 0.

    A gentle relative of Rastrigin's function (1974), whose waves are too steep for plain descent
    to pass even one. It serves one variable and two.
    """
    value: Array = np.sum(SLOPE * x**2 + RIPPLE * (1 - np.cos(2 * x)), axis=-1)
    return value


def rugged_gradient(x: Array) -> Array:
    """Return x_i / 10 + sin 2 x_i."""
    gradient: Array = 2 * SLOPE * x + 2 * RIPPLE * np.sin(2 * x)
    return gradient


def rugged_hessian(x: Array) -> Array:
    """Return 1/10 + 2 cos 2 x_i on the diagonal."""
    return _diagonal(2 * SLOPE + 4 * RIPPLE * np.cos(2 * x))


def double_well(x: Array) -> Array:
    """Return (x^2 - 1)^2 + 0.3 x: the left well is the deeper one."""
    return (x[..., 0] ** 2 - 1) ** 2 + TILT * x[..., 0]


def double_well_gradient(x: Array) -> Array:
    """Return 4 x (x^2 - 1) + 0.3."""
    gradient: Array = 4 * x * (x**2 - 1) + TILT
    return gradient


def double_well_hessian(x: Array) -> Array:
    """Return 12 x^2 - 4."""
    return _diagonal(12 * x**2 - 4)
