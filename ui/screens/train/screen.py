"""The screen "Train": a two-layer sigmoid network learns XOR, live."""

import pyarrow as pa  # type: ignore[import-untyped]
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlp import Experiment, Run
from mlp.analysis.cures import CURES
from mlp.plan.scenes import SCENES, scene_of
from ui.address import kinds
from ui.address.address import Address, is_behind
from ui.address.embedding import link_params
from ui.address.form import Field
from ui.autopsy import autopsy, banner, what_if
from ui.charts import curves, shared
from ui.course import box
from ui.course import progress as course
from ui.frame import present, shell
from ui.jobs import progress, redraw, runs
from ui.jobs.door import one_of_few
from ui.player import Chosen, moment
from ui.screens.train import controls, loss_surface, results
from ui.settings import session
from ui.settings.experiment_form import ExperimentForm
from ui.take_home import panel
from ui.words import numbers, scenes

KEY, ASKED = "player", "train_asked"
LIVE = "live"  # the fragment that is drawn anew with each setting, beside a group of controls
# In the session: the jobs that are shown, and how far the page was drawn with them.
JOBS, DRAWN = "train_jobs", "train_drawn"
WHOLE_RUN = "whole_run"
FORM = ExperimentForm(
    lambda given: {"cure": Field(kinds.choice(*CURES)), **moment.FIELDS},  # noqa: ARG005
    resets={"experiment": ("cure", *moment.NAMES), "cure": moment.NAMES},
)
ADDRESS = Address("train", FORM, shared=["experiment"])


@one_of_few
def show() -> None:
    """Draw the screen."""
    header = shell.open_screen("Train")
    ADDRESS.sync()
    with st.sidebar:
        controls.draw(draw_anew)
    with header.scene:
        show_scenes()
    with st.container():
        ADDRESS.show_problems()
    job = st.fragment(show_live, key=LIVE)()
    finished = job.run() if job.done else None
    with header.actions:
        if finished is None or course.is_open():
            panel.hold_place("train")
        else:
            panel.take_home(panel.shown_by(KEY), key="train")
    if not course.is_open():
        show_whole_run(finished)
    what_if.show()


def draw_anew(*groups: str) -> None:
    """Draw anew what tells of a setting that was changed: groups of controls, and the run.

    Or the whole page, where more of it tells of the settings.
    """
    named = scene_of(session.current()) or st.session_state["scene_choice"]
    unfolded = st.session_state.get(WHOLE_RUN)
    if named or unfolded or course.current() is not None or ADDRESS.problems:
        redraw.page()
    redraw.only(*groups, LIVE)


def jobs() -> tuple[runs.Job, runs.Job | None]:
    """Return the job of the visitor's Experiment, and that of the cure beside it.

    They are begun, and waited for a moment, where anything may have changed, not at every look.
    """
    if redraw.is_whole() or ADDRESS.follow():
        job = runs.job_for(session.current())
        if st.session_state.pop(ASKED, False):
            job.start()
        st.session_state[JOBS] = job, autopsy.cure_job(KEY, job, cure())
    found: tuple[runs.Job, runs.Job | None] = st.session_state[JOBS]
    return found


def cure() -> str | None:
    """Return the name of the cure that this visitor plays beside the run, if any."""
    name: str | None = ADDRESS.values["cure"]
    return name


def choose_cure(name: str | None) -> None:
    """Play a cured run beside the run, or None."""
    ADDRESS.change(cure=name)


def choose_scene() -> None:
    """Take over the settings of the scene that was chosen."""
    name = st.session_state["scene_choice"]
    if name in SCENES and not is_behind():  # as of a key pressed twice: nobody chose that
        session.use(SCENES[name].experiment)


def show_scenes() -> None:
    """Draw the choice of scenes."""
    name = st.session_state["scene_choice"] = scene_of(session.current())
    st.selectbox(
        "Scene",
        list(SCENES),
        format_func=lambda entry: SCENES[entry].title,
        key="scene_choice",
        on_change=choose_scene,
        placeholder="Your own settings",
        label_visibility="collapsed",
    )
    present.slide_keys(
        list(SCENES),
        name,
        lambda chosen: session.use(SCENES[chosen].experiment),
        titles=[scene.title for scene in SCENES.values()],
        key="scene_keys_train",
        beside=link_to_questions,
    )


def link_to_questions() -> None:
    """Draw the way to the scenes that ask before they run."""
    st.page_link(
        "pages/1_Exploding_gradients.py",
        label="Scenes with questions",
        icon=":material/help:",
        query_params=link_params(),
    )


def what_to_look_for() -> str:
    """Say what to look for in the scene, if it is one."""
    name = scene_of(session.current())
    return scenes.LOOK_FOR[name] if name else ""


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
            on_click=start,
            args=(job,),
            help="Runs of over 200,000 steps wait for this button. You can stop at any time.",
        )
    elif run is not None and job.stopped:
        show_stopped(run, steps)


def start(job: runs.Job) -> None:
    """Train what is shown, or what was typed right before, once that counts; for callbacks."""
    st.session_state[ASKED] = True
    job.start()
    redraw.page()


def restart(experiment: Experiment) -> None:
    """Train what was stopped from its start; for callbacks."""
    runs.restart(experiment)
    redraw.page()


def show_stopped(run: Run, steps: int) -> None:
    """Say where a training was stopped, and offer to train again."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"Stopped at step {run.steps[-1]:,} of {steps:,}.", icon=":material/stop:")
        st.button(
            "Train again",
            key="again",
            icon=":material/replay:",
            on_click=restart,
            args=(run.experiment,),
        )


def show_numbers(run: Run, chosen: int | None, *, done: bool, beside: bool) -> None:
    """Draw the numbers of the chosen frame, or else of the last, with their meaning.

    With a cured run ``beside`` it is said whose they are.
    """
    with st.container(key="numbers_at_end" if done and chosen is None else "numbers"):
        _draw_numbers(run, chosen, done=done, beside=beside)


def _draw_numbers(run: Run, chosen: int | None, *, done: bool, beside: bool) -> None:
    frame = len(run.steps) - 1 if chosen is None else chosen
    which = "At the end: step" if done else "Newest step:"
    which = which if chosen is None else "Chosen step:"
    whose = ", without the change" if beside else ""
    st.markdown(f"**{which} {run.steps[frame]:,}{whose}**")
    told = numbers.numbers(run, frame)
    if not course.tells_sharpness():
        told = [number for number in told if "sharpness" not in number.terms]
    for column, number in zip(st.columns(len(told)), told, strict=True):
        with column:
            st.metric(number.label, number.value, help=number.help)
            st.caption(number.meaning)
    if chosen is None:
        st.caption(":material/pause: Pause the player anywhere: these numbers follow.")


def show_findings(job: runs.Job, cured: runs.Job | None) -> None:
    """Draw how the run went, and what would do better, once it is whole."""
    with st.container(key="findings"):
        left, right = st.columns([3, 2])
    with left:
        autopsy.show_verdict(job)
    with right:
        autopsy.show_cures(job, cure(), choose_cure)
        if cured is not None:
            autopsy.show_outcome(job, cured)


@one_of_few
def show_live() -> runs.Job:
    """Draw the training and its run, again while frames still come; return the job."""
    job, cured = jobs()
    seconds = runs.poll_seconds(job, cured)
    drawn = job.done, seconds is None
    line = st.container()  # a place of its own, so that the player never moves, or restarts
    played = None if job.compiling else play(job, cured)
    st.fragment(tell)(job, cured, line)
    if played is not None and not course.is_open():
        with box.at_rest("numbers"):
            show_frame(job, cured, *played)
    redraw.again(seconds)
    # Only now: what a run of the script did not draw is taken away, and the player would restart.
    if redraw.is_whole():
        st.session_state[DRAWN] = drawn
    elif st.session_state[DRAWN] != drawn:
        st.rerun()  # the rest of the page tells of it, too
    return job


def play(job: runs.Job, cured: runs.Job | None) -> tuple[Chosen, Run] | None:
    """Draw the player; return what was chosen, and the run that it shows.

    While a step of the course asks, it shows the untrained network.
    """
    if course.is_asking():
        autopsy.show_untrained(KEY, job, asks=True)
        return None
    return autopsy.play(KEY, job, cured, moment.asked_for(ADDRESS.values))


@one_of_few
def tell(job: runs.Job, cured: runs.Job | None, line: DeltaGenerator) -> None:
    """Draw what is told of the run, above the player and below it; again while cures are tried."""
    seconds = autopsy.seconds_to_trials(job)
    with line:
        show_line(job, cured)
    if not (job.compiling or course.is_asking() or course.is_open()):
        show_findings(job, cured)
    redraw.again(seconds)


def show_line(job: runs.Job, cured: runs.Job | None) -> None:
    """Draw how far the training is, or what went wrong and what helps."""
    look = what_to_look_for()
    if job.started and not job.compiling and job.is_slow():
        progress.show_bar(job, look)
    else:
        show_state(job)
        banner.show(job, cured, choose_cure, note=look, before=look)


def show_frame(job: runs.Job, cured: runs.Job | None, chosen: Chosen, shown: Run) -> None:
    """Draw the numbers of the chosen frame, how the run ended, and what may be unfolded of it."""
    if job.done and (message := numbers.ending(shown)):
        with st.container(key="ending"):
            st.info(message, icon=":material/flag:")
    show_numbers(shown, chosen.frame, done=job.done, beside=cured is not None)
    if job.done:
        frame = len(shown.steps) - 1 if chosen.frame is None else chosen.frame
        results.show(shown, frame, key="results")
        loss_surface.show(shown, frame)


def show_whole_run(run: Run | None) -> None:
    """Draw everything recorded over the whole run, folded until asked for; None: still to come."""
    folder = st.expander(
        "All curves of the whole run, and their table",
        icon=":material/show_chart:",
        key=WHOLE_RUN,
        on_change="rerun",  # five charts and a table are half of what a browser has to draw
    )
    if folder.open:
        with folder:
            if run is None:
                st.caption("They come once it is trained.")
            else:
                show_charts(run)


def show_charts(run: Run) -> None:
    """Draw everything recorded over the whole run, and its table."""
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
        columns[i % 2].vega_lite_chart(shared.chart_of(draw, run, axes), key=f"chart_{name}")
    table = pa.table(curves.columns(run))  # what the browser gets anyway
    columns[1].dataframe(table, height=curves.HEIGHT, hide_index=True, key="table")
