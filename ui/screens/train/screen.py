"""The screen "Train": a two-layer sigmoid network learns XOR, live."""

import streamlit as st

from mlp import PRESETS, Run
from mlp.analysis.cures import CURES
from ui.address import kinds
from ui.address.address import Address
from ui.address.form import Field
from ui.autopsy import autopsy, what_if
from ui.charts import curves
from ui.frame import present, shell
from ui.jobs import progress, runs
from ui.screens.train import controls, loss_surface, results
from ui.settings import session
from ui.settings.experiment_form import ExperimentForm
from ui.take_home import panel
from ui.words import numbers, presets

KEY = "player"
FORM = ExperimentForm(
    lambda given: {"cure": Field(kinds.choice(*CURES))},  # noqa: ARG005 - whatever is given
    resets={"experiment": ("cure",)},
)
ADDRESS = Address("train", FORM, shared=["experiment"])


def show() -> None:
    """Draw the screen."""
    actions = shell.open_screen("Train")
    ADDRESS.sync()
    with st.sidebar:
        controls.draw()
    st.markdown(f"### Watch a network learn {presets.subject(session.current())}")
    with st.container():
        ADDRESS.show_problems()
    show_presets()
    job = show_live()
    finished = job.run()
    if job.done and finished is not None:
        with actions:
            panel.take_home(panel.shown_by(KEY), key="train")
        if st.session_state["with_charts"]:
            show_charts(finished)
        else:
            st.caption("The charts of the whole run follow.")
    what_if.show()


def show_live() -> runs.Job:
    """Train the visitor's Experiment and play it; return its job."""
    job = runs.job_for(session.current())
    cured = autopsy.cure_job(KEY, job, cure())
    running = runs.is_running(job, cured)
    # Who arrives sees the player first: the charts below it take a second to load, and come then.
    st.session_state["with_charts"] = "arrived_before" in st.session_state
    st.session_state["arrived_before"] = True
    watch = st.fragment(watch_run, run_every=runs.poll_seconds(job, cured))
    watch(job, cured, running)
    return job


def cure() -> str | None:
    """Return the name of the cure that this visitor plays beside the run, if any."""
    name: str | None = ADDRESS.values["cure"]
    return name


def choose_cure(name: str | None) -> None:
    """Play a cured run beside the run, or None."""
    ADDRESS.change(cure=name)


def choose_preset() -> None:
    """Take over the settings of the preset that was pressed."""
    name = st.session_state["preset"]
    if name in PRESETS:
        session.use(PRESETS[name])


def show_presets() -> None:
    """Draw the presets, and what to look for in the chosen one."""
    st.session_state["preset"] = name = presets.preset_of(session.current())
    st.pills(
        "Scenes",
        list(presets.PRESET_WORDS),
        format_func=lambda entry: presets.PRESET_WORDS[entry].label,
        key="preset",
        on_change=choose_preset,
        label_visibility="collapsed",
    )
    present.slide_keys(
        list(presets.PRESET_WORDS),
        name,
        lambda chosen: session.use(PRESETS[chosen]),
        titles=[presets.PRESET_WORDS[entry].label for entry in presets.PRESET_WORDS],
        key="preset_keys",
    )
    st.caption(presets.PRESET_WORDS[name].look_for if name else "Your own settings.")


def show_state(job: runs.Job) -> None:
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
        progress.show_bar(job)
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
    autopsy.show_cures(job, cure(), choose_cure)
    if cured is not None:
        autopsy.show_outcome(job, cured)


def show_run(job: runs.Job, cured: runs.Job | None) -> bool:
    """Draw the player and its numbers; return whether it has drawn, and charts may follow."""
    with st.container(horizontal=True):
        with st.container(width="stretch"):
            chosen, shown = autopsy.play(KEY, job, cured, cure())
        with st.container(width=260):
            show_findings(job, cured)
            show_numbers(shown, chosen.frame, done=job.done)
    if job.done and st.session_state["with_charts"]:
        frame = len(shown.steps) - 1 if chosen.frame is None else chosen.frame
        results.show(shown, frame, key="results")
        loss_surface.show(shown, frame)
    return chosen.shown


def watch_run(job: runs.Job, cured: runs.Job | None, running: bool) -> None:
    """Draw the training and its run; called again and again while frames still come."""
    with st.container():  # a place of its own, so that the player below never moves, or restarts
        show_state(job)
    drawn = not job.compiling and show_run(job, cured)
    # Only now: what a run of the script did not draw is taken away, and the player would restart.
    if running != runs.is_running(job, cured) or (drawn and not st.session_state["with_charts"]):
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
