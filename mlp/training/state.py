"""The state of a training: where it stands, and how it goes on."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlp.base.arrays import Array, Steps
from mlp.base.tasks import Stop, never
from mlp.data.shapes import Data
from mlp.experiment import Experiment
from mlp.network import Objective
from mlp.optimizers.registry import OPTIMIZERS, initial_state
from mlp.optimizers.rules import for_loop
from mlp.plan import Plan, Segment
from mlp.training.inputs import initial_weights, make_objective
from mlp.training.steps import NO_STEPS, Seen, take_steps, value_and_gradient

# Work between two looks at ``stop``, about 50 ms.
WORK_A_CALL = 20_000_000
NEURONS_OF_OVERHEAD = 2
WORK_OF_A_STEP = 550
WORK_OF_A_FRAME = 12_000  # and as much as
STEPS_OF_A_FRAME = 10  # so many steps besides, but
MOST_OF_A_FRAME = 100_000  # at most so much
SHUFFLED_TOGETHER = 4096  # numbers; a generator for every epoch would take longer than the epoch


def work_of_a_step(experiment: Experiment) -> int:
    """Return what a step costs in time, roughly, in units of 2.5 ns on a processor of 2024."""
    return experiment.n_train * (experiment.hidden + NEURONS_OF_OVERHEAD) + WORK_OF_A_STEP


def work_of_a_frame(experiment: Experiment) -> int:
    """Return what a frame of a recording, which has a sharpness, costs in the same units."""
    sharpness = min(STEPS_OF_A_FRAME * work_of_a_step(experiment), MOST_OF_A_FRAME)
    return WORK_OF_A_FRAME + sharpness


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
        losses, _ = self._take_steps(np.array([until - self.step]))
        return losses

    def advance_in_parts(self, until: int, stop: Stop) -> Array:
        """Go on as ``advance`` does, and end early also where ``stop`` says so."""
        parts = [np.empty(0)]
        while self.step < until and np.isfinite(self.loss) and not stop():
            parts.append(self.advance(min(self._in_a_call(), until)))
        return np.concatenate(parts)

    def through(
        self, steps: Sequence[int] | Steps, stop: Stop = never, *, work_of_a_look: int = 0
    ) -> Iterator[list["Passed"]]:
        """Go on through some rising steps, yielding those passed about every 50 ms.

        Ends where ``stop`` says so, the step reached then coming last, one of them or not; and at
        a loss that is not finite, which is this state's then. ``work_of_a_look`` is what is done
        about each of them besides, in units of ``work_of_a_step``.
        """
        ahead, since = [step for step in steps if step > self.step], np.empty(0)
        while ahead and np.isfinite(self.loss) and not stop():
            reach = self._within_a_call(np.array(ahead), work_of_a_look)
            passed = self._pass(reach)
            if not passed:  # not finite before the first of them
                return
            passed[0] = passed[0]._replace(losses=np.append(since, passed[0].losses))
            if passed[-1].state.step < ahead[0]:  # halfway to it
                since = passed[-1].losses
                continue
            del ahead[: len(passed)]
            since = np.empty(0)
            yield passed
        if since.size and np.isfinite(self.loss):
            yield [Passed(self.copy(), since)]

    def _within_a_call(self, ahead: Steps, work_of_a_look: int) -> Steps:
        """Return those of the steps ahead that one call comes to, or how far it comes."""
        work = work_of_a_step(self.experiment)
        looks = np.arange(1, len(ahead) + 1) * work_of_a_look
        near = ahead[(ahead - self.step) * work + looks <= WORK_A_CALL]
        return near if near.size else ahead[:1].clip(max=self._in_a_call())

    def _in_a_call(self) -> int:
        """Return the step that one call comes to where nothing else is done."""
        return self.step + max(WORK_A_CALL // work_of_a_step(self.experiment), 1)

    def _pass(self, steps: Steps) -> list["Passed"]:
        """Go on through some rising steps, and return how it stood at each, as far as it came."""
        start, at = self.step, steps - self.step
        losses, seen = self._take_steps(at)
        finite = len(losses) if np.isfinite(self.loss) else len(losses) - 1
        begins = np.append(0, at[:-1])
        return [
            Passed(
                dataclasses.replace(
                    self, step=start + int(end), w=w, memory=memory, loss=float(losses[end - 1]),
                    gradient=gradient,
                ),
                losses[begin:end],
            )
            for begin, end, w, memory, gradient in zip(begins, *seen, strict=True)
            if end <= finite
        ]  # fmt: skip

    def _take_steps(self, at: Steps) -> tuple[Array, Seen]:
        """Take ``at[-1]`` steps, or up to the first loss that is not finite.

        Returns the losses after each, and what was seen after so many of them.
        """
        experiment, until = self.experiment, self.step + int(at[-1])
        code = OPTIMIZERS[experiment.optimizer].code
        seen = Seen.to_come(at, self.memory)
        with np.errstate(over="ignore", invalid="ignore"):  # an explosion is a result here
            J = take_steps(
                self.objective.by_samples(),
                self.w,
                self.memory,
                self.segment.learning_rates(np.arange(self.step, until)),
                *mini_batches(experiment, self.step, until),
                self.step - self.began,
                code,
                for_loop(code, experiment.parameters),
                experiment.clip_norm,
                experiment.first_layer_rate,
                seen,
            )
        losses = J[1:] / len(self.objective.X)
        self.step += len(losses)
        self.loss, self.gradient = float(losses[-1]), seen.gradient[-1]
        return losses, seen


class Passed(NamedTuple):
    """A state that a training passed, and the losses of the steps since the one before."""

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
