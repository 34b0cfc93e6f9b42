"""A run in the player with its autopsy: what went wrong, the cures that fit, and the cured run."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from mlp import Experiment, Run, zoom
from mlp.analysis.cures import fitting_cures
from ui.autopsy import what_if
from ui.jobs import runs
from ui.player import Chosen, Lane, player
from ui.player.events import events_of, rise_shows_at
from ui.player.lane import lane_of, waiting_lane
from ui.shelf import shelf
from ui.take_home import panel
from ui.words import diagnoses, plan_names

BEFORE, AFTER = 30, 60  # steps shown around an event in slow motion
ICONS: Mapping[str, str] = {
    "cured": ":material/check_circle:",
    "improved": ":material/trending_down:",
    "no_help": ":material/cancel:",
}


def sick_run(job: runs.Job) -> Run | None:
    """Return a job's finished run where something went wrong in it, else None."""
    run = job.run() if job.done else None
    return run if run is not None and runs.diagnosis_of(run).cause is not None else None


def cures_of(job: runs.Job) -> dict[str, Experiment]:
    """Return the cures that fit a finished job's run."""
    run = sick_run(job)
    return {} if run is None else fitting_cures(run, runs.diagnosis_of(run))


def cure_job(key: str, job: runs.Job, name: str | None) -> runs.Job | None:
    """Return the job of a cure, started, or None where it does not fit this run."""
    cures = cures_of(job)
    if name is None or name not in cures:
        return None
    cured = runs.job_for(cures[name], key=f"{key}_cure_job")
    cured.start()
    return cured


def show_untrained(key: str, job: runs.Job) -> None:
    """Draw the player with the untrained network alone, at the place where ``play`` draws it."""
    player([waiting_lane(job)], key=key)


def play(
    key: str,
    job: runs.Job,
    cured: runs.Job | None,
    moment: Mapping[str, Any] | None = None,
) -> tuple[Chosen, Run]:
    """Draw the player: the run, beside it the cured one, or single steps in slow motion.

    ``moment`` is what a link asks for. Returns what was chosen, and the run of the first lane.
    """
    shelf.keep_finished(job, cured)
    zoomed = zoomed_lane(key, job) if cured is None else None
    if zoomed is not None:
        lanes, window = [zoomed[0]], zoomed[1]
    else:
        lanes, window = lanes_of(job, cured), None
    chosen = player(
        lanes,
        key=key,
        pause_at=stop_at(job) if cured is None and zoomed is None else None,
        zoomed=window,
        can_zoom=cured is None and sick_run(job) is not None,
        can_branch=True,
        moment=moment if zoomed is None else None,
    )
    if chosen.branch is not None:
        lane_number, step = chosen.branch
        plan = job.plan if lane_number == 0 or cured is None else cured.plan
        what_if.ask(plan, lanes[lane_number].run, step)
        st.rerun()
    if chosen.zoom is not None or chosen.zoom_out:
        st.session_state[f"{key}_zoom"] = (job.experiment, chosen.zoom)
        st.rerun(scope="fragment")
    panel.remember_shown(key, lanes[0].run, chosen.frame)
    return chosen, lanes[0].run


def lanes_of(job: runs.Job, cured: runs.Job | None) -> list[Lane]:
    """Return the lane of a run, and that of the cured one named after what differs."""
    if cured is None:
        return [lane_of(job, "")]
    names = plan_names.labels([job.plan, cured.plan], {})
    return [lane_of(each, name) for each, name in zip((job, cured), names, strict=True)]


def stop_at(job: runs.Job) -> int | None:
    """Return the step at which the player stops: where the loss first rose, or a sick run's last.

    Where a jump killed the network, that is where it was dead.
    A long run that streams is followed to its end; with mini-batches the loss rises by chance, and
    only a diagnosis stops the player.
    """
    run = job.run()
    waits = job.experiment.steps > runs.MOST_STEPS_AT_ONCE or job.experiment.takes_mini_batches
    if run is None or (not job.done and waits) or (job.done and sick_run(job) is None):
        return None
    if run.first_rise_at is not None:
        diagnosis = runs.diagnosis_of(run) if job.done else None
        dead = diagnosis is not None and diagnosis.verdict == "saturated"
        return diagnosis.step if diagnosis and dead else rise_shows_at(run.first_rise_at)
    return int(run.steps[-1]) if job.done else None


def zoomed_lane(key: str, job: runs.Job) -> tuple[Lane, tuple[int, int]] | None:
    """Return the lane of single steps around the step asked for, and its ends."""
    experiment, step = st.session_state.get(f"{key}_zoom", (None, None))
    run = job.run() if job.done else None
    if experiment != job.experiment or step is None or run is None:
        return None
    first, last = max(step - BEFORE, 0), min(step + AFTER, int(run.steps[-1]))
    window = zoom(run, first, last)
    last = int(window.steps[-1])
    if last < run.steps[-1]:  # the run ends beyond what is shown
        window = dataclasses.replace(window, non_finite_at=None)
    name = f"{job.experiment.to_params()!r} {first}-{last}"
    events = tuple(event for event in events_of(run) if first <= event.step <= last)
    return Lane(name, "", window, job.experiment.steps, events=events), (first, last)


def show_verdict(run: Run) -> None:
    """Say what happened, with the numbers filled in and the formula beside."""
    diagnosis = runs.diagnosis_of(run)
    explanation = diagnoses.explain(run, diagnosis)
    healthy = diagnosis.cause is None and diagnosis.verdict in ("learning", "converged")
    icon = ":material/check_circle:" if healthy else ":material/warning:"
    st.markdown(f"##### {icon} {explanation.headline}")
    st.markdown(explanation.text)
    if explanation.formula:
        st.latex(explanation.formula)


def show_cures(job: runs.Job, chosen: str | None, choose: Callable[[str | None], None]) -> None:
    """Draw a button for every cure that fits; ``choose`` is told the one pressed, or None.

    Then the whole page runs again: after a callback only the fragment around the button would.
    """
    cures = cures_of(job)
    if not cures:
        return
    st.markdown("**Cures that fit this cause**")
    for name, experiment in cures.items():
        if st.button(
            diagnoses.cure_label(name, experiment),
            key=f"cure_{name}",
            type="primary" if name == chosen else "secondary",
            help="Train again from the same seed, and play both runs together.",
            width="stretch",
        ):
            choose(None if name == chosen else name)
            st.rerun()


def show_outcome(job: runs.Job, cured: runs.Job) -> None:
    """Say what the cure did, once the cured run is whole."""
    sick, run = job.run(), cured.run()
    if not cured.done or sick is None or run is None:
        st.caption("Training the cured run …")
        return
    result, text = diagnoses.tell_outcome(sick, run, runs.diagnosis_of(run))
    st.markdown(f"{ICONS[result]} {text}")
