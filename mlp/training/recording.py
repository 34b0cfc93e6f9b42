"""Recording: which steps become frames, what a frame holds, and an explosion told more finely."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from mlp.base.arrays import Array, Steps
from mlp.base.tasks import Stop, never
from mlp.data.shapes import Data
from mlp.experiment import Experiment
from mlp.matrices import norms
from mlp.network import accuracy, outputs, penalty
from mlp.plan import Segment
from mlp.training.inputs import with_ones
from mlp.training.run import Frame
from mlp.training.sharpness import lanczos
from mlp.training.state import Passed, TrainState, work_of_a_step
from mlp.training.steps import RISE

GROWTH = 100.0  # an explosion is told again over its last hundredfold growth
FINE_FRAMES = 40  # in this many frames, or one a step where there are fewer steps
LOOK = 50  # what a frame costs, in steps: mostly for its sharpness
RISE_FRAMES = 5  # the first rise is shown by its own step, and 1, 2, 4, 8 and 16 steps later


def frame_steps(steps: int, frames: int) -> Steps:
    """Return the steps to record: every one at first, then at growing distances, to the last.

    Examples
    --------
    >>> frame_steps(1000, 10).tolist()
    [0, 1, 11, 37, 88, 171, 296, 471, 702, 1000]
    """
    count = min(frames, steps + 1)
    i = np.arange(count)
    return np.maximum(i, np.rint(steps * (i / (count - 1)) ** 3).astype(np.int64))


def planned_steps(segment: Segment) -> Steps:
    """Return the steps of a stretch to record after its first: dense at first, up to its end."""
    experiment, start = segment.experiment, segment.start
    planned = start + frame_steps(experiment.steps - start, experiment.frames)[1:]
    inside = planned[planned < segment.end]
    return np.append(inside, segment.end) if segment.end > start else inside


class Recorder:
    """Makes frames: everything that is recorded about the weights of one step."""

    def __init__(self, experiment: Experiment, data: Data) -> None:
        """Prepare the points that accuracy is measured on."""
        self.experiment = experiment
        self.X = with_ones(experiment, data.X)
        self.labels = data.labels
        self.n_train = data.n_train
        self.work = LOOK * work_of_a_step(experiment)

    def frame(self, state: TrainState) -> Frame:
        """Return the frame of where a training stands at first."""
        (frame,) = self.frames([Passed(state, np.empty(0))], state.loss)
        return frame

    def frames(self, passed: Sequence[Passed], before: float) -> list[Frame]:
        """Return the frames of states that a training passed, one after another.

        ``before`` is the loss of the frame before them.
        """
        experiment = self.experiment
        w = np.array([state.w for state, _ in passed])
        gradient = np.array([state.gradient for state, _ in passed])
        steps = np.array([state.step for state, _ in passed])
        at = passed[0].state
        size = experiment.input_rows * experiment.hidden  # of W1
        H2 = outputs(self.X.T, w, experiment.hidden).transpose(0, 2, 1)  # (F, n, 2)
        with np.errstate(over="ignore"):  # far out in an explosion
            columns = {
                "learning_rate": at.segment.learning_rates(np.minimum(steps, experiment.steps - 1)),
                "train_accuracy": accuracy(H2[:, : self.n_train], self.labels[: self.n_train]),
                "accuracy": accuracy(H2, self.labels),
                "grad_norm_W1": norms(gradient[:, :size]),
                "grad_norm_W2": norms(gradient[:, size:]),
                "sharpness": lanczos(at.objective, w).values,
            }
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        frames = []
        for i, ((state, losses), row) in enumerate(zip(passed, rows, strict=True)):
            rises = np.flatnonzero(np.diff(losses, prepend=before) > RISE)
            first = state.step - len(losses) + int(rises[0]) if len(rises) else None
            frames.append(
                Frame(
                    step=state.step,
                    loss=state.loss,
                    penalty=penalty(w[i], experiment.l1, experiment.l2) / self.n_train,
                    loss_max=float(np.max(losses, initial=state.loss)),
                    rises=len(rises),
                    first_rise_at=first,
                    w=w[i],
                    gradient=gradient[i],
                    **dict(zip(columns, row, strict=True)),
                )
            )
            before = state.loss
        return frames

    def frame_of_cut(self, state: TrainState, parent: Frame) -> Frame:
        """Return a branch's first frame: the weights of its parent's under its own settings.

        What happened since the frame before was the parent's.
        """
        own = self.frame(state)
        return dataclasses.replace(
            own,
            loss_max=max(own.loss_max, parent.loss_max),
            rises=parent.rises,
            first_rise_at=parent.first_rise_at,
        )

    def follow(
        self, state: TrainState, steps: Sequence[int], stop: Stop = never
    ) -> Iterator[Frame]:
        """Take a training to each of some steps in rising order, yielding their frames.

        Ends before a loss that is not finite, and where ``stop`` says so.
        """
        if state.step in steps:
            yield self.frame(state)
        before = state.loss
        for passed in state.through(steps, stop, work_of_a_look=self.work):
            frames = self.frames(passed, before)
            yield from (frame for frame in frames if frame.step in steps)
            before = frames[-1].loss


class Checkpoint(NamedTuple):
    """A recorded frame, and the state of the training there."""

    frame: Frame
    state: TrainState

    def losses_to(self, step: int, stop: Stop) -> Array:
        """Return the losses of every step from this one to a later one, both included."""
        return np.append(self.frame.loss, self.state.copy().advance_in_parts(step, stop))


def tell_rise(
    recorder: Recorder, checkpoint: Checkpoint, frame: Frame, stop: Stop
) -> Iterator[Frame]:
    """Yield a frame of the step after which the loss first rose, some after it, and ``frame``."""
    rise = frame.first_rise_at
    if rise is None:
        raise ValueError("the loss did not rise before this frame")
    steps = {rise, *(rise + 2 ** np.arange(RISE_FRAMES)).tolist(), frame.step}
    between = sorted(step for step in steps if checkpoint.frame.step < step <= frame.step)
    return recorder.follow(checkpoint.state.copy(), between, stop)


def tell_explosion(
    recorder: Recorder,
    history: list[Checkpoint],
    planned: Steps,
    non_finite_at: int,
    stop: Stop,
) -> Iterator[Frame]:
    """Yield finer frames of an explosion, from the last checkpoint before its growth.

    The growth begins where the loss was last at most a hundredth of the last finite one. Frames
    whose gradient overflows are left out, so that all that is recorded is finite.
    """
    last = non_finite_at - 1
    losses = history[-1].losses_to(last, stop)
    calm_loss = losses[-1] / GROWTH
    calm = [checkpoint for checkpoint in history if checkpoint.frame.loss <= calm_loss]
    checkpoint = calm[-1] if calm else history[0]
    if checkpoint is not history[-1]:
        losses = checkpoint.losses_to(last, stop)
    below = np.flatnonzero(losses <= calm_loss)
    start = checkpoint.frame.step
    begin = start + int(np.max(below, initial=0))

    growth = np.linspace(begin, last, FINE_FRAMES).astype(np.int64)
    approach = begin - 2 ** np.arange(20)
    steps = np.unique(np.concatenate([growth, approach, planned]))
    steps = steps[(steps > start) & (steps <= last)]
    followed = recorder.follow(checkpoint.state.copy(), steps.tolist(), stop)
    finite = [checkpoint.frame, *(frame for frame in followed if frame.is_finite())]
    yield from finite[:-1]
    yield dataclasses.replace(finite[-1], non_finite_at=non_finite_at)
