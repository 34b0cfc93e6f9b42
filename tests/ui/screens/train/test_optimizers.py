"""The optimizers and the loss surface on the Train screen, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from mlp import PRESETS, Experiment
from mlp.analysis.loss_plane import loss_plane
from mlp.optimizers.registry import OPTIMIZERS
from tests.apps import experiment_of, params_of, warnings_of
from tests.ui.screens.train.test_screen import SHORT, run, run_of, visit
from ui.screens.train import loss_surface
from ui.words import optimizers


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def texts(app: AppTest) -> list[str]:
    return [text.value for text in app.markdown]


@pytest.fixture(scope="module")
def choosing() -> AppTest:
    return visit(**SHORT)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_is_offered_with_its_own_parameters_and_trains(
    choosing: AppTest, name: str
) -> None:
    app = choosing
    app.selectbox(key="optimizer").set_value(name)
    run(app)
    assert experiment_of(app).optimizer == name
    assert run_of(app).experiment.optimizer == name
    assert run_of(app).steps[-1] == 300
    assert optimizers.IDEAS[name] in captions(app)
    drawn = {
        widget.key
        for kind in ("slider", "select_slider")
        for widget in getattr(app, kind)
        if widget.key in optimizers.PARAMETERS
    }
    assert drawn == set(OPTIMIZERS[name].parameters)


def test_the_names_on_the_screen_are_those_of_the_list() -> None:
    assert list(optimizers.NAMES) == list(OPTIMIZERS) == list(optimizers.IDEAS)
    used = {name for optimizer in OPTIMIZERS.values() for name in optimizer.parameters}
    assert used == set(optimizers.PARAMETERS)


def test_the_published_rate_is_one_press_away() -> None:
    app = visit(**SHORT, optimizer="adamax")
    app.button(key="published_rate").click()
    run(app)
    assert experiment_of(app).learning_rate == 0.002
    assert params_of(app)["learning_rate"] == "0.002"
    assert not [button for button in app.button if button.key == "published_rate"]


def test_an_optimizer_without_a_limit_says_so_and_blames_no_step() -> None:
    app = visit(optimizer="adam", learning_rate="0.5", steps="500", frames="40")
    assert run_of(app).first_rise_at is not None
    said = " ".join(captions(app))
    assert "Adam scales the step of each weight by itself, by its past gradients" in said
    assert "limit 2" not in said
    assert not any("too long for the curvature" in text for text in texts(app))


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("beta2", "1", "a number from 0 to 0.99999"),
        ("epsilon", "-1e-8", "a number from 0 to 1"),
        ("epsilon", "nan", "a number from 0 to 1"),
        ("weight_decay", "1e999", "a number from 0 to 1"),
        ("ftrl_beta", "0", "a number from 1e-06 to 1000"),
        ("optimizer", "lion", "one of gradient_descent, momentum, nesterov"),
    ],
)
def test_a_parameter_out_of_range_is_named_and_nothing_else_is_lost(
    name: str, value: str, allowed: str
) -> None:
    app = visit(**SHORT, hidden="4", **{name: value})
    (warning,) = warnings_of(app)
    assert f"{name} = {value}: must be {allowed}" in warning
    assert experiment_of(app) == Experiment(hidden=4, steps=300, frames=20)


def test_the_loss_surface_is_drawn_only_when_it_is_opened() -> None:
    app = visit(hidden="50", learning_rate="0.03", steps="300", frames="20")
    assert not any("goes" in text and "parabola" in text for text in texts(app))
    app.toggle(key="loss_surface").set_value(True)
    run(app)
    shown = run_of(app)
    last = len(shown.steps) - 1
    plane = loss_plane(shown, last)
    assert plane is not None
    assert loss_surface.tell(shown, plane) in texts(app)
    assert loss_surface.tell_path(shown, plane) in captions(app)
    app.segmented_control(key="loss_surface_scale").set_value("run")
    run(app)
    assert loss_surface.tell(shown, plane) in texts(app)


def test_where_weights_are_too_large_for_curvature_the_surface_says_so() -> None:
    params = PRESETS["penalty_too_strong"].replace(init_scale=100.0).to_params()
    app = visit(**params)
    run(app)
    app.toggle(key="loss_surface").set_value(True)
    run(app)
    shown = run_of(app)
    plane = loss_plane(shown, len(shown.steps) - 1)
    notes = [info.value for info in app.info]
    too_large = "The weights are so large here that the loss around them is no finite number."
    assert (too_large in notes) == (plane is None)
    assert any("no longer a finite number" in note for note in notes)
