"""The state of a training: where it stands, and how it goes on."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlp.base.arrays import Array, Steps
from mlp.data.shapes import Data
from mlp.experiment import Experiment
from mlp.network import Objective
from mlp.optimizers.registry import OPTIMIZERS, initial_state
from mlp.optimizers.rules import for_loop
from mlp.plan import Plan, Segment
from mlp.training.inputs import initial_weights, make_objective
from mlp.training.steps import NO_STEPS, take_stretch, value_and_gradient

# Work between two looks at ``stop``, about 50 ms.
WORK_A_CALL = 20_000_000
NEURONS_OF_OVERHEAD = 10
WORK_OF_A_STEP = 400
STEPS_OF_A_FRAME = 15  # measuring a frame takes as long: nearly all of it is the sharpness
SHUFFLED_TOGETHER = 4096  # numbers; a generator for every epoch would take longer than the epoch


def work_of_a_step(experiment: Experiment) -> int:
    """Return what a step costs in time, roughly, in units of 2.5 ns on a processor of 2024."""
    return experiment.n_train * (experiment.hidden + NEURONS_OF_OVERHEAD) + WORK_OF_A_STEP


@dataclass
class TrainState:
    """A training under way: where it stands, and how to go on.

    ``segment`` has the settings in force; ``loss`` is J / n at ``w``, ``gradient`` that of J;
    ``memory`` is the optimizer's, empty at step ``began``; ``data`` are the points of the run.
    """

    segment: Segment
    data: Data
    objective: Objective
    step: int
    w: Array
    memory: Array
    loss: float
    gradient: Array
    began: int = 0

    @classmethod
    def start(cls, plan: Plan, data: Data) -> "TrainState":
        """Stand before step 0, untrained."""
        w = initial_weights(plan.root)
        memory = initial_state(plan.root.optimizer, w.size)
        return cls.standing(plan.segments[0], data, 0, w, memory)

    @classmethod
    def standing(
        cls, segment: Segment, data: Data, step: int, w: Array, memory: Array
    ) -> "TrainState":
        """Stand at some weights."""
        objective = make_objective(segment.experiment, data)
        J, gradient = value_and_gradient(objective, w)
        return cls(segment, data, objective, step, w, memory, J / len(objective.X), gradient)

    def branch_off(self, segment: Segment) -> "TrainState":
        """Stand at the same weights under other settings, with the memory, where it still fits."""
        optimizer = segment.experiment.optimizer
        memory, began = self.memory.copy(), self.began
        if optimizer != self.experiment.optimizer:
            memory, began = initial_state(optimizer, self.w.size), self.step
        branch = TrainState.standing(segment, self.data, self.step, self.w.copy(), memory)
        return dataclasses.replace(branch, began=began)

    @property
    def experiment(self) -> Experiment:
        """The settings in force."""
        return self.segment.experiment

    def copy(self) -> "TrainState":
        """Return a checkpoint that going on does not change."""
        return dataclasses.replace(self, w=self.w.copy(), memory=self.memory.copy())

    def advance(self, until: int) -> Array:
        """Go on to step ``until``; return the losses of the steps after this one, ``until``'s last.

        Ends early, with that loss last and ``w`` useless, where a loss is not finite.
        """
        if until <= self.step:
            return np.empty(0)
        return np.concatenate([moment.losses for moment in self.advance_through([until])])

    def advance_in_parts(self, until: int, stop: Callable[[], bool]) -> Array:
        """Go on as ``advance`` does, and end early also where ``stop`` says so."""
        parts = [np.empty(0)]
        while self.step < until and np.isfinite(self.loss) and not stop():
            parts.append(self.advance(min(self.step + self.steps_a_call, until)))
        return np.concatenate(parts)

    @property
    def steps_a_call(self) -> int:
        """How many steps it goes on between two looks at ``stop``."""
        return max(WORK_A_CALL // work_of_a_step(self.experiment), 1)

    def advance_through(self, steps: Sequence[int]) -> "list[Moment]":
        """Go on through rising steps after this one; return every one of them.

        Ends early where a loss is not finite; that is the last moment's, its weights useless.
        """
        experiment, start = self.experiment, self.step
        code = OPTIMIZERS[experiment.optimizer].code
        ends = np.asarray(steps, np.int64) - start
        with np.errstate(over="ignore", invalid="ignore"):  # an explosion is a result here
            J, weights, memories, gradients = take_stretch(
                self.objective.by_samples(),
                self.w,
                self.memory,
                self.segment.learning_rates(np.arange(start, steps[-1])),
                *mini_batches(experiment, start, steps[-1]),
                start - self.began,
                code,
                for_loop(code, experiment.parameters),
                experiment.clip_norm,
                experiment.first_layer_rate,
                ends,
            )
        losses = J[1:] / len(self.objective.X)
        moments, done = [], 0
        for w, memory, gradient, end in zip(weights, memories, gradients, ends, strict=False):
            since = losses[done:end]
            done += len(since)
            self.step, self.loss, self.gradient = start + done, float(since[-1]), gradient
            moments.append(Moment(dataclasses.replace(self, w=w, memory=memory), since))
        return moments

    def stretches(self, steps: Sequence[int], stop: Callable[[], bool]) -> "Iterator[list[Moment]]":
        """Go on through rising steps, as many at once as fit between two looks at ``stop``.

        Ends early where a loss is not finite, which is the last moment's, or where ``stop`` says
        so; the step reached then comes last.
        """
        rest = list(steps)
        while rest and np.isfinite(self.loss):
            count = self._in_one_call(rest)
            if count == 0:
                losses = self.advance_in_parts(rest[0], stop)
                if len(losses):
                    yield [Moment(self.copy(), losses)]
                if self.step < rest[0]:
                    return
            elif stop():
                return
            else:
                yield self.advance_through(rest[:count])
            rest = rest[max(count, 1) :]

    def _in_one_call(self, steps: list[int]) -> int:
        """Return how many of some rising steps fit in one call, their frames counted in."""
        costs = np.array(steps) - self.step + STEPS_OF_A_FRAME * np.arange(1, len(steps) + 1)
        return int(np.searchsorted(costs, self.steps_a_call, side="right"))


class Moment(NamedTuple):
    """Where a training stood, and the losses of the steps since the moment before."""

    state: TrainState
    losses: Array


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
