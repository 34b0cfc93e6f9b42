"""The whole dashboard without a browser: screens, controls, bad addresses, two visitors."""

import re
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mlp import PRESETS, Experiment, Run
from mlp.experiment import ALLOWED
from tests.apps import arrive, experiment_of, params_of, texts_of, warnings_of
from ui.charts import curves
from ui.jobs import runs, training
from ui.words import cures, numbers, scenes

SHORT = {"steps": "300", "frames": "20"}  # trained before the page has been drawn


def visit(**params: str | list[str]) -> AppTest:
    """A new visitor, with this address."""
    return run(arrive(**params))


def run(app: AppTest) -> AppTest:
    """One run of the script, and one more when the training it began has ended."""
    app.run()
    job = app.session_state.get("job", None)
    if job is not None and job.started and not job.done:
        job.wait(60)
        app.run()
    assert not app.exception, app.exception
    return app


def run_of(app: AppTest) -> Run:
    shown: Run = app.session_state["job"].run()
    return shown


def pick(app: AppTest, name: str) -> AppTest:
    """Choose a scene."""
    app.selectbox(key="scene_choice").set_value(name)
    return run(app)


def test_a_visitor_finds_the_default_network_trained_and_a_clean_address() -> None:
    app = visit()
    assert experiment_of(app) == Experiment()
    assert params_of(app) == {}
    assert not app.warning
    assert not app.error
    assert run_of(app).steps[-1] == 20_000
    assert "**At the end: step 20,000**" in [text.value for text in app.markdown]


def test_the_numbers_beside_the_player_are_those_of_the_run() -> None:
    app = visit(**SHORT, train_points="200", l2="0.01")
    expected = numbers.numbers(run_of(app), len(run_of(app).steps) - 1)
    assert [metric.label for metric in app.metric] == [number.label for number in expected]
    assert [metric.value for metric in app.metric] == [number.value for number in expected]
    captions = [caption.value for caption in app.caption]
    assert {number.meaning for number in expected} <= set(captions)
    assert app.metric[0].value == f"{run_of(app).train_accuracy[-1]:.1%}"


CONTROLS: dict[str, tuple[str, Any]] = {
    "hidden": ("slider", 17),
    "init_seed": ("number_input", 5),
    "init_scale": ("select_slider", 2.0),
    "bias": ("toggle", False),
    "learning_rate": ("select_slider", 0.02),
    "first_layer_rate": ("select_slider", 0.5),
    "schedule": ("selectbox", "cosine"),
    "warmup_steps": ("select_slider", 100),
    "optimizer": ("selectbox", "momentum"),
    "steps": ("select_slider", 200),
    "batch_size": ("select_slider", 30),
    "clip_norm": ("select_slider", 0.5),
    "l2": ("select_slider", 0.001),
    "l1": ("select_slider", 0.001),
    "dataset": ("selectbox", "corners"),
    "train_points": ("slider", 120),
    "noise": ("slider", 0.25),
    "data_seed": ("number_input", 3),
}
DEPENDENT: dict[str, tuple[dict[str, str], str, Any]] = {
    "decay_rate": ({"schedule": "step"}, "slider", 0.25),
    "transition_steps": ({"schedule": "cosine"}, "select_slider", 100),
    "end_fraction": ({"schedule": "cosine"}, "slider", 0.5),
    "momentum": ({"optimizer": "momentum"}, "slider", 0.5),
    "beta2": ({"optimizer": "adam"}, "select_slider", 0.99),
    "epsilon": ({"optimizer": "adagrad"}, "select_slider", 0.001),
    "weight_decay": ({"optimizer": "adamw"}, "select_slider", 0.1),
    "ftrl_beta": ({"optimizer": "ftrl"}, "select_slider", 0.1),
    "ftrl_l1": ({"optimizer": "ftrl"}, "select_slider", 0.01),
    "ftrl_l2": ({"optimizer": "ftrl"}, "select_slider", 0.01),
    "l2_gradient": ({"l2": "0.0001"}, "selectbox", "article"),
}


def change(app: AppTest, kind: str, name: str, value: Any) -> None:
    getattr(app, kind)(key=name).set_value(value)
    run(app)
    assert getattr(experiment_of(app), name) == value
    assert Experiment.from_params(params_of(app)) == experiment_of(app)
    assert run_of(app).experiment == experiment_of(app)
    assert getattr(app, kind)(key=name).value == value


def test_every_control_changes_its_setting_the_address_and_the_run() -> None:
    app = visit(**SHORT)
    for name, (kind, value) in CONTROLS.items():
        if name == "train_points":
            app.selectbox(key="dataset").set_value("gaussian").run()
        change(app, kind, name, value)
    assert params_of(app).keys() == CONTROLS.keys() - {"dataset"} | {"frames"}


@pytest.mark.parametrize("name", DEPENDENT)
def test_controls_that_belong_to_a_choice_appear_with_it(name: str) -> None:
    params, kind, value = DEPENDENT[name]
    assert name not in {widget.key for widget in getattr(visit(**SHORT), kind)}
    change(visit(**SHORT, **params), kind, name, value)


def test_every_setting_has_a_control_but_the_frames() -> None:
    assert set(ALLOWED) == {*CONTROLS, *DEPENDENT, "points", "data_id", "frames"}


def test_fewer_points_take_the_training_points_with_them() -> None:
    app = visit(**SHORT)
    app.slider(key="points").set_value(40)
    run(app)
    assert experiment_of(app).train_points == experiment_of(app).points == 40
    assert not app.warning


def test_a_rate_can_be_typed_exactly() -> None:
    app = visit(**SHORT)
    app.number_input(key="learning_rate_exact").set_value(0.01234)
    run(app)
    assert params_of(app)["learning_rate"] == "0.01234"
    assert app.select_slider(key="learning_rate").value == 0.01234


def test_quick_choices_new_weights_and_defaults_are_buttons() -> None:
    app = visit(**SHORT)
    app.button(key="hidden_50").click()
    assert experiment_of(run(app)).hidden == 50
    app.button(key="new_weights").click()
    assert experiment_of(run(app)).init_seed == 2018
    assert params_of(app)["init_seed"] == "2018"
    next(button for button in app.button if button.label == "Back to the defaults").click()
    assert experiment_of(run(app)) == Experiment()
    assert params_of(app) == {}


def test_the_last_seed_is_followed_by_the_first() -> None:
    app = visit(**SHORT, init_seed=str(2**32 - 1))
    app.button(key="new_weights").click()
    assert experiment_of(run(app)).init_seed == 0


def test_a_scene_sets_everything_and_says_what_to_look_for() -> None:
    app = visit(noise="0.5", **SHORT)
    assert app.selectbox(key="scene_choice").value is None
    for name in ("penalty_too_strong", "fifty_neurons", "article_fifty_exploding"):
        pick(app, name)
        assert experiment_of(app) == PRESETS[name]
        assert params_of(app) == PRESETS[name].to_params()
        assert scenes.LOOK_FOR[name] in [text.value for text in app.caption]
        assert app.selectbox(key="scene_choice").value == name


def test_an_address_opened_elsewhere_gives_the_same_settings_and_digits() -> None:
    address = {"hidden": "5", "learning_rate": "0.05", "schedule": "cosine", **SHORT}
    here = visit(**address)
    runs.forget_all()
    there = visit(**params_of(here))
    assert run_of(there) is not run_of(here)
    assert run_of(there).w.tobytes() == run_of(here).w.tobytes()
    assert [metric.value for metric in there.metric] == [metric.value for metric in here.metric]


BAD: list[tuple[dict[str, str | list[str]], str]] = [
    ({"hidden": "0"}, "hidden = 0: must be a whole number from 1 to 200. 3 is used instead."),
    ({"hidden": "3.5"}, "hidden = 3.5: must be a whole number from 1 to 200. 3 is used instead."),
    (
        {"learning_rate": "nan"},
        "learning_rate = nan: must be a number above 0 and at most 100. 0.006 is used instead.",
    ),
    ({"l2": "-inf"}, "l2 = -inf: must be a number from 0 to 1000. 0 is used instead."),
    ({"bias": "perhaps"}, "bias = perhaps: must be true or false. true is used instead."),
    ({"neurons": "3"}, "neurons = 3: there is no setting of this name. It was left out."),
    (
        {"hidden": ["3", "50"]},
        "hidden = 3 and 50: must be given once, not 2 times, and be a whole number from 1 to 200. "
        "3 is used instead.",
    ),
    (
        {"points": "100"},
        "train_points = 300: must be from 1 to 100 with the other settings. 100 is used instead.",
    ),
    (
        {"train_points": "50", "batch_size": "60"},
        "batch_size = 60: must be from 0 to 50 with the other settings. 50 is used instead.",
    ),
    (
        {"schedule": "**bold** <b>x</b>"},
        "schedule = **bold** <b>x</b>: must be one of constant, step, exponential, inverse_time, "
        "linear, cosine. constant is used instead.",
    ),
    (
        {"steps": "9" * 100_000},
        f"steps = {'9' * 40}: must be a whole number from 1 to 2000000. 20000 is used instead.",
    ),
]


def test_a_bad_address_is_told_in_a_sentence_and_the_page_works_on() -> None:
    app = visit(**SHORT)
    for params, sentence in BAD:
        app.query_params.clear()
        for name, value in (SHORT | params).items():
            app.query_params[name] = value
        run(app)
        assert warnings_of(app) == [sentence]
        assert len(app.metric) == 4
    assert Experiment.from_params(params_of(app)) == experiment_of(app)
    app.slider(key="hidden").set_value(9)
    assert experiment_of(run(app)).hidden == 9
    assert not app.warning  # said once; using a control moves on


def test_what_an_address_says_is_shown_as_plain_text() -> None:
    app = visit(**{"<img src=x onerror=alert(1)>": "[a](javascript:alert(1)) $x^2$ :red[x] `c`"})
    [warning] = app.warning
    for mark in "<>[]()$:`":
        assert not re.search(rf"(?<!\\){re.escape(mark)}", warning.value)


def test_a_thousand_bad_parameters_give_a_few_sentences() -> None:
    app = visit(**{f"bad{i}": "1" for i in range(1000)})
    assert len(app.warning) == 9
    assert warnings_of(app)[-1] == "992 more parameters could not be used."


def test_a_widget_value_out_of_its_bounds_changes_nothing() -> None:
    app = visit(**SHORT)
    for name, value in (("hidden", 10_000), ("hidden", -3)):
        app.slider(key=name).set_value(value)
        run(app)
        assert ALLOWED[name].low <= getattr(experiment_of(app), name) <= 300
        assert Experiment.from_params(params_of(app)) == experiment_of(app)


def test_samples_a_step_say_all_where_0_stands() -> None:
    slider = visit(**SHORT).select_slider(key="batch_size")
    assert slider.value == 0
    assert slider.options[:3] == ["all", "1", "2"]
    assert slider.options[-1] == "300"


def test_a_run_that_diverges_is_shown_to_its_last_finite_step_with_a_sentence() -> None:
    app = visit(learning_rate="0.3", l2="10", steps="2000")
    shown = run_of(app)
    assert shown.non_finite_at is not None
    assert f"at step {shown.non_finite_at:,}" in app.info[0].value
    assert f"**At the end: step {shown.steps[-1]:,}**" in [text.value for text in app.markdown]
    assert not app.error


def test_more_than_200000_steps_wait_for_the_button_and_can_be_stopped() -> None:
    app = visit(steps="2000000", hidden="50")
    job = app.session_state["job"]
    assert not job.started
    app.button(key="train").click().run()
    assert job.started
    assert not job.done
    app.button(key="stop").click().run()
    job.wait(10)
    app.run()
    assert job.done
    assert run_of(app).steps[-1] < 2_000_000
    assert app.info[0].value.startswith("Stopped at step")
    app.button(key="again").click().run()
    again = app.session_state["job"]
    assert again is not job
    assert again.started
    again.stop_now()
    assert not app.exception


@pytest.mark.parametrize("drawn_between", [True, False])
@pytest.mark.parametrize("before", ["0.006", "0.009"])  # a stop of the slider, and one of its own
def test_a_rate_typed_right_before_the_button_is_what_is_trained(
    before: str, drawn_between: bool
) -> None:
    app = visit(steps="400000", learning_rate=before)
    address = dict(app.query_params)
    slider = app.select_slider(key="learning_rate").value
    app.number_input(key="learning_rate_exact").set_value(0.0075)
    if drawn_between:  # as the server had it, and the browser did not know yet
        run(app)
        app.select_slider(key="learning_rate").set_value(slider)
        app.query_params = address
    app.button(key="train").click()
    app.run()
    assert app.number_input(key="learning_rate_exact").value == 0.0075
    assert params_of(app) == {"learning_rate": "0.0075", "steps": "400000"}
    job = app.session_state["job"]
    assert job.started
    assert job.experiment.learning_rate == 0.0075
    job.stop_now()


def test_two_visitors_do_not_see_each_others_settings() -> None:
    first, second = visit(**SHORT, hidden="4"), visit(**SHORT)
    second.slider(key="hidden").set_value(8)
    run(second)
    run(first)
    assert experiment_of(first).hidden == 4
    assert experiment_of(second).hidden == 8
    assert run_of(first) is not run_of(second)


def test_all_curves_are_drawn_once_they_are_opened_and_stay_open() -> None:
    app = visit(**SHORT)
    folded = len(app.get("vega_lite_chart"))
    assert not app.dataframe
    app.session_state["whole_run"] = True  # as the page does where the fold is opened
    run(app)
    assert len(app.get("vega_lite_chart")) == folded + 5
    app.slider(key="hidden").set_value(5)
    run(app)
    assert len(app.get("vega_lite_chart")) == folded + 5
    assert len(app.dataframe[0].value) == len(run_of(app).steps)


def test_the_table_to_download_is_the_run() -> None:
    app = visit(**SHORT)
    app.session_state["whole_run"] = True
    shown = run_of(run(app))
    table: pd.DataFrame = app.dataframe[0].value
    again = pd.read_csv(StringIO(curves.table(shown).to_csv(index=False)))
    for rows in (table, again):
        assert len(rows) == len(shown.steps)
        assert np.array_equal(rows["step"], shown.steps)
        assert np.array_equal(rows["loss"], shown.loss)
        assert np.array_equal(rows["sharpness"], shown.sharpness)


def test_a_training_that_fails_is_told_and_another_setting_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_room(*_: Any, **__: Any) -> None:
        raise MemoryError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(training, "train_steps", no_room)
        app = visit(**SHORT, init_seed="77")
        assert app.error[0].value.startswith("Training failed: no room")
    app.button(key="new_weights").click()
    run(app)
    assert not app.error
    assert run_of(app).steps[-1] == 300


def test_a_run_that_has_learned_is_offered_a_change_quietly_with_its_reason() -> None:
    app = visit(frames="60")
    app.session_state["tryout"].wait(60)
    run(app)
    best = app.button("best_cure")
    assert best.proto.type == "secondary"
    [trial] = [
        each
        for each in app.session_state["tryout"].diagnosis.trials or ()
        if cures.label(each.name, each.plan) == best.label
    ]
    assert f"Better still: {cures.in_short(trial)}" in texts_of(app)
    app = visit(frames="60", hidden="50", learning_rate="0.3")
    app.session_state["tryout"].wait(60)
    run(app)
    assert app.button("best_cure").proto.type == "primary"
    assert not any(text.startswith("Better") for text in texts_of(app))
