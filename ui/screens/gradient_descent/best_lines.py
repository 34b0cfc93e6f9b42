"""The best line of every loss, with outliers and without them: which one they move least."""

from functools import lru_cache

import altair as alt
import numpy as np
import streamlit as st

from mlp.base.arrays import Array
from mlp.surfaces.regression import LOSSES, X_RANGE, Points
from ui.address.form import Values
from ui.charts.picture import ROWS, Columns, Picture, Spec, spec_of
from ui.course import box
from ui.screens.gradient_descent import fitting
from ui.screens.gradient_descent.words import signed
from ui.words.losses import LOSS_NAMES

HEIGHT = 260
POINTS = "points"


def show(values: Values, points: Points) -> None:
    """Draw both lines of each loss, with their numbers."""
    with box.led_to("best-lines"):
        st.markdown(
            "**The best line of each loss:** with the outliers (solid), without them (dashed)"
        )
    clean = fitting.points_of({**values, "outliers": 0})
    for column, loss in zip(st.columns(len(LOSSES)), LOSSES, strict=True):
        settings = {**values, "loss": loss}
        pair = fitting.best_of(settings, clean), fitting.best_of(settings, points)
        spec = picture(LOSS_NAMES[loss], *pair, points).spec()
        column.vega_lite_chart(spec, key=f"descent_best_{loss}")
    box.show_way_back("best-lines")


def picture(label: str, before: Array, after: Array, points: Points) -> Picture:
    """Draw the best line (slope, intercept) without the outliers and with them."""
    moved = float(np.linalg.norm(after - before))
    slope, intercept = (
        f"{signed(float(a))} → {signed(float(b))}" for a, b in zip(before, after, strict=True)
    )
    title = [f"{label} moves by {signed(moved)}", f"slope {slope}, intercept {intercept}"]
    x = np.array(X_RANGE)
    rows = {"x": x, "before": before[0] * x + before[1], "after": after[0] * x + after[1]}
    tables: dict[str, Columns] = {ROWS: rows, POINTS: {"x": points.x, "y": points.y}}
    return Picture(_look(), tables, title, ": ".join(title))


@lru_cache(maxsize=1)
def _look() -> Spec:
    """Draw what needs no numbers."""
    x = alt.X("x:Q", title="x", axis=alt.Axis(tickCount=3))
    dots = alt.Chart(alt.NamedData(name=POINTS)).mark_circle(size=30, color="#808890")
    lines = alt.Chart(alt.NamedData(name=ROWS))
    solid = lines.mark_line(strokeWidth=3).encode(x=x, y=alt.Y("after:Q", title="y"))
    dashed = lines.mark_line(strokeWidth=2, strokeDash=[6, 4]).encode(x=x, y="before:Q")
    layers = [dots.encode(x=x, y="y:Q"), dashed, solid]
    return spec_of(alt.LayerChart(layer=layers, height=HEIGHT))
