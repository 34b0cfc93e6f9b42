"""Learning-rate schedules: draw them while they are edited, then train and compare them."""

import streamlit as st

from ui import (
    autopsy,
    runs,
    schedule_charts,
    schedule_controls,
    schedule_results,
    schedules,
    settings,
    shell,
)

shell.open_screen("Schedules")
base, shown, trained, problems = schedules.read()


def choose_scene() -> None:
    """Go to the scene that was pressed, not yet trained."""
    scene = schedules.SCENES.get(st.session_state["sched_scene"])
    if scene is not None:
        schedules.write(scene.experiment, scene.show, trained=False)


def choose_shown() -> None:
    """Draw the schedules that were picked, in their usual order; at least one stays."""
    picked = [name for name in schedules.CANDIDATES if name in st.session_state["sched_show"]]
    schedules.write(base, picked or shown[:1], trained=trained)


def show_scenes() -> None:
    """Draw the scenes, and what to look for in the chosen one."""
    name = schedules.scene_of(base, shown)
    st.session_state["sched_scene"] = name
    st.pills(
        "Scenes",
        list(schedules.SCENES),
        format_func=lambda entry: schedules.SCENES[entry].title,
        key="sched_scene",
        on_change=choose_scene,
        label_visibility="collapsed",
    )
    st.caption(schedules.SCENES[name].look_for if name else "Your own settings.")


def show_picked() -> None:
    """Draw which schedules are drawn, to be changed."""
    st.session_state["sched_show"] = list(shown)
    st.pills(
        "Schedules to draw",
        list(schedules.CANDIDATES),
        selection_mode="multi",
        format_func=lambda entry: schedules.CANDIDATES[entry].label,
        key="sched_show",
        on_change=choose_shown,
    )


def show_drawing() -> None:
    """Draw the schedules as they are set."""
    axis = st.segmented_control(
        "Steps", ["linear", "log"], default="linear", key="sched_axis", required=True
    )
    experiments = schedules.experiments(base, shown)
    chart = schedule_charts.rates(experiments, log_steps=axis == "log")
    st.altair_chart(chart, key="sched_rates")
    st.caption(schedules.transitions(base, shown))


def show_formulas() -> None:
    """Draw the formula of every schedule drawn, in the names of the fields."""
    st.markdown("**Rate at step t**, with")
    st.latex(schedules.SHORTHAND)
    for name in shown:
        candidate = schedules.CANDIDATES[name]
        with st.container(gap=None):
            st.markdown(f"**{candidate.label}.** {candidate.idea}")
            st.latex(candidate.formula)


def stop() -> None:
    """End all trainings, and forget them: half a schedule is none."""
    for job in st.session_state.pop("sched_jobs", {}).values():
        job.stop()
    schedules.write(base, shown, trained=False)


def show_training() -> None:
    """Draw the button that trains all, or what the training shows."""
    if not trained:
        if st.button(
            f"Train all {len(shown)} from the same seed",
            key="sched_train",
            type="primary",
            icon=":material/play_arrow:",
        ):
            schedules.write(base, shown, trained=True)
            st.rerun()
        return
    experiments = schedules.experiments(base, shown)
    jobs = runs.jobs_for(list(dict.fromkeys(experiments.values())), key="sched_jobs")
    running = any(autopsy.is_running(job, None) for job in jobs)
    st.fragment(schedule_results.live, run_every=autopsy.POLL_SECONDS if running else None)(
        experiments, jobs, running, stop
    )


st.markdown("### Learning-rate schedules")
settings.show_problems(problems)
show_scenes()
show_picked()
left, middle, right = st.columns([1, 2.2, 1.6], gap="medium")
with left:
    schedule_controls.draw(base, lambda new: schedules.write(new, shown, trained=trained))
with middle:
    show_drawing()
with right:
    show_formulas()
show_training()
