"""The line above a player: what went wrong in a sentence, and the one button that helps."""

from collections.abc import Callable

import streamlit as st

from ui.autopsy import autopsy
from ui.jobs import runs
from ui.words import diagnoses


def show(
    job: runs.Job,
    cure: str | None,
    choose: Callable[[str | None], None],
    *,
    calm: str,
    note: str = "",
) -> None:
    """Draw the line.

    Parameters
    ----------
    job : runs.Job
        The run in the player.
    cure : str or None
        Name of the cure that plays beside it.
    choose : callable
        Told the cure that was pressed, or None to play the run alone again.
    calm : str
        What to say as long as nothing has gone wrong.
    note : str
        What else to say once something has.
    """
    run = autopsy.sick_run(job)
    with st.container(horizontal=True, vertical_alignment="center", key="banner"):
        if run is None:
            st.caption(calm)
            return
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**:material/warning: {headline_of(job)}**")
            if note:
                st.caption(note)
        offer(job, cure, choose)


def headline_of(job: runs.Job) -> str:
    """Return the one sentence about a sick run."""
    run = autopsy.sick_run(job)
    return "" if run is None else diagnoses.explain(run, runs.diagnosis_of(run)).headline


def offer(job: runs.Job, cure: str | None, choose: Callable[[str | None], None]) -> None:
    """Draw the button of the best cure, or the one that takes it away again.

    Then the whole page runs again: after a callback only the fragment around the button would.
    """
    cures = autopsy.cures_of(job)
    if not cures:
        return
    if cure in cures:
        label, icon, wanted = "Play it alone again", ":material/undo:", None
    else:
        wanted = next(iter(cures))
        label, icon = diagnoses.cure_label(wanted, cures[wanted]), ":material/healing:"
    if st.button(
        label,
        key="best_cure",
        type="secondary" if wanted is None else "primary",
        icon=icon,
        help="Train again from the same seed, and play both runs together.",
        width="content",
    ):
        choose(wanted)
        st.rerun()
