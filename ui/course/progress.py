"""Where a learner is in the course: in the address, which reproduces it, and in the session."""

from collections.abc import Mapping

import streamlit as st

from ui.address import embedding
from ui.course.steps import STEPS, Step

PAGE = "pages/9_Start_here.py"
END = "end"  # the view of PAGE that says what came of the course
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
    if done := passed():
        kept[embedding.PASSED] = ".".join(map(str, done))
    if answers := _answers():
        kept[embedding.SAID] = embedding.write_said(answers)
    return kept


def outside() -> dict[str, str]:
    """Return the parameters of an address outside of the course, where its progress stays."""
    return {name: text for name, text in params(1).items() if name != embedding.COURSE}


def end() -> dict[str, str]:
    """Return the address of what came of the course."""
    return params(len(STEPS)) | {"view": END}


def scene(number: int, step: Step) -> dict[str, str | list[str]]:
    """Return the address of the scene that a step plays, and of the step."""
    return {**step.params, **params(number)}


def guess(number: int) -> str | None:
    """Return what was answered to a step's question, in this session or by the address, or None."""
    return _guess(number, embedding.said())


def _guess(number: int, said: Mapping[int, int]) -> str | None:
    answered: str | None = st.session_state.get(f"course_guess_{number}")
    place = said.get(number)
    if answered is not None or place is None:
        return answered
    return list(STEPS[number - 1].answers)[place - 1] if place else REVEALED


def _answers() -> dict[int, int]:
    """Return all answers as the address has them; who only watches has not answered yet."""
    said = embedding.said()
    given = {number: _guess(number, said) for number in range(1, len(STEPS) + 1)}
    return {
        number: 0 if answer == REVEALED else list(STEPS[number - 1].answers).index(answer) + 1
        for number, answer in given.items()
        if answer not in (None, WATCHING)
    }


def has_begun() -> bool:
    """Whether a step was answered or done."""
    return bool(passed() or _answers())


def has_begun_here() -> bool:
    """Whether a step was answered or done in this session: an address may be somebody else's."""
    guesses = (f"course_guess_{number}" for number in range(1, len(STEPS) + 1))
    return any(st.session_state.get(key) for key in ("course_passed", *guesses))


def next_open() -> int | None:
    """Return the first step that is not done, from where the visitor was last; None after all."""
    done = passed()
    still = [number for number in range(1, len(STEPS) + 1) if number not in done]
    last = st.session_state.get("course_at", 1)
    return next((number for number in still if number >= last), next(iter(still), None))


def reached() -> int:
    """Return the number of the step that the visitor is at, or was at last; 0 outside of all."""
    place = current()
    last: int = st.session_state.get("course_at", 0)
    return last if place is None else place[0]


def was_visited(number: int) -> bool:
    """Whether a step's scene was opened in this session."""
    return number in st.session_state.get("course_visited", ())


def come_to(page: str) -> None:
    """Remember the page that is drawn: only a step's own page may tell its answer."""
    st.session_state["course_page"] = page
    was_just_answered()  # on a scene nothing leads on from there
    if (place := current()) is not None:
        st.session_state["course_at"] = place[0]
        st.session_state.setdefault("course_visited", set()).add(place[0])


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


def in_suspense() -> bool:
    """Whether what plays here answers a step: it is watched before anything tells how it ends.

    Who asked for the answer, or has done the step, does not wait.
    """
    place = current()
    if place is None or place[0] in passed():
        return False
    return _guessed_here() not in (None, (REVEALED,))


def steps_asked_about() -> int | None:
    """Return of how many first steps the course asks on this page; None for none."""
    place = current()
    return None if place is None or _guessed_here() is None else place[1].first_steps


def tells_sharpness() -> bool:
    """Whether a run may be told by its sharpness here: only once a step has said what it is."""
    place = current()
    return place is None or place[1].tells_sharpness


def mark_tried(number: int) -> None:
    """Remember that a step's task was checked."""
    st.session_state.setdefault("course_tried", set()).add(number)


def leaves_cure_unsaid() -> bool:
    """Whether a step has a training to be found here that a cure would give away.

    Only until it was checked once, and not where the task is to choose a cure.
    """
    place, page = current(), st.session_state.get("course_page")
    if place is None or page not in (place[1].page, place[1].todo_page):
        return False
    tried = place[0] in {*passed(), *st.session_state.get("course_tried", ())}
    return place[1].check == "trained" and not tried


def task_here() -> bool:
    """Whether a step of the course plays on this page."""
    return _guessed_here() is not None


def task() -> str | None:
    """Return the name of the check of what is to be done now, once the question is answered."""
    place = current()
    return None if place is None or _guessed_here() is None or is_open() else place[1].check


def keep_guess(number: int, answer: str) -> None:
    """Remember an answer, in the session and the address; meant for callbacks."""
    st.session_state[f"course_guess_{number}"] = answer
    st.session_state["course_just_answered"] = True
    if answers := _answers():
        st.query_params[embedding.SAID] = embedding.write_said(answers)


def was_just_answered() -> bool:
    """Whether an answer was pressed right before this run; asked once."""
    return bool(st.session_state.pop("course_just_answered", False))


def go_to(number: int) -> None:
    """Go to a step; meant for callbacks."""
    for name, text in params(number).items():
        st.query_params[name] = text


def leave() -> None:
    """Leave the course; what is done stays in the address, and leads back; meant for callbacks."""
    st.query_params.pop(embedding.COURSE, None)
