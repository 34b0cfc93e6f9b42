"""Where a learner is in the course: in the address, which reproduces it, and in the session."""

import streamlit as st

from ui.address import embedding
from ui.course.steps import STEPS, Step

PAGE = "pages/9_Start_here.py"
# In the place of an answer: the scene plays first, and then the answer is shown.
WATCHING, REVEALED = "watching", "revealed"
WATCH_HELP = "Without a guess: the scene plays, and the answer comes when you ask."


def current() -> tuple[int, Step] | None:
    """Return the number of the step that the address is at, from 1, and the step; or None."""
    number = embedding.course_step()
    return None if number is None else (number, STEPS[number - 1])


def passed() -> list[int]:
    """Return the numbers of the steps done, by the address or in this session."""
    return sorted({*embedding.passed_steps(), *st.session_state.get("course_passed", [])})


def mark_passed(number: int) -> None:
    """Remember that a step is done, in the session and the address."""
    st.session_state["course_passed"] = [*st.session_state.get("course_passed", []), number]
    st.query_params[embedding.PASSED] = ".".join(map(str, passed()))


def params(number: int) -> dict[str, str]:
    """Return the parameters of an address at a step, and those of its own view."""
    kept = embedding.link_params() | {embedding.COURSE: str(number)}
    done = passed()
    return kept | ({embedding.PASSED: ".".join(map(str, done))} if done else {})


def scene(number: int, step: Step) -> dict[str, str | list[str]]:
    """Return the address of the scene that a step plays, and of the step."""
    return {**step.params, **params(number)}


def guess(number: int) -> str | None:
    """Return what was answered to a step's question in this session, or None."""
    answered: str | None = st.session_state.get(f"course_guess_{number}")
    return answered


def come_to(page: str) -> None:
    """Remember the page that is drawn: only a step's own page may tell its answer."""
    st.session_state["course_page"] = page


def _guessed_here() -> tuple[str | None] | None:
    """Return what was answered to the step that plays on this page; None where there is none."""
    place = current()
    if place is None or place[1].page != st.session_state.get("course_page"):
        return None
    return (guess(place[0]),)


def is_open() -> bool:
    """Whether a step plays here whose answer is still to be guessed, or to be revealed.

    What tells the answer in words, and what is still to come in a scene, is then held back.
    """
    return _guessed_here() in ((None,), (WATCHING,))


def is_asking() -> bool:
    """Whether a step plays here whose question has no answer yet: its scene then waits."""
    return _guessed_here() == (None,)


def task() -> str | None:
    """Return the name of the check of what is to be done now, once the question is answered."""
    place = current()
    return None if place is None or _guessed_here() is None or is_open() else place[1].check


def keep_guess(number: int, answer: str) -> None:
    """Remember an answer; meant for callbacks."""
    st.session_state[f"course_guess_{number}"] = answer


def go_to(number: int) -> None:
    """Go to a step; meant for callbacks."""
    for name, text in params(number).items():
        st.query_params[name] = text


def leave() -> None:
    """End the course, keeping what is done in the session; meant for callbacks."""
    for name in (embedding.COURSE, embedding.PASSED):
        st.query_params.pop(name, None)
