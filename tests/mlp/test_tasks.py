"""Tasks on any executor: maps, trials, seeds and searches give the same digits everywhere."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest
from distributed import Client, LocalCluster

from mlp import Experiment, Plan, diagnose, train
from mlp.analysis.maps.plane import Axis, Plane
from mlp.analysis.maps.tiles import no_pixels, place, tiles_of, train_tiles
from mlp.analysis.seeds import over_seeds
from mlp.base.tasks import Stop, each_done, in_order, never, stop_within
from mlp.surfaces.best_rate import search
from mlp.surfaces.surfaces import SURFACES

SMALL = Experiment(points=40, train_points=30, hidden=4, steps=300, frames=20)
SHOCKED = SMALL.replace(learning_rate=1.0, hidden=20)
Task = Callable[[Executor | None], Any]


def a_map(executor: Executor | None) -> list[Any]:
    experiment = SMALL.replace(hidden=2, steps=40)
    sides = Axis("learning_rate", 0.01, 3, "log"), Axis("init_scale", 0.1, 10, "log")
    plane = Plane(experiment, *sides, 20)
    pixels = no_pixels(plane)
    for tile, trained in train_tiles(plane, tiles_of(plane), executor, in_flight=2):
        place(pixels, tile, trained)
    return [bytes(pixels.tobytes())]


def seeds(executor: Executor | None) -> list[Any]:
    plans = [Plan(SMALL), Plan(SMALL.replace(hidden=2))]
    return sorted(
        (ending.lane, ending.seed, ending.loss, ending.accuracy)
        for ending in over_seeds(plans, 4, [None, None], new_data=True, executor=executor)
    )


def trials(executor: Executor | None) -> list[Any]:
    tried = diagnose(train(SHOCKED), executor=executor).trials or ()
    return [
        (trial.name, trial.steps, trial.whole, trial.loss, trial.accuracy, trial.rose)
        for trial in tried
    ]


def best_rate(executor: Executor | None) -> list[Any]:
    found = list(search(SURFACES["valley"], (-1.0, 1.0), "momentum", steps=60, executor=executor))
    return [found[-1], len(found)]


TASKS: tuple[Task, ...] = (a_map, seeds, trials, best_rate)


@pytest.mark.parametrize("task", TASKS)
def test_threads_change_no_digit(task: Task) -> None:
    alone = task(None)
    assert len(alone) >= 1
    with ThreadPoolExecutor(3) as threads:
        assert task(threads) == alone


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    """A real cluster of two processes."""
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as local,
        Client(local, set_as_default=False) as client,
        client.get_executor(pure=False) as executor,
    ):
        yield executor


@pytest.mark.timing  # alone: its processes come up in time only where nothing else runs
@pytest.mark.parametrize("task", TASKS)
def test_a_cluster_changes_no_digit(task: Task, processes: Executor) -> None:
    assert task(processes) == task(None)


def doubled(item: int, stop: Stop) -> int | None:
    return None if stop() else 2 * item


@pytest.mark.parametrize("threads", [0, 2])
def test_a_stop_gives_up_what_is_not_done(threads: int) -> None:
    seen: list[int] = []
    executor = ThreadPoolExecutor(threads) if threads else None
    for item, result in each_done(
        doubled, range(1000), executor, in_flight=3, stop=lambda: len(seen) >= 4
    ):
        assert result == 2 * item
        seen.append(item)
    assert 4 <= len(seen) < 10
    if executor is not None:
        executor.shutdown()


def test_an_error_of_a_task_is_told_and_results_keep_their_order() -> None:
    with ThreadPoolExecutor(2) as executor:
        with pytest.raises(ZeroDivisionError):
            list(each_done(lambda item, _: 1 // item, [1, 0], executor))
        assert in_order(doubled, range(5), executor) == [0, 2, 4, 6, 8]


def test_only_tasks_that_share_this_memory_are_given_what_to_ask() -> None:
    class Remote(Executor):
        """Somewhere else."""

    def stop() -> bool:
        return True

    with ThreadPoolExecutor(1) as threads:
        assert stop_within(threads, stop) is stop
    assert stop_within(None, stop) is stop
    assert stop_within(Remote(), stop) is never
    assert in_order(doubled, [], None) == []
