"""The door to the interpreter: few scripts run at a time, the others wait in a line.

Python does one thread's work at a time. Where a class asks for pages at once, scripts side by side
would each be as slow as all together, and the server's own thread, which brings what they draw,
would wait behind every one of them. So ROOM of them are inside; whoever has a page already lets
those go first who have just come.
"""

import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

ROOM = 2  # one at Python's work, one at compiled work, or waiting for the disk
LONGEST = 30.0  # seconds; nobody waits longer in the line
GOES_ON, ARRIVES, COMES_BACK = range(3)  # who is let in first
SEEN = "page_seen"  # where a session remembers that it has a page

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


class Door:
    """Lets some threads in at a time: by rank, and in the order in which they came."""

    def __init__(self, room: int) -> None:
        """Prepare; ``room`` threads may be inside."""
        self._room = room
        self._inside = 0
        self._line: list[tuple[int, int, threading.Event]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._mine = threading.local()

    @property
    def waiting(self) -> int:
        """How many wait in the line."""
        return len(self._line)

    @contextmanager
    def inside(self, rank: int = COMES_BACK) -> Iterator[None]:
        """Be inside; who is so already stays."""
        if self._is_inside():
            yield
            return
        self._enter(rank)
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Step out to wait for something else, and come back before all others."""
        if not self._is_inside():
            yield
            return
        self._leave()
        try:
            yield
        finally:
            self._enter(GOES_ON)

    def _is_inside(self) -> bool:
        return getattr(self._mine, "inside", False)

    def _enter(self, rank: int) -> None:
        turn = threading.Event()
        place = (rank, next(self._numbers), turn)
        with self._lock:
            if self._inside < self._room and not self._line:
                self._inside += 1
                turn.set()
            else:
                heapq.heappush(self._line, place)
        if not turn.wait(LONGEST):
            with self._lock:
                if not turn.is_set():  # in spite of the line
                    self._line.remove(place)
                    heapq.heapify(self._line)
                    self._inside += 1
        self._mine.inside = True

    def _leave(self) -> None:
        self._mine.inside = False
        with self._lock:
            self._inside -= 1
            if self._line and self._inside < self._room:
                self._inside += 1
                heapq.heappop(self._line)[2].set()


DOOR = Door(ROOM)


def one_of_few(draw: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Let a screen, or a fragment of one, be drawn inside the door."""

    @wraps(draw)
    def drawn(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        rank = COMES_BACK if st.session_state.get(SEEN) else ARRIVES
        with DOOR.inside(rank):
            st.session_state[SEEN] = True
            return draw(*args, **kwargs)

    return drawn
