"""Some work done in the background, on as many threads as there are cores."""

import os
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Stop = Callable[[], bool]


class Pool(Generic[Item, Result]):
    """Items worked on one after another; finished results can be read at any moment.

    Not a ThreadPoolExecutor: Python waits for its threads at the end, and a dashboard that is ended
    must not wait for twenty trainings.

    Parameters
    ----------
    items : sequence
        What is to be worked on, in this order.
    work : callable
        Gets an item, and a function that says whether to stop; returns a result, or None where it
        was stopped. It runs without the GIL most of the time, as compiled training does.
    """

    def __init__(self, items: Sequence[Item], work: Callable[[Item, Stop], Result | None]) -> None:
        """Prepare; ``start`` begins."""
        self.total = len(items)
        self.results: list[Result] = []
        self.error: Exception | None = None
        self._work = work
        self._stop = threading.Event()
        self._waiting: queue.SimpleQueue[Item] = queue.SimpleQueue()
        for item in items:
            self._waiting.put(item)
        self._threads: list[threading.Thread] = []

    @property
    def stopped(self) -> bool:
        """Whether somebody cancelled it."""
        return self._stop.is_set()

    def is_running(self) -> bool:
        """Whether results are still to come."""
        return any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        """Begin, once."""
        if self._threads:
            return
        workers = min(os.cpu_count() or 1, self.total)
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask all to end; what has ended is kept."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this for each thread."""
        for thread in self._threads:
            thread.join(seconds)

    def _run(self) -> None:
        while not self.stopped:
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return
            try:
                result = self._work(item, self._stop.is_set)
            except Exception as error:  # noqa: BLE001 - shown to the visitor, and the page lives on
                self.error = error
                self.stop()
                return
            if result is not None:
                self.results.append(result)
