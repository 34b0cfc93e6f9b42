"""The words of a diagnosis: every number is the run's, and every case has its sentences."""

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings

from mlp import PRESETS, Diagnosis, Experiment, Plan, Run, diagnose, fitting_cures, train
from mlp.analysis.cures import L1_STEP, REASONS, REMEDIES
from mlp.analysis.findings import first_look, highest_after_rise
from mlp.analysis.race import try_changes
from mlp.analysis.verdicts import (
    STILL,
    VERDICTS,
    data_losses,
    dead_since,
    has_learned,
    held_out_accuracy,
    judge,
    overfits,
    recent_fall,
    rests_since,
    saturated_shares,
    stalled,
)
from tests.mlp.analysis.test_diagnostics import MADE, audit
from tests.mlp.analysis.test_findings import ARTICLE
from tests.mlp.strategies import short_experiments, wild_experiments
from ui.words import cures, diagnoses, stories
from ui.words.causes import CAUSES
from ui.words.causes import REASONS as WHAT_THEY_DO
from ui.words.numbers import percent, spoken

OF_A_START = {"start_too_large", "start_too_small"}


def told(experiment: Experiment) -> tuple[Run, Diagnosis, diagnoses.Explanation]:
    """A run by what it shows itself, without trials."""
    run = train(experiment.replace(frames=60))
    found = first_look(run)
    return run, found, diagnoses.explain(run, found)


def test_every_verdict_and_every_cause_has_its_words() -> None:
    causes = {*REMEDIES, *REASONS.values(), *OF_A_START, L1_STEP}
    assert set(stories.VERDICTS) == set(VERDICTS)
    assert set(CAUSES) == {None, *causes}
    assert set(WHAT_THEY_DO) == causes - set(REMEDIES)
    assert all(stories.VERDICTS.values())
    assert len(set(CAUSES.values())) == len(CAUSES)


def test_a_step_too_long_is_told_with_its_numbers() -> None:
    run, found, explanation = told(PRESETS["exploding_late"].replace(steps=3000))
    e = found.evidence
    assert explanation.headline == (
        "Calm start, then swings, learned – the step is too long for the curvature"
        if has_learned(run)
        else "Calm start, then swings, learned only in part – the step is too long for the "
        "curvature"
    )
    assert f"At step {run.first_rise_at:,} learning rate × sharpness was" in explanation.text
    assert f"was {spoken(e['product'])}, past the limit 2" in explanation.text
    assert f"{spoken(highest_after_rise(run), about=True)} at most" in explanation.details
    assert f"began at {spoken(run.loss[0])} and ended at about" in explanation.details
    assert (
        rf"\eta\,\lambda_{{\max}} \approx 0.03 \times {e['sharpness']:.4g}" in explanation.formula
    )
    assert rf"\approx {e['product']:.3g} > 2" in explanation.formula


def test_saturation_is_told_with_its_numbers_and_what_led_there() -> None:
    run, found, explanation = told(PRESETS["dead_network"].replace(steps=200))
    e = found.evidence
    assert explanation.headline == (
        "Died at step 2 – after a step too long, the gradient has vanished"
    )
    assert "and by step 2, 100% of the outputs were saturated" in explanation.text
    assert "in the 198 steps since then the loss changed by less than 0.1%." in explanation.text
    assert "At the end, 100% of the outputs are flat" in explanation.details
    assert "hidden" not in explanation.details
    began = f"The gradient was {spoken(e['first_gradient_norm'])} long at the start, "
    assert began in explanation.details
    assert "shorter than 0.3, which is 0.001 for each training point" in explanation.details
    assert f"learning rate × sharpness was {spoken(e['product'])}" in explanation.text
    assert f"ended at {spoken(run.loss[-1], about=True)}" in explanation.details


def test_an_explosion_of_sigmoids_is_said_to_be_bounded_where_no_penalty_adds_to_it() -> None:
    run, found, explanation = told(PRESETS["dead_network"].replace(steps=200))
    assert found.stepped_too_far
    bounded = "the loss is at most 1 per point"
    assert bounded in explanation.details
    assert run.loss_max.max() <= 1
    _, found, explanation = told(PRESETS["dead_network"].replace(steps=200, l2=1e-6))
    assert found.stepped_too_far
    assert bounded not in explanation.details


def test_the_step_of_a_death_is_where_the_loss_stops_and_that_of_rest_is_told_as_well() -> None:
    # Where its steps go to and fro, the last digits decide, and with them the machine: any will do
    # whose accuracy still moves.
    tried = (train(Experiment(hidden=50, learning_rate=1.0, optimizer="adam", init_seed=seed))
             for seed in range(20))  # fmt: skip
    run = next(run for run in tried if (dead_since(run) or 1e9) < (rests_since(run) or 0))
    found = first_look(run)
    died, rest = dead_since(run), rests_since(run)
    assert died is not None
    assert rest is not None
    assert np.ptp(run.loss[died:]) <= 2 * STILL * run.loss[-1]
    assert STILL < np.ptp(run.train_accuracy[died:]) < 0.04
    assert np.ptp(run.train_accuracy[rest:]) <= 2 * STILL
    explanation = diagnoses.explain(run, found)
    assert explanation.headline.startswith(f"Died at step {run.steps[died]:,} – ")
    rests = f"from step {run.steps[rest]:,} on neither loss nor accuracy moves by more than 1%"
    assert rests in explanation.text
    share = percent(saturated_shares(run, died)[1])
    assert explanation.text.startswith(f"By step {run.steps[died]:,}, {share} of the outputs were ")


def test_a_limit_passed_long_before_the_loss_shows_it_is_told() -> None:
    run = train(PRESETS["exploding_late"])
    found = first_look(run)
    explanation = diagnoses.explain(run, found)
    product = run.learning_rates * run.sharpness
    [step] = re.findall(r"passed by step ([\d,]+):", explanation.details)
    frame = run.frame_at(int(step.replace(",", "")))
    assert product[frame - 1] <= 2 < product[frame]
    assert run.steps[frame] < found.step
    assert "and before" not in explanation.details
    assert "had been passed" not in told(PRESETS["dead_network"].replace(steps=200))[2].details


def test_a_limit_passed_once_more_names_the_first_time() -> None:
    run = train(Experiment(hidden=50, learning_rate=0.008))
    details = diagnoses.explain(run, first_look(run)).details
    found = re.search(
        r"passed by step ([\d,]+) \(and before, for a time, at step ([\d,]+)\)", details
    )
    assert found is not None
    again, first = (run.frame_at(int(step.replace(",", ""))) for step in found.groups())
    beyond = run.learning_rates * run.sharpness > 2
    assert first == np.argmax(beyond)
    assert not beyond[first:again].all()
    assert beyond[again]


def test_how_the_loss_moved_at_the_end_is_measured() -> None:
    run, _, explanation = told(Experiment(hidden=50))  # all right, and the loss goes on falling
    fell = 1 - run.loss[-1] / run.loss[run.frame_at(18_000)]
    assert f"still falling at the end, by {percent(fell)} over the last tenth" in explanation.text
    _, _, explanation = told(
        Experiment(hidden=50, schedule="step", transition_steps=8000, decay_rate=0.001)
    )
    assert "all but stopped: the last tenth of the steps changed little" in explanation.text


def test_room_for_longer_steps_is_told_where_they_stayed_far_below_the_limit() -> None:
    run, _, explanation = told(Experiment(hidden=50, learning_rate=0.002))
    highest = float((run.learning_rates * run.sharpness).max())
    assert f"was {spoken(highest)} at most, of a limit of 2" in explanation.details
    assert f"steps {int(2 / highest)} times as long would keep below it" in explanation.details
    for near in (Experiment(hidden=50), Experiment(hidden=50, optimizer="adam", steps=500)):
        assert "times as long" not in told(near)[2].details


def test_saturation_from_the_start_blames_no_step() -> None:
    _, found, explanation = told(Experiment(hidden=50, init_scale=100.0, steps=2000))
    assert found.cause == "saturation"
    assert "step too long" not in explanation.text + explanation.details
    assert "product" not in found.evidence


def test_a_penalty_past_its_limit_is_told_with_its_factor_and_infinity_with_its_step() -> None:
    _, _, explanation = told(PRESETS["penalty_too_strong"])
    assert explanation.headline == (
        "Exploded: infinite at step 509 – the penalty’s step is too long"
    )
    assert "0.3 × 10 = 3, past the limit 2" in explanation.text
    assert "multiplies every weight by 1 − 3 = −2" in explanation.details
    assert "no longer finite at step 509" in explanation.details
    assert r"\eta\,\text{l2} = 3 > 2" in explanation.formula


def test_finite_but_huge_is_exploding() -> None:
    run, found, explanation = told(PRESETS["penalty_too_strong"].replace(steps=40))
    assert run.non_finite_at is None
    assert found.verdict == "exploding"
    times = np.abs(run.w[-1]).max() / np.abs(run.w[0]).max()
    assert explanation.headline.startswith(f"Exploding: weights {spoken(times)} times their start")


@pytest.mark.parametrize(
    "changes",
    [
        {"clip_norm": 1.0},
        {"optimizer": "momentum", "momentum": 0.2},
        {"schedule": "cosine"},
        {"warmup_steps": 3},
        {"l2_gradient": "article"},
    ],
)
def test_weights_are_said_to_be_multiplied_only_where_every_step_does_so(
    changes: dict[str, str | float],
) -> None:
    _, found, explanation = told(PRESETS["penalty_too_strong"].replace(steps=100, **changes))
    assert found.cause == "penalty_step_too_long"
    assert "multiplies" not in explanation.text + explanation.details


def test_momentum_and_nesterov_are_told_their_own_limits() -> None:
    heavy = PRESETS["penalty_too_strong"].replace(
        optimizer="momentum", momentum=0.2, steps=100, warmup_steps=2
    )
    _, _, explanation = told(heavy)
    assert "past the limit 2.4" in explanation.text
    assert r"> 2\,(1 + 0.2)" in explanation.formula
    _, _, explanation = told(heavy.replace(optimizer="nesterov", momentum=0.5))
    assert "past the limit 1.5" in explanation.text
    assert r"> \frac{2\,(1 + 0.5)}{1 + 2 \times 0.5}" in explanation.formula


def test_a_first_step_of_momentum_is_told_the_plain_limit() -> None:
    heavy = Experiment(hidden=50, learning_rate=0.01, optimizer="momentum", steps=5)
    run, found, explanation = told(heavy)
    assert (run.first_rise_at, found.cause) == (0, "step_too_long")
    assert "past the limit 2 of a first step, from rest," in explanation.text
    assert explanation.formula.endswith(r"> 2 \end{gathered}")


def test_a_weight_decay_past_its_limit_is_told_with_its_factor_and_cured_by_less() -> None:
    shrinking = Experiment(optimizer="adamw", weight_decay=1.0, learning_rate=3.0, steps=2000)
    run, found, explanation = told(shrinking)
    assert run.non_finite_at is not None
    assert "learning rate × weight decay is 3 × 1 = 3, past the limit 2." in explanation.text
    assert "multiplies every weight by 1 − 3 = −2" in explanation.details
    assert explanation.formula.count("3 > 2") == 1
    offered = fitting_cures(run, found)
    assert offered["smaller_weight_decay"].weight_decay == 0.6  # type: ignore[union-attr]
    assert offered["lower_rate"].learning_rate == 1.8  # type: ignore[union-attr]
    for cured in offered.values():
        assert train(cured).non_finite_at is None


def test_where_no_limit_is_known_no_limit_is_blamed() -> None:
    run, found, explanation = told(Experiment(optimizer="adam", learning_rate=0.5, steps=500))
    assert run.first_rise_at is not None
    assert found.cause is None
    assert "as it may with Adam, which scales the step of each weight" in explanation.text
    dead = Experiment(hidden=50, optimizer="adam", learning_rate=20.0, steps=300)
    run, found, explanation = told(dead)
    assert found.cause == "saturation"
    assert "step too long" not in explanation.text + explanation.details


def test_the_articles_term_is_told_with_both_runs() -> None:
    run, found, explanation = told(ARTICLE.replace(learning_rate=0.05))
    assert explanation.headline == (
        f"Exploded: infinite at step {run.non_finite_at:,} – the article’s L2 term is not a "
        "gradient"
    )
    assert f"its loss there is {spoken(found.evidence['derived_loss'])}." in explanation.text
    assert "\\neq" in explanation.formula


def test_the_sharpness_of_mini_batches_is_said_to_be_theirs_on_average() -> None:
    wide = PRESETS["exploding_wide"].replace(steps=100)
    run, found, with_batches = told(wide.replace(batch_size=150))
    assert "that of a mini-batch, 150 of 300 points, on average" in with_batches.details
    product = found.evidence["learning_rate"] * run.sharpness[run.frame_at(found.step or 0)] / 2
    assert f"learning rate × sharpness was {spoken(product)}, past" in with_batches.text
    _, _, without = told(wide)
    assert "mini-batch" not in without.details
    _, found, well = told(wide.replace(batch_size=10))
    assert found.cause is None
    assert "as it may with mini-batches" in well.text
    assert "about" not in well.details  # rounding decides nothing there


def test_a_run_that_is_well_is_told_without_a_cause() -> None:
    run, _, explanation = told(PRESETS["fifty_neurons"].replace(steps=2000))
    assert explanation.headline == "Learned, and still improving"
    assert explanation.formula == ""
    assert "never rose in 2,000 steps" in explanation.text
    assert spoken(run.loss[0]) in explanation.details
    assert "about" not in explanation.details


def test_what_noise_of_mini_batches_did_is_told_beside_the_cause() -> None:
    run = train(Experiment(learning_rate=0.3, batch_size=1))
    diagnosis = diagnose(run)
    explanation = diagnoses.explain(run, diagnosis)
    share = percent(run.rises.sum() / 20_000)
    first = explanation.text.partition(". ")[0]
    assert f"each on 1 of 300 points, and {share} of them raised the loss" in first
    [batch] = [each for each in diagnosis.trials or () if each.name == "larger_batches"]
    assert f"” was tried. {cures.tell(batch)}" in explanation.details
    still = train(Experiment(steps=2000))
    assert "noisy" not in diagnoses.explain(still, diagnose(still)).text


def test_noise_that_is_the_cause_is_told_once() -> None:
    run = train(Experiment(learning_rate=0.3, batch_size=1))
    noisy = dataclasses.replace(diagnose(run), cause="batches_too_noisy")
    share = percent(run.rises.sum() / 20_000)
    told = diagnoses.explain(run, noisy).text
    assert told.startswith(
        "Steps on 1 of 300 points are too noisy to learn well from: "
        f"{share} of them raised the loss."
    )


def test_a_network_that_learned_its_training_points_only_is_told_with_both_numbers() -> None:
    by_heart = Experiment(train_points=30, noise=0.3)
    run, found, explanation = told(by_heart)
    assert has_learned(run)
    right, others = run.train_accuracy[-1], held_out_accuracy(run)
    assert others == pytest.approx((300 * run.accuracy[-1] - 30 * right) / 270)
    assert overfits(run)
    assert explanation.headline == (
        "Learned its training points, the others less (overfitting): "
        f"{percent(right)} of these 30 are right, {percent(others)} of the 270 others"
    )
    assert explanation.icon == ":material/warning:"
    assert f"{percent(right)} of the training points, and {percent(others)} of the 270 others," in (
        explanation.details
    )
    assert stories.story(run, found.verdict) == "Learned its training points, the others less"
    half, _, well = told(by_heart.replace(train_points=150, noise=0.05, hidden=12))
    assert has_learned(half)
    assert not overfits(half)
    assert "others less" not in well.headline
    few = dataclasses.replace(run, accuracy=run.train_accuracy)  # as good on the others
    assert not overfits(few)


def test_the_whole_loss_is_told_from_the_data_loss_where_there_is_a_penalty() -> None:
    _, _, explanation = told(Experiment(steps=500, l2=0.01))
    assert explanation.details.startswith("The loss, penalty included, began at ")
    assert told(Experiment(steps=500))[2].details.startswith("The loss began at ")


def falling(start: float, fell: float) -> Run:
    """A run whose loss ended at 0.3 of its start, having fallen by so much over its last tenth."""
    run = train(Experiment(hidden=50, steps=2000, frames=60))
    loss = np.full(len(run.steps), start)
    part = run.frame_at(int(0.9 * run.steps[-1]))
    loss[1:] = 0.3 * start / (1 - fell)
    loss[part + 1 :] = 0.3 * start
    return dataclasses.replace(run, loss=loss, penalty=np.zeros(len(loss)))


@pytest.mark.parametrize("start", [0.25, 1e-6])
def test_still_learning_is_said_by_how_far_the_loss_fell_and_the_share_is_told(
    start: float,
) -> None:
    for fell, said in ((0.005, False), (0.024, True), (0.114, True), (0.4, True)):
        run = falling(start, fell)
        explanation = diagnoses.explain(run, first_look(run))
        assert (explanation.headline == "Learned, and still improving") == said
        assert (f"by {percent(fell)} over the last tenth" in explanation.text) == said


@pytest.mark.parametrize(
    ("experiment", "story"),
    [
        (PRESETS["exploding_wide"].replace(steps=6000), "Unstable start, then learned"),
        # calm for a tenth of its steps
        (
            PRESETS["exploding_late"].replace(schedule="exponential"),
            "Unstable at times, then learned",
        ),
        (Experiment(hidden=1, learning_rate=1e-6, steps=50), "Calm, but learned nothing"),
        (Experiment(hidden=2, steps=60_000, l2=0.3), "Calm, but learned only in part"),
        (Experiment(learning_rate=1e-3, steps=2000), "Still learning"),
        (PRESETS["exploding_wide"].replace(batch_size=10, steps=6000), "Learned"),
        # with a loss above its start nothing is still learning, however it moves
        (Experiment(learning_rate=30.0, batch_size=1, steps=5000), "Learned nothing"),
    ],
)
def test_the_story_of_a_run_stands_in_one_line(experiment: Experiment, story: str) -> None:
    _, _, explanation = told(experiment)
    assert explanation.headline.startswith(story), explanation.headline


def test_swings_are_dated_and_what_they_come_to_is_told() -> None:
    run, _, explanation = told(Experiment(learning_rate=0.06))
    dated = re.match(r"Swings from step (4[123]\d) on, (.*?) – ", explanation.headline)
    assert dated
    assert dated[2] == ("yet learned" if has_learned(run) else "learned only in part")


def test_a_long_time_without_a_gradient_is_told() -> None:
    run = train(Experiment(hidden=50, learning_rate=0.15))
    first, last = stories.standstill(run) or (0, 0)
    frames = (run.steps >= first) & (run.steps <= last)
    assert stalled(run)[frames].all()
    assert last - first > 5_000
    assert np.ptp(run.train_accuracy[frames]) < 0.1  # the accuracy wanders, and stays poor
    told = f"Hardly any gradient from step {first:,} to {last:,}, then learned"
    assert stories.story(run, judge(run)).startswith(told)
    assert stories.standstill(train(Experiment())) is None
    assert stories.standstill(train(Experiment(hidden=50, learning_rate=0.3))) is None  # dead


def test_a_run_that_learned_before_it_exploded_is_told_so() -> None:
    learned = Experiment(hidden=50, steps=4000, frames=60)
    run = train(Plan(learned).branch(3000, {"l2": 1000.0}))
    explanation = diagnoses.explain(run, first_look(run))
    assert explanation.headline.startswith(
        f"Learned, then exploded: infinite at step {run.non_finite_at:,}"
    )


@pytest.mark.parametrize("reason", MADE)
def test_a_reason_is_told_with_the_trial_that_confirmed_it(reason: str) -> None:
    run = train(MADE[reason])
    diagnosis = diagnose(run)
    explanation = diagnoses.explain(run, diagnosis)
    words = CAUSES[reason]
    if diagnosis.cause != reason:
        assert words in explanation.details
        return
    assert explanation.headline.endswith((f"– {words}", "– more neurons help most"))
    name, cured = next(iter(fitting_cures(run, diagnosis).items()))
    helping = [trial for trial in diagnosis.trials or () if trial.helps]
    alone = "alone makes the difference" if helping[0].learns else "alone helps, and only in part"
    how = alone if len(helping) == 1 else "helps most, of all"
    assert f"“{cures.label(name, cured)}” {how}" in explanation.text


def test_neurons_are_not_called_too_few_where_as_many_learned_otherwise() -> None:
    run = train(Experiment(optimizer="momentum", momentum=0.99, learning_rate=0.03))
    diagnosis = diagnose(run)
    helped = {trial.name: trial for trial in diagnosis.trials or () if trial.helps}
    assert diagnosis.cause == "too_few_neurons"  # that change helps most, though not it alone
    assert helped["lower_rate"].accuracy > 0.95
    assert helped["more_neurons"].loss < 0.1 * helped["lower_rate"].loss
    explanation = diagnoses.explain(run, diagnosis)
    assert explanation.headline.endswith("– more neurons help most")
    assert "the learning rate is too large" in explanation.details
    alone = train(MADE["too_few_neurons"])
    told = diagnoses.explain(alone, diagnose(alone))
    assert told.headline.endswith("– too few neurons")


# --- how sentences read


BAD = re.compile(
    r"\b(nan|inf|None)\b|\b1 (times|steps|points|changes|neurons|lines)\b"
    r"|(?<![\d.,])0% of the (hidden|outputs)|  |[{}]|\.\.|−0\b"
    # more than three digits, or an exponent to be deciphered
    r"|\b[1-9]\d*\.\d{3,}|\b0\.0*[1-9]\d{3,}|\de[-+]?\d"
)


def assert_readable(text: str) -> None:
    assert not BAD.search(text), (BAD.search(text), text)
    assert text[0].isupper() or text[0] == "“"


def assert_well_told(run: Run, diagnosis: Diagnosis) -> None:
    explanation = diagnoses.explain(run, diagnosis)
    assert_readable(explanation.headline)
    assert "." not in explanation.headline.replace("0.", "").rstrip(".") or re.search(
        r"\d\.\d", explanation.headline
    )
    for text in (explanation.text, explanation.details):
        assert_readable(text)
        assert text.endswith(".")
    assert len(re.findall(r"\.(?: |$)", explanation.text)) <= 2, explanation.text
    if run.non_finite_at is not None:
        assert f"infinite at step {run.non_finite_at:,}" in explanation.headline
    if "earned" in explanation.headline.split(" – ")[0]:
        learned = [has_learned(run, frame) for frame in range(len(run.steps))]
        assert any(learned) or re.search("earned (nothing|only)", explanation.headline)
    assert not re.search(r"\b(nan|inf|None)\b", explanation.formula)
    assert explanation.formula.count("{") == explanation.formula.count("}")
    for trial in diagnosis.trials or ():
        assert_readable(cures.tell(trial))
        assert_readable(cures.label(trial.name, trial.plan))
        judged = cures.judgement(trial)
        good = (cures.HELPS, cures.AS_GOOD_AND_CALM, *cures.LEARNS_NO_MORE)
        assert (judged in good) == trial.helps


@settings(max_examples=70, derandomize=True)
@given(short_experiments() | wild_experiments())
def test_the_sentences_of_any_run_are_whole_and_finite(experiment: Experiment) -> None:
    run = train(experiment.replace(frames=60))
    found = first_look(run)
    assert_well_told(run, found)
    assert (diagnoses.explain(run, found).formula == "") == (found.cause is None)


def test_every_sentence_about_random_runs_reads_well() -> None:
    for run, diagnosis, _ in audit(60):
        assert_well_told(run, diagnosis)


SLOW_END = Experiment(
    points=60, train_points=60, data_seed=3, init_seed=28, learning_rate=0.22, steps=4000
)


def test_a_run_that_is_slow_at_its_end_is_not_said_to_have_stopped_where_more_steps_help() -> None:
    run = train(SLOW_END)
    diagnosis = diagnose(run)
    explanation = diagnoses.explain(run, diagnosis)
    assert abs(recent_fall(run)) <= STILL
    [longer] = [trial for trial in diagnosis.trials or () if trial.name == "more_steps"]
    assert longer.helps
    assert "slow, yet more steps help: " in explanation.text
    assert "all but stopped" not in explanation.text


def test_first_weights_that_are_too_large_are_named_and_how_little_the_loss_moves_since() -> None:
    run = train(PRESETS["vanishing_gradient"])
    diagnosis = diagnose(run)
    explanation = diagnoses.explain(run, diagnosis)
    assert "the first weights are too large, and the gradient has vanished" in explanation.headline
    assert "The first weights were 100 times the usual size." in explanation.details
    at = run.frame_at(diagnosis.step or 0)
    changed = percent(1 - run.loss[-1] / run.loss[at])
    assert f"steps since then the loss changed by {changed}" in explanation.text
    run = train(PRESETS["dead_network"].replace(steps=200))
    dead = diagnoses.explain(run, diagnose(run))
    assert "first weights" not in f"{dead.headline} {dead.details}"


def test_a_network_that_keeps_what_it_learned_stopped_and_did_not_die() -> None:
    run, _, explanation = told(
        Experiment(
            dataset="moons", points=20, train_points=20, init_seed=174, hidden=8, init_scale=10.0,
            learning_rate=8.86, steps=400,
        )
    )  # fmt: skip
    losses = data_losses(run)
    assert losses[-1] < losses[0]
    assert run.train_accuracy[-1] > max(run.data.labels.mean(), 1 - run.data.labels.mean())
    assert explanation.headline.startswith("Stopped learning at step ")
    assert "past the limit" not in explanation.text  # the loss came below its start in between


def test_huge_weights_that_stand_still_are_not_said_to_grow() -> None:
    still = Experiment(optimizer="adam", learning_rate=100, beta2=0.5, epsilon=1e-300, steps=3000)
    run, found, explanation = told(still)
    assert found.verdict == "exploding"
    assert (run.w[-1] == run.w[-2]).all()
    assert "At the end the weights stand still, up to " in explanation.text
    run, _, explanation = told(PRESETS["penalty_too_strong"].replace(steps=40))
    assert np.abs(run.w[-1]).max() > 1.9 * np.abs(run.w[-2]).max()
    grown = Diagnosis("exploding", trials=())
    assert "The weights still grow at the end." in diagnoses.explain(run, grown).text


def test_what_was_tried_in_vain_is_told_as_far_as_it_is_true() -> None:
    run = train(Experiment(learning_rate=1e-6, steps=300, frames=30))
    trial = next(iter(try_changes(run, {}, {"bias": Plan(run.experiment.replace(bias=False))})))
    in_vain = dataclasses.replace(trial, loss=trial.loss_before, loss_before=trial.loss_before)
    helps = dataclasses.replace(trial, loss=0.5 * trial.loss_before, accuracy=1.0)
    assert helps.helps
    assert not in_vain.helps
    for trials, said in (
        ((), "No change of the settings could be tried in the time that trials may take."),
        ((in_vain,), "No change of the settings that was tried makes it learn."),
        ((helps, in_vain), "No change of the settings that was tried makes it learn in full."),
        (
            (dataclasses.replace(in_vain, whole=False),),
            "No change of the settings that was tried makes it learn, as far as each was tried.",
        ),
    ):
        assert said in diagnoses.explain(run, Diagnosis("stuck", trials=trials)).text


def test_the_confirming_trial_is_called_best_or_only_where_it_is() -> None:
    run = train(MADE["rate_too_small"])
    trials = diagnose(run).trials or ()
    [first, *others] = [trial for trial in trials if trial.helps] + [trials[-1]]
    learns = dataclasses.replace(first, loss=0.0, accuracy=1.0)
    assert " alone makes the difference: " in cures.sentence(learns, [learns, trials[-1]])
    assert " alone helps, and only in part: " in cures.sentence(first, [first, trials[-1]])
    second = dataclasses.replace(first, name="more_steps")
    assert " helps most, of all changes " in cures.sentence(first, [first, second])
    assert "” helps: " in cures.sentence(second, [first, second])
    assert others


def test_a_death_in_steps_that_shorter_ones_prevent_says_what_they_did() -> None:
    run = train(Experiment(optimizer="adam", learning_rate=5.0, steps=3000, frames=60))
    explanation = diagnoses.explain(run, diagnose(run))
    assert " – after steps too long, the gradient has vanished" in explanation.headline
    assert " In shorter steps: “Lower the learning rate" in explanation.details
    assert "In shorter steps" not in diagnoses.explain(run, first_look(run)).details
