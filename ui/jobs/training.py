"""A training under way: one for each plan, shared by all who watch it.

It ends when it is done, or when the last one who watches has gone.
"""

import threading
import time

from mlp import Experiment, Frame, Plan, Run, train_steps
from mlp.base.tasks import Stop
from mlp.data.own import OwnData
from mlp.training.state import work_of_a_frame, work_of_a_step
from ui.jobs import compiling
from ui.jobs.door import DOOR
from ui.jobs.finished import first_look_of, may_see, remember, untrained
from ui.jobs.presence import Audience, Presence
from ui.jobs.workers import WORKERS, Task

SECONDS_OF_WORK = 2.5e-9  # see work_of_a_step

_under_way: dict[Plan, "Training"] = {}
_lock = threading.RLock()


def seconds_of(experiment: Experiment) -> float:
    """Return how long a training takes on a core, roughly."""
    steps, frames = experiment.steps, min(experiment.frames, experiment.steps + 1)
    work = steps * work_of_a_step(experiment) + frames * work_of_a_frame(experiment)
    return work * SECONDS_OF_WORK


class Training:
    """A plan that a worker trains; it appends frames, others read them."""

    def __init__(self, plan: Plan, own: OwnData | None) -> None:
        """Prepare; ``join`` has it trained."""
        self.plan, self.own = plan, own
        self.frames: list[Frame] = []
        self.error: Exception | None = None
        self.run: Run | None = None  # once it has ended
        self.cut_short = False
        self.began_at: float | None = None
        self.audience = Audience()
        self._task: Task | None = None

    @property
    def done(self) -> bool:
        """Whether no more frames will come."""
        return self.run is not None or self.error is not None

    @property
    def task(self) -> Task:
        """What the workers know it by."""
        if self._task is None:
            raise RuntimeError("nobody has joined this training yet")
        return self._task

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        with DOOR.outside():
            self.task.done.wait(seconds)

    def leave(self, watcher: Presence) -> bool:
        """Watch no longer; return whether others still do. Without any it ends within 50 ms."""
        with _lock:
            self.audience.remove(watcher)
            if self.audience:
                return True
            if WORKERS.withdraw(self.task):
                self.cut_short = True
                self.run = untrained(self.plan, self.own)
                self._forget()
            return False

    def add(self, watcher: Presence) -> None:
        """Watch it; the first one has it trained."""
        self.audience.add(watcher)
        if self._task is None:
            self._task = WORKERS.submit(
                self._work,
                seconds=seconds_of(self.plan.experiment),
                owner=watcher.visitor,
                wanted=self.audience.is_here,
            )

    def _work(self, stop: Stop) -> None:
        def stops() -> bool:
            self.cut_short = self.cut_short or stop()
            return self.cut_short

        try:
            for part in compiling.needed(self.plan):
                part.finish()
            self.began_at = time.monotonic()
            for frame in train_steps(self.plan, self.own, stop=stops):
                self.frames.append(frame)
            run = Run.from_frames(self.plan, self.frames, self.own)
            first_look_of(run)
            if not self.cut_short:
                remember(run)
            self.run = run
        except Exception as error:  # noqa: BLE001 - shown to the visitor, and the page lives on
            self.error = error
        self._forget()

    def _forget(self) -> None:
        with _lock:
            if _under_way.get(self.plan) is self:
                del _under_way[self.plan]


def watchers() -> int:
    """Return how many pages wait for a training."""
    with _lock:
        return sum(len(training.audience) for training in _under_way.values())


def join(plan: Plan, own: OwnData | None, watcher: Presence) -> Training:
    """Return the training of a plan, watched; it is begun unless somebody watches one already."""
    with _lock:
        training = _under_way.get(plan) if may_see(plan, own) else None
        if training is None or training.done or not training.audience.is_here():
            training = Training(plan, own)
            if may_see(plan, own):
                _under_way[plan] = training
        training.add(watcher)
        return training
