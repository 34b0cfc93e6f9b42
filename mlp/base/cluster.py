"""Where tasks are done: on the cores of this machine, or on a Dask cluster."""

import argparse
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from typing import NamedTuple

TIMEOUT = "5s"  # to reach a scheduler
NICENESS = 10  # of threads in the background: whatever a person waits for goes first
WAITING = 2  # tasks a core that are handed over, so that none waits for the next


class Workers(NamedTuple):
    """An executor, and how many tasks to hand to it at a time."""

    executor: Executor
    in_flight: int


@cache
def cores() -> int:
    """Return how many cores this process might use when it asked first.

    A server then keeps some of its threads on one.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def yield_to_others() -> None:
    """Give the present thread a low priority, where the system has such for threads."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def add_option(command: argparse.ArgumentParser) -> None:
    """Add the option that takes a cluster's address, for ``opened``."""
    command.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster's: tcp://host:8786")


def opened(address: str | None) -> AbstractContextManager[Workers]:
    """Open a cluster by its scheduler's address, or without one this machine."""
    return scheduler(address) if address else this_machine()


@contextmanager
def this_machine() -> Iterator[Workers]:
    """Open a thread a core: trainings run without the interpreter's lock."""
    with ThreadPoolExecutor(cores(), "task", yield_to_others) as executor:
        yield Workers(executor, WAITING * cores())


@contextmanager
def scheduler(address: str) -> Iterator[Workers]:
    """Open a Dask cluster by its scheduler's address, such as tcp://10.0.0.1:8786.

    A worker that is lost costs the tasks it was at: the scheduler gives them to another.

    Raises
    ------
    ValueError
        dask.distributed is not installed, nobody answers at the address, or no worker is there.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, which nothing else needs
    except ImportError:
        raise ValueError(
            "a scheduler needs dask.distributed: python -m pip install distributed"
        ) from None
    try:
        client = Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"scheduler {address[:80]}: nobody answers there within {TIMEOUT} "
            f"({type(error).__name__}); start one with 'dask scheduler' and give the address that "
            "it prints, or leave --scheduler out"
        ) from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ValueError(
                f"scheduler {address[:80]} has no workers; start some: dask worker {address[:80]}"
            )
        with client.get_executor(pure=False) as executor:
            yield Workers(executor, WAITING * threads)
