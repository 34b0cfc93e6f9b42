"""The words of a diagnosis: every number is the evidence's, and every case has its sentence."""

import re

import pytest
from hypothesis import given, settings

from mlp import PRESETS, Diagnosis, Experiment, Run, diagnose, train
from mlp.analysis.cures import CURES, fitting_cures, typical_loss
from mlp.analysis.diagnostics import highest_after_rise
from tests.mlp.analysis.test_diagnostics import ARTICLE, VERDICTS
from tests.mlp.strategies import short_experiments, wild_experiments
from ui.words import diagnoses
from ui.words.diagnoses import cure_label, tell_outcome
from ui.words.numbers import short

CAUSES = {None, "step_too_long", "saturation", "penalty_step_too_long", "article_l2"}


def told(experiment: Experiment) -> tuple[Run, Diagnosis, diagnoses.Explanation]:
    run = train(experiment.replace(frames=60))
    diagnosis = diagnose(run)
    return run, diagnosis, diagnoses.explain(run, diagnosis)


def numbers_in(text: str) -> list[str]:
    return re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?%?", text)


def test_every_verdict_and_every_cause_has_its_words() -> None:
    assert set(diagnoses.VERDICTS) == VERDICTS
    assert set(diagnoses.CAUSES) == CAUSES
    assert set(diagnoses.CURES) == set(CURES)
    assert all(diagnoses.VERDICTS.values())
    assert all(words for cause, words in diagnoses.CAUSES.items() if cause)
    assert len(set(diagnoses.CAUSES.values())) == len(CAUSES)


def test_a_step_too_long_is_told_with_its_numbers() -> None:
    run, diagnosis, explanation = told(PRESETS["exploding_late"].replace(steps=3000))
    e = diagnosis.evidence
    assert explanation.headline == "Oscillating – the step is too long for the curvature"
    assert numbers_in(explanation.text) == [
        f"{run.first_rise_at:,}",
        short(e["product"]),
        "2",
        short(highest_after_rise(run)),
        short(run.loss[-1]),
        short(run.loss[0]),
    ]
    assert rf"\eta\,\lambda_{{\max}} = 0.03 \times {e['sharpness']:.4g}" in explanation.formula
    assert rf"= {e['product']:.3g} > 2" in explanation.formula
    assert "had become unstable" in explanation.text  # and not: must diverge


def test_saturation_is_told_with_its_numbers_and_what_led_there() -> None:
    run, diagnosis, explanation = told(PRESETS["dead_network"].replace(steps=200))
    e = diagnosis.evidence
    assert explanation.headline.startswith("Dead: saturated – the gradient has vanished")
    assert numbers_in(explanation.text.replace("h (1 − h)", "")) == [
        "2",
        "0.001",
        short(e["first_gradient_norm"]),
        short(e["gradient_norm"]),
        "0%",
        "100%",
        "0.01",
        short(run.loss[-1]),
        "0",
        short(e["product"]),
    ]


def test_saturation_from_the_start_blames_no_step() -> None:
    dead = Experiment(hidden=50, init_scale=100.0, steps=2000)
    _, diagnosis, explanation = told(dead)
    assert diagnosis.cause == "saturation"
    assert "step too long" not in explanation.text
    assert "product" not in diagnosis.evidence


def test_a_penalty_past_its_limit_is_told_with_its_factor() -> None:
    _, _, explanation = told(PRESETS["penalty_too_strong"])
    assert explanation.headline == "Ran to infinity – the penalty’s step is too long"
    assert "0.3 × 10 = 3, past the limit 2" in explanation.text
    assert "multiplies every weight by 1 − 3 = −2 at each step" in explanation.text
    assert "no longer finite at step 509" in explanation.text
    assert r"\eta\,\lambda = 3 > 2" in explanation.formula


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
    _, diagnosis, explanation = told(PRESETS["penalty_too_strong"].replace(steps=100, **changes))
    assert diagnosis.cause == "penalty_step_too_long"
    assert "multiplies" not in explanation.text


def test_momentum_is_told_its_own_limit() -> None:
    heavy = PRESETS["penalty_too_strong"].replace(optimizer="momentum", momentum=0.2, steps=100)
    _, _, explanation = told(heavy)
    assert "past the limit 2.4" in explanation.text
    assert r"> 2\,(1 + 0.2)" in explanation.formula


def test_nesterov_is_told_its_own_limit() -> None:
    ahead = PRESETS["penalty_too_strong"].replace(optimizer="nesterov", momentum=0.5, steps=100)
    _, _, explanation = told(ahead)
    assert "past the limit 1.5" in explanation.text
    assert r"> \frac{2\,(1 + 0.5)}{1 + 2 \times 0.5}" in explanation.formula


def test_a_weight_decay_past_its_limit_is_told_with_its_factor_and_cured_by_less() -> None:
    shrinking = Experiment(optimizer="adamw", weight_decay=1.0, learning_rate=3.0, steps=2000)
    run, diagnosis, explanation = told(shrinking)
    assert run.non_finite_at is not None
    assert "learning rate × weight decay is 3 × 1 = 3, past the limit 2." in explanation.text
    assert "weight decay alone multiplies every weight by 1 − 3 = −2" in explanation.text
    assert explanation.formula.count("3 > 2") == 1
    cures = fitting_cures(run, diagnosis)
    assert cures["smaller_weight_decay"].weight_decay == 0.6  # 0.9 x 2 / 3
    assert cures["lower_rate"].learning_rate == 1.8  # 0.9 x 2 / 1
    for cured in cures.values():
        assert train(cured).non_finite_at is None


def test_where_no_limit_is_known_no_limit_is_blamed() -> None:
    run, diagnosis, explanation = told(Experiment(optimizer="adam", learning_rate=0.5, steps=500))
    assert run.first_rise_at is not None
    assert diagnosis.cause is None
    assert "as it may with Adam, which scales the step of each weight" in explanation.text
    assert "four known causes" not in explanation.text
    dead = Experiment(hidden=50, optimizer="adam", learning_rate=20.0, steps=300)
    run, diagnosis, explanation = told(dead)
    assert diagnosis.cause == "saturation"
    assert "step too long" not in explanation.text
    assert fitting_cures(run, diagnosis)["lower_rate"].learning_rate == 2.0


def test_the_articles_term_is_told_with_both_runs() -> None:
    run, diagnosis, explanation = told(ARTICLE.replace(learning_rate=0.05))
    assert explanation.headline == "Ran to infinity – the article’s L2 term is not a gradient"
    assert numbers_in(explanation.text.replace("L2", "")) == [
        f"{run.non_finite_at:,}",
        short(diagnosis.evidence["derived_loss"]),
    ]
    assert "\\neq" in explanation.formula


def test_mini_batches_say_that_the_limit_is_a_guide_only() -> None:
    wide = PRESETS["exploding_wide"].replace(steps=100)
    _, _, with_batches = told(wide.replace(batch_size=150))
    assert "a step takes 150 of 300" in with_batches.text
    assert "the limit is a guide only" in with_batches.text
    _, _, without = told(wide)
    assert "guide" not in without.text
    _, diagnosis, well = told(wide.replace(batch_size=10))
    assert diagnosis.cause is None
    assert "as it may with mini-batches" in well.text


def test_a_run_that_is_well_is_told_without_a_cause() -> None:
    run, _, explanation = told(PRESETS["three_neurons"].replace(steps=2000))
    assert explanation.headline == "Still learning"
    assert explanation.formula == ""
    assert "never rose in 2,000 steps" in explanation.text
    assert short(run.loss[0]) in explanation.text
    assert f"{run.train_accuracy[-1]:.1%}" in explanation.text


def assert_readable(text: str) -> None:
    assert not re.search(r"\b(nan|inf|None)\b", text), text
    assert "{" not in text, text
    assert "}" not in text, text
    assert text[0].isupper()
    assert "  " not in text


@settings(max_examples=70, derandomize=True)
@given(short_experiments() | wild_experiments())
def test_the_sentences_of_any_run_are_whole_and_finite(experiment: Experiment) -> None:
    run, diagnosis, explanation = told(experiment)
    for text in (explanation.headline, explanation.text):
        assert_readable(text)
    assert explanation.text.endswith(".")
    assert not re.search(r"\b(nan|inf|None)\b", explanation.formula)
    assert explanation.formula.count("{") == explanation.formula.count("}")
    assert (explanation.formula == "") == (diagnosis.cause is None)
    for name, cured in fitting_cures(run, diagnosis).items():
        assert_readable(cure_label(name, cured))


# --- cures


def test_a_button_says_the_value_that_its_cure_sets() -> None:
    wide = PRESETS["exploding_wide"]
    labels = {
        "lower_rate": wide.replace(learning_rate=0.00708),
        "warm_up": wide.replace(warmup_steps=5000),
        "clipping": wide.replace(clip_norm=1.0),
        "smaller_l2": wide.replace(l2=6.0),
        "decay": wide,
    }
    assert [cure_label(name, cured) for name, cured in labels.items()] == [
        "Lower the learning rate to 0.00708",
        "Warm up over 5,000 steps",
        "Clip the gradient at norm 1",
        "Lower l2 to 6",
        "Let the rate decay (cosine)",
    ]


def outcome_of(sick: Run, cured: Run) -> tuple[str, str]:
    return tell_outcome(sick, cured, diagnose(cured))


def test_a_cure_that_works_says_so_with_both_ends() -> None:
    sick = train(PRESETS["exploding_wide"].replace(steps=500))
    cured = train(sick.experiment.replace(clip_norm=1.0))
    result, text = outcome_of(sick, cured)
    assert result == "cured"
    assert text.startswith("It works. The loss never rises.")
    assert f"{short(typical_loss(cured))} instead of {short(typical_loss(sick))}" in text
    assert f"{cured.train_accuracy[-1]:.1%} of the training points" in text


def test_a_cure_that_comes_too_late_says_so() -> None:
    sick = train(PRESETS["exploding_wide"].replace(steps=500))
    cured = train(sick.experiment.replace(schedule="cosine"))
    result, text = outcome_of(sick, cured)
    assert result == "no_help"
    assert text.startswith("It does not help. The loss still rises, first after step 0")
    assert f"reaches {short(highest_after_rise(cured))} at most" in text


def test_a_cure_that_only_helps_says_so() -> None:
    sick = train(PRESETS["exploding_late"])
    cured = train(PRESETS["rescued_by_decay"])
    result, text = outcome_of(sick, cured)
    assert result == "improved"
    assert text.startswith("It helps, but does not cure. The loss still rises, first after step 1")
    assert "0.2639" not in text  # the first loss, before any rise


def test_a_cure_that_explodes_too_says_so() -> None:
    sick = train(PRESETS["penalty_too_strong"])
    cured = train(sick.experiment.replace(l2=8.0))
    result, text = outcome_of(sick, cured)
    assert result == "no_help"
    assert f"not finite at step {cured.non_finite_at:,} either" in text
    assert "instead of infinity" in text


def test_a_cure_that_stops_the_learning_says_so() -> None:
    sick = train(PRESETS["penalty_too_strong"])
    cured = train(sick.experiment.replace(learning_rate=0.0429, steps=500))
    result, text = outcome_of(sick, cured)
    assert result == "cured"
    assert text.endswith("But it does not learn: stuck.")
