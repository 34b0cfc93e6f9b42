"""The scenes: in the order of the story, each with settings that do what its question hints at."""

import re

import pytest

from mlp import Diagnosis, diagnose, train
from mlp.plan.scenes import SCENES
from ui.screens.exploding.answers import ANSWERS, answer_of
from ui.words.scenes import QUESTIONS

# What is to be seen in each scene; the article's trains for long, and is in test_diagnostics.
TRUTHS = {
    "dead_network": ("dies", "saturation"),
    "exploding_wide": ("jumps", "step_too_long"),
    "exploding_late": ("jumps", "step_too_long"),
    "vanishing_gradient": ("dies", "saturation"),
    "penalty_too_strong": ("infinity", "penalty_step_too_long"),
}
ENOUGH = {
    "dead_network": 300,
    "exploding_wide": 300,
    "exploding_late": 3000,
    "vanishing_gradient": 2000,
    "penalty_too_strong": 20_000,
}


def test_the_scenes_tell_their_story_in_order() -> None:
    assert list(QUESTIONS) == [*TRUTHS, "article_fifty_exploding"]
    assert next(iter(QUESTIONS)) == "dead_network"
    assert SCENES["dead_network"].title == "50 neurons, rate 0.3"


# What a title must not say before the question is answered.
TELLING = re.compile(
    "explo|shock|unstable|vanish|doubl|infinit|cure|calm|learn|surviv|dies|dead", re.IGNORECASE
)


@pytest.mark.parametrize("name", SCENES)
def test_a_title_says_what_is_set_and_not_what_happens(name: str) -> None:
    assert not TELLING.search(SCENES[name].title)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_scene_that_asks_is_found_by_its_ending(name: str) -> None:
    assert TELLING.search(SCENES[name].ending)
    assert SCENES[name].full_title == f"{SCENES[name].title} · {SCENES[name].ending}"


@pytest.mark.parametrize("name", TRUTHS)
def test_a_scene_goes_wrong_by_the_cause_it_is_made_for(name: str) -> None:
    run = train(SCENES[name].experiment.replace(steps=ENOUGH[name], frames=60))
    diagnosis = diagnose(run)
    assert (answer_of(diagnosis), diagnosis.cause) == TRUTHS[name]


def test_huge_first_weights_starve_the_first_layer() -> None:
    usual = train(SCENES["vanishing_gradient"].experiment.replace(steps=1, init_scale=1.0))
    huge = train(SCENES["vanishing_gradient"].experiment.replace(steps=2000, frames=20))
    after = usual.experiment.replace(steps=2000, frames=20)
    assert huge.grad_norm_W1[-1] < 0.1 * train(after).grad_norm_W1[-1]
    assert huge.loss[-1] > 0.3
    assert train(after).loss[-1] < 0.1


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_asks_and_its_numbers_are_those_of_the_settings(name: str) -> None:
    question, experiment = QUESTIONS[name], SCENES[name].experiment
    assert question.text.endswith("?")
    assert question.hint.rstrip("*").endswith(".")  # the last sentence may be emphasised
    known = {
        experiment.hidden,
        experiment.learning_rate,
        experiment.steps,
        experiment.l2,
        experiment.init_scale,
        experiment.learning_rate * experiment.l2,
        0.006,  # the rate that others of the scenes are compared with
        90_000,  # test_diagnostics: the article's loss rises first near step 91,431
    }
    numbers = re.findall(r"(?<![a-z])\d[\d,]*(?:\.\d+)?", f"{SCENES[name].title} {question.text}")
    for number in numbers:
        value = float(number.replace(",", ""))
        assert any(value == pytest.approx(one) for one in known), number


def test_every_answer_is_the_truth_of_some_diagnosis() -> None:
    diagnoses = [
        Diagnosis("learning"),
        Diagnosis("converged", "step_too_long", 0),
        Diagnosis("saturated", "saturation", 2),
        Diagnosis("non_finite", "article_l2", 7),
    ]
    assert [answer_of(diagnosis) for diagnosis in diagnoses] == list(ANSWERS)


@pytest.mark.parametrize(
    ("verdict", "cause", "answer"),
    [
        ("oscillating", "step_too_long", "jumps"),
        ("learning", "penalty_step_too_long", "jumps"),
        ("stuck", None, "smooth"),
        ("converged", None, "smooth"),
        ("non_finite", "penalty_step_too_long", "infinity"),
    ],
)
def test_an_answer_follows_from_the_diagnosis(verdict: str, cause: str | None, answer: str) -> None:
    assert answer_of(Diagnosis(verdict, cause)) == answer
