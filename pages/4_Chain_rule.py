"""Chain rule: one training step, brick by brick, with the numbers of the network on the screen."""

import streamlit as st

from mlp import PRESETS, Run
from ui.autopsy import autopsy
from ui.frame import shell
from ui.jobs import progress, runs
from ui.screens.chain_rule import checks, flow, sections, state
from ui.screens.chain_rule.catalog import PHASES
from ui.screens.chain_rule.moment import step_of
from ui.settings import session
from ui.words import numbers

OWN = "own"

shell.open_screen("Chain rule")
state.sync()


def choose_network() -> None:
    """Look at the preset that was chosen."""
    name = st.session_state["chain_network"]
    if name in PRESETS:
        state.choose(PRESETS[name])


def show_choices(run: Run, last: int) -> None:
    """Draw the widgets that choose network, step, point and neuron."""
    experiment = run.experiment
    st.session_state["chain_network"] = numbers.preset_of(experiment) or OWN
    columns = st.columns([3, 2, 3, 2])
    columns[0].selectbox(
        "Network",
        [*PRESETS, OWN],
        format_func=lambda name: (
            numbers.PRESET_WORDS[name].label if name in PRESETS else "Your own"
        ),
        key="chain_network",
        on_change=choose_network,
        help="A preset, or the settings of the Train screen.",
    )
    columns[1].number_input(
        "Training step",
        0,
        last,
        key="chain_step",
        on_change=state.touch,
        help="One step: forward, backward, update. + and − go to its neighbours.",
    )
    columns[2].selectbox(
        "Training point",
        range(1, experiment.n_train + 1),
        format_func=lambda number: words_of_point(run, number - 1),
        key="chain_point",
        on_change=state.touch,
        help="Or click near it on the map.",
    )
    columns[3].number_input(
        "Neuron in the formulas",
        1,
        experiment.hidden,
        key="chain_neuron",
        on_change=state.touch,
        help="With many neurons it also turns the pages of the tables.",
    )


def words_of_point(run: Run, point: int) -> str:
    """Describe a training point in a line."""
    (x0, x1), label = run.data.X[point], run.data.labels[point]
    return f"{point + 1}: x0 = {x0:.3g}, x1 = {x1:.3g}, XOR = {label}".replace("-", "−")


def show_numbers(run: Run, shown: state.Shown) -> None:
    """Draw the bricks of the chosen phase."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Phase",
            list(PHASES),
            format_func=PHASES.__getitem__,
            key="chain_phase",
            on_change=state.touch,
            required=True,
        )
        st.toggle(
            "All digits",
            key="chain_exact",
            help="Six significant digits, or every digit that the computer has.",
        )
    sections.show_phase(str(state.get("phase")), step_of(run, shown.step), run.experiment, shown)


def watch(job: runs.Job) -> None:
    """Show how far the training is; draw the page anew when it is done."""
    if job.compiling:
        progress.show_compiling(job)
    elif job.error is not None:
        progress.show_error(job)
    elif not job.started:
        st.button(
            f"Train {job.experiment.steps:,} steps",
            key="chain_train",
            icon=":material/play_arrow:",
            on_click=job.start,
            help="Until then the first step is there to be taken apart.",
        )
    elif job.is_slow():
        progress.show_training(job)
    if running != autopsy.is_running(job, None):
        st.rerun()


st.markdown("### The chain rule, one brick at a time")
job = runs.job_for(session.current(), key="chain_job")
running = autopsy.is_running(job, None)
st.fragment(watch, run_every=autopsy.POLL_SECONDS if running else None)(job)
if not job.compiling:
    run = job.run() or job.untrained()
    shown = state.clamp(run, done=job.done)
    with st.container():
        session.show_problems(st.session_state.get("chain_problems", []))
    # A step beyond what is trained so far waits for its turn.
    show_choices(run, max(int(run.steps[-1]) if job.done else run.experiment.steps, 1) - 1)
    flow.show_flow(run, step_of(run, shown.step), shown)
    show_numbers(run, shown)
    checks.show_check(step_of(run, shown.step), run.experiment)
    checks.show_mistakes(run.experiment)
state.write_address()
