"""The Train screen: a two-layer sigmoid network learns XOR, live."""

import streamlit as st

from mlp import PRESETS, Run
from ui import charts, controls, figures, runs, settings, shell, words
from ui.player import Lane, player

shell.open_screen("Train")
settings.sync_address()


def choose_preset() -> None:
    """Take over the settings of the preset that was pressed."""
    name = st.session_state["preset"]
    if name in PRESETS:
        settings.use(PRESETS[name])


def show_presets() -> None:
    """Draw the presets, and what to look for in the chosen one."""
    st.session_state["preset"] = name = words.preset_of(settings.current())
    st.pills(
        "Scenes",
        list(words.PRESET_WORDS),
        format_func=lambda entry: words.PRESET_WORDS[entry].label,
        key="preset",
        on_change=choose_preset,
        label_visibility="collapsed",
    )
    st.caption(words.PRESET_WORDS[name].look_for if name else "Your own settings.")


def show_training(job: runs.Job) -> None:
    """Draw the button, the progress or the message that the state of a job asks for."""
    steps = job.experiment.steps
    if job.error is not None:
        st.error(f"Training failed: {job.error}. Change a setting to go on.")
    elif not job.started:
        st.button(
            f"Train {steps:,} steps",
            key="train",
            type="primary",
            icon=":material/play_arrow:",
            on_click=job.start,
            help="Runs of over 200,000 steps wait for this button. You can stop at any time.",
        )
    elif job.compiling:
        st.progress(0.0, f"Compiling {job.compiling} for this machine; needed once.")
    elif not job.done:
        show_progress(job)


def show_progress(job: runs.Job) -> None:
    """Draw how far a training is, how fast, and the button that stops it."""
    done, steps = job.progress()[0], job.experiment.steps
    speed = job.progress()[1]
    left = (steps - done) / speed if speed else 0.0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(
            done / steps, f"Step {done:,} of {steps:,} · {speed:,.0f} steps/s · {left:.0f} s left"
        )
        st.button("Stop", key="stop", icon=":material/stop:", on_click=job.stop)


def show_numbers(run: Run, frame: int) -> None:
    """Draw the numbers of the chosen frame with their meaning."""
    st.markdown(f"**At step {run.steps[frame]:,}**")
    for number in words.numbers(run, frame):
        st.metric(number.label, number.value, border=False)
        st.caption(number.meaning)


def live(job: runs.Job) -> None:
    """Draw the player and its numbers; called again and again while frames still come."""
    was_done = job.done
    show_training(job)
    run = job.run() or job.untrained()
    lane = Lane(
        key=repr(job.experiment.to_params()),
        label="",
        run=run,
        planned_steps=job.experiment.steps,
        streaming=job.started and not was_done and job.experiment.steps > runs.MOST_STEPS_AT_ONCE,
        events=words.events(run),
    )
    with st.container(horizontal=True):
        with st.container(width="stretch"):
            chosen = player([lane], key="player")
        with st.container(width=260):
            show_numbers(run, len(run.steps) - 1 if chosen.frame is None else chosen.frame)
    st.session_state["chosen_frame"] = chosen.frame
    if was_done != st.session_state.get("drawn_done"):
        st.rerun()


def show_charts(run: Run) -> None:
    """Draw everything recorded over the whole run, with its table and downloads."""
    st.subheader("The whole run")
    with st.container(horizontal=True):
        log_steps = st.segmented_control(
            "Steps", ["linear", "log"], default="linear", key="log_steps", required=True
        )
        log_values = st.segmented_control(
            "Values", ["linear", "log"], default="linear", key="log_values", required=True
        )
    axes = charts.Axes(log_steps=log_steps == "log", log_values=log_values == "log")
    drawings = {
        "loss": charts.loss,
        "accuracy": charts.accuracy,
        "gradient_norms": charts.gradient_norms,
        "weight_norms": charts.weight_norms,
        "sharpness": charts.sharpness,
    }
    columns = st.columns(2)
    for i, (name, draw) in enumerate(drawings.items()):
        columns[i % 2].altair_chart(draw(run, axes), key=f"chart_{name}")
    with columns[1]:
        show_downloads(run)


def show_downloads(run: Run) -> None:
    """Draw the table of all frames, and the buttons that take it home."""
    table = charts.table(run)
    st.dataframe(table, height=charts.HEIGHT, hide_index=True, key="table")
    with st.container(horizontal=True):
        st.download_button(
            "Numbers (CSV)",
            table.to_csv(index=False),
            "run.csv",
            "text/csv",
            key="csv",
            icon=":material/table:",
            on_click="ignore",
        )
        frame = st.session_state.get("chosen_frame")
        st.download_button(
            "Picture (PNG)",
            lambda: figures.png(run, len(run.steps) - 1 if frame is None else frame),
            "run.png",
            "image/png",
            key="png",
            icon=":material/image:",
            on_click="ignore",
        )


with st.sidebar:
    controls.draw()
st.markdown("### Watch a network learn XOR")
settings.show_problems()
show_presets()

job = runs.job_for(settings.current())
st.session_state["drawn_done"] = job.done
st.fragment(live, run_every=None if job.done or not job.started else 0.2)(job)
finished = job.run()
if job.done and finished is not None:
    if message := words.ending(finished):
        st.info(message, icon=":material/flag:")
    show_charts(finished)
