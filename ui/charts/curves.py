"""Altair charts of recorded runs: every value finite, with tooltips and a text alternative."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mlp import Experiment, Run
from mlp.analysis.stability import shares_left, sharpness_of_steps, step_rates
from mlp.base.arrays import Array, Steps
from mlp.data.own import OwnData
from mlp.matrices import norms
from mlp.plan import learning_rates
from ui.charts.picture import ROWS, Picture, Spec, spec_of
from ui.words.optimizers import gauge_limit, of_a_batch

HEIGHT = 340  # of which about 200 are the plot
SCHEDULE_POINTS = 200
NUMBER = ".6~g"  # d3: six significant digits, so that 40 reads 40 and 1e+06 stays short


@dataclass(frozen=True)
class Axes:
    """Whether the axes are logarithmic; step 0 is drawn at 1 there, as log 0 does not exist."""

    log_steps: bool = False
    log_values: bool = False


@dataclass(frozen=True)
class Look:
    """What the charts of many runs share: all but their numbers.

    ``names`` are those of the lines, ``decades`` the digits of the last step; the others as in
    ``lines``.
    """

    names: tuple[str, ...]
    unit: str
    axes: Axes
    decades: int
    percent: bool


def lines(
    run: Run,
    series: Mapping[str, Array],
    *,
    title: str,
    unit: str,
    axes: Axes,
    percent: bool = False,
) -> Picture:
    """Draw some series over the steps of a run, one line each.

    Parameters
    ----------
    run : Run
        Gives the steps.
    series : mapping of str to Array
        The name in the legend, and a value a frame. What is not finite, or not above 0 on a
        logarithmic axis, is left out.
    title, unit : str
        Above the chart, and beside the vertical axis.
    axes : Axes
        Linear or logarithmic.
    percent : bool
        Show shares as percentages on an axis from 0 to 1.
    """
    look = Look(tuple(series), unit, axes, len(str(run.steps[-1])), percent)
    rows = long_table(run, series, axes)
    return Picture(_lines(look), {ROWS: rows}, title, describe(run, series, title))


@lru_cache(maxsize=200)
def _lines(look: Look) -> Spec:
    hover = alt.selection_point(
        name="hover",
        fields=["step"],
        nearest=True,
        on="pointerover",
        empty=False,
        clear="pointerout",
    )
    number_format = ".1%" if look.percent else ".4g"
    base = alt.Chart(alt.NamedData(name=ROWS)).encode(
        x=alt.X("step:Q", title="step", **_steps(look)),
        y=alt.Y("value:Q", title=look.unit, **_values(look)),
        tooltip=[
            alt.Tooltip("step:Q", format=","),
            alt.Tooltip("series:N", title="what"),
            alt.Tooltip("value:Q", title=look.unit, format=number_format),
        ],
    )
    # Not alt.condition: Altair would look through all its classes for what fits, for 10 ms.
    shown = {"param": hover.name, "empty": False, "value": 1}
    points = base.mark_point(size=60, filled=True).encode(
        opacity=alt.OpacityValue(0, condition=shown)
    )
    layers = [base.mark_line(clip=True), points.add_params(hover)]
    if len(look.names) > 1:
        color = alt.Color("series:N", **_named(look.names))
        dash = alt.StrokeDash("series:N", **_named(look.names))
        layers = [layers[0].encode(color=color, strokeDash=dash), layers[1].encode(color=color)]
    return spec_of(alt.LayerChart(layer=layers, height=HEIGHT))


def _steps(look: Look) -> dict[str, Any]:
    """Return scale and axis of the steps; the logarithmic one has a place for step 0."""
    axis: dict[str, Any] = {"format": ",d", "titlePadding": 4, "labelOverlap": "greedy"}
    if not look.axes.log_steps:
        scale = alt.Scale(nice=False)
        return {"scale": scale, "axis": alt.Axis(**axis, tickCount=5, tickMinStep=1)}
    powers = [10**i for i in range(look.decades)]
    scale = alt.Scale(type="symlog", constant=1, nice=False)
    return {"scale": scale, "axis": alt.Axis(**axis, values=[0, *powers])}


def _values(look: Look) -> dict[str, Any]:
    if look.percent:
        return {"scale": alt.Scale(domain=[0, 1]), "axis": alt.Axis(format=".0%", tickCount=5)}
    scale = alt.Scale(type="log") if look.axes.log_values else alt.Scale(zero=False)
    return {"scale": scale, "axis": alt.Axis(format=NUMBER, tickCount=5)}


def _named(names: Sequence[str]) -> dict[str, Any]:
    """Return what colours and dashes share, so that one legend shows both."""
    legend = alt.Legend(
        title=None,
        orient="bottom",
        columns=2,
        offset=4,
        labelLimit=0,
        symbolType="stroke",
        symbolSize=500,
        symbolStrokeWidth=2.5,
    )
    return {"sort": list(names), "scale": alt.Scale(domain=list(names)), "legend": legend}


def long_table(run: Run, series: Mapping[str, Array], axes: Axes) -> dict[str, Any]:
    """Return the rows (step, series, value) that can be drawn, as columns."""
    steps = np.tile(run.steps, len(series))
    names = np.repeat(list(series), len(run.steps))
    values = np.concatenate([np.asarray(each, float) for each in series.values()])
    drawable = np.isfinite(values)
    if axes.log_values:
        drawable &= values > 0
    return {"step": steps[drawable], "series": names[drawable], "value": values[drawable]}


def describe(run: Run, series: Mapping[str, Array], title: str) -> str:
    """Return a chart's text alternative: the ends of its lines in numbers."""
    finite = {name: values[np.isfinite(values)] for name, values in series.items()}
    ends = [f"{name} from {v[0]:.4g} to {v[-1]:.4g}" for name, v in finite.items() if len(v)]
    return f"{title}, steps {run.steps[0]:,} to {run.steps[-1]:,}: {'; '.join(ends)}."


def loss(run: Run, axes: Axes) -> Picture:
    """Draw the loss; with a penalty also its two parts; with spikes also the largest between."""
    series: dict[str, Array] = {"loss": run.loss}
    if np.any(run.penalty > 0):
        series |= {"data part": run.loss - run.penalty, "penalty part": run.penalty}
    if np.any(run.loss_max[1:] > np.maximum(run.loss[1:], run.loss[:-1]) * (1 + 1e-9)):
        series["highest between frames"] = run.loss_max
    return lines(run, series, title="Loss", unit="loss, a sample", axes=axes)


def accuracy(run: Run, axes: Axes) -> Picture:
    """Draw the accuracy on the training points and on all."""
    series = {"training points": run.train_accuracy, "all points": run.accuracy}
    if run.data.n_train == len(run.data.X):
        series = {"all points, all trained on": run.accuracy}
    axes = Axes(log_steps=axes.log_steps)
    return lines(run, series, title="Accuracy", unit="share right", axes=axes, percent=True)


def gradient_norms(run: Run, axes: Axes) -> Picture:
    """Draw the length of the gradient of each layer."""
    series = {"‖dL/dW1‖": run.grad_norm_W1, "‖dL/dW2‖": run.grad_norm_W2}
    return lines(run, series, title="Gradient norms", unit="norm", axes=axes)


def weight_norms(run: Run, axes: Axes) -> Picture:
    """Draw the length of the weights of each layer."""
    series = {
        "‖W1‖": norms(run.W1.reshape(len(run.w), -1)),
        "‖W2‖": norms(run.W2.reshape(len(run.w), -1)),
    }
    return lines(run, series, title="Weight norms", unit="norm", axes=axes)


def sharpness(run: Run, axes: Axes) -> Picture:
    """Draw the sharpness against the limit that the learning rate of each step sets, if any."""
    limit = gauge_limit(run.experiment)
    series = {name_of_sharpness(run): sharpness_of_steps(run)}
    title = "Sharpness (no fixed limit here)"
    if limit is not None:
        title = "Sharpness and its limit"
        series[name_of_limit(run, limit)] = limits(run)
    return lines(run, series, title=title, unit="sharpness", axes=axes)


def limits(run: Run) -> Array:
    """Return the sharpness that each frame's step allows by its length, (F,).

    Infinity at rate 0, and where theory knows no limit: the article's L2 term, and optimizers that
    scale the step of each weight by itself.
    """
    limit = gauge_limit(run.experiment)
    with np.errstate(divide="ignore"):
        allowed: Array = (np.inf if limit is None else limit) / step_rates(run)
    return allowed


def name_of_limit(run: Run, limit: float) -> str:
    """Say in a legend what the limit of the sharpness is, and of which steps."""
    clipped = " of the clipped step" if (shares_left(run) < 1).any() else ""
    return f"limit, {limit:g} / learning rate{clipped}"


def name_of_sharpness(run: Run) -> str:
    """Say in a legend what the sharpness of a run's steps is that of."""
    batch = of_a_batch(run.experiment)
    return f"sharpness ({batch})" if batch else "sharpness"


def weight_lengths(run: Run) -> tuple[Array, Array]:
    """Return the Euclidean norms of both layers' weights at each frame, (F,) and (F,)."""
    size = run.experiment.input_rows * run.experiment.hidden  # of W1
    return norms(run.w[:, :size]), norms(run.w[:, size:])


def columns(run: Run) -> dict[str, Array | Steps]:
    """Return every recorded number of a run but the weights, a value a frame."""
    norm_W1, norm_W2 = weight_lengths(run)
    return {
        "step": run.steps,
        "learning_rate": run.learning_rates,
        "loss": run.loss,
        "data_loss": run.loss - run.penalty,
        "penalty": run.penalty,
        "train_accuracy": run.train_accuracy,
        "accuracy": run.accuracy,
        "grad_norm_W1": run.grad_norm_W1,
        "grad_norm_W2": run.grad_norm_W2,
        "norm_W1": norm_W1,
        "norm_W2": norm_W2,
        "sharpness": run.sharpness,
        "loss_max": run.loss_max,
        "rises": run.rises,
    }


def table(run: Run) -> pd.DataFrame:
    """Return ``columns`` as a table, a row a frame."""
    return pd.DataFrame(columns(run))


def points(own: OwnData) -> alt.Chart:
    """Draw own points in their original coordinates, each class with a colour and a shape."""
    places = own.X * own.scale + own.shift
    rows = pd.DataFrame(
        {"x": places[:, 0], "y": places[:, 1], "class": np.array(own.classes)[own.labels]}
    )
    classes = alt.Scale(domain=list(own.classes), range=["#d55e00", "#2e8bcc"])
    shapes = alt.Scale(domain=list(own.classes), range=["circle", "square"])
    picture: alt.Chart = (
        alt.Chart(rows)
        .mark_point(filled=True, size=50, opacity=0.85)
        .encode(
            x=alt.X("x:Q", title=own.names[0], scale=alt.Scale(zero=False)),
            y=alt.Y("y:Q", title=own.names[1], scale=alt.Scale(zero=False)),
            color=alt.Color("class:N", title=None, scale=classes),
            shape=alt.Shape("class:N", title=None, scale=shapes),
            tooltip=[
                alt.Tooltip("x:Q", title=own.names[0], format=".6~g"),
                alt.Tooltip("y:Q", title=own.names[1], format=".6~g"),
                alt.Tooltip("class:N", title="class"),
            ],
        )
        .properties(
            height=HEIGHT + 80,
            description=f"{len(own.labels)} points of the classes {' and '.join(own.classes)}",
        )
    )
    return picture


def schedule(experiment: Experiment, theme: str) -> alt.Chart:
    """Draw the learning rate over the steps as it is set: a small picture beside the controls."""
    steps = np.unique(np.linspace(0, experiment.steps - 1, SCHEDULE_POINTS).astype(int))
    rates = learning_rates(experiment, steps)
    color = "#56b4e9" if theme == "dark" else "#0072b2"
    picture: alt.Chart = (
        alt.Chart(pd.DataFrame({"step": steps, "rate": rates}))
        .mark_area(line={"color": color}, color=color, opacity=0.25, interpolate="linear")
        .encode(
            x=alt.X(
                "step:Q",
                title="step",
                scale=alt.Scale(nice=False),
                axis=alt.Axis(format=",d", tickCount=3, tickMinStep=1, grid=False, titlePadding=2),
            ),
            y=alt.Y(
                "rate:Q",
                title=None,
                axis=alt.Axis(format=NUMBER, values=[0, float(rates.max())], grid=False),
            ),
            tooltip=[
                alt.Tooltip("step:Q", format=","),
                alt.Tooltip("rate:Q", title="learning rate", format=".4g"),
            ],
        )
        .properties(
            height=120,
            description=f"Learning rate from {rates[0]:.3g} to {rates[-1]:.3g} over the run",
        )
    )
    return picture
