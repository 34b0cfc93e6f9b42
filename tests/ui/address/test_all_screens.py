"""One address protocol on all screens: what is dropped is said, what was left is there again."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.data.own import OwnData
from tests.apps import PAGES, arrive, warnings_of
from ui.jobs import compiling, runs

SCREENS = ["streamlit_app.py", *(f"pages/{page.name}" for page in PAGES)]
TRAIN, EXPLODING, COMPARE, SCHEDULES, CHAIN, DESCENT, OWN, MAP, COURSE = SCREENS
QUICK = {"points": "30", "train_points": "30", "steps": "50", "frames": "5"}
POINTS = OwnData(np.random.RandomState(0).randn(20, 2), np.arange(20) % 2, ("width", "height"))
MINE = QUICK | {
    "dataset": "custom", "data_id": POINTS.data_id, "points": "20", "train_points": "20",
}  # fmt: skip
# On every screen a parameter of its own, and what the screen then says of itself.
LEFT = {
    TRAIN: QUICK | {"hidden": "7"},
    EXPLODING: {"scene": "exploding_wide"},
    COMPARE: {"run": "hidden:7~steps:50", "same": "no"},
    SCHEDULES: QUICK | {"hidden": "10", "show": "cosine"},
    CHAIN: QUICK | {"hidden": "7", "point": "3"},
    DESCENT: {"scene": "one", "rate": "0.3"},
    MAP: {"size": "64", "steps": "20", "colour": "loss", "zoom": "0.25,0.25,0.75,0.75"},
    OWN: {"set": "spiral"},
    COURSE: {"view": "words"},
}


@pytest.fixture(autouse=True)
def _forget_runs() -> Iterator[None]:
    yield
    runs.forget_all()


def visit(screen: str, **params: str | list[str]) -> AppTest:
    app = arrive(screen if screen != TRAIN else "", **params).run()
    assert not app.exception, app.exception
    return app


def go(app: AppTest, screen: str, **params: str | list[str]) -> AppTest:
    """Follow a link to another screen in the same session."""
    app.query_params.clear()
    for name, value in params.items():
        app.query_params[name] = value
    app.switch_page(screen).run()
    assert not app.exception, app.exception
    return app


def address(app: AppTest) -> dict[str, str]:
    texts = app.query_params.items()
    return {name: text if isinstance(text, str) else text[0] for name, text in texts}


@pytest.mark.parametrize("screen", SCREENS)
def test_what_is_dropped_is_said_and_what_embeds_the_page_stays(screen: str) -> None:
    embedding = {"embed_options": ["dark_theme", "show_padding"]}
    app = visit(screen, **LEFT[screen], **embedding, neurons="7", present="1")
    assert warnings_of(app) == ["neurons = 7: there is no setting of this name. It was left out."]
    assert "neurons" not in app.query_params
    assert app.query_params["embed_options"] == ["dark_theme", "show_padding"]
    assert address(app)["present"] == "1"
    [said] = warnings_of(visit(screen, **LEFT[screen], present="0"))
    assert said.startswith("present = 0: must be 1, once.")


@pytest.mark.parametrize("screen", [TRAIN, EXPLODING, COMPARE, SCHEDULES, CHAIN])
def test_what_is_dropped_is_said_while_something_compiles_too(
    screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow() -> Iterator[str]:
        yield "the training loop"
        go_on.wait(30)

    monkeypatch.setattr(compiling, "TRAINING", compiling.Compiling(slow, 1))
    app = visit(screen, neurons="7", **({"run": "yes"} if screen == EXPLODING else {}))
    go_on.set()
    assert any("neurons = 7: there is no setting" in warning for warning in warnings_of(app))
    [bar, *_] = app.get("progress")
    assert "once on this machine" in bar.proto.text
    assert "now the training loop. That takes 10 to 30 seconds" in bar.proto.text
    assert any("Then it trains. Hidden neurons: " in caption.value for caption in app.caption)


def test_every_screen_opens_and_coming_back_keeps_the_settings_of_a_training() -> None:
    app = visit(TRAIN, **QUICK, hidden="7")
    before = app.session_state["experiment"]
    for screen in SCREENS[1:]:
        go(app, screen, **({} if screen == CHAIN else LEFT[screen]))  # which has the same settings
        go(app, TRAIN)
        app.session_state["job"].wait(60)
        app.run()
        assert app.session_state["experiment"] == before
        assert app.slider(key="hidden").value == 7
        assert address(app) == QUICK | {"hidden": "7"}
        assert not app.warning


@pytest.mark.parametrize("kept", [{}, {"present": "1"}])
@pytest.mark.parametrize("screen", LEFT)
def test_who_comes_back_finds_what_was_left(screen: str, kept: dict[str, str]) -> None:
    app = visit(screen, **LEFT[screen], **kept)
    assert not warnings_of(app)
    before = address(app)
    assert before.items() >= LEFT[screen].items()
    go(app, COURSE if screen != COURSE else OWN, **kept)
    go(app, screen, **kept)
    assert address(app) == before


def test_train_and_chain_rule_show_the_same_network_while_presenting() -> None:
    app = visit(TRAIN, **QUICK, hidden="7", present="1")
    go(app, CHAIN, present="1")
    assert address(app)["hidden"] == "7"
    assert app.session_state["experiment"].hidden == 7


@pytest.mark.parametrize("screen", [TRAIN, SCHEDULES, CHAIN])
def test_own_points_are_used_where_they_were_brought_and_nowhere_else(screen: str) -> None:
    app = arrive(screen if screen != TRAIN else "", **MINE)
    app.session_state["own_points"] = {POINTS.data_id: POINTS}
    app.run()
    assert not app.exception
    assert not warnings_of(app)
    assert address(app)["data_id"] == POINTS.data_id
    stranger = visit(screen, **MINE)
    [said] = warnings_of(stranger)
    assert said.startswith(
        f"The points of this link are not here (data_id = {POINTS.data_id}): a link does not carry"
    )
    assert said.endswith("dataset = gaussian is used instead.")
    assert "data_id" not in stranger.query_params


def test_nobody_compares_another_visitors_points() -> None:
    plan = "~".join(f"{name}:{text}" for name, text in MINE.items())
    owner = arrive(COMPARE, run=plan)
    owner.session_state["own_points"] = {POINTS.data_id: POINTS}
    owner.run()
    assert not owner.exception
    assert not warnings_of(owner)
    [job] = owner.session_state["compare_jobs"].values()
    job.wait(60)
    assert job.run().data.names == POINTS.names
    stranger = visit(COMPARE, run=plan)  # though its run is trained and kept by now
    [said] = warnings_of(stranger)
    assert said.startswith(
        f"run = the points of this link are not here (data_id = {POINTS.data_id})"
    )
    shown = str(stranger)
    assert "width" not in shown
    assert all(plan.root.data_id == "" for plan in stranger.session_state["compare_jobs"])


@pytest.mark.parametrize(
    ("screen", "name"),
    [(TRAIN, "hidden"), (SCHEDULES, "hidden"), (CHAIN, "step"), (DESCENT, "rate")],
)
@pytest.mark.parametrize("text", ["٣", "1_0", "3" * 40, "\uff10.5"])
def test_numbers_have_one_grammar_on_all_screens(screen: str, name: str, text: str) -> None:
    [said] = warnings_of(visit(screen, **(LEFT[screen] | {name: text})))
    assert said.startswith(f"{name} = {text[:40]}: must be a")
