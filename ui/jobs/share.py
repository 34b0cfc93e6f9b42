"""A visitor's share of the workers, as an Executor; or a cluster, where this dashboard has one."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from functools import lru_cache
from typing import Any

from mlp.base import cluster
from mlp.base.tasks import Stop
from ui.jobs.presence import Audience, Presence
from ui.jobs.workers import Workers

SCHEDULER = "DASK_SCHEDULER_ADDRESS"  # as Dask's own programs read it
_task = threading.local()  # the ``stop`` of the task that a thread is at
_open = ExitStack()  # clusters, as long as this process lives


class Share(Executor):
    """Hands tasks to the workers, in the name of one visitor.

    Parameters
    ----------
    workers : Workers
        Who does them.
    seconds : float
        How long a task takes on a core, roughly.
    wanted : callable
        Whether anybody still waits for the results; any thread may ask.
    audience : Audience, optional
        Those who wait, where they are not the visitor alone whose script this thread runs.
    """

    shares_memory = True

    def __init__(
        self,
        workers: Workers,
        *,
        seconds: float,
        wanted: Callable[[], bool] = lambda: True,
        audience: Audience | None = None,
    ) -> None:
        """Note whose script this thread runs."""
        self._workers, self._seconds = workers, seconds
        self._audience = Presence() if audience is None else audience
        self._wanted: Callable[[], bool] = lambda: wanted() and self._audience.is_here()

    def stop(self) -> bool:
        """Say whether to stop; a task that asks lets what is more urgent go first."""
        ask: Stop | None = getattr(_task, "stop", None)
        return ask() if ask is not None else not self._wanted()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand over a task; cancelled before it begins, it is taken back."""
        future: Future[Any] = Future()

        def work(stop: Stop) -> None:
            if future.set_running_or_notify_cancel():
                _finish(future, stop, lambda: fn(*args, **kwargs))

        task = self._workers.submit(
            work, seconds=self._seconds, owner=self._audience.visitor, wanted=self._wanted
        )

        def take_back(ended: Future[Any]) -> None:
            if ended.cancelled() and self._workers.withdraw(task):
                ended.set_running_or_notify_cancel()

        future.add_done_callback(take_back)
        return future


def _finish(future: Future[Any], stop: Stop, call: Callable[[], Any]) -> None:
    """Do a task on this thread, perhaps in the middle of another one."""
    outer = getattr(_task, "stop", None)
    _task.stop = stop
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
        future.set_exception(error)
    else:
        future.set_result(result)
    finally:
        _task.stop = outer


@lru_cache(maxsize=1)
def _cluster(address: str) -> cluster.Workers:
    return _open.enter_context(cluster.scheduler(address))


def lost() -> OSError:
    """Forget the cluster, so that the next task looks for it again; return what to say."""
    _cluster.cache_clear()
    return OSError("the cluster went away; try again, or start the dashboard without one")


def workers_of(share: Share) -> cluster.Workers:
    """Return the cluster whose scheduler the environment names, or else a share of this machine.

    ValueError where the cluster cannot be reached.
    """
    address = os.environ.get(SCHEDULER)
    if address:
        return _cluster(address)
    return cluster.Workers(share, cluster.WAITING * cluster.cores())
