"""Scripts share a core; only a server is bound to one."""

import os
import threading
from collections.abc import Callable

import pytest
import streamlit as st

from ui.jobs import cpu

pytestmark = pytest.mark.skipif(not cpu.CORES, reason="this system binds no thread to a core")


def cores_after(change: Callable[[], None]) -> tuple[set[int], set[int]]:
    """Return the cores of a thread after a change made in it, and of one that it starts."""
    found: list[set[int]] = []

    def look() -> None:
        found.append(os.sched_getaffinity(0))

    def work() -> None:
        change()
        look()
        inner = threading.Thread(target=look)
        inner.start()
        inner.join()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found[0], found[1]


@pytest.fixture
def as_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say that this process is a server, of no thread but the present one."""
    monkeypatch.setattr(cpu, "is_server", lambda: True)
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.current_thread()])


@pytest.mark.usefixtures("as_server")
@pytest.mark.parametrize("port", range(8501, 8505))
def test_scripts_inherit_the_core_that_their_servers_port_chooses(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    monkeypatch.setattr(st, "get_option", lambda _: port)
    core = sorted(cpu.CORES)[port % len(cpu.CORES)]
    assert cores_after(cpu.keep_scripts_on_one_core) == ({core}, {core})


@pytest.mark.usefixtures("as_server")
def test_a_worker_runs_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda _: 0)

    def begin_as_worker() -> None:
        cpu.keep_scripts_on_one_core()
        cpu.use_all_cores()

    assert cores_after(begin_as_worker)[0] == cpu.CORES


def test_what_is_no_server_stays_as_it_is() -> None:
    assert not cpu.is_server()
    before = os.sched_getaffinity(0)
    assert cores_after(cpu.keep_scripts_on_one_core) == (before, before)
