"""Descent: where a training stands, and compiled steps from there along the gradient."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array, Steps
from mlp.base.compiled import jit, shared
from mlp.data.shapes import make_data
from mlp.experiment import Experiment
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
from mlp.optimizers.registry import OPTIMIZERS, initial_state
from mlp.optimizers.rules import Parameters, Plain, for_loop, update
from mlp.plan import Plan, Segment, root_of, segments

# Work between two looks at ``stop``, about 50 ms.
WORK_A_CALL = 20_000_000
NEURONS_OF_OVERHEAD = 10
WORK_OF_A_STEP = 400
SHUFFLED_TOGETHER = 4096  # numbers; a generator for every epoch would take longer than the epoch


def initial_weights(experiment: Experiment) -> Array:
    """Return the untrained weights as one flat vector: W1, then W2, bias rows zero.

    Each weight is uniform in +-init_scale / sqrt(fan_in), fan_in being 2 and ``hidden``.
    """
    random = np.random.RandomState(experiment.init_seed)
    layers = []
    for fan_in, fan_out in ((2, experiment.hidden), (experiment.hidden, 2)):
        W = 2 * random.random_sample((fan_in, fan_out)) - 1
        W *= experiment.init_scale / np.sqrt(fan_in)
        layers += [W, np.zeros((int(experiment.bias), fan_out))]
    return np.concatenate([layer.ravel() for layer in layers])


def with_ones(experiment: Experiment, X: Array) -> Array:
    """Return X as the network takes it: the column of ones appended where there is a bias."""
    ones = np.ones((len(X), int(experiment.bias)))
    return np.asfortranarray(np.hstack([X, ones]))


def make_objective(experiment: Experiment) -> Objective:
    """Return what an experiment descends: its training points, shape and penalties."""
    data = make_data(experiment)
    n = data.n_train
    return Objective(
        X=with_ones(experiment, data.X[:n]),
        Y=np.asfortranarray(data.Y[:n]),
        hidden=experiment.hidden,
        l1=experiment.l1,
        l2=experiment.l2,
        article=experiment.l2_gradient == "article",
    )


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
def descend(
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
) -> tuple[Array, Array]:
    """Take one step for each rate, changing w and state in place.

    The objective comes ``by_samples``: a matrix of one row counts as stored either way, and numba
    would compile all this once more for it. ``batches`` holds the rows of all mini-batches one
    after another, batch t from ``starts[t]`` to ``starts[t + 1]``; without any, each step takes
    all samples. ``first`` is the number of steps that the optimizer has taken before.

    Returns J before each step and after the last, always over all samples, and the gradient
    where it stands then. Ends at the first J that is not finite.
    """
    XT, YT, hidden, l1, l2, article = by_samples
    objective = Objective(XT.T, YT.T, hidden, l1, l2, article)
    X, Y = objective.X, objective.Y
    W1, W2 = unpack(w, X.shape[1], hidden)
    gradient = np.empty_like(w)
    dL_dW1, dL_dW2 = unpack(gradient, X.shape[1], hidden)
    J = np.empty(rates.size + 1)
    for t in range(rates.size + 1):
        H1, H2 = forward(X, W1, W2)
        J[t] = data_loss(H2, Y) + penalty(w, l1, l2)
        last = t == rates.size or not np.isfinite(J[t])
        X_batch, Y_batch = X, Y
        if starts.size > 0 and not last:
            rows = batches[starts[t] : starts[t + 1]]
            X_batch, Y_batch = take_rows(X, rows), take_rows(Y, rows)
            H1, H2 = forward(X_batch, W1, W2)
        backward(X_batch, Y_batch, H1, H2, W2, dL_dW1, dL_dW2)
        add_penalty_gradients(objective, w, gradient)
        if last:
            return J[: t + 1], gradient
        if clip_norm > 0:
            clip(gradient, clip_norm)
        update(optimizer, w, gradient, state, rates[t], first + t + 1, parameters)
    return J, gradient


NO_STEPS = np.empty(0, np.int64)


def value_and_gradient(objective: Objective, w: Array) -> tuple[float, Array]:
    """Return J at flat weights w, summed over the samples, and its gradient (P,)."""
    nowhere = np.empty((0, 0)), np.empty(0), NO_STEPS, NO_STEPS
    J, gradient = descend(objective.by_samples(), w.copy(), *nowhere, 0, 0, Plain(), 0.0)
    return float(J[0]), gradient


def work_of_a_step(experiment: Experiment) -> int:
    """Return what a step costs in time, roughly, in units of 2.5 ns on a processor of 2024."""
    return experiment.n_train * (experiment.hidden + NEURONS_OF_OVERHEAD) + WORK_OF_A_STEP


@dataclass
class Descent:
    """A training under way: where it stands, and how to go on.

    ``segment`` has the settings in force; ``loss`` is J / n at ``w``, ``gradient`` that of J;
    ``state`` is the optimizer's memory, empty at step ``began``.
    """

    segment: Segment
    objective: Objective
    step: int
    w: Array
    state: Array
    loss: float
    gradient: Array
    began: int = 0

    @classmethod
    def start(cls, plan: Plan) -> "Descent":
        """Stand before step 0, untrained."""
        experiment = root_of(plan)
        w = initial_weights(experiment)
        state = initial_state(experiment.optimizer, w.size)
        return cls.standing(segments(plan)[0], 0, w, state)

    @classmethod
    def standing(cls, segment: Segment, step: int, w: Array, state: Array) -> "Descent":
        """Stand at some weights."""
        objective = make_objective(segment.experiment)
        J, gradient = value_and_gradient(objective, w)
        return cls(segment, objective, step, w, state, J / len(objective.X), gradient)

    def branch_off(self, segment: Segment) -> "Descent":
        """Stand at the same weights under other settings, with the memory, where it still fits."""
        optimizer = segment.experiment.optimizer
        state, began = self.state.copy(), self.began
        if optimizer != self.experiment.optimizer:
            state, began = initial_state(optimizer, self.w.size), self.step
        branch = Descent.standing(segment, self.step, self.w.copy(), state)
        return dataclasses.replace(branch, began=began)

    @property
    def experiment(self) -> Experiment:
        """The settings in force."""
        return self.segment.experiment

    def copy(self) -> "Descent":
        """Return a checkpoint that going on does not change."""
        return dataclasses.replace(self, w=self.w.copy(), state=self.state.copy())

    def advance(self, until: int) -> Array:
        """Go on to step ``until``; return the losses of the steps after this one, ``until``'s last.

        Ends early, with that loss last and ``w`` useless, where a loss is not finite.
        """
        if until <= self.step:
            return np.empty(0)
        experiment = self.experiment
        code = OPTIMIZERS[experiment.optimizer].code
        with np.errstate(over="ignore", invalid="ignore"):  # an explosion is a result here
            J, self.gradient = descend(
                self.objective.by_samples(),
                self.w,
                self.state,
                self.segment.learning_rates(np.arange(self.step, until)),
                *mini_batches(experiment, self.step, until),
                self.step - self.began,
                code,
                for_loop(code, experiment.parameters),
                experiment.clip_norm,
            )
        losses = J[1:] / len(self.objective.X)
        self.step += len(losses)
        self.loss = float(losses[-1])
        return losses

    def advance_in_parts(self, until: int, stop: Callable[[], bool]) -> Array:
        """Go on as ``advance`` does, and end early also where ``stop`` says so."""
        most = max(WORK_A_CALL // work_of_a_step(self.experiment), 1)
        parts = [np.empty(0)]
        while self.step < until and np.isfinite(self.loss) and not stop():
            parts.append(self.advance(min(self.step + most, until)))
        return np.concatenate(parts)


def mini_batches(experiment: Experiment, start: int, until: int) -> tuple[Steps, Steps]:
    """Return the rows of the mini-batches of some steps, and where each begins and the last ends.

    Every epoch is one shuffle of the training points; a few epochs share one generator, seeded by
    init_seed and the number of their block.
    """
    size, n = experiment.batch_size, experiment.n_train
    if not experiment.takes_mini_batches:
        return NO_STEPS, NO_STEPS
    batches_an_epoch = -(-n // size)
    epochs_a_block = max(SHUFFLED_TOGETHER // n, 1)
    steps_a_block = epochs_a_block * batches_an_epoch
    first, last = start // steps_a_block, (until - 1) // steps_a_block
    orders = [
        np.random.RandomState([experiment.init_seed, block])
        .random_sample((epochs_a_block, n))
        .argsort(axis=1)
        for block in range(first, last + 1)
    ]
    steps = np.arange(start, until + 1) - first * steps_a_block
    epoch, batch = np.divmod(steps, batches_an_epoch)
    return np.concatenate(orders).ravel(), epoch * n + batch * size
