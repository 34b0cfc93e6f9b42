"""The Train screen: a two-layer sigmoid network learns XOR, live."""

import streamlit as st

from mlp import PRESETS, Run
from ui.autopsy import autopsy, what_if
from ui.charts import curves
from ui.frame import present, shell
from ui.jobs import progress, runs
from ui.screens.train import loss_surface, results
from ui.settings import controls, session
from ui.take_home import panel
from ui.words import numbers

KEY = "player"

actions = shell.open_screen("Train")
session.sync_address()


def choose_preset() -> None:
    """Take over the settings of the preset that was pressed."""
    name = st.session_state["preset"]
    if name in PRESETS:
        session.use(PRESETS[name])


def show_presets() -> None:
    """Draw the presets, and what to look for in the chosen one."""
    st.session_state["preset"] = name = numbers.preset_of(session.current())
    st.pills(
        "Scenes",
        list(numbers.PRESET_WORDS),
        format_func=lambda entry: numbers.PRESET_WORDS[entry].label,
        key="preset",
        on_change=choose_preset,
        label_visibility="collapsed",
    )
    present.scene_keys(
        list(numbers.PRESET_WORDS),
        name,
        lambda chosen: session.use(PRESETS[chosen]),
        titles=[numbers.PRESET_WORDS[entry].label for entry in numbers.PRESET_WORDS],
        key="preset_keys",
    )
    st.caption(numbers.PRESET_WORDS[name].look_for if name else "Your own settings.")


def show_training(job: runs.Job) -> None:
    """Draw the button, the progress or the message that the state of a job asks for."""
    steps, run = job.experiment.steps, job.run()
    if job.error is not None:
        progress.show_error(job)
    elif job.compiling:
        progress.show_compiling(job)
    elif not job.started:
        st.button(
            f"Train {steps:,} steps",
            key="train",
            type="primary",
            icon=":material/play_arrow:",
            on_click=job.start,
            help="Runs of over 200,000 steps wait for this button. You can stop at any time.",
        )
    elif job.is_slow():
        progress.show_training(job)
    elif run is not None and job.stopped:
        show_stopped(run, steps)
    elif run is not None and (message := numbers.ending(run)):
        st.info(message, icon=":material/flag:")


def show_stopped(run: Run, steps: int) -> None:
    """Say where a training was stopped, and offer to train again."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"Stopped at step {run.steps[-1]:,} of {steps:,}.", icon=":material/stop:")
        st.button(
            "Train again",
            key="again",
            icon=":material/replay:",
            on_click=runs.restart,
            args=(run.experiment,),
        )


def show_numbers(run: Run, chosen: int | None, *, done: bool) -> None:
    """Draw the numbers of the chosen frame, or else of the last, with their meaning."""
    frame = len(run.steps) - 1 if chosen is None else chosen
    which = "Last step" if done else "Newest step"
    st.markdown(f"**{which if chosen is None else 'Chosen step'}: {run.steps[frame]:,}**")
    for number in numbers.numbers(run, frame):
        with st.container(gap=None):
            st.metric(number.label, number.value)
            st.caption(number.meaning)
    if chosen is None:
        st.caption(":material/pause: Pause the player anywhere: the numbers follow.")


def show_findings(job: runs.Job, cured: runs.Job | None) -> None:
    """Draw what went wrong and its cures, where something did."""
    run = autopsy.sick_run(job)
    if run is None:
        return
    autopsy.show_verdict(run)
    autopsy.show_cures(job, session.current_cure(), session.choose_cure)
    if cured is not None:
        autopsy.show_outcome(job, cured)


def show_run(job: runs.Job, cured: runs.Job | None) -> bool:
    """Draw the player and its numbers; return whether it has drawn, and charts may follow."""
    with st.container(horizontal=True):
        with st.container(width="stretch"):
            chosen, shown = autopsy.play(KEY, job, cured, session.current_cure())
        with st.container(width=260):
            show_findings(job, cured)
            show_numbers(shown, chosen.frame, done=job.done)
    if job.done and st.session_state["with_charts"]:
        frame = len(shown.steps) - 1 if chosen.frame is None else chosen.frame
        results.show(shown, frame, key="results")
        loss_surface.show(shown, frame)
    return chosen.shown


def live(job: runs.Job, cured: runs.Job | None, running: bool) -> None:
    """Draw the training and its run; called again and again while frames still come."""
    with st.container():  # a place of its own, so that the player below never moves, or restarts
        show_training(job)
    drawn = not job.compiling and show_run(job, cured)
    # Only now: what a run of the script did not draw is taken away, and the player would restart.
    if running != autopsy.is_running(job, cured) or (drawn and not st.session_state["with_charts"]):
        st.rerun()


def show_charts(run: Run) -> None:
    """Draw everything recorded over the whole run, and its table."""
    st.subheader("The whole run")
    with st.container(horizontal=True, key="charts_axes"):
        log_steps = st.segmented_control(
            "Steps", ["linear", "log"], default="linear", key="log_steps", required=True
        )
        log_values = st.segmented_control(
            "Values", ["linear", "log"], default="linear", key="log_values", required=True
        )
    axes = curves.Axes(log_steps=log_steps == "log", log_values=log_values == "log")
    drawings = {
        "loss": curves.loss,
        "accuracy": curves.accuracy,
        "gradient_norms": curves.gradient_norms,
        "weight_norms": curves.weight_norms,
        "sharpness": curves.sharpness,
    }
    columns = st.columns(2)
    for i, (name, draw) in enumerate(drawings.items()):
        columns[i % 2].altair_chart(draw(run, axes), key=f"chart_{name}")
    table = curves.table(run)
    columns[1].dataframe(table, height=curves.HEIGHT, hide_index=True, key="table")


with st.sidebar:
    controls.draw()
st.markdown(f"### Watch a network learn {numbers.subject(session.current())}")
with st.container():
    session.show_problems(st.session_state.get("address_problems", []))
show_presets()

job = runs.job_for(session.current())
cured = autopsy.cure_job(KEY, job, session.current_cure())
running = autopsy.is_running(job, cured)
# Who arrives sees the player first: the charts below it take a second to load, and come then.
st.session_state["with_charts"] = "arrived_before" in st.session_state
st.session_state["arrived_before"] = True
st.fragment(live, run_every=autopsy.POLL_SECONDS if running else None)(job, cured, running)
finished = job.run()
if job.done and finished is not None:
    with actions:
        panel.take_home(panel.shown_by(KEY), key="train")
    if st.session_state["with_charts"]:
        show_charts(finished)
    else:
        st.caption("The charts of the whole run follow.")
what_if.show()
