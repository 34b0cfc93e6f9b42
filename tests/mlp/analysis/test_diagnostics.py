"""Diagnoses: causes that counterfactual runs confirm, and cures that help, on 200 random runs."""

import functools

import numpy as np
import pytest

from mlp import PRESETS, Diagnosis, Experiment, Plan, Run, diagnose, fitting_cures, train
from mlp.analysis.cures import REASONS, REMEDIES, changes, reason_of
from mlp.analysis.diagnostics import confirming
from mlp.analysis.findings import first_look
from mlp.analysis.race import try_changes
from mlp.analysis.trials import held_against
from mlp.analysis.verdicts import data_losses, has_learned, is_poor
from mlp.data.shapes import DATASETS
from mlp.optimizers.registry import OPTIMIZERS
from mlp.schedules import SCHEDULES

CAUSES = {*REMEDIES, *REASONS.values(), "start_too_large", "start_too_small"}
RUNS = 200


def drawn(random: np.random.RandomState) -> Experiment:
    """Draw a small experiment of any kind: most end poorly, as a beginner's do."""

    def log(low: float, high: float) -> float:
        return float(10 ** random.uniform(low, high))

    def choice(options: object) -> str:
        return str(random.choice(sorted(options)))  # type: ignore[call-overload]

    points = int(random.choice([12, 24, 48]))
    maybe = random.random_sample(8)
    return Experiment(
        dataset=choice(DATASETS),
        points=points,
        train_points=points,
        noise=float(random.choice([0.0, 0.0, 0.2])),
        data_seed=int(random.randint(1000)),
        init_seed=int(random.randint(1000)),
        hidden=int(random.choice([1, 2, 3, 5, 10, 30])),
        bias=bool(maybe[0] < 0.8),
        init_scale=float(random.choice([1.0, 1.0, 1.0, 0.1, 10.0])),
        learning_rate=log(-3.5, 0.5),
        schedule=choice(SCHEDULES) if maybe[1] < 0.5 else "constant",
        optimizer=choice(OPTIMIZERS) if maybe[2] < 0.5 else "gradient_descent",
        momentum=float(random.choice([0.5, 0.9])),
        l1=log(-4, 0) if maybe[3] < 0.2 else 0.0,
        l2=log(-4, 1) if maybe[4] < 0.3 else 0.0,
        batch_size=int(random.randint(1, 4)) if maybe[5] < 0.2 else 0,
        clip_norm=log(-2, 1) if maybe[6] < 0.15 else 0.0,
        warmup_steps=int(random.randint(1, 200)) if maybe[7] < 0.2 else 0,
        steps=int(random.choice([150, 300, 600])),
        frames=12,
    )


@functools.cache
def audit(runs: int = RUNS) -> list[tuple[Run, Diagnosis, dict[str, Run]]]:
    """Train the runs, diagnose them, and train every cure that is offered to its end."""
    random = np.random.RandomState(20261124)
    found = []
    for _ in range(runs):
        run = train(drawn(random))
        diagnosis = diagnose(run)
        cures = fitting_cures(run, diagnosis)
        found.append((run, diagnosis, {name: train(cure) for name, cure in cures.items()}))
    return found


def helps(run: Run, cured: Run) -> bool:
    """The definition, on whole runs: less loss by a tenth, or no rises at a tenth more."""
    if cured.non_finite_at is not None:
        return False
    if run.non_finite_at is not None:
        return True
    first, second = (
        np.median(data_losses(one)[one.steps >= one.steps[-1] / 2]) for one in (run, cured)
    )
    calmed = run.first_rise_at is not None and cured.first_rise_at is None
    return bool(second <= 0.9 * first or (calmed and second <= 1.1 * first))


def test_nothing_poor_is_reassured() -> None:
    for run, diagnosis, _ in audit():
        if diagnosis.verdict == "converged":
            assert run.train_accuracy[-1] >= 0.9
            assert data_losses(run)[-1] <= 0.5 * data_losses(run)[0]


def test_19_of_20_cures_that_are_offered_help_and_nearly_every_first_one() -> None:
    offered = [(run, cured) for run, _, cures in audit() for cured in cures.values()]
    assert len(offered) >= 200
    assert np.mean([helps(run, cured) for run, cured in offered]) >= 0.95
    firsts = [(run, next(iter(cures.values()))) for run, _, cures in audit() if cures]
    assert np.mean([helps(run, cured) for run, cured in firsts]) >= 0.95


def test_three_in_five_poor_runs_get_a_cure_that_helps() -> None:
    poor = [(run, cures) for run, _, cures in audit() if is_poor(run)]
    assert 80 <= len(poor) < RUNS
    cured = [any(helps(run, one) for one in cures.values()) for run, cures in poor]
    assert np.mean(cured) >= 0.6


def test_a_reason_is_named_only_where_a_trial_confirms_it() -> None:
    named = set()
    for run, diagnosis, cures in audit():
        assert diagnosis.trials is not None
        for cause in (diagnosis.cause, *diagnosis.others):
            assert cause is None or cause in CAUSES
        if diagnosis.cause is None or diagnosis.cause in REMEDIES:
            continue
        named.add(diagnosis.cause)
        assert not has_learned(run)
        assert cures
        assert diagnosis.evidence["changed_loss"] < diagnosis.evidence["loss"]
        # the changed run learned something, and did not merely begin elsewhere
        best = confirming(run, diagnosis)
        assert best is not None
        assert best.loss <= 0.9 * data_losses(train(best.plan))[0]
        ones = float(np.mean(run.data.labels[: run.data.n_train]))
        assert diagnosis.evidence["changed_accuracy"] > max(ones, 1 - ones) or diagnosis.evidence[
            "changed_loss"
        ] < ones * (1 - ones)
        assert diagnosis.step is None
    assert len(named) >= 6  # they occur


def test_a_cosine_that_keeps_the_rate_higher_says_that_it_decayed_too_soon() -> None:
    run = train(
        Experiment(
            dataset="noisy_corners", points=24, train_points=24, data_seed=215, init_seed=986,
            learning_rate=0.295, schedule="exponential", steps=600, frames=60,
        )
    )  # fmt: skip
    cosine = Plan(run.experiment.replace(schedule="cosine"))
    [trial] = try_changes(run, {}, {"decay": cosine})
    assert trial.helps
    assert reason_of(trial, run, first_look(run)) == "decayed_too_soon"
    [other] = try_changes(train(cosine), {}, {"decay": run.plan})
    assert reason_of(other, train(cosine), first_look(train(cosine))) == "rate_too_large"


def test_a_run_that_is_well_is_offered_nothing() -> None:
    for run, diagnosis, cures in audit():
        if not is_poor(run) and run.first_rise_at is None:
            assert diagnosis.cause is None
            assert diagnosis.others == ()
            assert cures == {}


# --- runs made for a reason


MADE: dict[str, Experiment] = {
    "rate_too_small": Experiment(learning_rate=1e-4, steps=2000, frames=30),
    "too_few_steps": Experiment(hidden=8, steps=300),
    "too_few_neurons": Experiment(hidden=1, steps=8000, frames=30),
    "penalty_too_strong": Experiment(hidden=8, l2=5.0, steps=3000, frames=30),
    "decayed_too_soon": Experiment(
        hidden=8, learning_rate=0.02, schedule="step", decay_rate=0.01, transition_steps=50,
        steps=3000, frames=30,
    ),
    "no_bias": Experiment(dataset="circles", hidden=8, bias=False, steps=3000, frames=30),
    "start_too_large": Experiment(hidden=12, init_scale=60.0, steps=2000, frames=30),
    "start_too_small": Experiment(hidden=12, init_scale=0.0, steps=3000, frames=30),
    "clipped_too_short": Experiment(hidden=12, clip_norm=0.01, learning_rate=0.01, steps=2000),
}  # fmt: skip


@pytest.mark.parametrize("reason", MADE)
def test_a_run_made_for_a_reason_is_told_it(reason: str) -> None:
    run = train(MADE[reason])
    diagnosis = diagnose(run)
    assert reason in (diagnosis.cause, *diagnosis.others), diagnosis
    if diagnosis.cause == reason:
        best = next(iter(fitting_cures(run, diagnosis).values()))
        assert helps(run, train(best))


@pytest.mark.parametrize(
    ("preset", "cause", "best"),
    [
        ("exploding_wide", "step_too_long", "clipping"),
        ("exploding_late", "step_too_long", "decay"),
        ("dead_network", "saturation", "warm_up"),
        ("penalty_too_strong", "penalty_step_too_long", "smaller_l2"),
        ("three_neurons", None, "more_neurons"),
    ],
)
def test_every_scene_has_its_cause_and_a_cure_that_helps(
    preset: str, cause: str | None, best: str
) -> None:
    run = train(PRESETS[preset].replace(frames=120))
    diagnosis = diagnose(run)
    assert diagnosis.cause == cause
    cures = fitting_cures(run, diagnosis)
    assert best in cures
    cured = cures[best]
    assert isinstance(cured, Experiment)
    assert held_against(run, train(cured)).helps


def test_the_articles_run_is_cured_by_the_derivative() -> None:
    article = PRESETS["article_fifty_exploding"].replace(
        points=50, l2=0.01, learning_rate=0.05, steps=3000, frames=60
    )
    run = train(article)
    cures = fitting_cures(run, diagnose(run))
    assert next(iter(cures)) == "derived_gradient"
    assert train(cures["derived_gradient"]).non_finite_at is None


def test_a_branch_is_cured_where_it_begins() -> None:
    calm = Plan(Experiment(hidden=50, steps=1500, frames=30))
    run = train(calm.branch(300, {"learning_rate": 0.5}))
    cures = fitting_cures(run, diagnose(run))
    assert cures
    for cured in cures.values():
        assert isinstance(cured, Plan)
        assert held_against(run, train(cured)).helps


def test_a_diagnosis_without_trials_is_tried_for_its_cures() -> None:
    run = train(PRESETS["dead_network"].replace(steps=500, frames=30))
    whole = diagnose(run)
    by_hand = Diagnosis(whole.verdict, whole.cause, whole.step, whole.evidence)
    assert list(fitting_cures(run, by_hand)) == list(fitting_cures(run, whole))


def test_the_same_run_gets_the_same_diagnosis() -> None:
    run = train(PRESETS["dead_network"].replace(steps=500, frames=30))
    assert diagnose(run) == diagnose(run)


def test_a_much_lower_rate_that_helps_speaks_to_steps_too_long_as_a_lower_one_does() -> None:
    run = train(Experiment(learning_rate=1.0, batch_size=30))
    diagnosis = diagnose(run)
    helping = [trial.name for trial in diagnosis.trials or () if trial.helps]
    assert "more_neurons" in helping
    assert "much_lower_rate" in helping
    assert "lower_rate" not in helping
    assert diagnosis.cause == "step_too_long"
    assert "too_few_neurons" in diagnosis.others
    assert "rate_too_large" not in diagnosis.others


def test_an_l1_step_is_blamed_where_shorter_steps_help_at_the_same_penalty() -> None:
    run = train(
        Experiment(
            dataset="moons", points=20, train_points=20, init_seed=199, hidden=8, l1=0.134,
            learning_rate=3.77, steps=60, frames=40,
        )
    )  # fmt: skip
    found = first_look(run)
    assert found.cause is None
    assert found.evidence == {"rose_by_l1": 1.0}
    diagnosis = diagnose(run)
    assert diagnosis.cause == "l1_step_too_long"
    confirmed = confirming(run, diagnosis)
    assert confirmed is not None
    assert confirmed.plan.root.l1 == run.experiment.l1  # the same pull, in shorter steps
    assert confirmed.helps
    helping = {trial.name for trial in diagnosis.trials or () if trial.helps}
    assert "penalty_too_strong" in diagnosis.others
    assert {"smaller_penalty", "much_smaller_penalty"} & helping


def test_a_change_by_two_names_is_tried_once() -> None:
    run = train(Experiment(l1=1.0, learning_rate=0.02, steps=300, frames=40))
    plans = changes(run, first_look(run)).plans
    assert "smaller_penalty" in plans  # with l2 = 0 that is less l1
    assert len(set(plans.values())) == len(plans)
