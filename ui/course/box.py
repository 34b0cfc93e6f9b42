"""The step of the course on the screen it plays on: what was guessed, what to do, the check."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import streamlit as st

from ui.course import memory, progress, seen, verdicts
from ui.course.checks import CHECKS
from ui.course.question import ASKING, Question, Truth, judged
from ui.course.steps import STEPS, Step
from ui.course.truths import TRUTHS, WHY
from ui.jobs import left_page, runs
from ui.jobs.door import one_of_few
from ui.words import glossary

TASK = "task"  # where the links back to it lead
LOOK_SECONDS = 1.0  # between two looks at whether what is waited for has come
GUESS_FIRST = "What happens is shown once you have answered the question above, or choose to watch."
TOLD_LATER = "What came of it is told once the question above is answered."


def show(page: str) -> None:
    """Draw the step that the address is at above a page; nothing outside of the course.

    A line says what comes next: to guess, to watch, to do; what was told is below it, and all
    else of the step behind its name. So the scene stays in view.
    """
    progress.come_to(page)
    place = progress.current()
    if place is None:
        return
    number, step = place
    verdicts.bring_up_to_date(number, step)
    elsewhere = page not in (step.page, step.todo_page, step.after_page)
    with (
        nullcontext() if step.tells_sharpness else st.container(key="course_before_sharpness"),
        st.container(border=True, key="course_box", gap=None),
    ):
        st.html(f'<div id="{TASK}"></div>')
        with st.container(horizontal=True, vertical_alignment="center", key="course_line"):
            _show_whole(number, step)
            if not elsewhere:  # there all of it stands behind its name
                _show_what_is_next(number, step, page)
            _show_next(number, strong=not _leads_beyond(number, step, page))
        if not elsewhere and progress.guess(number) not in (None, progress.WATCHING):
            waits = _is_waiting(number, step, page)
            period = runs.slowed(LOOK_SECONDS) if waits else None
            st.fragment(_show_told, run_every=period)(number, step, page, waiting=waits)
        memory.keep()  # last: what comes later would have all after it drawn from its start


def _show_what_is_next(number: int, step: Step, page: str) -> None:
    guess = progress.guess(number)
    if guess is None:
        ask(number, step)
    elif guess == progress.WATCHING:
        _show_watching(number, step)
    else:
        _show_task(number, step, page)


def told_later(question: str | None = None) -> bool:
    """Say, where an answer is still open, that the words come once it is told; return whether.

    That of the step of the course, or of a screen's own question, which waits for ``question``.
    """
    if question is None and not progress.is_open():
        return False
    asks = progress.is_asking() or question == ASKING
    st.caption(f":material/visibility_off: {GUESS_FIRST if asks else TOLD_LATER}")
    return True


def at_rest(name: str) -> AbstractContextManager[object]:
    """Return a place for what tells how the scene ends, by a name of its own on the page.

    While a step of the course plays here for the first time, the style sheet holds it back.
    """
    return st.container(key=f"at_rest_{name}") if progress.in_suspense() else nullcontext()


@contextmanager
def led_to(name: str) -> Iterator[None]:
    """Hold a place that a link of a task leads to, as ``[To the lines ↓](#best-lines)``."""
    with st.container(gap=None, key=f"led_to_{name}"):
        st.html(f'<div id="{name}"></div>')
        yield


def show_way_back(name: str) -> None:
    """Draw the way up from such a place to the task; the style sheet shows it on a telephone."""
    if progress.task() is not None:
        with st.container(key=f"way_back_{name}"):
            st.markdown(f"[Back to the task ↑](#{TASK})")


def ask(number: int, step: Step) -> None:
    """Draw a step's question and its answers."""
    _say(f":material/help: **Predict.** {step.question}", *step.answers.values())
    with st.container(horizontal=True, gap="small", width="content", key="course_answers"):
        for name, label in step.answers.items():
            st.button(
                label,
                key=f"course_answer_{name}",
                on_click=progress.keep_guess,
                args=(number, name),
            )
        st.button(
            "Just watch",
            key="course_watch",
            type="tertiary",
            icon=":material/visibility:",
            on_click=progress.keep_guess,
            args=(number, progress.WATCHING),
            help=progress.WATCH_HELP,
        )


def _show_whole(number: int, step: Step) -> None:
    """Draw the step's name, and behind it all of the step and the ways out of it."""
    done = progress.passed()
    icon = ":material/check_circle:" if number in done else ":material/school:"
    with (
        st.container(width="content", key="course_name"),
        # A telephone has room for the number; the title stands in what opens.
        st.popover(f"Step {number} of {len(STEPS)} *– {step.title}*", icon=icon, type="tertiary"),
    ):
        st.markdown(f"##### {step.title}")
        st.progress(len(done) / len(STEPS), f"{len(done)} of {len(STEPS)} done")
        st.markdown(step.idea, help=glossary.explain(step.idea))
        st.markdown(f"**Predict.** {step.question}")
        st.markdown(f"**Do.** {step.todo}", help=glossary.explain(step.todo))
        if st.button(
            "Back to the scene", key="course_scene", type="tertiary", icon=":material/replay:"
        ):
            left_page.leave_for(step.page, query_params=progress.scene(number, step))
        st.page_link(
            progress.PAGE,
            label="All steps",
            icon=":material/list:",
            query_params=progress.params(number),
        )
        _draw_way_out("course_leave", help_="The steps done stay in the address.")


def _draw_way_out(key: str, *, help_: str | None = None) -> None:
    """Draw the button that ends the course."""
    st.button(
        "Leave the course",
        key=key,
        type="tertiary",
        icon=":material/logout:",
        on_click=progress.leave,
        help=help_,
    )


def _say(text: str, *beside: str) -> None:
    """Draw what to read, as wide as there is room; its terms, and those beside it, explained."""
    st.markdown(text, width="stretch", help=glossary.explain(text, *beside))


def _show_watching(number: int, step: Step) -> None:
    """Draw the question once more, and the button that answers it."""
    _say(f":material/visibility: **Watch.** {step.question}", *step.answers.values())
    st.button(
        "Show the answer",
        key="course_reveal",
        type="primary",
        on_click=progress.keep_guess,
        args=(number, progress.REVEALED),
    )


@one_of_few
def _show_told(number: int, step: Step, page: str, *, waiting: bool) -> None:
    """Draw the answer, or what a check found and the answer behind a button in that line.

    So a check moves nothing. The page is drawn anew once what is waited for comes. As long as the
    scene plays for the first time, the style sheet shows in the answer's place that it comes: only
    the player knows.
    """
    found, (first, _, why) = verdict(number), revealed(number, step).partition(WHY)
    guessed = progress.guess(number) in step.answers
    if found:
        with _told_line():
            _draw_told(*found.split(WHY, 1))
            with (
                st.popover(
                    "Guess" if guessed else "Answer",
                    type="tertiary",
                    icon=":material/help:",
                ),
                _at_rest(number, step, page),
            ):
                st.markdown(first)
                _draw_reasons(why)
    else:
        with _at_rest(number, step, page), _told_line():
            _draw_told(first, why)
    if waiting and not _is_waiting(number, step, page):
        st.rerun()


@contextmanager
def _at_rest(number: int, step: Step, page: str) -> Iterator[None]:
    """Hold a place for the answer, in which the style sheet says till its time that it comes."""
    if not (page == step.page and step.plays and progress.in_suspense()):
        yield
        return
    with st.container(key="course_told", gap=None):
        with st.container(key="course_told_now", gap=None):
            yield
        with st.container(key="course_told_later"):
            st.caption(f":material/visibility: {_said(number, step)}{_when_told(step)}")


def _when_told(step: Step) -> str:
    """Say when the answer of a scene comes that plays."""
    after = step.first_steps
    return f"Watch: the answer comes {f'after {after} steps' if after else 'as it rests'}."


def _told_line() -> AbstractContextManager[object]:
    """Return a line for what was told, and beside it for what opens more of it."""
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key="course_why")


def _draw_told(first: str, why: str = "") -> None:
    """Draw what was told, its reasons behind a button."""
    st.caption(first, width="content")
    if why:
        with st.popover("Why", type="tertiary", icon=":material/lightbulb:"):
            _draw_reasons(why)


def _draw_reasons(why: str) -> None:
    """Draw reasons, all numbers behind a line."""
    reasons, _, numbers = why.partition(WHY)
    if reasons:
        st.markdown(reasons, help=glossary.explain(why))
    if numbers:
        with st.expander("All numbers"):
            st.markdown(numbers)


def _is_waiting(number: int, step: Step, page: str) -> bool:
    """Whether the answer of a scene shown, or a check, waits for a run."""
    if page == step.page and truth(number, step) is None:
        return True
    return verdicts.is_waiting(number) and CHECKS[step.check](step.goal).waits


def verdict(number: int) -> str:
    """Return what the last check of a step found, with what was done before; "" before any."""
    checked = verdicts.of(number)
    if checked is None:
        return ""
    if checked.waits:
        return f":orange[:material/hourglass: **{checked.told}**]"
    start = "Done." if checked.done else "Not yet."
    if not checked.done and number in progress.passed():
        start = "Done before; not by what is set now."
    return f":{'green' if checked.done else 'orange'}[**{start}**] {checked.told}"


def revealed(number: int, step: Step) -> str:
    """Return the guess held against what happens, or that it is still to come."""
    answer, guess = truth(number, step), progress.guess(number) or progress.REVEALED
    if answer is None:
        return f":material/hourglass: {_said(number, step)}The answer comes once its run is whole."
    return judged(Question(step.question, step.answers, lambda: answer), guess)


def _said(number: int, step: Step) -> str:
    """Return the guess in a sentence, with a space after it; "" where there is none."""
    guess = progress.guess(number) or ""
    return f"You said “{step.answers[guess]}”. " if guess in step.answers else ""


def truth(number: int, step: Step) -> Truth | None:
    """Return the answer to a step's question; None as long as no run has given it."""
    key = f"course_truth_{number}"
    answer: Truth | None = st.session_state.get(key) or TRUTHS[step.truth](step)
    if not seen.training():  # what is under way may add to it
        st.session_state[key] = answer
    return answer


def _show_task(number: int, step: Step, page: str) -> None:
    done = number in progress.passed()
    icon = ":green[:material/check_circle:]" if done else ":material/task_alt:"
    _say(f"{icon} **Do.** {step.todo}")
    elsewhere = step.todo_page not in ("", page)
    if elsewhere and st.button(
        step.todo_label,
        key="course_to_task",
        type="secondary" if done else "primary",
        icon=":material/exit_to_app:",
    ):
        left_page.leave_for(
            step.todo_page, query_params={**step.todo_params, **progress.params(number)}
        )
    if _leads_beyond(number, step, page) and st.button(
        step.after_label, key="course_after", type="primary", icon=":material/visibility:"
    ):
        left_page.leave_for(
            step.after_page, query_params={**step.after_params, **progress.params(number)}
        )
    st.button(
        "Check",
        key="course_check",
        type="secondary" if done or elsewhere else "primary",
        icon=":material/fact_check:",
        on_click=verdicts.ask,
        args=(number,),
    )


def _leads_beyond(number: int, step: Step, page: str) -> bool:
    """Whether a step that is done has something to be looked at on another screen."""
    return number in progress.passed() and step.after_page not in ("", page)


def _show_next(number: int, *, strong: bool) -> None:
    """Draw the way to the next step, which can always be gone to; strongly once this is done."""
    last, done = number == len(STEPS), number in progress.passed()
    params = progress.end() if last else progress.params(number + 1)
    if progress.next_open() is None:
        _draw_way_out("course_leave_done")
    label = "To the end" if last else "Next step" if done else "Skip"
    with st.container(width="content", key="course_next"):
        if not done:
            skip = ":material/skip_next:"
            st.page_link(progress.PAGE, label=label, icon=skip, query_params=params)
        elif st.button(
            label,
            key="course_go_on",
            type="primary" if strong else "secondary",
            icon=":material/arrow_forward:",
        ):
            left_page.leave_for(progress.PAGE, query_params=params)
