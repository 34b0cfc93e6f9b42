"""A line fitted to points: all points a step, a few, or one; three losses; the zig-zag walked."""

import numpy as np
import streamlit as st

from mlp.base.arrays import Array
from mlp.surfaces import regression
from mlp.surfaces.regression import INTERCEPT, LOSSES, Fit, Points
from ui.player.payload import _block as block
from ui.screens.gradient_descent import common, controls, fitting, logit, payload, sheets
from ui.screens.gradient_descent.kinds import Choice, Kind, Number, Point
from ui.screens.gradient_descent.settings import Address, Settings, Values

LOSS_NAMES = {"squared": "Squared error", "absolute": "Absolute error", "huber": "Huber"}
SLOPES, INTERCEPTS = (-2.0, 4.0), (-2.0, 5.5)
MOST_POINTS = 100


def _domain(what: str) -> tuple[tuple[float, float], ...]:
    return {"line": (SLOPES, INTERCEPTS), "slope": (SLOPES,), "logit": (logit.LOGITS,)}[what]


def _kinds(given: Values) -> dict[str, Kind]:
    what = given.get("what", "line")
    kinds: dict[str, Kind] = {
        "what": Choice(tuple(common.WHAT)),
        "start": Point(_domain(what)),
        "rate": common.RATE,
    }
    if what == "logit":
        return kinds | {"steps": Number(1, logit.MOST_STEPS, whole=True)}
    return kinds | {
        "loss": Choice(tuple(LOSSES)),
        "delta": Number(0.01, 10),
        "points": Number(4, MOST_POINTS, whole=True),
        "noise": Number(0, 5),
        "outliers": Number(0, 4, whole=True),
        "batch": Number(2, MOST_POINTS, whole=True),
        "epochs": Number(1, 50, whole=True),
        "seed": common.SEED,
    }


def _defaults(given: Values) -> Values:
    what = given.get("what", "line")
    if what == "logit":
        return {"what": what} | logit.DEFAULTS
    return {
        "what": what,
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


SETTINGS = Settings(kinds=_kinds, defaults=_defaults, resets={"what": ("start", "rate", "steps")})


def draw(address: Address) -> None:
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
    runners = [_runner(values, name, fit, lowest) for name, fit in fits.items()]
    main = "curve" if slope_only else "map"
    common.show(
        address,
        payload.Picture(
            scene="line",
            views=(main, "fit", "measure"),
            titles={
                main: f"{LOSS_NAMES[values['loss']]}, the mean over {values['points']} points",
                "fit": "Points and lines; ringed: this step’s samples",
                "measure": "Loss above its minimum",
                "arrows": "dashed: the slope by the samples of this step",
            },
            descriptions={
                main: "The loss with the ways of batch, mini-batch and single-sample descent",
                "fit": "The points and the line of each descent at the moment shown",
                "measure": "Loss above its minimum against the samples used",
            },
            words={
                "unit": "Sample",
                "of": f"of {values['epochs'] * values['points']:,} used",
                "value": "loss",
                "measure": "above the minimum",
            },
            data=_data(points),
        ),
        _curve(values, points, best) if slope_only else _map(values, points, best),
        runners,
        lambda: _panel(address, points, fits, lowest),
    )


def _runner(values: Values, name: str, fit: Fit, lowest: float) -> payload.Runner:
    labels = {"batch": "Batch", "mini": "Mini-batches", "single": "Single samples"}
    size, n = fitting.size_of(values, name), int(values["points"])
    width = 1 if values["what"] == "slope" else 2
    return payload.Runner(
        label=labels[name],
        note=f"{size} a step, {fitting.steps_in_words(-(-n // size))} an epoch",
        steps=fit.samples,
        points=fit.lines[:, :width],
        values=fit.values,
        gradients=fit.gradients[:, :width],
        measure=np.maximum(fit.values - lowest, 0.0),
        ending="ran away" if fit.ended == "left" else "",
        batches=fit.batches,
    )


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
        names=("slope m", "loss", "dloss/dm"),
        minima=[float(best[0])],
    )


def _identity(values: Values) -> str:
    names = ("loss", "delta", "points", "noise", "outliers", "seed")
    return repr([values[name] for name in names])


def _panel(address: Address, points: Points, fits: dict[str, Fit], lowest: float) -> None:
    values = address.values
    controls.segments(address, "what", "What is fitted", common.WHAT)
    controls.choice(
        address, "loss", "Loss", LOSS_NAMES, "What a residual r = prediction − y costs."
    )
    st.latex(
        {
            "squared": r"\tfrac12 r^2",
            "absolute": "|r|",
            "huber": r"\tfrac12 r^2 \text{ up to } |r| = \delta, \text{ then straight}",
        }[values["loss"]]
    )
    if values["loss"] == "huber":
        controls.log_slider(address, "delta", "δ", "Where Huber’s loss turns straight.", low=0.01)
    left, right = st.columns(2)
    with left:
        controls.log_slider(address, "rate", "Learning rate", "The same for all three.", low=1e-3)
        controls.slider(address, "batch", "Mini-batch", "How many points a step of it takes.")
    with right:
        help_ = "So many of the rightmost points are moved far down."
        controls.slider(address, "outliers", "Outliers", help_)
        controls.slider(address, "epochs", "Epochs", "How often every point is used.")
    for sentence in fitting.sentences(values, points, fits, lowest):
        st.markdown(sentence)
    with common.more("Points and start"):
        controls.slider(address, "points", "Points", "How many.")
        controls.slider(address, "noise", "Noise", "Standard deviation around the line.", step=0.1)
        names = ("slope",) if values["what"] == "slope" else ("slope", "intercept")
        controls.start(address, names)
        controls.box(address, "seed", "Seed", "Of the points and of the shuffling.")
