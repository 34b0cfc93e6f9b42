"""What stays in every address, whatever else it says: how the page is shown, and the course."""

from collections.abc import Mapping, Sequence

import streamlit as st

PRESENT, ON = "present", "1"
COURSE, PASSED, SAID = "course", "passed", "said"
COURSE_ANSWERS = (3, 3, 5, 3, 4, 4, 3, 4, 3, 2)  # to choose from at each step
COURSE_STEPS = len(COURSE_ANSWERS)
NO_ANSWER = "-"
# Streamlit's own, the presenter's view, and where a learner is in the course.
EMBEDDING = ("embed", "embed_options", PRESENT, COURSE, PASSED, SAID)


def presenting() -> bool:
    """Return whether the address asks for the presenter's view."""
    return st.query_params.get_all(PRESENT) == [ON]


def kept() -> dict[str, list[str]]:
    """Return the parameters of this address that stay."""
    texts = {name: st.query_params.get_all(name) for name in EMBEDDING}
    return {name: found for name, found in texts.items() if found}


def course_step(texts: Sequence[str] | None = None) -> int | None:
    """Return the step of the course that the address is at, or these texts are, from 1, or None."""
    texts = st.query_params.get_all(COURSE) if texts is None else texts
    return _step(texts[0]) if len(texts) == 1 else None


def passed_steps(texts: Sequence[str] | None = None) -> list[int]:
    """Return the steps of the course that the address says are done, or these texts say."""
    texts = st.query_params.get_all(PASSED) if texts is None else texts
    steps = [_step(text) for text in texts[0].split(".")] if len(texts) == 1 else []
    return sorted({step for step in steps if step is not None})


def said(texts: Sequence[str] | None = None) -> dict[int, int]:
    """Return what was answered to the steps, by their number: an answer's number from 1.

    By the address, or by these texts.

    0 is a step whose answer was shown without a guess. In the address a step has one character, so
    ``said=2-0`` is the second answer to step 1, none to step 2, and step 3 watched.
    """
    texts = st.query_params.get_all(SAID) if texts is None else texts
    if len(texts) != 1 or not _is_said(texts[0]):
        return {}
    return {step: int(text) for step, text in enumerate(texts[0], 1) if text != NO_ANSWER}


def write_said(answers: Mapping[int, int]) -> str:
    """Return answers as ``said`` reads them."""
    steps = range(1, COURSE_STEPS + 1)
    return "".join(str(answers.get(step, NO_ANSWER)) for step in steps).rstrip(NO_ANSWER)


def _is_said(text: str) -> bool:
    allowed = [f"{NO_ANSWER}{''.join(map(str, range(n + 1)))}" for n in COURSE_ANSWERS]
    fits = all(mark in marks for mark, marks in zip(text, allowed, strict=False))
    return 0 < len(text) <= COURSE_STEPS and fits


def _step(text: str) -> int | None:
    known = {str(step): step for step in range(1, COURSE_STEPS + 1)}
    return known.get(text)


def problems() -> list[str]:
    """Return a sentence for each view, or place in the course, that there is not."""
    found = []
    for name, good, allowed in (
        (PRESENT, presenting(), f"{ON}, once"),
        (COURSE, course_step() is not None, f"a step from 1 to {COURSE_STEPS}, once"),
        (PASSED, bool(passed_steps()), f"steps from 1 to {COURSE_STEPS} with points between them"),
        (SAID, bool(said()), "the number of the answer to each step, 0 for none given, or -"),
    ):
        texts = st.query_params.get_all(name)
        if texts and not good:
            found.append(f"{name} = {texts[0][:40]}: must be {allowed}. It was left out.")
    return found


def link_params() -> dict[str, str]:
    """Return what a link to another screen carries on of the presenter's view and the course."""
    params = {PRESENT: ON} if presenting() else {}
    step, passed = course_step(), passed_steps()
    if step is not None:
        params[COURSE] = str(step)
    if passed:
        params[PASSED] = ".".join(map(str, passed))
    if answers := said():
        params[SAID] = write_said(answers)
    return params
