"""How far a job is: waiting, compiling, training, or failed, and the button that stops it."""

import streamlit as st

from ui.jobs import redraw, runs
from ui.jobs.workers import Queue

COMPILES = "10 to 30 seconds"  # README's "First run on a fresh machine", and a slow one
LONG = 90  # seconds, from which on they are told in minutes


def show_compiling(job: runs.Job) -> None:
    """Draw what is being compiled, on a machine that never did, and what is trained then."""
    st.progress(
        job.compiled,
        "Getting ready, once on this machine: the formulas are turned into machine code, now "
        f"{job.compiling}. That takes {COMPILES}; later starts need no wait.",
    )
    experiment = job.experiment
    st.caption(
        f"Then it trains. Hidden neurons: {experiment.hidden}; steps: {experiment.steps:,}; "
        f"learning rate: {experiment.learning_rate:g}."
    )


def show_bar(job: runs.Job, note: str = "") -> None:
    """Draw how far a training is, how fast, a note, and the button that stops it.

    They take the place that the verdict will have, so that the player below does not move.
    """
    done, steps = job.progress()[0], job.experiment.steps
    with st.container(horizontal=True, vertical_alignment="center", key="banner"):
        with st.container(gap=None):
            st.progress(1.0 if job.has_ended else done / steps, how_far(job))
            if note:
                st.caption(note)
        st.button("Stop", key="stop", icon=":material/stop:", on_click=_stop, args=(job,))


def _stop(job: runs.Job) -> None:
    """Stop a training, and draw what came of it all over the page; for callbacks."""
    job.stop_now()
    redraw.page()


def how_far(job: runs.Job) -> str:
    """Say how far a training is, and how fast; or what is trained before it."""
    if (queue := job.queue()) is not None:
        return how_long(queue)
    (done, speed), steps = job.progress(), job.experiment.steps
    if job.has_ended:
        return f"The training has ended at step {done:,}; what happened is being worked out."
    left = f" · {time_to(steps, (steps - done) / speed)}" if speed else ""
    return f"Trained up to step {done:,} of {steps:,} · {speed:,.0f} steps/s{left}"


def time_to(steps: int, seconds: float) -> str:
    """Say how long it takes to the last step; a run to infinity ends before.

    Examples
    --------
    >>> time_to(20_000, 0.3), time_to(1_000_000, 40.2), time_to(1_000_000, 600.0)
    ('under 1 s to step 20,000', 'about 40 s to step 1,000,000', 'about 10 min to step 1,000,000')
    """
    told = "under 1 s" if seconds < 1 else f"about {seconds:.0f} s"
    if seconds >= LONG:
        told = f"about {seconds / 60:.0f} min"
    return f"{told} to step {steps:,}"


def how_long(queue: Queue) -> str:
    """Say how many trainings of other visitors, or of this one, go first."""
    if not queue.tasks:
        return "The next training is yours."
    trainings = "1 training" if queue.tasks == 1 else f"{queue.tasks} trainings"
    return f"{trainings} before yours, about {max(round(queue.seconds), 1)} s"


def show_error(job: runs.Job) -> None:
    """Say that a training failed; the rest of the page works on."""
    st.error(f"Training failed: {job.error}. Choose other settings to go on.")
