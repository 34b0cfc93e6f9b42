"""What the trained schedules showed: sentences, curves, and a small stability chart each."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from mlp import Experiment, Run
from mlp.analysis.verdicts import judge
from ui.jobs import progress, runs
from ui.player import MAX_LANES
from ui.screens.schedules import contest_charts, contests
from ui.shelf import shelf
from ui.words import outcomes
from ui.words.plain import plain

COLUMNS = 3


def watch_contest(
    experiments: Mapping[str, Experiment],
    jobs: Sequence[runs.Job],
    running: bool,
    stop: Callable[[], None],
) -> None:
    """Draw the progress, and once all are trained what they showed; called while they train."""
    shelf.keep_finished(*jobs)
    by_plan = {job.experiment: job for job in jobs}
    found = {
        label: run
        for label, experiment in experiments.items()
        if by_plan[experiment].done and (run := by_plan[experiment].run()) is not None
    }
    for job in jobs:
        if job.error is not None:
            progress.show_error(job)
    if any(job.compiling for job in jobs):
        progress.show_compiling(next(job for job in jobs if job.compiling))
    elif len(found) < len(experiments):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(len(found) / len(experiments), _how_far(jobs))
            if st.button("Stop", key="sched_stop", icon=":material/stop:"):
                stop()
                st.rerun()
    else:
        show(found)
    if running and not runs.is_running(*jobs):
        st.rerun()


def _how_far(jobs: Sequence[runs.Job]) -> str:
    done = sum(job.experiment.steps if job.done else job.progress()[0] for job in jobs)
    return f"Training: {done:,} of {sum(job.experiment.steps for job in jobs):,} steps."


def show(found: Mapping[str, Run]) -> None:
    """Draw what the runs showed."""
    with st.container(border=True):
        for sentence in contests.tell(list(found.values()), list(found)):
            st.markdown(plain(sentence))
        _show_link(found)
    st.altair_chart(contest_charts.losses(found), key="sched_losses")
    st.markdown(
        "**Sharpness (solid) against 2 / rate (dashed):** where the solid line is above the "
        "dashed one, a step is too long for the curvature."
    )
    ends = contest_charts.shared_ends(found)
    names = list(found)
    for first in range(0, len(names), COLUMNS):
        columns = st.columns(COLUMNS)
        for column, label in zip(columns, names[first : first + COLUMNS], strict=False):
            column.altair_chart(
                contest_charts.stability(found[label], label, ends), key=f"sched_sharp_{label}"
            )
    verdicts = [judge(run) for run in found.values()]
    st.table(outcomes.outcomes(list(found.values()), names, verdicts))


def _show_link(found: Mapping[str, Run]) -> None:
    plans = [run.plan.to_text() for run in found.values()][:MAX_LANES]
    st.page_link(
        "pages/2_Compare.py",
        label=f"Play {'the first ' if len(found) > MAX_LANES else ''}{len(plans)} side by side",
        icon=":material/compare_arrows:",
        query_params={"run": plans},
    )
