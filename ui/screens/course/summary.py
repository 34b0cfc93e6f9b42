"""What came of the course: every guess held against what happened, every task, and where to go."""

from collections.abc import Callable

import streamlit as st

from ui.course import box, progress, verdicts
from ui.course.question import WRONG, is_right
from ui.course.steps import STEPS, Step
from ui.course.truths import WHY
from ui.words.numbers import plural
from ui.words.plain import uncapitalized

ONWARD = {
    "pages/1_Exploding_gradients.py": "Other trainings that go wrong, each with a question.",
    "pages/7_Map.py": "Two settings at once: where trainings learn, and where they explode.",
    "pages/6_Own_data.py": "Points of your own, by a file or drawn by hand.",
    "pages/2_Compare.py": "Up to four trainings of your choice, side by side.",
}


def show(go_to: Callable[[int], None]) -> None:
    """Draw the count, every step, and the ways on; ``go_to`` is told the step to go to."""
    st.markdown(counted())
    if progress.passed():
        st.caption(kept())
    left, right = st.columns([3, 2], gap="large")
    with left:
        for number, step in enumerate(STEPS, 1):
            show_step(number, step, go_to)
    with right:
        show_ways_on(go_to)


def counted() -> str:
    """Say how many steps were guessed, guessed right, watched, done and left out.

    A guess whose run is not there any more is not counted as right, and said apart.
    """
    numbers = range(1, len(STEPS) + 1)
    guessed = [number for number in numbers if was_guessed(number)]
    judged = [is_right(box.truth(n, STEPS[n - 1]), progress.guess(n)) for n in guessed]
    parts = [f"You made a guess in {len(guessed)} of {len(STEPS)} steps"]
    if guessed:
        parts.append(f"{judged.count(True)} right")
    if open_still := judged.count(None):
        parts.append(f"{open_still} not answered yet by a run of this session")
    skipped = sum(left_out(number) for number in numbers)
    told = f"{', '.join(parts)}. {len(progress.passed())} of {len(STEPS)} tasks are done"
    return f"{told}, {plural(skipped, 'step')} skipped or not visited." if skipped else f"{told}."


def kept() -> str:
    """Say what of the tasks done is kept for how long, and what stands below of the others."""
    told = (
        "Your own solutions are kept only while this page is open; the address keeps your guesses "
        "and which tasks are done."
    )
    lost = sum(not verdicts.solution(number) for number in progress.passed())
    if not lost:
        return told
    those = "one" if lost == 1 else f"{lost}"
    return f"{told} After the reload {those} of them cannot be shown; what was asked stands below."


def was_guessed(number: int) -> bool:
    """Whether an answer was given, not just watched."""
    return progress.guess(number) in STEPS[number - 1].answers


def left_out(number: int) -> bool:
    """Whether a step was neither answered nor done."""
    return progress.guess(number) is None and number not in progress.passed()


def show_step(number: int, step: Step, go_to: Callable[[int], None]) -> None:
    """Draw what came of a step, and the way to it where something is open."""
    done = number in progress.passed()
    icon = ":green[:material/check_circle:]" if done else ":material/circle:"
    with st.container(gap=None, key=f"course_end_{number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{icon} **{number} · {step.title}**", width="stretch")
            if not done:
                st.button(
                    f"To step {number}",
                    key=f"course_end_go_{number}",
                    type="tertiary",
                    icon=":material/arrow_forward:",
                    on_click=go_to,
                    args=(number,),
                )
        for line in told(number, step):
            st.caption(line)


def told(number: int, step: Step) -> list[str]:
    """Return what is said about a step: the guess, then the task."""
    lesson = f"**{step.taught}**"
    if left_out(number):
        return [lesson, "Skipped." if progress.was_visited(number) else "Not visited yet."]
    answered = progress.guess(number) not in (None, progress.WATCHING)
    # Why it is so was told there; a wrong guess is no failure.
    guess = box.revealed(number, step).partition(WHY)[0] if answered else "Not predicted."
    guess = guess.removeprefix(f"{WRONG} ")
    order = uncapitalized(step.todo.partition(". ")[0].removesuffix("."))
    task = f"Task {'done' if number in progress.passed() else 'not done'}: {order}."
    own = verdicts.solution(number).partition(WHY)[0]
    return [lesson, guess, f"Your solution: {own}" if own else task]


def show_ways_on(go_to: Callable[[int], None]) -> None:
    """Draw all open steps, and the screens that go on where the course ends."""
    st.markdown("**Where to go on**")
    for number in (n for n in range(1, len(STEPS) + 1) if n not in progress.passed()):
        st.button(
            f"Step {number}: {STEPS[number - 1].title}",
            key=f"course_end_next_{number}",
            icon=":material/school:",
            on_click=go_to,
            args=(number,),
        )
    for page, why in ONWARD.items():
        with st.container(gap=None):
            st.page_link(page, icon=":material/arrow_forward:", query_params=progress.outside())
            st.caption(why)
