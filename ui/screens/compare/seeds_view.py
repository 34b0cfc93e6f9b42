"""The many seeds on the screen: start, progress, cancel, and the spread as strips."""

import textwrap
from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mlp import Plan
from mlp.base.arrays import Array
from ui.charts.curves import NUMBER
from ui.jobs.door import one_of_few
from ui.screens.compare import many_seeds
from ui.words.numbers import short
from ui.words.plain import plain

HEIGHT = 90  # for each run, axis and title apart
NAME_WIDTH, TITLE_WIDTH = 20, 46  # letters in a line
POLL_SECONDS = 0.4
DATA = {"weights": "New weights, same points", "both": "New weights and new points"}


def draw(plans: Sequence[Plan], labels: Sequence[str]) -> None:
    """Draw the question, and the answer once it is asked."""
    st.subheader("Is that luck?")
    choice = st.segmented_control(
        "With every seed",
        list(DATA),
        format_func=lambda name: DATA[name],
        default="weights",
        key="seeds_data",
        required=True,
    )
    new_data = choice == "both"
    sweep = many_seeds.current(plans, new_data=new_data)
    if sweep is None:
        seconds = many_seeds.seconds(plans)
        if seconds > many_seeds.MOST_SECONDS:
            st.caption(
                f"That would take some {seconds / 60:.0f} minutes here: lower the steps, so that "
                f"it takes at most {many_seeds.MOST_SECONDS // 60}."
            )
        if st.button(
            f"Train all over {many_seeds.SEEDS} seeds",
            key="seeds_start",
            icon=":material/casino:",
            help=f"On all cores, about {max(seconds, 1):.0f} s.",
            disabled=seconds > many_seeds.MOST_SECONDS,
        ):
            many_seeds.begin(plans, new_data=new_data)
            st.rerun()
        return
    running = sweep.pool.is_running()
    st.fragment(_live, run_every=POLL_SECONDS if running else None)(sweep, labels, running)


@one_of_few
def _live(sweep: many_seeds.Sweep, labels: Sequence[str], running: bool) -> None:
    if sweep.pool.error is not None:
        st.error(plain(f"Training failed: {sweep.pool.error}."))
    if sweep.pool.is_running():
        with st.container(horizontal=True, vertical_alignment="center"):
            done = len(sweep.results)
            st.progress(done / sweep.total, f"{done} of {sweep.total} trainings")
            st.button("Cancel", key="seeds_stop", icon=":material/stop:", on_click=sweep.pool.stop)
    elif sweep.pairs() < many_seeds.SEEDS:
        st.caption(f"Cancelled after {sweep.pairs()} of {many_seeds.SEEDS} seeds.")
    if sweep.pairs():
        left, right = st.columns(2)
        accuracies = [sweep.accuracies(lane) for lane in range(len(labels))]
        losses = [sweep.losses(lane) for lane in range(len(labels))]
        seeds = sweep.seeds()
        left.altair_chart(
            strips("accuracy on all points", seeds, labels, accuracies, percent=True),
            key="seeds_accuracy",
        )
        right.altair_chart(
            strips("loss at the end", seeds, labels, losses, percent=False), key="seeds_loss"
        )
        for sentence in many_seeds.tell(sweep, labels):
            st.markdown(plain(sentence))
    if running and not sweep.pool.is_running():
        st.rerun()


def strips(
    unit: str,
    seeds: Sequence[int],
    labels: Sequence[str],
    values: Sequence[Array],
    *,
    percent: bool,
) -> alt.LayerChart:
    """Draw one dot a seed and a line at the median, a strip for each run.

    Losses stand on a logarithmic axis; what is not finite is left out and counted in the text.
    The title says whose median is best.
    """
    table = pd.concat(
        pd.DataFrame({"run": label, "value": column, "seed": seeds})
        for label, column in zip(labels, values, strict=True)
    )
    table = table[np.isfinite(table["value"]) & (percent | (table["value"] > 0))]
    axis = alt.Axis(format=".0%" if percent else NUMBER, tickCount=5)
    scale = alt.Scale(zero=False) if percent else alt.Scale(type="log")
    base = alt.Chart(table).encode(
        y=alt.Y(
            "run:N",
            title=None,
            sort=list(labels),
            axis=alt.Axis(labelLimit=0, labelExpr=_wrapped()),
        ),
        color=alt.Color("run:N", legend=None, sort=list(labels)),
    )
    told = [unit, f"{len(seeds)} seeds, a line at the median"]
    x = alt.X("value:Q", title=told, scale=scale, axis=axis)
    shown = ".1%" if percent else ".4g"
    dots = base.mark_point(filled=True, size=70, opacity=0.6).encode(
        x=x,
        tooltip=[
            alt.Tooltip("run:N"),
            alt.Tooltip("seed:Q", title="number of the seed"),
            alt.Tooltip("value:Q", title=unit, format=shown),
        ],
    )
    middle = base.mark_tick(thickness=3, size=44).encode(
        x=alt.X("median(value):Q", title=told, scale=scale, axis=axis),
        tooltip=[alt.Tooltip("median(value):Q", title="median", format=shown)],
    )
    ends = "; ".join(_ends(label, column) for label, column in zip(labels, values, strict=True))
    return alt.LayerChart(
        layer=[dots, middle],
        height=HEIGHT * len(labels) + 80,
        title=alt.TitleParams(
            textwrap.wrap(_answer(unit, labels, values, percent=percent), TITLE_WIDTH)
        ),
        description=f"{unit.capitalize()} over {len(seeds)} seeds: {ends}.",
    )


def _wrapped() -> str:
    """Return a Vega expression: a run's name in lines, broken between words."""
    return f"split(replace(datum.label, /(.{{1,{NAME_WIDTH}}})(\\s+|$)/g, '$1\\n'), '\\n')"


def _answer(unit: str, labels: Sequence[str], values: Sequence[Array], *, percent: bool) -> str:
    """Say whose median is the best, as far as it is anybody's alone."""
    medians = [float(np.median(column)) for column in values]
    best = max(medians) if percent else min(medians)
    first = [label for label, median in zip(labels, medians, strict=True) if median == best]
    if not np.isfinite(best):
        return f"No run has a finite median {unit}"
    told = f"{best:.1%}" if percent else short(best)
    if len(labels) == 1:
        return f"Median {unit}: {told}"
    way = "highest" if percent else "lowest"
    whose = "the same for all" if len(first) == len(labels) else f"{way} with “{first[0]}”"
    if 1 < len(first) < len(labels):
        whose = f"{way} with {len(first)} of {len(labels)} runs"
    return f"Median {unit}: {whose}, {told}"


def _ends(label: str, column: Array) -> str:
    finite = column[np.isfinite(column)]
    if not len(finite):
        return f"{label} never finite"
    return f"{label} from {finite.min():.4g} to {finite.max():.4g}"
