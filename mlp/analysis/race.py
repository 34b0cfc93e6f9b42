"""Changed plans are trained, and raced against each other, within the work that is allowed.

Each goes as far as the first part of a run that all of them can afford, then the most promising go
on to their ends, in turn, for as long as the work allows.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np

from mlp.analysis.trials import Before, Trial, rank
from mlp.analysis.verdicts import (
    HUGE,
    beats_one_answer,
    data_loss_at,
    median_of_second_half,
    swings,
    went_wrong,
)
from mlp.base.arrays import Array
from mlp.base.tasks import Stop, in_order, never
from mlp.network import accuracy, forward, penalty, unpack
from mlp.plan import Plan, Segment
from mlp.training.inputs import make_data, make_objective
from mlp.training.recording import planned_steps
from mlp.training.run import Run
from mlp.training.state import TrainState, work_of_a_frame, work_of_a_step
from mlp.training.steps import RISE, value_and_gradient

# All trials of a run together: so many times its own work, and never more than seconds of a core.
MOST_TIMES = 8
MOST_WORK = 850_000_000  # in units of ``work_of_a_step``, about 2.1 s on a processor of 2024
WORK_OF_A_LOOK = 10_000  # what a look at a trial costs, in the same units
WORK_AT_ONCE = 10_000_000  # of one trial, before its numbers are looked at once more:
NEAR_ZERO = 1e-290  # a gradient below comes of subnormal numbers, which a processor is slow with:
SUBNORMAL_TIMES = 40  # a step costs so much more where the whole gradient is
ROUNDS = 3  # after each, the better half goes on
REMEDIES_SHARE = 0.6  # of the work allowed, for what speaks to the cause that the run itself shows
BEYOND = 1.2  # times the work up to where it went wrong: there a trial begins to tell
LEAST_SHARE = 0.05  # of the steps: less of a run tells nothing
LONGER_SHARE = 0.5  # of the work allowed, at most, for a run with more steps, which only ends tell


@dataclass
class Attempt:
    """A trial under way: the losses of its frames so far, without the sharpness and gradients."""

    name: str
    plan: Plan
    before: Before
    past: int  # the step where that run went wrong
    state: TrainState = field(init=False)
    steps: list[int] = field(init=False)
    losses: list[float] = field(init=False)  # the data's part
    highest: list[float] = field(init=False)  # since the look before, with the penalty's, as
    objectives: list[float] = field(init=False)  # here, at the look
    rises: list[int] = field(init=False)  # since the look before
    work: int = 0
    done: bool = False

    def __post_init__(self) -> None:
        """Stand at the untrained network."""
        self.state = TrainState.start(self.plan, make_data(self.plan.root, self.before.own))
        self.steps, self.losses, self.rises = [0], [self._data_loss(self.state)], [0]
        self.highest, self.objectives = [self.state.loss], [self.state.loss]
        self._ahead = [
            (segment, int(step))
            for segment in reversed(self.plan.segments)
            for step in planned_steps(segment)[::-1]
        ]  # the next one last

    @property
    def is_longer(self) -> bool:
        """Whether it has more steps than the run that it is held against."""
        return self.plan.experiment.steps > self.before.experiment.steps

    @property
    def tells_from(self) -> int:
        """The first step that tells anything: past where the run went wrong, and warmed up.

        A lower learning rate comes there later, and so does a smaller share of the article's term.
        """
        changed, before = self.plan.experiment, self.before.experiment
        slower = max(before.learning_rate / changed.learning_rate, 1.0)
        if before.l2_gradient == changed.l2_gradient == "article" and changed.l2 > 0:
            slower *= max(before.l2 / changed.l2, 1.0)
        beyond = int(BEYOND * (slower * self.past + changed.warmup_steps))
        return max(beyond, int(LEAST_SHARE * self.before.steps[-1]), 1)

    def work_to(self, step: int) -> int:
        """Return what it costs, at most, to come to a step."""
        looks = min(self.plan.experiment.frames, step) * len(self.plan.segments)
        a_look = WORK_OF_A_LOOK + work_of_a_step(self.plan.experiment)
        return work_of(self.plan, step) + looks * a_look

    @property
    def tells(self) -> bool:
        """Whether it has come far enough to tell anything."""
        return self.done or self.steps[-1] >= self.tells_from

    def advance(self, work: int, stop: Callable[[], bool]) -> int:
        """Go on until it is done, or has cost so much more; return what it has cost."""
        before = self.work
        while not self.done and self.work < before + work and not stop():
            segment, steps = self._next(min(before + work, self.work + WORK_AT_ONCE))
            if self.state.segment != segment:
                self.state = self.state.branch_off(segment)
            self._go_on(segment, steps, stop)
        return self.work - before

    def _next(self, until: int) -> tuple[Segment, list[int]]:
        """Take the next steps that are looked at, of one stretch, until so much work is done."""
        segment, _ = self._ahead[-1]
        steps, at, work = [], self.state.step, self.work
        times = _times_as_slow(self.state.gradient)
        while self._ahead and self._ahead[-1][0] == segment and work < until:
            _, step = self._ahead.pop()
            work += times * _work_of_looks(step - at, 1, segment)
            at = step
            steps.append(step)
        return segment, steps

    def result(self) -> Trial:
        """Return what it did so far."""
        steps, rises = np.array(self.steps), np.array(self.rises)
        by_chance = self.state.experiment.takes_mini_batches
        non_finite = None if np.isfinite(self.state.loss) else self.state.step
        loss = median_of_second_half(steps, np.array(self.losses))
        right = self._accuracy() if non_finite is None else np.nan
        before = self.before
        frames = len(before.steps)
        if not (self.done and non_finite is None):
            frames = int(np.searchsorted(before.steps, self.steps[-1], side="right"))
        return Trial(
            name=self.name,
            plan=self.plan,
            steps=self.steps[-1],
            whole=self.done,
            loss=loss,
            loss_before=np.inf
            if (before.non_finite_at or np.inf) <= self.steps[-1]
            else median_of_second_half(before.steps[:frames], before.losses[:frames]),
            accuracy=right,
            accuracy_before=float(before.accuracies[frames - 1]),
            rose=non_finite is not None or bool(rises.any() and not by_chance),
            rose_before=before.rose,
            swings=not by_chance
            and swings(steps, rises, np.array(self.highest), np.array(self.objectives)),
            swung_before=before.swings,
            non_finite_at=non_finite,
            first_loss=self.losses[0],
            beats_one_answer=beats_one_answer(self.state.data, accuracy=right, loss=loss),
        )

    def _go_on(self, segment: Segment, steps: list[int], stop: Stop) -> None:
        """Train through some steps, looking at each, as far as they cost what was thought."""
        before, as_slow = self.state.loss, _times_as_slow(self.state.gradient)
        for passed in self.state.through(steps, stop, work_of_a_look=WORK_OF_A_LOOK):
            for state, losses in passed:
                self.rises.append(int(np.sum(np.diff(losses, prepend=before) > RISE)))
                self.highest.append(float(np.max(losses, initial=state.loss)))
                self.objectives.append(state.loss)
                before = state.loss
                self.work += _times_as_slow(state.gradient) * _work_of_looks(
                    state.step - self.steps[-1], 1, segment
                )
                self.steps.append(state.step)
                self.losses.append(self._data_loss(state))
            if _times_as_slow(self.state.gradient) > as_slow:
                break
        finite = bool(np.isfinite(self.state.loss))
        if not finite:
            self.work += _work_of_looks(self.state.step - self.steps[-1], 1, segment)
        tried = sum(step <= self.state.step for step in steps)
        self._ahead += [(segment, step) for step in reversed(steps[tried:])]
        self.done = not (finite and self._ahead)

    def _data_loss(self, state: TrainState) -> float:
        experiment = state.experiment
        price = penalty(state.w, experiment.l1, experiment.l2) / state.data.n_train
        loss = state.loss - price
        if price > HUGE * loss:  # lost to rounding
            return data_loss_at(state.objective, state.w)
        return loss

    def _accuracy(self) -> float:
        objective, data = self.state.objective, self.state.data
        W1, W2 = unpack(self.state.w, objective.X.shape[1], objective.hidden)
        _, H2 = forward(objective.X, W1, W2)
        return float(accuracy(H2, data.labels[: data.n_train]))


def _times_as_slow(gradient: Array) -> int:
    """Return how many times the usual a step costs, by the size of what it computes with."""
    near_zero = (gradient != 0) & (np.abs(gradient) < NEAR_ZERO)
    return 1 + int(SUBNORMAL_TIMES * np.mean(near_zero))


def _work_of_looks(steps: int, looks: int, segment: Segment) -> int:
    """Return the work of some steps and the looks on the way, each a step more for its gradient."""
    return (steps + looks) * work_of_a_step(segment.experiment) + looks * WORK_OF_A_LOOK


def work_of(plan: Plan, until: int) -> int:
    """Return what the steps of a plan cost up to one of them, in ``work_of_a_step``."""
    return sum(
        (min(part.end, until) - part.start) * work_of_a_step(part.experiment)
        for part in plan.segments
        if part.start < until
    )


def work_allowed(run: Run) -> int:
    """Return the work that all trials of a run may cost together, in ``work_of_a_step``.

    For the article's term one run with the derivative has been trained before.
    """
    frames = len(run.steps) * work_of_a_frame(run.experiment)
    own = work_of(run.plan, int(run.steps[-1])) + frames
    spent = own if run.experiment.l2_gradient == "article" and went_wrong(run) else 0
    return max(min(MOST_TIMES * own, MOST_WORK) - spent, 0)


def try_changes(
    run: Run,
    remedies: Mapping[str, Plan],
    reasons: Mapping[str, Plan],
    past: int = 0,
    *,
    executor: Executor | None = None,
    stop: Stop = never,
) -> tuple[Trial, ...]:
    """Train changed plans, as far as the work allows, and say what each did beside the run.

    Parameters
    ----------
    run : Run
        What they change; on its own points, where it is about any.
    remedies, reasons : mapping of str to Plan
        The changed plans by the name of the change: those that speak to what went wrong, which
        come first, and those for what may have kept it from learning.
    past : int
        The step where it went wrong: what is not tried beyond says nothing, and is left out.
    executor : Executor, optional
        Where trials are trained side by side; None: one after the other. The result is the same.
    stop : callable, optional
        Asked between stretches of work; once it says True what has been tried is returned.

    Returns
    -------
    tuple of Trial
        Best first: those that help before those that do not, and the least loss first.
    """
    allowed, before = work_allowed(run), Before.of(run)
    first = [Attempt(name, plan, before, past) for name, plan in remedies.items()]
    second = [Attempt(name, plan, before, past) for name, plan in reasons.items()]
    for_remedies = int(REMEDIES_SHARE * allowed)
    if all(one.work_to(one.tells_from) > allowed - for_remedies for one in second):
        for_remedies = allowed
    tried, spent = _race(first, for_remedies, executor, stop)
    _, ending = value_and_gradient(make_objective(run.experiment, run.data), run.w[-1])
    for longer in [attempt for attempt in second if attempt.is_longer]:
        second.remove(longer)
        whole = _times_as_slow(ending) * longer.work_to(longer.plan.experiment.steps)
        if whole <= LONGER_SHARE * (allowed - spent):
            [(trained, cost)] = in_order(_advanced, [(longer, whole)], executor, stop=stop)
            spent += cost
            if trained.done:
                tried.append(trained)
    tried += _race(second, allowed - spent, executor, stop)[0]
    return tuple(sorted((attempt.result() for attempt in tried if attempt.tells), key=rank))


def _race(
    field: Sequence[Attempt], allowed: int, executor: Executor | None, stop: Stop
) -> tuple[list[Attempt], int]:
    """Let attempts go on side by side, after each round the better half.

    All of them to their ends where that is affordable. As many take part, from the first on, as
    can come to where they tell something. Returns all attempts as they stand, and the work spent.
    """
    attempts = {attempt.name: attempt for attempt in field}
    going = _affordable(field, allowed)
    all_whole = sum(one.work_to(one.plan.experiment.steps) for one in going) <= allowed
    spent = 0
    for rounds_left in range(1 if all_whole else ROUNDS, 0, -1):
        share = (allowed - spent) // (rounds_left * max(len(going), 1))
        least = [0 if one.tells else one.work_to(one.tells_from) for one in going]
        tasks = [(one, max(share, work)) for one, work in zip(going, least, strict=True)]
        for attempt, cost in in_order(_advanced, tasks, executor, stop=stop):
            attempts[attempt.name] = attempt
            spent += cost
        going = [attempts[one.name] for one in going if not attempts[one.name].done]
        going.sort(key=lambda one: rank(one.result()))
        going = going[: (len(going) + 1) // 2]
    return list(attempts.values()), spent


def _advanced(task: tuple[Attempt, int], stop: Stop) -> tuple[Attempt, int]:
    """Take an attempt further by some work; return it, perhaps a copy of it, and what it cost."""
    attempt, work = task
    return attempt, attempt.advance(work, stop)


def _affordable(field: Sequence[Attempt], allowed: int) -> list[Attempt]:
    """Return the attempts, likeliest first, that can together come to where they tell something."""
    chosen, left = [], allowed
    for attempt in field:
        cost = attempt.work_to(attempt.tells_from)
        if cost <= left:
            chosen.append(attempt)
            left -= cost
    return chosen
