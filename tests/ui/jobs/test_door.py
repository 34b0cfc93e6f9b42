"""The door: few inside at a time, the rest in their order, and nobody waits for ever."""

import threading
from functools import partial

import pytest

from tests.waiting import PATIENCE, wait_until
from ui.jobs import door
from ui.jobs.door import ARRIVES, COMES_BACK, Door


class Visitor(threading.Thread):
    """Goes in, writes its name down, and comes out once it is let go."""

    def __init__(self, at: Door, name: str, rank: int, order: list[str]) -> None:
        super().__init__(name=name, daemon=True)
        self.door, self.rank, self.order = at, rank, order
        self.go = threading.Event()

    def run(self) -> None:
        with self.door.inside(self.rank):
            self.order.append(self.name)
            self.go.wait(PATIENCE)


def is_waiting(at: Door, count: int) -> bool:
    return at.waiting == count


def test_no_more_than_there_is_room_for_and_who_arrives_goes_first() -> None:
    at, order = Door(1), list[str]()
    first = Visitor(at, "first", COMES_BACK, order)
    first.start()
    wait_until(lambda: order == ["first"])
    others = [
        Visitor(at, name, rank, order)
        for name, rank in {"b": COMES_BACK, "c": ARRIVES, "d": COMES_BACK, "e": ARRIVES}.items()
    ]
    for number, other in enumerate(others):
        other.start()
        wait_until(partial(is_waiting, at, number + 1))
    assert order == ["first"]
    for one in (first, *others):
        one.go.set()
    for one in (first, *others):
        one.join(PATIENCE)
    assert order == ["first", "c", "e", "b", "d"]
    assert at.waiting == 0


def test_who_is_inside_does_not_wait_for_itself() -> None:
    at = Door(1)
    with at.inside(), at.inside(), at.inside():
        assert at.waiting == 0


def test_who_steps_out_makes_room_and_comes_back_first() -> None:
    at, order = Door(1), list[str]()
    inside, waits = Visitor(at, "inside", ARRIVES, order), Visitor(at, "waits", ARRIVES, order)
    with at.inside():
        with at.outside():
            inside.start()
            wait_until(lambda: order == ["inside"])
            waits.start()
            wait_until(lambda: at.waiting == 1)
            threading.Timer(0.05, inside.go.set).start()
        assert order == ["inside"]
    waits.go.set()
    waits.join(PATIENCE)
    assert order == ["inside", "waits"]


def test_out_of_doors_there_is_nothing_to_step_out_of() -> None:
    at = Door(1)
    with at.outside(), at.inside():
        assert at.waiting == 0


def test_an_error_leaves_no_place_taken() -> None:
    at = Door(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="a page"), at.inside(), at.outside():
            raise ValueError("a page")
    with at.inside():
        assert at.waiting == 0


def test_nobody_waits_longer_than_is_bearable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "LONGEST", 0.05)
    at, order = Door(1), list[str]()
    with at.inside():
        visitor = Visitor(at, "visitor", COMES_BACK, order)
        visitor.start()
        wait_until(lambda: order == ["visitor"])
        visitor.go.set()
        visitor.join(PATIENCE)
    with at.inside():
        assert at.waiting == 0
