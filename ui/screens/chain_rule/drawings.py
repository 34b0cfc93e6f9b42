"""Two charts: how central differences depend on δ, and the loss with and without a mistake."""

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from mlp.base.arrays import Array
from mlp.chain_rule.gradient_check import TOLERANCE
from ui.words.numbers import short

HEIGHT = 300
MOST_POINTS = 400  # of a curve; a screen shows no more
WIDE_RANGE = 50.0  # a loss that spans more than this is drawn on a logarithmic axis
RULE = "largest error that passes"
# A power of ten as a label of Vega's: its exponent in small digits, of which there are two at most.
_EXPONENT = "round(log(datum.value) / LN10)"
_DIGIT = "slice('⁰¹²³⁴⁵⁶⁷⁸⁹', {0}, {0} + 1)"
POWER = (
    f"'10' + ({_EXPONENT} < 0 ? '⁻' : '')"
    f" + (abs({_EXPONENT}) > 9 ? {_DIGIT.format(f'floor(abs({_EXPONENT}) / 10)')} : '')"
    f" + {_DIGIT.format(f'abs({_EXPONENT}) % 10')}"
)


def error_by_step(steps: Array, errors: Array, title: str) -> alt.LayerChart:
    """Draw the distance between gradient and central differences against δ, both logarithmic.

    Parameters
    ----------
    steps, errors : (k,)
        What errors_by_step took and returned. An error of 0 cannot be drawn, and is left out.
    title : str
        Above the chart.
    """
    table = pd.DataFrame({"h": steps, "error": errors})
    table = table[np.isfinite(table["error"]) & (table["error"] > 0)]
    table["step"] = [short(h) for h in table["h"]]
    table["distance"] = [short(error, 3) for error in table["error"]]
    x = alt.X(
        "h:Q",
        title="δ, the step of the differences",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(labelExpr=POWER, tickCount=6, labelOverlap="greedy"),
    )
    y = alt.Y(
        "error:Q",
        title="relative distance",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(labelExpr=POWER, tickCount=6),
    )
    tooltip = [alt.Tooltip("step:N", title="δ"), alt.Tooltip("distance:N", title="error")]
    line = alt.Chart(table).mark_line(point={"size": 60}).encode(x=x, y=y, tooltip=tooltip)
    limit = pd.DataFrame({"error": [TOLERANCE], "what": [RULE]})
    rule = alt.Chart(limit).mark_rule(strokeDash=[6, 4], size=1.5).encode(y=y)
    label = (
        alt.Chart(limit)
        .mark_text(baseline="bottom", dy=-3)
        .encode(y=y, x=alt.datum(float(np.sqrt(steps[0] * steps[-1]))), text="what:N")
    )
    best = int(np.argmin(errors))
    description = (
        f"{title}: {short(errors[0], 2)} at δ = {short(steps[0], 1)}, smallest "
        f"{short(errors[best], 2)} at δ = {short(steps[best], 1)}, "
        f"{short(errors[-1], 2)} at δ = {short(steps[-1], 1)}."
    )
    return alt.LayerChart(
        layer=[line, rule, label.encode(color=alt.value("gray"))],
        height=HEIGHT,
        title=title,
        description=description,
    )


def losses(curves: Mapping[str, Array]) -> alt.Chart:
    """Draw some losses, one number a step each.

    Parameters
    ----------
    curves : mapping of str to (steps,)
        The name in the legend, and the finite losses from step 0 on.
    """
    pieces = []
    for name, values in curves.items():
        steps = np.unique(np.linspace(0, len(values) - 1, MOST_POINTS).astype(int))
        pieces.append(pd.DataFrame({"step": steps, "loss": values[steps], "gradient": name}))
    table = pd.concat(pieces)
    wide = table["loss"].max() > WIDE_RANGE * max(table["loss"].min(), 1e-300)
    ends = [f"{name} from {v[0]:.4g} to {v[-1]:.4g}" for name, v in curves.items()]
    names = alt.Scale(domain=list(curves))
    legend = alt.Legend(title=None, orient="bottom", labelLimit=0, symbolType="stroke")
    chart: alt.Chart = (
        alt.Chart(table, title="The loss, with and without the mistake")
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("step:Q", title="step", axis=alt.Axis(format=",d", tickCount=5)),
            y=alt.Y(
                "loss:Q",
                title="loss, a sample",
                scale=alt.Scale(type="log") if wide else alt.Scale(zero=False),
                axis=alt.Axis(format=".3~g", tickCount=5),
            ),
            color=alt.Color("gradient:N", scale=names, legend=legend),
            strokeDash=alt.StrokeDash("gradient:N", scale=names, legend=legend),
            tooltip=[
                alt.Tooltip("gradient:N"),
                alt.Tooltip("step:Q", format=","),
                alt.Tooltip("loss:Q", format=".5g"),
            ],
        )
        .properties(height=HEIGHT, description=f"Losses: {'; '.join(ends)}.")
    )
    return chart
