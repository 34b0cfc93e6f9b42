"""Charts that explain instability: sharpness against its limit, and what saturation starves."""

from dataclasses import replace
from functools import cache, lru_cache

import altair as alt
import numpy as np

from mlp import Run
from mlp.analysis.stability import sharpness_of_steps
from mlp.analysis.verdicts import saturated_shares
from mlp.base.arrays import Array
from ui.charts import curves
from ui.charts.picture import Picture, Spec, spec_of
from ui.words.optimizers import gauge_limit, why_no_limit

LOG = curves.Axes(log_steps=True, log_values=True)


def first_crossing(run: Run) -> int | None:
    """Return the first frame at which the sharpness of a step is past its limit, or None."""
    past = sharpness_of_steps(run) > curves.limits(run)
    return int(np.argmax(past)) if past.any() else None


def chart(run: Run, step: int | None) -> Picture:
    """Draw sharpness against its limit on logarithmic axes, the first crossing marked.

    ``step`` is the step chosen in the player, drawn as a line.
    """
    limit = gauge_limit(run.experiment)
    values = sharpness_of_steps(run)
    series = {curves.name_of_sharpness(run): values}
    title = "Sharpness, without a limit"
    if limit is not None:
        series[curves.name_of_limit(run, limit)] = curves.limits(run)
        title = "Stability: sharpness against its limit"
    picture = curves.lines(run, series, title=title, unit="sharpness", axes=LOG)
    if limit is None:  # with the reason too long for one line of a telephone
        picture = replace(picture, title=[title, why_no_limit(run.experiment)])
    if step is not None:
        picture = picture.plus("cursor", cursor(), {"step": [step]})
    crossing = first_crossing(run)
    if crossing is not None and values[crossing] > 0:
        at = {"step": run.steps[[crossing]], "value": values[[crossing]]}
        legend = f"◇ first recorded past the limit: step {run.steps[crossing]:,}"
        picture = picture.plus("crossing", diamond(), at)
        picture = replace(picture, title=[title, legend])  # a subtitle is black in the dark
    return picture


@cache
def cursor() -> Spec:
    """Draw a line at a step."""
    named = alt.Chart(alt.NamedData(name="cursor"))
    return spec_of(named.mark_rule(strokeDash=[4, 4], color="gray").encode(x="step:Q"))


@cache
def diamond() -> Spec:
    """Draw the point at which a limit was first passed."""
    mark = alt.Chart(alt.NamedData(name="crossing")).encode(
        x="step:Q",
        y="value:Q",
        tooltip=[
            alt.Tooltip("step:Q", title="first recorded past the limit at step", format=","),
            alt.Tooltip("value:Q", title="sharpness", format=".4g"),
        ],
    )
    return spec_of(mark.mark_point(size=180, shape="diamond", strokeWidth=3, color="#cc79a7"))


@lru_cache(maxsize=16)
def shares_of(run: Run) -> Array:
    """Return the share of flat activations of both layers at every frame, (F, 2); kept."""
    return np.array([saturated_shares(run, frame) for frame in range(len(run.steps))])


def saturation(run: Run) -> Picture:
    """Draw the share of flat activations of both layers over the run."""
    shares = shares_of(run)
    series = {"hidden layer": shares[:, 0], "outputs": shares[:, 1]}
    return curves.lines(
        run,
        series,
        title="Saturated units: share with h (1 − h) < 0.01",
        unit="share",
        axes=curves.Axes(log_steps=True),
        percent=True,
    )
