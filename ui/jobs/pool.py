"""Many trainings for one visitor: done by the workers as it is their turn, looked at any time."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from ui.jobs.presence import Presence
from ui.jobs.workers import WORKERS, Stop, Task

Item = TypeVar("Item")
Result = TypeVar("Result")


class Pool(Generic[Item, Result]):
    """Items worked on one after another; finished results can be read at any moment.

    Parameters
    ----------
    items : sequence
        What is to be worked on, in this order.
    work : callable
        Gets an item, and a function that says whether to stop; returns a result, or None where it
        was stopped. It runs without the GIL most of the time, as compiled training does.
    seconds : callable
        How long an item takes on a core, roughly.
    later : bool
        Whether what visitors wait for goes before all of it.
    """

    def __init__(
        self,
        items: Sequence[Item],
        work: Callable[[Item, Stop], Result | None],
        *,
        seconds: Callable[[Item], float],
        later: bool = False,
    ) -> None:
        """Prepare; ``start`` begins."""
        self.total = len(items)
        self.results: list[Result] = []
        self.error: Exception | None = None
        self.stopped = False
        self._items, self._work_on, self._seconds, self._later = items, work, seconds, later
        self._presence = Presence()
        self._tasks: list[Task] = []

    def is_running(self) -> bool:
        """Whether results are still to come."""
        return any(not task.done.is_set() for task in self._tasks)

    def start(self) -> None:
        """Begin, once."""
        if not self._tasks:
            self._tasks = [self._submit(item) for item in self._items]

    def stop(self) -> None:
        """Ask all to end; what has ended is kept."""
        self.stopped = True
        for task in self._tasks:
            WORKERS.withdraw(task)

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this for each item."""
        for task in self._tasks:
            task.done.wait(seconds)

    def _submit(self, item: Item) -> Task:
        return WORKERS.submit(
            lambda stop: self._work(item, stop),
            seconds=self._seconds(item),
            owner=self._presence.visitor,
            wanted=self._is_wanted,
            later=self._later,
        )

    def _is_wanted(self) -> bool:
        return not self.stopped and self._presence.is_here()

    def _work(self, item: Item, stop: Stop) -> None:
        try:
            result = None if stop() else self._work_on(item, stop)
        except Exception as error:  # noqa: BLE001 - shown to the visitor, and the page lives on
            self.error = error
            self.stop()
            return
        if result is not None:
            self.results.append(result)
        elif not self.stopped:  # its visitor seemed to have gone
            self.stop()
