"""Changes worth a trial: which are offered for a cause, and what each changes."""

import functools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Diagnosis, Experiment, Plan, Run, train
from mlp.analysis.cures import CURES, NEEDS, REASONS, REMEDIES, Changes, changes
from mlp.analysis.findings import first_look
from mlp.analysis.verdicts import is_poor
from mlp.training.inputs import initial_weights
from tests.mlp.strategies import experiments, short_experiments

# Enough of a preset for what goes wrong to show.
SICK = {
    "wide": PRESETS["exploding_wide"].replace(steps=2000, frames=60),
    "late": PRESETS["exploding_late"].replace(steps=3000, frames=60),
    "dead": PRESETS["dead_network"].replace(steps=2000, frames=60),
    "starving": Experiment(hidden=50, init_scale=100.0, steps=2000, frames=60),
    "penalty": PRESETS["penalty_too_strong"].replace(frames=60),
    "article": PRESETS["article_fifty_exploding"].replace(
        points=50, l2=0.01, learning_rate=0.05, steps=3000
    ),
    "slow": Experiment(learning_rate=1e-5, steps=500, frames=20),
}
REMEDIES_OF = {
    "wide": ["lower_rate", "warm_up", "clipping", "decay"],
    "late": ["lower_rate", "warm_up", "clipping", "decay"],
    "dead": ["lower_rate", "warm_up", "clipping"],
    "starving": ["lower_rate", "warm_up", "clipping", "usual_weights"],
    "penalty": ["smaller_penalty_and_rate", "smaller_penalty", "smaller_l2", "lower_rate"],
    "article": ["derived_gradient", "hundredth_of_l2"],
    "slow": [],
}


@functools.cache
def sick(name: str) -> tuple[Run, Diagnosis]:
    run = train(SICK[name])
    return run, first_look(run)


def changes_of(name: str) -> Changes:
    return changes(*sick(name))


@pytest.mark.parametrize("name", REMEDIES_OF)
def test_the_remedies_of_a_cause_come_first_and_reasons_only_where_a_run_is_poor(
    name: str,
) -> None:
    found = changes_of(name)
    assert list(found.remedies) == REMEDIES_OF[name]
    assert bool(found.reasons) == is_poor(sick(name)[0])
    assert not found.remedies.keys() & found.reasons.keys()
    assert list(found.plans) == [*found.remedies, *found.reasons]


def test_where_a_step_was_too_long_none_longer_is_tried() -> None:
    for name in ("late", "dead", "penalty"):
        assert not {"higher_rate", "much_higher_rate"} & changes_of(name).plans.keys()
    assert "higher_rate" in changes_of("slow").plans


def test_where_the_loss_never_rose_shorter_steps_are_tried_last() -> None:
    run, found = sick("slow")
    assert run.first_rise_at is None
    reasons = list(changes(run, found).reasons)
    assert reasons[-5:] == ["lower_rate", "warm_up", "clipping", "decay", "much_lower_rate"]


def test_what_cannot_be_changed_further_is_not_offered() -> None:
    slow = changes_of("slow").reasons
    # it has a bias, no penalty, no batches, no decay, no clipping, no momentum, the usual start
    assert set(slow) == {
        "lower_rate",
        "much_lower_rate",
        "higher_rate",
        "much_higher_rate",
        "decay",
        "warm_up",
        "clipping",
        "more_neurons",
        "more_steps",
    }
    heavy = SICK["slow"].replace(
        bias=False, l1=0.1, l2=0.1, batch_size=10, schedule="step", clip_norm=2.0,
        optimizer="momentum", init_scale=0.1, warmup_steps=200, hidden=60,
    )  # fmt: skip
    run = train(heavy)
    everything = changes(run, first_look(run)).plans
    assert {
        "bias", "smaller_penalty", "smaller_l1", "larger_batches", "slower_decay", "no_clipping",
        "less_momentum", "usual_weights", "shorter_warm_up",
    } <= everything.keys()  # fmt: skip
    assert "more_neurons" not in everything


def test_a_dead_network_or_an_infinite_one_is_not_trained_longer() -> None:
    for name in ("dead", "penalty", "starving"):
        assert "more_steps" not in changes_of(name).plans
    assert "more_steps" in changes_of("slow").plans


def test_a_trial_must_come_past_the_step_where_it_went_wrong() -> None:
    assert changes_of("late").past == pytest.approx(1388, abs=10)
    assert changes_of("penalty").past == 509
    assert changes_of("slow").past == 0


def test_every_change_has_a_place_in_the_tables() -> None:
    answered = {name for names in REMEDIES.values() for name in names}
    assert set(CURES) == answered | set(REASONS)
    assert set(NEEDS) <= answered


def changed(name: str, cure: str) -> dict[str, object]:
    plan = changes_of(name).plans[cure]
    assert not plan.is_branch
    before, after = SICK[name].to_dict(), plan.root.to_dict()
    return {field: value for field, value in after.items() if value != before[field]}


def test_each_change_changes_its_own_setting_and_nothing_else() -> None:
    _, found = sick("wide")
    stable = found.evidence["largest_stable_rate"]
    rate = changed("wide", "lower_rate")
    assert list(rate) == ["learning_rate"]
    assert rate["learning_rate"] == pytest.approx(0.9 * stable, rel=5e-3)
    assert changed("wide", "decay") == {"schedule": "cosine"}
    assert changed("wide", "warm_up") == {"warmup_steps": 500}
    assert changed("wide", "clipping") == {"clip_norm": 1.0}
    assert changed("starving", "usual_weights") == {"init_scale": 1.0}
    assert changed("penalty", "smaller_l2") == {"l2": 6.0}  # 0.9 x 2 / 0.3
    assert changed("article", "derived_gradient") == {"l2_gradient": "derived"}
    assert changed("article", "hundredth_of_l2") == {"l2": pytest.approx(1e-4)}
    assert changed("slow", "higher_rate") == {"learning_rate": 1e-4}
    assert changed("slow", "much_higher_rate") == {"learning_rate": 1e-3}
    assert changed("slow", "lower_rate") == {"learning_rate": 1e-6}
    assert changed("slow", "more_neurons") == {"hidden": 12}
    assert changed("slow", "more_steps") == {"steps": 2000}


def test_all_penalties_that_an_optimizer_knows_grow_weaker_together() -> None:
    weaker = CURES["smaller_penalty"](
        Experiment(optimizer="adamw", l1=1.0, l2=2.0, weight_decay=0.5), Diagnosis("stuck")
    )
    assert (weaker.l1, weaker.l2, weaker.weight_decay) == (0.01, 0.02, 0.005)
    plain = CURES["smaller_penalty"](Experiment(l2=2.0, weight_decay=0.5), Diagnosis("stuck"))
    assert (plain.l2, plain.weight_decay) == (0.02, 0.5)


def test_the_articles_own_cure_is_that_of_the_preset() -> None:
    exploding, fixed = PRESETS["article_fifty_exploding"], PRESETS["article_fifty_fixed"]
    cured = CURES["hundredth_of_l2"](exploding, Diagnosis("non_finite", "article_l2", 0, {}))
    assert cured.l2 == pytest.approx(fixed.l2, rel=1e-15)
    assert cured.replace(l2=fixed.l2) == fixed


def test_a_smaller_l2_is_within_the_limit_at_the_highest_rate_of_a_warm_up() -> None:
    # the penalty passes its limit while the rate is still 0.21 on its way to 1
    warming = Experiment(hidden=2, learning_rate=1.0, l2=10.0, warmup_steps=100, steps=200)
    run = train(warming)
    cured = changes(run, first_look(run)).remedies["smaller_l2"].root
    assert cured.l2 * cured.learning_rate == pytest.approx(0.9 * 2)
    assert first_look(train(cured)).cause != "penalty_step_too_long"


def test_momentum_allows_a_smaller_l2_in_proportion_to_its_limit() -> None:
    heavy = SICK["penalty"].replace(optimizer="momentum", momentum=0.5, l2=20.0, warmup_steps=2)
    run = train(heavy)
    found = first_look(run)
    assert found.evidence["limit"] == 2 * 1.5
    cured = changes(run, found).remedies["smaller_l2"].root
    assert cured.l2 == pytest.approx(0.9 * 2 * 1.5 / 0.3, rel=5e-3)


def test_a_change_of_a_branch_changes_the_stretch_that_went_wrong() -> None:
    calm = Plan(Experiment(hidden=50, steps=600, frames=20))
    plan = calm.branch(300, {"learning_rate": 0.5})
    run = train(plan)
    found = first_look(run)
    assert found.step is not None
    assert found.step >= 300
    for name, changed_plan in changes(run, found).plans.items():
        in_root = name in ("usual_weights", "more_neurons")
        assert (changed_plan.root == plan.root) != in_root, name
        assert [cut.step for cut in changed_plan.cuts] == [300]
    lower = changes(run, found).plans["lower_rate"]
    assert lower.root.learning_rate == 0.006
    assert lower.experiment.learning_rate < 0.5


@pytest.mark.parametrize("name", REMEDIES_OF)
def test_a_changed_run_starts_from_the_same_weights(name: str) -> None:
    for cure, plan in changes_of(name).plans.items():
        if cure in ("more_neurons", "bias"):  # of another shape
            continue
        cured = plan.root
        scale = cured.init_scale / SICK[name].init_scale
        np.testing.assert_allclose(
            initial_weights(cured), scale * initial_weights(SICK[name]), rtol=1e-14
        )
        assert (scale == 1) == (cure != "usual_weights")


ANY_SMALL = experiments(
    points=st.integers(4, 8),
    hidden=st.integers(1, 4),
    steps=st.integers(1, 30),
    frames=st.integers(2, 8),
)


@settings(max_examples=120, derandomize=True)
@given(short_experiments() | ANY_SMALL)
@example(Experiment(learning_rate=5e-324, steps=1))
@example(Experiment(batch_size=1, clip_norm=900.0, steps=20))
def test_every_change_of_any_run_is_allowed_and_is_one(experiment: Experiment) -> None:
    run = train(experiment)
    for name, plan in changes(run, first_look(run)).plans.items():
        assert plan != run.plan
        if name.endswith("lower_rate"):
            assert plan.root.learning_rate < experiment.learning_rate
        if name.endswith("higher_rate"):
            assert plan.root.learning_rate > experiment.learning_rate
