"""The points the network learns from: XOR in several guises, other shapes, or a visitor's own.

A data set is one function from an Experiment's fields to points and labels, and one entry of
``DATASETS``. All but the fixed corners draw from ``data_seed``, and shift the points by ``noise``
after they were labelled.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mlp.base.arrays import Array, Labels
from mlp.data.own import own_data

if TYPE_CHECKING:
    from mlp.experiment import Experiment

SPREAD = 0.15  # of the points around a corner, a circle or a moon: each shape stays recognisable
FAR = 1.5  # the shapes reach about as far as the points of a standard normal


@dataclass(frozen=True, eq=False)
class Data:
    """Points X (n, 2) and their labels (n,), 0 or 1; the first ``n_train`` are trained on.

    ``names`` and ``classes`` are what own points called the columns and the classes, else empty;
    ``X * scale + shift`` are their original coordinates.
    """

    X: Array
    labels: Labels
    n_train: int
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    shift: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)

    @property
    def Y(self) -> Array:
        """What the outputs should be, (n, 2): [1, 0] for label 0, [0, 1] for label 1."""
        return np.eye(2)[self.labels]

    def original(self, X: Array) -> Array:
        """Return places (..., 2) of the network's plane in the points' original coordinates."""
        places: Array = X * self.scale + self.shift
        return places


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


def noisy_corners(experiment: "Experiment") -> tuple[Array, Labels]:
    """Points around the four rows of the truth table, labelled by their corner."""
    random = np.random.RandomState(experiment.data_seed)
    corner = random.randint(0, 2, (experiment.points, 2))
    X = corner + SPREAD * random.randn(experiment.points, 2)
    return _shifted(X, experiment, random), corner[:, 0] ^ corner[:, 1]


def four_gaussians(experiment: "Experiment") -> tuple[Array, Labels]:
    """Four clouds around (+-1.5, +-1.5), XOR with margins, labelled by their cloud."""
    random = np.random.RandomState(experiment.data_seed)
    right = random.randint(0, 2, (experiment.points, 2))
    X = FAR * (2 * right - 1) + 0.4 * random.randn(experiment.points, 2)
    return _shifted(X, experiment, random), right[:, 0] ^ right[:, 1]


def circles(experiment: "Experiment") -> tuple[Array, Labels]:
    """A disc, label 1, inside a ring, label 0."""
    random = np.random.RandomState(experiment.data_seed)
    labels = random.randint(0, 2, experiment.points)
    angle = 2 * np.pi * random.random_sample(experiment.points)
    inside = 0.5 * np.sqrt(random.random_sample(experiment.points))  # evenly over the disc
    radius = FAR * np.where(labels == 1, inside, 1.0) + SPREAD * random.randn(experiment.points)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _shifted(X, experiment, random), labels


def moons(experiment: "Experiment") -> tuple[Array, Labels]:
    """Two half circles, each reaching into the other's hollow."""
    random = np.random.RandomState(experiment.data_seed)
    labels = random.randint(0, 2, experiment.points)
    angle = np.pi * (random.random_sample(experiment.points) + labels)
    X = np.column_stack([np.cos(angle) + labels - 0.5, np.sin(angle) + 0.5 * labels - 0.25])
    X = FAR * X + SPREAD * random.randn(experiment.points, 2)
    return _shifted(X, experiment, random), labels


def spiral(experiment: "Experiment") -> tuple[Array, Labels]:
    """Two arms of one and a quarter turns each, from the middle outwards."""
    random = np.random.RandomState(experiment.data_seed)
    labels = random.randint(0, 2, experiment.points)
    along = np.sqrt(random.random_sample(experiment.points))
    angle = 2.5 * np.pi * along + np.pi * labels
    X = (2 * along)[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    return _shifted(X, experiment, random), labels


def custom(experiment: "Experiment") -> tuple[Array, Labels]:
    """Return a visitor's own points, shuffled by data_seed: what is trained on is drawn by lot."""
    own = own_data(experiment.data_id)
    if len(own.labels) != experiment.points:
        raise ValueError(
            f"points = {experiment.points}: must be {len(own.labels)}, which data_id = "
            f"{experiment.data_id} has"
        )
    random = np.random.RandomState(experiment.data_seed)
    order = random.permutation(experiment.points)
    return _shifted(own.X[order], experiment, random), own.labels[order]


def _shifted(X: Array, experiment: "Experiment", random: np.random.RandomState) -> Array:
    return X + experiment.noise * random.randn(*X.shape)


DATASETS: dict[str, Callable[["Experiment"], tuple[Array, Labels]]] = {
    "gaussian": gaussian,
    "corners": corners,
    "noisy_corners": noisy_corners,
    "four_gaussians": four_gaussians,
    "circles": circles,
    "moons": moons,
    "spiral": spiral,
    "custom": custom,
}
# In these a label is the XOR of something; in the others it is just a class.
XOR_DATASETS = frozenset({"gaussian", "corners", "noisy_corners", "four_gaussians"})


def make_data(experiment: "Experiment") -> Data:
    """Return the points of an experiment; the same experiment gives the same digits.

    Raises
    ------
    UnknownDataError
        If it needs own data that are not there.
    """
    X, labels = DATASETS[experiment.dataset](experiment)
    for array in (X, labels):
        array.setflags(write=False)
    data = Data(X=X, labels=labels, n_train=experiment.n_train)
    if experiment.dataset != "custom":
        return data
    own = own_data(experiment.data_id)
    return replace(data, names=own.names, classes=own.classes, shift=own.shift, scale=own.scale)
