"""Learning-rate schedules: draw them while they are edited, then train and compare them."""

import streamlit as st

from ui.autopsy import autopsy
from ui.frame import shell
from ui.jobs import runs
from ui.screens.schedules import contest_charts, contest_controls, contest_results, contests
from ui.settings import session

shell.open_screen("Schedules")
base, shown, trained, problems = contests.read()


def choose_scene() -> None:
    """Go to the scene that was pressed, not yet trained."""
    scene = contests.SCENES.get(st.session_state["sched_scene"])
    if scene is not None:
        contests.write(scene.experiment, scene.show, trained=False)


def choose_shown() -> None:
    """Draw the schedules that were picked, in their usual order; at least one stays."""
    picked = [name for name in contests.CANDIDATES if name in st.session_state["sched_show"]]
    contests.write(base, picked or shown[:1], trained=trained)


def show_scenes() -> None:
    """Draw the scenes, and what to look for in the chosen one."""
    name = contests.scene_of(base, shown)
    st.session_state["sched_scene"] = name
    st.pills(
        "Scenes",
        list(contests.SCENES),
        format_func=lambda entry: contests.SCENES[entry].title,
        key="sched_scene",
        on_change=choose_scene,
        label_visibility="collapsed",
    )
    st.caption(contests.SCENES[name].look_for if name else "Your own settings.")


def show_picked() -> None:
    """Draw which schedules are drawn, to be changed."""
    st.session_state["sched_show"] = list(shown)
    st.pills(
        "Schedules to draw",
        list(contests.CANDIDATES),
        selection_mode="multi",
        format_func=lambda entry: contests.CANDIDATES[entry].label,
        key="sched_show",
        on_change=choose_shown,
    )


def show_drawing() -> None:
    """Draw the schedules as they are set."""
    axis = st.segmented_control(
        "Steps", ["linear", "log"], default="linear", key="sched_axis", required=True
    )
    experiments = contests.experiments(base, shown)
    chart = contest_charts.rates(experiments, log_steps=axis == "log")
    st.altair_chart(chart, key="sched_rates")
    st.caption(contests.transitions(base, shown))


def show_formulas() -> None:
    """Draw the formula of every schedule drawn, in the names of the fields."""
    st.markdown("**Rate at step t**, with")
    st.latex(contests.SHORTHAND)
    for name in shown:
        candidate = contests.CANDIDATES[name]
        with st.container(gap=None):
            st.markdown(f"**{candidate.label}.** {candidate.idea}")
            st.latex(candidate.formula)


def stop() -> None:
    """End all trainings, and forget them: half a schedule is none."""
    for job in st.session_state.pop("sched_jobs", {}).values():
        job.stop()
    contests.write(base, shown, trained=False)


def show_training() -> None:
    """Draw the button that trains all, or what the training shows."""
    if not trained:
        if st.button(
            f"Train all {len(shown)} from the same seed",
            key="sched_train",
            type="primary",
            icon=":material/play_arrow:",
        ):
            contests.write(base, shown, trained=True)
            st.rerun()
        return
    experiments = contests.experiments(base, shown)
    jobs = runs.jobs_for(list(dict.fromkeys(experiments.values())), key="sched_jobs")
    running = any(autopsy.is_running(job, None) for job in jobs)
    st.fragment(contest_results.live, run_every=autopsy.POLL_SECONDS if running else None)(
        experiments, jobs, running, stop
    )


st.markdown("### Learning-rate schedules")
session.show_problems(problems)
show_scenes()
show_picked()
left, middle, right = st.columns([1, 2.2, 1.6], gap="medium")
with left:
    contest_controls.draw(base, lambda new: contests.write(new, shown, trained=trained))
with middle:
    show_drawing()
with right:
    show_formulas()
show_training()
