"""The best line of every loss, with outliers and without them: which one they move least."""

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import streamlit as st

from mlp.surfaces.regression import LOSSES, X_RANGE, Points
from ui.address.form import Values
from ui.charts.picture import ROWS, Columns, Picture, Spec, spec_of
from ui.screens.gradient_descent import fitting
from ui.screens.gradient_descent.words import signed

HEIGHT = 300
POINTS = "points"
WITH, WITHOUT = "with the outliers", "without"
LABELS = {"squared": "Squared error", "absolute": "Absolute error", "huber": "Huber"}


def show(values: Values, points: Points) -> None:
    """Draw the lines, and say where each was and is."""
    found = lines_of(values, points)
    st.vega_lite_chart(_picture(found, points).spec(), key="descent_best_lines")
    told = "; ".join(
        f"{LABELS[loss]}: slope {signed(before[0])} → {signed(after[0])}, "
        f"intercept {signed(before[1])} → {signed(after[1])}"
        for loss, (before, after) in found.items()
    )
    st.caption(f"From {WITHOUT} to {WITH}. {told}.")


def lines_of(values: Values, points: Points) -> dict[str, tuple[Any, Any]]:
    """Return the slope and intercept of the best line of each loss, without outliers and with."""
    clean = fitting.points_of({**values, "outliers": 0})
    found = {}
    for loss in LOSSES:
        settings = {**values, "loss": loss}
        found[loss] = fitting.best_of(settings, clean), fitting.best_of(settings, points)
    return found


def _picture(found: dict[str, tuple[Any, Any]], points: Points) -> Picture:
    rows: dict[str, list[Any]] = {"x": [], "y": [], "loss": [], "line": []}
    for loss, pair in found.items():
        for which, line in zip((WITHOUT, WITH), pair, strict=True):
            for x in X_RANGE:
                rows["x"].append(x)
                rows["y"].append(float(line[0] * x + line[1]))
                rows["loss"].append(LABELS[loss])
                rows["line"].append(which)
    tables: dict[str, Columns] = {ROWS: rows, POINTS: {"x": points.x, "y": points.y}}
    title = "The best line of each loss, with and without the outliers"
    moved = {loss: float(np.linalg.norm(b - a)) for loss, (a, b) in found.items()}
    least = LABELS[min(moved, key=moved.__getitem__)]
    return Picture(_look(), tables, title, f"{title}: that of {least} moved least.")


@lru_cache(maxsize=1)
def _look() -> Spec:
    """Draw what needs no numbers."""
    x, y = alt.X("x:Q", title="x"), alt.Y("y:Q", title="y")
    dots = (
        alt.Chart(alt.NamedData(name=POINTS)).mark_circle(size=30, color="#808890").encode(x=x, y=y)
    )
    lines = (
        alt.Chart(alt.NamedData(name=ROWS))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=x,
            y=y,
            color=alt.Color("loss:N", legend=alt.Legend(title=None, orient="bottom")),
            strokeDash=alt.StrokeDash(
                "line:N",
                scale=alt.Scale(domain=[WITH, WITHOUT], range=[[1, 0], [5, 4]]),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
        )
    )
    return spec_of(alt.LayerChart(layer=[dots, lines], height=HEIGHT))
