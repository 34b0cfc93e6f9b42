"""How a gradient becomes a step: pure update rules on a flat vector of weights.

An optimizer is one compiled update function, one entry of ``OPTIMIZERS``, and one line of
``update``, which picks it by its code inside compiled loops.
"""

from dataclasses import dataclass

import numpy as np

from mlp.arrays import Array
from mlp.compiled import inlined


@dataclass(frozen=True)
class Optimizer:
    """An entry of ``OPTIMIZERS``: its code in ``update``, and how many vectors it remembers."""

    code: int
    memory: int


OPTIMIZERS: dict[str, Optimizer] = {
    "gradient_descent": Optimizer(code=0, memory=0),
    "momentum": Optimizer(code=1, memory=1),
}
MOMENTUM = OPTIMIZERS["momentum"].code


def initial_state(optimizer: str, size: int) -> Array:
    """Return what an optimizer remembers before the first step, (memory, size), all zero."""
    return np.zeros((OPTIMIZERS[optimizer].memory, size))


@inlined
def gradient_descent(w: Array, gradient: Array, learning_rate: float) -> None:
    """Step against the gradient: w <- w - learning_rate gradient."""
    w -= learning_rate * gradient


@inlined
def heavy_ball(
    w: Array, gradient: Array, velocity: Array, learning_rate: float, momentum: float
) -> None:
    """Let steps add up: v <- momentum v + gradient; w <- w - learning_rate v.

    Source: Polyak 1964, in the form of PyTorch's SGD.
    """
    velocity *= momentum
    velocity += gradient
    w -= learning_rate * velocity


@inlined
def update(
    code: int, w: Array, gradient: Array, state: Array, learning_rate: float, momentum: float
) -> None:
    """Take one step of the optimizer with this code, changing w and its state in place."""
    if code == MOMENTUM:
        heavy_ball(w, gradient, state[0], learning_rate, momentum)
    else:
        gradient_descent(w, gradient, learning_rate)


def stability_limit(optimizer: str, momentum: float) -> float:
    """Return the value that learning_rate x sharpness must stay below, near a minimum.

    2 for gradient descent; 2 (1 + momentum) for the heavy ball. Source: Polyak 1964; Cohen et
    al. 2021, "Gradient descent on neural networks typically occurs at the edge of stability".
    """
    return 2 * (1 + momentum) if optimizer == "momentum" else 2.0
