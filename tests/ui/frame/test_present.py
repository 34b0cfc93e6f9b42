"""Presenting: what the address asks for, what stays in it, and where the keys lead."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mlp.plan.scenes import SCENES
from tests.apps import APP, PAGES, arrive, experiment_of, params_of, warnings_of
from tests.ui.screens.train.test_screen import SHORT, visit
from tests.ui.screens.train.test_screen import run as run_app
from ui.frame.present import _target

CSS = [path for path in APP.parent.glob("ui/frame/present/*.css") if path.stem != "copy_link"]


def buttons_of(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_presenting_begins_and_ends_by_a_button_and_keeps_the_settings() -> None:
    app = visit(**SHORT, hidden="5")
    assert "Present" in buttons_of(app)
    app.button(key="present_start").click()
    run_app(app)
    assert "End presenting" in buttons_of(app)
    assert "present" in params_of(app)
    assert experiment_of(app).hidden == 5
    app.button(key="present_end").click()
    run_app(app)
    assert "Present" in buttons_of(app)
    assert "present" not in params_of(app)
    assert experiment_of(app).hidden == 5


def test_the_presenters_view_names_the_scene_and_loses_no_result() -> None:
    plain = visit(hidden="50", learning_rate="0.03")
    shown = visit(hidden="50", learning_rate="0.03", present="1")
    assert not shown.warning
    label = SCENES["exploding_wide"].title
    place = list(SCENES).index("exploding_wide") + 1
    title = f"#### {label} :gray[· {place} of {len(SCENES)}]"
    assert title in [text.value for text in shown.markdown]
    assert title not in [text.value for text in plain.markdown]
    assert [metric.value for metric in shown.metric] == [metric.value for metric in plain.metric]


@pytest.mark.parametrize("value", ["", "0", "yes", "<b>x</b>", ["1", "1"]])
def test_another_value_is_refused_with_what_is_allowed(value: str | list[str]) -> None:
    app = visit(**SHORT, present=value)
    assert "must be 1, once. It was left out." in warnings_of(app)[0]
    assert "Present" in buttons_of(app)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_screen_presents(path: Path) -> None:
    app = arrive(f"pages/{path.name}", present="1").run()
    assert not app.exception
    assert not app.warning
    assert "End presenting" in buttons_of(app)
    assert app.query_params["present"] in ("1", ["1"])  # whatever the screen wrote into its address


@pytest.mark.parametrize(
    ("move", "place", "target"),
    [
        ({"by": 1, "from": None}, None, 0),
        ({"by": -1, "from": None}, None, None),
        ({"by": 1, "from": 0}, 0, 1),
        ({"by": -1, "from": 1}, 1, 0),
        ({"by": -1, "from": 0}, 0, 0),
        ({"by": 1, "from": 3}, 3, 3),
        ({"by": 1, "from": 0}, 1, None),  # pressed again before the page had followed
        ({"by": 1}, 1, None),
        (None, 1, None),
        ({}, 1, None),
        ({"by": 7, "from": 1}, 1, None),
        ({"by": True, "from": 1}, 1, None),
        ({"by": "1", "from": 1}, 1, None),
        ([1], 1, None),
    ],
)
def test_a_key_leads_one_scene_on_or_back_and_never_past_the_ends(
    move: object, place: int | None, target: int | None
) -> None:
    assert _target(move, place, 4) == target


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_the_style_sheets_hide_no_result(path: Path) -> None:
    css = path.read_text(encoding="utf-8")
    hidden = " ".join(re.findall(r"([^{}]*)\{[^{}]*display: none[^{}]*\}", css))
    assert hidden
    for result in ("Metric", "Vega", "DataFrame", "BidiComponent", "Markdown", "Table", "Alert"):
        assert result not in hidden
