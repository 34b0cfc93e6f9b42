"""Training: descend step by step in compiled code, and record frames where things happen."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlp.arrays import Array, Steps
from mlp.branching import Plan, Segment, root_of, segment_at, segments
from mlp.compiled import inlined, jit
from mlp.data import make_data
from mlp.experiment import Experiment
from mlp.network import (
    Objective,
    accuracy,
    add_penalty_gradients,
    backward,
    data_loss,
    forward,
    penalty,
    unpack,
)
from mlp.optimizers import ADAPTIVE, OPTIMIZERS, Parameters, Plain, for_loop, initial_state, update
from mlp.run import Frame, Run
from mlp.sharpness import sharpness

RISE = 1e-12  # a loss counts as higher only beyond what rounding can do
GROWTH = 100.0  # an explosion is told again over its last hundredfold growth
FINE_FRAMES = 40  # in this many frames, or one a step where there are fewer steps
RISE_FRAMES = 5  # the first rise is shown by its own step, and 1, 2, 4, 8 and 16 steps later
# Work between two looks at ``stop``, about 50 ms.
WORK_A_CALL = 20_000_000
NEURONS_OF_OVERHEAD = 10
WORK_OF_A_STEP = 400
SHUFFLED_TOGETHER = 4096  # numbers; a generator for every epoch would take longer than the epoch


def _never() -> bool:
    return False


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


def norm(vector: Array) -> float:
    """Return the Euclidean norm, also where the squares would overflow."""
    largest = float(np.max(np.abs(vector)))
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm(vector / largest))


@inlined
def clip(gradient: Array, longest: float) -> None:
    """Shorten a gradient in place to the norm ``longest``, keeping its direction."""
    largest = np.max(np.abs(gradient))
    if largest > 0:  # false for NaN
        length = largest * np.sqrt(np.sum((gradient / largest) ** 2))
        if length > longest:
            gradient *= longest / length


@inlined
def take_rows(A: Array, index: Steps) -> Array:
    """Return some rows of A (n, m), stored as A is: column by column."""
    rows = np.empty((A.shape[1], index.size))
    for j in range(A.shape[1]):
        for i in range(index.size):
            rows[j, i] = A[index[i], j]
    return rows.T


@jit
def descend(
    objective: Objective,
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

    ``batches`` holds the rows of all mini-batches one after another, batch t from ``starts[t]``
    to ``starts[t + 1]``; without any, each step takes all samples. ``first`` is the number of
    steps that the optimizer has taken before.

    Returns J before each step and after the last, always over all samples, and the gradient
    where it stands then. Ends at the first J that is not finite.
    """
    X, Y, hidden, l1, l2, _ = objective
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
    J, gradient = descend(objective, w.copy(), *nowhere, 0, 0, Plain(), 0.0)
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
                self.objective,
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


def train_steps(plan: Plan, *, stop: Callable[[], bool] = _never) -> Iterator[Frame]:
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


def planned_steps(segment: Segment) -> Steps:
    """Return the steps of a stretch to record after its first: dense at first, up to its end."""
    experiment, start = segment.experiment, segment.start
    planned = start + frame_steps(experiment.steps - start, experiment.frames)[1:]
    inside = planned[planned < segment.end]
    return np.append(inside, segment.end) if segment.end > start else inside


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


class Recorder:
    """Makes frames: everything that is recorded about the weights of one step."""

    def __init__(self, experiment: Experiment) -> None:
        """Prepare the points that accuracy is measured on."""
        self.experiment = experiment
        data = make_data(experiment)
        self.X = with_ones(experiment, data.X)
        self.labels = data.labels
        self.n_train = data.n_train

    def frame(self, descent: Descent, losses: Array, before: float) -> Frame:
        """Return the frame of where a descent stands.

        ``losses`` are those of the steps since the frame before, and ``before`` is that frame's.
        """
        experiment, w = self.experiment, descent.w.copy()
        gradient = descent.gradient
        W1, W2 = unpack(w, experiment.input_rows, experiment.hidden)
        _, H2 = forward(self.X, W1, W2)
        size = W1.size
        rises = np.flatnonzero(np.diff(losses, prepend=before) > RISE)
        step = descent.step
        return Frame(
            step=step,
            learning_rate=float(descent.segment.learning_rates(min(step, experiment.steps - 1))),
            loss=descent.loss,
            penalty=penalty(w, experiment.l1, experiment.l2) / self.n_train,
            train_accuracy=accuracy(H2[: self.n_train], self.labels[: self.n_train]),
            accuracy=accuracy(H2, self.labels),
            grad_norm_W1=norm(gradient[:size]),
            grad_norm_W2=norm(gradient[size:]),
            sharpness=sharpness(descent.objective, w),
            loss_max=float(np.max(losses, initial=descent.loss)),
            rises=len(rises),
            first_rise_at=step - len(losses) + int(rises[0]) if len(rises) else None,
            w=w,
            gradient=gradient,
        )

    def frame_of_cut(self, descent: Descent, parent: Frame) -> Frame:
        """Return a branch's first frame: the weights of its parent's under its own settings.

        What happened since the frame before was the parent's.
        """
        own = self.frame(descent, np.empty(0), descent.loss)
        return dataclasses.replace(
            own,
            loss_max=max(own.loss_max, parent.loss_max),
            rises=parent.rises,
            first_rise_at=parent.first_rise_at,
        )

    def follow(
        self, descent: Descent, steps: Sequence[int], stop: Callable[[], bool] = _never
    ) -> Iterator[Frame]:
        """Take a descent to each of some steps in rising order, yielding their frames.

        Ends before a loss that is not finite, and where ``stop`` says so.
        """
        for step in steps:
            before = descent.loss
            losses = descent.advance_in_parts(step, stop)
            if descent.step < step or not np.isfinite(descent.loss):
                return
            yield self.frame(descent, losses, before)


class Checkpoint(NamedTuple):
    """A recorded frame, and the descent to go on from it."""

    frame: Frame
    descent: Descent

    def losses_to(self, step: int, stop: Callable[[], bool]) -> Array:
        """Return the losses of every step from this one to a later one, both included."""
        return np.append(self.frame.loss, self.descent.copy().advance_in_parts(step, stop))


def tell_rise(
    recorder: Recorder, checkpoint: Checkpoint, frame: Frame, stop: Callable[[], bool]
) -> Iterator[Frame]:
    """Yield a frame of the step after which the loss first rose, some after it, and ``frame``."""
    rise = frame.first_rise_at
    if rise is None:
        raise ValueError("the loss did not rise before this frame")
    steps = {rise, *(rise + 2 ** np.arange(RISE_FRAMES)).tolist(), frame.step}
    between = sorted(step for step in steps if checkpoint.frame.step < step <= frame.step)
    return recorder.follow(checkpoint.descent.copy(), between, stop)


def tell_explosion(
    recorder: Recorder,
    history: list[Checkpoint],
    planned: Steps,
    non_finite_at: int,
    stop: Callable[[], bool],
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
    followed = recorder.follow(checkpoint.descent.copy(), steps.tolist(), stop)
    finite = [checkpoint.frame, *(frame for frame in followed if frame.is_finite())]
    yield from finite[:-1]
    yield dataclasses.replace(finite[-1], non_finite_at=non_finite_at)


COMPILED_PARTS = 3


def warm_up() -> Iterator[str]:
    """Compile the compiled code, or load it from disk; yield the name of each part before it."""
    experiment = Experiment(dataset="corners", steps=1)
    yield f"the training loop (1 of {COMPILED_PARTS})"
    descent = Descent.start(experiment)
    yield f"the forward pass (2 of {COMPILED_PARTS})"
    forward(descent.objective.X, *unpack(descent.w, experiment.input_rows, experiment.hidden))
    yield f"the curvature (3 of {COMPILED_PARTS})"
    Recorder(experiment).frame(descent, np.empty(0), descent.loss)


def needs_adaptive(plan: Plan) -> bool:
    """Whether a plan uses an optimizer that ``warm_up`` leaves uncompiled."""
    names = {segment.experiment.optimizer for segment in segments(plan)}
    return any(OPTIMIZERS[name].code >= ADAPTIVE for name in names)


def warm_up_adaptive() -> None:
    """Compile the training loop of the other optimizers, or load it from disk."""
    Descent.start(Experiment(dataset="corners", optimizer="adam", steps=1)).advance(1)
