"""Sharpness: the largest eigenvalue of the Hessian of J, found without forming the Hessian.

Gradient descent with a steady rate is stable near a point only while learning_rate x sharpness
stays below 2: along the sharpest direction a step multiplies the distance to the bottom by
1 - learning_rate x sharpness.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh_tridiagonal

from mlp.base.arrays import Array
from mlp.base.compiled import jit
from mlp.matrices import (
    add,
    add_bias,
    add_multiple,
    dot,
    matmul,
    matmul_into,
    multiply,
    sigmoid_derivative,
)
from mlp.network import Objective, forward, unpack

TOLERANCE = 1e-6  # of the largest eigenvalue in size; the true error is far smaller as a rule
FIRST_LOOK = 8  # Lanczos steps before the first look at the eigenvalue; enough as a rule
MOST_STEPS = 32  # a saturated network has clusters of tiny eigenvalues, and no more is worth it


class Bend(NamedTuple):
    """What J's second derivative at some weights needs, whatever the direction.

    ``bend1`` and ``bend2``: how dL/dZ1 and dL/dZ2 change with Z1 and Z2 through the curve of the
    sigmoid itself. All matrices with a row a sample are transposed here, (h, n) and (2, n): a
    matrix of one column counts as stored either way, and numba would compile once more for it.
    """

    XT: Array
    W2: Array
    l2: float
    H1T: Array
    dH1_dZ1T: Array
    dL_dZ2T: Array
    bend1T: Array
    bend2T: Array


def bend_at(objective: Objective, w: Array) -> Bend:
    """Compute at w what ``hessian_vector_product`` uses again for every direction."""
    X, Y, hidden, _, l2, _ = objective
    W1, W2 = unpack(w, X.shape[1], hidden)
    H1, H2 = forward(X, W1, W2)
    dH1_dZ1 = sigmoid_derivative(H1)  # (n, h)
    dH2_dZ2 = sigmoid_derivative(H2)  # (n, 2)
    dL_dZ2 = (H2 - Y) * dH2_dZ2  # (n, 2)
    dL_dH1 = matmul(dL_dZ2, W2[:hidden].T)  # (n, h)
    bend1 = dL_dH1 * dH1_dZ1 * (1 - 2 * H1)  # (n, h), as sigmoid'' = sigmoid' (1 - 2 sigmoid)
    bend2 = dH2_dZ2 * (dH2_dZ2 + (H2 - Y) * (1 - 2 * H2))  # (n, 2)
    by_samples = (H1.T, dH1_dZ1.T, dL_dZ2.T, np.ascontiguousarray(bend1.T), bend2.T)
    return Bend(X.T, W2, l2, *by_samples)


@jit
def hessian_vector_product(bend: Bend, v: Array) -> Array:
    """Return H v, the derivative of J's gradient along v, exactly (v as flat as the weights).

    R_A is the derivative of A when the weights move along v. Source: Pearlmutter 1994, "Fast
    exact multiplication by the Hessian". The L1 term has no curvature.
    """
    X, H1, dH1_dZ1 = bend.XT.T, bend.H1T.T, bend.dH1_dZ1T.T
    dL_dZ2, bend1, bend2 = bend.dL_dZ2T.T, bend.bend1T.T, bend.bend2T.T
    W2, l2 = bend.W2, bend.l2
    hidden, ones = H1.shape[1], X.T[2:].T
    V1, V2 = unpack(v, X.shape[1], hidden)

    R_Z1 = matmul(X, V1)  # (n, h)
    R_H1 = multiply(dH1_dZ1, R_Z1)  # (n, h)
    R_Z2 = add_bias(add(matmul(R_H1, W2[:hidden]), matmul(H1, V2[:hidden])), V2[hidden:])  # (n, 2)
    R_dL_dZ2 = multiply(bend2, R_Z2)  # (n, 2)
    R_dL_dH1 = add(matmul(R_dL_dZ2, W2[:hidden].T), matmul(dL_dZ2, V2[:hidden].T))  # (n, h)
    R_dL_dZ1 = add(multiply(R_dL_dH1, dH1_dZ1), multiply(bend1, R_Z1))  # (n, h)

    product = np.empty_like(v)
    P1, P2 = unpack(product, X.shape[1], hidden)
    matmul_into(P1, X.T, R_dL_dZ1)
    P2_neurons = P2[:hidden]
    matmul_into(P2_neurons, R_H1.T, dL_dZ2)
    P2_neurons += matmul(H1.T, R_dL_dZ2)
    matmul_into(P2[hidden:], ones.T, R_dL_dZ2)
    add_multiple(product, l2, v)
    return product


@jit
def extend_lanczos(
    bend: Bend, basis: Array, diagonal: Array, beside: Array, first: int, last: int
) -> int:
    """Take the Lanczos steps ``first`` to ``last``; return how many there are then.

    ``basis`` (m + 1, P) has orthonormal rows; in it the Hessian is tridiagonal, with ``diagonal``
    (m,) and ``beside`` it (m,). It ends early where the space is exhausted.
    """
    for k in range(first, last):
        product = hessian_vector_product(bend, basis[k])
        diagonal[k] = dot(product, basis[k])
        for _ in range(2):  # twice is enough to stay orthogonal (Parlett)
            for j in range(k + 1):
                add_multiple(product, -dot(product, basis[j]), basis[j])
        beside[k] = np.sqrt(dot(product, product))
        if not beside[k] > 1e-13 * abs(diagonal[0]):
            return k + 1
        for i in range(product.size):
            basis[k + 1, i] = product[i] / beside[k]
    return last


@lru_cache(maxsize=64)
def random_direction(size: int) -> Array:
    """Return a unit vector that depends on its size alone; seeding a generator takes 70 us."""
    direction = np.random.RandomState(0).randn(size)
    direction /= np.linalg.norm(direction)
    direction.setflags(write=False)
    return direction


def top_eigenpair(objective: Objective, w: Array) -> tuple[float, Array]:
    """Return the largest eigenvalue of J's Hessian at w, and its unit eigenvector (as flat as w).

    Lanczos with full orthogonalisation, from a fixed random direction, until the eigenvalue's
    error bound is below TOLERANCE. Depends on the weights alone. NaN where the weights are so
    large that their products overflow.
    """
    most = min(w.size, MOST_STEPS)
    with np.errstate(over="ignore", invalid="ignore"):
        bend = bend_at(objective, w)
    basis = np.zeros((most + 1, w.size))
    basis[0] = random_direction(w.size)
    diagonal, beside = np.zeros(most), np.zeros(most)
    size, wanted = 0, min(FIRST_LOOK, most)
    while True:
        size = extend_lanczos(bend, basis, diagonal, beside, size, wanted)
        if not np.isfinite(beside[size - 1]):
            return np.nan, basis[0]
        # A number that is not finite would have reached the last one, which is.
        values, vectors = eigh_tridiagonal(diagonal[:size], beside[: size - 1], check_finite=False)
        residual = beside[size - 1] * abs(vectors[-1, -1])
        gap = values[-1] - values[-2] - residual if size > 1 else 0.0
        # Parlett, "The symmetric eigenvalue problem", 11.7: two bounds on the error
        error = min(residual, residual**2 / gap) if gap > 0 else residual
        converged = error <= TOLERANCE * np.max(np.abs(values))
        if converged or size < wanted or size == most:
            return float(values[-1]), vectors[:, -1] @ basis[:size]
        wanted = min(2 * size, most)


def sharpness(objective: Objective, w: Array) -> float:
    """Return the largest eigenvalue of the Hessian of J at w.

    Parameters
    ----------
    objective : Objective
        What is descended; the article's L2 term counts with the Hessian of its penalty.
    w : Array
        Flat weights (P,).
    """
    return top_eigenpair(objective, w)[0]
