"""Two losses for one yes-or-no answer, as functions of the logit z, where the answer is yes.

The output is p = sigmoid(z). Squared error is flat where p is very wrong, as the sigmoid's own
slope p (1 - p) is a factor of its derivative; in cross-entropy that factor cancels.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array


def probability(z: Array) -> Array:
    """Return sigmoid(z), without overflow."""
    return np.exp(-np.logaddexp(0.0, -z))


def squared_error(z: Array) -> Array:
    """Half the squared error, (p - 1)^2 / 2."""
    return 0.5 * (probability(z) - 1) ** 2


def squared_error_slope(z: Array) -> Array:
    """Derivative of `squared_error`: (p - 1) p (1 - p)."""
    p = probability(z)
    return (p - 1) * p * (1 - p)


def cross_entropy(z: Array) -> Array:
    """Return -log p = log(1 + exp(-z))."""
    value: Array = np.logaddexp(0.0, -z)
    return value


def cross_entropy_slope(z: Array) -> Array:
    """Derivative of `cross_entropy`: p - 1."""
    return probability(z) - 1


@dataclass(frozen=True)
class LogitLoss:
    """A loss and its derivative, functions of the logit."""

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]


LOGIT_LOSSES: dict[str, LogitLoss] = {
    "squared_error": LogitLoss(squared_error, squared_error_slope),
    "cross_entropy": LogitLoss(cross_entropy, cross_entropy_slope),
}


def descend_logit(loss: str, start: float, *, learning_rate: float, steps: int) -> Array:
    """Return the logits of plain gradient descent on one loss, (steps + 1,)."""
    slope = LOGIT_LOSSES[loss].slope
    z = np.empty(steps + 1)
    z[0] = start
    for t in range(steps):
        z[t + 1] = z[t] - learning_rate * slope(z[t : t + 1])[0]
    return z
