"""How the plain NumPy source becomes machine code.

``jit`` compiles a function with numba: without the GIL, so that many visitors train side by
side, and cached on disk, so that only the first start on a machine waits. With
NUMBA_DISABLE_JIT=1 nothing is compiled and the very same source runs as plain NumPy.

Two operations carry nearly all of the time, ``matmul`` and ``sigmoid``. Each is written twice:
as the one line of NumPy that it means, and as the loop that LLVM turns into vector
instructions. Matrices with a row a sample are stored column by column (Fortran order), so that
every inner loop runs over the samples, which lie side by side in memory.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numba.extending import overload, register_jitable

from mlp.arrays import Array

Function = TypeVar("Function", bound=Callable[..., Any])

# "contract" lets a multiply and an add become one instruction; NaN and infinity keep their
# meaning. error_model "numpy": 1 / 0 is infinity, and no test for it breaks vectorisation.
OPTIONS: Any = {"error_model": "numpy", "fastmath": {"contract"}}
CACHED: Any = OPTIONS | {"nogil": True, "cache": True}
# A dot product may be summed in several lanes at once.
DOT_OPTIONS: Any = {"error_model": "numpy", "fastmath": {"contract", "reassoc"}}


def _cache_directory() -> Path:
    """A folder named after the compiled sources, which are those that import this module.

    numba by itself looks for changes in a caller's file only, not in its callees'.
    """
    folder = Path(__file__).parent
    sources = [path.read_bytes() for path in sorted(folder.glob("*.py"))]
    source = b"".join(text for text in sources if b"mlp.compiled import" in text)
    return folder / "__pycache__" / f"numba-{hashlib.sha256(source).hexdigest()[:16]}"


if "NUMBA_CACHE_DIR" not in os.environ and os.access(Path(__file__).parent, os.W_OK):
    numba.config.CACHE_DIR = str(_cache_directory())  # type: ignore[attr-defined]


def jit(function: Function) -> Function:
    """Compile a function on its first call, or leave it alone under NUMBA_DISABLE_JIT=1."""
    return numba.njit(**CACHED)(function)  # type: ignore[no-any-return]


def inlined(function: Function) -> Function:
    """Compile a function only as a part of the compiled functions that call it."""
    return numba.njit(inline="always", **CACHED)(function)  # type: ignore[no-any-return]


def shared(function: Function) -> Function:
    """Leave a function as plain NumPy for Python, and compile it within compiled callers."""
    return register_jitable(**OPTIONS)(function)


def sigmoid(Z: Array) -> Array:
    """Squash every number of Z into (0, 1): 1 / (1 + exp(-z)), without overflow.

    Parameters
    ----------
    Z : Array
        Any shape. NaN stays NaN.

    Returns
    -------
    Array
        The same shape. The compiled form differs by at most 4 units in the last place, and below
        z = -708 it stays at 3e-308 where this one goes on to 0.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    exp_minus_abs = np.exp(-np.abs(Z))
    H: Array = np.where(Z < 0, exp_minus_abs, 1.0) / (1 + exp_minus_abs)
    return H


def matmul(A: Array, B: Array) -> Array:
    """Multiply two matrices, (n, k) by (k, m).

    Examples
    --------
    >>> matmul(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    return A @ B


# exp(x) = 2^k exp(r), with k = round(x / ln 2) and |r| <= ln 2 / 2. Adding 1.5 * 2^52 rounds to
# a whole number and leaves k in the low bits. ln 2 is split in two, so that x - k ln 2 is exact
# (Cody and Waite 1980). exp(r) = (q + r) / (q - r), where q = r coth(r / 2) is even in r, so that
# five terms are enough (P1 to P5 and the split of ln 2 are those of fdlibm's e_exp.c), and the
# quotient joins the one that a sigmoid needs anyway.
LOG2_E = 1.4426950408889634
ROUND = 6755399441055744.0
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
EXPONENT_BIAS = 1023  # of a float64, whose exponent starts at bit 52
LARGEST = 708.0  # exp(709.8) overflows; 1 / (1 + exp(708)) is 3e-308
P1 = 1.66666666666666019037e-01
P2 = -2.77777777770155933842e-03
P3 = 6.61375632143793436117e-05
P4 = -1.65339022054652515390e-06
P5 = 4.13813679705723846039e-08


@overload(sigmoid, jit_options=OPTIONS)
def _compiled_sigmoid(Z: Array) -> Callable[[Array], Array]:  # noqa: ARG001 - numba looks at types alone
    def vectorised(Z: Array) -> Array:
        z = Z.T.ravel()
        H = np.empty((Z.shape[1], Z.shape[0]))
        h = H.ravel()
        for i in range(z.size):
            x = -z[i]
            x = LARGEST if x > LARGEST else x
            x = -LARGEST if x < -LARGEST else x
            shifted = x * LOG2_E + ROUND
            k = shifted - ROUND
            r = (x - k * LN2_HIGH) - k * LN2_LOW
            rr = r * r
            q = 2.0 + rr * (P1 + rr * (P2 + rr * (P3 + rr * (P4 + rr * P5))))
            power_of_two = np.int64((np.float64(shifted).view(np.int64) + EXPONENT_BIAS) << 52)
            h[i] = (q - r) / ((q - r) + (q + r) * np.int64(power_of_two).view(np.float64))
        return H.T

    return vectorised


@overload(matmul, jit_options=DOT_OPTIONS)
def _compiled_matmul(A: Array, B: Array) -> Callable[[Array, Array], Array]:  # noqa: ARG001
    return _columns_times_numbers if A.layout == "F" else _rows_times_columns  # type: ignore[attr-defined]


def _columns_times_numbers(A: Array, B: Array) -> Array:
    """A a row a sample: every column of the product is a weighted sum of A's columns."""
    inner = A.shape[1]
    C = np.empty((B.shape[1], A.shape[0]))
    for j in range(B.shape[1]):
        k = inner % 4
        if k == 0:
            C[j] = 0.0
        elif k == 1:
            b0 = B[0, j]
            for i in range(A.shape[0]):
                C[j, i] = A[i, 0] * b0
        elif k == 2:
            b0, b1 = B[0, j], B[1, j]
            for i in range(A.shape[0]):
                C[j, i] = A[i, 0] * b0 + A[i, 1] * b1
        else:
            b0, b1, b2 = B[0, j], B[1, j], B[2, j]
            for i in range(A.shape[0]):
                C[j, i] = A[i, 0] * b0 + A[i, 1] * b1 + A[i, 2] * b2
        while k < inner:  # four columns a pass: each number of C is read and written once for them
            b0, b1, b2, b3 = B[k, j], B[k + 1, j], B[k + 2, j], B[k + 3, j]
            for i in range(A.shape[0]):
                C[j, i] += A[i, k] * b0 + A[i, k + 1] * b1 + A[i, k + 2] * b2 + A[i, k + 3] * b3
            k += 4
    return C.T


def _rows_times_columns(A: Array, B: Array) -> Array:
    """A a column a sample: every number of the product is a dot product over the samples."""
    C = np.empty((A.shape[0], B.shape[1]))
    matmul_into(C, A, B)
    return C


def matmul_into(C: Array, A: Array, B: Array) -> None:
    """Write the product of two matrices into a third, (n, k) by (k, m) into (n, m).

    Not ``C[:] = matmul(A, B)``: it saves a matrix, and the code for a product that does not fit.
    """
    C[:] = A @ B


@overload(matmul_into, jit_options=DOT_OPTIONS)
def _compiled_matmul_into(C: Array, A: Array, B: Array) -> Callable[[Array, Array, Array], None]:  # noqa: ARG001
    def dot_products(C: Array, A: Array, B: Array) -> None:
        for i in range(A.shape[0]):
            for j in range(B.shape[1]):
                total = 0.0
                for k in range(A.shape[1]):
                    total += A[i, k] * B[k, j]
                C[i, j] = total

    return dot_products


def sum_of_squares(A: Array) -> float:
    """Add up the squares of all numbers of A."""
    return float(np.sum(A**2))


@overload(sum_of_squares, jit_options=DOT_OPTIONS)
def _compiled_sum_of_squares(A: Array) -> Callable[[Array], float]:  # noqa: ARG001
    def in_several_lanes(A: Array) -> float:
        a = A.T.ravel()
        total = 0.0
        for i in range(a.size):
            total += a[i] * a[i]
        return total

    return in_several_lanes
