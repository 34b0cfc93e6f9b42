"""Charts of several learning-rate schedules: as drawn, and after the training."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal

import altair as alt
import numpy as np

from mlp import Experiment, Run
from mlp.analysis.stability import products, sharpness_of_steps
from mlp.base.arrays import Array, Steps
from mlp.plan import learning_rates
from ui.charts.curves import NUMBER, limits
from ui.charts.picture import ROWS, Picture, Spec, spec_of
from ui.screens.schedules.contests import CANDIDATES, leaders
from ui.words.numbers import spoken

POINTS = 400
HEIGHT = 400  # title, axis and legend included
HEIGHT_OF_THREE = 330  # without a legend
HEIGHT_OF_LEGEND = 80  # two lines on a telephone
SMALL_HEIGHT = 250
LIMIT = 2  # of plain gradient descent, which all schedules train with
NEUTRAL = "#808890"  # seen on white and on black
AT_LIMIT = "at_limit"  # the data of its line


def rates(
    experiments: Mapping[str, Experiment],
    *,
    log_steps: bool,
    legend: bool = True,
    best: str | None = None,
) -> Picture:
    """Draw the learning rates over the steps, one line a schedule; nothing is trained."""
    series: dict[str, tuple[Array | Steps, Array]] = {}
    for label, experiment in experiments.items():
        steps = _steps(experiment.steps, log=log_steps)
        series[label] = steps, learning_rates(experiment, steps)
    told = "; ".join(f"{label} ends at {rate[-1]:.3g}" for label, (_, rate) in series.items())
    return _overlaid(
        series,
        title="Learning rate, drawn without training",
        unit="learning rate",
        log=(log_steps, False),
        description=f"Learning rates over the steps: {told}.",
        legend=legend,
        best=best,
        last=max(experiment.steps for experiment in experiments.values()),
    )


def _steps(count: int, *, log: bool) -> Array:
    last = max(count - 1, 1)
    spaced = np.geomspace(1, last, POINTS) if log else np.linspace(0, last, POINTS)
    steps: Array = np.unique(np.append(spaced.astype(np.int64), 0))
    return steps[steps < count]


def first_losses(found: Mapping[str, Run], steps: int) -> Picture:
    """Draw the losses of some runs over so many first steps, which a question is about."""
    early = {label: (run.steps <= steps) & (run.loss > 0) for label, run in found.items()}
    drawn = {
        label: (run.steps[early[label]], run.loss[early[label]]) for label, run in found.items()
    }
    return _overlaid(
        drawn,
        title=f"Loss in the first {steps} steps",
        unit="loss, a sample",
        log=(False, True),
        description=f"Losses over the first {steps} steps.",
    )


def losses(found: Mapping[str, Run], *, told: bool = True) -> Picture:
    """Draw the losses of some runs over the second half of the steps, whose medians are compared.

    The axis holds every loss there of a run that stays finite, and no more: runs differ by little.
    Whose median is lowest is said, and drawn strongest, once it may be ``told``.
    """
    half = max(int(run.steps[-1]) for run in found.values()) / 2
    late = {label: (run.loss > 0) & (run.steps >= half) for label, run in found.items()}
    drawn = {label: (run.steps[late[label]], run.loss[late[label]]) for label, run in found.items()}
    finite = [drawn[label][1] for label, run in found.items() if run.non_finite_at is None]
    values = np.concatenate(finite) if finite else np.zeros(0)
    top = (0.98 * float(values.min()), float(values.max())) if len(values) else None
    ends = "; ".join(f"{label} ends at {run.loss[-1]:.4g}" for label, run in found.items())
    best = ahead(found) if told else None
    what = "Losses over the second half of the steps"
    return _overlaid(
        drawn,
        title=f"Loss: lowest median with {best}" if best else "Loss",
        unit="loss, a sample",
        log=(False, True),
        description=f"{what}: {ends}." if told else f"{what}.",
        top=top,
        best=best,
    )


def ahead(found: Mapping[str, Run]) -> str | None:
    """Return whose median loss over the second half is the lowest; None where others do as well."""
    first = leaders(found)
    return first[0] if len(first) == 1 else None


def steps_held_against_the_limit(
    found: Mapping[str, Run], *, log_steps: bool = False, told: bool = True
) -> Picture:
    """Draw learning rate x sharpness of some runs over the steps, and its limit.

    Of each run the median of every window of steps as a line, and behind it what lies between the
    lowest and the highest there: past the limit a product swings from step to step, and the lines
    of several would hide each other. The largest values are said once they may be ``told``.
    """
    series = {label: (run.steps, products(run)) for label, run in found.items()}
    drawn = {label: (steps[each > 0], each[each > 0]) for label, (steps, each) in series.items()}
    parts = {label: in_windows(*each, log=log_steps) for label, each in drawn.items()}
    most = {label: float(each.max(initial=0)) for label, (_, each) in drawn.items()}
    said = "; ".join(f"{label} at most {spoken(value)}" for label, value in most.items())
    what = f"Learning rate times sharpness over the steps, limit {LIMIT}"
    last = max(int(run.steps[-1]) for run in found.values())
    rows = {
        "schedule": np.repeat(list(parts), [len(part["step"]) for part in parts.values()]),
        **{name: np.concatenate([part[name] for part in parts.values()]) for name in WINDOW},
    }
    look = _banded(log_steps, len(str(last)), ahead(found) if told else None)
    title = f"Learning rate × sharpness: limit {LIMIT}"
    picture = Picture(look, {ROWS: rows}, title, f"{what}: {said}." if told else f"{what}.")
    return picture.plus(AT_LIMIT, _rule(), {"value": [LIMIT]})


WINDOWS = 25  # over the step axis
WINDOW = ("step", "low", "value", "high")
HOW_DRAWN = (
    f"Line: the median in each of {WINDOWS} equal parts of the step axis. Band: from the lowest to "
    "the highest value recorded there."
)


def in_windows(steps: Steps, values: Array, *, log: bool) -> dict[str, Array]:
    """Return step, lowest, median and highest of what was recorded in each window of steps.

    The windows part the step axis, which is logarithmic or not, equally; one in which nothing was
    recorded is left out. The first stands at the first step, the last at the last, the others at
    their median.
    """
    where = np.log1p(steps) if log else steps
    window = np.floor(WINDOWS * where / max(where.max(initial=0), 1)).clip(max=WINDOWS - 1)
    parts = [window == each for each in np.unique(window)]
    middles = [float(np.median(steps[part])) for part in parts]
    return {
        "step": np.array([steps[0], *middles[1:-1], steps[-1]][-len(parts) :]),
        "low": np.array([values[part].min() for part in parts]),
        "value": np.array([np.median(values[part]) for part in parts]),
        "high": np.array([values[part].max() for part in parts]),
    }


def _overlaid(
    series: Mapping[str, tuple[Array | Steps, Array]],
    *,
    title: str,
    unit: str,
    log: tuple[bool, bool],
    description: str,
    top: tuple[float, float] | None = None,
    legend: bool = False,
    best: str | None = None,
    last: int | None = None,
) -> Picture:
    """Draw lines of steps and values on common axes, that of the ``best`` strongest.

    ``top`` holds the ends of a logarithmic vertical axis; that of the steps goes to ``last``, or
    to the last step drawn.
    """
    steps = np.concatenate([steps for steps, _ in series.values()])
    rows = {
        "step": steps,
        "schedule": np.repeat(list(series), [len(steps) for steps, _ in series.values()]),
        "value": np.concatenate([values for _, values in series.values()]),
    }
    named = tuple(series) if legend else ()
    look = _lines(named, unit, log, len(str(int(steps.max()))), top, best, last)
    return Picture(look, {ROWS: rows}, title, description)


@lru_cache(maxsize=200)
def _lines(
    labels: tuple[str, ...],
    unit: str,
    log: tuple[bool, bool],
    digits: int,
    top: tuple[float, float] | None,
    best: str | None,
    last: int | None,
) -> Spec:
    """Draw what ``_overlaid`` needs no numbers for; ``digits`` are those of the last step.

    The ``labels`` stand in a legend, if there are any.
    """
    named = _named(_legend(labels) if labels else None)
    when = "step" if top is None else "step, second half of the run"
    chart = (
        alt.Chart(alt.NamedData(name=ROWS))
        .mark_line(clip=True)
        .encode(
            strokeWidth=_width(best),
            x=alt.X(
                "step:Q", title=when, scale=_scale(log[0], last), axis=_step_axis(digits, log[0])
            ),
            y=alt.Y(
                "value:Q",
                title=unit,
                scale=_height(top) if log[1] else alt.Scale(),
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
    return spec_of(chart.properties(height=HEIGHT if labels else HEIGHT_OF_THREE))


@lru_cache(maxsize=50)
def _banded(log_steps: bool, digits: int, best: str | None) -> Spec:
    """Draw what ``steps_held_against_the_limit`` needs no numbers for."""
    height: dict[str, Any] = {
        "title": "rate × sharpness",
        "scale": alt.Scale(type="log", domainMin=LIMIT / 20),  # far enough below it
        "axis": alt.Axis(format=NUMBER, tickCount=5),
    }
    named = _named(None)
    base = alt.Chart(alt.NamedData(name=ROWS)).encode(
        x=alt.X(
            "step:Q", title="step", scale=_scale(log_steps), axis=_step_axis(digits, log_steps)
        ),
        color=alt.Color("schedule:N", **named),
        tooltip=[
            alt.Tooltip("schedule:N"),
            alt.Tooltip("step:Q", format=",d"),
            alt.Tooltip("low:Q", title="lowest", format=".4g"),
            alt.Tooltip("value:Q", title="median", format=".4g"),
            alt.Tooltip("high:Q", title="highest", format=".4g"),
        ],
    )
    band = base.mark_area(clip=True, opacity=0.15).encode(
        y=alt.Y("low:Q", **height), y2=alt.Y2("high:Q")
    )
    line = base.mark_line(clip=True).encode(
        y=alt.Y("value:Q", **height),
        strokeDash=alt.StrokeDash("schedule:N", **named),
        strokeWidth=_width(best),
    )
    return spec_of(alt.LayerChart(layer=[band, line], height=HEIGHT_OF_THREE))


def _width(best: str | None) -> Any:
    """Return how wide lines are: that of the ``best`` widest, if there is one."""
    if best is None:
        return alt.value(2.5)
    return alt.condition(alt.datum.schedule == best, alt.value(5), alt.value(1.5))


def _legend(labels: Sequence[str], place: Literal["bottom", "top-left"] = "bottom") -> alt.Legend:
    """Return a legend, with as many columns as have room."""
    return alt.Legend(
        title=None,
        orient=place,
        columns=alt.ExprRef("max(1, floor(width / 110))"),
        symbolType="stroke",
        symbolSize=400,
        symbolStrokeWidth=3,
        labelLimit=0,
        offset=4,
        values=list(labels),
    )


def legend(labels: Sequence[str]) -> Picture:
    """Draw the legend of several charts."""
    named = _named(_legend(labels, "top-left"))
    look = (
        alt.Chart(
            alt.NamedData(name=ROWS),
            height=HEIGHT_OF_LEGEND,
            view=alt.ViewConfig(stroke=None),
            padding=0,
        )
        .mark_point(opacity=0, aria=False)
        .encode(
            color=alt.Color("schedule:N", **named),
            strokeDash=alt.StrokeDash("schedule:N", **named),
        )
    )
    told = f"The lines of {', '.join(labels)}."
    return Picture(spec_of(look), {ROWS: {"schedule": list(labels)}}, "", told)


@cache
def _rule() -> Spec:
    """Draw the limit; the chart's description tells it."""
    at_limit = alt.Chart(alt.NamedData(name=AT_LIMIT))
    line = at_limit.mark_rule(strokeWidth=2, strokeDash=[4, 3], aria=False)
    return spec_of(line.encode(y="value:Q", color=alt.value(NEUTRAL)))


def _named(legend: alt.Legend | None) -> dict[str, Any]:
    """Return how a schedule is told from others: the same in every chart, whichever are drawn."""
    labels = [candidate.label for candidate in CANDIDATES.values()]
    return {"sort": labels, "scale": alt.Scale(domain=labels), "legend": legend}


def _height(top: tuple[float, float] | None) -> alt.Scale:
    """Return a logarithmic scale."""
    if top is None:
        return alt.Scale(type="log")
    return alt.Scale(type="log", domain=list(top), nice=False)


def _scale(log: bool, last: int | None = None) -> alt.Scale:
    end: dict[str, Any] = {} if last is None else {"domainMax": last}
    if not log:
        return alt.Scale(nice=False, **end)
    return alt.Scale(type="symlog", constant=1, nice=False, **end)


def _step_axis(digits: int, log: bool) -> alt.Axis:
    if not log:
        return alt.Axis(format=",d", tickCount=5, tickMinStep=1)
    powers = [10**i for i in range(digits)]
    return alt.Axis(format=",d", values=[0, *powers], labelOverlap="greedy")


def stability(run: Run, label: str, top: tuple[float, float], *, told: bool = True) -> Picture:
    """Draw the sharpness of a run against 2 / rate, small, on axes that others share.

    ``top`` holds the ends of the vertical axis. Where it is past the limit is said once it may be
    ``told``.
    """
    limit, sharpness = limits(run), sharpness_of_steps(run)
    rows = {
        "step": run.steps,
        "schedule": [label] * len(run.steps),
        "sharpness": sharpness,
        "limit": limit,
    }
    past = sharpness > limit
    where = f"past it first at step {run.steps[int(np.argmax(past))]:,}" if past.any() else "below"
    where = f": {where}" if told else ""
    description = f"Sharpness of {label} against 2 / rate{where}."
    look = _small(top, len(str(run.steps[-1])))
    return Picture(look, {ROWS: rows}, f"{label}{where}", description)


@lru_cache(maxsize=50)
def _small(top: tuple[float, float], digits: int) -> Spec:
    """Draw what ``stability`` needs no numbers of a run for."""
    height: dict[str, Any] = {
        "title": "sharpness",
        "scale": alt.Scale(type="log", domain=list(top), clamp=True),
        "axis": alt.Axis(format=NUMBER, tickCount=4),
    }
    base = alt.Chart(alt.NamedData(name=ROWS)).encode(
        x=alt.X("step:Q", title="step", scale=_scale(True), axis=_step_axis(digits, True)),
        tooltip=[
            alt.Tooltip("step:Q", format=","),
            alt.Tooltip("sharpness:Q", format=".4g"),
            alt.Tooltip("limit:Q", title="2 / rate", format=".4g"),
        ],
    )
    limits_line = (
        base.transform_filter(_drawn("limit"))
        .mark_line(clip=True, strokeWidth=2, strokeDash=[4, 3], color=NEUTRAL)
        .encode(y=alt.Y("limit:Q", **height))
    )
    own_line = (
        base.transform_filter(_drawn("sharpness"))
        .mark_line(clip=True, strokeWidth=2)
        .encode(y=alt.Y("sharpness:Q", **height), color=alt.Color("schedule:N", **_named(None)))
    )
    return spec_of(alt.LayerChart(layer=[limits_line, own_line], height=SMALL_HEIGHT))


def _drawn(column: str) -> str:
    """Return a Vega expression: what a logarithmic axis can show."""
    return f"isFinite(datum.{column}) && datum.{column} > 0"


def shared_ends(found: Mapping[str, Run]) -> tuple[float, float]:
    """Return the ends of a vertical axis that shows the sharpness of every run, and 2 / rate."""
    values = np.concatenate([sharpness_of_steps(run) for run in found.values()])
    lowest = min(float(limits(run).min()) for run in found.values())
    values = np.append(values[values > 0], lowest)
    return float(values.min()) / 1.5, max(float(values.max()), 10 * lowest) * 1.5
