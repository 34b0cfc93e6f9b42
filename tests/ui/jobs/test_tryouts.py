"""What is tried in the background: once for all who look at the same run, as long as one does."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st

from mlp import Experiment, Run, train
from mlp.analysis.race import try_changes
from mlp.analysis.trials import Trial
from tests.waiting import PATIENCE, wait_until
from ui.jobs import tryouts

DEAD = Experiment(hidden=50, learning_rate=0.3, steps=300)


class Trials:
    """Stands in for ``try_changes``: counts calls, and waits to be let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.stops = 0
        self.go = threading.Event()

    def __call__(self, *args: Any, stop: Callable[[], bool], **kwargs: Any) -> tuple[Trial, ...]:
        self.calls += 1
        while not self.go.wait(0.01):
            if stop():
                self.stops += 1
                return ()
        return try_changes(*args, stop=stop, **kwargs)


class Visitors:
    """Takes the sessions of several visitors in turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self._sessions: dict[str, dict[str, Any]] = {}

    def become(self, name: str) -> None:
        self._patch.setattr(st, "session_state", self._sessions.setdefault(name, {}))


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trials]:
    trials = Trials()
    monkeypatch.setattr(tryouts, "try_changes", trials)
    monkeypatch.setattr(tryouts, "_known", type(tryouts._known)())
    yield trials
    trials.go.set()
    wait_until(lambda: not tryouts._under_way)


@pytest.fixture
def visitors(monkeypatch: pytest.MonkeyPatch) -> Visitors:
    return Visitors(monkeypatch)


@pytest.fixture(scope="module")
def dead() -> Run:
    return train(DEAD)


def test_all_who_look_at_a_run_share_what_is_tried(
    visitors: Visitors, trials: Trials, dead: Run
) -> None:
    visitors.become("first")
    first = tryouts.tryout_for(dead)
    visitors.become("second")
    assert tryouts.tryout_for(train(DEAD)) is first  # another object, the same run
    trials.go.set()
    first.wait(PATIENCE)
    assert first.diagnosis.trials
    assert trials.calls == 1
    visitors.become("third")
    assert tryouts.tryout_for(dead).diagnosis is first.diagnosis
    assert trials.calls == 1


def test_it_goes_on_for_who_stays_and_ends_with_the_last(
    visitors: Visitors, trials: Trials, dead: Run
) -> None:
    visitors.become("first")
    tryout = tryouts.tryout_for(dead)
    visitors.become("second")
    tryouts.tryout_for(dead)
    wait_until(lambda: trials.calls == 1)
    tryouts.leave()
    visitors.become("first")
    assert tryouts.tryout_for(dead) is tryout
    time.sleep(0.05)
    assert trials.stops == 0
    tryouts.leave()
    wait_until(lambda: trials.stops == 1)
    assert tryout.done
    assert tryout.diagnosis.trials is None
    again = tryouts.tryout_for(dead)
    assert again is not tryout
    trials.go.set()
    again.wait(PATIENCE)
    assert again.diagnosis.trials


def test_another_run_is_another_tryout(visitors: Visitors, trials: Trials, dead: Run) -> None:
    visitors.become("first")
    tryout = tryouts.tryout_for(dead)
    other = tryouts.tryout_for(train(DEAD.replace(init_seed=1)))
    assert other is not tryout
    wait_until(lambda: trials.calls == 2 and trials.stops == 1)
    assert tryout.done
    tryouts.leave()
