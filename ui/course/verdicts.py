"""What the checks of the course found: kept as long as what they are about stays as it was."""

from dataclasses import dataclass

import streamlit as st

from ui.address.address import touch
from ui.course import progress, seen
from ui.course.checks import CHECKS, Checked
from ui.course.steps import Step

ASKED, FOUND, SOLVED = "course_check_asked", "course_checked", "course_solved"


@dataclass(frozen=True)
class Verdict:
    """What a check found, and of which settings and finished runs."""

    checked: Checked
    settings: str
    runs: str


def ask(number: int) -> None:
    """Let a step be checked once all that was pressed or typed has counted; for callbacks."""
    st.session_state[ASKED] = number
    touch()  # what was typed right before counts for more than the address


def bring_up_to_date(number: int, step: Step) -> None:
    """Check what was asked for, again what had to wait, and forget what has changed since."""
    asked = st.session_state.pop(ASKED, None) == number
    if asked or is_waiting(number):
        checked = CHECKS[step.check](step.goal)
        _found()[number] = Verdict(checked, seen.settings(), seen.finished_plans())
        if not checked.waits:
            progress.mark_tried(number)
        if checked.done:
            st.session_state.setdefault(SOLVED, {})[number] = checked.told
        if checked.done and number not in progress.passed():
            progress.mark_passed(number)


def solution(number: int) -> str:
    """Return what the check said of what the visitor last did right in this session; "" if none."""
    solved: dict[int, str] = st.session_state.get(SOLVED, {})
    return solved.get(number, "")


def is_waiting(number: int) -> bool:
    """Whether a check waits for a training, or for trials, of the settings there are now."""
    found = of(number)
    return found is not None and found.waits


def of(number: int) -> Checked | None:
    """Return what the last check of a step found; None before any, and once it is out of date."""
    found = _found().get(number)
    if found is None or found.settings != seen.settings():
        return None
    # What waits is about a run that is still to come, all else about those that there were.
    same = found.checked.waits or found.runs == seen.finished_plans()
    return found.checked if same else None


def _found() -> dict[int, Verdict]:
    found: dict[int, Verdict] = st.session_state.setdefault(FOUND, {})
    return found
