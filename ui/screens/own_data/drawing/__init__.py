"""A map to draw points on: a click adds one, a drag moves it, a key removes it."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from mlp.data.own import MOST_POINTS
from ui.browser import signals
from ui.browser.bundle import bundle

_HERE = Path(__file__).parent
REACH = 3.0  # the map goes from -3 to 3 in both directions


class Point(NamedTuple):
    """A drawn point: its place on the map, and its class, 0 or 1."""

    x: float
    y: float
    label: int


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_mount = st.components.v2.component(
    "xor_drawing",
    html=_read("drawing.html"),
    css=_read("drawing.css"),
    js=bundle(_HERE / "drawing.js"),
)


def draw(points: Sequence[Point], *, key: str) -> list[Point]:
    """Show the map and return what is drawn on it.

    Parameters
    ----------
    points : sequence of Point
        What was drawn before; counts when the map comes onto the screen.
    key : str
        Streamlit key.
    """
    result = _mount(
        key=key,
        data={"points": [list(point) for point in points], "reach": REACH, "most": MOST_POINTS},
        on_drawn_change=signals.kept,
    )
    drawn = result.get("drawn")
    return list(points) if drawn is None else read_drawn(drawn)


def read_drawn(value: object) -> list[Point]:
    """Turn what came from the browser into points, leaving out what is none."""
    points = value.get("points") if isinstance(value, Mapping) else None
    if not isinstance(points, Sequence) or isinstance(points, str):
        return []
    found = (_point(entry) for entry in points[:MOST_POINTS])
    return [point for point in found if point is not None]


def _point(entry: object) -> Point | None:
    if not isinstance(entry, Sequence) or len(entry) != len(Point._fields):
        return None
    x, y, label = entry
    numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in (x, y, label))
    if not numbers or label not in (0, 1) or not (_inside(x) and _inside(y)):
        return None
    return Point(float(x), float(y), int(label))


def _inside(value: float) -> bool:
    return math.isfinite(value) and -REACH <= value <= REACH
