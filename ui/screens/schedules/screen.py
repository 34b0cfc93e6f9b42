"""The screen "Schedules": draw them while they are edited, then train and compare them."""

import streamlit as st

from mlp import Experiment, Plan
from ui.frame import shell
from ui.jobs import runs
from ui.screens.schedules import contest_charts, contest_controls, contest_results, contests
from ui.screens.schedules.contests import ADDRESS


def show() -> None:
    """Draw the screen."""
    shell.open_screen("Schedules")
    ADDRESS.sync()
    st.markdown("### Learning-rate schedules")
    ADDRESS.show_problems()
    show_contests()
    show_picked()
    left, middle, right = st.columns([1, 2.2, 1.6], gap="medium")
    with left:
        contest_controls.draw(base(), lambda new: ADDRESS.change(experiment=new))
    with middle:
        show_drawing()
    with right:
        show_formulas()
    offer_training()


def base() -> Experiment:
    """Return the settings that all schedules share."""
    experiment: Experiment = ADDRESS.values["experiment"]
    return experiment


def shown() -> tuple[str, ...]:
    """Return the names of the schedules that are drawn."""
    return tuple(ADDRESS.values["show"])


def trained() -> bool:
    """Return whether they are to be trained."""
    return bool(ADDRESS.values["trained"] == "yes")


def choose_contest() -> None:
    """Go to the contest that was pressed, not yet trained."""
    contest = contests.CONTESTS.get(st.session_state["sched_scene"])
    if contest is not None:
        ADDRESS.change(experiment=contest.experiment, show=contest.show, trained=None)


def choose_shown() -> None:
    """Draw the schedules that were picked, in their usual order; at least one stays."""
    picked = [name for name in contests.CANDIDATES if name in st.session_state["sched_show"]]
    ADDRESS.change(show=tuple(picked or shown()[:1]))


def show_contests() -> None:
    """Draw the contests, and what to look for in the chosen one."""
    name = contests.contest_of(base(), shown())
    st.session_state["sched_scene"] = name
    st.pills(
        "Scenes",
        list(contests.CONTESTS),
        format_func=lambda entry: contests.CONTESTS[entry].title,
        key="sched_scene",
        on_change=choose_contest,
        label_visibility="collapsed",
    )
    st.caption(contests.CONTESTS[name].look_for if name else "Your own settings.")


def show_picked() -> None:
    """Draw which schedules are drawn, to be changed."""
    st.session_state["sched_show"] = list(shown())
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
    experiments = contests.experiments(base(), shown())
    chart = contest_charts.rates(experiments, log_steps=axis == "log")
    st.altair_chart(chart, key="sched_rates")
    st.caption(contests.transitions(base(), shown()))


def show_formulas() -> None:
    """Draw the formula of every schedule drawn, in the names of the fields."""
    st.markdown("**Rate at step t**, with")
    st.latex(contests.SHORTHAND)
    for name in shown():
        candidate = contests.CANDIDATES[name]
        with st.container(gap=None):
            st.markdown(f"**{candidate.label}.** {candidate.idea}")
            st.latex(candidate.formula)


def stop() -> None:
    """End all trainings, and forget them: half a schedule is none."""
    for job in st.session_state.pop("sched_jobs", {}).values():
        job.stop()
    ADDRESS.change(trained=None)


def offer_training() -> None:
    """Draw the button that trains all, or what the training shows."""
    if not trained():
        if st.button(
            f"Train all {len(shown())} from the same seed",
            key="sched_train",
            type="primary",
            icon=":material/play_arrow:",
        ):
            ADDRESS.change(trained="yes")
            st.rerun()
        return
    experiments = contests.experiments(base(), shown())
    jobs = runs.jobs_for(
        [Plan(each) for each in dict.fromkeys(experiments.values())], key="sched_jobs"
    )
    running = runs.is_running(*jobs)
    st.fragment(contest_results.watch_contest, run_every=runs.poll_seconds(*jobs))(
        experiments, jobs, running, stop
    )
