"""How many answers are right at many weights, in one compiled stretch."""

import numpy as np

from mlp.base.arrays import Array, Labels, Steps
from mlp.base.compiled import jit
from mlp.network import forward, unpack


@jit
def right_answers(XT: Array, labels: Labels, n_train: int, weights: Array, hidden: int) -> Steps:
    """Count the right answers for training points and all, (F, 2), at every row of weights (F, P).

    As ``accuracy`` does; the points come transposed, a column a sample.
    """
    right = np.zeros((len(weights), 2), np.int64)
    for i in range(len(weights)):
        W1, W2 = unpack(weights[i], XT.shape[0], hidden)
        _, H2 = forward(XT.T, W1, W2)
        for j in range(labels.size):
            if (H2[j, 1] > H2[j, 0]) == (labels[j] == 1):
                right[i, 1] += 1
                right[i, 0] += j < n_train
    return right
