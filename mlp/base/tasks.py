"""Independent tasks on any ``concurrent.futures.Executor``: threads, a cluster, or none at all.

What a task gives depends on its item alone, so that the executor changes how soon a result is
there, and no digit of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Stop = Callable[[], bool]
LOOK = 0.2  # seconds between two looks at ``stop`` while nothing is done


def never() -> bool:
    """Do not stop."""
    return False


def stop_within(executor: Executor | None, stop: Stop) -> Stop:
    """Return what a task may ask: ``stop``, or nothing where it runs in another process.

    Threads and this very thread share its memory; so does an executor that says so by a true
    ``shares_memory``.
    """
    threads = executor is None or isinstance(executor, ThreadPoolExecutor)
    return stop if threads or getattr(executor, "shares_memory", False) else never


def each_done(
    work: Callable[[Item, Stop], Result | None],
    items: Iterable[Item],
    executor: Executor | None = None,
    *,
    in_flight: int | None = None,
    stop: Stop = never,
) -> Iterator[tuple[Item, Result]]:
    """Do some work on each item, yielding it with its result as soon as that is there.

    Parameters
    ----------
    work : callable
        Gets an item and what to ask whether to stop; returns None where it was stopped.
    items : iterable
        In the order in which they are begun.
    executor : Executor, optional
        Threads of this machine, what a Dask client's ``get_executor`` returns, or None: one after
        the other, here.
    in_flight : int, optional
        Tasks handed over at a time: items that wait longer are not held in memory.
    stop : callable
        Asked several times a second; once it says True, what is not done is given up.
    """
    waiting = iter(items)
    if executor is None:
        for item in waiting:
            result = None if stop() else work(item, stop)
            if result is None:
                return
            yield item, result
        return
    asked = stop_within(executor, stop)
    running: dict[Future[Result | None], Item] = {}
    try:
        while not stop():
            free = None if in_flight is None else in_flight - len(running)
            for item in islice(waiting, free):
                running[executor.submit(work, item, asked)] = item
            if not running:
                return
            done, _ = wait(running, LOOK, FIRST_COMPLETED)
            for future in [future for future in running if future in done]:
                item, found = running.pop(future), future.result()
                if found is not None:
                    yield item, found
    finally:
        for future in running:
            future.cancel()


def in_order(
    work: Callable[[Item, Stop], Result],
    items: Sequence[Item],
    executor: Executor | None = None,
    *,
    stop: Stop = never,
) -> list[Result]:
    """Return the results of some work on all items, in their order.

    Examples
    --------
    >>> with ThreadPoolExecutor(2) as threads:
    ...     in_order(lambda item, stop: 2 * item, [3, 1, 2], threads)
    [6, 2, 4]
    """
    task = partial(_with, work, stop_within(executor, stop))
    return list(executor.map(task, items) if executor is not None else map(task, items))


def _with(work: Callable[[Item, Stop], Result], stop: Stop, item: Item) -> Result:
    return work(item, stop)
