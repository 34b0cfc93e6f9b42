"""Compiled steps along the gradient: the loop that a training spends its time in."""

from typing import NamedTuple

import numpy as np

from mlp.base.arrays import Array, Steps
from mlp.base.compiled import jit, shared
from mlp.matrices import norm
from mlp.network import (
    Objective,
    add_penalty_gradients,
    backward,
    data_loss,
    forward,
    penalty,
    unpack,
)
from mlp.optimizers.rules import Parameters, Plain, update

RISE = 1e-12  # a loss counts as higher only beyond what rounding can do


class Seen(NamedTuple):
    """What a descent writes down at K of its steps, so that none of them has to wait for Python.

    ``at`` (K,) are steps counted from the first one taken, rising; ``w`` (K, P), ``memory``
    (K, m, P) of the optimizer and ``gradient`` (K, P), over all samples, are filled in there.
    """

    at: Steps
    w: Array
    memory: Array
    gradient: Array

    @classmethod
    def to_come(cls, at: Steps, memory: Array) -> "Seen":
        """Return room for what will be seen; ``memory`` (m, P) is any of the optimizer's."""
        w = np.empty((len(at), memory.shape[1]))
        return cls(at, w, np.empty((len(at), *memory.shape)), np.empty_like(w))


@shared
def put_back(A: Array, columns: Array, begin: int) -> None:
    """Write some columns of A (m, P) from the column ``begin`` on, number by number.

    numba would compile the words of what may go wrong with ``A[:, begin:end] = columns``.
    """
    for i in range(columns.shape[0]):
        for j in range(columns.shape[1]):
            A[i, begin + j] = columns[i, j]


@shared
def write_down(seen: Seen, k: int, w: Array, memory: Array, gradient: Array) -> None:
    """Copy what is seen at one of the steps, number by number, as that compiles fast."""
    for j in range(w.size):
        seen.w[k, j], seen.gradient[k, j] = w[j], gradient[j]
        for i in range(memory.shape[0]):
            seen.memory[k, i, j] = memory[i, j]


@shared
def clip(gradient: Array, longest: float) -> None:
    """Shorten a gradient in place to the norm ``longest``, keeping its direction."""
    length = norm(gradient)
    if longest < length < np.inf:  # false for NaN
        gradient *= longest / length


@shared
def take_rows(A: Array, index: Steps) -> Array:
    """Return some rows of A (n, m), stored as A is: column by column."""
    rows = np.empty((A.shape[1], index.size))
    for j in range(A.shape[1]):
        for i in range(index.size):
            rows[j, i] = A[index[i], j]
    return rows.T


@jit
def take_steps(
    by_samples: Objective,
    w: Array,
    state: Array,
    rates: Array,
    batches: Steps,
    starts: Steps,
    first: int,
    optimizer: int,
    parameters: Parameters | Plain,
    clip_norm: float,
    first_layer_rate: float,
    seen: Seen,
) -> Array:
    """Take one step for each rate, changing w and state in place, and fill in what is ``seen``.

    The objective comes ``by_samples``: a matrix of one row counts as stored either way, and numba
    would compile all this once more for it. ``batches`` holds the rows of all mini-batches one
    after another, batch t from ``starts[t]`` to ``starts[t + 1]``; without any, each step takes
    all samples. ``first`` is the number of steps that the optimizer has taken before.

    Returns J before each step and after the last, always over all samples. Ends at the first J
    that is not finite.
    """
    XT, YT, hidden, l1, l2, article = by_samples
    objective = Objective(XT.T, YT.T, hidden, l1, l2, article)
    X, Y = objective.X, objective.Y
    W1, W2 = unpack(w, X.shape[1], hidden)
    gradient = np.empty_like(w)
    dL_dW1, dL_dW2 = unpack(gradient, X.shape[1], hidden)
    together = first_layer_rate == 1  # both layers are one vector then
    J = np.empty(rates.size + 1)
    k = 0  # how much was seen
    for t in range(rates.size + 1):
        H1, H2 = forward(X, W1, W2)
        J[t] = data_loss(H2, Y) + penalty(w, l1, l2)
        look = k < seen.at.size and t == seen.at[k]
        if look or starts.size == 0:
            backward(X, Y, H1, H2, W2, dL_dW1, dL_dW2)
            add_penalty_gradients(objective, w, gradient)
        if look:
            write_down(seen, k, w, state, gradient)
            k += 1
        if t == rates.size or not np.isfinite(J[t]):
            return J[: t + 1]
        if starts.size > 0:
            rows = batches[starts[t] : starts[t + 1]]
            X_batch, Y_batch = take_rows(X, rows), take_rows(Y, rows)
            H1, H2 = forward(X_batch, W1, W2)
            backward(X_batch, Y_batch, H1, H2, W2, dL_dW1, dL_dW2)
            add_penalty_gradients(objective, w, gradient)
        if clip_norm > 0:
            clip(gradient, clip_norm)
        for layer in range(1 if together else 2):
            # Every rule treats each weight by itself, so that a layer may be stepped alone.
            begin, end = layer * W1.size, W1.size if layer == 0 and not together else w.size
            rate = rates[t] * (first_layer_rate if layer == 0 else 1.0)
            memory = state if together else state[:, begin:end].copy()
            update(
                optimizer,
                w[begin:end],
                gradient[begin:end],
                memory,
                rate,
                first + t + 1,
                parameters,
            )
            if not together:
                put_back(state, memory, begin)
    return J


NO_STEPS = np.empty(0, np.int64)


def value_and_gradient(objective: Objective, w: Array) -> tuple[float, Array]:
    """Return J at flat weights w, summed over the samples, and its gradient (P,)."""
    memory = np.empty((0, w.size))
    seen = Seen.to_come(np.zeros(1, np.int64), memory)
    how = (np.empty(0), NO_STEPS, NO_STEPS, 0, 0, Plain(), 0.0, 1.0)
    J = take_steps(objective.by_samples(), w.copy(), memory, *how, seen)
    return float(J[0]), seen.gradient[0]
