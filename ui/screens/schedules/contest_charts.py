"""Charts of several learning-rate schedules: as drawn, and after the training."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mlp import Experiment, Run
from mlp.analysis.stability import sharpness_of_steps
from mlp.base.arrays import Array
from mlp.plan import learning_rates
from ui.charts.curves import NUMBER
from ui.charts.stability import limits

POINTS = 400
HEIGHT = 400  # title, axis and legend included
SMALL_HEIGHT = 250


def rates(experiments: Mapping[str, Experiment], *, log_steps: bool) -> alt.Chart:
    """Draw the learning rates over the steps, one line a schedule; nothing is trained."""
    tables = []
    for label, experiment in experiments.items():
        steps = _steps(experiment.steps, log=log_steps)
        rate = learning_rates(experiment, steps)
        tables.append(pd.DataFrame({"step": steps, "schedule": label, "value": rate}))
    told = "; ".join(f"{t['schedule'][0]} ends at {t['value'].iloc[-1]:.3g}" for t in tables)
    return _overlaid(
        pd.concat(tables),
        list(experiments),
        title="Learning rate, drawn without training",
        unit="learning rate",
        log=(log_steps, False),
        description=f"Learning rates over the steps: {told}.",
    )


def _steps(count: int, *, log: bool) -> Array:
    last = max(count - 1, 1)
    spaced = np.geomspace(1, last, POINTS) if log else np.linspace(0, last, POINTS)
    steps: Array = np.unique(np.append(spaced.astype(np.int64), 0))
    return steps[steps < count]


def losses(found: Mapping[str, Run]) -> alt.Chart:
    """Draw the losses of some runs over the steps, both axes logarithmic: a jump comes early."""
    tables = [
        pd.DataFrame({"step": run.steps, "schedule": label, "value": run.loss})
        for label, run in found.items()
    ]
    table = pd.concat(tables)
    told = "; ".join(f"{label} ends at {run.loss[-1]:.4g}" for label, run in found.items())
    return _overlaid(
        table[table["value"] > 0],
        list(found),
        title="Loss",
        unit="loss, a sample",
        log=(True, True),
        description=f"Losses over the steps: {told}.",
    )


def _overlaid(
    table: pd.DataFrame,
    labels: list[str],
    *,
    title: str,
    unit: str,
    log: tuple[bool, bool],
    description: str,
) -> alt.Chart:
    named: dict[str, Any] = {
        "sort": labels,
        "scale": alt.Scale(domain=labels),
        "legend": alt.Legend(
            title=None, orient="bottom", columns=2, symbolType="stroke", labelLimit=0
        ),
    }
    chart: alt.Chart = (
        alt.Chart(table, title=title, description=description, height=HEIGHT)
        .mark_line(clip=True, strokeWidth=2.5)
        .encode(
            x=alt.X("step:Q", title="step", scale=_scale(log[0]), axis=_step_axis(table, log[0])),
            y=alt.Y(
                "value:Q",
                title=unit,
                scale=alt.Scale(type="log") if log[1] else alt.Scale(),
                axis=alt.Axis(format=NUMBER, tickCount=5),
            ),
            color=alt.Color("schedule:N", **named),
            strokeDash=alt.StrokeDash("schedule:N", **named),
            tooltip=[
                alt.Tooltip("schedule:N"),
                alt.Tooltip("step:Q", format=","),
                alt.Tooltip("value:Q", title=unit, format=".4g"),
            ],
        )
    )
    return chart


def _scale(log: bool) -> alt.Scale:
    return alt.Scale(type="symlog", constant=1, nice=False) if log else alt.Scale(nice=False)


def _step_axis(table: pd.DataFrame, log: bool) -> alt.Axis:
    if not log:
        return alt.Axis(format=",d", tickCount=5, tickMinStep=1)
    powers = [10**i for i in range(len(str(int(table["step"].max()))))]
    return alt.Axis(format=",d", values=[0, *powers], labelOverlap="greedy")


def stability(run: Run, label: str, top: tuple[float, float]) -> alt.Chart:
    """Draw the sharpness of a run against 2 / rate, small, on axes that others share.

    ``top`` holds the ends of the vertical axis.
    """
    limit, sharpness = limits(run), sharpness_of_steps(run)
    tables = [
        pd.DataFrame({"step": run.steps, "what": "sharpness", "value": sharpness}),
        pd.DataFrame({"step": run.steps, "what": "2 / rate", "value": limit}),
    ]
    table = pd.concat(tables)
    table = table[np.isfinite(table["value"]) & (table["value"] > 0)]
    past = sharpness > limit
    where = f"past it first at step {run.steps[int(np.argmax(past))]:,}" if past.any() else "below"
    lines = ["sharpness", "2 / rate"]
    named: dict[str, Any] = {"sort": lines, "scale": alt.Scale(domain=lines), "legend": None}
    chart: alt.Chart = (
        alt.Chart(
            table,
            title=f"{label}: {where}",
            height=SMALL_HEIGHT,
            description=f"Sharpness of {label} against 2 / rate: {where}.",
        )
        .mark_line(clip=True, strokeWidth=2)
        .encode(
            x=alt.X("step:Q", title="step", scale=_scale(True), axis=_step_axis(table, True)),
            y=alt.Y(
                "value:Q",
                title="sharpness",
                scale=alt.Scale(type="log", domain=list(top), clamp=True),
                axis=alt.Axis(format=NUMBER, tickCount=4),
            ),
            color=alt.Color("what:N", **named),
            strokeDash=alt.StrokeDash("what:N", **named),
            tooltip=[
                alt.Tooltip("what:N"),
                alt.Tooltip("step:Q", format=","),
                alt.Tooltip("value:Q", format=".4g"),
            ],
        )
    )
    return chart


def shared_ends(found: Mapping[str, Run]) -> tuple[float, float]:
    """Return the ends of a vertical axis that shows the sharpness of every run, and 2 / rate."""
    values = np.concatenate([sharpness_of_steps(run) for run in found.values()])
    lowest = min(float(limits(run).min()) for run in found.values())
    values = np.append(values[values > 0], lowest)
    return float(values.min()) / 1.5, max(float(values.max()), 10 * lowest) * 1.5
