"""Every sentence beside the player is true of the run that is shown."""

import re

import numpy as np
import pytest
from hypothesis import given, settings

from mlp import PRESETS, Experiment, Run, train
from mlp.network import predict
from mlp.plan.scenes import SCENES, scene_of
from tests.mlp.strategies import short_experiments, wild_experiments
from ui.player.events import events_of
from ui.words import numbers
from ui.words.numbers import Number
from ui.words.scenes import LOOK_FOR

RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
NUMBER = rf"([−-]?\d[\d,.]*(?: × 10)?[{RAISED}]*)"


def value(text: str) -> float:
    plain = text.removeprefix("about ").rstrip(".,").replace(",", "").replace("−", "-")
    plain = re.sub(f"(?<![\\d.])10(?=[{RAISED}])", "1 × 10", plain.replace(" × 10", "e"))
    plain = plain.replace(" × 10", "e")
    return float(plain.translate(str.maketrans(RAISED, "-0123456789")))


def only(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    assert match, (pattern, text)
    return value(match[1])


def check_frame(run: Run, frame: int) -> None:
    accuracy, loss, gradient, stability = numbers.numbers(run, frame)
    check_accuracy(run, frame, accuracy)
    check_loss(run, frame, loss)
    check_gradient(run, frame, gradient)
    check_stability(run, frame, stability)
    risen = run.first_rise_at is not None and run.steps[frame] > run.first_rise_at
    unsteady = risen and not run.experiment.takes_mini_batches
    if run.non_finite_at is None:
        for number in (loss, gradient, stability):
            assert number.value.startswith("about ") == unsteady
        assert loss.meaning.endswith(numbers.ABOUT) == unsteady
    for number in (accuracy, loss, gradient, stability):
        assert not re.search(r"\b(nan|inf)\b", number.value + number.meaning)


def check_accuracy(run: Run, frame: int, number: Number) -> None:
    data = run.data
    H2 = predict(data.X, run.W1[frame].copy(), run.W2[frame].copy())
    right = (H2[:, 1] > H2[:, 0]) == (data.labels == 1)
    assert number.meaning.startswith(
        f"{right[: data.n_train].sum()} of {data.n_train} training points are classified right"
    )
    assert number.value == f"{right[: data.n_train].mean():.1%}"
    if data.n_train < len(data.X):
        assert f"of all {len(data.X)} points, {right.mean():.1%}" in number.meaning


def check_loss(run: Run, frame: int, number: Number) -> None:
    loss, penalty = run.loss[frame], run.penalty[frame]
    assert value(number.value) == pytest.approx(loss, rel=1e-3)
    if "no penalty" in number.meaning:
        assert run.experiment.l1 == run.experiment.l2 == 0
    elif "billionth" in number.meaning:
        assert penalty / loss > 1 - 1.1e-9
    else:
        assert only(f"penalty part {NUMBER}", number.meaning) == pytest.approx(penalty, rel=1e-3)
        assert only(f"Data part {NUMBER}", number.meaning) == pytest.approx(
            loss - penalty, rel=1e-3
        )


def check_gradient(run: Run, frame: int, number: Number) -> None:
    gradient = run.gradient[frame]
    largest = float(np.max(np.abs(gradient))) or 1.0
    norm = largest * float(np.linalg.norm(gradient / largest))
    assert value(number.value) == pytest.approx(norm, rel=1e-3, abs=1e-300)
    if "Clipping" in number.meaning:
        share = only(f"to {NUMBER}% of that", number.meaning) / 100
        assert share == pytest.approx(run.experiment.clip_norm / norm, abs=6e-4)
        assert norm > run.experiment.clip_norm > 0


def check_stability(run: Run, frame: int, number: Number) -> None:
    share = 1.0
    if mini_batches := 0 < run.experiment.batch_size < run.data.n_train:
        share = run.experiment.batch_size / run.data.n_train
    l2 = run.experiment.l2
    product = run.learning_rates[frame] * (share * (run.sharpness[frame] - l2) + l2)
    text = number.meaning
    if "clipped" in text:
        left = only(f"× {NUMBER}% ×", text) / 100
        norm = float(np.hypot(run.grad_norm_W1[frame], run.grad_norm_W2[frame]))
        assert left == pytest.approx(run.experiment.clip_norm / norm, abs=6e-4)
        product *= run.experiment.clip_norm / norm
    assert value(number.value) == pytest.approx(product, rel=1e-3, abs=1e-300)
    if "shrinks" in text:
        assert "Below the limit 2" in text
        assert abs(1 - product) <= 1
    if "grows" in text:
        assert "Past the limit 2" in text
        assert abs(1 - product) >= 1
    momentum, optimizer = run.experiment.momentum, run.experiment.optimizer
    limits = {"momentum": 2 * (1 + momentum), "nesterov": 2 * (1 + momentum) / (1 + 2 * momentum)}
    if "’s limit, " in text:
        limit = limits[optimizer]
        assert only(rf"= {NUMBER}\.", text) == pytest.approx(limit, rel=1e-5)
        assert ("below" in text) == (product < limit)
    adaptive = optimizer not in ("gradient_descent", *limits)
    assert ("by its past gradients: no fixed limit holds" in text) == adaptive
    assert not (adaptive and re.search("[Bb]elow|[Pp]ast the limit", text))
    assert ("a mini-batch" in text) == mini_batches


@settings(max_examples=60)
@given(short_experiments() | wild_experiments())
def test_every_number_and_sentence_is_true_of_the_frame(experiment: Experiment) -> None:
    run = train(experiment)
    for frame in {0, len(run.steps) // 2, len(run.steps) - 1}:
        check_frame(run, frame)


@settings(max_examples=40)
@given(short_experiments() | wild_experiments())
def test_events_and_endings_are_those_of_the_run(experiment: Experiment) -> None:
    run = train(experiment)
    events = {event.kind: event.step for event in events_of(run)}
    assert events.get("first_rise") == run.risen_at
    if run.risen_at is not None and run.non_finite_at is None:
        # it is a frame of its own, higher than the one before
        frame = run.frame_at(run.risen_at)
        assert run.steps[frame] == run.risen_at
        assert run.loss[frame] > run.loss[frame - 1]
    assert set(events.values()) <= set(range(experiment.steps + 1))
    if "highest_loss" in events:
        assert run.loss_max[run.frame_at(events["highest_loss"])] == run.loss_max.max()
    ending = numbers.ending(run)
    assert (ending is None) == (run.non_finite_at is None)
    assert ("non_finite" in events) == (run.non_finite_at is not None)
    if ending is not None:
        assert f"at step {run.non_finite_at:,}." in ending
        assert f"ends at step {run.steps[-1]:,}," in ending


def test_every_preset_has_its_words_and_is_recognised() -> None:
    assert set(LOOK_FOR) == set(SCENES) == set(PRESETS)
    assert len({scene.title for scene in SCENES.values()}) == len(SCENES)
    for name, experiment in PRESETS.items():
        assert scene_of(experiment) == name
        assert SCENES[name].title
        assert LOOK_FOR[name]
    assert scene_of(Experiment(hidden=4)) is None


def loss_at(run: Run, step: int) -> float:
    return float(run.loss[run.frame_at(step)])


def test_what_the_presets_promise_happens() -> None:
    wide = train(PRESETS["exploding_wide"].replace(steps=20))
    assert wide.loss[:5].max() > 1.5 * wide.loss[0]  # "the loss jumps within 4 steps"
    for name in ("rescued_by_warmup", "rescued_by_clipping"):
        assert train(PRESETS[name]).first_rise_at is None  # "the loss never rises"
    late = train(PRESETS["exploding_late"].replace(steps=3000))
    assert late.first_rise_at is not None
    assert 1000 < late.first_rise_at < 2000  # "smooth for over a thousand steps"
    penalty = PRESETS["penalty_too_strong"]
    assert penalty.learning_rate * penalty.l2 == pytest.approx(3)  # "rate × l2 = 3"
    dead = train(PRESETS["dead_network"].replace(steps=100))
    assert np.hypot(dead.grad_norm_W1[-1], dead.grad_norm_W2[-1]) < 1e-3 * np.hypot(
        dead.grad_norm_W1[0], dead.grad_norm_W2[0]
    )


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (1.569e-15, "at the minimum, to rounding"),
        (0.0, "at the minimum, to rounding"),
        (2e-11, "less than a millionth from the minimum"),
        (0.005568, "0.005568 from the minimum"),
    ],
)
def test_a_distance_is_said_as_a_person_would(away: float, told: str) -> None:
    assert numbers.how_far(away, 9.487, "the minimum") == told
