"""Trials: what they say of a change is what its own whole run does, within the work allowed."""

import dataclasses

import numpy as np
import pytest

from mlp import PRESETS, Experiment, Plan, diagnose, train
from mlp.analysis.race import (
    MOST_TIMES,
    SUBNORMAL_TIMES,
    WORK_AT_ONCE,
    WORK_OF_A_LOOK,
    Attempt,
    try_changes,
    work_allowed,
    work_of,
)
from mlp.analysis.trials import Before, Trial, held_against, rank
from mlp.analysis.verdicts import typical_loss
from mlp.base.tasks import never
from mlp.training.state import work_of_a_frame, work_of_a_step

SMALL = Experiment(points=60, train_points=60, steps=400, frames=40)
WIDE = SMALL.replace(hidden=50, learning_rate=1.0)


def plans(**changed: Experiment) -> dict[str, Plan]:
    return {name: Plan(experiment) for name, experiment in changed.items()}


@pytest.mark.parametrize(
    "changed",
    [
        WIDE.replace(clip_norm=1.0),
        WIDE.replace(warmup_steps=100),
        WIDE.replace(optimizer="momentum", batch_size=20, l1=0.01, l2=0.01),
        WIDE.replace(l2=30.0),  # runs to infinity
    ],
)
def test_a_whole_trial_is_what_the_two_runs_tell(changed: Experiment) -> None:
    run = train(WIDE)
    attempt = Attempt("", Plan(changed), Before.of(run), 0)
    attempt.advance(10**12, never)
    trial, whole = attempt.result(), held_against(run, train(changed))
    assert trial.whole
    assert attempt.tells
    assert trial.non_finite_at == whole.non_finite_at
    assert trial.rose == whole.rose
    if whole.non_finite_at is None:
        # the run has some frames more, where its loss first rose
        assert trial.loss == pytest.approx(whole.loss, rel=0.02)
        assert trial.accuracy == whole.accuracy
        assert trial.loss_before == whole.loss_before == typical_loss(run)
    else:
        assert np.isnan(trial.accuracy)
        assert not trial.helps


def test_a_trial_of_the_run_itself_changes_nothing() -> None:
    run = train(SMALL)
    trial = held_against(run, run)
    assert trial.ratio == 1
    assert not trial.helps
    assert not trial.calms


def trial_of(**changed: object) -> Trial:
    fields = {
        "name": "clipping", "plan": Plan(SMALL), "steps": 400, "whole": True, "loss": 0.1,
        "loss_before": 0.1, "accuracy": 1.0, "accuracy_before": 1.0, "rose": True,
        "rose_before": True,
    }  # fmt: skip
    return Trial(**{**fields, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "helps", "calms"),
    [
        ({"loss": 0.09}, True, False),
        ({"loss": 0.091}, False, False),
        ({"loss": 0.11, "rose": False}, True, True),
        ({"loss": 0.111, "rose": False}, False, True),
        ({"loss": 0.09, "non_finite_at": 3}, False, False),
        ({"loss": 0.1, "rose": False, "rose_before": False}, False, False),
        ({"loss": 0.01, "accuracy": 0.97}, False, False),  # but fewer points right
        ({"loss": 0.01, "accuracy": 0.98}, True, False),
        ({"loss": 0.081, "whole": False}, False, False),
        ({"loss": 0.08, "whole": False}, True, False),
        ({"loss": 0.3, "loss_before": np.inf}, True, False),
    ],
)
def test_what_helps_ends_finite_with_less_loss_or_without_the_rises(
    changed: dict[str, object], helps: bool, calms: bool
) -> None:
    trial = trial_of(**changed)
    assert (trial.helps, trial.calms) == (helps, calms)


def test_the_best_comes_first_and_what_does_not_help_last() -> None:
    run = train(WIDE)
    tried = try_changes(
        run,
        plans(
            infinite=WIDE.replace(l2=30.0),
            same=WIDE.replace(frames=39),
            lower=WIDE.replace(learning_rate=0.05),
            clipping=WIDE.replace(clip_norm=1.0),
        ),
        {},
    )
    assert tried[-1].name == "infinite"
    helping = [trial.ratio for trial in tried if trial.helps]
    assert helping == sorted(helping)
    assert len(helping) >= 1
    assert [trial.helps for trial in tried] == sorted(
        (trial.helps for trial in tried), reverse=True
    )


@pytest.mark.parametrize("count", [1, 4, 12])
def test_all_trials_together_cost_no_more_than_is_allowed(count: int) -> None:
    run = train(WIDE)
    changed = {f"{k}": Plan(WIDE.replace(clip_norm=1.0 + k)) for k in range(count)}
    attempts = [Attempt(name, plan, Before.of(run), 0) for name, plan in changed.items()]
    tried = try_changes(run, {}, changed)
    assert len(tried) == count
    spent = sum(
        work_of(trial.plan, trial.steps) + WORK_OF_A_LOOK * np.sum(run.steps <= trial.steps)
        for trial in tried
    )
    step = max(attempt.work_to(100) for attempt in attempts)  # of one look to the next, at most
    assert spent <= work_allowed(run) + count * step
    # and a few trials get to their ends
    assert sum(trial.whole for trial in tried) >= 1


def test_a_long_run_is_tried_on_its_first_part_and_says_so() -> None:
    long = Experiment(hidden=50, points=2000, train_points=2000, steps=30, frames=10)
    run = train(long)
    pretended = Plan(long.replace(steps=200_000, clip_norm=1.0))
    attempt = Attempt("clipping", pretended, Before.of(run), 0)
    attempt.advance(work_of(pretended, 100), never)
    trial = attempt.result()
    assert not trial.whole
    assert 0 < trial.steps < 200_000
    frames = 11 * work_of_a_frame(long)
    assert work_allowed(run) <= MOST_TIMES * (work_of(run.plan, 30) + frames)


def test_weights_too_small_for_the_processor_count_as_the_time_they_take() -> None:
    fades = Experiment(
        hidden=50, optimizer="adadelta", learning_rate=0.0684, l2=0.65, bias=False, steps=80_000,
        dataset="corners", points=20, train_points=20,
    )  # fmt: skip
    attempt = Attempt("more_steps", Plan(fades), Before.of(train(fades.replace(steps=20))), 0)
    allowed = attempt.work_to(fades.steps)
    attempt.advance(allowed, never)
    assert 0 < np.max(np.abs(attempt.state.w)) < np.finfo(float).tiny
    assert attempt.work < allowed + (1 + SUBNORMAL_TIMES) * WORK_AT_ONCE
    assert attempt.state.step < fades.steps
    at, spent = attempt.state.step, attempt.work
    attempt.advance(1, never)
    a_step = work_of_a_step(fades)
    assert attempt.work - spent >= SUBNORMAL_TIMES * (attempt.state.step - at) * a_step


def test_a_trial_that_does_not_come_past_the_trouble_is_left_out() -> None:
    run = train(PRESETS["exploding_late"].replace(steps=3000, frames=30))
    late = Plan(run.experiment.replace(learning_rate=0.003))
    attempt = Attempt("lower_rate", late, Before.of(run), 1400)
    assert attempt.tells_from == pytest.approx(1.2 * 10 * 1400, abs=1)  # a tenth of the rate
    warm = Attempt("warm_up", Plan(run.experiment.replace(warmup_steps=2000)), Before.of(run), 1400)
    assert warm.tells_from == 4080
    assert try_changes(run, {"lower_rate": Plan(late.root.replace(steps=500_000))}, {}, 10**6) == ()


def test_nothing_is_concluded_from_a_start_and_a_change_too_dear_is_passed_over() -> None:
    run = train(PRESETS["article_fifty_fixed"].replace(steps=300_000, frames=100))
    slow_to_tell = run.plan.root.replace(warmup_steps=250_000)
    plans = {"warm_up": Plan(slow_to_tell), "bias": Plan(run.plan.root.replace(bias=True))}
    (trial,) = try_changes(run, {}, plans)
    assert trial.name == "bias"
    assert trial.steps >= 0.05 * 300_000


def test_more_steps_are_tried_to_the_end_or_not_at_all() -> None:
    run = train(SMALL)
    longer = plans(more_steps=SMALL.replace(steps=1200))
    [trial] = try_changes(run, {}, longer)
    assert trial.whole
    assert trial.steps == 1200
    assert trial.loss < trial.loss_before
    much = plans(more_steps=SMALL.replace(steps=400_000))
    assert try_changes(run, {}, much) == ()


def test_trials_end_where_they_are_asked_to() -> None:
    # Of 3000 steps some 300 fit between two questions.
    large = WIDE.replace(points=1000, train_points=1000, steps=3000)
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 5

    clipped = plans(clipping=large.replace(clip_norm=1.0))
    [trial] = try_changes(train(large), clipped, {}, stop=stop)
    assert not trial.whole
    assert 0 < trial.steps < 3000


def test_a_trial_swings_where_its_run_does() -> None:
    sick = train(PRESETS["exploding_late"].replace(steps=4000, frames=60))
    for rate in (0.029, 0.006):
        changed = sick.experiment.replace(learning_rate=rate)
        [trial] = try_changes(sick, {"lower_rate": Plan(changed)}, {})
        whole = held_against(sick, train(changed))
        assert trial.whole
        assert trial.swings == whole.swings == (rate == 0.029)
        assert trial.swung_before
        assert whole.swung_before


def test_no_change_gets_fewer_right_than_an_infinite_run_whose_answers_are_chance() -> None:
    run = train(Experiment(l2=1.0, l2_gradient="article", learning_rate=0.5, steps=300, frames=30))
    assert run.non_finite_at is not None
    derived = train(run.experiment.replace(l2_gradient="derived"))
    trial = held_against(run, derived)
    fewer = dataclasses.replace(trial, accuracy=0.0, accuracy_before=1.0)
    assert fewer.helps
    assert not fewer.gets_fewer_right
    assert dataclasses.replace(fewer, loss_before=trial.first_loss).gets_fewer_right


def test_less_of_the_articles_term_tells_as_much_later() -> None:
    article = Experiment(l2=1.0, l2_gradient="article", learning_rate=0.5, steps=30_000, frames=30)
    run = train(article)
    weaker = Attempt("hundredth_of_l2", Plan(article.replace(l2=0.01)), Before.of(run), 11)
    assert weaker.tells_from == pytest.approx(1.2 * 100 * 11, abs=1)
    derived = Attempt(
        "derived_gradient", Plan(article.replace(l2_gradient="derived")), Before.of(run), 11
    )
    assert derived.tells_from == pytest.approx(1.2 * 11, abs=1)


def test_those_that_learn_stand_first() -> None:
    run = train(WIDE)
    trial = held_against(run, train(WIDE.replace(learning_rate=0.05)))
    learns = dataclasses.replace(trial, loss=0.4 * trial.first_loss, accuracy=1.0)
    lower = dataclasses.replace(learns, loss=0.3 * trial.first_loss, accuracy=0.8)
    assert learns.helps
    assert lower.helps
    assert sorted([lower, learns], key=rank) == [learns, lower]


def test_more_steps_of_a_faded_network_cost_what_they_take() -> None:
    faded = Experiment(
        dataset="corners", data_seed=294111, init_seed=92628, hidden=20, bias=False,
        learning_rate=0.021851135718250772, l2=6.753777576676428, steps=20_000, frames=60,
    )  # fmt: skip
    diagnosis = diagnose(train(faded))
    assert "more_steps" not in [trial.name for trial in diagnosis.trials or ()]
    assert len(diagnosis.trials or ()) > 3  # which it would have left no time for
