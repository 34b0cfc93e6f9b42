"""The network: two layers of sigmoids, its objective, and the chain rule.

X (n, 2) holds the points, Y (n, 2) what the outputs should be, one row a sample. With a bias, X
carries a column of ones as its third, W1 and W2 have a bias row as their last, and the same
column of ones stands beside H1. It is not copied there: ``add_bias`` adds the bias row to H1
times the rows of the neurons. Without a bias that column and that row have no elements, and the
same lines hold. The operations (``matmul``, ``multiply``, ...) mean what they mean in NumPy, see
``mlp.matrices``.

A name such as dL_dW1 is a derivative: dL/dW1. Weights travel as one flat vector ``w``, W1 first.
"""

from typing import NamedTuple

import numpy as np

from mlp.base.arrays import Array, Labels
from mlp.base.compiled import jit, shared
from mlp.matrices import (
    add_bias,
    matmul,
    matmul_into,
    multiply,
    sigmoid,
    sigmoid_derivative,
    squared_distance,
    sum_of_sizes,
    sum_of_squares,
)


class Objective(NamedTuple):
    """What is descended: the training points, the network's shape and its penalties.

    ``X`` (n, 2) or (n, 3) and ``Y`` (n, 2) in Fortran order; ``hidden`` neurons; ``l1`` and
    ``l2`` weights of the penalties; ``article`` for the L2 term as the article published it.
    """

    X: Array
    Y: Array
    hidden: int
    l1: float
    l2: float
    article: bool

    def by_samples(self) -> "Objective":
        """Return the same with X and Y transposed, a column a sample, as the steps take it."""
        return self._replace(X=self.X.T, Y=self.Y.T)


@jit
def forward(X: Array, W1: Array, W2: Array) -> tuple[Array, Array]:
    """Return H1 (n, h) and H2 (n, 2), the activations of the hidden layer and of the outputs."""
    h = W1.shape[1]
    Z1 = matmul(X, W1)  # (n, h)
    H1 = sigmoid(Z1)  # (n, h)
    Z2 = add_bias(matmul(H1, W2[:h]), W2[h:])  # (n, 2), [H1 1] W2
    H2 = sigmoid(Z2)  # (n, 2)
    return H1, H2


@shared
def data_loss(H2: Array, Y: Array) -> float:
    """Half the sum of squared errors: 1/2 sum (H2 - Y)^2."""
    return float(0.5 * squared_distance(H2, Y))


@jit
def backward(
    X: Array, Y: Array, H1: Array, H2: Array, W2: Array, dL_dW1: Array, dL_dW2: Array
) -> None:
    """Write the gradient of ``data_loss`` into dL_dW1 and dL_dW2, one factor a line."""
    h, ones = H1.shape[1], X.T[2:].T  # (n, 1) with a bias, (n, 0) without
    dL_dH2 = H2 - Y  # (n, 2)
    dH2_dZ2 = sigmoid_derivative(H2)  # (n, 2), H2 (1 - H2)
    dL_dZ2 = multiply(dL_dH2, dH2_dZ2)  # (n, 2)
    matmul_into(dL_dW2[:h], H1.T, dL_dZ2)  # (h, 2), dZ2/dW2 = H1
    matmul_into(dL_dW2[h:], ones.T, dL_dZ2)  # (1, 2), the bias row, or (0, 2)
    dL_dH1 = matmul(dL_dZ2, W2[:h].T)  # (n, h), the bias row has no H1 behind it
    dH1_dZ1 = sigmoid_derivative(H1)  # (n, h), H1 (1 - H1)
    dL_dZ1 = multiply(dL_dH1, dH1_dZ1)  # (n, h)
    matmul_into(dL_dW1, X.T, dL_dZ1)  # (2, h) or (3, h), dZ1/dW1 = X


@shared
def penalty(w: Array, l1: float, l2: float) -> float:
    """The price of large weights: l2/2 sum w^2 + l1 sum |w|."""
    squares = 0.5 * l2 * sum_of_squares(w) if l2 > 0 else 0.0  # no 0 times infinity
    return float(squares + (l1 * sum_of_sizes(w) if l1 > 0 else 0.0))


@shared
def add_penalty_gradient(gradient: Array, w: Array, l1: float, l2: float) -> None:
    """Add the derivative of ``penalty``: l2 w + l1 sign(w)."""
    if l2 > 0:
        gradient += l2 * w
    if l1 > 0:
        gradient += l1 * np.sign(w)


@shared
def add_article_l2(dL_dW: Array, W: Array, l2: float) -> None:
    """Add the article's L2 term: one scalar, l2 sum W^2, on every element of this layer.

    It is not the derivative of any penalty: the derivative of l2/2 sum W^2 is l2 W. Source:
    Omar U. Florez, "One LEGO at a time" (github.com/omar-florez/scratch_mlp).
    """
    dL_dW += l2 * sum_of_squares(W)


@shared
def unpack(w: Array, rows: int, hidden: int) -> tuple[Array, Array]:
    """Return W1 (rows, hidden) and W2 (hidden or hidden + 1, 2) as views of the flat vector w."""
    size = rows * hidden
    return w[:size].reshape(rows, hidden), w[size:].reshape(-1, 2)


@shared
def add_penalty_gradients(objective: Objective, w: Array, gradient: Array) -> None:
    """Add the gradient of the penalties, or what the article adds for L2, to that of the data."""
    if objective.article:
        size = objective.X.shape[1] * objective.hidden  # of W1
        add_article_l2(gradient[:size], w[:size], objective.l2)
        add_article_l2(gradient[size:], w[size:], objective.l2)
    add_penalty_gradient(gradient, w, objective.l1, 0.0 if objective.article else objective.l2)


def predict(X: Array, W1: Array, W2: Array) -> Array:
    """Return H2 (n, 2) for points X (n, 2), appending the column of ones where W1 expects it."""
    if W1.shape[0] > X.shape[1]:
        X = np.hstack([X, np.ones((len(X), 1))])
    _, H2 = forward(np.asfortranarray(X), W1, W2)
    return H2


@jit
def outputs(XT: Array, w: Array, hidden: int) -> Array:
    """Return H2 (F, 2, n) of points XT (2 or 3, n) for each of some flat weights w (F, P)."""
    X = XT.T
    found = np.empty((len(w), 2, len(X)))
    for k in range(len(w)):
        W1, W2 = unpack(w[k], X.shape[1], hidden)
        _, H2 = forward(X, W1, W2)
        for i in range(len(X)):
            found[k, 0, i], found[k, 1, i] = H2[i, 0], H2[i, 1]
    return found


def accuracy(H2: Array, labels: Labels) -> Array:
    """Share of rows whose larger output is the labelled class; a tie counts as class 0.

    A number for outputs H2 (n, 2), or (F,) for those of some networks, (F, n, 2).
    """
    share: Array = np.mean((H2[..., 1] > H2[..., 0]) == labels, axis=-1)
    return share
