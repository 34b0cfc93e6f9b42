"""The screen "Own data": what is brought is checked, shown, and trained on; nothing is lost."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp import Experiment
from mlp.data.own import FEWEST_POINTS, OwnData
from mlp.data.table import read_table
from tests.apps import arrive, as_read, experiment_of, params_of, warnings_of
from ui.address import address
from ui.course.steps import STEPS
from ui.screens.own_data import ready, screen
from ui.screens.own_data.drawing import Point, read_drawn
from ui.settings import own_points

PAGE = "pages/6_Own_data.py"
CELLS = "width\theight\tkind\n" + "\n".join(
    f"{i / 2}\t{(i * 7) % 11}\t{'ab'[i % 2]}" for i in range(20)
)


def open_screen() -> AppTest:
    app = arrive(PAGE).run()
    assert not app.exception
    return app


def paste(app: AppTest, text: str) -> AppTest:
    app.segmented_control(key="own_data_way").set_value("paste").run()
    app.text_area(key="own_data_text").set_value(text).run()
    assert not app.exception
    return app


def upload(app: AppTest, content: bytes) -> AppTest:
    app.segmented_control(key="own_data_way").set_value("file").run()
    app.file_uploader(key="own_data_file").upload("points.csv", content, "text/csv").run()
    assert not app.exception
    return app


@pytest.mark.parametrize("name", ready.READY)
def test_a_ready_set_is_seen_learned_and_gone_on_with(name: str) -> None:
    app = open_screen()
    assert len([button for button in app.button if "own_data_set_" in str(button.key)]) == 8
    app.button(key=f"own_data_set_{name}").click().run()
    app.session_state["own_data_ready_job"].wait(60)
    app.run()
    assert not app.exception
    run = app.session_state["own_data_ready_job"].run()
    assert run.experiment == ready.READY[name]
    assert run.train_accuracy[-1] >= 0.85
    pixels = ready.picture_of(name)
    for colour in ready.COLOURS:
        assert (pixels == colour).all(axis=-1).sum() >= 8
    app.button(key="own_data_ready_use").click().run()
    assert not app.exception
    assert app.session_state["experiment"] == ready.READY[name]


def test_the_pictures_of_the_ready_sets_show_the_marks_of_the_plots() -> None:
    pixels = ready.picture_of("corners")
    corners = {}
    for label, colour in enumerate(ready.COLOURS):
        rows, columns = np.nonzero((pixels == colour).all(axis=-1))
        corners[label] = (pixels[rows.max(), columns.max()] == colour).all()
    assert corners == {0: False, 1: True}  # circles, and squares


def test_the_sample_can_be_brought() -> None:
    app = open_screen()
    app.segmented_control(key="own_data_way").set_value("file").run()
    [shown] = app.code
    assert screen.sample().startswith(shown.value)
    upload(app, screen.sample().encode())
    assert any("40 points" in text.value for text in app.markdown)
    assert not app.error


def trained_id(app: AppTest) -> str:
    return str(app.session_state["experiment"].data_id)


def test_a_file_is_read_shown_and_trained_on() -> None:
    app = upload(open_screen(), CELLS.replace("\t", ";").replace(".", ",").encode())
    assert [box.label for box in app.selectbox] == ["Across (x0)", "Upwards (x1)", "Class"]
    assert [box.value for box in app.selectbox] == [0, 1, 2]
    assert any("20 points" in text.value for text in app.markdown)
    app.button(key="own_data_use").click().run()
    assert not app.exception
    [own] = app.session_state["own_points"].values()
    assert trained_id(app) == own.data_id
    assert own.names == ("width", "height")
    assert app.session_state["experiment"].points == 20


def test_pasted_cells_give_the_same_points_as_their_file() -> None:
    first = upload(open_screen(), CELLS.encode())
    first.button(key="own_data_use").click().run()
    second = paste(open_screen(), CELLS)
    second.button(key="own_data_use").click().run()
    assert trained_id(first) == trained_id(second) != ""


def test_cells_can_be_sent_by_the_button_before_their_field_is_left() -> None:
    app = open_screen()
    app.segmented_control(key="own_data_way").set_value("paste").run()
    app.button(key="own_data_use").click().run()
    assert [told.value for told in app.caption if told.value.startswith("No cells")]
    app.text_area(key="own_data_text").set_value("1 2 a")
    app.button(key="own_data_use").click().run()
    assert "part the cells by commas" in app.error[0].value
    assert "experiment" not in app.session_state
    app.text_area(key="own_data_text").set_value(CELLS)
    app.button(key="own_data_use").click().run()
    assert app.session_state["experiment"].dataset == "custom"


def test_the_cells_shown_in_the_empty_field_are_of_a_form_that_is_read() -> None:
    app = open_screen()
    app.segmented_control(key="own_data_way").set_value("paste").run()
    first, row, _ = app.text_area(key="own_data_text").placeholder.splitlines()
    table = read_table("\n".join([first, *[row] * FEWEST_POINTS]))
    assert table.names == ("width", "height", "kind")
    assert "\t" not in first + row  # which looks like spaces


def test_other_columns_can_be_chosen_and_standardising_left_out() -> None:
    app = paste(open_screen(), CELLS)
    across, upwards = app.selectbox[0], app.selectbox[1]
    across.set_value(1).run()
    assert any("choose three different columns" in error.value for error in app.error)
    upwards.set_value(0).run()
    app.toggle(key="own_data_standardise").set_value(False).run()
    app.button(key="own_data_use").click().run()
    [own] = app.session_state["own_points"].values()
    assert own.names == ("height", "width")
    assert own.scale == (1.0, 1.0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01\x02", "a binary one"),
        (b"1,2,a\n3,oops,b\n5,6,a\n7,8,b\n", "line 2, column 'column 2': 'oops' is not a number"),
        (b"1,?,a\n3,<b>,b\n5,6,a\n7,8,b\n", "line 1, column 'column 2': '?' a number is"),
        (b"1,?,a\n3,<b>,b\n5,6,a\n7,8,b\n", "\n- line 2, column 'column 2': '<b>' is not a"),
        (b"1,2,a\n3,4,a\n5,6,a\n7,8,a\n", "one class only"),
        (b"1,2,a\n3,4,<b>\n5,6,c\n7,8,a\n", "a third class"),
    ],
)
def test_a_bad_file_is_refused_and_the_points_in_use_stay(content: bytes, message: str) -> None:
    app = upload(open_screen(), CELLS.encode())
    app.button(key="own_data_use").click().run()
    before = trained_id(app)
    app.switch_page(PAGE).run()
    upload(app, content)
    [error] = app.error
    assert message in as_read([error.value])[0]
    assert "<b>" not in error.value
    assert trained_id(app) == before
    assert app.button(key="own_data_use").disabled


def test_drawn_points_are_taken_one_by_one_and_only_where_they_are_points() -> None:
    good = [[0, 1.5, 1], [-3, 3, 0]]
    bad = [[0, 4, 1], [0, 0, 2], ["0", 0, 1], [0, 0], None, [True, 0, 1], [float("nan"), 0, 1]]
    assert read_drawn({"points": good + bad}) == [Point(0.0, 1.5, 1), Point(-3.0, 3.0, 0)]
    assert len(read_drawn({"points": good * 2000})) == 2000
    nothings: list[object] = [None, [], "text", {"points": "text"}, {"points": 7}, {}]
    for nothing in nothings:
        assert read_drawn(nothing) == []


def test_an_address_says_which_points_are_missing_and_works_once_they_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(address, "NEWS_SECONDS", 0.0)  # it is opened again later
    own = upload(open_screen(), CELLS.encode())
    own.button(key="own_data_use").click().run()
    params = own.session_state["experiment"].to_params()
    assert params["dataset"] == "custom"

    other = arrive(**(params | {"hidden": "5"})).run()
    [said] = warnings_of(other)
    assert f"are not here (data_id = {params['data_id']}): a link does not carry own points" in said
    assert other.session_state["experiment"].dataset == "gaussian"
    assert other.session_state["experiment"].hidden == 5

    [points] = own.session_state["own_points"].values()
    other.session_state["own_points"] = {points.data_id: points}
    for name, text in params.items():
        other.query_params[name] = text
    other.run()
    assert not other.warning
    assert trained_id(other) == params["data_id"]


def test_own_points_are_one_visitors_alone_and_can_be_left_again() -> None:
    app = upload(open_screen(), CELLS.encode())
    app.button(key="own_data_use").click().run()
    app.switch_page("streamlit_app.py").run()
    data_id = trained_id(app)
    assert "Own: width, height (20)" in app.selectbox(key="dataset").options
    app.selectbox(key="dataset").set_value("spiral").run()
    assert trained_id(app) == ""
    app.selectbox(key="dataset").set_value(data_id).run()
    assert trained_id(app) == data_id
    stranger = arrive().run()
    assert not any(option.startswith("Own") for option in stranger.selectbox(key="dataset").options)


def test_the_oldest_of_many_own_sets_goes_first() -> None:
    before = [
        OwnData(np.random.RandomState(i).randn(4, 2), np.arange(4) % 2)
        for i in range(own_points.MOST_SETS)
    ]
    app = arrive(PAGE)
    app.session_state["own_points"] = {own.data_id: own for own in before}
    paste(app.run(), CELLS)
    app.button(key="own_data_use").click().run()
    kept = list(app.session_state["own_points"])
    assert kept == [*(own.data_id for own in before[1:]), trained_id(app)]


PLACE = {"present": "1", "course": "10", "passed": "1.2", "said": "2"}


@pytest.mark.parametrize("button", ["own_data_use", "own_data_ready_use"])
def test_the_place_in_the_course_goes_along_to_train(button: str) -> None:
    app = paste(arrive(PAGE, **PLACE).run(), CELLS)
    app.button(key=button).click().run()
    assert not app.exception
    found = params_of(app)
    assert {name: found.get(name) for name in PLACE} == PLACE
    assert "dataset" in found or "hidden" in found  # it is the Train screen's address


def test_own_points_are_trained_by_what_was_chosen_and_not_by_a_step_of_the_course() -> None:
    step = STEPS[-1]
    broken = {name: str(text) for name, text in step.params.items()}
    app = arrive(step.page, **broken, course="10", passed="1").run()
    assert experiment_of(app).l2_gradient == "article"
    app.session_state["experiment"] = experiment_of(app).replace(noise=0.1)
    app.switch_page(PAGE).run()
    paste(app, CELLS)
    app.button(key="own_data_use").click().run()
    trained = experiment_of(app)
    assert trained == Experiment(
        dataset="custom",
        data_id=trained.data_id,
        points=trained.points,
        train_points=trained.points,
        noise=0.1,
    )
    # Outside of the course the same settings are a visitor's own.
    app = arrive(step.page, **broken).run()
    app.switch_page(PAGE).run()
    paste(app, CELLS)
    app.button(key="own_data_use").click().run()
    assert experiment_of(app).l2_gradient == "article"
