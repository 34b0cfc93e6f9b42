"""A frame's answers in detail: right and wrong class by class, and whether certainty is earned."""

import altair as alt
import pandas as pd
import streamlit as st

from mlp import Run
from mlp.analysis.evaluation import Answers, Calibration, answers
from ui.words.naming import names_of
from ui.words.plain import plain

HEIGHT = 300


def show(run: Run, frame: int, *, key: str) -> None:
    """Draw confusion tables and the calibration of a frame, folded until asked for."""
    folder = st.expander(
        "Right and wrong, class by class",
        icon=":material/grid_view:",
        key=key,
        on_change="rerun",  # what is folded away is not computed
    )
    if not folder.open:
        return
    with folder:
        training, test = answers(run, frame)
        left, middle, right = st.columns([1, 1, 2])
        with left:
            show_confusion(run, training, f"{len(training.labels)} training points")
        with middle:
            if test is None:
                st.caption("No test points: all points are trained on. Lower Training points.")
            else:
                show_confusion(run, test, f"{len(test.labels)} test points")
        with right:
            st.altair_chart(calibration_chart(training, test), key=f"{key}_calibration")
            st.caption(
                "Below the line the output promises class 1 more often than it is so, above it "
                "less often. A point stands for the outputs within a tenth."
            )


def show_confusion(run: Run, found: Answers, title: str) -> None:
    """Draw a table of true classes against answers."""
    classes = [plain(name) for name in names_of(run).classes]
    counts = found.confusion()
    wrong = int(counts[0, 1] + counts[1, 0])
    st.markdown(f"**{title}: {wrong} wrong**")
    st.table(
        pd.DataFrame(
            counts,
            index=[f"is {name}" for name in classes],
            columns=[f"answers {name}" for name in classes],
        )
    )


def calibration_chart(training: Answers, test: Answers | None) -> alt.LayerChart:
    """Draw how often class 1 is right against the output of class 1."""
    parts = {"training points": training.calibration()}
    if test is not None:
        parts["test points"] = test.calibration()
    rows = pd.concat(_rows(name, part) for name, part in parts.items())
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
    scale = alt.Scale(domain=[0, 1])
    series = alt.Color("points:N", sort=list(parts), title=None, legend=alt.Legend(orient="bottom"))
    marks = (
        alt.Chart(rows)
        .mark_line(point=alt.OverlayMarkDef(size=70, filled=True))
        .encode(
            x=alt.X("output:Q", title="output of class 1", scale=scale, axis=axis),
            y=alt.Y("share:Q", title="share of class 1", scale=scale, axis=axis),
            color=series,
            tooltip=[
                alt.Tooltip("points:N", title="of the"),
                alt.Tooltip("count:Q", title="points"),
                alt.Tooltip("output:Q", title="mean output", format=".1%"),
                alt.Tooltip("share:Q", title="are of class 1", format=".1%"),
            ],
        )
    )
    ideal = (
        alt.Chart(pd.DataFrame({"output": [0, 1], "share": [0, 1]}))
        .mark_line(strokeDash=[4, 4], color="gray")
        .encode(x="output:Q", y="share:Q")
    )
    return alt.LayerChart(
        layer=[ideal, marks],
        height=HEIGHT,
        title="Calibration: is the output earned?",
        description=describe(parts),
    )


def _rows(name: str, part: Calibration) -> pd.DataFrame:
    columns = {"output": part.output, "share": part.share, "count": part.count}
    return pd.DataFrame({"points": name, **columns})


def describe(parts: dict[str, Calibration]) -> str:
    """Return the chart's text alternative: every point of it in numbers."""
    told = (
        f"{name}: "
        + ", ".join(
            f"output {output:.0%}, share {share:.0%}"
            for output, share in zip(part.output, part.share, strict=True)
        )
        for name, part in parts.items()
    )
    return f"Share of class 1 against the output of class 1. {'; '.join(told)}."
