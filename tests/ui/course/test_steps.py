"""The course as data: every step can be read, answered and done."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlp import Experiment, Plan, train
from mlp.plan.scenes import scene_of
from mlp.surfaces.best_rate import score, score_of, search, suggested_rate
from mlp.surfaces.regression import LOSSES
from mlp.surfaces.surfaces import SURFACES, descend
from tests.ui.address.test_all_screens import SCREENS
from ui.address.embedding import COURSE_ANSWERS
from ui.course import momentum
from ui.course.checks import CHECKS, past_the_limit
from ui.course.steps import STEPS, Step, read_step
from ui.course.truths import TRUTHS, WHY, experiment_of
from ui.frame import shell
from ui.jobs import finished, runs
from ui.screens.gradient_descent.lessons import LESSONS
from ui.words.glossary import define, explain, terms_in

TITLES = [step.title for step in STEPS]


def words_in(text: str) -> list[str]:
    return re.findall(r"[^\W_][\w’.-]*", text)


def sentences_in(text: str) -> list[str]:
    return re.split(r"(?<=[.?!:;])\s+", text)


# Worked out by other means: formulas, tests/reference, and the design's measured facts.
RIGHT = (
    "some",  # |20 x 0.6^t| < 1e-6 first at t = 33
    "zigzag",  # 1 - 25 x 0.07 = -0.75
    "nesterov",
    "squared",  # 1.592 against 0.2538
    "two",  # one through each output
    "most",
    "fifty",  # 254 against 32
    "warmup",
    "dies",
    "fails",
)


@pytest.fixture(autouse=True)
def _forget_runs() -> Iterator[None]:
    yield
    runs.forget_all()


def test_there_are_as_many_steps_and_answers_as_addresses_may_name() -> None:
    assert tuple(len(step.answers) for step in STEPS) == COURSE_ANSWERS
    assert 8 <= len(STEPS) <= 10
    assert 25 <= sum(step.minutes for step in STEPS) <= 35
    assert len(set(TITLES)) == len(STEPS)


@pytest.mark.parametrize("step", STEPS, ids=TITLES)
def test_a_step_names_what_there_is(step: Step) -> None:
    assert step.page in SCREENS
    assert step.todo_page in ("", *SCREENS)
    assert step.after_page in ("", *SCREENS)
    assert step.truth in TRUTHS
    assert step.check in CHECKS
    there = [screen.title for screen in shell.SCREENS if screen.path == step.todo_page]
    assert step.todo_label == "".join(f"Go to {title}" for title in there)
    assert step.question.endswith("?")
    assert all(step.answers.values())
    if "lesson" in step.goal:
        form = LESSONS[step.goal["lesson"]].form
        texts = {name: [str(text)] for name, text in step.params.items() if name != "scene"}
        assert form.read(texts)[1] == []


def test_a_picture_is_a_drawing_and_told_in_words() -> None:
    assert [step.title for step in STEPS if step.picture] == [STEPS[4].title]
    for step in STEPS:
        assert bool(step.picture) == bool(step.pictured)
        assert step.picture.startswith("<svg ") or not step.picture
        assert not re.search(r"script|href|http://(?!www.w3.org/2000/svg)|on\w+=", step.picture)


@pytest.mark.parametrize("step", STEPS, ids=TITLES)
def test_a_task_is_three_lines_of_a_telephone_and_begins_with_what_to_do(step: Step) -> None:
    shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", step.todo)  # links without their addresses
    assert len(shown) <= 130
    order = shown.partition(". ")[0]
    assert len(order) <= 96
    assert re.match(r"(Find|Press|Choose|Walk|Change|Train|Move) ", order)


@pytest.mark.parametrize(("step", "right"), [*zip(STEPS, RIGHT, strict=True)], ids=TITLES)
def test_every_question_has_the_right_answer_among_its_answers(step: Step, right: str) -> None:
    if TRUTHS[step.truth](step) is None:  # waits for its run
        waits = {
            "accuracy": Experiment(hidden=2),
            "explosion": Experiment(hidden=50, learning_rate=0.3),
        }
        asked = waits[step.truth]
        # Dead from its second step on, so a twentieth of the run says the same.
        quick = asked.replace(steps=1000) if step.truth == "explosion" else asked
        finished._finished[Plan(asked)] = train(quick)
    answered = TRUTHS[step.truth](step)
    assert answered is not None
    name, told = answered
    assert name == right
    assert name in step.answers
    assert re.search(r"\d", told)
    assert not re.search(r"\b(nan|inf)\b|1 steps", told)
    assert all(len(words_in(sentence)) <= 30 for sentence in sentences_in(told))


@pytest.mark.parametrize("step", STEPS, ids=TITLES)
def test_what_a_step_taught_is_said_in_short_sentences(step: Step) -> None:
    assert all(len(words_in(sentence)) <= 24 for sentence in sentences_in(step.taught))


RMSPROP = re.compile(
    r"moves each variable by ([\d.]+) to ([\d.]+), about its rate of ([\d.]+), and the next leads "
    r"back\. So it jumps about the bottom, ([\d.]+) to ([\d.]+) away\."
)


def test_the_reasons_are_those_of_the_numbers() -> None:
    raced, moved = (TRUTHS[name](STEPS[place]) for name, place in (("race", 2), ("pull", 3)))
    assert raced
    assert moved
    rate = suggested_rate("gradient_descent", SURFACES["valley"], SURFACES["valley"].start)
    assert f"along the valley covers {rate:.2g} of the way." in raced[1]
    first, _, reasons = raced[1].partition(WHY)
    assert first.startswith("Nesterov is there first, at step ")
    assert first.endswith(
        " Gradient descent did not come so near in 200 steps. RMSprop came, and did not stay."
    )
    assert len(re.findall(r"[\d.]*\d", first)) == 2
    assert "Within 0.001 of the bottom" in reasons
    assert "Nesterov looks ahead, and turns sooner." in raced[1]
    low, high, rate, near, far = (float(x) for x in RMSPROP.findall(raced[1])[0])
    assert low < rate < high  # of a step, in each variable
    assert rate / 2 < near < far < rate  # half a step to each side, in both
    first, _, reasons = moved[1].partition(WHY)
    assert first == "Squared error’s moves by 1.592, absolute error’s by 0.2538."
    assert "8% under absolute error" in reasons  # 3 / 40, but for the points on the line
    assert "Huber" not in moved[1]  # is for the task
    for loss, steepest in (("absolute", 1), ("huber", 1), ("squared", 7)):  # of a miss of 7
        assert LOSSES[loss].slope(np.array([7.0]), 1.0) == pytest.approx(steepest)


def test_a_zig_zag_is_told_by_the_sign_of_its_factor() -> None:
    zigzag, straight = (
        TRUTHS["valley"](dataclasses.replace(STEPS[1], params={"rate": rate}))
        for rate in ("0.07", "0.03")
    )
    assert zigzag
    assert straight
    assert zigzag[1].startswith(f"20 of the first 20 steps cross to the other side.{WHY}")
    assert "= −0.75: below 0, so it changes sides." in zigzag[1]
    assert straight[0] == "straight"
    assert "= 0.25. Along it, a step multiplies x0 by 0.97." in straight[1]


def test_one_optimizer_alone_beats_plain_descent_at_each_ones_best_rate() -> None:
    surface, goal = SURFACES["valley"], STEPS[2].goal
    arrivals = {}
    for name in goal["field"]:
        parameters = {"momentum": goal["momentum"]}
        *_, (_, best) = search(surface, surface.start, name, steps=200, parameters=parameters)
        found = score(surface, surface.start, name, best, steps=200, parameters=parameters)
        arrivals[name] = found.arrival
    sooner = [name for name, at in arrivals.items() if at < arrivals["gradient_descent"]]
    assert sooner == [goal["sooner"]]


def test_momentum_is_late_for_its_beta_and_early_with_the_best() -> None:
    surface = SURFACES["valley"]
    told = momentum.why_late(surface, beta=0.9, rate=0.075, own_rate=0.01, arrived=161)
    plain, _, formula = told.partition(WHY)
    assert "at step 161: so much of the last step goes on that it" in plain
    assert "swings past the bottom and back." in plain
    assert "√" not in plain
    assert "√β ≈ 0.949" in formula
    assert "leaves 0.925" in formula  # 1 − 0.075
    [(rate, step)] = re.findall(r"its best rate, ([\d.]+), momentum is there at step (\d+)\.", told)
    beta = (4 / 6) ** 2  # of κ = 25
    path = descend(
        surface,
        surface.start,
        optimizer="momentum",
        learning_rate=float(rate),
        steps=200,
        parameters={"momentum": beta},
    )
    assert score_of(surface, path).arrival == int(step) < 117
    assert not momentum.why_late(surface, beta=0.5, rate=0.075, own_rate=0.01, arrived=161)


def test_an_explosion_is_told_with_its_reason_apart_and_without_the_verdict_below_it() -> None:
    asked = Experiment(hidden=50, learning_rate=0.3)
    finished._finished[Plan(asked)] = train(asked.replace(steps=1000))
    exploded = TRUTHS["explosion"](STEPS[8])
    assert exploded
    first, _, why = exploded[1].partition(WHY)
    assert re.fullmatch(r"The loss ends at [\d.]+, [\d.]+% right\.", first)
    assert "so the loss is at most 1 per point" in why
    assert "rate × sharpness was" not in exploded[1]  # stands in the verdict


def test_who_comes_near_and_leaves_is_told_from_who_never_came() -> None:
    raced = TRUTHS["race"](STEPS[2])
    assert raced
    surface = SURFACES["valley"]
    rate = suggested_rate("rmsprop", surface, surface.start)
    path = descend(surface, surface.start, optimizer="rmsprop", learning_rate=rate, steps=200)
    apart = np.linalg.norm(path.points, axis=1)
    assert "Gradient descent not yet" in raced[1]
    first = int(np.argmax(apart <= 1e-3))
    assert f"RMSprop at step {first}, not to stay" in raced[1]
    assert f"within 1.3 × 10⁻⁹ at step {apart.argmin()}, and did not stay" in raced[1]
    assert apart.min() == pytest.approx(1.3e-9, rel=0.05)
    slope = 25 * path.points[apart.argmin() :, 1]
    grown = float(-slope[1] / slope[0])
    assert grown == pytest.approx(6.3 - 1, abs=0.05)  # a step multiplies by 1 − 6.3
    assert "≈ 6.3 is past the limit 2" in raced[1]


def test_a_warm_up_ends_where_the_loss_has_become_flatter() -> None:
    calm = TRUTHS["first_steps"](STEPS[7])
    assert calm
    [[first, later, product]] = re.findall(
        r"from ([\d.]+) to ([\d.]+): 0\.03 × [\d.]+ ≈ ([\d.]+) is below", calm[1]
    )
    assert float(first) > 5 * float(later)
    assert float(product) == pytest.approx(0.03 * float(later), rel=1e-3)


def test_two_lines_part_a_strip_from_the_rest() -> None:
    asked = Experiment(hidden=2)
    finished._finished[Plan(asked)] = run = train(asked)
    right = TRUTHS["accuracy"](STEPS[5])
    assert right
    first, inside, second, outside = map(
        int, re.findall(r"(\d+) of (\d+) points .*?(\d+) of (\d+) points", right[1])[0]
    )
    assert inside + outside == run.data.n_train
    wrong = round((1 - run.train_accuracy[-1]) * run.data.n_train)
    assert f" {wrong} of these 300 answers are wrong." in right[1]
    assert first > 0.9 * inside
    assert second > 0.9 * outside
    a, b = run.W1[-1][:2].T
    cosine = abs(a @ b) / np.linalg.norm(a) / np.linalg.norm(b)
    assert f"end {np.degrees(np.arccos(cosine)):.0f}° apart" in right[1]


def test_the_reason_for_a_sharper_network_explains_how_much_sharper_it_is() -> None:
    sharper = TRUTHS["sharper"](STEPS[6])
    assert sharper
    first, _, reasons = sharper[1].partition(WHY)
    assert first.endswith("31.94 with 3 neurons, 254.4 with 50.")
    assert reasons.startswith("Times the rate, 0.006, that is 0.19 and 1.53.")
    added_up, sharpness = map(float, re.findall(r"([\d.]+) times as much", sharper[1]))
    assert added_up == pytest.approx(sharpness, rel=0.05)


def test_a_warm_up_begins_below_the_limit_that_a_cosine_decay_is_past() -> None:
    calm = TRUTHS["first_steps"](STEPS[7])
    assert calm
    [[full, slow]] = re.findall(r"is ([\d.]+) with cosine, .* ([\d.]+) with warm-up", calm[1])
    assert float(slow) < 2 < float(full)


PAST = re.compile(
    r"At step (\S+) it was \S+, past the limit 2\. Yet the loss came down, from (\S+) there to "
    r"(\S+)\. .* it fell from (\S+) to (\S+)\. At all steps shown from (\S+) on"
)


def test_a_run_that_learned_past_the_limit_is_told_why_it_may() -> None:
    run = train(Experiment(hidden=50, learning_rate=0.03, steps=2000))
    told = past_the_limit(run)
    [[at, high, low, sharp, flat, back]] = PAST.findall(told)
    assert float(low) < float(high)
    products = 0.03 * run.sharpness
    assert run.steps[products.argmax()] == int(at)
    assert 0.03 * float(sharp) > 2 > 0.03 * float(flat)
    assert np.all(products[run.steps >= int(back)] < 2)
    assert products[np.searchsorted(run.steps, int(back)) - 1] > 2


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 0.001},  # never past it
        {"learning_rate": 0.3},  # past it, and dead
        {"learning_rate": 0.03, "optimizer": "adam"},  # another limit
        {"learning_rate": 0.03, "batch_size": 30},
    ],
)
def test_a_run_to_which_that_does_not_apply_is_not_explained(changes: dict[str, Any]) -> None:
    assert past_the_limit(train(Experiment(hidden=50, steps=300, **changes))) == ""


def test_a_weight_reaches_the_loss_through_each_output_that_its_neuron_leads_to() -> None:
    counted = TRUTHS["ways"](STEPS[4])
    assert counted
    first, second, both, moved = (
        float(number.replace("−", "-")) for number in re.findall(r"−?0\.\d+", counted[1])
    )
    assert first + second == pytest.approx(both, abs=1e-4)
    assert moved == pytest.approx(both, rel=1e-3)


def test_every_name_to_choose_from_is_explained_before_the_choice() -> None:
    step = STEPS[2]
    beside = explain(step.question, *step.answers.values()) or ""
    for name in ["momentum", "Nesterov", "RMSprop", "Adam"]:
        assert name in terms_in(" ".join(step.answers.values()))
        assert define(name) in beside


@pytest.mark.parametrize("number", [3, 4, 10])
def test_an_idea_is_one_in_a_few_short_sentences(number: int) -> None:
    idea = STEPS[number - 1].idea
    assert len(words_in(idea)) <= 60
    assert max(len(words_in(sentence)) for sentence in sentences_in(idea)) <= 24


@pytest.mark.parametrize(
    ("term", "explained"),
    [
        ("loss", "its loss, the number that says how wrong it is"),
        ("curvature", "the slope’s own slope, the curvature"),
        ("gradient", "Together they are an arrow, the gradient"),
        ("learning rate", "the learning rate, or rate, is a number that you choose"),
        ("optimizer", "Rules that make steps from slopes, as these five, are called optimizers"),
        ("outlier", "the 3 moved points, called outliers"),
        ("weight", "a weight, a number to be learned"),
        ("cosine", "a cosine decay along half a wave of the cosine"),
        ("central difference", "is a central difference: nearly the slope"),
        ("momentum", "Momentum lets a share of the last step go on"),
        ("XOR", "XOR: 1 where exactly one of two inputs is positive, else 0"),
        ("bias", "its bias, the weight of the constant input 1, moves the line"),
        ("sigmoid", "The sigmoid squashes the sum to between 0 and 1"),
        ("accuracy", "the accuracy, which is the share of points answered right"),
        ("sharpness", "Sharpness is the loss’s curvature in the direction"),
        ("warm-up", "a warm-up raises it from near 0"),
        ("cure", "tried from the same start, clearly lowered the loss or ended its rises"),
        ("penalty", "penalty, an extra part of the loss"),
    ],
)
def test_a_term_is_explained_in_the_step_that_has_it_first(term: str, explained: str) -> None:
    read = (f"{step.idea} {step.question} {step.todo} {step.taught}" for step in STEPS)
    assert explained in next(text for text in read if term.lower() in text.lower())


def test_a_network_of_a_step_is_what_its_address_says() -> None:
    for step in STEPS:
        if step.page.endswith(("Chain_rule.py", "app.py")):
            experiment = experiment_of(step)
            # It has a name, not "Your own"; but step 6 is no scene, which the first screen would
            # have told the end of.
            assert scene_of(experiment) is not None or experiment == Experiment(hidden=2)


def test_a_bad_file_is_refused_by_its_name() -> None:
    file = Path(__file__).parents[3] / "ui" / "course" / "files" / "01_one_variable.toml"
    text = file.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.toml: .*'colour'"):
        read_step(f'colour = "red"\n{text}', "x.toml")
    with pytest.raises(ValueError, match=r"x\.toml: .*missing.*'idea'"):
        read_step(re.sub(r"(?m)^idea = .*\n", "", text), "x.toml")
    with pytest.raises(ValueError, match=r"x\.toml: answers has 1 entries"):
        read_step(re.sub(r"(?m)^(some|many) = .*\n", "", text), "x.toml")
    with pytest.raises(ValueError, match=r"x\.toml: "):
        read_step("= 3", "x.toml")
