"""Several runs in one player, and below it what their difference did."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mlp import Run
from ui.autopsy import what_if
from ui.course import box
from ui.course import progress as course
from ui.jobs import progress, runs
from ui.jobs.door import one_of_few
from ui.player import Chosen, moment, player
from ui.player.lane import lane_of, waiting_lane
from ui.screens.compare.comparison import ADDRESS
from ui.shelf import shelf
from ui.words import glossary, outcomes
from ui.words.names import NAMES, SETTINGS
from ui.words.plain import plain

# What 0 stands for, where it is no number like others.
ZEROS: Mapping[str, Mapping[str, str]] = {
    "batch_size": {"0": "all"},
    "clip_norm": {"0": "off"},
    "warmup_steps": {"0": "none"},
    "transition_steps": {"0": "fitted to the run"},
}

ANSWER_LATER = "The answer comes here when the player stops; pause to read it now."


@one_of_few
def watch_lanes(key: str, jobs: Sequence[runs.Job], labels: Sequence[str], running: bool) -> None:
    """Draw the runs and what is to be said of them; called again while frames still come."""
    with st.container():  # a place of its own, so that the player below never moves, or restarts
        show_waiting(key, jobs, labels)
        show_headline(jobs, labels)
    if not any(job.compiling for job in jobs):
        play(key, jobs, labels)
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
        elif job.stopped and job.done:
            _show_stopped(key, job, label)
    if slow := [job for job in jobs if job.started and job.is_slow()]:
        _show_progress(key, slow)


def _show_progress(key: str, slow: Sequence[runs.Job]) -> None:
    """Draw how far the runs are that take their time, in one bar, and the button that stops all."""
    done = sum(job.progress()[0] for job in slow)
    steps = sum(job.experiment.steps for job in slow)
    left, last = max((_seconds_left(job), job.experiment.steps) for job in slow)
    count = f"{len(slow)} runs: " if len(slow) > 1 else ""
    when = f" · {progress.time_to(last, left)}" if left else ""
    text = f"{count}step {done:,} of {steps:,}{when}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / steps, text)
        if st.button("Stop", key=f"{key}_stop", icon=":material/stop:"):
            for job in slow:
                job.stop_now()
            st.rerun()


def _seconds_left(job: runs.Job) -> float:
    done, speed = job.progress()
    return (job.experiment.steps - done) / speed if speed else 0.0


def _show_stopped(key: str, job: runs.Job, label: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(plain(f"{label}: stopped before its end."), icon=":material/stop:")
        if st.button("Train again", key=f"{key}_again_{job.number}", icon=":material/replay:"):
            runs.retrain(job.plan, key=f"{key}_jobs")
            st.rerun()


def play(key: str, jobs: Sequence[runs.Job], labels: Sequence[str]) -> Chosen:
    """Draw the player with a lane a run, at the moment that a link asks for.

    As long as a step of the course asks, the untrained networks wait.
    """
    shelf.keep_finished(*jobs)
    make = waiting_lane if course.is_asking() else lane_of
    lanes = [make(job, label) for job, label in zip(jobs, labels, strict=True)]
    chosen = player(
        lanes,
        key=f"{key}_player",
        can_branch=True,
        moment=moment.asked_for(ADDRESS.values),
        veiled=course.is_open(),
        in_suspense=course.in_suspense(),
    )
    if chosen.branch is not None:
        lane, step = chosen.branch
        what_if.ask(jobs[lane].plan, lanes[lane].run, step, beside=[job.plan for job in jobs])
        st.rerun()
    return chosen


def show_headline(jobs: Sequence[runs.Job], labels: Sequence[str]) -> None:
    """Say what to watch, and once all runs are whole the answer to what is asked."""
    if len(jobs) < 2:
        return
    found = whole(jobs)
    watch = outcomes.watch_for([job.plan for job in jobs])
    with st.container(gap=None, key="answer"):
        if box.told_later():
            return
        if found is not None:
            said = outcomes.answer(found, labels)
            # Held back until the player has shown it, in the course until it rests.
            with box.at_rest("headline"), st.container(key="verdict"):
                st.markdown(f"**{plain(said)}**", help=glossary.explain(said))
            if course.current() is None:  # else the step of the course says so
                with st.container(key="verdict_later"):
                    st.caption(f":material/visibility_off: {ANSWER_LATER}")
        if watch:
            st.caption(f":material/visibility: {watch}", help=glossary.explain(watch))


def whole(jobs: Sequence[runs.Job]) -> list[Run] | None:
    """Return the runs of some jobs once all have ended, else None."""
    found = [run for job in jobs if job.done and (run := job.run()) is not None]
    return found if len(found) == len(jobs) else None


def readable(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row of the settings that differ, in the words of the controls."""
    name = row["setting"]
    if name not in SETTINGS:  # the row of a branch
        return dict(row)
    choices = {**NAMES.get(name, {}), **ZEROS.get(name, {})}
    return {key: choices.get(value, value) for key, value in row.items()} | {
        "setting": SETTINGS[name]
    }


def show_difference(jobs: Sequence[runs.Job], labels: Sequence[str]) -> None:
    """Draw what differs and what it did, once all runs are whole.

    It comes late, so whoever wants it opens it: what is read meanwhile does not move.
    """
    found = whole(jobs)
    if found is None:
        st.caption("What the difference did is said here once all runs have ended.")
        return
    with st.container(key="findings_later"):  # the style sheet shows one of the two
        st.caption(":material/visibility_off: The answer and the tables come as the player rests.")
    with st.container(key="findings"):
        _tell_difference(jobs, found, labels)


def _tell_difference(jobs: Sequence[runs.Job], found: Sequence[Run], labels: Sequence[str]) -> None:
    with st.container(border=True):
        told = [outcomes.headline(found, labels), *outcomes.sentences(found, labels)]
        said = outcomes.answer(found, labels)  # stands above the player
        shown = [each for each in (told if len(found) > 1 else told[1:]) if each != said]
        for i, sentence in enumerate(shown):
            st.markdown(plain(sentence), help=None if i else glossary.explain(*shown))
    rows = [readable(row) for row in outcomes.differences([job.plan for job in jobs], labels)]
    left, right = st.columns([2, 3])
    with left:
        st.markdown("**The settings that differ**")
        if rows:
            st.table(rows)
        else:
            st.caption("None.")
    with right:
        st.markdown("**What came of it**")
        st.table(outcomes.outcomes(found, labels))
