"""Training: descend through all steps of a plan, recording frames where things happen."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from mlp.optimizers.registry import initial_state
from mlp.plan import Plan, segment_at, segments
from mlp.training.recording import (
    Checkpoint,
    Recorder,
    never,
    planned_steps,
    tell_explosion,
    tell_rise,
)
from mlp.training.run import Frame, Run
from mlp.training.stepping import Descent


def train_steps(plan: Plan, *, stop: Callable[[], bool] = never) -> Iterator[Frame]:
    """Train, yielding a frame whenever one is due.

    Parameters
    ----------
    plan : Experiment or Branch
        What to train.
    stop : callable, optional
        Asked about every 50 ms; once it says True a frame of the step reached comes last.

    Yields
    ------
    Frame
        In the order of their steps, except after an explosion: then frames that tell its last
        hundredfold growth step by step, replacing those recorded from there on. At the cut of a
        branch the parent's frame is followed by the branch's own, of the same weights.

    Examples
    --------
    >>> from mlp import Experiment
    >>> [frame.step for frame in train_steps(Experiment(steps=1000, frames=5))]
    [0, 16, 125, 422, 1000]
    """
    descent = Descent.start(plan)
    last: Frame | None = None
    for segment in segments(plan):
        recorder = Recorder(segment.experiment)
        if last is None:
            last = recorder.frame(descent, np.empty(0), descent.loss)
        else:  # the parent's, of the step at which this branch begins
            descent = descent.branch_off(segment)
            last = recorder.frame_of_cut(descent, last)
        yield last
        for frame in record(recorder, descent, last, stop):
            last = frame
            yield frame
        if descent.step < segment.end or not np.isfinite(descent.loss):
            return


def record(
    recorder: "Recorder", descent: Descent, first: Frame, stop: Callable[[], bool]
) -> Iterator[Frame]:
    """Take a descent to the end of its stretch, yielding the frames after its ``first``."""
    planned = planned_steps(descent.segment)
    history = [Checkpoint(first, descent.copy())]
    risen = False
    for step in planned:
        before = descent.loss
        losses = descent.advance_in_parts(int(step), stop)
        if not np.isfinite(descent.loss):
            yield from tell_explosion(recorder, history, planned, descent.step, stop)
            return
        frames = [recorder.frame(descent, losses, before)] if len(losses) else []
        if frames and not risen and frames[0].first_rise_at is not None:
            risen = True
            told = list(tell_rise(recorder, history[-1], frames[0], stop))
            frames = frames if stop() else told
        yield from frames
        if frames:
            history.append(Checkpoint(frames[-1], descent.copy()))
        if descent.step < step:  # stopped
            return


def train(plan: Plan) -> Run:
    """Train an experiment, or a branch, to its end and return the record.

    Examples
    --------
    >>> from mlp import Experiment
    >>> run = train(Experiment(hidden=50, steps=20_000))
    >>> bool(run.accuracy[-1] == 1.0), run.first_rise_at
    (True, None)
    """
    return Run.from_frames(plan, train_steps(plan))


def follow(plan: Plan, descent: Descent, steps: Sequence[int]) -> Iterator[Frame]:
    """Take a descent through a plan to each of some rising steps, yielding their frames.

    The frames of cuts on the way come as well, the parent's and then the branch's own. Ends before
    a loss that is not finite.
    """
    parts = segments(plan)
    last: Frame | None = None
    for segment in parts[parts.index(descent.segment) :]:
        recorder = Recorder(segment.experiment)
        if last is not None:  # the parent's, of the step at which this branch begins
            descent = descent.branch_off(segment)
            last = recorder.frame_of_cut(descent, last)
            yield last
        inside = [step for step in steps if step >= descent.step]
        if segment != parts[-1] and steps[-1] >= segment.end:
            inside = [*(step for step in inside if step < segment.end), segment.end]
        for frame in recorder.follow(descent, inside):
            last = frame
            yield frame
        if descent.step < segment.end or not np.isfinite(descent.loss):
            return


def train_at(plan: Plan, steps: Iterable[int]) -> list[Frame]:
    """Train and record exactly these steps in rising order; step 0 and cuts come in any case."""
    frames = follow(plan, Descent.start(plan), sorted({0, *steps}))
    return list({frame.step: frame for frame in frames}.values())


def descent_at(run: Run, step: int) -> Descent:
    """Return the descent that made a run, standing before one of its steps again.

    It goes on from the nearest frame before; an optimizer that remembers starts from step 0.
    """
    frame = run.frame_at(step)
    segment = segment_at(run.plan, int(run.steps[frame]))
    memory = initial_state(segment.experiment.optimizer, run.w.shape[1])
    if len(memory):
        descent = Descent.start(run.plan)
    else:
        descent = Descent.standing(segment, int(run.steps[frame]), run.w[frame].copy(), memory)
    parts = segments(run.plan)
    for passed in parts[parts.index(descent.segment) :]:
        if passed.start > step:
            break
        if passed != descent.segment:
            descent = descent.branch_off(passed)
        descent.advance(step if passed == parts[-1] else min(step, passed.end))
    return descent


def zoom(run: Run, first: int, last: int) -> Run:
    """Return a run's steps from ``first`` to ``last`` again, each single step a frame.

    Ends earlier where the run did. Training from the nearest frame's weights is repeatable.
    """
    end = last if run.non_finite_at is None else min(last, run.non_finite_at - 1)
    frames = follow(run.plan, descent_at(run, first), range(first, end + 1))
    finite = [frame for frame in frames if frame.is_finite()]
    return dataclasses.replace(Run.from_frames(run.plan, finite), non_finite_at=run.non_finite_at)
