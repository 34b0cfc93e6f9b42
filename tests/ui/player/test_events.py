"""The moments of a run that are worth jumping to: where a network died, and where none did."""

import numpy as np

from mlp import PRESETS, Run, diagnose, train
from ui.player.events import dead_from, events_of


def kinds(run: Run) -> dict[str, int]:
    return {event.kind: event.step for event in events_of(run)}


def test_the_death_of_a_network_is_marked_where_the_diagnosis_says() -> None:
    run = train(PRESETS["dead_network"].replace(steps=500, frames=40))
    [death] = [event for event in events_of(run) if event.kind == "dead"]
    assert death.step == diagnose(run).step == dead_from(run)
    assert death.label == f"Dead from step {death.step:,} on"
    norms = np.hypot(run.grad_norm_W1, run.grad_norm_W2)
    alive = run.steps < death.step
    assert alive.any()
    assert norms[~alive].max() < 1e-3 < norms[alive].min()


def test_no_death_is_marked_while_it_trains_or_where_the_network_lives() -> None:
    run = train(PRESETS["dead_network"].replace(steps=500, frames=40))
    assert "dead" not in {event.kind for event in events_of(run, whole=False)}
    for name in ("exploding_wide", "penalty_too_strong", "three_neurons"):
        assert "dead" not in kinds(train(PRESETS[name].replace(steps=500, frames=40)))
