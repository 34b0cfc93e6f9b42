"""The screen "Gradient descent" without a browser: scenes, sentences, addresses, clicks."""

import re
from urllib.parse import parse_qs

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.surfaces.best_rate import search
from mlp.surfaces.surfaces import SURFACES, descend
from tests.apps import arrive, frames_of, params_of, payloads_of, texts_of, warnings_of
from ui.screens.gradient_descent import fitting, line, words
from ui.screens.gradient_descent.lessons import LESSONS
from ui.screens.gradient_descent.questions import QUESTIONS

PAGE = "pages/5_Gradient_descent.py"


def visit(address: str = "") -> AppTest:
    """A new visitor who comes to the screen with this address."""
    return run(arrive(PAGE, **parse_qs(address)))


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, app.exception
    assert not app.error
    return app


def texts(app: AppTest) -> str:
    return "\n".join(texts_of(app))


def test_it_opens_with_the_classic_exercise_and_a_clean_address() -> None:
    app = visit()
    assert params_of(app) == {}
    told = texts(app)
    assert "##### :material/check_circle: In the end: at the minimum" in told
    assert "**One-sided.**" in told
    assert "1 − 0.2 × 2 = 0.6" in told
    assert "The limit of the rate is 2 / curvature = 2 / 2 = 1." in told
    assert "Stopped by the precision after 33 steps" in told
    assert "The formula foretells 33 steps to this precision, as many as it took." in told
    [table] = app.dataframe
    path = descend(SURFACES["parabola"], (10.0,), learning_rate=0.2, steps=100, precision=1e-6)
    assert table.value["x"].to_numpy() == pytest.approx(path.points[:, 0])
    assert len(table.value) == 34


@pytest.mark.parametrize(
    ("rate", "heading"),
    [
        ("0.01", "Creeping"),
        ("0.5", "One step"),
        ("0.75", "Overshooting"),
        ("1", "Oscillating"),
        ("1.01", "Diverging"),
    ],
)
def test_each_zone_of_the_rate_is_named(rate: str, heading: str) -> None:
    app = visit(f"scene=one&rate={rate}")
    assert f"**{heading}.**" in texts(app)
    assert params_of(app) == {"scene": "one", "rate": rate}


def test_a_rate_that_runs_away_is_a_result_like_any_other() -> None:
    app = visit("scene=one&rate=100&steps=2000")
    assert "Diverging" in texts(app)
    assert "In the end: ran away" in texts(app)
    assert not re.search(r"\b(nan|inf)\b", texts(app))


def test_two_variables_open_with_20_steps_from_the_origin() -> None:
    app = visit("scene=two")
    end = descend(SURFACES["bowl"], (0, 0), learning_rate=0.1, steps=20)
    told = texts(app)
    assert "After 20 steps" in told
    assert words.point(end.points[-1]) in told
    assert "Rate × largest curvature = 0.2**, limit 2" in told


@pytest.mark.parametrize(("rate", "good"), [(1.99 / 25, True), (2.01 / 25, False)])
def test_the_limit_in_two_variables_is_2_over_the_largest_eigenvalue(
    rate: float, good: bool
) -> None:
    app = visit(f"scene=two&surface=valley&rate={rate!r}")
    told = texts(app)
    assert ("**Overshooting.**" if good else "**Diverging.**") in told
    # 3 x 0.99^500 = 0.02 away: on its way, and said to be no farther than that.
    assert (
        "trending_down: In the end: still going down" if good else "warning: In the end: ran away"
    ) in told
    assert "multiplies the distance along x1, where it bends most, by" in told


def test_a_question_is_answered_by_the_run_that_it_sets() -> None:
    app = visit()
    assert "Predict" in texts(app)
    app.button(key="descent_one_question_some").click()
    run(app)
    assert params_of(app) == {"scene": "one", "rate": "0.5"}
    told = texts(app)
    assert "You said “Tens of steps”. What happens: “At most 3 steps”." in told
    assert "it stops after 1 step." in told
    assert "**One step.**" in told
    app.button(key="descent_one_question_next").click()
    run(app)
    app.button(key="descent_one_question_away").click()
    run(app)
    assert "You said “It runs away”. That is what happens." in texts(app)
    assert params_of(app) == {"scene": "one", "rate": "1.05"}


def test_a_guess_is_no_longer_judged_once_other_settings_are_shown() -> None:
    app = visit()
    app.button(key="descent_one_question_some").click()
    run(app)
    assert "You said" in texts(app)
    app.number_input(key="descent_one_rate_exact").set_value(0.3)
    run(app)
    assert "You said" not in texts(app)
    assert "Predict" not in texts(app)
    app.button(key="descent_one_question_open").click()
    run(app)
    assert "With a rate of 0.5, how long until it is flat?" in texts(app)
    app.button(key="descent_one_question_few").click()
    run(app)
    assert "You said “At most 3 steps”. That is what happens." in texts(app)
    assert params_of(app)["rate"] == "0.5"


def test_a_descent_far_from_the_minimum_is_not_said_to_step_there() -> None:
    far = texts(visit("scene=two&surface=rosenbrock"))
    path = descend(
        SURFACES["rosenbrock"], SURFACES["rosenbrock"].start, learning_rate=0.00033, steps=500
    )
    away = float(np.linalg.norm(path.points[-1] - 1))
    assert f"**One-sided near the minimum (1, 1).** This descent ended {away:.4g} away" in far
    assert "A step there would multiply the distance along (0.89, −0.45)" in far
    near = texts(visit("scene=two&surface=rosenbrock&start=1,1&rate=0.0015&steps=2000"))
    assert "near the minimum (1, 1).** A step there multiplies" in near


def test_numeric_gradients_are_held_against_the_exact_ones() -> None:
    app = visit("scene=two&surface=rosenbrock&gradient=numeric&h=0.1")
    assert "the numeric gradient differs from the exact one" in texts(app)
    assert params_of(app)["h"] == "0.1"


def test_the_race_tells_its_winner_and_finds_each_ones_best_rate() -> None:
    app = visit("scene=race&runners=gradient_descent,adam&steps=60")
    assert "Nobody came within 0.001" in texts(app) or "first, at step" in texts(app)
    app.button(key="descent_race_search").click()
    run(app)
    surface = SURFACES["valley"]
    for optimizer in ("gradient_descent", "adam"):
        *_, (_, best) = search(
            surface,
            surface.start,
            optimizer,
            steps=60,
            parameters={"momentum": 0.9} if optimizer == "adam" else {},
        )
        shown = app.number_input(key=f"descent_race_rate_{optimizer}").value
        assert shown == best
        assert float(params_of(app)[f"rate_{optimizer}"]) == best
    assert "Found, the best rates: Gradient descent 0.0" in texts(app)
    app.number_input(key="descent_race_rate_adam").set_value(0.3)
    run(app)
    assert "Found, the best rates" not in texts(app)


def test_a_question_about_the_scene_shown_comes_before_it_plays() -> None:
    app = visit("scene=escape")
    assert frames_of(payloads_of(app)[-1]) == [1, 1, 1]
    assert "first valley" not in texts(app).replace("Who leaves the first valley?", "")
    app.button(key="descent_escape_question_watch").click()
    run(app)
    assert frames_of(payloads_of(app)[-1]) == [201, 201, 201]
    assert payloads_of(app)[-1]["veiled"]
    assert "never left its first valley" not in texts(app)
    app.button(key="descent_escape_question_reveal").click()
    run(app)
    assert not payloads_of(app)[-1]["veiled"]
    assert "What happens: “" in texts(app)
    assert "never left its first valley" in texts(app)


def test_a_question_about_other_settings_lets_the_scene_play() -> None:
    app = visit()
    assert "Predict" in texts(app)
    assert frames_of(payloads_of(app)[-1]) == [34]


def test_escape_tells_where_each_ends() -> None:
    app = visit("scene=escape")
    app.button(key="descent_escape_question_nobody").click()
    told = texts(run(app))
    assert "**Plain descent** never left its first valley" in told
    assert "the valley of the local minimum (5.964, 5.964), not the deepest" in told
    assert re.search(r"\*\*Momentum\*\* crossed .* in the valley of the deepest minimum", told)
    still = texts(visit("scene=escape&noise=0&momentum=0"))
    assert still.count("never left its first valley") == 3


def test_another_seed_is_other_noise() -> None:
    app = visit("scene=escape")
    before = texts(app)
    app.button(key="descent_escape_dice").click()
    run(app)
    assert params_of(app) == {"scene": "escape", "seed": "1"}
    assert texts(app) != before


@pytest.mark.parametrize("what", ["line", "slope"])
@pytest.mark.parametrize("loss", ["squared", "absolute", "huber"])
def test_every_loss_is_fitted_and_its_costs_told(what: str, loss: str) -> None:
    app = visit(f"scene=stochastic&what={what}&loss={loss}&outliers=3")
    told = texts(app)
    assert "1 step of the whole batch, 5 steps of 8 or 40 steps of 1" in told
    values = line.FORM.values({"what": what, "loss": loss, "outliers": 3})
    points = fitting.points_of(values)
    fits = fitting.fits_of(values, points)
    lowest = float(fitting.objective(values, points, fitting.best_of(values, points)))
    for sentence in fitting.sentences(values, points, fits, lowest):
        assert sentence in told
    assert np.isfinite([fit.values[-1] for fit in fits.values()]).all()


def test_yes_or_no_compares_the_two_losses() -> None:
    told = texts(visit("scene=stochastic&what=logit"))
    assert "**Cross-entropy** reaches p = 0.9 at step" in told
    assert "**Squared error** is at p = " in told


def test_a_setting_changes_what_is_told_and_the_address() -> None:
    app = visit("scene=one")
    app.select_slider(key="descent_one_rate").set_value(1)
    run(app)
    assert "Oscillating" in texts(app)
    assert params_of(app) == {"scene": "one", "rate": "1"}
    app.slider(key="descent_one_start_0").set_value(-4.0)
    run(app)
    assert params_of(app) == {"scene": "one", "rate": "1", "start": "-4"}
    app.button(key="descent_one_reset").click()
    run(app)
    assert params_of(app) == {}
    assert "One-sided" in texts(app)


def test_a_scene_is_found_again_as_it_was_left() -> None:
    app = visit("scene=one&rate=0.9")
    app.pills(key="descent_scene").set_value("two")
    run(app)
    assert params_of(app) == {"scene": "two"}
    app.pills(key="descent_scene").set_value("one")
    run(app)
    assert params_of(app) == {"scene": "one", "rate": "0.9"}
    assert "1 − 0.9 × 2 = −0.8" in texts(app)


def test_a_scene_survives_a_look_at_another_screen() -> None:
    app = visit("scene=two&rate=0.3")
    app.switch_page("streamlit_app.py")
    run(app)
    app.switch_page(PAGE)
    app.query_params.clear()
    run(app)
    assert params_of(app) == {"scene": "two", "rate": "0.3"}


BAD = [
    ("scene=nope", "scene = nope: must be one of one, two, race, escape, stochastic"),
    ("scene=one&scene=two", "scene = one and two: must be given once"),
    (
        "scene=one&rate=-1",
        "rate = -1: must be a number above 0 and at most 100. 0.2 is",
    ),
    ("scene=one&rate=inf", "rate = inf: must be"),
    ("scene=two&start=99,99", "start = 99,99: must be two numbers"),
    ("scene=one&hidden=3", "hidden = 3: there is no setting of this name"),
    ("scene=race&runners=sgd", "runners = sgd: must be 1 to 6 different names"),
    ("scene=one&rate=**x**<b>", "rate = **x**<b>: must be"),
    ("scene=one&rate=1&rate=2", "rate = 1 and 2: must be given once, not 2 times"),
]


@pytest.mark.parametrize(("address", "sentence"), BAD)
def test_a_bad_address_is_told_and_the_page_works_on(address: str, sentence: str) -> None:
    app = visit(address)
    [told] = warnings_of(app)
    assert sentence in told
    assert not any(re.search(r"(?<!\\)[<>*]", warning.value) for warning in app.warning)
    reset = [button for button in app.button if (button.key or "").endswith("_reset")]
    assert len(reset) == 1
    app.pills(key="descent_scene").set_value("escape")
    run(app)
    assert not app.warning


def test_nothing_else_is_lost_with_a_bad_parameter() -> None:
    app = visit("scene=one&rate=0.9&start=77&steps=50")
    assert len(app.warning) == 1
    assert params_of(app) == {"scene": "one", "rate": "0.9", "steps": "50"}


@pytest.mark.parametrize(
    "address",
    [
        "scene=one&rate=1e-300&precision=1e-30&steps=1",
        "scene=one&surface=double_well&start=0&rate=100",
        "scene=two&surface=beale&rate=100&gradient=numeric&h=1",
        "scene=race&surface=saddle&runners=ftrl,adadelta,adamw,nadam,adagrad,adamax&steps=2000",
        "scene=escape&noise=100&rate=100&momentum=0.999",
        "scene=stochastic&points=4&outliers=4&loss=huber&delta=0.01&batch=100&rate=100",
        "scene=stochastic&what=logit&start=-8&rate=100&steps=2000",
    ],
)
def test_the_ends_of_all_ranges_are_told_in_numbers(address: str) -> None:
    app = visit(address)
    assert not app.warning
    assert not (found := re.search(r"\b(nan|inf|None)\b", texts(app))), found


@pytest.mark.parametrize("name", [n for n, s in SURFACES.items() if s.dimensions == 2])
def test_every_surface_can_be_shown(name: str) -> None:
    app = visit(f"scene=two&surface={name}")
    assert any(words.SURFACES[name].formula in formula.value for formula in app.latex)


def test_every_scene_has_its_own_idea() -> None:
    assert len({scene.idea for scene in LESSONS.values()}) == len(LESSONS)


def test_an_optimizer_looks_the_same_whoever_else_runs() -> None:
    looks = []
    for runners in ("momentum,adam", "adam,adamw"):
        [player] = [p for p in payloads_of(visit(f"scene=race&runners={runners}")) if "lanes" in p]
        looks.append({lane["label"]: lane["look"] for lane in player["lanes"]})
    assert looks[0]["Adam"] == looks[1]["Adam"]
    assert len({*looks[0].values(), *looks[1].values()}) == 3


def test_the_first_question_of_the_race_is_about_what_is_shown() -> None:
    app = visit("scene=race")
    assert f"**Predict.** {words.SURFACES['valley'].label}: who" in texts(app)
    assert "Your answer sets this." not in texts(app)


@pytest.mark.parametrize("scene", ["two"])
def test_a_question_names_its_surface_as_the_picture_does(scene: str) -> None:
    asked = QUESTIONS[scene][0]
    label = words.SURFACES[asked.settings["surface"]].label
    assert asked.text.startswith(label)
    app = visit(f"scene={scene}")
    assert "Your answer sets this." in texts(app)
    app.button(key=f"descent_{scene}_question_{next(iter(asked.answers))}").click()
    run(app)
    assert "Your answer sets this." not in texts(app)
