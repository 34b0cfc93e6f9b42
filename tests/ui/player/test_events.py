"""The moments of a run that are worth jumping to: where a network died, and where none did."""

import numpy as np

from mlp import PRESETS, Experiment, Run, diagnose, train
from ui.player.events import dead_from, events_of, step_that_rose


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


def test_the_first_rise_tells_the_step_that_led_there() -> None:
    run = train(PRESETS["exploding_late"].replace(steps=3000))
    before = diagnose(run).evidence["product"]
    assert run.first_rise_at is not None
    [rise] = [event for event in events_of(run) if event.kind == "first_rise"]
    assert rise.step == run.first_rise_at + 1
    assert rise.note == f"It was {before:.3g}, past 2, at the step that raised the loss"
    [unknown] = [event for event in events_of(run, whole=False) if event.kind == "first_rise"]
    assert unknown.note == ""


def test_a_rise_without_a_limit_that_was_passed_is_not_called_past_it() -> None:
    heavy = Experiment(optimizer="momentum", momentum=0.9, learning_rate=0.02, steps=300)
    assert "below 3.8" in step_that_rose(train(heavy))
    assert step_that_rose(train(heavy.replace(optimizer="adam"))) == ""
    assert step_that_rose(train(heavy.replace(batch_size=10))) == ""
