"""The picture of a map in the browser: colours, axes, lines of theory, pointer and keys."""

import base64
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mlp.analysis.maps import picture as colours
from mlp.analysis.maps.limits import LimitLine
from mlp.analysis.maps.pixels import VERDICTS, Pixels, is_trained
from mlp.analysis.maps.plane import Axis, Plane
from mlp.analysis.maps.tiles import shown_from
from mlp.base.arrays import Array
from ui.browser import signals
from ui.browser.bundle import bundle
from ui.screens.map import words
from ui.screens.map.views import Rectangle

_HERE = Path(__file__).parent


class Pressed(NamedTuple):
    """What the person in front of the picture asked for in this run of the script.

    ``pixel`` is (row, column), row 0 the lowest.
    """

    pixel: tuple[int, int] | None
    zoom: Rectangle | None
    back: bool


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_mount = st.components.v2.component(
    "xor_map",
    html=_read("picture.html"),
    css=_read("picture.css"),
    js=bundle(_HERE / "picture.js"),
)


def draw(
    plane: Plane,
    pixels: Pixels,
    *,
    quantity: str,
    line: LimitLine | None,
    chosen: tuple[int, int] | None,
    whole: bool,
    depth: int,
    key: str,
) -> Pressed:
    """Show a map as far as it is trained, and return what was asked for.

    Parameters
    ----------
    plane, pixels
        The map and its pixels (size, size).
    quantity : str
        What it is coloured by, a name of QUANTITIES.
    line : LimitLine or None
        The line of theory.
    chosen : tuple of int or None
        The pixel that plays.
    whole : bool
        Whether all pixels are trained: then all their numbers are sent.
    depth : int
        How many zooms deep this is; 0 has no way back.
    key : str
        Streamlit key.
    """
    result = _mount(
        key=key,
        data=payload(
            plane, pixels, quantity=quantity, line=line, chosen=chosen, whole=whole, depth=depth
        ),
        on_pixel_change=signals.kept,
        on_zoom_change=signals.kept,
        on_back_change=signals.kept,
    )
    name = name_of(plane)
    return Pressed(
        read_pixel(result.get("pixel"), name, plane.size),
        read_zoom(result.get("zoom"), name),
        read_name(result.get("back")) == name,
    )


def name_of(plane: Plane) -> str:
    """Return what tells a map from others, so that a late answer counts for its own map only."""
    return f"{plane.x}|{plane.y}|{plane.size}|{plane.experiment.to_params()}"


def payload(
    plane: Plane,
    pixels: Pixels,
    *,
    quantity: str,
    line: LimitLine | None,
    chosen: tuple[int, int] | None,
    whole: bool,
    depth: int,
) -> dict[str, Any]:
    """Return everything that the browser needs, as JSON-able data."""
    shown = pixels if whole else pixels[shown_from(is_trained(pixels), plane.size)]
    return {
        "key": name_of(plane),
        "size": plane.size,
        "picture": _text(colours.png(colours.colours(shown, quantity))),
        "x": _axis(plane.x),
        "y": _axis(plane.y),
        "numbers": _numbers(pixels) if whole else None,
        "xs": _block(plane.xs(), "<f8"),
        "ys": _block(plane.ys(), "<f8"),
        "verdicts": list(VERDICTS),
        "lines": _lines(plane, line),
        "legend": legend(pixels, quantity),
        "chosen": None if chosen is None else list(chosen),
        "depth": depth,
        "empty": not is_trained(pixels).any(),
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _block(values: NDArray[Any], dtype: str) -> str:
    return _text(np.ascontiguousarray(values, dtype=dtype).tobytes())


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "name": axis.name,
        "label": words.SETTINGS[axis.name],
        "low": axis.low,
        "high": axis.high,
        "log": axis.scale == "log",
        "whole": words.is_whole(axis.name),
    }


def _numbers(pixels: Pixels) -> dict[str, str]:
    """Return the numbers of all pixels, rows from below; float32 has digits enough to be read."""
    names = [name for name in pixels.dtype.names or () if name != "verdict"]
    with np.errstate(over="ignore"):
        blocks = {name: _block(pixels[name], "<f4") for name in names}
    return blocks | {"verdict": _block(pixels["verdict"], "<i1")}


def _lines(plane: Plane, line: LimitLine | None) -> list[dict[str, Any]]:
    """Return the lines of theory as places (share across, share up), only where they are inside."""
    found = []
    if line is not None:
        along, other = (plane.x, plane.y) if line.rate_axis == "x" else (plane.y, plane.x)
        found.append(("rate × sharpness at its limit", along, line.rates, other))
    names = {plane.x.name, plane.y.name}
    if names == {"learning_rate", "l2"} and plane.experiment.optimizer == "gradient_descent":
        other = plane.y if plane.x.name == "learning_rate" else plane.x
        along = plane.x if plane.x.name == "learning_rate" else plane.y
        with np.errstate(divide="ignore"):
            found.append(("rate × l2 = 2", along, 2 / other.values(plane.size), other))
    return [
        {"label": label, "places": _places(along, rates, other, plane.size, along == plane.x)}
        for label, along, rates, other in found
    ]


def _places(along: Axis, rates: Array, other: Axis, size: int, across: bool) -> list[list[float]]:
    first = shares(along, rates)
    second = shares(other, other.values(size))
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    inside = ((a, b) for a, b in pairs if math.isfinite(a) and -0.5 <= a <= 1.5)
    return [[a, b] if across else [b, a] for a, b in inside]


def shares(axis: Axis, values: Array) -> Array:
    """Return where values lie on an axis, 0 at its low end and 1 at its high one."""
    low, high = axis.low, axis.high
    if axis.scale == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log(values)
        low, high = math.log(low), math.log(high)
    return np.asarray((values - low) / (high - low))


def legend(pixels: Pixels, quantity: str) -> dict[str, Any]:
    """Return what the colours mean: classes with their shares, or a scale with its ends."""
    parts = words.counts(pixels)
    classes = [
        {
            "label": f"{name}: {words.VERDICT_WORDS[name]}",
            "share": None if parts is None else parts[name],
            "colour": colours.VERDICT_COLOURS[name],
        }
        for name in VERDICTS
    ]
    if quantity == "verdict":
        return {"title": words.QUANTITIES[quantity], "classes": classes, "scale": None}
    extra = [entry for entry in classes[-1:] if entry["share"]]
    if quantity == "first_rise_at":
        trained = is_trained(pixels)
        never = float(np.sum(trained & (pixels["rises"] == 0)) / max(np.sum(trained), 1))
        extra.append({"label": "never rose", "share": never, "colour": colours.NEVER_COLOUR})
    ends = colours.extent(pixels, quantity)
    if ends is not None and quantity == "first_rise_at":
        ends = (ends[0] + 1, ends[1] + 1)  # the step that is higher, as Run.risen_at has it
    scale = None if ends is None else {"low": ends[0], "high": ends[1], "colours": colours.SCALE}
    if scale is not None:
        scale["log"] = colours.QUANTITIES[quantity].log
    return {"title": words.QUANTITIES[quantity], "classes": extra, "scale": scale}


def read_name(value: object) -> str | None:
    """Return the name of the map that an answer from the browser is about."""
    name = value.get("key") if isinstance(value, Mapping) else None
    return name if isinstance(name, str) else None


def read_pixel(value: object, name: str, size: int) -> tuple[int, int] | None:
    """Return the row and column of a pixel of this map; None for anything else that may come."""
    if not isinstance(value, Mapping) or read_name(value) != name:
        return None
    row, column = (_index(value.get(side), size) for side in ("row", "column"))
    return None if row is None or column is None else (row, column)


def _index(value: object, size: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < size:
        return None
    return value


def read_zoom(value: object, name: str) -> Rectangle | None:
    """Return a rectangle of this map, in shares of its sides; None for anything else."""
    if not isinstance(value, Mapping) or read_name(value) != name:
        return None
    sides = value.get("sides")
    if not isinstance(sides, Sequence) or isinstance(sides, str) or len(sides) != 4:
        return None
    if not all(isinstance(s, int | float) and not isinstance(s, bool) for s in sides):
        return None
    left, bottom, right, top = (float(s) for s in sides)
    inside = 0 <= left < right <= 1 and 0 <= bottom < top <= 1
    return (left, bottom, right, top) if inside else None
