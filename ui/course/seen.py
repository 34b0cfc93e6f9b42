"""What a visitor has before them, as far as the checks of the course need to know it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mlp import Run
from ui.jobs import runs
from ui.shelf import shelf

KEY = "course_seen"


def tell_lesson(name: str, values: Mapping[str, Any]) -> None:
    """Remember which lesson of "Gradient descent" is shown, and with which settings."""
    st.session_state[KEY] = {"lesson": name, **values}


def lesson() -> Mapping[str, Any]:
    """Return the lesson that was shown last, as "lesson", and its settings; or nothing."""
    found: Mapping[str, Any] = st.session_state.get(KEY, {})
    return found


def training() -> bool:
    """Whether a run that this session asked for is still training."""
    kept = list(st.session_state.to_dict().values())
    several = [job for jobs in kept if isinstance(jobs, dict) for job in jobs.values()]
    return runs.is_running(*(job for job in (*kept, *several) if isinstance(job, runs.Job)))


def finished() -> list[Run]:
    """Return the runs that this session has finished, the newest first, where they are kept."""
    found = [runs.recall(e.plan) for e in shelf.entries() if not e.plan.root.data_id]
    return [run for run in found if run is not None]
