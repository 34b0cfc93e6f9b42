"""The operations on matrices that carry nearly all of the training's time.

Each is written twice: as the one line of NumPy that it means, which Python runs, and as the loop
that compiled code gets and LLVM turns into vector instructions. ``A * B`` would do as well, but it
looks for broadcasting inside its loop: that costs three times the time to run, or to compile.

Matrices with a row a sample are stored column by column (Fortran order), so that every inner loop
runs over the samples, which lie side by side in memory.
"""

from collections.abc import Callable

import numpy as np
from numba.extending import overload

from mlp.base.arrays import Array
from mlp.base.compiled import DOT_OPTIONS, OPTIONS, shared


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


@shared
def squash(z: float) -> float:
    """The sigmoid of one number, in instructions that a processor does for several at once."""
    x = -z
    x = LARGEST if x > LARGEST else x
    x = -LARGEST if x < -LARGEST else x
    shifted = x * LOG2_E + ROUND
    k = shifted - ROUND
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    rr = r * r
    q = 2.0 + rr * (P1 + rr * (P2 + rr * (P3 + rr * (P4 + rr * P5))))
    power_of_two = np.int64((np.float64(shifted).view(np.int64) + EXPONENT_BIAS) << 52)
    return (q - r) / ((q - r) + (q + r) * np.int64(power_of_two).view(np.float64))


@overload(sigmoid, jit_options=OPTIONS)
def _compiled_sigmoid(Z: Array) -> Callable[[Array], Array]:  # noqa: ARG001 - numba looks at types alone
    def vectorised(Z: Array) -> Array:
        z = Z.T.ravel()
        H = np.empty((Z.shape[1], Z.shape[0]))
        h = H.ravel()
        for i in range(z.size):
            h[i] = squash(z[i])
        return H.T

    return vectorised


def sigmoid_derivative(H: Array) -> Array:
    """How a sigmoid changes with what it squashes, where it is H already: H (1 - H).

    Examples
    --------
    >>> sigmoid_derivative(np.array([[0.5, 0.9]]))
    array([[0.25, 0.09]])
    """
    return H * (1 - H)


@overload(sigmoid_derivative, jit_options=OPTIONS)
def _compiled_sigmoid_derivative(H: Array) -> Callable[[Array], Array]:  # noqa: ARG001
    def by_columns(H: Array) -> Array:
        D = np.empty((H.shape[1], H.shape[0]))
        for j in range(H.shape[1]):
            for i in range(H.shape[0]):
                D[j, i] = H[i, j] * (1 - H[i, j])
        return D.T

    return by_columns


def matmul(A: Array, B: Array) -> Array:
    """Multiply two matrices, (n, k) by (k, m).

    Examples
    --------
    >>> matmul(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    return A @ B


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


def add_bias(Z: Array, bias: Array) -> Array:
    """Add the bias row (1, m), or none (0, m), to every row of Z (n, m), in place if compiled.

    Examples
    --------
    >>> add_bias(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0, 20.0]])).tolist()
    [[11.0, 22.0], [13.0, 24.0]]
    """
    sums: Array = Z + bias.sum(axis=0)
    return sums


@overload(add_bias, jit_options=OPTIONS)
def _compiled_add_bias(Z: Array, bias: Array) -> Callable[[Array, Array], Array]:  # noqa: ARG001
    def in_place(Z: Array, bias: Array) -> Array:
        for k in range(bias.shape[0]):
            for j in range(Z.shape[1]):
                for i in range(Z.shape[0]):
                    Z[i, j] += bias[k, j]
        return Z

    return in_place


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


def multiply(A: Array, B: Array) -> Array:
    """Multiply two matrices of the same shape number by number.

    Examples
    --------
    >>> multiply(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([[3., 8.]])
    """
    return A * B


@overload(multiply, jit_options=OPTIONS)
def _compiled_multiply(A: Array, B: Array) -> Callable[[Array, Array], Array]:  # noqa: ARG001
    def by_columns(A: Array, B: Array) -> Array:
        C = np.empty((A.shape[1], A.shape[0]))
        for j in range(A.shape[1]):
            for i in range(A.shape[0]):
                C[j, i] = A[i, j] * B[i, j]
        return C.T

    return by_columns


def add(A: Array, B: Array) -> Array:
    """Add two matrices of the same shape, into the first if compiled.

    Examples
    --------
    >>> add(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    array([[4., 6.]])
    """
    return A + B


@overload(add, jit_options=OPTIONS)
def _compiled_add(A: Array, B: Array) -> Callable[[Array, Array], Array]:  # noqa: ARG001
    def in_place(A: Array, B: Array) -> Array:
        for j in range(A.shape[1]):
            for i in range(A.shape[0]):
                A[i, j] += B[i, j]
        return A

    return in_place


def dot(a: Array, b: Array) -> float:
    """Return the dot product of two vectors.

    Examples
    --------
    >>> dot(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    """
    return float(a @ b)


@overload(dot, jit_options=DOT_OPTIONS)
def _compiled_dot(a: Array, b: Array) -> Callable[[Array, Array], float]:  # noqa: ARG001
    def in_several_lanes(a: Array, b: Array) -> float:
        total = 0.0
        for i in range(a.size):
            total += a[i] * b[i]
        return total

    return in_several_lanes


def add_multiple(a: Array, factor: float, b: Array) -> None:
    """Add a multiple of one vector to another, in place.

    Examples
    --------
    >>> a = np.array([1.0, 2.0])
    >>> add_multiple(a, 10.0, np.array([3.0, 4.0]))
    >>> a
    array([31., 42.])
    """
    a += factor * b


@overload(add_multiple, jit_options=OPTIONS)
def _compiled_add_multiple(
    a: Array,  # noqa: ARG001
    factor: float,  # noqa: ARG001
    b: Array,  # noqa: ARG001
) -> Callable[[Array, float, Array], None]:
    def number_by_number(a: Array, factor: float, b: Array) -> None:
        for i in range(a.size):
            a[i] += factor * b[i]

    return number_by_number


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


def sum_of_sizes(a: Array) -> float:
    """Add up the absolute values of a vector."""
    return float(np.sum(np.abs(a)))


@overload(sum_of_sizes, jit_options=DOT_OPTIONS)
def _compiled_sum_of_sizes(a: Array) -> Callable[[Array], float]:  # noqa: ARG001
    def in_several_lanes(a: Array) -> float:
        total = 0.0
        for i in range(a.size):
            total += abs(a[i])
        return total

    return in_several_lanes


def squared_distance(A: Array, B: Array) -> float:
    """Add up the squared differences of two matrices of the same shape.

    Examples
    --------
    >>> squared_distance(np.array([[1.0, 2.0]]), np.array([[4.0, 6.0]]))
    25.0
    """
    return float(np.sum((A - B) ** 2))


@overload(squared_distance, jit_options=DOT_OPTIONS)
def _compiled_squared_distance(A: Array, B: Array) -> Callable[[Array, Array], float]:  # noqa: ARG001
    def by_columns(A: Array, B: Array) -> float:
        total = 0.0
        for j in range(A.shape[1]):
            for i in range(A.shape[0]):
                total += (A[i, j] - B[i, j]) ** 2
        return total

    return by_columns


def norm(vector: Array) -> float:
    """Return the Euclidean norm of a vector, also where the squares would overflow.

    Examples
    --------
    >>> norm(np.array([0.0, -4e200]))
    4e+200
    """
    largest = float(np.max(np.abs(vector)))
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm(vector / largest))


def norms(rows: Array) -> Array:
    """Return the Euclidean norm of every row (F,), also where squares would overflow."""
    largest = np.max(np.abs(rows), axis=1, keepdims=True)
    largest[~(largest > 0) | np.isinf(largest)] = 1.0
    lengths: Array = largest[:, 0] * np.linalg.norm(rows / largest, axis=1)
    return lengths


@overload(norm, jit_options=OPTIONS)
def _compiled_norm(vector: Array) -> Callable[[Array], float]:  # noqa: ARG001
    def scaled(vector: Array) -> float:
        largest = 0.0
        for number in vector:
            largest = max(largest, abs(number))
        if 0 < largest < np.inf:
            return float(largest * np.sqrt(sum_of_squares(vector / largest)))
        return sum_of_sizes(vector)  # the same, and NaN where there is one

    return scaled
