"""The screen "Schedules": drawn and trained at once while they are edited, and compared."""

from pathlib import Path

import streamlit as st

from mlp import Experiment, Plan
from ui.course import progress
from ui.frame import present, shell
from ui.jobs import runs
from ui.jobs.door import one_of_few
from ui.screens.schedules import contest_controls, contest_results, contests
from ui.screens.schedules.contests import ADDRESS
from ui.words import glossary


@one_of_few
def show() -> None:
    """Draw the screen."""
    header = shell.open_screen("Schedules", Path(__file__).with_name("screen.css"))
    ADDRESS.sync()
    with header.scene:
        show_contests()
    with st.sidebar:
        contest_controls.draw(base(), edit)
        log_steps = show_axis()
    with st.container():
        ADDRESS.show_problems()
    show_question()
    show_picked()
    show_training(log_steps=log_steps)
    show_formulas()


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


def use(experiment: Experiment, show: tuple[str, ...]) -> None:
    """Draw other schedules; what takes no time is trained at once, the rest waits for a button."""
    at_once = contests.is_quick(experiment, show)
    ADDRESS.change(experiment=experiment, show=show, trained=None if at_once else "no")


def edit(new: Experiment) -> None:
    """Take over edited settings."""
    use(new, shown())


def choose_contest() -> None:
    """Go to the contest that was chosen."""
    contest = contests.CONTESTS.get(st.session_state["scene_choice"])
    if contest is not None:
        use(contest.experiment, contest.show)


def choose_shown() -> None:
    """Draw the schedules that were picked, in their usual order; at least one stays."""
    picked = [name for name in contests.CANDIDATES if name in st.session_state["sched_show"]]
    use(base(), tuple(picked or shown()[:1]))


def show_contests() -> None:
    """Draw the choice of contests."""
    st.session_state["scene_choice"] = contests.contest_of(base(), shown())
    st.selectbox(
        "Scene",
        list(contests.CONTESTS),
        format_func=lambda entry: contests.CONTESTS[entry].title,
        key="scene_choice",
        on_change=choose_contest,
        placeholder="Your own settings",
        label_visibility="collapsed",
    )
    present_contests()


def present_contests() -> None:
    """Let keys go through the contests: each asks its question, then tells the answer."""
    name = contests.current()
    stops = [f"{contest} {part}" for contest in contests.CONTESTS for part in ("asks", "tells")]
    now = "asks" if contest_results.is_asking() else "tells"
    present.slide_keys(
        stops,
        f"{name} {now}" if name else None,
        go_to_stop,
        titles=[contests.CONTESTS[stop.split()[0]].title for stop in stops],
        key="contest_keys",
    )


def go_to_stop(stop: str) -> None:
    """Go to a contest that asks, or tells."""
    name, part = stop.split()
    contest_results.ask_or_tell(name, tells=part == "tells")
    contest = contests.CONTESTS[name]
    use(contest.experiment, contest.show)


def show_question() -> None:
    """Draw what to look for."""
    name = contests.current()
    text = contests.CONTESTS[name].look_for if name else "Your own settings."
    st.markdown(f"##### {text}" if name else text, help=glossary.explain(text))


def show_picked() -> None:
    """Draw which schedules are drawn, to be changed."""
    st.session_state["sched_show"] = list(shown())
    with st.container(horizontal=True, vertical_alignment="center", key="sched_choice"):
        st.pills(
            "Schedules to draw",
            list(contests.CANDIDATES),
            selection_mode="multi",
            format_func=lambda entry: contests.CANDIDATES[entry].label,
            key="sched_show",
            on_change=choose_shown,
            label_visibility="collapsed",
        )
        if not trained() and st.button(
            f"Train all {len(contests.experiments(base(), shown()))} from the same seed",
            key="sched_train",
            type="primary",
            icon=":material/play_arrow:",
        ):
            ADDRESS.change(trained=None)
            st.rerun()
    if same := contests.same_as(base(), shown()):
        st.caption(same)


def show_axis() -> bool:
    """Draw the choice of the step axis; return whether it is logarithmic."""
    # Of the first steps, that of rate × sharpness is logarithmic whatever is chosen.
    alone = progress.steps_asked_about() is not None
    axis = st.segmented_control(
        "Step axis of the rates" + ("" if alone else ", and of rate × sharpness"),
        ["linear", "log"],
        default="linear",
        key="sched_axis",
        required=True,
    )
    return axis == "log"


def show_formulas() -> None:
    """Draw the formula of every schedule drawn, in the names of the fields, on request."""
    with st.expander("The formulas", icon=":material/function:"):
        st.markdown("**Rate at step t**, with")
        st.latex(contests.SHORTHAND)
        for name in shown():
            candidate = contests.CANDIDATES[name]
            with st.container(gap=None):
                st.markdown(f"**{candidate.label}.** {candidate.idea}")
                st.latex(candidate.formula)
        st.caption(contests.transitions(base(), shown()))


def stop() -> None:
    """End all trainings, and forget them: half a schedule is none."""
    for job in st.session_state.pop("sched_jobs", {}).values():
        job.stop()
    ADDRESS.change(trained="no")


def show_training(*, log_steps: bool) -> None:
    """Draw the schedules, and what training showed once they are trained."""
    experiments = contests.experiments(base(), shown())
    if not trained():
        contest_results.show_charts(experiments, {}, log_steps=log_steps)
        return
    jobs = runs.jobs_for(
        [Plan(each) for each in dict.fromkeys(experiments.values())], key="sched_jobs"
    )
    contest = contest_results.Contest(experiments, jobs, stop, offer)
    running = contest.is_running()
    st.fragment(contest_results.watch, run_every=runs.poll_seconds(*jobs) if running else None)(
        contest, running, log_steps=log_steps
    )


def offer(experiment: Experiment) -> None:
    """Take over what was tried and does not rise."""
    warms_up = experiment.warmup_steps > 0 and "warmup" not in shown()
    use(
        base().replace(
            learning_rate=experiment.learning_rate,
            warmup_steps=experiment.warmup_steps or base().warmup_steps,
        ),
        (*shown(), "warmup") if warms_up else shown(),
    )
