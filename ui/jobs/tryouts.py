"""Trying cures in the background: changed runs that tell why a finished run went as it did.

A visitor watches one tryout at a time, with all who look at the same run; it ends when the last of
them has moved on. The workers do it later than all that visitors wait for. What was found is kept
for all, bounded.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator

import streamlit as st

from mlp import Diagnosis, Plan, Run
from mlp.analysis.cures import Changes, changes
from mlp.analysis.diagnostics import conclude
from mlp.analysis.race import try_changes, work_allowed
from mlp.analysis.trials import Trial
from mlp.base.cluster import Workers
from mlp.base.tasks import Stop
from ui.jobs.finished import first_look_of
from ui.jobs.pool import Pool
from ui.jobs.presence import Audience, Presence
from ui.jobs.training import SECONDS_OF_WORK
from ui.jobs.workers import LATER

MINE, HERE = "tryout", "tryout_presence"  # where a session keeps what it watches, and that it does
SELDOM = 0.5  # seconds between two looks at whether the workers have time
KEPT = 256  # diagnoses, of a few kB each

Key = tuple[Plan, int]
_known: OrderedDict[Key, Diagnosis] = OrderedDict()
_under_way: dict[Key, "Tryout"] = {}
_lock = threading.RLock()


class Tryout:
    """The changes worth a trial for one finished run, and what was found so far."""

    def __init__(self, run: Run) -> None:
        """Take a first look; ``start`` begins to try."""
        self.run = run
        self.key = key_of(run)
        self.audience = Audience()
        with _lock:
            known = _known.get(self.key)
        self._found = known or first_look_of(run)
        self.changes: Changes = changes(run, self._found)
        self._stopped = False
        self._pool: Pool[tuple[Trial, ...]] = Pool(
            self._try,
            LATER,
            seconds=work_allowed(run) * SECONDS_OF_WORK / max(len(self.changes.plans), 1),
            take=self._conclude,
            audience=self.audience,
        )

    @property
    def diagnosis(self) -> Diagnosis:
        """What is known by now: a first look, or with all that was tried."""
        return self._found

    @property
    def error(self) -> Exception | None:
        """What the trials failed with; the run and its verdict stay as they are."""
        return self._pool.error

    @property
    def done(self) -> bool:
        """Whether nothing more will be found."""
        return self._found.trials is not None or self.error is not None or self._stopped

    @property
    def abandoned(self) -> bool:
        """Whether it was ended because all pages seemed to be closed."""
        return self._pool.has_ended() and not self.done

    def start(self) -> None:
        """Let the workers try, once they have nothing more urgent to do."""
        if not self.done:
            self._pool.start()

    def stop(self) -> None:
        """Ask the trials to end, or take them back."""
        self._stopped = True
        self._pool.stop()

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        self._pool.wait(seconds)

    def _try(self, workers: Workers, stop: Stop) -> Iterator[tuple[Trial, ...]]:
        try:
            LATER.wait_for_quiet(stop, SELDOM)
            tried = try_changes(self.run, *self.changes, executor=workers.executor, stop=stop)
            if not stop():
                yield tried
        finally:
            _forget(self)

    def _conclude(self, tried: tuple[Trial, ...]) -> None:
        self._found = conclude(self.run, self._found, tried)
        _remember(self.key, self._found)


def key_of(run: Run) -> Key:
    """Return what tells a run from others: its plan, and how far it came."""
    return run.plan, int(run.steps[-1])


def _remember(key: Key, diagnosis: Diagnosis) -> None:
    with _lock:
        _known[key] = diagnosis
        _known.move_to_end(key)
        while len(_known) > KEPT:
            _known.popitem(last=False)


def tryout_for(run: Run) -> Tryout:
    """Return the tryout of a finished run, begun; this visitor leaves the one it replaces."""
    mine: Tryout | None = st.session_state.get(MINE)
    if mine is None or mine.key != key_of(run) or mine.abandoned:
        leave()
        presence = st.session_state[HERE] = Presence()
        mine = st.session_state[MINE] = _join(run, presence)
    return mine


def leave() -> None:
    """End what is being tried for this visitor, who has moved on, unless others wait for it."""
    mine: Tryout | None = st.session_state.pop(MINE, None)
    if mine is None:
        return
    with _lock:
        mine.audience.remove(st.session_state.pop(HERE))
        if not mine.audience:
            mine.stop()
            _forget(mine)


def _join(run: Run, presence: Presence) -> Tryout:
    with _lock:
        tryout = _under_way.get(key_of(run))
        if tryout is None or tryout.done or tryout.abandoned:
            tryout = _under_way[key_of(run)] = Tryout(run)
        tryout.audience.add(presence)
        tryout.start()
        if tryout.done:
            _forget(tryout)
    return tryout


def _forget(tryout: Tryout) -> None:
    with _lock:
        if _under_way.get(tryout.key) is tryout:
            del _under_way[tryout.key]
