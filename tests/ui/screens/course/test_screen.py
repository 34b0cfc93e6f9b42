"""The course without a browser: predict, reveal, do, check, skip; progress in the address."""

import base64
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp import Experiment, train
from mlp.chain_rule.mistakes import MISTAKES
from tests.apps import arrive, frames_of, params_of, payloads_of, texts_of, warnings_of
from ui.charts.picture import ROWS
from ui.course import memory
from ui.course.progress import REVEALED
from ui.course.steps import STEPS
from ui.jobs import runs
from ui.screens.chain_rule import task
from ui.screens.gradient_descent.lessons import LESSONS
from ui.screens.schedules import contest_charts
from ui.words.glossary import TERMS, terms_in

START = "pages/9_Start_here.py"
DESCENT = "pages/5_Gradient_descent.py"
PAIR = "gradient_descent,nesterov"
BEST = {"rate_gradient_descent": "0.075", "rate_nesterov": "0.044"}
CHAIN = "pages/4_Chain_rule.py"


@pytest.fixture(autouse=True)
def _forget_runs() -> Iterator[None]:
    yield
    runs.forget_all()


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, app.exception
    return app


def at_step(number: int, page: str = "", guess: str | None = REVEALED, **more: str) -> AppTest:
    step = STEPS[number - 1]
    params = {name: text for name, text in step.params.items() if isinstance(text, str)}
    app = arrive(page or step.page, **(params | {"course": str(number)} | more))
    app.session_state[f"course_guess_{number}"] = guess
    return run(app)


def heading(app: AppTest) -> str:
    """The name of the step, which opens all of it."""
    names = [str(block.proto.popover.label) for block in app.get("popover")]
    return next((name for name in names if name.startswith("Step ")), "")


def why_of(app: AppTest) -> str:
    """All that stands behind a button “Why”."""
    return behind(app, "Why")


def behind(app: AppTest, button: str) -> str:
    """All that a button opens."""
    blocks = [block for block in app.get("popover") if block.proto.popover.label == button]
    texts = [text for block in blocks for text in (*block.markdown, *block.caption)]
    return "\n".join(text.value for text in texts)


def told(app: AppTest) -> str:
    return "\n".join(texts_of(app))


def test_the_course_begins_with_the_question_of_its_first_step() -> None:
    app = run(arrive(START))
    assert STEPS[0].question in told(app)
    assert "From school you need one thing: the slope of a curve is its derivative" in told(app)
    assert "The derivative of x² is 2\N{NO-BREAK SPACE}x" in told(app)
    assert "0 of 10 done" in told(app)
    assert (
        "The address keeps your guesses and which tasks are done: bookmark it, or copy the link."
        in told(app)
    )
    app.button(key="course_answer_some").click()
    run(app)  # goes to the screen it plays on
    assert params_of(app) == {"course": "1", "said": "2"}  # its rate is the lesson's own
    assert "You said “5 to 100”. That is what happens." in told(app)
    assert "it takes 33 steps" in told(app)


def test_a_step_is_done_by_what_was_done_and_the_address_keeps_it() -> None:
    app = at_step(1)
    app.button(key="course_check").click()
    run(app)
    assert "Not yet." in told(app)
    asked = "From x = 10, with a rate of 0.2, it takes 33 steps; it should take 4 or less."
    advice = "A step multiplies x by 1 − 2 × rate = 0.6: try a rate that brings this nearer to 0."
    assert f"{asked} {advice}" in told(app)
    assert "passed" not in app.query_params
    assert heading(app) == f"Step 1 of 10 *– {STEPS[0].title}*"
    app.number_input(key="descent_one_rate_exact").set_value(0.5)
    run(app)
    app.button(key="course_check").click()
    run(app)
    done = "From x = 10, with a rate of 0.5, it takes 1 step: no rate does it in fewer."
    assert done in told(app)
    assert params_of(app) == {"course": "1", "passed": "1", "scene": "one", "rate": "0.5"}
    again = run(arrive(START, course="2", passed="1"))
    assert "1 of 10 done" in told(again)
    assert STEPS[1].question in told(again)


def test_a_guess_is_in_the_address_and_not_asked_for_again() -> None:
    app = run(arrive(DESCENT, course="2", said="-2", scene="two", surface="valley", rate="0.07"))
    assert "You said “A zig-zag from wall to wall”. That is what happens." in told(app)
    app = run(arrive(START, course="2", said="-0"))
    assert "What happens: “A zig-zag from wall to wall”." in told(app)
    assert [b.label for b in app.button if b.key == "course_scene"] == ["To the scene"]
    assert not [b for b in app.button if b.key == "course_answer_zigzag"]


@pytest.mark.parametrize("said", ["4", "--9", "2" * 11, "x", "", "٢"])
def test_an_answer_that_there_is_not_is_refused(said: str) -> None:
    app = run(arrive(START, said=said))
    assert warnings_of(app) == [
        f"said = {said}: must be the number of the answer to each step, 0 for none given, or -. "
        "It was left out."
    ]
    assert STEPS[0].question in told(app)


def entrance(app: AppTest) -> tuple[str, str]:
    """Where the first screen leads to: what it says, and the address."""
    _, link = (e.proto for e in app.get("page_link") if e.proto.icon == ":material/school:")
    return link.label, link.query_string


def test_the_first_screen_leads_into_the_course_and_back_to_its_open_step() -> None:
    assert entrance(run(arrive(steps="50"))) == (
        "*New here?* Start here *· 33 min*",
        "",
    )
    label, params = entrance(run(arrive(steps="50", passed="1.2", said="22")))
    assert label == "Go on with step 3"
    assert parse_qs(params) == {"course": ["3"], "passed": ["1.2"], "said": ["22"]}
    every = ".".join(str(number) for number in range(1, 11))
    label, params = entrance(run(arrive(steps="50", passed=every)))
    assert label == "What came of the course"
    assert parse_qs(params)["view"] == ["end"]


def test_a_step_that_fails_after_it_was_done_says_both() -> None:
    app = at_step(1, passed="1")
    app.button(key="course_check").click()
    run(app)
    assert "Done before; not by what is set now." in told(app)
    assert "it takes 33 steps" in told(app)


def test_what_came_of_it_says_of_every_step_what_was_guessed_and_done() -> None:
    app = run(arrive(START, view="end", passed="1.4", said="11--20"))
    assert (
        "You made a guess in 3 of 10 steps, 1 right. 2 of 10 tasks are done, "
        "5 steps skipped or not visited." in told(app)
    )
    lines = [caption.value for caption in app.caption]
    assert lines[0].endswith(
        "After the reload 2 of them cannot be shown; what was asked stands below."
    )
    onward = [b.label[:7] for b in app.button if str(b.key).startswith("course_end_next")]
    assert onward == [f"Step {n}:"[:7] for n in (2, 3, 5, 6, 7, 8, 9, 10)]
    lines = lines[1:]
    assert lines[:3] == [
        f"**{STEPS[0].taught}**",
        "You said “At most 4”. What happens: “5 to 100”. Each step "
        "multiplies x by 1 − 2 × 0.2 = 0.6: it takes 33 steps.",
        "Task done: find a learning rate that gets there in at most 4 steps.",
    ]
    moved_least = "the loss whose best line the 3 moved points, called outliers, moved least."
    assert lines[9:11] == ["Not predicted.", f"Task done: choose {moved_least}"]  # of step 4
    assert "The answer comes once its run is whole." in told(app)  # of step 6
    assert lines.count("Not visited yet.") == 5
    app.button(key="course_end_go_7").click()
    run(app)
    assert STEPS[6].question in told(app)
    assert "view" not in params_of(app)


def test_the_list_leads_to_any_step() -> None:
    app = run(arrive(START, passed="3"))
    app.button(key="course_go_7").click()
    run(app)
    assert STEPS[6].question in told(app)
    assert params_of(app) == {"course": "7", "passed": "3"}


def test_every_step_can_be_skipped_and_the_course_left() -> None:
    app = at_step(2, guess=None)
    assert "**Predict.**" in told(app)
    assert heading(app) == "Step 2 of 10 *– Two variables: a long valley*"
    app.button(key="course_leave").click()
    run(app)
    assert "course" not in app.query_params
    assert heading(app) == ""


def test_who_leaves_the_course_keeps_what_is_done() -> None:
    app = at_step(2, passed="1", said="2")
    app.button(key="course_leave").click()
    run(app)
    assert params_of(app)["passed"] == "1"
    assert params_of(app)["said"] == "2"
    assert "Go on with step 2" in [e.proto.label for e in app.get("page_link")]


@pytest.mark.parametrize(
    ("number", "spoils"),
    [
        (1, "at the minimum"),
        (2, "Overshooting"),
        (3, "came within"),
        (4, "The best line of each loss"),
    ],
)
def test_without_a_guess_the_scene_in_suspense_and_the_answer_comes_when_asked_for(
    number: int, spoils: str
) -> None:
    app = at_step(number, guess=None)
    assert spoils not in told(app)
    app.button(key="course_watch").click()
    run(app)
    assert f"**Watch.** {STEPS[number - 1].question}" in told(app)
    assert "What happens" not in told(app)
    assert spoils not in told(app)
    app.button(key="course_reveal").click()
    run(app)
    assert "What happens: “" in told(app)
    assert "You said" not in told(app)
    assert spoils in told(app)
    assert "**Do.**" in told(app)


def trained(app: AppTest) -> AppTest:
    """The screen once what it trains has ended."""
    state = app.session_state
    jobs = [state[key] for key in ("job", "scene_job", "chain_job") if key in state]
    jobs += state["compare_jobs"].values() if "compare_jobs" in state else []
    for job in jobs:
        job.wait(60)
    return run(app)


def shown_runs(app: AppTest) -> dict[str, Any]:
    return next(payload for payload in payloads_of(app) if frames_of(payload))


@pytest.mark.parametrize("number", [1, 2, 3, 4, 6, 7, 9])
def test_nothing_of_a_scene_is_there_before_the_guess(number: int) -> None:
    app = at_step(number, guess=None)
    app = trained(app)
    scene = shown_runs(app)
    assert set(frames_of(scene)) == {1}
    assert scene["veiled"]
    assert all(lane["events"] == [] for lane in scene["lanes"])
    assert not [*app.dataframe, *app.table]
    in_sidebar = int(number == 6)  # the schedule as it is set
    assert len(app.get("vega_lite_chart")) == in_sidebar
    app.button(key="course_watch").click()
    scene = shown_runs(trained(app))
    assert min(frames_of(scene)) > 1
    assert scene["veiled"]
    assert all(lane["events"] == [] for lane in scene["lanes"])
    assert len(app.get("vega_lite_chart")) == in_sidebar
    app.button(key="course_reveal").click()
    scene = shown_runs(run(app))
    assert not scene["veiled"]
    assert scene["in_suspense"] == (number == 9)  # who asks waits only where all do
    app = trained(at_step(number, guess=next(iter(STEPS[number - 1].answers))))
    assert shown_runs(app)["in_suspense"]
    assert not shown_runs(app)["veiled"]
    comes = "after 40 steps" if number == 2 else "as it rests"
    assert f"Watch: the answer comes {comes}." in told(app)


def test_the_question_of_another_screen_holds_nothing_back() -> None:
    app = at_step(6, page=DESCENT, guess=None, scene="one")
    assert STEPS[5].question in told(app)
    assert "What happens" not in told(app)
    assert frames_of(shown_runs(app)) == [34]
    assert not shown_runs(app)["in_suspense"]
    assert "at the minimum" in told(app)


def test_a_contest_has_no_losses_before_the_guess() -> None:
    app = at_step(8, guess=None, steps="2000")
    for job in app.session_state["sched_jobs"].values():
        job.wait(60)
    assert len(run(app).get("vega_lite_chart")) == 1  # the rates, drawn without training
    app.button(key="course_watch").click()
    charts = run(app).get("vega_lite_chart")
    assert len(charts) == 6
    drawn = "".join(chart.proto.spec for chart in charts)
    assert "Cosine" in drawn
    assert not re.search("past it first|below|lowest median|at most", drawn)  # not told yet
    app.button(key="course_reveal").click()
    drawn = "".join(chart.proto.spec for chart in run(app).get("vega_lite_chart"))
    assert "past it first" in drawn


def test_the_best_lines_with_and_without_outliers_are_drawn_once_the_answer_is_told() -> None:
    app = at_step(4, guess=None)
    assert not app.get("vega_lite_chart")
    app.button(key="course_answer_absolute").click()
    drawn = "".join(chart.proto.spec for chart in run(app).get("vega_lite_chart"))
    for moved in ("Squared error moves by 1.592", "Absolute error moves by 0.2538"):
        assert moved in drawn
        assert moved.split()[-1] in told(app)  # the answer
    types = [each.type for each in app.main]  # below the player, which so stays where it is
    assert types.index("bidi_component") < types.index("vega_lite_chart")


def test_a_run_is_not_told_by_its_sharpness_before_a_step_has_said_what_it_is() -> None:
    early = trained(at_step(6, hidden="10", steps="20000"))
    early.button(key="course_check").click()
    assert "Done." in told(run(early))
    assert "sharpness" not in why_of(early) + " ".join(each.label for each in early.metric)
    assert STEPS[6].idea.count("Sharpness is the loss’s curvature") == 1  # the next step says it
    assert all(step.tells_sharpness for step in STEPS[6:])


def test_the_article_is_not_checked_before_the_guess_and_its_task_stands_first() -> None:
    app = at_step(10, guess=None)
    assert not [button for button in app.button if button.key == "chain_check"]
    app.button(key="course_answer_fails").click()
    run(app)
    keys = [button.key for button in app.button]
    assert keys.index("chain_check") < keys.index("chain_train")


def test_how_many_steps_it_takes_is_not_told_before_it_is_asked_for() -> None:
    app = at_step(1, guess=None)
    assert "33 steps" not in player_gets(app)
    assert "of 33" not in player_gets(app)
    app.button(key="course_answer_few").click()
    run(app)
    assert "of 33" in player_gets(app)


def player_gets(app: AppTest) -> str:
    return "\n".join(str(entry.proto) for entry in app.get("bidi_component"))


def test_an_answer_given_on_the_scene_does_not_lead_back_to_it_from_the_list() -> None:
    app = at_step(1, guess=None)
    app.button(key="course_answer_few").click()
    run(app)
    app.switch_page(START)
    app.query_params["course"] = "1"
    run(app)
    assert "From one variable to the explosion" in told(app)


def test_going_on_without_a_guess_leads_to_the_scene_that_plays() -> None:
    app = run(arrive(START))
    app.button(key="course_watch").click()
    run(app)
    assert f"**Watch.** {STEPS[0].question}" in told(app)
    assert params_of(app) == {"course": "1"}


@pytest.mark.parametrize(
    ("number", "asked", "advice"),
    [
        (2, {"rate": "0.076"}, ""),
        (
            2,
            {"rate": "0.07"},
            "Go higher: a rate more than 10 % above it still arrives.",
        ),  # the scene's own
        (2, {"rate": "0.01"}, "Go higher"),
        (2, {"rate": "0.09"}, "After 2 steps it is outside of the map. Go a little lower."),
        (2, {"rate": "0.084"}, "A step multiplies x1 by 1 − Rate × 25 = −1.1: its size is past 1"),
        (2, {"rate": "0.08"}, "= −1: it swings on for ever; Rate × 25 is at the limit, 2. After "),
        (2, {"rate": "0.0798"}, "= −0.995: its size is below 1, so the swings shrink, but too"),
        (2, {"surface": "bowl"}, "“Back to the scene” leads there."),
        (
            3,
            {},
            "At its present rate plain gradient descent does not arrive in time. That is no fair",
        ),
        (3, {"runners": "momentum,adam"}, "Put gradient descent back"),
        (3, {"rate_gradient_descent": "0.075"}, "none of these 4 is sooner than"),
        (
            3,
            BEST | {"runners": "gradient_descent,momentum,nesterov,adam"},
            "2 of these 3 are not sooner than plain gradient descent, there at step ",
        ),
        (
            3,
            BEST | {"runners": "gradient_descent,momentum,nesterov"},
            "One of these 2 is not sooner than plain gradient descent, there at step ",
        ),
        (3, BEST | {"runners": "gradient_descent,momentum,nesterov"}, "and take it out."),
        (3, {"rate_gradient_descent": "0.075", "runners": "gradient_descent"}, "One that you took"),
        (3, {"rate_gradient_descent": "0.075", "runners": PAIR}, "Nesterov is not sooner at its"),
        (3, {"rate_gradient_descent": "0.05", "rate_nesterov": "0.044", "runners": PAIR}, "find"),
        (3, {"rate_gradient_descent": "0.075", "rate_nesterov": "0.044", "runners": PAIR}, ""),
        (3, {"momentum": "0.5"}, "“Back to the scene” resets them."),
        (4, {"loss": "absolute", "outliers": "3"}, ""),
        (
            4,
            {"loss": "squared", "outliers": "3"},
            "by 1.592, in slope and intercept together. Under another loss it moves less.",
        ),
        (4, {"loss": "absolute", "outliers": "1"}, "You have 1 outlier: set 3, in the panel."),
        (5, {"brick": "H1"}, "It is further on: the slopes come in the backward pass."),
        (5, {"brick": "update"}, "You are past it: go back: the slopes come in the backward"),
        (5, {"brick": "dL_dZ2"}, "You are at dL/dZ2. It is further on: so far each way"),
        (5, {"brick": "dL_dW1"}, "You are at dL/dW1. It is further back: here both ways"),
    ],
)
def test_a_task_is_judged_by_its_numbers_and_what_to_try_is_said(
    number: int, asked: dict[str, str], advice: str
) -> None:
    app = at_step(number, **asked)
    app.button(key="course_check").click()
    run(app)
    assert ("Done." in told(app)) == (advice == ""), told(app)
    assert advice in told(app)


def test_a_start_that_was_moved_is_the_one_that_is_judged() -> None:
    app = at_step(1, rate="0.5", start="-7.5")
    app.button(key="course_check").click()
    run(app)
    assert "Done.**] From x = −7.5, with a rate of 0.5, it takes 1 step: no rate" in told(app)


def test_the_loss_that_moves_least_is_told_with_its_reason() -> None:
    app = at_step(4, loss="absolute", outliers="3")
    app.button(key="course_check").click()
    found = next(text for text in texts_of(run(app)) if "Done." in text)
    assert found.endswith("the least of the 3 losses.")
    assert "pulls at the line as strongly as its loss is steep" in why_of(app)
    assert "8% under absolute error" in why_of(app)


def test_an_axis_is_named_only_of_what_it_changes() -> None:
    settings = {"steps": "200", "trained": "no"}
    app = at_step(8, **settings)
    axis = app.segmented_control(key="sched_axis")
    assert axis.label == "Step axis of the rates"
    app.button(key="course_leave").click()
    axis = run(app).segmented_control(key="sched_axis")
    assert axis.label == "Step axis of the rates, and of rate × sharpness"


def test_a_step_speaks_of_no_batches_that_it_does_not_show() -> None:
    app = at_step(4)
    said = "\n".join(caption.value for caption in app.caption)
    assert "Each step here looks at all points, the whole batch" in said
    assert "mini-batch" not in said
    app.button(key="course_leave").click()
    assert "a few (a mini-batch)" in told(run(app))


@pytest.mark.parametrize("number", [1, 2])
def test_the_screen_does_not_repeat_what_a_step_says(number: int) -> None:
    lesson = LESSONS[STEPS[number - 1].goal["lesson"]]
    app = at_step(number)
    [shown] = [caption for caption in app.caption if caption.value == lesson.course_idea]
    assert set(re.findall(r"\*\*(.*?)\*\*", shown.help)) == set(terms_in(lesson.course_idea))
    assert lesson.idea not in told(app)
    app.button(key="course_leave").click()
    assert lesson.idea in told(run(app))


def test_what_is_fitted_has_one_name_and_what_happens_is_counted() -> None:
    app = at_step(4)
    [sent] = [payload for payload in payloads_of(app) if "lanes" in payload]
    assert (sent["words"]["unit"], sent["words"]["of"]) == ("Step", "of 200")
    [lane] = sent["lanes"]
    steps = np.frombuffer(base64.b64decode(lane["steps"]), "<f8")
    assert steps.tolist() == list(range(201))
    assert lane["update"]["lines"][0].startswith("(slope, intercept) ← (slope, intercept) − η g")
    assert "w:" not in lane["update"]["letters"]
    assert "the gradient over all points" in lane["update"]["letters"]
    app.button(key="course_leave").click()
    [apart] = [payload for payload in payloads_of(run(app)) if "lanes" in payload]
    assert apart["words"]["unit"] == "Sample"
    assert apart["key"] != sent["key"]  # or the player would go on with the steps it has
    letters = [lane["update"]["letters"] for lane in apart["lanes"]]
    assert [text.partition("g: ")[2] for text in letters] == [
        f"the gradient over {which}."
        for which in ("all points", "the points of this step", "the point of this step")
    ]


def test_each_loss_of_the_fourth_step_is_told_beside_its_name() -> None:
    said = "\n".join(caption.value for caption in at_step(4, guess=None).caption)
    assert "r is the miss: how far a point is above or below the line." in said
    for name in ("Squared error", "Absolute error", "Huber"):
        assert f"**{name}**: " in said


def test_a_brick_and_a_mistake_are_found() -> None:
    app = at_step(5)
    app.query_params["brick"] = "dL_dH1"
    run(app)
    app.button(key="course_check").click()
    run(app)
    assert "**Done.**] In dL/dH1 what comes back from both outputs" in told(app)
    app = at_step(10, mistake="article_l2")
    app.button(key="course_check").click()
    run(app)
    assert "First press" in told(app)
    app.button(key="chain_check").click()
    run(app)
    assert not [button for button in app.button if button.key == "course_after"]
    app.button(key="course_check").click()
    run(app)
    assert "That is it: to all slopes of a layer it adds one number" in told(app)
    why = why_of(app)
    assert "at most 1 per point, and the network dies. This wrong derivative grows" in why
    assert "The sum of the squares of W1 is 18.32 at first." in why  # of this layer alone
    assert "0.003 × 0.0001 × 18.32 ≈ 5.5 × 10⁻⁶" in why
    assert app.button(key="course_after").label == "See its loss run away"
    assert app.button(key="course_after").proto.type == "primary"
    assert app.button(key="course_go_on").proto.type == "secondary"
    app.radio(key="chain_mistake").set_value("averaged_once")
    run(app)
    app.button(key="course_check").click()
    run(app)
    assert "It would be off by −0.027 to 0.037 in every entry of W1, and in no entry of W2." in (
        told(app)
    )
    off = "off by 0.0018 to 0.0019 in every entry of W1, and by 4.9 × 10⁻⁵ to 7.7 × 10⁻⁵ in every"
    assert f"The article’s gradient is {off} entry of W2." in told(app)


def test_few_lines_are_to_choose_from_and_their_python_is_not_in_view() -> None:
    app = at_step(10)
    lines = app.radio(key="chain_mistake").options
    assert len(lines) == 4
    right = lines.index(task.CHOICES["article_l2"])
    assert right < 3  # not the last
    assert not any("np." in line or "/d" in line for line in lines)
    app.radio(key="chain_mistake").set_value("article_l2")
    run(app)
    codes = [block.value for block in app.code if "np.concatenate" in block.value]
    folded = [block for block in app.expander if block.label == "Its code, in Python"]
    assert [block.value for block in folded[0].code] == codes
    app.button(key="course_leave").click()
    run(app)
    assert len(app.selectbox(key="chain_mistake").options) == len(MISTAKES)


@pytest.mark.parametrize("name", task.CHOICES)
def test_each_line_can_be_made_in_the_network_of_the_step(name: str) -> None:
    asked = Experiment(**STEPS[9].goal["settings"])
    assert MISTAKES[name].fitted(asked) == asked.replace(l2_gradient="derived")


def test_a_mistake_of_another_address_is_not_lost_and_is_said_not_to_fit() -> None:
    app = at_step(10, mistake="not_transposed")
    assert len(app.radio(key="chain_mistake").options) == 5
    app.button(key="chain_check").click()
    run(app)
    app.button(key="course_check").click()
    run(app)
    assert "This network cannot make that mistake." in told(app)


def test_a_run_that_reaches_the_goal_is_found_on_the_shelf() -> None:
    app = at_step(6)
    app.button(key="course_check").click()
    run(app)
    assert "Not yet." in told(app)
    small = {"hidden": "8", "optimizer": "adam", "learning_rate": "0.05", "steps": "2000"}
    app = at_step(6, **small)
    app.session_state["job"].wait(60)
    run(app)
    app.button(key="course_check").click()
    run(app)
    assert "Done." in told(app), told(app)
    assert "8 neurons, rate 0.05, 2,000 steps" in told(app)


def test_an_earlier_run_that_did_it_is_told_from_what_is_set_now() -> None:
    small = {"optimizer": "adam", "learning_rate": "0.05", "steps": "2000"}
    app = trained(at_step(6, hidden="8", **small))
    app.slider(key="hidden").set_value(2)
    run(app)
    app.session_state["job"].wait(60)
    run(app)
    app.button(key="course_check").click()
    run(app)
    assert "Done.**] By an earlier run: 8 neurons, rate 0.05" in told(app)
    assert "Not by what is set now: 2 neurons, rate 0.05" in told(app)


def test_the_words_have_a_page_of_their_own() -> None:
    app = run(arrive(START, view="words"))
    page = told(app)
    for term, definition in TERMS.items():
        assert f"**{term}**: {definition}" in page
    app.segmented_control(key="course_view").set_value("course")
    run(app)
    assert params_of(app) == {}
    assert STEPS[0].question in told(app)


def test_a_place_that_there_is_not_is_said() -> None:
    app = run(arrive(START, course="11", passed="x"))
    assert warnings_of(app) == [
        "course = 11: must be a step from 1 to 10, once. It was left out.",
        "passed = x: must be steps from 1 to 10 with points between them. It was left out.",
    ]


def test_a_shorter_warm_up_counts_where_the_loss_never_rises() -> None:
    settings = {"hidden": "50", "learning_rate": "0.03", "steps": "4000"}
    wanted = (
        ("5000", "Try a shorter warm-up: 4,000 steps or fewer."),
        ("1000", "Try a longer warm-up."),
        ("3000", ""),
    )
    for warmup, advice in wanted:
        app = at_step(8, **settings, warmup_steps=warmup, show="warmup,cosine")
        for job in app.session_state["sched_jobs"].values():
            job.wait(60)
        run(app)
        app.button(key="course_check").click()
        run(app)
        assert ("Done." in told(app)) == (advice == ""), told(app)
        assert advice in told(app)
        if not advice:
            assert "50 neurons, rate 0.03, 3,000 steps of warm-up, 4,000 steps" in told(app)


@pytest.mark.parametrize(
    ("number", "settings", "advice"),
    [
        (6, {"hidden": "4", "steps": "2000"}, "99% are asked for; its loss still falls at the end"),
        (6, {"steps": "2000"}, "its loss hardly falls any more: try more neurons"),
        (7, {"hidden": "50", "learning_rate": "0.009"}, "below 2 / sharpness, 0.007862 at the"),
        (7, {"hidden": "50", "learning_rate": "0.006"}, "Try a rate above 0.0065."),
        (7, {"hidden": "3"}, "No run of yours has finished with 50 neurons and a constant rate"),
    ],
)
def test_what_to_try_next_is_told_by_the_run(
    number: int, settings: dict[str, str], advice: str
) -> None:
    app = at_step(number, "streamlit_app.py", **({"steps": "400"} | settings))
    app = trained(app)
    app.button(key="course_check").click()
    assert advice in told(run(app)), told(app)


def test_a_run_under_way_is_waited_for() -> None:
    app = at_step(6, hidden="200", points="2000", train_points="2000", steps="20000")
    app.button(key="course_check").click()
    run(app)
    assert "The answer comes once its run is whole." in told(app)  # it stays
    assert "It still trains: it is checked when it is whole." in told(app)
    assert "Not yet." not in told(app)
    app.button(key="hidden_50").click()
    run(app)  # other settings, which nobody has asked to check
    assert "It still trains" not in told(app)
    app.session_state["job"].stop()


def test_a_check_that_waits_for_a_run_judges_it_by_itself() -> None:
    app = at_step(6, hidden="2", steps="150000")
    app.button(key="course_check").click()
    run(app)
    app = trained(app)
    assert "Not yet." in told(app)
    assert "2 neurons, rate 0.006, 150,000 steps" in told(app)
    assert "It still trains" not in told(app)


def test_what_a_check_found_goes_with_the_settings_it_is_about() -> None:
    app = at_step(1)
    app.button(key="course_check").click()
    run(app)
    assert "Not yet." in told(app)
    answer = behind(app, "Answer")  # it stays, in a line with what was found
    assert "What happens: “5 to 100”." in answer
    assert "Each step multiplies x by 1 − 2 × 0.2 = 0.6" in answer
    app.number_input(key="descent_one_rate_exact").set_value(0.3)
    run(app)
    assert "Not yet." not in told(app)
    assert "What happens" in told(app)
    assert not behind(app, "Answer")


def test_what_is_typed_right_before_a_check_is_what_is_checked() -> None:
    app = at_step(1)
    app.number_input(key="descent_one_rate_exact").set_value(0.5)
    app.button(key="course_check").click()
    run(app)
    assert "with a rate of 0.5, it takes 1 step: no" in told(app)


def test_a_cure_is_judged_by_the_cured_run_once_it_is_whole() -> None:
    app = trained(at_step(9))
    app.button(key="course_check").click()
    run(app)
    assert "What happens" in told(app)
    assert "No cure is pressed yet: it is still being tried what helps." in told(app)
    app.session_state["tryout"].wait(60)
    run(app)
    assert "Not yet." in told(app)
    assert "those that help stand beside the diagnosis." in told(app)
    offered = [b.key for b in app.button if re.match("best_cure|next_cure_", b.key or "")]
    assert offered == ["best_cure", "next_cure_clipping", "next_cure_much_lower_rate"]
    app.button(key="next_cure_clipping").click()
    assert params_of(run(app))["cure"] == "clipping"
    app.button(key="best_cure").click()  # the run alone again
    run(app)
    app.button(key="cure_warm_up").click()
    run(app)
    assert "No cure is pressed" not in told(app)
    app.button(key="course_check").click()
    run(app)
    assert "Not yet." not in told(app)
    assert "What happens" in told(app) or "Done." in told(app)
    app.session_state["scene_cure_job"].wait(60)
    run(app)
    assert "Done." in told(app)
    app.button(key="cure_warm_up").click()  # the run alone once more
    run(app)
    app.button(key="next_cure_much_lower_rate").click()
    run(app)
    app.session_state["scene_cure_job"].wait(60)
    app.button(key="course_check").click()
    run(app)
    assert "It lowers the rate to 0.00177. “Show the run alone” brings the others back:" in told(
        app
    )
    [onward] = [button for button in app.button if button.label == "Next step"]
    assert onward.proto.type == "primary"
    assert app.button(key="course_check").proto.type == "secondary"


def test_the_end_has_the_visitors_own_solution_and_tells_skipped_from_never_visited() -> None:
    app = arrive(START, view="end")
    app.session_state["course_solved"] = {1: "it takes 3 steps."}
    app.session_state["course_passed"] = [1]
    app.session_state["course_visited"] = {1, 2}
    lines = [caption.value for caption in run(app).caption]
    assert "Your solution: it takes 3 steps." in lines
    assert (
        "Your own solutions are kept only while this page is open; the address keeps your guesses "
        "and which tasks are done." in lines
    )
    assert lines.count("Skipped.") == 1
    assert lines.count("Not visited yet.") == len(STEPS) - 2


def test_the_words_can_be_searched() -> None:
    app = run(arrive(START, view="words"))
    app.text_input(key="course_words_sought").set_value("standardise")
    run(app)
    # All of them stand behind the button “Words” as well.
    assert told(app).count("**standardise**: ") == 2
    assert told(app).count("**sigmoid**: ") == 1


def test_who_has_done_all_leaves_by_one_press() -> None:
    every = ".".join(str(number) for number in range(1, len(STEPS) + 1))
    app = run(arrive(STEPS[0].page, **STEPS[0].params, course="1", passed=every, said="1"))
    app.button(key="course_leave_done").click()
    run(app)
    assert "course" not in app.query_params


def test_a_question_about_the_first_steps_gets_a_chart_of_them() -> None:
    runs_ = {"a": train(Experiment(steps=200)), "b": train(Experiment(steps=200, hidden=4))}
    rows = contest_charts.first_losses(runs_, 50).tables[ROWS]
    assert max(rows["step"]) == 50
    assert min(rows["step"]) == 0


def test_the_answer_still_comes_at_rest_where_a_check_was_pressed_before() -> None:
    app = trained(at_step(6, guess="half"))
    app.button(key="course_check").click()
    run(app)
    answer = behind(app, "Guess")
    assert "Watch: the answer comes as it rests." in answer
    assert "You said “About half”. What happens: " in answer  # in its place, for the player
    assert "lines to combine" in answer
    assert "Not yet." in told(app)


def test_the_check_says_that_a_cure_did_it_and_what_more_neurons_are_good_for() -> None:
    app = trained(at_step(6))
    app.session_state["tryout"].wait(60)
    run(app)
    app.button(key="cure_more_neurons").click()
    run(app)
    app.session_state["player_cure_job"].wait(60)
    run(app)
    app.button(key="course_check").click()
    run(app)
    assert (
        "With the cure “Take more neurons: 12”, each hidden neuron draws a line, and there are 12 "
        "to combine in place of 2: 12 neurons, rate 0.006" in told(app)
    )


def test_the_cure_that_does_the_task_is_not_offered_before_a_try() -> None:
    app = trained(at_step(6))
    app.session_state["tryout"].wait(60)
    assert "best_cure" not in keys_of(run(app))
    app.button(key="course_check").click()
    assert "Not yet." in told(run(app))
    assert "best_cure" in keys_of(run(app))
    app = trained(arrive("streamlit_app.py", hidden="2"))  # outside of the course
    app.session_state["tryout"].wait(60)
    assert "best_cure" in keys_of(run(app))


def keys_of(app: AppTest) -> list[str | None]:
    return [button.key for button in app.button]


def test_a_task_done_elsewhere_is_led_to_by_the_bold_button() -> None:
    app = at_step(7)
    bold = [str(button.key) for button in app.button if button.proto.type == "primary"]
    assert [key for key in bold if key.startswith("course")] == ["course_to_task"]
    assert app.button(key="course_to_task").label == "Go to Train"
    app = at_step(7, page=STEPS[6].todo_page)
    assert "course_to_task" not in keys_of(app)
    assert app.button(key="course_check").proto.type == "primary"


def test_a_word_is_found_in_any_case_and_form() -> None:
    app = run(arrive(START, view="words"))
    for sought, found in (("TRANSPOSED", "transpose"), ("Hidden Space", "hidden space")):
        app.text_input(key="course_words_sought").set_value(sought)
        assert f"**{found}**" in told(run(app))


def test_who_did_not_arrive_at_its_best_rate_is_named_with_the_reason() -> None:
    app = at_step(3, rate_rmsprop="0.059", rate_adam="0.46", rate_gradient_descent="0.075")
    assert "RMSprop did not arrive: it came within 0.02106 at step 188" in told(app)
    assert "about its rate of 0.059" in told(app)


def remembering(app: AppTest, stored: str) -> AppTest:
    app.session_state[memory.STORED] = stored
    return run(app)


def test_what_the_browser_remembers_is_offered_to_who_comes_without_progress() -> None:
    app = remembering(arrive(START), "course=3&passed=1.2&said=2")
    (way,) = (button for button in app.button if button.key == "course_go_on_from_memory")
    assert way.label == "**Go on with step 3** (2 of 10 done in this browser)"
    assert "Only this browser remembers it." in told(app)
    way.click()
    run(app)
    assert params_of(app) == {"course": "3", "passed": "1.2", "said": "2"}
    assert STEPS[2].question in told(app)
    assert "course_go_on_from_memory" not in {button.key for button in app.button}
    everything = ".".join(map(str, range(1, 11)))
    app = remembering(arrive(START), f"passed={everything}")
    app.button(key="course_go_on_from_memory").click()
    assert params_of(run(app)) == {"course": "10", "passed": everything, "view": "end"}


@pytest.mark.parametrize("params", [{"passed": "1"}, {"said": "2"}, {"present": "1"}])
def test_it_is_not_offered_where_progress_is_known_nor_presented(params: dict[str, str]) -> None:
    app = remembering(arrive(START, **params), "course=3&passed=1.2&said=2")
    assert "course_go_on_from_memory" not in {button.key for button in app.button}


def test_a_browser_is_told_what_was_done_in_this_session_and_not_by_an_address() -> None:
    kept = [sent["progress"] for sent in payloads_of(at_step(1)) if "progress" in sent]
    assert kept == ["course=1&said=0"]
    app = run(arrive(START, course="3", passed="1.2", said="2"))
    assert not [sent for sent in payloads_of(app) if "progress" in sent]
    assert not [sent for sent in payloads_of(at_step(1, present="1")) if "progress" in sent]
    assert not [sent for sent in payloads_of(at_step(1, guess="watching")) if "progress" in sent]


def test_every_link_of_a_task_leads_to_a_place_on_its_screen() -> None:
    for number, step in enumerate(STEPS, 1):
        names = set(re.findall(r"\]\(#([\w-]+)\)", step.todo))
        if names:
            places = "".join(str(entry.proto.body) for entry in at_step(number).get("html"))
            assert names <= set(re.findall(r'<div id="([\w-]+)">', places))
