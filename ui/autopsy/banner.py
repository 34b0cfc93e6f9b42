"""The line above a player: what went wrong in a sentence, and the one button that helps."""

from collections.abc import Callable

import streamlit as st

from mlp import Plan, Run
from mlp.analysis.trials import held_against
from mlp.analysis.verdicts import has_learned, held_out_accuracy, judge, overfits
from ui.autopsy import autopsy
from ui.course import box
from ui.course import progress as course
from ui.jobs import progress, runs, tryouts
from ui.words import cures, diagnoses
from ui.words.numbers import percent
from ui.words.plain import uncapitalized
from ui.words.stories import story

WATCH_FIRST = "The verdict comes here when the player stops; pause to read it now."
WATCH_BOTH = (
    ":material/visibility: Watch both: on the left without the change, on the right with it."
)
MOST_CURES = 3  # at a time, where one of them is a task
BESIDE = "Train again from the same seed, and play both runs together."


def show(
    job: runs.Job,
    cured: runs.Job | None,
    choose: Callable[[str | None], None],
    *,
    note: str,
    before: str,
) -> None:
    """Draw the line.

    Parameters
    ----------
    job : runs.Job
        The run in the player.
    cured : runs.Job or None
        The cured run beside it.
    choose : callable
        Told the cure that was pressed, or None to play the run alone again.
    note : str
        What to say before the run is whole, and below its verdict until a cure is chosen. What went
        wrong is told in a sentence as well, and what went right where there is no note.
    before : str
        What to say in place of the verdict as long as the player shows the run for the first time;
        it speaks of this run only, and with another beside it both are to be watched.
        The style sheet chooses between the two, as only the player knows.
    """
    tryout = autopsy.tryout_of(job)
    with st.container(horizontal=True, vertical_alignment="center", key="banner"):
        if tryout is None:
            st.caption(before)
            return
        if box.told_later():
            return
        if cured is not None and not cured.done:
            _show_training(tryout, cured)
        else:
            _show_verdict(tryout, cured, note)
        asked = course.task() == "cured"
        with st.container(
            horizontal=asked,
            gap="small" if asked else None,
            width="content",
            key="offer" if cured is None else "undo",
        ):
            if cured is not None or not course.leaves_cure_unsaid():
                _offer(tryout, cured, choose)
        if cured is None or cured.done:
            _show_what_comes(cured, before)


def _show_training(tryout: tryouts.Tryout, cured: runs.Job) -> None:
    """Say that the cured run is still training, and how far it is."""
    with st.container(gap=None, width="stretch"):
        st.markdown(f"**:material/healing: {_change(tryout, cured.plan)}: still training**")
        st.caption(progress.how_far(cured))
        st.caption(WATCH_BOTH)


def _show_verdict(tryout: tryouts.Tryout, cured: runs.Job | None, note: str) -> None:
    """Tell how the run ended, or the cured one beside it."""
    better = cured.run() if cured is not None else None
    told = _told(tryout, note) if better is None else _told_of_cure(tryout, better)
    with st.container(gap=None, width="stretch", key="verdict"):
        headline = _headline(tryout) if better is None else _cured(tryout, better)
        st.markdown(f"**{headline}**{_link_to_why(tryout) if better is None else ''}")
        for line in told:
            st.caption(line)


def _show_what_comes(cured: runs.Job | None, before: str) -> None:
    """Say what stands in place of the verdict as long as the player has not shown it."""
    with st.container(gap=None, key="verdict_later"):
        if course.current() is None:  # else the step of the course says so
            st.caption(f":material/visibility_off: {WATCH_FIRST}")
        if cured is not None:
            st.caption(WATCH_BOTH)
        elif before:
            st.caption(before)


def _headline(tryout: tryouts.Tryout) -> str:
    """Tell the verdict; where nothing went wrong, as of the end, which may be still to be seen."""
    told = diagnoses.explain(tryout.run, tryout.diagnosis)
    if tryout.diagnosis.cause is not None:
        return f"{told.icon} {autopsy.headline_of(tryout, told)}"
    end = f"At the end, step {tryout.run.steps[-1]:,}"
    return f"{told.icon} {end}: {uncapitalized(told.headline)}"


def _link_to_why(tryout: tryouts.Tryout) -> str:
    """Link to the explanation below the player, where something went wrong and no course tells."""
    sick = tryout.diagnosis.cause is not None
    return f" [Why?](#{autopsy.WHY})" if sick and not course.is_open() else ""


def _cured(tryout: tryouts.Tryout, better: Run) -> str:
    """Tell what was changed, and how the run went with it."""
    told = uncapitalized(_story(better))
    if overfits(better):
        told += f" ({percent(held_out_accuracy(better))} of them right)"
    return f":material/healing: {_change(tryout, better.plan)}: {told}"


def _change(tryout: tryouts.Tryout, plan: Plan) -> str:
    """Name the change that leads to a plan."""
    name = next((name for name, other in tryout.changes.plans.items() if other == plan), "")
    return cures.label(name, plan) if name else "With the change"


def _story(run: Run) -> str:
    return story(run, judge(run))


def _told(tryout: tryouts.Tryout, note: str) -> list[str]:
    """Return what stands below the verdict: the reason and the note."""
    sick = tryout.diagnosis.cause is not None
    reason = _first_sentence(tryout) if sick or not note else ""
    return [line for line in (reason, note) if line]


def _is_well(tryout: tryouts.Tryout) -> bool:
    """Whether a run learned with nothing wrong, and needs no change."""
    return tryout.diagnosis.cause is None and has_learned(tryout.run)


def _told_of_cure(tryout: tryouts.Tryout, better: Run) -> list[str]:
    """Return what stands below the verdict of a cure: the run without it, and what it did."""
    run = tryout.run
    why = cures.why(run, better, runs.first_look_of(run))
    return [
        f"Without it: {uncapitalized(_story(run))}. {why}".strip(),
        cures.tell(held_against(run, better)),
    ]


def _first_sentence(tryout: tryouts.Tryout) -> str:
    """Tell what happened, in a sentence."""
    text = diagnoses.explain(tryout.run, tryout.diagnosis).text
    return f"{text.partition('. ')[0].removesuffix('.')}."


def _offer(
    tryout: tryouts.Tryout, cured: runs.Job | None, choose: Callable[[str | None], None]
) -> None:
    """Draw the button of the best cure that was tried, or the one that takes a cure away.

    Where a step of the course asks for a cure, the next best have theirs, too.
    Then the whole page runs again: after a callback only the fragment around the button would.
    """
    best = autopsy.best_cure(tryout)
    if cured is not None:
        label, icon, wanted = "Show the run alone", ":material/undo:", None
    elif best is not None:
        label, icon, wanted = cures.label(best.name, best.plan), ":material/healing:", best.name
        if not best.helps:
            label = f"{cures.judgement(best)}: {uncapitalized(label)}"
    else:
        if not tryout.done:
            st.caption(":material/science: Trying what helps …", width="content")
        return
    helps = wanted is not None and best is not None and best.helps
    well = _is_well(tryout)
    pressed = st.button(
        label,
        key="best_cure",
        type="primary" if helps and not well and course.task() != "cured" else "secondary",
        icon=icon,
        help=None if wanted is None else BESIDE,
        width="content",
    )
    if best is not None and helps and well:
        what = "Better on the training points" if overfits(tryout.run) else "Better still"
        st.caption(f"{what}: {cures.in_short(best)}", width="content")
    if course.task() == "cured" and cured is None:
        for trial in autopsy.helpful_cures(tryout, MOST_CURES)[1:]:
            name = cures.label(trial.name, trial.plan)
            if st.button(name, key=f"next_cure_{trial.name}", help=BESIDE, width="content"):
                pressed, wanted = True, trial.name
    if pressed:
        choose(wanted)
        st.rerun()
