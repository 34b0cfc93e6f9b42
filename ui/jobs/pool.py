"""Many tasks for one visitor, side by side in the background; looked at any time."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError
from typing import Generic, TypeVar

from mlp.base import cluster
from mlp.base.tasks import Stop
from ui.jobs.door import DOOR
from ui.jobs.presence import Audience
from ui.jobs.share import Share, lost, workers_of
from ui.jobs.workers import Workers

Result = TypeVar("Result")
Results = Callable[[cluster.Workers, Stop], Iterable[Result]]


class Pool(Generic[Result]):
    """Hands over tasks and takes their results; those there can be read at any moment.

    Parameters
    ----------
    results : callable
        Gets an executor with how many tasks to hand to it at a time, and what to ask whether to
        stop; yields results. It runs on a thread of its own, which mostly waits, and is as patient
        as the workers.
    workers : Workers
        Who does the tasks on this machine.
    seconds : float
        How long a task takes on a core, roughly.
    here : bool
        Whether the tasks need this process, so that no cluster can do them.
    take : callable, optional
        What to do with a result, in place of keeping it.
    audience : Audience, optional
        Those who wait for it, where they are not one visitor alone.
    """

    def __init__(
        self,
        results: Results[Result],
        workers: Workers,
        *,
        seconds: float,
        here: bool = False,
        take: Callable[[Result], object] | None = None,
        audience: Audience | None = None,
    ) -> None:
        """Prepare; ``start`` begins."""
        self.results: list[Result] = []
        self.error: Exception | None = None
        self.stopped = False
        self._results, self._here, self._take = results, here, take or self.results.append
        self._patient = workers.patient
        self._share = Share(
            workers, seconds=seconds, wanted=lambda: not self.stopped, audience=audience
        )
        self._thread: threading.Thread | None = None

    def is_running(self) -> bool:
        """Whether results are still to come."""
        return self._thread is not None and self._thread.is_alive()

    def has_ended(self) -> bool:
        """Whether it has begun, and no more results will come."""
        return self._thread is not None and not self._thread.is_alive()

    def start(self) -> None:
        """Begin, or go on after a stop or an error."""
        if not self.is_running():
            self.stopped, self.error = False, None
            self._thread = threading.Thread(target=self._work, name="pool", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ask all to end; what has ended is kept."""
        self.stopped = True

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        if self._thread is not None:
            with DOOR.outside():
                self._thread.join(seconds)

    def _work(self) -> None:
        if self._patient:
            cluster.yield_to_others()
        try:
            own = cluster.Workers(self._share, cluster.WAITING * cluster.cores())
            workers = own if self._here else workers_of(self._share)
            for result in self._results(workers, self._share.stop):
                self._take(result)
        except CancelledError:  # only a cluster cancels what nobody here gave up
            self.error = lost()
        except Exception as error:  # noqa: BLE001 - shown to the visitor, and the page lives on
            self.error = error
        # Its visitor has gone, or what failed needs no more of it.
        self.stopped = self.stopped or self.error is not None or self._share.stop()
