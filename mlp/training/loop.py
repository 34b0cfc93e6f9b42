"""Training: descend through all steps of a plan, recording frames where things happen."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from mlp.base.tasks import Stop, never
from mlp.data.own import OwnData
from mlp.experiment import Experiment
from mlp.optimizers.registry import initial_state
from mlp.plan import Plan
from mlp.training.inputs import make_data
from mlp.training.recording import (
    Checkpoint,
    Recorder,
    planned_steps,
    tell_explosion,
    tell_rise,
)
from mlp.training.run import Frame, Run
from mlp.training.state import TrainState


def train_steps(
    plan: Experiment | Plan,
    own: OwnData | None = None,
    *,
    stop: Stop = never,
) -> Iterator[Frame]:
    """Train, yielding a frame whenever one is due.

    Parameters
    ----------
    plan : Experiment or Plan
        What to train.
    own : OwnData, optional
        A visitor's own points, where the plan is about them.
    stop : callable, optional
        Asked about every 50 ms; once it says True a frame of the step reached comes last.

    Yields
    ------
    Frame
        In the order of their steps, except after an explosion: then frames that tell its last
        hundredfold growth step by step, replacing those recorded from there on. At a cut
        the parent's frame is followed by the branch's own, of the same weights.

    Examples
    --------
    >>> from mlp import Experiment
    >>> [frame.step for frame in train_steps(Experiment(steps=1000, frames=5))]
    [0, 16, 125, 422, 1000]
    """
    plan = Plan.of(plan)
    state = TrainState.start(plan, make_data(plan.root, own))
    last: Frame | None = None
    for segment in plan.segments:
        recorder = Recorder(segment.experiment, state.data)
        if last is None:
            last = recorder.frame(state)
        else:  # the parent's, of the step at which this branch begins
            state = state.branch_off(segment)
            last = recorder.frame_of_cut(state, last)
        yield last
        for frame in record(recorder, state, last, stop):
            last = frame
            yield frame
        if state.step < segment.end or not np.isfinite(state.loss):
            return


def record(recorder: Recorder, state: TrainState, first: Frame, stop: Stop) -> Iterator[Frame]:
    """Take a state to the end of its stretch, yielding the frames after its ``first``."""
    planned = planned_steps(state.segment)
    history = [Checkpoint(first, state.copy())]
    risen = False
    for passed in state.through(planned, stop, work_of_a_look=recorder.work):
        frames = recorder.frames(passed, history[-1].frame.loss)
        for frame, (at, _) in zip(frames, passed, strict=True):
            told = [frame]
            if not risen and frame.first_rise_at is not None:
                risen = True
                finer = list(tell_rise(recorder, history[-1], frame, stop))
                told = told if stop() else finer
            yield from told
            history.append(Checkpoint(told[-1], at))
    if not np.isfinite(state.loss):
        yield from tell_explosion(recorder, history, planned, state.step, stop)


def train(plan: Experiment | Plan, own: OwnData | None = None) -> Run:
    """Train an experiment, or a plan with branches, to its end and return the record.

    ``own`` are a visitor's own points, where the plan is about them.

    Examples
    --------
    >>> from mlp import Experiment
    >>> run = train(Experiment(hidden=50, steps=20_000))
    >>> bool(run.accuracy[-1] == 1.0), run.first_rise_at
    (True, None)
    """
    return Run.from_frames(plan, train_steps(plan, own), own)


def follow(plan: Plan, state: TrainState, steps: Sequence[int]) -> Iterator[Frame]:
    """Take a state through a plan to each of some rising steps, yielding their frames.

    The frames of cuts on the way come as well, the parent's and then the branch's own. Ends before
    a loss that is not finite.
    """
    parts = plan.segments
    last: Frame | None = None
    for segment in parts[parts.index(state.segment) :]:
        recorder = Recorder(segment.experiment, state.data)
        if last is not None:  # the parent's, of the step at which this branch begins
            state = state.branch_off(segment)
            last = recorder.frame_of_cut(state, last)
            yield last
        inside = [step for step in steps if step >= state.step]
        if segment != parts[-1] and steps[-1] >= segment.end:
            inside = [*(step for step in inside if step < segment.end), segment.end]
        for frame in recorder.follow(state, inside):
            last = frame
            yield frame
        if state.step < segment.end or not np.isfinite(state.loss):
            return


def train_at(
    plan: Experiment | Plan, steps: Iterable[int], own: OwnData | None = None
) -> list[Frame]:
    """Train and record exactly these steps in rising order; step 0 and cuts come in any case."""
    plan = Plan.of(plan)
    state = TrainState.start(plan, make_data(plan.root, own))
    frames = follow(plan, state, sorted({0, *steps}))
    return list({frame.step: frame for frame in frames}.values())


def state_at(run: Run, step: int) -> TrainState:
    """Return the state that made a run, standing before one of its steps again.

    It goes on from the nearest frame before; an optimizer that remembers starts from step 0.
    """
    frame = run.frame_at(step)
    segment = run.plan.segment_at(int(run.steps[frame]))
    memory = initial_state(segment.experiment.optimizer, run.w.shape[1])
    if len(memory):
        state = TrainState.start(run.plan, run.data)
    else:
        state = TrainState.standing(
            segment, run.data, int(run.steps[frame]), run.w[frame].copy(), memory
        )
    parts = run.plan.segments
    for passed in parts[parts.index(state.segment) :]:
        if passed.start > step:
            break
        if passed != state.segment:
            state = state.branch_off(passed)
        state.advance(step if passed == parts[-1] else min(step, passed.end))
    return state


def zoom(run: Run, first: int, last: int) -> Run:
    """Return a run's steps from ``first`` to ``last`` again, each single step a frame.

    Ends earlier where the run did. Training from the nearest frame's weights is repeatable.
    """
    end = last if run.non_finite_at is None else min(last, run.non_finite_at - 1)
    frames = follow(run.plan, state_at(run, first), range(first, end + 1))
    finite = [frame for frame in frames if frame.is_finite()]
    return dataclasses.replace(
        Run.from_frames(run.plan, finite, run.own), non_finite_at=run.non_finite_at
    )
