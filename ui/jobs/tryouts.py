"""Trying cures in the background: changed runs that tell why a finished run went as it did.

A visitor has one tryout at a time, which ends when they move on. The workers do it later than all
that visitors wait for. What was found is kept for all, bounded.
"""

import threading
from collections import OrderedDict

import streamlit as st

from mlp import Diagnosis, Plan, Run
from mlp.analysis.cures import Changes, changes
from mlp.analysis.diagnostics import conclude
from mlp.analysis.trials import try_changes, work_allowed
from ui.jobs.finished import first_look_of
from ui.jobs.presence import Presence
from ui.jobs.training import SECONDS_OF_WORK
from ui.jobs.workers import WORKERS, Stop, Task

MINE = "tryout"  # where a visitor's session keeps it
KEPT = 256  # diagnoses, of a few kB each

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
        self._found = known or first_look_of(run)
        self.changes: Changes = changes(run, self._found)
        self._presence = Presence()
        self._stopped = False
        self._task: Task | None = None

    @property
    def diagnosis(self) -> Diagnosis:
        """What is known by now: a first look, or with all that was tried."""
        return self._found

    @property
    def done(self) -> bool:
        """Whether nothing more will be found."""
        return self._found.trials is not None or self.error is not None or self._stopped

    @property
    def abandoned(self) -> bool:
        """Whether it was ended because this visitor's page seemed to be closed."""
        return self._task is not None and self._task.done.is_set() and not self.done

    def is_wanted(self) -> bool:
        """Whether its visitor is still there to see it."""
        return not self._stopped and self._presence.is_here()

    def start(self) -> None:
        """Let the workers try, once they have nothing more urgent to do."""
        if self._task is None and not self.done:
            self._task = WORKERS.submit(
                self._work,
                seconds=work_allowed(self.run) * SECONDS_OF_WORK,
                owner=self._presence.visitor,
                wanted=self.is_wanted,
                later=True,
            )

    def stop(self) -> None:
        """Ask the trials to end, or take them back."""
        self._stopped = True
        if self._task is not None:
            WORKERS.withdraw(self._task)

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        if self._task is not None:
            self._task.done.wait(seconds)

    def _work(self, stop: Stop) -> None:
        try:
            tried = try_changes(self.run, *self.changes, stop=stop)
            if not stop():
                self._found = conclude(self.run, self._found, tried)
                _remember(self.key, self._found)
        except Exception as error:  # noqa: BLE001 - the run and its verdict stay as they are
            self.error = error


def _remember(key: Key, diagnosis: Diagnosis) -> None:
    with _lock:
        _known[key] = diagnosis
        _known.move_to_end(key)
        while len(_known) > KEPT:
            _known.popitem(last=False)


def tryout_for(run: Run) -> Tryout:
    """Return this visitor's tryout of a finished run, begun; the one it replaces is ended."""
    tryout: Tryout | None = st.session_state.get(MINE)
    if tryout is None or tryout.run is not run or tryout.abandoned:
        leave()
        tryout = st.session_state[MINE] = Tryout(run)
        tryout.start()
    return tryout


def leave() -> None:
    """End what is being tried for this visitor, who has moved on."""
    tryout: Tryout | None = st.session_state.pop(MINE, None)
    if tryout is not None:
        tryout.stop()
