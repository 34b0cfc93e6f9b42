"""The screen "Exploding gradients" without a browser: questions, verdicts, cures, bad addresses."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from mlp import PRESETS, Experiment, check_gradients, diagnose, train
from mlp.analysis.cures import changes
from mlp.analysis.findings import first_look
from mlp.analysis.trials import held_against
from mlp.analysis.verdicts import judge
from mlp.plan.scenes import SCENES
from tests.apps import arrive
from tests.grouped import Grouped
from ui.autopsy.autopsy import known_of, worth_showing
from ui.jobs import runs, training
from ui.screens.exploding import screen
from ui.screens.exploding.answers import ANSWERS, answer_of
from ui.words import cures, diagnoses
from ui.words.scenes import QUESTIONS
from ui.words.stories import story

PAGE = "pages/1_Exploding_gradients.py"
# The scenes' own settings with fewer steps, and an article's run that explodes soon.
SHORT = {
    name: SCENES[name].experiment.replace(steps=steps, frames=40)
    for name, steps in zip(QUESTIONS, (200, 200, 2000, 1000, 20_000, 2000), strict=True)
}
SHORT["article_fifty_exploding"] = SHORT["article_fifty_exploding"].replace(
    points=50, l2=0.01, learning_rate=0.05
)


@pytest.fixture(autouse=True)
def short_scenes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every scene, and the Train screen on the way, train for a moment only."""
    shortened = {
        name: dataclasses.replace(SCENES[name], experiment=SHORT[name]) for name in QUESTIONS
    }
    monkeypatch.setattr(screen, "SCENES", shortened)
    yield
    runs.forget_all()


def visit(**params: str | list[str]) -> AppTest:
    """A new visitor who comes to the screen with this address."""
    return finish(arrive(PAGE, **params))


def finish(app: AppTest) -> AppTest:
    """Run the script until what it trains is trained and shown."""
    app.run()
    for key in ("scene_job", "scene_cure_job"):
        job = app.session_state.get(key, None)
        if job is not None:  # done by now, it may not have been when the page was drawn
            job.wait(60)
            app.run()
    tryout = app.session_state.get("tryout", None)
    if tryout is not None:  # as above
        tryout.wait(60)
        app.run()
    assert not app.exception, app.exception
    assert not app.error
    return app


def texts(app: AppTest) -> list[str]:
    return [text.value for text in app.markdown]


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def answers(app: AppTest) -> list[str]:
    return [label for label in labels(app) if label in ANSWERS.values()]


def players(app: AppTest) -> list[Any]:
    return [e for e in app.get("bidi_component") if e.proto.component_name == "xor_player"]


def cure_buttons(app: AppTest) -> dict[str, str]:
    prefix = "cure_"
    return {
        button.key.removeprefix(prefix): button.label
        for button in app.button
        if button.key and button.key.startswith(prefix)
    }


def unfold(app: AppTest) -> AppTest:
    """Open the folds with the cures that are less worth it, as the page does where one is."""
    app.session_state["cures_less"] = app.session_state["cures_untried"] = True
    return finish(app)


def warnings_of(app: AppTest) -> list[str]:
    """The sentences as they are read: without the escapes that keep them plain."""
    return [re.sub(r"\\([\W_])", r"\1", warning.value) for warning in app.warning]


def opened_in_train(app: AppTest) -> dict[str, str]:
    [link] = [e.proto for e in app.get("page_link") if e.proto.label == "Open in the Train screen"]
    return dict(parse_qsl(link.query_string))


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return finish(app)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_scene_asks_first_and_an_answer_runs_it(name: str) -> None:
    app = visit(scene=name)
    assert f"##### {QUESTIONS[name].text}" in texts(app)
    assert answers(app) == list(ANSWERS.values())
    assert len(players(app)) == 1  # untrained, but there
    assert not cure_buttons(app)

    press(app, "answer_smooth")
    assert dict(app.query_params) == {"scene": name, "run": "yes"}
    assert answers(app) == []
    run = train(SHORT[name])
    diagnosis = diagnose(run)
    explanation = diagnoses.explain(run, diagnosis)
    assert f"##### :material/warning: {explanation.headline}" in texts(app)
    assert explanation.text in texts(app)
    assert f"$$\n{explanation.formula}\n$$" in [formula.value for formula in app.latex]
    assert f"“{ANSWERS[answer_of(diagnosis)]}”" in " ".join(
        caption.value for caption in app.caption
    )
    assert any(QUESTIONS[name].hint in caption.value for caption in app.caption)

    # what helps against the cause, then what else helps, then the rest, then what was not tried
    plans = changes(run, first_look(run)).plans
    trials = diagnosis.trials or ()
    shown = worth_showing(trials)
    groups = Grouped.of(shown, run, diagnosis)
    folded = [trial for trial in trials if trial not in shown]
    tried = [trial.name for trial in (*groups.in_order(), *folded)]
    order = [*tried, *(name for name in plans if name not in tried)]
    assert list(cure_buttons(app)) == order[: len(shown)]  # the rest is not sent until asked for
    unfold(app)
    assert list(cure_buttons(app).items()) == [
        (cure, cures.label(cure, plans[cure])) for cure in order
    ]
    if shown:
        best = cures.label(tried[0], plans[tried[0]])
        assert app.button("best_cure").label.lower().endswith(best.lower())
    said = [caption.value for caption in app.caption]
    for trial in diagnosis.trials or ():
        effect = cures.effect(trial)
        assert effect in said or f"{cures.judgement(trial)}: {effect}" in said
    assert ("**Tried, and it helps against the cause**" in texts(app)) == bool(groups.against)
    assert cures.YARDSTICK in said
    assert shown
    assert Experiment.from_params(opened_in_train(app)) == SHORT[name]


def test_a_right_answer_is_called_right_and_another_one_is_not() -> None:
    right = press(visit(scene="penalty_too_strong"), "answer_infinity")
    assert any("That is what happened" in caption.value for caption in right.caption)
    wrong = press(visit(scene="penalty_too_strong"), "answer_smooth")
    assert any("What happened: “It runs to infinity”" in caption.value for caption in wrong.caption)


def test_an_address_with_the_run_in_it_needs_no_answer() -> None:
    app = visit(scene="dead_network", run="yes")
    assert any(text.startswith("##### :material/warning: Died") for text in texts(app))
    assert not any("You expected" in caption.value for caption in app.caption)


def test_the_first_scene_is_shown_without_an_address_and_others_can_be_picked() -> None:
    app = visit()
    assert f"##### {QUESTIONS['dead_network'].text}" in texts(app)
    app.selectbox(key="scene_choice").set_value("exploding_late")
    finish(app)
    assert dict(app.query_params) == {"scene": "exploding_late"}
    assert f"##### {QUESTIONS['exploding_late'].text}" in texts(app)


def test_a_cure_is_pressed_kept_in_the_address_told_and_let_go() -> None:
    app = visit(scene="exploding_wide", run="yes")
    press(app, "cure_clipping")
    address = {"scene": "exploding_wide", "run": "yes", "cure": "clipping"}
    assert dict(app.query_params) == address
    sick = train(SHORT["exploding_wide"])
    cured = train(sick.experiment.replace(clip_norm=1.0))
    sentence = cures.tell(held_against(sick, cured))
    assert any(sentence in text for text in texts(app))
    assert any(sentence in text for text in texts(visit(**address)))
    # The headline is the cured run's, and says what was changed.
    label = cures.label("clipping", cured.plan)
    how = story(cured, judge(cured))
    assert f"**:material/healing: {label}: {how[0].lower()}{how[1:]}**" in texts(app)
    without = story(sick, judge(sick))
    start = f"Without it: {without[0].lower()}{without[1:]}. "
    assert any(caption.value.startswith(start) for caption in app.caption)

    unfold(app)
    press(app, "cure_decay")
    assert app.query_params["cure"] == "decay"
    assert any("It does not help: " in text for text in texts(app))
    press(app, "cure_decay")
    assert dict(app.query_params) == {"scene": "exploding_wide", "run": "yes"}
    assert not any(text.startswith(":material/cancel:") for text in texts(app))


def test_a_cure_that_still_trains_is_said_to_and_how_far(monkeypatch: pytest.MonkeyPatch) -> None:
    app = visit(scene="exploding_wide", run="yes", cure="clipping")
    cure = app.session_state["scene_cure_job"]
    told = cures.label("clipping", cure.plan)
    assert not any("still training" in text.value for text in app.markdown)
    is_done = vars(runs.Job)["done"].fget
    monkeypatch.setattr(runs.Job, "done", property(lambda job: job is not cure and is_done(job)))
    app.run()
    assert f"**:material/healing: {told}: still training**" in [text.value for text in app.markdown]
    assert any(text.value.startswith("The training has ended at step 200;") for text in app.caption)
    assert not any("Without it:" in text.value for text in app.caption)


def test_what_was_tried_on_a_part_is_told_of_the_whole_run_once_there_is_one() -> None:
    sick = train(SHORT["exploding_wide"])
    cured = train(sick.experiment.replace(clip_norm=1.0))
    whole = held_against(sick, cured, "clipping")
    part = dataclasses.replace(whole, whole=False, steps=10, loss=1.0)
    job = runs.Job(sick.plan)
    runs.forget_all()
    assert known_of(part, job, sick) is part
    runs.remember(cured)
    assert known_of(part, job, sick) == whole


def test_one_key_goes_from_the_question_to_the_run_its_best_cure_and_the_next_scene() -> None:
    app = visit(scene="exploding_wide", present="1")
    press(app, "scene_next")
    assert dict(app.query_params) == {"scene": "exploding_wide", "run": "yes", "present": "1"}
    best = app.button("best_cure").label.lower()
    press(app, "scene_next")
    cure = app.query_params["cure"]
    assert best.endswith(cure_buttons(app)[str(cure)].lower())
    press(app, "scene_next")
    assert dict(app.query_params) == {"scene": "exploding_late", "present": "1"}
    press(app, "scene_back")
    address = {"scene": "exploding_wide", "run": "yes", "cure": cure, "present": "1"}
    assert dict(app.query_params) == address


def test_a_question_passed_over_is_said_to_be_and_asked_again_by_the_way_back() -> None:
    app = press(visit(scene="exploding_wide", present="1"), "scene_next")
    said = " ".join(caption.value for caption in app.caption)
    truth = ANSWERS[answer_of(diagnose(train(SHORT["exploding_wide"])))]
    assert "No guess: you went on without one" in said
    assert f"Page Up asks again. What happened: “{truth}”." in said
    assert "You expected" not in said
    press(app, "scene_back")
    assert answers(app) == list(ANSWERS.values())
    press(app, "answer_smooth")
    said = " ".join(caption.value for caption in app.caption)
    assert "You expected: “It learns smoothly”" in said
    assert "No guess" not in said


def test_a_browser_that_lags_behind_does_not_bring_the_scene_before_back() -> None:
    app = visit(scene="vanishing_gradient", run="yes")
    app.selectbox(key="scene_choice").set_value("exploding_wide").run()
    app.query_params.clear()
    app.query_params.update(scene="vanishing_gradient", run="yes")
    app.selectbox(key="scene_choice").set_value("vanishing_gradient").run()
    assert dict(app.query_params) == {"scene": "exploding_wide"}


def test_another_scene_forgets_the_cure_of_this_one() -> None:
    app = visit(scene="exploding_wide", run="yes", cure="clipping")
    app.selectbox(key="scene_choice").set_value("penalty_too_strong")
    finish(app)
    assert dict(app.query_params) == {"scene": "penalty_too_strong"}


def test_a_cure_that_does_not_fit_is_refused_with_those_that_do() -> None:
    app = visit(scene="dead_network", run="yes", cure="smaller_l2")
    assert warnings_of(app) == [
        "cure = smaller_l2: does not fit this run; lower_rate, warm_up, clipping, decay, "
        "much_lower_rate would. It was left out."
    ]
    assert len(cure_buttons(unfold(app))) == 5


BAD: list[tuple[dict[str, str | list[str]], list[str]]] = [
    (
        {"scene": "nope"},
        [f"scene = nope: must be one of {', '.join(QUESTIONS)}. dead_network is used instead."],
    ),
    ({"run": "maybe"}, ["run = maybe: must be yes. It was left out."]),
    ({"hidden": "3"}, ["hidden = 3: there is no setting of this name. It was left out."]),
    (
        {"scene": ["exploding_late", "exploding_wide"]},
        ["scene = exploding_late and exploding_wide: must be given once, not 2 times, and be"],
    ),
    ({"cure": "**x** <b>"}, ["cure = **x** <b>: must be one of derived_gradient,"]),
]


@pytest.mark.parametrize(("params", "sentences"), BAD)
def test_a_bad_address_is_told_and_the_page_works_on(
    params: dict[str, str | list[str]], sentences: list[str]
) -> None:
    app = visit(**params)
    told = warnings_of(app)
    assert len(told) == len(sentences)
    assert all(sentence in one for sentence, one in zip(sentences, told, strict=True))
    assert not any(re.search(r"(?<!\\)[<>*]", warning.value) for warning in app.warning)
    press(app, "answer_jumps")
    assert any(text.startswith("##### :material/warning:") for text in texts(app))
    assert not app.warning


def test_all_that_is_wrong_in_an_address_is_told_at_once() -> None:
    app = visit(scene="x", run="no", cure="y", z="1")
    assert len(app.warning) == 4
    assert answers(app)


def test_the_articles_gradient_is_checked_beside_its_run() -> None:
    app = visit(scene="article_fifty_exploding", run="yes")
    [table] = app.table
    published, derived = (row for _, row in table.value.iterrows())
    assert (published["check"], derived["check"]) == ("fails", "passes")
    for row, form in ((published, "article"), (derived, "derived")):
        preset = PRESETS["article_fifty_exploding"].replace(l2_gradient=form, steps=1)
        check = check_gradients(train(preset))
        edge = f"x{check.row} → neuron {check.column + 1}"  # the largest error is one of W1
        assert row["where"] == f"dL/d{check.layer}, {edge}"
        assert row["largest relative error"] == f"{check.max_relative_error:.2g}"
        assert float(row["gradient with this term"]) == pytest.approx(check.analytic, abs=1e-8)
        assert float(row["central difference"]) == pytest.approx(check.numeric, abs=1e-8)
    assert any("github.com/omar-florez/scratch_mlp" in text for text in texts(app))
    assert not visit(scene="dead_network", run="yes").table


def test_why_the_limit_is_two_is_explained() -> None:
    app = visit(scene="dead_network", run="yes")
    assert any(r"(1 - \eta\,\lambda)\,d" in formula.value for formula in app.latex)
    assert any("not that training must fail" in text for text in texts(app))


def test_two_visitors_have_their_own_scenes() -> None:
    first, second = visit(scene="exploding_wide", run="yes"), visit(scene="dead_network", run="yes")
    finish(first)
    assert first.session_state["scene_job"].experiment == SHORT["exploding_wide"]
    assert second.session_state["scene_job"].experiment == SHORT["dead_network"]


def test_a_training_that_fails_is_told_and_another_scene_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise MemoryError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(training, "train_steps", no_room)
        app = arrive(PAGE, scene="dead_network").run()
        app.session_state["scene_job"].wait(10)
        app.run()
    assert not app.exception
    assert app.error[0].value == "Training failed: no room. Choose other settings to go on."
    app.selectbox(key="scene_choice").set_value("exploding_late")
    finish(app)
    press(app, "answer_jumps")
    assert cure_buttons(app)
