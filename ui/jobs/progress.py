"""How far a job is: compiling, training, or failed, and the button that stops it."""

import streamlit as st

from ui.jobs import runs


def show_compiling(job: runs.Job) -> None:
    """Draw what is being compiled, on a machine that never did."""
    st.progress(job.compiled, f"Compiling {job.compiling} for this machine; needed once.")


def show_bar(job: runs.Job) -> None:
    """Draw how far a training is, how fast, and the button that stops it."""
    (done, speed), steps = job.progress(), job.experiment.steps
    left = f" · {(steps - done) / speed:.0f} s left" if speed else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / steps, f"Step {done:,} of {steps:,} · {speed:,.0f} steps/s{left}")
        st.button("Stop", key="stop", icon=":material/stop:", on_click=job.stop_now)


def show_error(job: runs.Job) -> None:
    """Say that a training failed; the rest of the page works on."""
    st.error(f"Training failed: {job.error}. Choose other settings to go on.")
