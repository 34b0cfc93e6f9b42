"""The workers: never more than agreed, the short before the long, visitors in turn."""

import threading
import time

from mlp.base.tasks import Stop
from ui.jobs.workers import Task, Workers

LONG, SHORT = 100.0, 0.1  # seconds that a task is said to take


def doing_nothing(_: Stop) -> None:
    """Work that is done at once."""


def until_stopped(stop: Stop) -> None:
    """Work that never ends by itself."""
    while not stop():
        time.sleep(0.001)


class Held:
    """A worker held up by one task, and the order in which others are done once it is let go."""

    def __init__(self) -> None:
        self.workers = Workers(1)
        self.order: list[str] = []
        self.go = threading.Event()
        began = threading.Event()

        def hold(_: Stop) -> None:
            began.set()
            self.go.wait(30)

        self.workers.submit(hold, seconds=0.0)
        assert began.wait(30)

    def submit(self, name: str, seconds: float, owner: str) -> Task:
        return self.workers.submit(lambda _: self.order.append(name), seconds=seconds, owner=owner)

    def finish(self, *tasks: Task) -> list[str]:
        self.go.set()
        for task in tasks:
            assert task.done.wait(30)
        return self.order


def test_no_more_threads_than_agreed_and_all_is_done() -> None:
    workers, running, most = Workers(2), [0], [0]
    lock = threading.Lock()

    def work(_: Stop) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.002)
        with lock:
            running[0] -= 1

    tasks = [workers.submit(work, seconds=SHORT) for _ in range(20)]
    for task in tasks:
        assert task.done.wait(30)
    assert most[0] <= 2
    assert workers.load() == 0


def test_the_short_pass_the_long() -> None:
    held = Held()
    tasks = [held.submit("long", LONG, "a"), held.submit("short", SHORT, "b")]
    assert held.finish(*tasks) == ["short", "long"]


def test_what_may_wait_stands_still_while_the_others_have_their_hands_full() -> None:
    held, steps = Held(), [0]
    later = Workers(1, waits=lambda: held.workers.load() >= 1)

    def count(stop: Stop) -> None:
        while not stop():
            steps[0] += 1
            time.sleep(0.001)

    wanted = [True]
    task = later.submit(count, seconds=SHORT, wanted=lambda: wanted[0])
    time.sleep(0.2)
    assert steps == [0]
    held.go.set()
    deadline = time.monotonic() + 30
    while not steps[0] and time.monotonic() < deadline:
        time.sleep(0.001)
    assert steps[0] > 0
    wanted[0] = False
    assert task.done.wait(30)


def test_who_wants_much_waits_behind_who_wants_little() -> None:
    held = Held()
    many = [held.submit(f"many {i}", 1.0, "many") for i in range(4)]
    one = held.submit("one", 1.5, "one")
    assert held.finish(*many, one) == ["many 0", "one", "many 1", "many 2", "many 3"]


def test_a_short_task_is_done_inside_a_long_one_that_goes_on_afterwards() -> None:
    workers, goes_on = Workers(1), threading.Event()

    def long(stop: Stop) -> None:
        while not stop():
            goes_on.set()
            time.sleep(0.001)

    wanted = [True]
    task = workers.submit(long, seconds=LONG, wanted=lambda: wanted[0])
    assert goes_on.wait(30)
    short = workers.submit(doing_nothing, seconds=SHORT)
    assert short.done.wait(30)
    assert not task.done.is_set()
    goes_on.clear()
    assert goes_on.wait(30)
    other = workers.submit(doing_nothing, seconds=2 * LONG)  # longer: it waits its turn
    goes_on.clear()
    assert goes_on.wait(30)
    assert not other.begun
    wanted[0] = False
    assert task.done.wait(30)
    assert other.done.wait(30)


def test_what_nobody_wants_any_more_ends_and_what_was_not_begun_is_taken_back() -> None:
    workers, wanted = Workers(1), [True]
    running = workers.submit(until_stopped, seconds=LONG, wanted=lambda: wanted[0])
    waiting = workers.submit(doing_nothing, seconds=2 * LONG)
    assert workers.withdraw(waiting)
    assert waiting.done.is_set()
    assert not waiting.begun
    wanted[0] = False
    assert running.done.wait(30)
    assert not workers.withdraw(running)


def test_who_waits_is_told_how_many_go_first_and_for_how_long() -> None:
    held = Held()
    gone = [True]
    first = held.submit("first", 3.0, "a")
    held.workers.submit(doing_nothing, seconds=1.0, wanted=lambda: gone[0])
    last = held.submit("last", 5.0, "b")
    assert held.workers.before(last).tasks == 3  # and the one that holds the worker
    gone[0] = False
    queue = held.workers.before(last)
    assert queue.tasks == 2
    assert queue.seconds > 0
    held.finish(first, last)
    assert held.workers.before(last).tasks == 0
