"""The network's own loss surface around the chosen frame: a map, a cut, and what they say."""

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mlp import Run
from mlp.analysis.loss_plane import LossPlane, loss_plane
from mlp.base.arrays import Array
from ui.charts.curves import HEIGHT, NUMBER
from ui.words.numbers import equals, short
from ui.words.optimizers import NAMES

BANDS = 10
OVERLAP = 1.3  # cells drawn over one another leave no seams between them
NEIGHBOURS = 8  # recorded steps on either side whose path is drawn around one step
LOG_RATIO = 100.0  # a loss that differs by more within the map is drawn in logarithmic bands
ROUNDING = 1e-9  # of a distance: less than this out of the plane is none
SCALES = {"step": "One step", "run": "The whole run"}
STEP_COLOR, PATH_COLOR = "#d55e00", {"light": "#16202c", "dark": "#edf1f6"}
SHARP, ACROSS = "along the sharpest direction", "across it, towards the gradient"

plane_of = lru_cache(maxsize=32)(loss_plane)


def show(run: Run, frame: int) -> None:
    """Draw the switch that opens the surface, and where it is on the surface at a frame."""
    if not st.toggle(
        "Loss surface around this step",
        key="loss_surface",
        help="The loss over the plane of the sharpest direction and the gradient.",
    ):
        return
    scale = st.segmented_control(
        "Size of the map",
        list(SCALES),
        format_func=SCALES.__getitem__,
        default="step",
        key="loss_surface_scale",
        required=True,
    )
    plane = plane_of(run, frame, scale="run" if scale == "run" else "step")
    if plane is None:
        st.info("The weights are so large here that the loss around them is no finite number.")
        return
    st.markdown(tell(run, plane))
    left, right = st.columns(2)
    theme = str(st.context.theme.type or "light")
    left.altair_chart(surface(run, plane, theme, whole=scale == "run"), key="loss_surface_map")
    right.altair_chart(cut(plane, theme), key="loss_surface_cut")
    st.caption(tell_path(run, plane))


def tell(run: Run, plane: LossPlane) -> str:
    """Say what one plain step does here: learning rate x sharpness, and the loss it leads to."""
    product = equals(plane.product, short(plane.product))
    said = (
        f"**Step {plane.step:,}: learning rate × sharpness = {short(plane.learning_rate)} × "
        f"{short(plane.sharpness)} {product}.** {_along(plane)} The whole step "
        f"−rate × gradient leads from loss {short(plane.before)} to {short(plane.after)}"
    ).replace(" -", " −")
    change = plane.after - plane.before
    if change and np.isfinite(change):
        said += f", {'higher' if change > 0 else 'lower'} by {short(abs(change))}"
    said += "."
    return said + _not_plain(run)


def _along(plane: LossPlane) -> str:
    """Say where the step lands on the parabola along the sharpest direction."""
    if plane.bottom is None:
        return "The loss curves upward in no direction here: there is no bottom to overshoot."
    way = plane.gradient_step[0] / plane.bottom if plane.bottom else plane.product
    if way < 1:
        how = ", and stops short of it"
    elif way < 2:
        how = ": it overshoots, and lands lower on the other side than it began"
    else:
        how = ": it overshoots, and lands higher on the other side than it began"
    clipped = ", shortened by clipping," if way < plane.product * (1 - 1e-6) else ""
    return (
        f"Along the sharpest direction a step against the gradient{clipped} goes {short(way)} "
        f"times the way to the bottom of the parabola{how}."
    )


def _not_plain(run: Run) -> str:
    """Say in what the training's own step differs from the one drawn."""
    experiment, notes = run.experiment, ""
    if experiment.optimizer != "gradient_descent":
        notes += f" {NAMES[experiment.optimizer]} makes another step of this gradient."
    if experiment.first_layer_rate != 1:
        notes += f" The training’s own step in W1 is {experiment.first_layer_rate:g} times as long."
    if experiment.takes_mini_batches:
        notes += " The gradient is that of all points; the training’s steps see a mini-batch."
    if experiment.l2_gradient == "article" and experiment.l2 > 0:
        notes += " The gradient holds the article’s L2 term, which is no slope of this surface."
    return notes


def tell_path(run: Run, plane: LossPlane) -> str:
    """Say how much of the path's next stretch the plane holds."""
    other = plane.frame + 1 if plane.frame + 1 < len(run.steps) else plane.frame - 1
    if other < 0:
        return ""
    within = float(np.linalg.norm(plane.path[other]))
    distance = float(np.hypot(within, plane.outside[other]))
    which = "next" if other > plane.frame else "last"
    where = f"{short(within)} of it within the plane and {short(plane.outside[other])} out of it"
    if plane.outside[other] <= ROUNDING * distance:
        where = "all of it within the plane"
    return (
        f"The path is drawn as its shadow on this plane. The {which} recorded step, "
        f"{run.steps[other]:,}, is {short(distance)} away, {where}."
    )


def surface(run: Run, plane: LossPlane, theme: str, *, whole: bool) -> alt.LayerChart:
    """Draw the map: bands of equal loss, the path's shadow, and one step against the gradient."""
    x = alt.X("sharp:Q", title=SHARP, scale=_scale(plane.sharp), axis=_axis())
    y = alt.Y("across:Q", title=ACROSS, scale=_scale(plane.across), axis=_axis())
    table = cells(plane)
    bands = (
        alt.Chart(table)
        .mark_rect(clip=True, aria=False)
        .encode(
            x=alt.X("left:Q", title=SHARP, scale=_scale(plane.sharp), axis=_axis()),
            x2="right:Q",
            y=alt.Y("low:Q", title=ACROSS, scale=_scale(plane.across), axis=_axis()),
            y2="high:Q",
            color=alt.Color(
                "loss:Q",
                scale=alt.Scale(type="threshold", domain=levels(table["loss"].to_numpy())),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("loss:Q", format=".4g"),
                alt.Tooltip("sharp:Q", title=SHARP, format=".3g"),
                alt.Tooltip("across:Q", title=ACROSS, format=".3g"),
            ],
        )
    )
    path = alt.Chart(path_table(run, plane, whole=whole)).encode(x=x, y=y, order="step:Q")
    shadow = path.mark_line(clip=True, color=PATH_COLOR[theme], strokeWidth=1.5)
    frames = path.mark_circle(clip=True, color=PATH_COLOR[theme], size=28, opacity=1).encode(
        tooltip=[
            alt.Tooltip("step:Q", format=","),
            alt.Tooltip("loss:Q", format=".4g"),
            alt.Tooltip("outside:Q", title="distance out of the plane", format=".3g"),
        ]
    )
    step = pd.DataFrame([{"sharp": 0.0, "across": 0.0}, _point(plane.gradient_step)])
    arrow = alt.Chart(step).mark_line(color=STEP_COLOR, strokeWidth=4, clip=True).encode(x=x, y=y)
    return alt.LayerChart(
        layer=[bands, shadow, frames, arrow, *_ends(plane, x, y)],
        height=HEIGHT + 120,
        title=alt.TitleParams(
            "Loss around this step",
            subtitle=[
                "● here   ◆ after one plain step   thin line: the path of the run",
                f"{BANDS} bands of equal loss, from {short(table['loss'].min())} to "
                f"{short(table['loss'].max())}",
            ],
            subtitleColor=PATH_COLOR[theme],
        ),
        description=(
            f"Loss around step {plane.step:,}, from {table['loss'].min():.4g} to "
            f"{table['loss'].max():.4g}; one step against the gradient leads from "
            f"{plane.before:.4g} to {plane.after:.4g}."
        ),
    )


def _ends(plane: LossPlane, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return the marks at both ends of the step: where it starts, and where it lands."""
    ends = pd.DataFrame(
        [
            {"what": "here", "sharp": 0.0, "across": 0.0, "loss": plane.before},
            {"what": "one step", **_point(plane.gradient_step), "loss": plane.after},
        ]
    )
    marks = (
        alt.Chart(ends)
        .mark_point(filled=True, size=170, opacity=1, stroke="white", strokeWidth=2, clip=True)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape(
                "what:N",
                scale=alt.Scale(domain=["here", "one step"], range=["circle", "diamond"]),
                legend=None,
            ),
            color=alt.value(STEP_COLOR),
            tooltip=["what:N", alt.Tooltip("loss:Q", format=".4g")],
        )
    )
    return [marks]


def _point(place: Array) -> dict[str, float]:
    return {"sharp": float(place[0]), "across": float(place[1])}


def _scale(line: Array) -> alt.Scale:
    return alt.Scale(domain=[float(line[0]), float(line[-1])], nice=False)


def _axis() -> alt.Axis:
    return alt.Axis(format=NUMBER, tickCount=5, grid=False, titlePadding=4)


def cells(plane: LossPlane) -> pd.DataFrame:
    """Return the map's cells that have a finite loss: their middles, their edges, the loss."""
    sharp, across = np.meshgrid(plane.sharp, plane.across)
    half = [OVERLAP * (line[1] - line[0]) / 2 for line in (plane.sharp, plane.across)]
    table = pd.DataFrame(
        {
            "sharp": sharp.ravel(),
            "across": across.ravel(),
            "left": (sharp - half[0]).ravel(),
            "right": (sharp + half[0]).ravel(),
            "low": (across - half[1]).ravel(),
            "high": (across + half[1]).ravel(),
            "loss": plane.loss.ravel(),
        }
    )
    return table[np.isfinite(table["loss"])]


def levels(loss: Array) -> list[float]:
    """Return the losses where one band of the map ends and the next begins."""
    low, high = float(loss.min()), float(loss.max())
    if low > 0 and high > LOG_RATIO * low:
        between = np.exp(np.linspace(np.log(low), np.log(high), BANDS + 1)[1:-1])
    else:
        between = np.linspace(low, high, BANDS + 1)[1:-1]
    return [float(level) for level in between]


def path_table(run: Run, plane: LossPlane, *, whole: bool) -> pd.DataFrame:
    """Return the frames' places on the map, their loss, and how far out of the plane they are.

    Of the whole run, or only the NEIGHBOURS of the frame that the plane belongs to.
    """
    table = pd.DataFrame(plane.path, columns=["sharp", "across"])
    table["step"], table["loss"], table["outside"] = run.steps, run.loss, plane.outside
    if not whole:
        table = table.iloc[max(plane.frame - NEIGHBOURS, 0) : plane.frame + NEIGHBOURS + 1]
    return table[np.isfinite(table).all(axis=1)]


def cut(plane: LossPlane, theme: str) -> alt.LayerChart:
    """Draw the loss along the sharpest direction, its parabola, and where the step lands."""
    series = {"loss": plane.cut[:, 1], "parabola of the same slope and curvature": plane.cut[:, 2]}
    table = pd.concat(
        pd.DataFrame({"sharp": plane.cut[:, 0], "loss": values, "line": name})
        for name, values in series.items()
    )
    table = table[np.isfinite(table["loss"])]
    ends = [plane.before, plane.after_sharp]
    seen = np.array([*plane.cut[:, 1], *ends])
    low, high = float(np.min(seen)), float(np.max(seen[np.isfinite(seen)]))
    room = 0.05 * (high - low) or 1e-3 * abs(high) or 1.0
    x = alt.X("sharp:Q", title=SHARP, scale=_scale(plane.sharp), axis=_axis())
    y = alt.Y(
        "loss:Q",
        title="loss, a sample",
        scale=alt.Scale(domain=[low - room, high + room], nice=False),
        axis=alt.Axis(format=NUMBER, tickCount=5),
    )
    legend = alt.Legend(
        title=None, orient="bottom", columns=1, labelLimit=0, symbolType="stroke", offset=4
    )
    named: dict[str, Any] = {"sort": list(series), "legend": legend}
    lines = (
        alt.Chart(table)
        .mark_line(clip=True)
        .encode(
            x=x,
            y=y,
            color=alt.Color("line:N", **named),
            strokeDash=alt.StrokeDash("line:N", **named),
            tooltip=["line:N", alt.Tooltip("loss:Q", format=".4g")],
        )
    )
    places = pd.DataFrame(
        {"sharp": [0.0, plane.gradient_step[0]], "loss": ends, "what": ["here", "one step"]}
    )
    marks = alt.Chart(places[np.isfinite(places["loss"])]).encode(x=x, y=y)
    step = marks.mark_line(color=PATH_COLOR[theme], strokeDash=[4, 4], clip=True)
    points = marks.mark_point(
        filled=True, size=170, opacity=1, color=STEP_COLOR, stroke="white", clip=True
    ).encode(
        shape=alt.Shape(
            "what:N",
            scale=alt.Scale(domain=["here", "one step"], range=["circle", "diamond"]),
            legend=None,
        ),
        tooltip=["what:N", alt.Tooltip("loss:Q", format=".4g")],
    )
    return alt.LayerChart(
        layer=[lines, step, points],
        height=HEIGHT + 120,
        title=alt.TitleParams(
            "The cut along the sharpest direction",
            subtitle=["● here   ◆ after the step’s part in this direction"],
            subtitleColor=PATH_COLOR[theme],
        ),
        description=(
            f"Along the sharpest direction one step leads from loss {ends[0]:.4g} to {ends[1]:.4g}."
        ),
    )
