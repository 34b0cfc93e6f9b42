"""The points the network learns from: XOR in several guises, and other shapes.

A data set is one function and one entry of ``DATASETS``: from how many points, how far they are
shifted after they were labelled, and a source of random numbers, to points and labels.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array, Labels

Random = np.random.RandomState
Draw = Callable[[int, float, Random], tuple[Array, Labels]]

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


def gaussian(points: int, noise: float, random: Random) -> tuple[Array, Labels]:
    """Points from a standard normal, labelled by their signs, then shifted by the noise."""
    X = random.randn(points, 2)
    labels = xor_of_signs(X)
    return X + noise * random.randn(points, 2), labels


def corners(
    points: int,  # noqa: ARG001 - a fixed table
    noise: float,  # noqa: ARG001
    random: Random,  # noqa: ARG001
) -> tuple[Array, Labels]:
    """Return the truth table of XOR, its inputs 0 and 1."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return X, xor_of_signs(X)


def noisy_corners(points: int, noise: float, random: Random) -> tuple[Array, Labels]:
    """Points around the four rows of the truth table, labelled by their corner."""
    corner = random.randint(0, 2, (points, 2))
    X = corner + SPREAD * random.randn(points, 2)
    return shifted(X, noise, random), corner[:, 0] ^ corner[:, 1]


def four_gaussians(
    points: int, noise: float, random: np.random.RandomState
) -> tuple[Array, Labels]:
    """Four clouds around (+-1.5, +-1.5), XOR with margins, labelled by their cloud."""
    right = random.randint(0, 2, (points, 2))
    X = FAR * (2 * right - 1) + 0.4 * random.randn(points, 2)
    return shifted(X, noise, random), right[:, 0] ^ right[:, 1]


def circles(points: int, noise: float, random: Random) -> tuple[Array, Labels]:
    """A disc, label 1, inside a ring, label 0."""
    labels = random.randint(0, 2, points)
    angle = 2 * np.pi * random.random_sample(points)
    inside = 0.5 * np.sqrt(random.random_sample(points))  # evenly over the disc
    radius = FAR * np.where(labels == 1, inside, 1.0) + SPREAD * random.randn(points)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return shifted(X, noise, random), labels


def moons(points: int, noise: float, random: Random) -> tuple[Array, Labels]:
    """Two half circles, each reaching into the other's hollow."""
    labels = random.randint(0, 2, points)
    angle = np.pi * (random.random_sample(points) + labels)
    X = np.column_stack([np.cos(angle) + labels - 0.5, np.sin(angle) + 0.5 * labels - 0.25])
    X = FAR * X + SPREAD * random.randn(points, 2)
    return shifted(X, noise, random), labels


def spiral(points: int, noise: float, random: Random) -> tuple[Array, Labels]:
    """Two arms of one and a quarter turns each, from the middle outwards."""
    labels = random.randint(0, 2, points)
    along = np.sqrt(random.random_sample(points))
    angle = 2.5 * np.pi * along + np.pi * labels
    X = (2 * along)[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    return shifted(X, noise, random), labels


def shifted(X: Array, noise: float, random: Random) -> Array:
    """Return points (n, 2), each coordinate shifted by chance; ``noise`` is the deviation."""
    return X + noise * random.randn(*X.shape)


DATASETS: dict[str, Draw] = {
    "gaussian": gaussian,
    "corners": corners,
    "noisy_corners": noisy_corners,
    "four_gaussians": four_gaussians,
    "circles": circles,
    "moons": moons,
    "spiral": spiral,
}
# In these a label is the XOR of something; in the others it is just a class.
XOR_DATASETS = frozenset({"gaussian", "corners", "noisy_corners", "four_gaussians"})
