"""The screen "Start here": the course, its steps, and the question of the next one."""

import time
from pathlib import Path

import streamlit as st

from ui.address import kinds
from ui.address.address import Address
from ui.address.form import Field, Form
from ui.browser.bundle import bundle
from ui.course import box, memory, progress
from ui.course.steps import MINUTES, STEPS, Step
from ui.frame import shell
from ui.jobs import left_page
from ui.jobs.door import one_of_few
from ui.screens.course import summary
from ui.words import glossary

VIEWS = {"course": "The course", "end": "What came of it", "words": "All words"}
PRESUMED = (
    "From school you need one thing: the slope of a curve is its derivative, with the rules for "
    "sums, products, and a function of a function. All else is explained where it comes up."
)
PICTURE = 520  # pixels
FORM = Form(lambda given: {"view": Field(kinds.choice(*VIEWS), "course")})  # noqa: ARG005
ADDRESS = Address("course", FORM)
CHOSEN = "course_chosen"  # when a step was chosen from a list, until it has been shown

_HERE = Path(__file__).parent
_into_view = st.components.v2.component(
    "xor_into_view",
    html='<span class="into-view"></span>',
    js=bundle(_HERE / "into_view.js"),
)


@one_of_few
def show() -> None:
    """Draw the screen."""
    shell.open_screen("Start here")
    ADDRESS.sync()
    st.markdown("### From one variable to the explosion")
    ADDRESS.show_problems()
    show_views()
    if ADDRESS.values["view"] == "words":
        show_words()
    elif ADDRESS.values["view"] == progress.END:
        summary.show(go_to)
    else:
        show_course()


def show_views() -> None:
    """Draw the choice between the course and the list of words."""
    key = "course_view"
    st.session_state[key] = ADDRESS.values["view"]
    st.segmented_control(
        "View",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        key=key,
        on_change=lambda: ADDRESS.change(view=st.session_state[key]),
        required=True,
        label_visibility="collapsed",
    )


def show_words() -> None:
    """Draw all words with their definitions, by the alphabet, and the screens they stand on."""
    sought = st.text_input(
        "Find a word", key="course_words_sought", icon=":material/search:", max_chars=60
    ).strip()
    forms = glossary.terms_in(sought)  # as “transposed”
    found = [
        term
        for term in glossary.TERMS
        if term in forms or sought.lower() in glossary.define(term).lower()
    ]
    if not found:
        st.caption("No word here has that in its definition.")
    for term in sorted(found, key=str.lower):
        screens = [screen for screen, terms in glossary.ON_SCREEN.items() if term in terms]
        where = f" :gray[{', '.join(screens)}]" if screens else ""
        st.markdown(f"{glossary.define(term)}{where}")


def show_course() -> None:
    """Draw the step to go on with, and all steps."""
    with st.container(key="course_intro"):
        if not progress.has_begun():
            _show_intro()
        offered = memory.offer()
    first = progress.next_open() or 1
    number, step = progress.current() or (first, STEPS[first - 1])
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(border=True):
        if chosen := st.session_state.pop(CHOSEN, None):
            with st.container(key="into_view"):
                _into_view(key=f"course_into_view_{chosen}")
        show_step(number, step)
    with right, st.container(gap="xsmall"):
        show_list(number, counted=not offered)
    memory.keep()


def _show_intro() -> None:
    st.markdown(
        f"{len(STEPS)} steps on the real screens, about {MINUTES} minutes in all. Each asks you "
        "to predict, shows what happens, and gives you one thing to do. The address keeps your "
        "guesses and which tasks are done: bookmark it, or copy the link. This browser "
        "remembers them, too. How you solved a task is kept only until a reload."
    )
    st.markdown(PRESUMED)


def go_to(number: int) -> None:
    """Show a step of the course, also to who has scrolled past it; meant for callbacks."""
    ADDRESS.change(view=None)
    progress.go_to(number)
    st.session_state[CHOSEN] = time.monotonic_ns()


def show_step(number: int, step: Step) -> None:
    """Draw a step: its idea and its question; an answer opens the screen it plays on.

    Where it was answered before, the answer stands there, and the way back to the scene.
    """
    st.markdown(f"#### {number} · {step.title}")
    st.markdown(step.idea, help=glossary.explain(step.idea))
    if step.picture:
        st.image(step.picture, width=PICTURE, alt=step.pictured)
    leaves = progress.was_just_answered()
    if progress.guess(number) in (None, progress.WATCHING):
        box.ask(number, step)
    elif not leaves:
        st.markdown(f":material/help: **Predict.** {step.question}")
        st.caption("\n\n".join(filter(None, (box.revealed(number, step), box.verdict(number)))))
        leaves = st.button("To the scene", key="course_scene", icon=":material/arrow_forward:")
    if leaves:
        left_page.leave_for(step.page, query_params=progress.scene(number, step))


def show_list(current: int, *, counted: bool) -> None:
    """Draw all steps, those done with a tick, and the current one most strongly.

    They are not ``counted`` where the browser remembers more.
    """
    done = progress.passed()
    if counted:
        st.markdown(f"**{len(done)} of {len(STEPS)} done**")
        st.progress(len(done) / len(STEPS))
    for number, step in enumerate(STEPS, 1):
        name = f"{number} · {step.title}" + (" · done" if number in done else "")
        st.button(
            f"**{name}**" if number == current else name,
            key=f"course_go_{number}",
            type="secondary" if number == current else "tertiary",
            icon=":material/check_circle:" if number in done else ":material/circle:",
            on_click=go_to,
            args=(number,),
        )
