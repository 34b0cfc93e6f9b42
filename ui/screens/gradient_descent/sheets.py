"""What the runners run on: curves and maps of surfaces, as the browser reads them.

Curves travel as float64, the grid under a map as float32.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from mlp.base.arrays import Array
from mlp.surfaces.surfaces import SURFACES
from ui.player.payload import _block as block
from ui.screens.gradient_descent import words

GRID = 161  # cells a side of a map
CURVE = 601  # points of a curve
SAME = 1e-9  # minima this near in value are equally deep
HEADROOM = 0.05  # of a curve's range, left free above and below
WIDE_SPREAD = 12.0  # highest over middle height, from which on heights are drawn on a log scale
LEAST_ASPECT, MOST_ASPECT = 0.5, 2.6  # of a map on which a unit is as long on both axes


def grid_of(x: tuple[float, float], y: tuple[float, float], size: int = GRID) -> Array:
    """Return the centres of the cells of a map, rows from the top, (size, size, 2)."""
    shares = (np.arange(size) + 0.5) / size
    across = x[0] + shares * (x[1] - x[0])
    down = y[1] - shares * (y[1] - y[0])
    return np.stack(np.meshgrid(across, down), axis=-1)


def map_payload(
    key: str,
    heights: Array,
    *,
    domain: Sequence[tuple[float, float]],
    names: tuple[str, str],
    minima: Sequence[Sequence[float]],
    deepest: int = 1,
) -> dict[str, Any]:
    """Return a surface of two variables for the browser.

    Parameters
    ----------
    key : str
        Identity of the surface: the browser decodes it once.
    heights : Array
        The value at every point of `grid_of`, (size, size).
    domain : sequence of (float, float)
        The ends of both axes.
    names : tuple of str
        Of the axes.
    minima : sequence of points
        Marked on the map, the deepest first.
    deepest : int
        How many of them are equally deep; the others are marked smaller.
    """
    (x0, x1), (y0, y1) = domain
    aspect = (x1 - x0) / (y1 - y0)
    above = heights - heights.min()
    middle = float(np.median(above))
    wide = above.max() > WIDE_SPREAD * middle
    return {
        "kind": "map",
        "key": key,
        "x": [x0, x1],
        "y": [y0, y1],
        "size": int(heights.shape[0]),
        "grid": block(heights, "<f4"),
        "names": list(names),
        "minima": [[float(number) for number in point] for point in minima],
        "deepest": deepest,
        # 0: heights as they are. Above 0: log(1 + height / bend), for the browser to draw.
        "bend": max(0.02 * middle, 1e-12) if wide else 0.0,
        "equal": LEAST_ASPECT <= aspect <= MOST_ASPECT,
    }


@lru_cache(maxsize=16)
def map_of(name: str) -> dict[str, Any]:
    """Return the map of a surface of two variables."""
    surface = SURFACES[name]
    x, y = surface.domain
    return map_payload(
        name,
        surface.value(grid_of(x, y)),
        domain=surface.domain,
        names=("x0", "x1"),
        minima=[minimum.point for minimum in surface.minima],
        deepest=sum(m.value <= surface.minima[0].value + SAME for m in surface.minima),
    )


def curve_payload(
    key: str,
    x: Array,
    values: Sequence[Array],
    slopes: Sequence[Array],
    *,
    names: tuple[str, str, str],
    minima: Sequence[float],
    slope: str,
) -> dict[str, Any]:
    """Return curves of one variable for the browser.

    Parameters
    ----------
    key : str
        Identity of the curves.
    x : Array
        Even distances from end to end, (points,).
    values, slopes : sequence of Array
        Each curve and its derivative there, (points,).
    names : tuple of str
        Of the variable, the curve, and its derivative.
    minima : sequence of float
        Marked on the axis.
    slope : str
        What the slope of a tangent is called.
    """
    return {
        "kind": "curve",
        "key": key,
        "x": [float(x[0]), float(x[-1])],
        "name": names[0],
        "minima": [float(minimum) for minimum in minima],
        "values": _panel(values, names[1]),
        "slopes": _panel(slopes, names[2]),
        "slope": slope,
    }


def _panel(curves: Sequence[Array], name: str) -> dict[str, Any]:
    low = min(float(curve.min()) for curve in curves)
    high = max(float(curve.max()) for curve in curves)
    room = HEADROOM * (high - low or 1.0)
    return {
        "name": name,
        "range": [low - room, high + room],
        "curves": [block(curve, "<f8") for curve in curves],
    }


@lru_cache(maxsize=16)
def curve_of(name: str) -> dict[str, Any]:
    """Return the curve of a surface of one variable."""
    surface = SURFACES[name]
    x = np.linspace(*surface.domain[0], CURVE)
    return curve_payload(
        name,
        x,
        [surface.value(x[:, None])],
        [surface.gradient(x[:, None])[:, 0]],
        names=("x", "f(x)", "f′(x)"),
        minima=[minimum.point[0] for minimum in surface.minima],
        slope=f"slope {words.SURFACES[name].slope}",
    )


def surface_payload(name: str) -> dict[str, Any]:
    """Return the map or the curve of a surface by its name."""
    return curve_of(name) if SURFACES[name].dimensions == 1 else map_of(name)
