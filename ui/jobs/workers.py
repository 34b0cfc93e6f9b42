"""The workers that all trainings share: as many threads as cores, whoever asks.

Who is next? Each task has a due time: when it would be done if its visitor were alone. That is when
it was asked for, or when the visitor's task before it is due, plus the seconds that it takes. The
earliest due goes first: a short training passes a long one, a visitor with many waits behind one
with few, and nobody waits for ever, as what comes later is due later.

A long training need not end for a short one: it asks every 50 ms whether to stop, and what is due
before it is done just there, on the same thread.

What nobody waits for has threads of its own, at a low priority: they stand still as long as the
others have their hands full, or pages wait to be drawn.
"""

import itertools
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from mlp.base.cluster import cores, yield_to_others
from mlp.base.tasks import Stop
from ui.jobs import backlog, cpu, left_page
from ui.jobs.door import DOOR

MOST_INSIDE = 8  # tasks begun on one thread, each inside the one before
TIMES_KEPT = 31
LOOK = 0.02  # seconds between two looks at whether the others have time again


class Queue(NamedTuple):
    """What is done before a task begins: so many tasks, in about so many seconds."""

    tasks: int
    seconds: float


@dataclass(eq=False)
class Task:
    """Some work that a worker will do; see ``Workers.submit``."""

    work: Callable[[Stop], None]
    wanted: Callable[[], bool]
    owner: Hashable
    seconds: float
    due: tuple[float, int] = (0.0, 0)
    begun: bool = False
    lent: float = 0.0  # seconds given to more urgent tasks
    done: threading.Event = field(default_factory=threading.Event)


class Workers:
    """Threads that do tasks in the order of their due times.

    Not a ThreadPoolExecutor: Python waits for its threads at the end, and a dashboard that is ended
    must not wait for trainings.
    """

    def __init__(self, count: int, *, waits: Callable[[], bool] | None = None) -> None:
        """Prepare; threads start as they are needed, and stay.

        With ``waits`` they are patient: as long as it says so, their tasks stand still.
        """
        self.count = count
        self.patient = waits is not None
        self._waits = waits
        self._changed = threading.Condition()
        self._waiting: list[Task] = []
        self._running: list[Task] = []
        self._threads = 0
        self._numbers = itertools.count()
        self._ratios: deque[float] = deque([1.0], maxlen=TIMES_KEPT)

    def submit(
        self,
        work: Callable[[Stop], None],
        *,
        seconds: float,
        owner: Hashable = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> Task:
        """Let a worker do some work, and return the task.

        Parameters
        ----------
        work : callable
            Gets a function that says whether to stop, to be asked often; raises nothing.
        seconds : float
            How long it takes on a core, roughly.
        owner : hashable
            The visitor it is for; None counts as a visitor of its own.
        wanted : callable
            Whether anybody still waits for it; any thread may ask. What nobody wants is stopped,
            or never begun.
        """
        with self._changed:
            task = Task(work, wanted, object() if owner is None else owner, seconds)
            due = max(time.monotonic(), self._due_of(task.owner)) + seconds
            task.due = (due, next(self._numbers))
            self._waiting.append(task)
            if self._threads < min(self.count, len(self._waiting) + len(self._running)):
                self._threads += 1
                name = "patient worker" if self.patient else "worker"
                threading.Thread(target=self._work, name=name, daemon=True).start()
            self._changed.notify()
        return task

    def withdraw(self, task: Task) -> bool:
        """Take a task back; False where it was begun already."""
        with self._changed:
            if task not in self._waiting:
                return False
            self._waiting.remove(task)
            task.done.set()
            return True

    def before(self, task: Task) -> Queue:
        """Return what is done before a task begins; nothing if it has begun."""
        with self._changed:
            if task not in self._waiting:
                return Queue(0, 0.0)
            ahead = [other for other in self._waiting if other.due < task.due and other.wanted()]
            ahead += [other for other in self._running if other.due < task.due]
            work = sum(other.seconds for other in ahead)
            return Queue(len(ahead), work * statistics.median(self._ratios) / self.count)

    def wait_for_quiet(self, stop: Stop, look: float = LOOK) -> None:
        """Stand still as long as patient workers do, or until ``stop`` says so.

        ``look`` are the seconds between two looks: many who wait must not look often.
        """
        while self._waits is not None and self._waits() and not stop():
            time.sleep(look)

    def load(self) -> float:
        """Return how many tasks there are for each worker, those waiting included."""
        return (len(self._waiting) + len(self._running)) / self.count

    def _due_of(self, owner: Hashable) -> float:
        """Return when the last task of a visitor is due."""
        theirs = [t for t in (*self._waiting, *self._running) if t.owner == owner and t.wanted()]
        return max((task.due[0] for task in theirs), default=0.0)

    def _work(self) -> None:
        cpu.use_all_cores()
        if self.patient:
            yield_to_others()
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                task = self._take()
            self._do(task)

    def _take(self) -> Task:
        """Take the most urgent task out of the queue; the lock is held."""
        task = min(self._waiting, key=lambda waiting: waiting.due)
        self._waiting.remove(task)
        self._running.append(task)
        task.begun = True
        return task

    def _do(self, task: Task) -> None:
        started = time.monotonic()
        try:
            task.work(lambda: self._stop_or_give_way(task))
        finally:
            taken = time.monotonic() - started - task.lent
            with self._changed:
                self._running.remove(task)
                if task.seconds > 0 and task.wanted():
                    self._ratios.append(taken / task.seconds)
            task.done.set()

    def _stop_or_give_way(self, task: Task) -> bool:
        """Do what is more urgent first; then say whether nobody wants the task any more."""
        started = time.monotonic()
        self.wait_for_quiet(lambda: not task.wanted())
        task.lent += time.monotonic() - started
        while task.wanted() and (urgent := self._take_before(task)) is not None:
            started = time.monotonic()
            self._do(urgent)
            task.lent += time.monotonic() - started
        return not task.wanted()

    def _take_before(self, task: Task) -> Task | None:
        with self._changed:
            full = len(self._running) >= self.count * MOST_INSIDE
            if full or not any(waiting.due < task.due for waiting in self._waiting):
                return None
            return self._take()


WORKERS = Workers(cores())
LATER = Workers(cores(), waits=lambda: WORKERS.load() >= 1 or DOOR.waiting > 0)
cpu.keep_scripts_on_one_core()  # now that the cores are counted
backlog.make_room()
left_page.forget()
