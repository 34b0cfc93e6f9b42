"""How good a network's answers are: right and wrong class by class, and how certain it was."""

from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array, Labels, Steps
from mlp.network import predict
from mlp.training.run import Run

BINS = 10  # of the output, from 0 to 1


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network answers for some points.

    Attributes
    ----------
    H2 : (n, 2)
        The outputs.
    labels : (n,) int
        The true classes.
    """

    H2: Array
    labels: Labels

    @property
    def classes(self) -> Labels:
        """The classes answered, (n,); a tie counts as class 0."""
        return (self.H2[:, 1] > self.H2[:, 0]).astype(np.int64)

    def confusion(self) -> Steps:
        """Count the points by true class (rows) and answer (columns), (2, 2).

        Examples
        --------
        >>> Answers(np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([0, 1])).confusion()
        array([[1, 0],
               [1, 0]])
        """
        return np.bincount(2 * self.labels + self.classes, minlength=4).reshape(2, 2)

    def calibration(self) -> "Calibration":
        """Compare the output of class 1 with how often class 1 is right, in ten equal ranges."""
        output = self.H2[:, 1]
        place = np.minimum((output * BINS).astype(np.int64), BINS - 1)
        counts = np.bincount(place, minlength=BINS)
        filled = counts > 0
        means = np.bincount(place, output, BINS)[filled] / counts[filled]
        shares = np.bincount(place, self.labels, BINS)[filled] / counts[filled]
        return Calibration(means, shares, counts[filled])


@dataclass(frozen=True, eq=False)
class Calibration:
    """A row for each range of the output that holds points, at most ten.

    ``output`` is their mean output of class 1, ``share`` the share of them that are of class 1,
    ``count`` how many they are. A calibrated network has share = output.
    """

    output: Array
    share: Array
    count: Steps


def answers(run: Run, frame: int) -> tuple[Answers, Answers | None]:
    """Return the answers of one frame for the training points, and for the others if there are."""
    data = run.data
    H2 = predict(data.X, run.W1[frame].copy(), run.W2[frame].copy())
    n = data.n_train
    training = Answers(H2[:n], data.labels[:n])
    return training, Answers(H2[n:], data.labels[n:]) if n < len(data.X) else None
