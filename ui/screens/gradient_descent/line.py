"""A line fitted to points: all points a step, a few, or one; three losses; the zig-zag walked."""

import numpy as np
import streamlit as st

from mlp.base.arrays import Array
from mlp.surfaces import regression
from mlp.surfaces.regression import INTERCEPT, LOSSES, Fit, Points
from ui.address import kinds
from ui.address.form import Values
from ui.address.kinds import Kind
from ui.course import box, progress
from ui.player.payload import _block as block
from ui.screens.gradient_descent import (
    best_lines,
    common,
    controls,
    fitting,
    logit,
    payload,
    sheets,
)
from ui.screens.gradient_descent.lesson_address import LessonAddress, lesson_form
from ui.screens.gradient_descent.updates import plain_update
from ui.words.losses import LOSS_NAMES, told_apart
from ui.words.numbers import plural

LABELS = {"batch": "Batch", "mini": "Mini-batches", "single": "Single samples"}
SLOPES, INTERCEPTS = (-2.0, 4.0), (-2.0, 5.5)
MOST_POINTS = 100
MOST_EPOCHS = 200


def _domain(what: str) -> tuple[tuple[float, float], ...]:
    return {"line": (SLOPES, INTERCEPTS), "slope": (SLOPES,), "logit": (logit.LOGITS,)}[what]


def _kinds(given: Values) -> dict[str, Kind]:
    what = given.get("what", "line")
    common_kinds: dict[str, Kind] = {
        "what": kinds.choice(*common.WHAT),
        "start": kinds.Point(_domain(what)),
        "rate": common.RATE,
    }
    if what == "logit":
        return common_kinds | {"steps": kinds.whole(1, logit.MOST_STEPS)}
    return common_kinds | {
        "loss": kinds.choice(*LOSSES),
        "delta": kinds.number(0.01, 10),
        "points": kinds.whole(4, MOST_POINTS),
        "noise": kinds.number(0, 5),
        "outliers": kinds.whole(0, 4),
        "batch": kinds.whole(2, MOST_POINTS),
        "epochs": kinds.whole(1, MOST_EPOCHS),
        "seed": common.SEED,
    }


def _defaults(given: Values) -> Values:
    what = given.get("what", "line")
    if what == "logit":
        return {"what": "line"} | logit.DEFAULTS
    return {
        "what": "line",
        "start": (-1.5, 4.0) if what == "line" else (-1.5,),
        "rate": 0.1,
        "loss": "squared",
        "delta": 1.0,
        "points": 40,
        "noise": 1.0,
        "outliers": 0,
        "batch": 8,
        "epochs": 10,
        "seed": 0,
    }


FORM = lesson_form(kinds_of=_kinds, defaults=_defaults, resets={"what": ("start", "rate", "steps")})


def draw(address: LessonAddress) -> None:
    """Draw the scene."""
    values = address.values
    if values["what"] == "logit":
        logit.draw(address)
        return
    points = fitting.points_of(values)
    fits = fitting.fits_of(values, points)
    slope_only = values["what"] == "slope"
    best = fitting.best_of(values, points)
    lowest = float(fitting.objective(values, points, best))
    # The course asks about the losses: few samples a step are another lesson.
    alone = progress.task_here()
    drawn = {"batch": fits["batch"]} if alone else fits
    runners = [_runner(values, name, fit, lowest, alone=alone) for name, fit in drawn.items()]
    has_lines = bool(values["outliers"]) and not slope_only and not common.is_open()
    main = "curve" if slope_only else "map"
    common.show(
        address,
        payload.Picture(
            scene="line",
            views=(main, "fit", "measure"),
            titles={
                main: f"{LOSS_NAMES[values['loss']]}, the mean over {values['points']} points",
                "fit": "Points and lines" + ("" if alone else "; ringed: this step’s samples"),
                "measure": "Loss above its minimum",
                "arrows": f"dashed: {'the tangent' if slope_only else 'against the gradient'}"
                + ("" if alone else ", by the points of this step"),
            },
            descriptions={
                main: f"The loss with the ways of: {', '.join(LABELS[name] for name in drawn)}",
                "fit": "The points and the line of each descent at the moment shown",
                "measure": f"Loss above its minimum against the {'steps' if alone else 'samples'}",
            },
            words=_counted(values, alone=alone) | {"value": "loss", "measure": "above the minimum"},
            data=_data(points),
        ),
        _curve(values, points, best) if slope_only else _map(values, points, best),
        runners,
        lambda: _panel(address, points, fits, lowest),
    )
    if has_lines:  # below: what plays stays where it is when they come
        with box.at_rest("lines"):
            best_lines.show(values, points)


def _counted(values: Values, *, alone: bool) -> dict[str, str]:
    """Say what the player counts: samples where steps cost differently, else steps."""
    if alone:
        return {"unit": "Step", "of": f"of {values['epochs']:,}"}
    return {"unit": "Sample", "of": f"of {values['epochs'] * values['points']:,} used"}


def _runner(
    values: Values, name: str, fit: Fit, lowest: float, *, alone: bool = False
) -> payload.Runner:
    """Return the runner that shows a descent; ``alone`` its steps are counted, not its samples."""
    size, n = fitting.size_of(values, name), int(values["points"])
    width = 1 if values["what"] == "slope" else 2
    return payload.Runner(
        label=LABELS[name],
        note=f"{plural(size, 'point')} a step, {fitting.steps_in_words(-(-n // size))} an epoch",
        steps=np.arange(len(fit.lines), dtype=np.float64) if alone else fit.samples,
        points=fit.lines[:, :width],
        values=fit.values,
        gradients=fit.gradients[:, :width],
        measure=np.maximum(fit.values - lowest, 0.0),
        ending="ran away" if fit.ended == "left" else "",
        batches=fit.batches,
        update=plain_update(
            "slope" if width == 1 else "(slope, intercept)",
            fit.lines[:, :width],
            fit.gradients[:, :width],
            values["rate"],
            letters={"g": f"the gradient over {_looked_at(size, n)}"},
        ),
        floor=lowest,
    )


def _looked_at(size: int, n: int) -> str:
    """Say in words which points a step looks at."""
    which = "the point" if size == 1 else "the points"
    return "all points" if size == n else f"{which} of this step"


def _data(points: Points) -> dict[str, object]:
    low, high = float(points.y.min()), float(points.y.max())
    room = 0.1 * (high - low or 1.0)
    return {
        "x": block(points.x, "<f8"),
        "y": block(points.y, "<f8"),
        "x_range": [regression.X_RANGE[0] - 0.1, regression.X_RANGE[1] + 0.1],
        "y_range": [low - room, high + room],
        "intercept": INTERCEPT,
    }


def _map(values: Values, points: Points, best: Array) -> dict[str, object]:
    heights = fitting.objective(values, points, sheets.grid_of(SLOPES, INTERCEPTS))
    return sheets.map_payload(
        f"line {_identity(values)}",
        heights,
        domain=(SLOPES, INTERCEPTS),
        names=("slope", "intercept"),
        minima=[best.tolist()],
    )


def _curve(values: Values, points: Points, best: Array) -> dict[str, object]:
    slopes = np.linspace(*SLOPES, sheets.CURVE)
    lines = np.stack([slopes, np.full_like(slopes, INTERCEPT)], axis=-1)
    gradient = regression.gradient(points, lines, loss=values["loss"], delta=values["delta"])
    return sheets.curve_payload(
        f"slope {_identity(values)}",
        slopes,
        [fitting.objective(values, points, lines)],
        [gradient[:, 0]],
        names=("slope", "loss", "dloss/dslope"),
        minima=[float(best[0])],
        slope="dloss/dslope",
    )


def _identity(values: Values) -> str:
    names = ("loss", "delta", "points", "noise", "outliers", "seed")
    return repr([values[name] for name in names])


def _panel(address: LessonAddress, points: Points, fits: dict[str, Fit], lowest: float) -> None:
    bind = controls.bind(address)
    values = address.values
    bind.segments("what", "What is fitted", list(common.WHAT), common.WHAT.__getitem__)
    with box.led_to("loss"):
        bind.choice("loss", "Loss", LOSS_NAMES, "What a miss r costs.")
    box.show_way_back("loss")
    st.latex(
        {
            "squared": r"\tfrac12 r^2",
            "absolute": "|r|",
            "huber": r"\tfrac12 r^2 \text{ up to } |r| = \delta, \text{ then straight}",
        }[values["loss"]]
    )
    st.caption(told_apart())
    if values["loss"] == "huber":
        bind.log_slider("delta", "δ", "Where Huber’s loss turns straight.", low=0.01)
    left, right = st.columns(2)
    with left:
        alone = progress.task_here()
        help_ = "How far a step goes." if alone else "The same for all three."
        bind.log_slider("rate", "Learning rate", help_, low=1e-3)
        if not alone:
            bind.slider("batch", "Mini-batch", "How many points a step of it takes.")
    with right:
        help_ = "So many of the rightmost points are moved far down."
        bind.slider("outliers", "Outliers", help_)
        bind.slider("epochs", "Epochs", "How often every point is used.")
    if not common.told_later():
        alone = progress.task_here()
        with box.at_rest("panel"):
            for sentence in (
                [fitting.end_of(values, points, fits["batch"])]
                if alone
                else fitting.sentences(values, points, fits, lowest)
            ):
                st.markdown(sentence)
    with common.more("Points and start"):
        bind.slider("points", "Points", "How many.")
        bind.slider("noise", "Noise", "Standard deviation around the line.", step=0.1)
        names = ("slope",) if values["what"] == "slope" else ("slope", "intercept")
        controls.start(address, names)
        bind.box("seed", "Seed", "Of the points and of the shuffling.")
