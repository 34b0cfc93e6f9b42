"""Several runs in one player, and below it what their difference did."""

from collections.abc import Sequence

import streamlit as st

from mlp import Run
from ui.autopsy import what_if
from ui.jobs import progress, runs
from ui.player import Chosen, player
from ui.player.lane import lane_of
from ui.shelf import shelf
from ui.words import outcomes
from ui.words.plain import plain


def watch_lanes(key: str, jobs: Sequence[runs.Job], labels: Sequence[str], running: bool) -> None:
    """Draw the runs and what is to be said of them; called again while frames still come."""
    with st.container():  # a place of its own, so that the player below never moves, or restarts
        show_waiting(key, jobs, labels)
        show_headline(jobs, labels)
    if not any(job.compiling for job in jobs):
        play(key, jobs, labels)
        show_difference(jobs, labels)
    if running != runs.is_running(*jobs):
        st.rerun()


def show_waiting(key: str, jobs: Sequence[runs.Job], labels: Sequence[str]) -> None:
    """Draw the progress, or the button, that the state of the jobs asks for."""
    waiting = [job for job in jobs if not job.started and not job.compiling and job.error is None]
    if waiting:
        steps = sum(job.experiment.steps for job in waiting)
        if st.button(
            f"Train {steps:,} steps",
            key=f"{key}_train",
            type="primary",
            icon=":material/play_arrow:",
            help="Runs of over 200,000 steps wait for this button.",
        ):
            for job in waiting:
                job.start()
            st.rerun()
    for job, label in zip(jobs, labels, strict=True):
        if job.error is not None:
            progress.show_error(job)
        elif job.compiling:
            progress.show_compiling(job)
            return  # what is compiled is compiled for all
        elif job.started and job.is_slow():
            _show_progress(key, job, label)
        elif job.stopped and job.done:
            _show_stopped(key, job, label)


def _show_progress(key: str, job: runs.Job, label: str) -> None:
    done, steps = job.progress()[0], job.experiment.steps
    text = f"{plain(label)}: {progress.how_far(job)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / steps, text)
        if st.button("Stop", key=f"{key}_stop_{job.number}", icon=":material/stop:"):
            job.stop_now()
            st.rerun()


def _show_stopped(key: str, job: runs.Job, label: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(plain(f"{label}: stopped before its end."), icon=":material/stop:")
        if st.button("Train again", key=f"{key}_again_{job.number}", icon=":material/replay:"):
            runs.retrain(job.plan, key=f"{key}_jobs")
            st.rerun()


def play(key: str, jobs: Sequence[runs.Job], labels: Sequence[str]) -> Chosen:
    """Draw the player with a lane a run."""
    shelf.keep_finished(*jobs)
    lanes = [lane_of(job, label) for job, label in zip(jobs, labels, strict=True)]
    chosen = player(lanes, key=f"{key}_player", can_branch=True)
    if chosen.branch is not None:
        lane, step = chosen.branch
        what_if.ask(jobs[lane].plan, lanes[lane].run, step, beside=[job.plan for job in jobs])
        st.rerun()
    return chosen


def show_headline(jobs: Sequence[runs.Job], labels: Sequence[str]) -> None:
    """Say in one sentence what the difference did, once all runs are whole."""
    if (found := whole(jobs)) is not None and len(found) > 1:
        st.markdown(f"**{plain(outcomes.headline(found, labels))}**")


def whole(jobs: Sequence[runs.Job]) -> list[Run] | None:
    """Return the runs of some jobs once all have ended, else None."""
    found = [run for job in jobs if job.done and (run := job.run()) is not None]
    return found if len(found) == len(jobs) else None


def show_difference(jobs: Sequence[runs.Job], labels: Sequence[str]) -> None:
    """Draw what differs and what it did, once all runs are whole."""
    found = whole(jobs)
    if found is None:
        st.caption("What the difference did is said here once all runs have ended.")
        return
    with st.container(border=True):
        for sentence in outcomes.sentences(found, labels):
            st.markdown(plain(sentence))
    rows = outcomes.differences([job.plan for job in jobs], labels)
    left, right = st.columns([2, 3])
    with left:
        st.markdown("**The settings that differ**")
        if rows:
            st.table(rows)
        else:
            st.caption("None.")
    with right:
        st.markdown("**What came of it**")
        verdicts = [runs.diagnosis_of(run).verdict for run in found]
        st.table(outcomes.outcomes(found, labels, verdicts))
