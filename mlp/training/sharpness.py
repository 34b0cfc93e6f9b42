"""Sharpness: the largest eigenvalue of the Hessian of J, found without forming the Hessian.

Gradient descent with a steady rate is stable near a point only while learning_rate x sharpness
stays below 2: along the sharpest direction a step multiplies the distance to the bottom by
1 - learning_rate x sharpness.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mlp.base.arrays import Array, Steps
from mlp.base.compiled import jit, shared
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


@shared
def bend_at(by_samples: Objective, w: Array) -> Bend:
    """Compute at w what ``hessian_vector_product`` uses again for every direction."""
    XT, YT, hidden, _, l2, _ = by_samples
    X, Y = XT.T, YT.T
    W1, W2 = unpack(w, X.shape[1], hidden)
    H1, H2 = forward(X, W1, W2)
    dH1_dZ1 = sigmoid_derivative(H1)  # (n, h)
    dH2_dZ2 = sigmoid_derivative(H2)  # (n, 2)
    dL_dH2 = H2 - Y  # (n, 2)
    dL_dZ2 = multiply(dL_dH2, dH2_dZ2)  # (n, 2)
    dL_dH1 = matmul(dL_dZ2, W2[:hidden].T)  # (n, h)
    # sigmoid'' = sigmoid' (1 - 2 sigmoid)
    bend1 = multiply(multiply(dL_dH1, dH1_dZ1), 1 - 2 * H1)  # (n, h)
    bend2 = multiply(dH2_dZ2, add(multiply(dL_dH2, 1 - 2 * H2), dH2_dZ2))  # (n, 2)
    return Bend(XT, W2, l2, H1.T, dH1_dZ1.T, dL_dZ2.T, bend1.T, bend2.T)


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
    by_samples: Objective, w: Array, basis: Array, T: Array, those: Steps, first: int, last: int
) -> Steps:
    """Take the Lanczos steps ``first`` to ``last`` for some of the weights w (F, P).

    For each, ``basis`` (F, m + 1, P) has orthonormal rows; in it the Hessian is the tridiagonal
    and symmetric T (F, m + 1, m + 1), of which the diagonal and what stands below it are written.
    Returns how many steps there are then: fewer where the space is exhausted.
    """
    sizes = np.full(those.size, last)
    for i in range(those.size):
        rows, t = basis[those[i]], T[those[i]]
        bend = bend_at(by_samples, w[those[i]])
        for k in range(first, last):
            product = hessian_vector_product(bend, rows[k])
            t[k, k] = dot(product, rows[k])
            for _ in range(2):  # twice is enough to stay orthogonal (Parlett)
                for j in range(k + 1):
                    add_multiple(product, -dot(product, rows[j]), rows[j])
            t[k + 1, k] = np.sqrt(dot(product, product))
            if not t[k + 1, k] > 1e-13 * abs(t[0, 0]):
                sizes[i] = k + 1
                break
            for j in range(product.size):
                rows[k + 1, j] = product[j] / t[k + 1, k]
    return sizes


@lru_cache(maxsize=64)
def random_direction(size: int) -> Array:
    """Return a unit vector that depends on its size alone; seeding a generator takes 70 us."""
    direction = np.random.RandomState(0).randn(size)
    direction /= np.linalg.norm(direction)
    direction.setflags(write=False)
    return direction


class Spaces(NamedTuple):
    """What Lanczos' steps lead to for some weights (F, P): where the Hessian is looked at."""

    values: Array  # (F,), the largest eigenvalue
    sizes: Steps  # (F,), how many steps it took
    basis: Array  # (F, m + 1, P)
    T: Array  # (F, m + 1, m + 1)


def lanczos(objective: Objective, w: Array) -> Spaces:
    """Find the largest eigenvalue of J's Hessian at each of some weights w (F, P).

    With full orthogonalisation, from a fixed random direction, until the eigenvalue's error bound
    is below TOLERANCE. Depends on the weights alone. NaN where they are so large that their
    products overflow.
    """
    count, size = w.shape
    most = min(size, MOST_STEPS)
    basis, T = np.zeros((count, most + 1, size)), np.zeros((count, most + 1, most + 1))
    basis[:, 0] = random_direction(size)
    values, sizes = np.full(count, np.nan), np.zeros(count, np.int64)
    going, taken, wanted = np.arange(count), 0, min(FIRST_LOOK, most)
    while going.size:
        with np.errstate(over="ignore", invalid="ignore"):
            now = extend_lanczos(objective.by_samples(), w, basis, T, going, taken, wanted)
        # A number that is not finite would have reached the last one.
        finite = np.isfinite(T[going, now, now - 1])
        going, now = going[finite], now[finite]
        sizes[going] = now
        settled = np.zeros(going.size, bool)
        for each in np.unique(now):
            here = now == each
            values[going[here]], converged = _largest(T[going[here], : each + 1, : each + 1])
            settled[here] = converged | (each < wanted) | (each == most)
        going, taken, wanted = going[~settled], wanted, min(2 * wanted, most)
    return Spaces(values, sizes, basis, T)


def _largest(T: Array) -> tuple[Array, Array]:
    """Return the largest eigenvalues (F,) of Lanczos' matrices, and whether they are close enough.

    T (F, m + 1, m + 1) has in its last row what the next step would be of.
    """
    values, vectors = np.linalg.eigh(T[:, :-1, :-1])
    residual = T[:, -1, -2] * np.abs(vectors[:, -1, -1])
    # Parlett, "The symmetric eigenvalue problem", 11.7: two bounds on the error
    gap = values[:, -1] - values[:, -2] - residual if T.shape[1] > 2 else np.zeros(len(T))
    closer = np.divide(residual**2, gap, out=residual.copy(), where=gap > 0)
    error = np.minimum(residual, closer)
    return values[:, -1], error <= TOLERANCE * np.max(np.abs(values), axis=1)


def top_eigenpair(objective: Objective, w: Array) -> tuple[float, Array]:
    """Return the largest eigenvalue of J's Hessian at w, and its unit eigenvector (as flat as w).

    NaN as ``lanczos`` gives it.
    """
    found = lanczos(objective, w[None])
    basis, size = found.basis[0], found.sizes[0]
    if size == 0:
        return np.nan, basis[0]
    _, vectors = np.linalg.eigh(found.T[0, :size, :size])
    return float(found.values[0]), vectors[:, -1] @ basis[:size]


def sharpness(objective: Objective, w: Array) -> float:
    """Return the largest eigenvalue of the Hessian of J at w.

    Parameters
    ----------
    objective : Objective
        What is descended; the article's L2 term counts with the Hessian of its penalty.
    w : Array
        Flat weights (P,).
    """
    return float(lanczos(objective, w[None]).values[0])
