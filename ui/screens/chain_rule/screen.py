"""The screen "Chain rule": one training step, brick by brick, with the network's own numbers."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlp import Run
from mlp.chain_rule.bricks import TrainingStep
from mlp.plan.scenes import SCENES, scene_of
from ui.course import box, question
from ui.course import progress as course
from ui.frame import shell
from ui.jobs import progress, runs
from ui.jobs.door import one_of_few
from ui.screens.chain_rule import checks, flow, one_weight, questions, sections, state, task
from ui.screens.chain_rule.catalog import PHASES, phase_of
from ui.screens.chain_rule.moment import step_of
from ui.settings import session
from ui.words import glossary
from ui.words.naming import Names
from ui.words.numbers import plural

OWN = "own"
PANEL = 440  # pixels


@one_of_few
def show() -> None:
    """Draw the screen."""
    shell.open_screen("Chain rule", Path(__file__).with_name("screen.css"))
    state.ADDRESS.read()
    with st.container(key="chain_head"):
        st.markdown(
            "### The chain rule, one brick at a time",
            help=glossary.define("chain rule", "derivative", "L, J and J / n"),
        )
    work = st.container()
    job = runs.job_for(session.current(), key="chain_job")
    running = runs.is_running(job)
    watch = st.fragment(watch_training, run_every=runs.poll_seconds(job))
    watch(job, running)
    problems = st.container()
    if not job.compiling:
        show_step(job, work)
    with problems:
        state.ADDRESS.show_problems()
    state.ADDRESS.write()


def show_step(job: runs.Job, work: DeltaGenerator) -> None:
    """Draw the step that is looked at, and the checks of its gradient.

    Where those are a step's task in the course, they come first, in ``work``.
    """
    run = job.run() or job.untrained()
    shown = state.clamp(run, done=job.done)
    # A step beyond what is trained so far waits for its turn.
    show_choices(run, shown, max(int(run.steps[-1]) if job.done else run.experiment.steps, 1) - 1)
    step = step_of(run, shown.step)
    held = questions.ask(step, run, shown)
    with st.container(horizontal=True):
        with st.container(width="stretch"):
            flow.show_flow(run, step, shown, held)
        with st.container(width=PANEL, key="chain_panel", gap="xsmall"):
            show_panel(run, step, shown, held)
    show_all(run, shown, held)
    if not course.is_open():
        show_checks(run, step, shown, work if course.task() == "mistake" else None)


def show_panel(run: Run, step: TrainingStep, shown: state.Shown, held: Sequence[str]) -> None:
    """Draw what the animation is at: its matrices, or its part in the way of one weight."""
    brick = state.brick()
    exact = sections.show_head(brick)
    if state.one_weight():
        one_weight.introduce(step, shown, exact=exact)
        if not (course.is_open() and box.told_later()):
            one_weight.show(step, shown, brick, held, exact=exact)
        return
    if brick in held:
        box.told_later(question.ASKING)
    sections.show_panel(step, run.experiment, shown, held, exact=exact)


def show_checks(
    run: Run, step: TrainingStep, shown: state.Shown, work: DeltaGenerator | None
) -> None:
    """Draw the check of the gradient and the mistakes; in ``work``, as the course asks for them."""
    if work is None:
        checks.show_check(step, run.experiment, shown.names)
        checks.show_mistakes(run.experiment, run.own, shown.names)
        return
    left, right = work.columns(2, gap="large")
    with left:
        task.show_check(step, run.experiment, shown.names)
    with right:
        task.show_choices(run.experiment, run.own, shown.names)


def choose_network() -> None:
    """Look at the scene that was chosen."""
    name = st.session_state["chain_network"]
    if name in SCENES:
        state.choose(SCENES[name].experiment)


def show_choices(run: Run, shown: state.Shown, last: int) -> None:
    """Draw the widgets that choose network, step, point and neuron."""
    experiment = run.experiment
    st.session_state["chain_network"] = scene_of(experiment) or OWN
    bind = state.binding()
    unfolded = st.session_state.get("chain_unfolded", False)
    show_fold(run, shown, unfolded=unfolded)
    place = st.container(key="chain_choices" if unfolded else "chain_choices_folded")
    columns = place.columns([3, 2, 3, 2])
    columns[0].selectbox(
        "Network",
        [*SCENES, OWN],
        format_func=lambda name: SCENES[name].title if name in SCENES else "Your own",
        key="chain_network",
        on_change=choose_network,
        help="A scene, or the settings of the Train screen.",
    )
    columns[1].number_input(
        "Training step",
        0,
        last,
        **bind.arguments("step"),
        help="One step: forward, backward, update. + and − go to its neighbours.",
    )
    columns[2].selectbox(
        "Training point",
        range(1, experiment.n_train + 1),
        format_func=lambda number: words_of_point(run, number - 1, shown.names),
        **bind.arguments("point"),
        help="Or tap or click near it on the map.",
    )
    columns[3].number_input(
        "Neuron in the formulas",
        1,
        experiment.hidden,
        **bind.arguments("neuron"),
        help="With many neurons it also turns the pages of the tables.",
    )


def show_fold(run: Run, shown: state.Shown, *, unfolded: bool) -> None:
    """Draw the line that a narrow screen has instead of the widgets, until it is pressed."""
    st.button(
        f"{plural(run.experiment.hidden, 'neuron')} · step {shown.step:,} · "
        f"point {shown.point + 1} · neuron {shown.neuron + 1}",
        key="chain_fold",
        icon=":material/expand_less:" if unfolded else ":material/tune:",
        on_click=lambda: st.session_state.update(chain_unfolded=not unfolded),
        width="stretch",
    )


def words_of_point(run: Run, point: int, names: Names) -> str:
    """Describe a training point in a line, its inputs as the network gets them."""
    (x0, x1), label = run.data.X[point], run.data.labels[point]
    place = f"{point + 1}: x0 = {x0:.3g}, x1 = {x1:.3g}".replace("-", "−")
    return f"{place}, {names.classes[label]}"


def show_all(run: Run, shown: state.Shown, held: Sequence[str]) -> None:
    """Draw all bricks of the phase, once they are asked for, and no question waits for one."""
    phase = state.phase()
    key = "chain_all"
    label = f"All bricks of this pass: {PHASES[phase].lower()}"
    if st.toggle(label, key=key, help="Every matrix of the phase with more of its rows."):
        if phase in {phase_of(brick) for brick in held}:
            box.told_later(question.ASKING)
            return
        exact = bool(st.session_state.get("chain_exact"))
        sections.show_phase(phase, step_of(run, shown.step), run.experiment, shown, exact=exact)


@one_of_few
def watch_training(job: runs.Job, running: bool) -> None:
    """Show how far the training is; draw the page anew when it is done."""
    if job.compiling:
        progress.show_compiling(job)
    elif job.error is not None:
        progress.show_error(job)
    elif not job.started:
        st.button(
            f"Take later steps apart too: train all {job.experiment.steps:,}",
            key="chain_train",
            icon=":material/play_arrow:",
            on_click=job.start,
            help="The first step is there already. Then “Training step” goes to any other.",
        )
    elif job.is_slow():
        progress.show_bar(job)
    if running != runs.is_running(job):
        st.rerun()
