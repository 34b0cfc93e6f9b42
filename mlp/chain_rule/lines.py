"""The chain rule, one function a line, in plain NumPy: what lets a line be exchanged or looked at.

``LINES`` is the backward pass of mlp.network again, which tests hold equal to
``mlp.network.backward``; the code that trains has no switch in it. ``mlp.chain_rule.bricks`` shows
what each line computes, ``mlp.chain_rule.mistakes`` replaces one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from mlp.base.arrays import Array
from mlp.matrices import sigmoid_derivative
from mlp.network import Objective, data_loss, forward, penalty, unpack


@dataclass
class Pass:
    """The matrices of one pass: those of the forward pass, then one after the other each line's.

    ``neurons`` is W2 without its bias row, ``ones`` the column beside H1, ``l2`` the penalty's
    weight; shapes as in mlp.chain_rule.bricks.
    """

    X: Array
    Y: Array
    W1: Array
    W2: Array
    neurons: Array
    ones: Array
    l2: float
    Z1: Array
    H1: Array
    Z2: Array
    H2: Array
    dL_dH2: Array = field(init=False)
    dH2_dZ2: Array = field(init=False)
    dL_dZ2: Array = field(init=False)
    dL_dW2: Array = field(init=False)
    dL_dH1: Array = field(init=False)
    dH1_dZ1: Array = field(init=False)
    dL_dZ1: Array = field(init=False)
    dL_dW1: Array = field(init=False)
    l2_term: Array = field(init=False)


Line: TypeAlias = Callable[[Pass], Array]


def error(p: Pass) -> Array:
    """dL/dH2 of L = 1/2 sum (H2 - Y)^2."""
    return p.H2 - p.Y


def output_slope(p: Pass) -> Array:
    """dH2/dZ2 of the sigmoid, which its own value gives."""
    return sigmoid_derivative(p.H2)


def output_error(p: Pass) -> Array:
    """dL/dZ2: both factors."""
    return p.dL_dH2 * p.dH2_dZ2


def second_layer(p: Pass) -> Array:
    """dL/dW2, its bias row last."""
    return np.vstack([p.H1.T @ p.dL_dZ2, p.ones.T @ p.dL_dZ2])


def hidden_error(p: Pass) -> Array:
    """dL/dH1: errors go back through the weights that they came by."""
    return p.dL_dZ2 @ p.neurons.T


def hidden_slope(p: Pass) -> Array:
    """dH1/dZ1 of the sigmoid, which its own value gives."""
    return sigmoid_derivative(p.H1)


def hidden_sum_error(p: Pass) -> Array:
    """dL/dZ1: both factors."""
    return p.dL_dH1 * p.dH1_dZ1


def first_layer(p: Pass) -> Array:
    """dL/dW1."""
    return p.X.T @ p.dL_dZ1


def l2_term(p: Pass) -> Array:
    """The derivative of l2/2 sum w^2."""
    return np.concatenate([p.l2 * p.W1.ravel(), p.l2 * p.W2.ravel()])


LINES: Mapping[str, Line] = {
    "dL_dH2": error,
    "dH2_dZ2": output_slope,
    "dL_dZ2": output_error,
    "dL_dW2": second_layer,
    "dL_dH1": hidden_error,
    "dH1_dZ1": hidden_slope,
    "dL_dZ1": hidden_sum_error,
    "dL_dW1": first_layer,
    "l2_term": l2_term,
}


def forward_pass(X: Array, Y: Array, W1: Array, W2: Array, l2: float = 0.0) -> Pass:
    """Return the matrices of a forward pass; H1 and H2 are those of ``mlp.network.forward``.

    Parameters
    ----------
    X, Y : (n, 2 or 3), (n, 2)
        Points as the network takes them, in Fortran order, and what to answer.
    W1, W2 : (2 or 3, h), (h or h + 1, 2)
        The weights.
    l2 : float
        Weight of the penalty, for the line of its gradient.
    """
    h = W1.shape[1]
    neurons, ones = W2[:h], X[:, 2:]
    H1, H2 = forward(X, W1, W2)
    Z1, Z2 = X @ W1, H1 @ neurons + ones @ W2[h:]
    return Pass(X, Y, W1, W2, neurons, ones, l2, Z1, H1, Z2, H2)


def backward_pass(p: Pass, lines: Mapping[str, Line] = LINES) -> Pass:
    """Compute the backward pass line by line, each from those before it; return the same pass."""
    for name, line in lines.items():
        setattr(p, name, line(p))
    return p


def gradient_by_lines(
    objective: Objective, w: Array, lines: Mapping[str, Line] = LINES
) -> tuple[float, Array]:
    """Return J at flat weights w, and what some lines take for its gradient (P,)."""
    X, Y, hidden, _, l2, _ = objective
    W1, W2 = unpack(w, X.shape[1], hidden)
    p = backward_pass(forward_pass(X, Y, W1, W2, l2), lines)
    gradient = np.concatenate([p.dL_dW1.ravel(), p.dL_dW2.ravel()])
    if l2 > 0:
        gradient += p.l2_term
    return data_loss(p.H2, Y) + penalty(w, objective.l1, l2), gradient
