"""One weight's derivative by the chain rule of school: slopes multiplied along a way, ways added.

The weight w leads from an input to a hidden neuron. From there a way leads through each output to
the loss L of one sample, and each is five functions of one another::

    z1 = w x + ...    h1 = sigmoid(z1)    z2 = w2 h1 + ...    h2 = sigmoid(z2)    (h2 - y)^2 / 2
"""

import math
from dataclasses import dataclass

from mlp.chain_rule.bricks import Bricks, lay_bricks

MOVED = 1e-6  # how far a weight is moved for a difference


@dataclass(frozen=True)
class Way:
    """The way of a weight to the loss through one output: a value and a slope for each function.

    ``values`` and ``slopes`` begin at the weight: of z1, h1, z2, h2 and (h2 - y)^2 / 2, each by
    the one before it.
    """

    values: tuple[float, ...]
    slopes: tuple[float, ...]

    def back_to(self, first: int) -> float:
        """Return the slope of the loss by what function ``first`` is a function of."""
        return math.prod(self.slopes[first:])


def ways(sample: Bricks, neuron: int, source: int = 0) -> tuple[Way, ...]:
    """Return the ways from a weight of the first layer to the loss, one through each output.

    Parameters
    ----------
    sample : Bricks
        The passes over one point.
    neuron, source : int
        Where the weight leads to, and the input that it comes from; both from 0.

    Examples
    --------
    >>> import numpy as np
    >>> X, Y = np.array([[2.0, 0.0]]), np.array([[0.0, 1.0]])
    >>> sample = lay_bricks(X, Y, np.zeros((2, 1)), np.array([[3.0, -1.0]]))
    >>> [round(way.back_to(0), 6) for way in ways(sample, 0)], round(float(sample.dL_dW1[0, 0]), 6)
    ([0.182907, 0.07314], 0.256048)
    """
    return tuple(_way(sample, source, neuron, output) for output in range(sample.Y.shape[1]))


def _way(sample: Bricks, source: int, neuron: int, output: int) -> Way:
    j, k, missed = neuron, output, float(sample.dL_dH2[0, output])
    values = sample.Z1[0, j], sample.H1[0, j], sample.Z2[0, k], sample.H2[0, k], missed**2 / 2
    slopes = (
        sample.X[0, source],
        sample.dH1_dZ1[0, j],
        sample.W2[j, k],
        sample.dH2_dZ2[0, k],
        missed,
    )
    return Way(tuple(map(float, values)), tuple(map(float, slopes)))


def derivative(sample: Bricks, neuron: int, source: int = 0) -> float:
    """Return dL/dw: what comes by all ways, added."""
    return math.fsum(way.back_to(0) for way in ways(sample, neuron, source))


def difference(sample: Bricks, neuron: int, source: int = 0) -> float:
    """Return by how much L changes a unit of w, where w alone is moved up and down by MOVED."""
    losses = []
    for change in (MOVED, -MOVED):
        W1 = sample.W1.copy()
        W1[source, neuron] += change
        losses.append(lay_bricks(sample.X, sample.Y, W1, sample.W2).loss)
    return (losses[0] - losses[1]) / (2 * MOVED)
