"""The screen "Map" without a browser: its address, zooms, sentences, and what it gives away."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from mlp import Experiment
from mlp.analysis.maps import limits
from mlp.analysis.maps.pixels import CALM, VERDICTS, is_trained
from mlp.analysis.maps.plane import AXES, Axis, Plane
from mlp.analysis.maps.tiles import no_pixels
from mlp.analysis.maps.training import train_alone
from tests.apps import arrive, params_of, texts_of, warnings_of
from ui.screens.map import answers, controls, exports, pixel, presets, words
from ui.screens.map import job as map_job
from ui.screens.map.job import MapJob, job_for
from ui.screens.map.views import BASE, FORM, MOST_ZOOMS

PAGE = "pages/7_Map.py"
QUICK = {"size": "64", "steps": "20", "points": "60", "train_points": "20"}
PLANE = Plane(
    Experiment(points=60, train_points=20, steps=20),
    Axis("learning_rate", 0.003, 3, "log"),
    Axis("init_scale", 0.1, 30, "log"),
    64,
)


@pytest.fixture(autouse=True)
def _forget_maps() -> Iterator[None]:
    yield
    map_job._finished.clear()


@pytest.fixture(scope="module")
def finished() -> MapJob:
    job = MapJob(PLANE)
    job.start()
    job.wait(60)
    assert job.complete
    return job


def run(app: AppTest) -> AppTest:
    """One run of the script, and one more when the map it began is trained."""
    app.run()
    if map_job.KEY in app.session_state:
        app.session_state[map_job.KEY].wait(60)
        app.run()
    assert not app.exception, app.exception
    return app


def visit(**params: str) -> AppTest:
    return run(arrive(PAGE, **(QUICK | params)))


def plane_of(app: AppTest) -> Plane:
    plane: Plane = app.session_state[map_job.KEY].plane
    return plane


def test_a_map_is_trained_and_answers_its_question() -> None:
    app = visit()
    job: MapJob = app.session_state[map_job.KEY]
    assert job.plane == PLANE
    assert not warnings_of(app)
    said = " ".join(texts_of(app))
    assert "4,096 networks trained" in said
    assert words.theory(PLANE, job.pixels, job.line) in said
    assert params_of(app)["train_points"] == "20"


def test_the_address_says_what_differs_from_the_first_map() -> None:
    app = run(arrive(PAGE, size="64", steps="20"))
    assert plane_of(app).experiment == BASE.replace(steps=20)
    assert params_of(app) == {"size": "64", "steps": "20"}
    given, problems = FORM.read({name: [text] for name, text in params_of(app).items()})
    assert not problems
    assert FORM.write(given) == {"size": ["64"], "steps": ["20"]}
    assert FORM.read({}) == ({}, [])


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"x": "learning_rate:1:1"}, "the first limit must be below the second"),
        ({"x": "learning_rate:0:1:log"}, "axis learning_rate = 0.0: must be a number above 0"),
        ({"x": "init_scale:0.1:3"}, "both axes are init_scale"),
        ({"y": "points:30:90", "train_points": "60"}, "train_points = 60: must be at most points"),
        ({"zoom": "0.5,0.5,0.2,0.9"}, "must be up to 60 rectangles"),
        ({"zoom": "~".join(["0,0,0.5,0.5"] * (MOST_ZOOMS + 1))}, "must be up to 60 rectangles"),
        ({"size": "8192"}, "size = 8192: must be a whole number from 64 to 512"),
        (
            {"steps": "6000", "train_points": "2"},
            "steps = 6000: must be at most 5000 on this screen",
        ),
        ({"colour": "pink"}, "colour = pink: must be one of verdict"),
        ({"pixel": "1,2,3"}, "pixel = 1,2,3: must be two numbers"),
        ({"zoom": "~".join(["0.49,0.49,0.51,0.51"] * 12)}, "here float64 ends"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(params: dict[str, str], said: str) -> None:
    app = visit(**params)
    [warning] = warnings_of(app)
    assert said in warning, warning


def ask(name: str, **params: str) -> AppTest:
    """Arrive at a map of few pixels and choose one of those with a question."""
    app = run(arrive(PAGE, size="64", **params))
    app.selectbox(key="scene_choice").set_value(name)
    return run(app)


def test_a_question_comes_first_and_an_answer_is_held_against_the_map() -> None:
    app = ask("scale")
    assert presets.PRESETS["scale"].question in " ".join(texts_of(app))
    assert map_job.KEY not in app.session_state  # nothing is trained yet
    app.button(key="map_say_few").click()
    app.run()
    job: MapJob = app.session_state[map_job.KEY]
    job.wait(60)
    app.run()
    right, sentence = answers.stable_and_learning(job.plane, job.pixels)
    said = " ".join(texts_of(app))
    assert "You said “Less than a quarter”" in said
    assert ("That is what happens." in said) == (right == "few")
    assert sentence in said
    assert params_of(app)["run"] == "yes"


def test_no_question_without_a_guess_for_a_link_to_a_shown_map_or_a_map_of_ones_own() -> None:
    app = run(arrive(PAGE, size="64", run="yes"))
    assert map_job.KEY in app.session_state
    said = " ".join(texts_of(app))
    assert "You said" not in said
    assert "of the stable area learns" in said
    app.selectbox(key="scene_choice").set_value("layers")
    app.run()
    assert app.session_state[map_job.KEY].stopped  # the other map makes way
    assert [b.key for b in app.button if b.key and b.key.startswith("map_say_")]
    app.number_input(key="map_steps").set_value(20)
    assert plane_of(run(app)).experiment.steps == 20


@pytest.mark.parametrize(
    ("rates", "right"), [((0.1, 1.0), "longer"), ((1.0, 0.1), "shorter"), ((0.1, 0.1), "same")]
)
def test_which_row_bears_longer_steps_is_read_off_the_map(
    rates: tuple[float, float], right: str
) -> None:
    plane = Plane(BASE, presets.PRESETS["momentum"].x, presets.PRESETS["momentum"].y, 64)
    made = no_pixels(plane)
    made["verdict"] = VERDICTS.index("chaotic")
    for row, rate in zip((0, -1), rates, strict=True):
        made["verdict"][row, plane.xs() <= rate] = CALM
    found, said = answers.with_momentum(plane, made)
    assert found == right
    assert {"longer": "raises", "shorter": "lowers", "same": "leaves"}[right] in said
    assert answers.with_momentum(plane, no_pixels(plane))[0] == "same"


def test_a_straight_edge_is_a_line_and_scattered_pixels_are_not() -> None:
    diagonal = np.add.outer(np.arange(64), np.arange(64)) < 64
    for steady, right in (
        (diagonal, "line"),
        (np.random.RandomState(0).rand(64, 64) < 0.5, "ragged"),
    ):
        made = no_pixels(PLANE)
        made["verdict"] = np.where(steady, CALM, VERDICTS.index("chaotic"))
        assert answers.fringe(PLANE, made)[0] == right


def test_zooms_of_the_address_are_gone_through_and_back_leaves_the_last() -> None:
    app = visit(zoom="0.5,0.25,1,0.75~0,0,0.5,0.5")
    expected = PLANE.zoomed(0.5, 0.25, 1, 0.75)
    assert plane_of(app) == expected.zoomed(0, 0, 0.5, 0.5)
    assert "2 zooms deep" in " ".join(texts_of(app))
    app.button(key="map_back").click()
    assert plane_of(run(app)) == expected
    assert params_of(app)["zoom"] == "0.5,0.25,1,0.75"
    app.button(key="map_whole").click()
    assert plane_of(run(app)) == PLANE
    assert "zoom" not in params_of(app)


def test_a_preset_an_axis_and_a_setting_are_chosen() -> None:
    app = visit()
    app.selectbox(key="scene_choice").set_value("penalty")
    app.number_input(key="map_steps").set_value(30)
    run(app)
    assert (plane_of(app).x.name, plane_of(app).y.name) == ("learning_rate", "l2")
    app.selectbox(key="map_y_name").set_value("l1")
    run(app)
    assert plane_of(app).y == controls.usual("l1")
    app.number_input(key="map_y_high").set_value(5.0)
    app.number_input(key="map_hidden").set_value(2)
    run(app)
    assert params_of(app)["y"] == "l1:0.001:5:log"
    assert plane_of(app).experiment.hidden == 2
    app.number_input(key="map_y_high").set_value(0.0001)
    app.run()
    assert "The axis was left as it is" in warnings_of(app)[0]
    assert params_of(app)["y"] == "l1:0.001:5:log"


def test_a_pixel_plays_its_very_training_and_opens_elsewhere() -> None:
    app = visit(pixel="5,60")
    assert app.session_state[pixel.JOB].experiment == PLANE.at(5, 60)
    shown = app.session_state[map_job.KEY].pixels
    assert any(VERDICTS[shown[5, 60]["verdict"]] in text for text in texts_of(app))
    beside = pixel.neighbour(shown, 5, 60)
    app.button(key="map_compare").click().run()
    assert not app.exception
    plans = app.session_state["compare_jobs"]
    assert [plan.root for plan in plans] == [PLANE.at(5, 60), PLANE.at(*beside)]


def test_a_neighbour_is_one_pixel_apart_and_ends_most_differently(finished: MapJob) -> None:
    verdicts = finished.pixels["verdict"]
    for row, column in ((0, 0), (63, 63), (20, 40), (10, 45)):
        r, c = pixel.neighbour(finished.pixels, row, column)
        assert abs(r - row) + abs(c - column) == 1
        around = [
            verdicts[row + i, column + j]
            for i, j in pixel.NEIGHBOURS
            if 0 <= row + i < 64 and 0 <= column + j < 64
        ]
        apart = any(verdict != verdicts[row, column] for verdict in around)
        assert (verdicts[r, c] != verdicts[row, column]) == apart


# --- jobs


def test_a_stop_keeps_what_is_trained_and_go_on_ends_the_same(finished: MapJob) -> None:
    slow = Plane(PLANE.experiment.replace(steps=300), PLANE.x, PLANE.y, 64)
    job = MapJob(slow)
    job.start()
    job.wait_for_a_picture(60)
    job.stop()
    job.wait(60)
    before, known = job.pixels.copy(), is_trained(job.pixels)
    assert known.any()
    job.start()
    job.wait(60)
    assert job.complete
    np.testing.assert_array_equal(job.pixels[known], before[known])
    assert map_job.recall(slow) is job
    assert map_job.recall(PLANE) is None or finished.complete


def test_a_visitor_has_one_map_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, MapJob] = {}
    monkeypatch.setattr(st, "session_state", state)
    long = Plane(PLANE.experiment.replace(steps=5000, hidden=50), PLANE.x, PLANE.y, 256)
    first = job_for(long, None)
    assert job_for(long, None) is first
    second = job_for(PLANE, None)
    assert first.stopped
    first.wait(60)
    assert first.done
    assert not first.complete
    second.wait(60)
    assert second.complete
    assert job_for(PLANE, None) is second


# --- words


@pytest.mark.parametrize("name", presets.PRESETS)
def test_every_preset_asks_one_question_and_has_a_map_that_answers(name: str) -> None:
    preset = presets.PRESETS[name]
    assert preset.question.endswith("?")
    plane = Plane(preset.experiment.replace(steps=30), preset.x, preset.y, 12)
    assert presets.preset_of(Plane(preset.experiment, preset.x, preset.y, 12)) == name
    job = MapJob(plane)
    job.start()
    job.wait(60)
    assert job.complete, job.error
    right, sentence = preset.truth(plane, job.pixels)
    assert right in preset.answers
    assert sentence.endswith(".")
    assert "nan" not in sentence
    theory = words.theory(plane, job.pixels, job.line)
    without = theory.startswith("No line of theory") or "no limit is known" in theory
    assert (job.line is None) == without


def test_the_shares_in_the_sentences_are_counted(finished: MapJob) -> None:
    pixels = finished.pixels
    calm = pixels["verdict"] == CALM
    learned = pixels["accuracy"] >= answers.LEARNED
    _, sentence = answers.stable_and_learning(PLANE, pixels)
    assert sentence.startswith(f"{answers.share(learned, calm)} of the stable area learns")
    assert answers.share(calm, np.zeros_like(calm)) == "none"
    assert answers.share(np.arange(1000) < 1, np.ones(1000, bool)) == "0.1%"
    assert answers.share(np.arange(100) < 71, np.ones(100, bool)) == "71%"
    assert finished.line is not None
    agreed = limits.agreement(PLANE, pixels, finished.line)
    assert agreed is not None
    assert f"{words._percent(agreed)} of the pixels that never rise" in words.theory(
        PLANE, pixels, finished.line
    )


def test_every_axis_has_a_name_and_a_usual_range() -> None:
    assert set(words.SETTINGS) == set(AXES)
    for name in AXES:
        assert controls.usual(name).name == name


# --- what is taken home


def test_the_numbers_taken_home_are_those_of_the_map(finished: MapJob) -> None:
    with np.load(io.BytesIO(exports.npz(PLANE, finished.pixels)), allow_pickle=False) as file:
        np.testing.assert_array_equal(file["loss"], finished.pixels["loss"])
    lines = exports.csv(PLANE, finished.pixels).decode().splitlines()
    assert len(lines) == 64 * 64 + 1
    assert lines[0].startswith("learning_rate,init_scale,loss")
    cells = lines[1 + 64 * 7 + 20].split(",")
    assert float(cells[0]) == PLANE.xs()[20]
    assert float(cells[1]) == PLANE.ys()[7]
    alone = train_alone(PLANE.at(7, 20))
    assert alone is not None
    assert float(cells[2]) == pytest.approx(alone["loss"][0], rel=1e-9)
    assert cells[-1] == VERDICTS[alone["verdict"][0]]
    picture = Image.open(io.BytesIO(exports.png(PLANE, finished.pixels, "verdict")))
    assert picture.size == (64, 64)
    assert "learning_rate:0.003:3:log" in picture.info["Description"]


def test_a_film_goes_from_the_whole_into_each_level(finished: MapJob) -> None:
    zoom = (0.5, 0.5, 0.75, 0.75)
    inner = MapJob(PLANE.zoomed(*zoom))
    inner.start()
    inner.wait(60)
    map_job.remember(finished)
    levels = exports.levels_of([PLANE, inner.plane], inner)
    assert levels is not None
    film = Image.open(io.BytesIO(exports.film(levels, (zoom,), "verdict")))
    assert film.size == (exports.SIDE, exports.SIDE)
    assert getattr(film, "n_frames", 1) > 2
    first = np.asarray(film.convert("RGB"))
    film.seek(getattr(film, "n_frames", 1) - 1)
    assert (np.asarray(film.convert("RGB")) != first).any()
    map_job._finished.clear()
    assert exports.levels_of([PLANE, inner.plane], inner) is None
