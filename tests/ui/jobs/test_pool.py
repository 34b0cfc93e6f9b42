"""A visitor's share of the workers as an Executor, and pools of tasks on it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, wait
from functools import lru_cache
from typing import Any

import pytest

from mlp.base import cluster, tasks
from mlp.base.tasks import Stop
from ui.jobs import share
from ui.jobs.pool import Pool
from ui.jobs.share import Share
from ui.jobs.workers import Workers


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def pool_of(items: list[int], work: Callable[[int, Stop], int | None]) -> Pool[tuple[int, int]]:
    return Pool(
        lambda workers, stop: tasks.each_done(work, items, workers.executor, stop=stop),
        Workers(2),
        seconds=0.1,
    )


def test_a_pool_stops_keeps_what_ended_and_goes_on() -> None:
    held = [True]

    def work(item: int, stop: Stop) -> int | None:
        while item == 1 and held[0] and not stop():
            time.sleep(0.002)
        return None if stop() else 10 * item

    pool = pool_of([0, 1, 1, 2], work)
    assert not pool.has_ended()
    pool.start()
    wait_until(lambda: len(pool.results) == 1)
    assert pool.is_running()
    pool.stop()
    pool.wait(30)
    assert pool.has_ended()
    assert pool.results == [(0, 0)]  # both workers were at the ones
    held[0] = False
    pool.start()
    pool.wait(30)
    assert sorted(pool.results) == [(0, 0), (0, 0), (1, 10), (1, 10), (2, 20)]
    assert not pool.stopped


@pytest.mark.parametrize(
    ("workers", "niceness"),
    [(Workers(1), 0), (Workers(1, waits=lambda: False), cluster.NICENESS)],
    ids=["awaited", "patient"],
)
def test_a_pool_is_as_patient_as_its_workers(workers: Workers, niceness: int) -> None:
    def own_niceness(_: cluster.Workers, __: Stop) -> list[int]:
        return [os.getpriority(os.PRIO_PROCESS, threading.get_native_id())]

    pool: Pool[int] = Pool(own_niceness, workers, seconds=0.1)
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    pool.start()
    pool.wait(30)
    assert pool.error is None
    assert pool.results == [max(before, niceness)]


def test_a_pool_tells_what_failed() -> None:
    divisors = [1, 0]
    pool = pool_of([4], lambda item, _: item // divisors[-1])
    pool.start()
    pool.wait(30)
    assert isinstance(pool.error, ZeroDivisionError)
    assert pool.stopped
    divisors.append(2)
    pool.start()
    pool.wait(30)
    assert (str(pool.error), pool.results) == ("None", [(4, 2)])


def test_a_task_that_asks_whether_to_stop_lets_the_more_urgent_go_first() -> None:
    workers, wanted = Workers(1), [True]
    executor = Share(workers, seconds=100.0, wanted=lambda: wanted[0])
    asking = threading.Event()

    def long() -> str:
        while not executor.stop():
            asking.set()
            time.sleep(0.001)
        return "stopped"

    future = executor.submit(long)
    assert asking.wait(30)
    urgent = Share(workers, seconds=0.1)
    assert urgent.submit(urgent.stop).result(30) is False
    asking.clear()
    assert asking.wait(30)  # it goes on, and asks for itself again
    assert not future.done()
    wanted[0] = False
    assert future.result(30) == "stopped"


def test_an_error_reaches_whoever_waits_and_a_cancelled_task_is_never_begun() -> None:
    workers, go, begun = Workers(1), threading.Event(), list[int]()
    executor = Share(workers, seconds=0.1)
    holding = executor.submit(go.wait, 30)
    cancelled = executor.submit(begun.append, 1)
    assert cancelled.cancel()
    assert wait([cancelled], 30).done == {cancelled}
    go.set()
    assert holding.result(30)
    with pytest.raises(ZeroDivisionError):
        executor.submit(lambda: 1 // 0).result(30)
    assert not begun
    assert list(executor.map(abs, [-3, 2, -1])) == [3, 2, 1]


@pytest.fixture
def named_cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as local:
        monkeypatch.setenv(share.SCHEDULER, local.scheduler_address)
        yield local.scheduler_address
        share._open.close()
        share._cluster.cache_clear()


def process_of(item: int, _: Stop) -> tuple[int, int]:
    return item, os.getpid()


def test_a_cluster_that_goes_away_is_told_and_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Gone(Executor):
        """Its scheduler has stopped."""

        def submit(self, *_: object, **__: object) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    connected: list[str] = []

    @lru_cache
    def connect(address: str) -> cluster.Workers:
        connected.append(address)
        return cluster.Workers(Gone(), 1)

    monkeypatch.setenv(share.SCHEDULER, "tcp://10.0.0.1:8786")
    monkeypatch.setattr(share, "_cluster", connect)
    for attempt in (1, 2):
        pool = pool_of([1], lambda item, _: item)
        pool.start()
        pool.wait(30)
        assert "the cluster went away" in str(pool.error)
        assert len(connected) == attempt


@pytest.mark.timing  # alone: its process comes up in time only where nothing else runs
@pytest.mark.usefixtures("named_cluster")
def test_tasks_go_to_the_cluster_that_the_environment_names_unless_they_need_this_process() -> None:
    for here in (False, True):
        pool: Pool[tuple[int, tuple[int, int]]] = Pool(
            lambda workers, stop: tasks.each_done(
                process_of, [1, 2], workers.executor, in_flight=workers.in_flight, stop=stop
            ),
            Workers(1),
            seconds=0.1,
            here=here,
        )
        pool.start()
        pool.wait(60)
        assert pool.error is None
        assert {(process == os.getpid()) for _, (_, process) in pool.results} == {here}


def test_a_cluster_that_nobody_answers_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(share.SCHEDULER, "tcp://127.0.0.1:1")
    monkeypatch.setattr(cluster, "TIMEOUT", "0.5s")
    pool = pool_of([1], lambda item, _: item)
    pool.start()
    pool.wait(30)
    assert "nobody answers there" in str(pool.error)
    assert not pool.results
