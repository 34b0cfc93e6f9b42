"""Sharpness: the largest eigenvalue of the Hessian of J, found without forming the Hessian.

Gradient descent with a steady rate is stable near a point only while learning_rate x sharpness
stays below 2: along the sharpest direction a step multiplies the distance to the bottom by
1 - learning_rate x sharpness.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh_tridiagonal

from mlp.base.arrays import Array, Steps
from mlp.base.compiled import jit, shared
from mlp.matrices import (
    add_bias,
    matmul,
    matmul_into,
    multiply,
    remove_part_along,
    sigmoid_derivative,
    sum_of_squares,
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


@shared
def bend_at(objective: Objective, w: Array) -> Bend:
    """Compute at w what ``hessian_vector_product`` uses again for every direction."""
    X, Y, hidden, _, l2, _ = objective
    W1, W2 = unpack(w, X.shape[1], hidden)
    H1, H2 = forward(X, W1, W2)
    dH1_dZ1 = sigmoid_derivative(H1)  # (n, h)
    dH2_dZ2 = sigmoid_derivative(H2)  # (n, 2)
    dL_dZ2 = multiply(H2 - Y, dH2_dZ2)  # (n, 2)
    dL_dH1 = matmul(dL_dZ2, W2[:hidden].T)  # (n, h)
    # sigmoid'' = sigmoid' (1 - 2 sigmoid)
    bend1 = multiply(multiply(dL_dH1, dH1_dZ1), 1 - 2 * H1)  # (n, h)
    bend2 = multiply(dH2_dZ2, dH2_dZ2 + multiply(H2 - Y, 1 - 2 * H2))  # (n, 2)
    bend1T = np.ascontiguousarray(bend1.T)
    return Bend(X.T, W2, l2, H1.T, dH1_dZ1.T, dL_dZ2.T, bend1T, bend2.T)


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
    R_Z2 = add_bias(matmul(R_H1, W2[:hidden]) + matmul(H1, V2[:hidden]), V2[hidden:])  # (n, 2)
    R_dL_dZ2 = multiply(bend2, R_Z2)  # (n, 2)
    R_dL_dH1 = matmul(R_dL_dZ2, W2[:hidden].T) + matmul(dL_dZ2, V2[:hidden].T)  # (n, h)
    R_dL_dZ1 = multiply(R_dL_dH1, dH1_dZ1) + multiply(bend1, R_Z1)  # (n, h)

    product = np.empty_like(v)
    P1, P2 = unpack(product, X.shape[1], hidden)
    matmul_into(P1, X.T, R_dL_dZ1)
    P2_neurons = P2[:hidden]
    matmul_into(P2_neurons, R_H1.T, dL_dZ2)
    P2_neurons += matmul(H1.T, R_dL_dZ2)
    matmul_into(P2[hidden:], ones.T, R_dL_dZ2)
    product += l2 * v
    return product


@jit
def extend_lanczos(
    bend: Bend, basis: Array, diagonal: Array, beside: Array, first: int, last: int
) -> int:
    """Take the Lanczos steps ``first`` to ``last``; return how many there are then.

    ``basis`` (m + 1, P) has orthonormal rows; in it the Hessian is tridiagonal, with ``diagonal``
    (m,) and ``beside`` it (m,). It ends early where the space is exhausted. All steps are one
    compiled stretch: with Python between them, many trainings would queue for its lock.
    """
    for k in range(first, last):
        product = hessian_vector_product(bend, basis[k])
        diagonal[k] = np.sum(product * basis[k])
        for _ in range(2):  # twice is enough to stay orthogonal (Parlett)
            remove_part_along(basis[: k + 1], product)
        beside[k] = np.sqrt(sum_of_squares(product))
        if not beside[k] > 1e-13 * abs(diagonal[0]):
            return k + 1
        basis[k + 1] = product / beside[k]
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
    most = most_steps(w)
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
        value, vector, converged = top_of_tridiagonal(diagonal[:size], beside[:size])
        if converged or size < wanted or size == most:
            return value, vector @ basis[:size]
        wanted = min(2 * size, most)


def most_steps(w: Array) -> int:
    """Return after how many Lanczos steps nothing is gained by more."""
    return min(w.size, MOST_STEPS)


def top_of_tridiagonal(diagonal: Array, beside: Array) -> tuple[float, Array, bool]:
    """Return the largest eigenvalue that Lanczos steps found, its vector, and whether it converged.

    Both numbers of each step; the last of ``beside`` leads out of the space that is known, and must
    be finite: what is not would have reached it.
    """
    values, vectors = eigh_tridiagonal(diagonal, beside[:-1], check_finite=False)
    residual = beside[-1] * abs(vectors[-1, -1])
    gap = values[-1] - values[-2] - residual if len(values) > 1 else 0.0
    # Parlett, "The symmetric eigenvalue problem", 11.7: two bounds on the error
    error = min(residual, residual**2 / gap) if gap > 0 else residual
    top = np.asarray(vectors[:, -1], np.float64)
    return float(values[-1]), top, bool(error <= TOLERANCE * np.max(np.abs(values)))


@jit
def first_looks(
    by_samples: Objective, weights: Array, direction: Array, diagonals: Array, besides: Array
) -> Steps:
    """Take the first Lanczos steps at every row of weights (F, P); return how many they were (F,).

    ``diagonals`` and ``besides`` (F, steps) are written. The objective comes ``by_samples``.
    """
    XT, YT, hidden, l1, l2, article = by_samples
    objective = Objective(XT.T, YT.T, hidden, l1, l2, article)
    sizes = np.empty(len(weights), np.int64)
    basis = np.empty((diagonals.shape[1] + 1, direction.size))
    basis[0] = direction
    for i in range(len(weights)):
        bend = bend_at(objective, weights[i])
        sizes[i] = extend_lanczos(bend, basis, diagonals[i], besides[i], 0, diagonals.shape[1])
    return sizes


def sharpness_of_all(objective: Objective, weights: Array) -> list[float]:
    """Return the sharpness at every row of weights (F, P): ``top_eigenpair`` without the vectors.

    The first looks are one compiled stretch; the few that they do not settle are looked at again.
    """
    wanted = min(FIRST_LOOK, most_steps(weights[0]))
    diagonals, besides = np.zeros((2, len(weights), wanted))
    direction = random_direction(weights.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = first_looks(objective.by_samples(), weights, direction, diagonals, besides)
    found = []
    for w, diagonal, beside, size in zip(weights, diagonals, besides, sizes, strict=True):
        if not np.isfinite(beside[size - 1]):
            found.append(np.nan)
            continue
        value, _, converged = top_of_tridiagonal(diagonal[:size], beside[:size])
        settled = converged or size < wanted or size == most_steps(w)
        found.append(value if settled else top_eigenpair(objective, w)[0])
    return found


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
