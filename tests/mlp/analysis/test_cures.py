"""Cures: which are offered for a cause, what each changes, and what it really does."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings

from mlp import PRESETS, Diagnosis, Experiment, Run, diagnose, train
from mlp.analysis.cures import CURES, FITTING, fitting_cures, outcome, typical_loss
from mlp.analysis.diagnostics import stability_at
from mlp.training.inputs import initial_weights
from tests.mlp.strategies import short_experiments

STEEP = ["lower_rate", "decay", "warm_up", "clipping"]
# Enough of a preset for what goes wrong, and for the cures, to show.
SICK = {
    "wide": PRESETS["exploding_wide"].replace(steps=2000, frames=60),
    "late": PRESETS["exploding_late"],
    "dead": PRESETS["dead_network"].replace(steps=2000, frames=60),
    "starving": Experiment(hidden=50, init_scale=100.0, steps=2000, frames=60),
    "penalty": PRESETS["penalty_too_strong"].replace(frames=60),
    "article": PRESETS["article_fifty_exploding"].replace(
        points=50, l2=0.01, learning_rate=0.05, steps=3000
    ),
}
OFFERED = {
    "wide": STEEP,
    "late": STEEP,
    "dead": ["lower_rate", "warm_up", "clipping"],
    "starving": ["smaller_weights"],
    "penalty": ["smaller_l2", "lower_rate"],
    "article": ["derived_gradient", "hundredth_of_l2"],
}
OUTCOMES = {
    ("wide", "decay"): "no_help",
    ("wide", "clipping"): "cured",
    ("wide", "lower_rate"): "cured",
    ("late", "decay"): "improved",
    ("late", "lower_rate"): "no_help",  # it only grows sharper, up to the new limit
    ("late", "warm_up"): "no_help",
    ("late", "clipping"): "improved",
    ("dead", "lower_rate"): "cured",
    ("dead", "warm_up"): "improved",
    ("dead", "clipping"): "improved",
    ("starving", "smaller_weights"): "cured",
    ("penalty", "smaller_l2"): "improved",
    ("penalty", "lower_rate"): "cured",
    ("article", "derived_gradient"): "cured",
}


@functools.cache
def sick(name: str) -> tuple[Run, Diagnosis]:
    run = train(SICK[name])
    return run, diagnose(run)


def cures_of(name: str) -> dict[str, Experiment]:
    return fitting_cures(*sick(name))


@pytest.mark.parametrize("name", OFFERED)
def test_the_cures_that_fit_a_cause_are_offered_and_no_others(name: str) -> None:
    assert list(cures_of(name)) == OFFERED[name]


@pytest.mark.parametrize(("name", "cure"), OUTCOMES)
def test_a_cure_does_what_its_outcome_says(name: str, cure: str) -> None:
    run, _ = sick(name)
    cured = train(cures_of(name)[cure])
    found = diagnose(cured)
    assert outcome(run, cured, found) == OUTCOMES[name, cure]
    if OUTCOMES[name, cure] == "cured":
        assert found.cause is None
        assert cured.non_finite_at is None
    if OUTCOMES[name, cure] == "no_help":
        assert typical_loss(cured) > 0.9 * typical_loss(run)


def test_a_warm_up_of_a_quarter_cures_fifty_neurons() -> None:
    preset = PRESETS["exploding_wide"]
    cured = CURES["warm_up"](preset, sick("wide")[1])
    assert cured == PRESETS["rescued_by_warmup"]
    whole = train(cured.replace(steps=8000, frames=60))
    assert diagnose(whole).cause is None
    assert outcome(sick("wide")[0], whole, diagnose(whole)) == "cured"


def test_where_a_run_swings_rounding_changes_its_last_loss_but_not_its_typical_one() -> None:
    run, _ = sick("late")
    # One unit in the last place of the first weights: what another processor may do as well.
    others = [train(run.experiment.replace(init_scale=1 + k * 2.3e-16)) for k in range(1, 5)]
    assert max(abs(other.loss[-1] / run.loss[-1] - 1) for other in others) > 0.03
    for other in others:
        assert typical_loss(other) == pytest.approx(typical_loss(run), rel=0.03)


def test_a_healthy_run_is_offered_nothing() -> None:
    run = train(Experiment(steps=200))
    assert fitting_cures(run, diagnose(run)) == {}


@pytest.mark.parametrize("name", OFFERED)
def test_a_cured_run_starts_from_the_same_weights(name: str) -> None:
    for cure, cured in cures_of(name).items():
        scale = cured.init_scale / SICK[name].init_scale
        np.testing.assert_allclose(
            initial_weights(cured), scale * initial_weights(SICK[name]), rtol=1e-14
        )
        assert (scale == 1) == (cure != "smaller_weights")


def changed(name: str, cure: str) -> dict[str, object]:
    before, after = SICK[name].to_dict(), cures_of(name)[cure].to_dict()
    return {field: value for field, value in after.items() if value != before[field]}


def test_each_cure_changes_its_own_setting_and_nothing_else() -> None:
    _, diagnosis = sick("wide")
    stable = diagnosis.evidence["largest_stable_rate"]
    rate = changed("wide", "lower_rate")
    assert list(rate) == ["learning_rate"]
    assert rate["learning_rate"] == pytest.approx(0.9 * stable, rel=5e-3)
    assert changed("wide", "decay") == {"schedule": "cosine"}
    assert changed("wide", "warm_up") == {"warmup_steps": 500}
    assert changed("wide", "clipping") == {"clip_norm": 1.0}
    assert changed("starving", "smaller_weights") == {"init_scale": 1.0}
    assert changed("penalty", "smaller_l2") == {"l2": 6.0}  # 0.9 x 2 / 0.3
    assert changed("article", "derived_gradient") == {"l2_gradient": "derived"}
    assert changed("article", "hundredth_of_l2") == {"l2": pytest.approx(1e-4)}


def test_the_articles_own_cure_is_that_of_the_preset() -> None:
    exploding, fixed = PRESETS["article_fifty_exploding"], PRESETS["article_fifty_fixed"]
    cured = CURES["hundredth_of_l2"](exploding, Diagnosis("non_finite", "article_l2", 0, {}))
    assert cured.l2 == pytest.approx(fixed.l2, rel=1e-15)
    assert cured.replace(l2=fixed.l2) == fixed


def test_a_smaller_l2_is_within_the_limit_at_the_highest_rate_of_a_warm_up() -> None:
    # the penalty passes its limit while the rate is still 0.21 on its way to 1
    warming = Experiment(hidden=2, learning_rate=1.0, l2=10.0, warmup_steps=100, steps=200)
    run = train(warming)
    cured = fitting_cures(run, diagnose(run))["smaller_l2"]
    assert cured.l2 * cured.learning_rate == pytest.approx(0.9 * 2)
    assert diagnose(train(cured)).cause != "penalty_step_too_long"


def test_momentum_allows_a_smaller_l2_in_proportion_to_its_limit() -> None:
    heavy = SICK["penalty"].replace(optimizer="momentum", momentum=0.5, l2=20.0)
    run = train(heavy)
    cured = fitting_cures(run, diagnose(run))["smaller_l2"]
    assert cured.l2 == pytest.approx(0.9 * 2 * 1.5 / 0.3, rel=5e-3)


@settings(max_examples=40, derandomize=True)
@given(short_experiments())
def test_a_cure_is_a_change_for_the_better_of_what_its_name_says(experiment: Experiment) -> None:
    run = train(experiment)
    diagnosis = diagnose(run)
    cures = fitting_cures(run, diagnosis)
    allowed = FITTING.get(diagnosis.cause, (*STEEP, "smaller_weights"))
    assert set(cures) <= set(allowed)
    for name, cured in cures.items():
        assert cured != experiment
        if name == "lower_rate" and run.first_rise_at is not None:
            assert cured.learning_rate < experiment.learning_rate
            limit = stability_at(run, diagnosis.step or 0)["limit"]
            assert diagnosis.evidence["limit"] == limit
        if name == "smaller_l2":
            assert cured.l2 < experiment.l2
