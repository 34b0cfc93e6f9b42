"""The trainings that a visitor looks at: what the screens use of this room.

Each is a ``Job``, this visitor's alone; behind it stands a finished run, or a training that all who
ask for the same plan share.
"""

import itertools
import time
from collections.abc import Sequence

import streamlit as st

from mlp import Experiment, Plan, Run
from mlp.data.own import OwnData
from mlp.training.state import WORK_A_CALL, work_of_a_step
from ui.jobs import compiling, training
from ui.jobs.finished import first_look_of, forget_all, recall, remember, untrained
from ui.jobs.presence import Presence
from ui.jobs.workers import LATER, WORKERS, Queue
from ui.settings import own_points

__all__ = [
    "MOST_STEPS_AT_ONCE",
    "Job",
    "first_look_of",
    "forget_all",
    "is_running",
    "job_for",
    "jobs_for",
    "new_job",
    "next_number",
    "poll_seconds",
    "recall",
    "remember",
    "restart",
    "retrain",
    "slowed",
    "untrained",
]

MOST_STEPS_AT_ONCE = 200_000  # more than this waits for a button
SLOW_SECONDS = 2.0  # a shorter training shows no progress: it would only flash up
PATIENCE = 0.6  # seconds that a page waits for a short run before it starts to stream
# The same where many wait: a page drawn twice takes the interpreter from the training.
MOST_PATIENCE, MANY = 4.0, 4
SHORT_WORK = 5 * WORK_A_CALL  # more than this is not done within PATIENCE
# Seconds between two looks at a job that runs: the first on a machine with nothing else to do.
FASTEST_POLL, SLOWEST_POLL = 0.2, 2.0
LOOKS_A_RUN = 40
SECONDS_OF_A_LOOK = 0.05  # of a core; all pages together leave half of one to the trainings
SLOWEST_LOOK = 10.0  # the same at what is tried in the background

_numbers = itertools.count()


def next_number() -> int:
    """Return a number larger than those of all jobs so far."""
    return next(_numbers)


class Job:
    """A visitor's look at one training, waiting, under way or finished."""

    def __init__(self, plan: Experiment | Plan, own: OwnData | None = None) -> None:
        """Prepare; ``start`` begins. ``own`` are the own points that the plan is about."""
        self.plan = plan = Plan.of(plan)
        self.own = own
        self.experiment = plan.experiment
        self.number = next_number()  # tells two looks at the same plan apart
        self.stopped = False  # by this visitor, before its last step
        self.preparing = False
        self.started_at = 0.0
        self._presence = Presence()
        self._training: training.Training | None = None
        self._run: Run | None = recall(plan, own)

    @property
    def started(self) -> bool:
        """Whether there is anything but the untrained network to show, now or soon."""
        return self._run is not None or self._training is not None

    @property
    def done(self) -> bool:
        """Whether no more frames will come."""
        ended = self._training is not None and self._training.done
        return self._run is not None or ended

    @property
    def error(self) -> Exception | None:
        """What a failed training failed with."""
        return None if self._training is None else self._training.error

    @property
    def abandoned(self) -> bool:
        """Whether it was ended because this visitor's page seemed to be closed."""
        at = self._training
        return at is not None and at.done and at.cut_short and not self.stopped

    @property
    def compiling(self) -> str:
        """What has to be compiled before it can begin, or goes on; "" where nothing has."""
        if self.done or not (self.preparing or self.started):
            return ""
        parts = compiling.needed(self.plan)
        return parts[0].what or "the training loop" if parts else ""

    @property
    def compiled(self) -> float:
        """Share of that which is compiled."""
        parts = compiling.needed(self.plan)
        return parts[0].share if parts else 1.0

    def start(self) -> None:
        """Begin to train, once."""
        if not self.started:
            self.started_at = time.monotonic()
            self._training = training.join(self.plan, self.own, self._presence)

    def prepare(self) -> None:
        """Compile in the background, where that is still to be done, without training."""
        if not self.preparing and not compiling.TRAINING.ready:
            self.preparing = True
            WORKERS.submit(lambda _stop: compiling.TRAINING.finish(), seconds=0.0)

    def stop(self) -> None:
        """Watch no longer; what was trained is kept. Without others it ends within some 50 ms."""
        if self._training is None or self.done or self.stopped:
            return
        self.stopped = True
        if self._training.leave(self._presence):  # it goes on for others: this is what was seen
            self._run = self.run() or self.untrained()

    def stop_now(self) -> None:
        """Stop, and wait until it has ended, as long as a page may wait."""
        self.stop()
        self.wait(PATIENCE)

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        if self._training is not None and not self.done:
            self._training.wait(seconds)

    def is_slow(self) -> bool:
        """Whether it is under way, and long enough for its progress to be worth a look."""
        long = self.experiment.steps > MOST_STEPS_AT_ONCE
        return not self.done and (long or time.monotonic() - self.started_at > SLOW_SECONDS)

    def run(self) -> Run | None:
        """Return what there is to show: the finished run, or the frames so far."""
        at = self._training
        if self._run is not None or at is None:
            return self._run
        frames = list(at.frames)
        return at.run or (Run.from_frames(self.plan, frames, self.own) if frames else None)

    def untrained(self) -> Run:
        """Return a run of one frame, the weights before training."""
        return untrained(self.plan, self.own)

    def progress(self) -> tuple[int, float]:
        """Return the last recorded step, and the steps per second so far."""
        at = self._training
        if at is None or at.began_at is None or not at.frames:
            return 0, 0.0
        step = at.frames[-1].step
        return step, step / max(time.monotonic() - at.began_at, 1e-3)

    @property
    def has_ended(self) -> bool:
        """Whether the training has taken its last step; what it came to may still be worked out."""
        at = self._training
        if at is None or not at.frames:
            return self.done
        last = at.frames[-1]
        return self.done or last.step == self.experiment.steps or last.non_finite_at is not None

    def queue(self) -> Queue | None:
        """Return what is trained before it begins, or None where it has begun."""
        at = self._training
        if at is None or self.done or at.task.begun:
            return None
        return WORKERS.before(at.task)


def new_job(plan: Plan) -> Job:
    """Return a job for a plan on this visitor's own points, where it is about any.

    Raises
    ------
    ValueError
        If it needs points that this visitor has not brought: a run of theirs that somebody else
        has trained is not to be seen.
    """
    own_points.refuse_missing(plan.root)
    return Job(plan, own_points.of(plan.root))


def job_for(plan: Experiment | Plan, *, key: str = "job") -> Job:
    """Return this visitor's job for a plan, ending the one it replaces.

    A run of up to MOST_STEPS_AT_ONCE steps is started; a longer one waits for ``start``. A short
    run is waited for, so that it arrives whole.
    """
    plan = Plan.of(plan)
    job: Job | None = st.session_state.get(key)
    if job is None or job.plan != plan:
        if job is not None:
            job.stop()
        job = new_job(plan)
    job = st.session_state[key] = _taken_up(job)
    _begin(job)
    return job


def jobs_for(plans: Sequence[Plan], *, key: str) -> list[Job]:
    """Return this visitor's jobs for some plans, begun as in ``job_for``; others are ended."""
    before: dict[Plan, Job] = st.session_state.get(key, {})
    jobs = {plan: _taken_up(before.get(plan) or new_job(plan)) for plan in plans}
    st.session_state[key] = jobs
    for plan, job in before.items():
        if plan not in jobs:
            job.stop()
    _begin(*jobs.values())
    return list(jobs.values())


def retrain(plan: Plan, *, key: str) -> None:
    """Train one of the plans of ``jobs_for`` from its start again."""
    jobs: dict[Plan, Job] = st.session_state.get(key, {})
    if plan in jobs:
        jobs[plan] = new_job(plan)
        jobs[plan].start()


def restart(experiment: Experiment, *, key: str = "job") -> None:
    """Train an Experiment from its start again; meant for callbacks of buttons."""
    job = st.session_state[key] = new_job(Plan(experiment))
    job.start()


def _taken_up(job: Job) -> Job:
    """Return the job, begun anew where it ended while the visitor's page had lost its server."""
    if not job.abandoned:
        return job
    again = new_job(job.plan)
    again.start()
    return again


def _begin(*jobs: Job) -> None:
    """Start what is short enough, and wait a moment for what is done soon: it arrives whole."""
    for job in jobs:
        if job.experiment.steps <= MOST_STEPS_AT_ONCE:
            job.start()
        elif not job.started:
            job.prepare()
    deadline = time.monotonic() + PATIENCE
    for job in jobs:
        if job.compiling or job.experiment.steps * work_of_a_step(job.experiment) >= SHORT_WORK:
            continue
        if job.queue() is not None or training.watchers() > MANY:
            deadline = max(deadline, time.monotonic() + MOST_PATIENCE / len(jobs))
        job.wait(max(deadline - time.monotonic(), 0.0))


def is_running(*jobs: Job | None) -> bool:
    """Whether frames of any job are still to come."""
    running = (job for job in jobs if job is not None)
    return any(job.compiling or (job.started and not job.done) for job in running)


def poll_seconds(*jobs: Job | None) -> float | None:
    """Return the seconds to the next look at jobs that run; None: there is nothing to see.

    To be asked before they are drawn: what comes meanwhile is seen then. Seldom where much is left,
    and where the server has much to do.
    """
    running = [job for job in jobs if job is not None and is_running(job)]
    if not running:
        return None
    left = max(training.seconds_of(job.experiment) for job in running)
    pause = max(left / LOOKS_A_RUN, FASTEST_POLL * max(WORKERS.load() / 2, 1.0))
    crowd = 2 * SECONDS_OF_A_LOOK * training.watchers()
    return max(min(max(pause, FASTEST_POLL), SLOWEST_POLL), crowd)


def slowed(seconds: float) -> float:
    """Return a pause between two looks at what is tried in the background: longer under load."""
    return min(seconds * max((WORKERS.load() + LATER.load()) / 2, 1.0), SLOWEST_LOOK)
