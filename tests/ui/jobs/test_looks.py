"""A fragment that looks again and again stops by itself, or has the page drawn anew."""

import pytest

from ui.jobs import looks


@pytest.mark.parametrize(
    ("busy", "beyond", "done"),
    [
        ("bb", True, ["", ""]),  # still to come
        ("b.", True, ["", "page"]),  # the page shows it, too
        ("b.", False, ["", "stop"]),
        ("b...", False, ["", "stop", "", ""]),  # once
        ("..", True, ["", ""]),  # never had a timer
        (".b", False, ["", "page"]),  # something began
        ("b.b", False, ["", "stop", "page"]),
    ],
)
def test_the_timer_stops_where_nothing_else_waits(
    monkeypatch: pytest.MonkeyPatch, busy: str, beyond: bool, done: list[str]
) -> None:
    said: list[str] = []
    monkeypatch.setattr(looks, "_stop_timer", lambda: said.append("stop"))
    monkeypatch.setattr("streamlit.rerun", lambda: said.append("page"))
    seen = looks.Looks(busy=busy[0] == "b", beyond=beyond)
    for now, wanted in zip(busy, done, strict=True):
        said.clear()
        seen.go_on(busy=now == "b")
        assert said[:1] == ([wanted] if wanted else [])
