"""What is drawn anew: the page, or fragments where the browser asked for some anyway."""

import pytest
from streamlit.errors import StreamlitAPIException

from ui.jobs import redraw

PARTS = ("network", "live")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What Streamlit is asked to run again."""
    found: list[object] = []
    monkeypatch.setattr("streamlit.rerun", lambda scope="app": found.append(scope))
    return found


@pytest.mark.parametrize("whole", [True, False])
def test_a_run_of_the_page_goes_on_and_one_of_fragments_is_turned(
    monkeypatch: pytest.MonkeyPatch, asked: list[object], *, whole: bool
) -> None:
    monkeypatch.setattr(redraw, "is_whole", lambda: whole)
    redraw.only(*PARTS)
    redraw.page()
    assert asked == ([] if whole else [PARTS, "app"])


def test_outside_of_a_page_nothing_is_asked_for(asked: list[object]) -> None:
    assert redraw.is_whole()
    redraw.only(*PARTS)
    redraw.page()
    redraw.again(1.0)
    redraw.again(None)
    assert asked == []


def test_fragments_that_are_forgotten_as_their_page_is_left_are_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_scope: object) -> None:
        raise StreamlitAPIException("No fragment is registered under this key.")

    monkeypatch.setattr(redraw, "is_whole", lambda: False)
    monkeypatch.setattr("streamlit.rerun", refuse)
    redraw.only(*PARTS)
