"""The points the network learns from: XOR of the signs, or the four rows of its truth table.

A data set is one function from an Experiment's fields to points and labels, and one entry of
``DATASETS``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlp.arrays import Array, Labels

if TYPE_CHECKING:
    from mlp.experiment import Experiment


@dataclass(frozen=True, eq=False)
class Data:
    """Points X (n, 2) and their labels (n,), 0 or 1; the first ``n_train`` are trained on."""

    X: Array
    labels: Labels
    n_train: int

    @property
    def Y(self) -> Array:
        """What the outputs should be, (n, 2): [1, 0] for label 0, [0, 1] for label 1."""
        return np.eye(2)[self.labels]


def xor_of_signs(X: Array) -> Labels:
    """Label 1 where exactly one of the two coordinates is positive.

    Examples
    --------
    >>> xor_of_signs(np.array([[1.0, 2.0], [-1.0, 2.0]]))
    array([0, 1])
    """
    labels: Labels = ((X[:, 0] > 0) != (X[:, 1] > 0)).astype(np.int64)
    return labels


def gaussian(experiment: "Experiment") -> tuple[Array, Labels]:
    """Points from a standard normal, labelled by their signs, then shifted by the noise."""
    random = np.random.RandomState(experiment.data_seed)
    X = random.randn(experiment.points, 2)
    labels = xor_of_signs(X)
    return X + experiment.noise * random.randn(experiment.points, 2), labels


def corners(experiment: "Experiment") -> tuple[Array, Labels]:  # noqa: ARG001 - a fixed table
    """Return the truth table of XOR, its inputs 0 and 1."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return X, xor_of_signs(X)


DATASETS: dict[str, Callable[["Experiment"], tuple[Array, Labels]]] = {
    "gaussian": gaussian,
    "corners": corners,
}


def make_data(experiment: "Experiment") -> Data:
    """Return the points of an experiment; the same experiment gives the same digits."""
    X, labels = DATASETS[experiment.dataset](experiment)
    for array in (X, labels):
        array.setflags(write=False)
    return Data(X=X, labels=labels, n_train=experiment.n_train)
