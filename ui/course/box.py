"""The step of the course on the screen it plays on: what was guessed, what to do, the check."""

import streamlit as st

from ui.course import progress
from ui.course.checks import CHECKS, Checked
from ui.course.question import Question, judged
from ui.course.steps import STEPS, Step
from ui.course.truths import TRUTHS

CHECKED = "course_checked"


def show() -> None:
    """Draw the step that the address is at; nothing outside of the course."""
    place = progress.current()
    if place is None:
        return
    number, step = place
    with st.container(border=True, key="course_box", gap="xsmall"):
        _show_heading(number, step)
        if progress.guess(number) is None:
            with st.container(horizontal=True, vertical_alignment="center"):
                ask(number, step)
        else:
            st.markdown(_revealed(number, step))
        _show_task(number, step)


def ask(number: int, step: Step) -> str | None:
    """Draw a step's question; return the answer that was pressed in this run."""
    st.markdown(f":material/help: **Predict.** {step.question}", width="stretch")
    pressed = None
    with st.container(horizontal=True, gap="small", width="content"):
        for name, label in step.answers.items():
            if st.button(
                label,
                key=f"course_answer_{name}",
                on_click=progress.keep_guess,
                args=(number, name),
            ):
                pressed = name
    return pressed


def _show_heading(number: int, step: Step) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**Step {number} of {len(STEPS)}: {step.title}**", width="stretch")
        if st.button(
            "Back to the scene", key="course_scene", type="tertiary", icon=":material/replay:"
        ):
            st.switch_page(step.page, query_params=progress.scene(number, step))
        if step.todo_page:
            st.page_link(
                step.todo_page,
                label="To where it is done",
                icon=":material/exit_to_app:",
                query_params={**step.todo_params, **progress.params(number)},
            )
        st.page_link(
            progress.PAGE,
            label="All steps",
            icon=":material/list:",
            query_params=progress.params(number),
        )
        st.button(
            "Leave the course",
            key="course_leave",
            type="tertiary",
            on_click=progress.leave,
            help="The steps done are remembered in this session.",
        )


def _revealed(number: int, step: Step) -> str:
    """Return the guess held against what happens, or that it is still to come."""
    guess = progress.guess(number)
    key = f"course_truth_{number}"
    truth = st.session_state.get(key) or TRUTHS[step.truth](step)
    st.session_state[key] = truth
    if truth is None or guess is None or guess not in step.answers:
        return ":material/hourglass: The run that answers is still training."
    return judged(Question(step.question, step.answers, lambda: truth), guess)


def _show_task(number: int, step: Step) -> None:
    done = number in progress.passed()
    icon = ":green[:material/check_circle:]" if done else ":material/task_alt:"
    checked: Checked | None = None
    asked_for, checked = st.session_state.get(CHECKED, (0, None))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{icon} **Do.** {step.todo}", width="stretch")
        st.button(
            "Check",
            key="course_check",
            type="secondary" if done else "primary",
            icon=":material/fact_check:",
            on_click=_check,
            args=(number, step),
        )
        _show_next(number, done=done)
    if checked is not None and asked_for == number:
        colour = "green" if checked.done else "orange"
        start = "Done." if checked.done else "Not yet."
        st.markdown(f":{colour}[**{start}**] {checked.told}")


def _check(number: int, step: Step) -> None:
    checked = CHECKS[step.check](step.goal)
    st.session_state[CHECKED] = (number, checked)
    if checked.done and number not in progress.passed():
        progress.mark_passed(number)


def _show_next(number: int, *, done: bool) -> None:
    """Draw the link to the next step, which can always be gone to."""
    last = number == len(STEPS)
    st.page_link(
        progress.PAGE,
        label="To the end" if last else "Next step" if done else "Skip",
        icon=":material/arrow_forward:" if done else ":material/skip_next:",
        query_params=progress.params(number if last else number + 1),
    )
