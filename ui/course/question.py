"""Predict, then reveal: a question with a few answers, and the one that the run gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ui.course import progress
from ui.words import glossary

Truth = tuple[str, str]  # the name of the right answer, and a sentence with the numbers that say so
# What a question about the very scene shown waits for: a guess, or, while it plays, its answer.
ASKING, WATCHING = "asking", progress.WATCHING
WRONG = ":orange[:material/close:]"  # begins what is said of a wrong guess


@dataclass(frozen=True)
class Question:
    """A question about a run.

    Attributes
    ----------
    text : str
        What is asked.
    answers : mapping of str to str
        The answers to choose from, by name.
    truth : callable
        Computes the run asked about; returns the name of the right answer and a sentence.
    settings : mapping
        What an answer sets on the screen, so that the run asked about is the one that plays.
    shown_by : tuple of str
        What on the screen has the answer among its numbers, where not all waits.
    """

    text: str
    answers: Mapping[str, str]
    truth: Callable[[], Truth]
    settings: Mapping[str, Any] = field(default_factory=dict)
    shown_by: tuple[str, ...] = ()


def is_right(truth: Truth | None, guess: str | None) -> bool | None:
    """Return whether a guess is what happens; None as long as that is not known."""
    return None if truth is None else guess == truth[0]


def judged(question: Question, guess: str) -> str:
    """Hold a guess against what happens, in words."""
    right, told = question.truth()
    answer = question.answers[right]
    counted = answer.isdecimal()  # how many there are: nothing happens
    happens = f"It is {answer}." if counted else f"What happens: “{answer}”."
    if guess not in question.answers:  # shown without a guess
        return f":material/visibility: {happens} {told}"
    said = f"You said “{question.answers[guess]}”."
    if guess == right:
        agrees = "That is right." if counted else "That is what happens."
        return f":green[:material/check:] {said} {agrees} {told}"
    return f"{WRONG} {said} {happens} {told}"


def ask(
    questions: Sequence[Question],
    *,
    key: str,
    apply: Callable[[Mapping[str, Any]], None],
    about: str,
    fits: bool = True,
    is_shown: Callable[[Question], bool] = lambda _: False,
) -> str | None:
    """Draw one question after the other: its answers, then how the guess compares.

    Within the course nothing is drawn: its step asks. Returns ASKING or WATCHING where what is
    shown may not tell the answer yet, else None.

    Parameters
    ----------
    questions : sequence of Question
        In the order of asking; none draws nothing.
    key : str
        Of the questions; where a visitor stands in them is kept under it.
    apply : callable
        Told the settings of a question once it is answered, before the page runs again.
    about : str
        What the screen shows. A guess is judged as long as that stays; then it is asked again.
    fits : bool
        Whether the first question goes with what is shown; else it waits behind a button.
    is_shown : callable
        Whether what is shown is the run that a question asks about: it can then be just watched.
    """
    if not questions or progress.current() is not None:
        return None
    place, guess, at = st.session_state.get(key, (0, None, None))
    if guess is not None and at is None:  # just answered, and its settings applied
        at = about
        _keep(key, place, guess, at)
    place = min(place if fits or at == about else 0, len(questions) - 1)
    question = questions[place]
    if not fits and at != about:
        st.button(
            "A question, with settings of its own",
            key=f"{key}_open",
            type="tertiary",
            icon=":material/help:",
            on_click=_keep,
            args=(key, 0, None, about),
        )
        return None
    with st.container(horizontal=True, border=True, vertical_alignment="center", key=f"{key}_box"):
        if guess is None or at != about:
            _say(f":material/help: **Predict.** {question.text}")
            _draw_answers(question, place, key, apply)
            if not is_shown(question):
                return None
            _draw_watch(key, place, about)
            return ASKING
        if guess == WATCHING:
            _say(f":material/visibility: **Watch.** {question.text}")
            st.button(
                "Show the answer",
                key=f"{key}_reveal",
                type="primary",
                on_click=_keep,
                args=(key, place, progress.REVEALED, about),
            )
            return WATCHING
        _say(judged(question, guess))
        last = place + 1 == len(questions)
        st.button(
            "Ask again" if last else "Next question",
            key=f"{key}_next",
            icon=":material/replay:" if last else ":material/arrow_forward:",
            on_click=_keep,
            args=(key, 0 if last else place + 1, None, about),
        )
    return None


def place_of(key: str, questions: Sequence[Question]) -> int:
    """Return which of the questions is next."""
    place: int = st.session_state.get(key, (0, None, None))[0]
    return min(place, len(questions) - 1)


def _say(text: str) -> None:
    st.markdown(text, width="stretch", help=glossary.explain(text))


def _draw_watch(key: str, place: int, about: str) -> None:
    st.button(
        "Just watch",
        key=f"{key}_watch",
        type="tertiary",
        icon=":material/visibility:",
        on_click=_keep,
        args=(key, place, WATCHING, about),
        help=progress.WATCH_HELP,
    )


def _draw_answers(
    question: Question, place: int, key: str, apply: Callable[[Mapping[str, Any]], None]
) -> None:
    def answer(name: str) -> None:
        _keep(key, place, name, None)
        apply(question.settings)

    with st.container(horizontal=True, gap="small", width="content"):
        for name, label in question.answers.items():
            st.button(label, key=f"{key}_{name}", on_click=answer, args=(name,))


def _keep(key: str, place: int, guess: str | None, at: str | None) -> None:
    st.session_state[key] = (place, guess, at)
