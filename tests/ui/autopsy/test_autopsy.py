"""The autopsy: a cause is told once it is certain."""

from types import SimpleNamespace
from typing import cast

import pytest

from mlp import PRESETS, Diagnosis, Experiment, Run, diagnose, train
from mlp.analysis.findings import first_look
from ui.autopsy import autopsy
from ui.jobs.tryouts import Tryout
from ui.words import diagnoses


def headline(run: Run, diagnosis: Diagnosis, *, done: bool) -> str:
    tryout = cast("Tryout", SimpleNamespace(run=run, diagnosis=diagnosis, done=done))
    return autopsy.headline_of(tryout, diagnoses.explain(run, diagnosis))


def test_a_long_step_is_not_called_the_cause_of_a_failure_before_the_trials_end() -> None:
    run = train(Experiment(hidden=10, learning_rate=0.2, l2=3.0, steps=5000))
    seen, found = first_look(run), diagnose(run)
    assert (seen.cause, found.cause) == ("step_too_long", "penalty_too_strong")
    told = headline(run, seen, done=False)
    assert told.endswith(" – its cause is being tried out")
    assert "too long" not in told
    ended = headline(run, found, done=True)
    assert ended == diagnoses.explain(run, found).headline
    assert ended.startswith(told.partition(" – ")[0])
    stopped = headline(run, seen, done=True)
    assert stopped.endswith("the step is too long for the curvature")


@pytest.mark.parametrize("scene", ["dead_network", "exploding_wide"])
def test_what_the_run_itself_shows_is_told_at_once(scene: str) -> None:
    run = train(PRESETS[scene])
    seen = first_look(run)
    told = headline(run, seen, done=False)
    assert told == diagnoses.explain(run, seen).headline
