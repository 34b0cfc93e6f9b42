"""Trying cures in the background: changed runs that tell why a finished run went as it did.

A visitor has one tryout at a time, which ends when they move on. It runs with less priority than
what visitors wait for. What was found is kept for all, bounded.
"""

import contextlib
import os
import threading
from collections import OrderedDict

import streamlit as st

from mlp import Diagnosis, Plan, Run
from mlp.analysis.cures import Changes, changes
from mlp.analysis.diagnostics import conclude
from mlp.analysis.trials import try_changes
from ui.jobs import runs

MINE = "tryout"  # where a visitor's session keeps it
KEPT = 256  # diagnoses, of a few kB each
NICENESS = 10  # of a thread that tries, where the system knows such a thing

Key = tuple[Plan, int]
_known: OrderedDict[Key, Diagnosis] = OrderedDict()
_lock = threading.Lock()


class Tryout:
    """The changes worth a trial for one finished run, and what was found so far."""

    def __init__(self, run: Run) -> None:
        """Take a first look; ``start`` begins to try."""
        self.run = run
        self.key: Key = (run.plan, int(run.steps[-1]))
        self.error: Exception | None = None
        with _lock:
            known = _known.get(self.key)
        self._found = known or runs.first_look_of(run)
        self.changes: Changes = changes(run, self._found)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def diagnosis(self) -> Diagnosis:
        """What is known by now: a first look, or with all that was tried."""
        return self._found

    @property
    def done(self) -> bool:
        """Whether nothing more will be found."""
        return self._found.trials is not None or self.error is not None or self._stop.is_set()

    def start(self) -> None:
        """Begin to try, once."""
        if self._thread is None and not self.done:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ask the trials to end."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self) -> None:
        with contextlib.suppress(AttributeError, OSError):  # not on every system
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            tried = try_changes(self.run, *self.changes, stop=self._stop.is_set)
        except Exception as error:  # noqa: BLE001 - the run and its verdict stay as they are
            self.error = error
            return
        if not self._stop.is_set():
            self._found = conclude(self.run, self._found, tried)
            _remember(self.key, self._found)


def _remember(key: Key, diagnosis: Diagnosis) -> None:
    with _lock:
        _known[key] = diagnosis
        _known.move_to_end(key)
        while len(_known) > KEPT:
            _known.popitem(last=False)


def tryout_for(run: Run) -> Tryout:
    """Return this visitor's tryout of a finished run, begun; the one it replaces is ended."""
    tryout: Tryout | None = st.session_state.get(MINE)
    if tryout is None or tryout.run is not run:
        leave()
        tryout = st.session_state[MINE] = Tryout(run)
        tryout.start()
    return tryout


def leave() -> None:
    """End what is being tried for this visitor, who has moved on."""
    tryout: Tryout | None = st.session_state.pop(MINE, None)
    if tryout is not None:
        tryout.stop()
