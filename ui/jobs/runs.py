"""Training in the background: one job a visitor, its frames ready to be shown at any moment.

The compiled training runs without the GIL, so the page and other visitors' runs go on meanwhile.
Finished runs are kept, bounded, for all visitors: the same Experiment gives the same digits.
"""

import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache

import streamlit as st

from mlp import Diagnosis, Experiment, Frame, Plan, Run, train_at, train_steps
from mlp.analysis.findings import first_look
from mlp.data.own import OwnData
from mlp.experiment import OWN
from mlp.training.state import WORK_A_CALL, work_of_a_step
from mlp.training.warm_up import COMPILED_PARTS, needs_adaptive, warm_up, warm_up_adaptive
from ui.settings import own_points

MOST_STEPS_AT_ONCE = 200_000  # more than this waits for a button
KEPT_RUNS = 48  # at most 5 MB each
SLOW_SECONDS = 2.0  # a shorter training shows no progress: it would only flash up
PATIENCE = 0.25  # seconds that a page waits for a short run before it starts to stream
POLL_SECONDS = 0.2  # between two looks at a job that runs
SHORT_WORK = 5 * WORK_A_CALL  # more than this is not done within PATIENCE

_finished: OrderedDict[Plan, Run] = OrderedDict()
_lock = threading.Lock()
_compiled = threading.Event()
_adaptive_compiled = threading.Event()
_numbers = itertools.count()


def next_number() -> int:
    """Return a number larger than those of all jobs so far."""
    return next(_numbers)


class Job:
    """One training run under way or finished; its thread appends frames, others read them."""

    def __init__(self, plan: Experiment | Plan, own: OwnData | None = None) -> None:
        """Prepare; ``start`` begins. ``own`` are the own points that the plan is about."""
        self.plan = plan = Plan.of(plan)
        self.own = own
        self.experiment = plan.experiment
        self.number = next_number()  # tells two trainings of the same Experiment apart
        self.compiling = ""
        self.compiled = 0.0  # share of what is to be compiled
        self.error: Exception | None = None
        self.started_at = 0.0
        self._frames: list[Frame] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._run: Run | None = recall(plan, own)

    @property
    def started(self) -> bool:
        """Whether there is anything but the untrained network to show, now or soon."""
        return self._run is not None or self._thread is not None

    @property
    def done(self) -> bool:
        """Whether no more frames will come."""
        return self._run is not None or self.error is not None

    @property
    def stopped(self) -> bool:
        """Whether somebody ended it before its last step."""
        return self._stop.is_set()

    def start(self) -> None:
        """Begin to train, once."""
        if not self.started:
            self.started_at = time.monotonic()
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def prepare(self) -> None:
        """Compile in the background, where that is still to be done, without training."""
        if not _compiled.is_set():
            self.compiling = "the training loop"
            threading.Thread(target=self._compile, daemon=True).start()

    def stop(self) -> None:
        """Ask the training to end; what was trained is kept. It ends within some 50 ms."""
        self._stop.set()

    def stop_now(self) -> None:
        """Ask the training to end, and wait until it has, as long as a page may wait."""
        self.stop()
        self.wait(PATIENCE)

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        if self._thread is not None:
            self._thread.join(seconds)

    def is_slow(self) -> bool:
        """Whether it is under way, and long enough for its progress to be worth a look."""
        long = self.experiment.steps > MOST_STEPS_AT_ONCE
        return not self.done and (long or time.monotonic() - self.started_at > SLOW_SECONDS)

    def run(self) -> Run | None:
        """Return what there is to show: the finished run, or the frames so far."""
        if self._run is not None:
            return self._run
        frames = list(self._frames)
        return Run.from_frames(self.plan, frames, self.own) if frames else None

    def untrained(self) -> Run:
        """Return a run of one frame, the weights before training."""
        return untrained(self.plan, self.own)

    def progress(self) -> tuple[int, float]:
        """Return the last recorded step, and the steps per second so far."""
        frames = self._frames
        step = frames[-1].step if frames else 0
        seconds = max(time.monotonic() - self.started_at, 1e-3)
        return step, step / seconds

    def _compile(self) -> None:
        """Compile once a process, or load it from disk; ``compiling`` tells what, meanwhile."""
        if not _compiled.is_set():
            for part, self.compiling in enumerate(warm_up()):
                self.compiled = part / COMPILED_PARTS
            self.compiling = ""
            _compiled.set()
        if needs_adaptive(self.plan) and not _adaptive_compiled.is_set():
            self.compiled, self.compiling = 0.0, "the loop of the adaptive optimizers"
            warm_up_adaptive()
            self.compiling = ""
            _adaptive_compiled.set()

    def _work(self) -> None:
        try:
            self._compile()
            self.started_at = time.monotonic()
            for frame in train_steps(self.plan, self.own, stop=self._stop.is_set):
                self._frames.append(frame)
            run = Run.from_frames(self.plan, self._frames, self.own)
            first_look_of(run)
        except Exception as error:  # noqa: BLE001 - shown to the visitor, and the page lives on
            self.error = error
            return
        if not self.stopped:
            remember(run)
        self._run = run


def untrained(plan: Experiment | Plan, own: OwnData | None = None) -> Run:
    """Return a run of one frame, the weights before training."""
    return Run.from_frames(plan, train_at(plan, [0], own), own)


@lru_cache(maxsize=KEPT_RUNS)
def first_look_of(run: Run) -> Diagnosis:
    """Return what a run itself shows of what went wrong, looked at once."""
    return first_look(run)


def recall(plan: Experiment | Plan, own: OwnData | None = None) -> Run | None:
    """Return a finished run of this plan, if one is kept.

    One on own points is for those who have them alone: whoever has trained it, the run shows them.
    """
    plan = Plan.of(plan)
    if plan.root.dataset == OWN and (own is None or own.data_id != plan.root.data_id):
        return None
    with _lock:
        if plan in _finished:
            _finished.move_to_end(plan)
        return _finished.get(plan)


def remember(run: Run) -> None:
    """Keep a finished run, forgetting the one unused for longest beyond KEPT_RUNS."""
    with _lock:
        _finished[run.plan] = run
        _finished.move_to_end(run.plan)
        while len(_finished) > KEPT_RUNS:
            _finished.popitem(last=False)


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
        job = st.session_state[key] = new_job(plan)
    return _begun(job)


def jobs_for(plans: Sequence[Plan], *, key: str) -> list[Job]:
    """Return this visitor's jobs for some plans, begun as in ``job_for``; others are ended."""
    before: dict[Plan, Job] = st.session_state.get(key, {})
    jobs = {plan: before.get(plan) or new_job(plan) for plan in plans}
    st.session_state[key] = jobs
    for plan, job in before.items():
        if plan not in jobs:
            job.stop()
    return [_begun(job) for job in jobs.values()]


def retrain(plan: Plan, *, key: str) -> None:
    """Train one of the plans of ``jobs_for`` from its start again."""
    jobs: dict[Plan, Job] = st.session_state.get(key, {})
    if plan in jobs:
        jobs[plan] = new_job(plan)
        jobs[plan].start()


def _begun(job: Job) -> Job:
    experiment = job.experiment
    if experiment.steps <= MOST_STEPS_AT_ONCE:
        job.start()
    elif not (job.started or job.compiling):
        job.prepare()
    if not job.done and experiment.steps * work_of_a_step(experiment) < SHORT_WORK:
        job.wait(PATIENCE)
    return job


def restart(experiment: Experiment, *, key: str = "job") -> None:
    """Train an Experiment from its start again; meant for callbacks of buttons."""
    job = st.session_state[key] = new_job(Plan(experiment))
    job.start()


def is_running(*jobs: Job | None) -> bool:
    """Whether frames of any job are still to come."""
    running = (job for job in jobs if job is not None)
    return any(job.compiling or (job.started and not job.done) for job in running)
