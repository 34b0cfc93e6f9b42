"""The screen "Schedules" without a browser."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from mlp import Experiment, Plan, train
from tests.apps import arrive, texts_of, warnings_of
from ui.jobs import runs
from ui.screens.schedules import contests
from ui.words import outcomes

COMPARE = "pages/2_Compare.py"
SCHEDULES = "pages/3_Learning_rate_schedules.py"
FIRST = Experiment(points=30, train_points=30, steps=300, frames=20, learning_rate=0.02)
SECOND = FIRST.replace(hidden=12)
PAIR = [Plan(FIRST).to_text(), Plan(SECOND).to_text()]


@pytest.fixture(autouse=True)
def short() -> Iterator[None]:
    """Keep no run beyond a test."""
    yield
    runs.forget_all()


def visit(page: str, **params: str | list[str]) -> AppTest:
    """A new visitor who comes to a screen with this address."""
    return finish(arrive(page, **params))


def finish(app: AppTest) -> AppTest:
    """Run the script until what it trains is trained and shown."""
    app.run()
    for key in ("compare_jobs", "sched_jobs"):
        for job in dict(app.session_state.get(key, {})).values():
            job.wait(60)
    app.run()
    assert not app.exception, app.exception
    return app


def texts(app: AppTest) -> str:
    """Everything said in paragraphs, as it is read."""
    return "\n".join(texts_of(app))


def warned(app: AppTest) -> str:
    return "\n".join(warnings_of(app))


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return finish(app)


def run_params(app: AppTest) -> list[str]:
    found = app.query_params.get("run", [])
    return [found] if isinstance(found, str) else list(found)


def test_schedules_are_drawn_before_anything_is_trained() -> None:
    app = visit(SCHEDULES, trained="no")
    scene = next(iter(contests.CONTESTS.values()))
    assert len(app.get("vega_lite_chart")) == 1
    formulas = [formula.value for formula in app.latex]
    for name in scene.show:
        assert any(contests.CANDIDATES[name].formula in formula for formula in formulas)
    assert "sched_jobs" not in app.session_state


def test_all_are_trained_from_the_same_seed_and_told_apart() -> None:
    app = visit(SCHEDULES, **FIRST.to_params(), show="constant,cosine,warmup", trained="no")
    assert not app.warning
    press(app, "sched_train")
    assert "trained" not in app.query_params
    experiments = contests.experiments(FIRST, ["constant", "cosine", "warmup"])
    found = [train(experiment) for experiment in experiments.values()]
    for sentence in contests.tell(found, list(experiments)):
        assert sentence in texts(app)
    rows = outcomes.outcomes(found, list(experiments))
    assert app.table[0].value.to_dict("records") == rows
    assert len(app.get("vega_lite_chart")) == 4 + len(experiments)  # with the legend of three
    assert {e.plan for e in app.session_state["shelf"]} >= {
        Plan(experiment) for experiment in experiments.values()
    }


def test_editing_changes_the_address_and_the_drawing() -> None:
    app = visit(SCHEDULES, **FIRST.to_params(), show="constant,step")
    app.slider(key="sched_decay_rate").set_value(0.25)
    finish(app)
    assert app.query_params["decay_rate"] in ("0.25", ["0.25"])
    again = visit(SCHEDULES, **FIRST.replace(decay_rate=0.25).to_params(), show="constant,step")
    assert again.slider(key="sched_decay_rate").value == 0.25


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (
            {"show": "zigzag"},
            "show = zigzag: must be 1 to 8 different names, with",
        ),
        ({"trained": "maybe"}, "trained = maybe: must be one of yes, no"),
        ({"steps": "1000000"}, "steps = 1000000: must be at most 200000"),
        ({"decay_rate": "2"}, "decay_rate = 2"),
        ({"nope": "1"}, "there is no setting of this name"),
    ],
)
def test_a_bad_schedule_address_is_named_and_the_rest_is_drawn(
    params: dict[str, str], words: str
) -> None:
    app = visit(SCHEDULES, **(FIRST.to_params() | params))
    assert words in warned(app)
    assert app.get("vega_lite_chart")


def test_what_takes_no_time_is_trained_at_once_and_the_rest_waits() -> None:
    app = visit(SCHEDULES, **FIRST.to_params(), show="constant,step")
    assert len(app.get("vega_lite_chart")) == 6  # legend, rates, losses, products, a sharpness each
    app.select_slider(key="sched_steps").set_value(200_000)
    app.run()
    assert "trained" not in app.query_params  # 3 neurons are quick
    app.segmented_control(key="sched_hidden").set_value(50)
    app.run()
    assert app.query_params["trained"] in ("no", ["no"])
    assert any(button.key == "sched_train" for button in app.button)


def test_where_every_schedule_rises_what_does_not_is_tried_and_offered() -> None:
    sick = Experiment(hidden=50, learning_rate=0.1, steps=400, frames=20, points=60,
                      train_points=60)  # fmt: skip
    app = visit(SCHEDULES, **sick.to_params(), show="constant,cosine")
    assert "The loss rises with every one of them." in texts(app)
    app.session_state["tryout"].wait(60)
    finish(app)
    assert ", the loss never rises." in texts(app)
    assert "**, held against " in texts(app)
    press(app, "sched_offer")
    assert "The loss rises with every one of them." not in texts(app)


def test_a_contest_asks_before_it_tells_and_its_key_goes_through_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = contests.CONTESTS["decay_wins"]
    few = contests.Contest(small.title, FIRST, ("constant", "step"), small.look_for)
    monkeypatch.setitem(contests.CONTESTS, "decay_wins", few)
    app = visit(SCHEDULES, **FIRST.to_params(), show="constant,step", present="1")
    assert f"##### {few.look_for}" in texts(app)
    assert "#### 3 neurons, rate 0.03 :gray[· 1 of 3]" in texts(app)
    assert len(app.get("vega_lite_chart")) == 1
    assert "equally well" not in texts(app)
    assert "does best" not in texts(app)
    press(app, "scene_next")
    assert "equally well here" in texts(app)
    assert len(app.get("vega_lite_chart")) == 6
    press(app, "scene_back")
    assert len(app.get("vega_lite_chart")) == 1
    press(app, "sched_answer")
    assert len(app.get("vega_lite_chart")) == 6


def test_every_label_is_readable() -> None:
    app = visit(SCHEDULES, **FIRST.to_params(), show="constant")
    widgets = [*app.slider, *app.select_slider, *app.number_input, *app.segmented_control]
    assert len(widgets) >= 8
    assert not any("_" in widget.label for widget in widgets)
