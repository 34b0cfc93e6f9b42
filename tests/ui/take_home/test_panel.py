"""The button "Take home", and the making of files in the background."""

import threading
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp import Experiment, Run, train
from ui.take_home import animation
from ui.take_home.entry import Tell
from ui.take_home.formats import FORMATS, Format
from ui.take_home.making import Making
from ui.take_home.panel import GROUPS

TIMEOUT = 30


@pytest.fixture(scope="module")
def run() -> Run:
    return train(Experiment(steps=30, frames=5, points=10, train_points=10))


def entry(make: Callable[[Tell], bytes]) -> Format:
    def made(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001
        return make(tell)

    return Format("A film", "", "step_{step}.bin", "application/octet-stream", made, "", slow=True)


def start(run: Run, make: Callable[[Tell], bytes]) -> Making:
    making = Making("film", entry(make), run, 2, "http://h/")
    making.start()
    return making


def test_a_file_is_made_in_the_background_and_tells_how_far_it_is(run: Run) -> None:
    half, go_on = threading.Event(), threading.Event()

    def make(tell: Tell) -> bytes:
        tell(0.5)
        half.set()
        go_on.wait(TIMEOUT)
        return b"whole"

    making = start(run, make)
    assert half.wait(TIMEOUT)
    assert (making.share, making.done, making.result) == (0.5, False, None)
    go_on.set()
    making.wait(TIMEOUT)
    assert (making.done, making.result, making.error) == (True, b"whole", None)
    assert making.file_name == f"step_{run.steps[2]}.bin"


def test_a_making_can_be_stopped_and_keeps_nothing(run: Run) -> None:
    told, go_on = threading.Event(), threading.Event()

    def make(tell: Tell) -> bytes:
        told.set()
        go_on.wait(TIMEOUT)
        tell(0.9)
        return b"too late"

    making = start(run, make)
    assert told.wait(TIMEOUT)
    making.stop()
    go_on.set()
    making.wait(TIMEOUT)
    assert (making.done, making.result, making.error) == (True, None, None)


def test_what_fails_is_told(run: Run) -> None:
    def make(tell: Tell) -> bytes:  # noqa: ARG001
        raise MemoryError("no room")

    making = start(run, make)
    making.wait(TIMEOUT)
    assert making.done
    assert str(making.error) == "no room"


def test_every_format_has_its_place_once() -> None:
    names = [name for group in GROUPS.values() for name in group]
    assert sorted(names) == sorted(FORMATS)


def script() -> None:
    import streamlit as st

    from mlp import Experiment, Run, train
    from ui.take_home import panel

    def shown() -> tuple[Run, int]:
        st.session_state["asked"] = st.session_state.get("asked", 0) + 1
        return train(Experiment(steps=30, frames=5, points=10, train_points=10)), 2

    panel.take_home(shown, key="x")


def test_nothing_is_made_or_even_asked_for_before_the_button_is_pressed() -> None:
    app = AppTest.from_function(script, default_timeout=TIMEOUT).run()
    assert not app.exception
    assert "asked" not in app.session_state
    assert not app.get("download_button")


def test_opened_it_offers_every_format_or_says_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(animation, "encoder", lambda: None)
    app = AppTest.from_function(script, default_timeout=TIMEOUT)
    app.session_state["x_open"] = True
    app.run()
    assert not app.exception
    labels = {element.proto.label for element in app.get("download_button")}
    labels |= {button.label for button in app.button}
    expected = {f"Make: {f.label}" if f.slow else f.label for f in FORMATS.values()}
    expected = expected - {"Make: Film, MP4"} | {"Film, MP4"}
    assert expected <= labels
    assert app.button(key="x_take_mp4").disabled
    assert any("ffmpeg" in caption.value for caption in app.caption)
    assert "@software{xor_dashboard" in app.code[1].value


def test_a_film_is_made_with_progress_and_then_offered() -> None:
    app = AppTest.from_function(script, default_timeout=TIMEOUT)
    app.session_state["x_open"] = True
    app.run()
    app.button(key="x_take_gif").click().run()
    making: Making = app.session_state["x_making"]
    making.wait(TIMEOUT)
    assert making.error is None
    assert making.result is not None
    assert making.result[:6] == b"GIF89a"
