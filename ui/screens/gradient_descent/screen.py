"""The screen "Gradient descent": one variable, two, the race, escape, few samples a step."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from ui.course import progress, question, seen
from ui.frame import shell
from ui.jobs.door import one_of_few
from ui.screens.gradient_descent import common
from ui.screens.gradient_descent.lessons import ADDRESS, LESSONS, Lesson
from ui.screens.gradient_descent.questions import QUESTIONS
from ui.words import glossary

KEY = "descent_scene"
SETS = " Your answer sets this."


@one_of_few
def show() -> None:
    """Draw the screen."""
    shell.open_screen("Gradient descent", Path(__file__).with_name("screen.css"))
    ADDRESS.sync()
    with st.container(horizontal=True, vertical_alignment="bottom", key="descent_head"):
        st.markdown("### Gradient descent", width="content")
        show_choice()
    ADDRESS.show_problems()
    lesson = LESSONS[ADDRESS.scene]
    with st.container(key="descent_asked"):
        with st.container(key="descent_idea"):
            _show_idea(lesson)
        st.session_state[common.QUESTION] = question.ask(
            [told_what_it_sets(asked) for asked in QUESTIONS[ADDRESS.scene]],
            key=f"descent_{ADDRESS.scene}_question",
            apply=lambda settings: ADDRESS.change(**settings),
            about=repr(sorted(ADDRESS.values.items())),
            fits=not ADDRESS.is_changed,
            is_shown=sets_nothing,
        )
    seen.tell_lesson(lambda: {"lesson": ADDRESS.scene, **ADDRESS.values})
    lesson.draw(ADDRESS)


def _show_idea(lesson: Lesson) -> None:
    """Say what a lesson is about; within the course what its step has not said yet."""
    if progress.task_here() and lesson.course_idea:
        st.caption(lesson.course_idea, help=glossary.explain(lesson.course_idea))
    else:
        st.caption(lesson.idea, help=glossary.define(*lesson.terms))


def sets_nothing(asked: question.Question) -> bool:
    """Whether the descents shown are those that a question asks about."""
    first = LESSONS[ADDRESS.scene].form.values({})
    return all(
        ADDRESS.values.get(name) == (first.get(name) if value is None else value)
        for name, value in asked.settings.items()
    )


def told_what_it_sets(asked: question.Question) -> question.Question:
    """Add to a question about descents that are not those shown that its answer brings them."""
    return asked if sets_nothing(asked) else replace(asked, text=asked.text + SETS)


def show_choice() -> None:
    """Draw the lessons in the order of learning."""
    st.session_state[KEY] = ADDRESS.scene
    names = list(LESSONS)
    st.pills(
        "Scenes",
        names,
        format_func=lambda name: f"{names.index(name) + 1} · {LESSONS[name].title}",
        key=KEY,
        on_change=lambda: ADDRESS.show(st.session_state[KEY]),
        required=True,
        label_visibility="collapsed",
    )
