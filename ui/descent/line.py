"""A line fitted to points: all points a step, a few, or one; three losses; the zig-zag walked."""

import numpy as np
import streamlit as st

from mlp import regression
from mlp.arrays import Array
from mlp.regression import INTERCEPT, LOSSES, Fit, Points
from ui.descent import common, controls, logit, payload, words
from ui.descent.settings import Address, Choice, Kind, Number, Point, Settings, Values
from ui.player.payload import _block as block

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


def points_of(values: Values) -> Points:
    """Return the points of these settings."""
    return regression.make_points(
        values["points"], noise=values["noise"], outliers=values["outliers"], seed=values["seed"]
    )


def fits_of(values: Values, points: Points) -> dict[str, Fit]:
    """Return the descents: all points a step, a few, and one."""
    slope_only = values["what"] == "slope"
    start = np.array([values["start"][0], INTERCEPT if slope_only else values["start"][-1]])
    sizes = {"batch": 0, "mini": values["batch"], "single": 1}
    return {
        name: regression.fit_line(
            points,
            start,
            learning_rate=values["rate"],
            loss=values["loss"],
            delta=values["delta"],
            batch_size=size,
            epochs=values["epochs"],
            seed=values["seed"],
            slope_only=slope_only,
        )
        for name, size in sizes.items()
    }


def draw(address: Address) -> None:
    """Draw the scene."""
    values = address.values
    if values["what"] == "logit":
        logit.draw(address)
        return
    points = points_of(values)
    fits = fits_of(values, points)
    slope_only = values["what"] == "slope"
    best = best_of(values, points)
    lowest = float(_objective(values, points, best))
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


def best_of(values: Values, points: Points) -> Array:
    """Return the line with the smallest loss."""
    return regression.best_line(
        points,
        loss=values["loss"],
        delta=values["delta"],
        intercept=INTERCEPT if values["what"] == "slope" else None,
    )


def _objective(values: Values, points: Points, lines: Array) -> Array:
    return regression.objective(points, lines, loss=values["loss"], delta=values["delta"])


def size_of(values: Values, name: str) -> int:
    """Return how many samples a step of a descent takes."""
    n = int(values["points"])
    return {"batch": n, "mini": min(int(values["batch"]), n), "single": 1}[name]


def _runner(values: Values, name: str, fit: Fit, lowest: float) -> payload.Runner:
    labels = {"batch": "Batch", "mini": "Mini-batches", "single": "Single samples"}
    size, n = size_of(values, name), int(values["points"])
    width = 1 if values["what"] == "slope" else 2
    return payload.Runner(
        label=labels[name],
        note=f"{size} a step, {_steps(-(-n // size))} an epoch",
        steps=fit.samples,
        points=fit.lines[:, :width],
        values=fit.values,
        gradients=fit.gradients[:, :width],
        measure=np.maximum(fit.values - lowest, 0.0),
        ending="ran away" if fit.ended == "left" else "",
        batches=fit.batches,
    )


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


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
    heights = _objective(values, points, payload.grid_of(SLOPES, INTERCEPTS))
    return payload.map_payload(
        f"line {_identity(values)}",
        heights,
        domain=(SLOPES, INTERCEPTS),
        names=("slope", "intercept"),
        minima=[best.tolist()],
    )


def _curve(values: Values, points: Points, best: Array) -> dict[str, object]:
    slopes = np.linspace(*SLOPES, payload.CURVE)
    lines = np.stack([slopes, np.full_like(slopes, INTERCEPT)], axis=-1)
    gradient = regression.gradient(points, lines, loss=values["loss"], delta=values["delta"])
    return payload.curve_payload(
        f"slope {_identity(values)}",
        slopes,
        [_objective(values, points, lines)],
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
    for sentence in sentences(values, points, fits, lowest):
        st.markdown(sentence)
    with common.more("Points and start"):
        controls.slider(address, "points", "Points", "How many.")
        controls.slider(address, "noise", "Noise", "Standard deviation around the line.", step=0.1)
        names = ("slope",) if values["what"] == "slope" else ("slope", "intercept")
        controls.start(address, names)
        controls.box(address, "seed", "Seed", "Of the points and of the shuffling.")


def sentences(values: Values, points: Points, fits: dict[str, Fit], lowest: float) -> list[str]:
    """Say what a step and an epoch cost, where each descent ended, and the limit of the rate."""
    n = int(values["points"])
    told = [
        f"**Cost.** An epoch is {n} gradients of single points for all three: 1 step of the whole "
        f"batch, {_steps(-(-n // size_of(values, 'mini')))} of {size_of(values, 'mini')} or {n} "
        "steps of 1. The clock of the player counts samples, so all three have spent the same."
    ]
    first = {name: _above(fit, n, lowest) for name, fit in fits.items()}
    told.append(
        f"**After one epoch** the loss is {words.signed(first['batch'])} above its minimum for "
        f"the batch, {words.signed(first['mini'])} for mini-batches, "
        f"{words.signed(first['single'])} for single samples; at the end "
        + ", ".join(words.signed(max(float(fit.values[-1]) - lowest, 0)) for fit in fits.values())
        + "."
    )
    if values["loss"] == "squared":
        told.append(_limit(values, points))
    elif values["loss"] == "absolute":
        told.append(
            "The gradient of the absolute error does not shrink near the minimum: with a constant "
            "rate every descent keeps jumping across it."
        )
    return told


def _above(fit: Fit, samples: int, lowest: float) -> float:
    """Return the loss above its minimum once so many samples are used."""
    index = int(np.searchsorted(fit.samples, samples, side="right")) - 1
    return max(float(fit.values[index]) - lowest, 0.0)


def _limit(values: Values, points: Points) -> str:
    """Say how far the rate is from its limit, for the batch and for the steepest sample."""
    free = 1 if values["what"] == "slope" else 2
    origin = np.zeros(2)
    batch = regression.hessian(points, origin, loss="squared")[:free, :free]
    largest = float(np.linalg.eigvalsh(batch)[-1])
    single = float(np.max(points.x**2)) + (free - 1)
    rate = values["rate"]
    verdict = words.zone(rate, largest)
    return (
        f"**Rate × largest eigenvalue** is {words.signed(rate * largest)} for the batch "
        f"({verdict.heading.lower()}; limit 2), but {words.signed(rate * single)} for the single "
        "sample with the largest x: few samples make steeper, noisier steps."
    )
