"""The words of cures: what a button says, and what was measured when it was tried."""

import numpy as np
import pytest

from mlp import PRESETS, Experiment, Plan, train
from mlp.analysis.cures import CURES
from mlp.analysis.findings import first_look
from mlp.analysis.trials import held_against
from tests.mlp.analysis.test_trials import trial_of
from ui.words import cures
from ui.words.numbers import percent, spoken


def test_every_cure_has_its_words() -> None:
    assert set(cures.CURES) == set(CURES)
    assert len(set(cures.CURES.values())) == len(CURES)


@pytest.mark.parametrize(
    ("name", "changed", "label"),
    [
        ("lower_rate", {"learning_rate": 0.00708}, "Lower the learning rate to 0.00708"),
        ("much_higher_rate", {"learning_rate": 0.1}, "Raise the learning rate a lot, to 0.1"),
        ("warm_up", {"warmup_steps": 5000}, "Warm up over 5,000 steps"),
        ("warm_up", {"warmup_steps": 1}, "Warm up over 1 step"),
        ("clipping", {"clip_norm": 1.0}, "Clip the gradient at norm 1"),
        ("smaller_l2", {"l2": 6.0}, "Lower l2 to 6"),
        ("decay", {"schedule": "cosine"}, "Let the rate decay (cosine)"),
        ("more_neurons", {"hidden": 12}, "Take more neurons: 12"),
    ],
)
def test_a_button_says_the_value_that_its_cure_sets(
    name: str, changed: dict[str, str | float], label: str
) -> None:
    assert cures.label(name, Experiment().replace(**changed)) == label


def test_an_effect_is_told_in_numbers() -> None:
    trial = trial_of(
        loss=0.0123, loss_before=0.527, accuracy=1.0, accuracy_before=0.4733, rose=False
    )
    assert cures.tell(trial) == (
        "It helps: accuracy 47.3% → 100%, median loss about 0.53 → 0.0123, the loss never rises."
    )
    assert cures.result(trial) == "helps"


@pytest.mark.parametrize(
    ("changed", "told", "result"),
    [
        ({"loss": 0.54, "rose": False}, "Calmer, but slower: accuracy stays 100%", "calmer"),
        ({"loss": 0.1}, "It does not help: accuracy stays 100%, median loss stays", "no_help"),
        ({"non_finite_at": 1234}, "It does not help: ends in infinity at step 1,234.", "no_help"),
        (
            {"loss": 0.01, "whole": False, "steps": 60},
            "It helps: compared at step 60 of 400, where the trial ended, accuracy stays 100%",
            "helps",
        ),
        ({"loss": 0.01, "loss_before": np.inf}, "loss about 0.01 in place of infinity", "helps"),
        ({"loss": 0.01}, "the loss still goes up at times", "helps"),
        ({"loss": 0.08, "first_loss": 0.08}, "Less loss, but it learns nothing: ", "helps"),
        ({"loss": 0.01, "swings": True}, "the loss still swings at the end", "helps"),
        ({"rose": False, "accuracy": 0.985}, "Calmer, but fewer points right: ", "helps"),
        ({"loss": 0.01, "rose_before": False}, "the loss now goes up at times", "helps"),
        ({"rose": False}, "Calmer, and as good: accuracy stays 100%, median loss", "helps"),
        ({"loss": 0.01, "accuracy": 0.97}, "Less loss, but fewer points right: ", "no_help"),
        ({"accuracy_before": 0.9}, "More points right, at much the same loss: ", "no_help"),
        ({"loss": 0.2, "accuracy_before": 0.9}, "right, at a higher loss: ", "no_help"),
        (
            {"loss_before": np.inf, "accuracy": 0.5, "beats_one_answer": False},
            "It stays finite, but learns no more: ",
            "helps",
        ),
    ],
)
def test_what_does_not_help_is_said_as_what_it_is(
    changed: dict[str, object], told: str, result: str
) -> None:
    trial = trial_of(**changed)
    assert told in cures.tell(trial)
    assert cures.result(trial) == result


def test_a_cure_that_ends_far_worse_is_not_said_to_work() -> None:
    # the rate below the limit calms 50 neurons, and they learn far less in the same steps
    sick = train(PRESETS["exploding_wide"].replace(steps=4000, frames=60))
    cured = train(sick.experiment.replace(learning_rate=0.00708))
    trial = held_against(sick, cured)
    assert trial.ratio > 2
    assert cures.tell(trial).startswith("Calmer, but slower: ")


def test_why_a_cure_works_is_measured_at_the_step_that_was_too_long() -> None:
    sick = train(PRESETS["dead_network"].replace(steps=200))
    found = first_look(sick)
    lower = train(sick.experiment.replace(learning_rate=0.003))
    product = float(0.003 * lower.sharpness[0])
    assert cures.why(sick, lower, found) == (
        f"At step 0 learning rate × sharpness is {spoken(product)} in place of 76.3, below the "
        "limit 2."
    )
    clipped = train(sick.experiment.replace(clip_norm=1.0))
    norm = np.hypot(sick.grad_norm_W1[0], sick.grad_norm_W2[0])
    assert cures.why(sick, clipped, found) == f"At step 0 the step is {percent(1 / norm)} as long."
    assert cures.why(sick, train(sick.experiment.replace(learning_rate=0.2)), found) == ""
    calm = train(Experiment(steps=200))
    assert cures.why(calm, lower, first_look(calm)) == ""


def test_accuracy_is_called_that_of_training_where_there_are_test_points() -> None:
    plan = Plan(Experiment(points=60, train_points=50))
    assert cures.effect(trial_of(plan=plan)).startswith(
        "accuracy on the 50 training points stays 100%"
    )
    corners = Plan(Experiment(dataset="corners"))
    assert cures.effect(trial_of(plan=corners)).startswith("accuracy stays 100%")


def test_the_loss_compared_is_called_data_loss_where_there_is_a_penalty() -> None:
    assert "median loss stays" in cures.effect(trial_of(loss=0.1))
    penalised = trial_of(loss=0.1, plan=Plan(Experiment(l2=0.1)))
    assert "median data loss stays" in cures.effect(penalised)


def test_half_a_sentence_tells_what_moved_and_where_it_was_compared() -> None:
    right = trial_of(accuracy=0.98, accuracy_before=0.9)
    assert cures.in_short(right) == "accuracy 90% → 98%"
    part = trial_of(loss=0.01, whole=False, steps=60)
    assert (
        cures.in_short(part)
        == "median loss about 0.1 → about 0.01 at step 60, where the trial ended"
    )
