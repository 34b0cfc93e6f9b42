"""What a visitor has before them, as far as the checks of the course need to know it."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from mlp import Experiment, Plan, Run
from ui.address.address import given_on
from ui.jobs import runs, tryouts
from ui.shelf import shelf

LESSON, CURED = "course_seen", "course_seen_cured"
# What no check is about: where the course itself is, and what is not on a screen of a step.
SCREENS = ("train", "exploding", "compare", "schedules", "chain_rule", "gradient_descent")


def tell_lesson(read: Callable[[], Mapping[str, Any]]) -> None:
    """Remember how to read which lesson of "Gradient descent" is shown, and its settings."""
    st.session_state[LESSON] = read


def lesson() -> Mapping[str, Any]:
    """Return the lesson that was shown last, as "lesson", and its settings; or nothing."""
    read: Callable[[], Mapping[str, Any]] | None = st.session_state.get(LESSON)
    return {} if read is None else read()


def tell_cured(name: str, job: runs.Job) -> None:
    """Remember which cure is played, and the job that trains with it."""
    st.session_state[CURED] = name, job


def cured(name: str) -> Run | None:
    """Return the whole run of a cure; None as long as it is not there."""
    told, job = st.session_state.get(CURED, (None, None))
    return job.run() if told == name and job.done else None


def settings() -> str:
    """Return all that a check is about, but for runs: two are the same where nothing was set."""
    given = [sorted(given_on(screen).items(), key=lambda item: item[0]) for screen in SCREENS]
    return repr((experiment(), given, "chain_checked" in st.session_state))


def training() -> bool:
    """Whether a run that this session asked for is still training, or about to."""
    return runs.is_running(*_jobs()) or _is_new()


def trying() -> bool:
    """Whether it is still being tried what helps the run shown."""
    tryout: tryouts.Tryout | None = st.session_state.get(tryouts.MINE)
    return tryout is not None and not tryout.done


def finished() -> list[Run]:
    """Return the runs that this session has finished, the newest first, where they are kept."""
    shelf.keep_finished(*_jobs())
    found = [runs.recall(e.plan) for e in shelf.entries() if not e.plan.root.data_id]
    return [run for run in found if run is not None]


def finished_plans() -> str:
    """Return what changes whenever a run has been finished."""
    shelf.keep_finished(*_jobs())
    return repr([entry.id for entry in shelf.entries()])


def _jobs() -> list[runs.Job]:
    """Return every job of this session."""
    kept = list(st.session_state.to_dict().values())
    several = [job for jobs in kept if isinstance(jobs, dict) for job in jobs.values()]
    return [job for job in (*kept, *several) if isinstance(job, runs.Job)]


def _is_new() -> bool:
    """Whether Train's settings were changed and their training comes with the page."""
    job: runs.Job | None = st.session_state.get("job")
    if job is None or st.session_state.get("screen") != "Train":
        return False
    plan = Plan.of(experiment())
    brief = plan.experiment.steps <= runs.MOST_STEPS_AT_ONCE
    return brief and job.plan != plan and runs.recall(plan) is None


def experiment() -> Experiment:
    """Return the settings that the screens share."""
    found: Experiment = st.session_state.get("experiment", Experiment())
    return found
