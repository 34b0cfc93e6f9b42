"""A run in the player with its autopsy: what went wrong, the cures that fit, and the cured run."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from mlp import Plan, Run, zoom
from mlp.analysis.cures import kind_of
from mlp.analysis.diagnostics import answers_cause
from mlp.analysis.trials import Trial, held_against
from mlp.analysis.verdicts import has_learned
from ui.autopsy import what_if
from ui.course import progress as course
from ui.course import seen
from ui.jobs import runs, tryouts
from ui.player import Chosen, Lane, player
from ui.player.events import events_of
from ui.player.lane import lane_of, waiting_lane
from ui.shelf import shelf
from ui.take_home import panel
from ui.words import causes, cures, diagnoses, glossary, plan_names
from ui.words.numbers import plural
from ui.words.stories import story

WHY = "why"  # the place of the verdict, to be linked to
TRYING_SECONDS = 1.0
BEFORE, AFTER = 30, 60  # steps shown around an event in slow motion
ICONS: Mapping[str, str] = {
    "helps": ":material/check_circle:",
    "calmer": ":material/trending_flat:",
    "no_help": ":material/cancel:",
}


def tryout_of(job: runs.Job) -> tryouts.Tryout | None:
    """Return what is tried for a job's finished run, begun now if it was not; else None."""
    run = job.run() if job.done else None
    if run is None:
        tryouts.leave()
        return None
    return tryouts.tryout_for(run)


def is_sick(job: runs.Job) -> bool:
    """Whether a job is done and something went wrong in its run, as it shows itself."""
    run = job.run() if job.done else None
    return run is not None and runs.first_look_of(run).cause is not None


def cures_of(job: runs.Job) -> dict[str, Plan]:
    """Return the changes that may be played beside a finished run, tried already or not."""
    tryout = tryout_of(job)
    return {} if tryout is None else tryout.changes.plans


def cure_job(key: str, job: runs.Job, name: str | None) -> runs.Job | None:
    """Return the job of a cure, started, or None where it does not fit this run."""
    fitting = cures_of(job) if name is not None else {}
    if name is None or name not in fitting:
        return None
    cured = runs.job_for(fitting[name], key=f"{key}_cure_job")
    cured.start()
    seen.tell_cured(name, cured)
    return cured


def seconds_to_trials(job: runs.Job) -> float | None:
    """Return the seconds to the next look at what is tried for a run; None: nothing is tried.

    To be asked before what was tried is told: what comes while it is drawn is seen then.
    """
    tryout = tryout_of(job)
    return None if tryout is None or tryout.done else runs.slowed(TRYING_SECONDS)


def show_untrained(key: str, job: runs.Job, *, asks: bool) -> None:
    """Draw the player with the untrained network alone, at the place where ``play`` draws it.

    ``asks`` tells whether an answer starts the run.
    """
    player([waiting_lane(job)], key=key, veiled=course.is_open(), asks=asks)


def play(
    key: str,
    job: runs.Job,
    cured: runs.Job | None,
    moment: Mapping[str, Any] | None = None,
    *,
    in_suspense: bool = False,
) -> tuple[Chosen, Run]:
    """Draw the player: the run, beside it the cured one, or single steps in slow motion.

    ``moment`` is what a link asks for; ``in_suspense`` hides what is to come of a run that answers
    a question, while it plays for the first time. Returns what was chosen, and the run of the first
    lane.
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
        can_zoom=cured is None and is_sick(job),
        can_branch=True,
        moment=moment if zoomed is None else None,
        veiled=course.is_open(),
        in_suspense=in_suspense or course.in_suspense(),
        leads_here=cured is not None,
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

    Of a network that died, that is where it was dead.
    A long run that streams is followed to its end; with mini-batches the loss rises by chance, and
    only a diagnosis stops the player.
    """
    run = job.run()
    waits = job.experiment.steps > runs.MOST_STEPS_AT_ONCE or job.experiment.takes_mini_batches
    if run is None or (not job.done and waits) or (job.done and not is_sick(job)):
        return None
    diagnosis = runs.first_look_of(run) if job.done else None
    if diagnosis is not None and diagnosis.cause == "saturation":
        return diagnosis.step
    if run.risen_at is not None:
        return run.risen_at
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


def show_verdict(job: runs.Job) -> None:
    """Say what happened in two sentences, then the numbers, and the formula beside."""
    tryout = tryout_of(job)
    if tryout is None:
        return
    diagnosis, run = tryout.diagnosis, tryout.run
    explanation = diagnoses.explain(run, diagnosis)
    with st.container(gap=None, key=WHY):
        st.html(f'<div id="{WHY}"></div>')  # a heading's own anchor would change with its words
        st.markdown(f"##### {explanation.icon} {headline_of(tryout, explanation)}")
    st.markdown(explanation.text, help=glossary.explain(explanation.headline, explanation.text))
    about = diagnoses.ABOUT if "about" in explanation.details else None
    st.caption(explanation.details, help=about)
    if explanation.formula:
        st.latex(explanation.formula)


def headline_of(tryout: tryouts.Tryout, explanation: diagnoses.Explanation) -> str:
    """Tell the verdict and its cause; not yet where the trials may well find another.

    A step that was too long is seen at once, but need not be why a network did not learn.
    """
    run, found = tryout.run, tryout.diagnosis
    if found.cause == "step_too_long" and not tryout.done and not has_learned(run):
        return f"{story(run, found.verdict)} – {LOOKING}"
    return explanation.headline


LOOKING = "its cause is being tried out"


def show_cures(job: runs.Job, chosen: str | None, choose: Callable[[str | None], None]) -> None:
    """Draw a button for every change that was tried and helps, best first; the others folded.

    Those that speak to the cause stand first. ``choose`` is told the one pressed, or None. Then the
    whole page runs again: after a callback only the fragment around the button would.
    """
    tryout = tryout_of(job)
    if tryout is None or not tryout.changes.plans:
        return
    trials = tryout.diagnosis.trials
    if trials is None:
        if tryout.error:
            st.caption("The trials failed.")
        return
    shown = worth_showing(trials)
    for title, group in _by_cause(tryout, shown).items():
        if group:
            st.markdown(f"**{title}**", help=cures.MEDIAN)
        for trial in (known_of(each, job, tryout.run) for each in group):
            _cure_button(trial.name, trial.plan, cures.told_in_list(trial), chosen, choose)
    told = cures.YARDSTICK if shown else cures.NONE_HELPS if trials else ""
    if told:
        st.caption(told, help=cures.MEDIAN)
    _show_folded(tryout, chosen, choose)


def best_cure(tryout: tryouts.Tryout) -> Trial | None:
    """Return the trial that helps most, of those that speak to the cause if any does.

    Where none helps, the one that at least keeps the loss from rising.
    """
    return next(iter(_ordered(tryout)), None)


def helpful_cures(tryout: tryouts.Tryout, most: int) -> list[Trial]:
    """Return the trials that help and let the network learn on, the most helpful first."""
    return [
        trial
        for trial in _ordered(tryout)
        if trial.helps and cures.judgement(trial) not in cures.LEARNS_NO_MORE
    ][:most]


def _ordered(tryout: tryouts.Tryout) -> list[Trial]:
    """Return the trials worth showing in the order in which they are."""
    shown = worth_showing(tryout.diagnosis.trials or ())
    return [trial for group in _by_cause(tryout, shown).values() for trial in group]


def known_of(trial: Trial, job: runs.Job, sick: Run) -> Trial:
    """Return a trial of a first part as its whole run tells it, once that has been trained."""
    whole = None if trial.whole else runs.recall(trial.plan, job.own)
    return trial if whole is None else held_against(sick, whole, trial.name)


def worth_showing(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials that help or calm, the best of each kind: much lower is lower as well."""
    kinds: dict[str, Trial] = {}
    for trial in trials:
        if cures.result(trial) != "no_help":
            kinds.setdefault(kind_of(trial.name), trial)
    return list(kinds.values())


def _by_cause(tryout: tryouts.Tryout, shown: Sequence[Trial]) -> dict[str, list[Trial]]:
    """Part trials by a title: what helps against the cause, what else helps, what only calms."""
    no_more = [trial for trial in shown if cures.judgement(trial) in cures.LEARNS_NO_MORE]
    helping = [trial for trial in shown if trial.helps and trial not in no_more]
    against = [one for one in helping if answers_cause(one, tryout.run, tryout.diagnosis)]
    return {
        "Tried, and it helps against the cause": against,
        "Tried, and it helps as well" if against else "Tried, and it helps": [
            trial for trial in helping if trial not in against
        ],
        "Tried, and it helps the loss, but the network learns no more": no_more,
        "Tried, and the loss never rises, but falls less": [
            trial for trial in shown if not trial.helps
        ],
    }


def _show_folded(
    tryout: tryouts.Tryout, chosen: str | None, choose: Callable[[str | None], None]
) -> None:
    """Draw what else was tried, with what each came to, and what was not."""
    trials = tryout.diagnosis.trials or ()
    shown = worth_showing(trials)
    if rest := [trial for trial in trials if trial not in shown]:
        title = f"{plural(len(rest), 'more change')} tried, with less to show for it"
        folder = st.expander(title, key="cures_less", on_change="rerun")  # sent once it is open
        if folder.open:
            with folder:
                for trial in rest:
                    effect = f"{cures.judgement(trial)}: {cures.effect(trial)}"
                    _cure_button(trial.name, trial.plan, effect, chosen, choose)
    tried = {trial.name for trial in trials}
    if left := {name: plan for name, plan in tryout.changes.plans.items() if name not in tried}:
        title = f"{plural(len(left), 'change')} not tried"
        folder = st.expander(title, key="cures_untried", on_change="rerun")
        if folder.open:
            with folder:
                st.caption(cures.NOT_TRIED)
                for name, plan in left.items():
                    _cure_button(name, plan, "", chosen, choose)


def _cure_button(
    name: str,
    plan: Plan,
    effect: str,
    chosen: str | None,
    choose: Callable[[str | None], None],
) -> None:
    with st.container(gap=None):
        if st.button(
            cures.label(name, plan),
            key=f"cure_{name}",
            type="primary" if name == chosen else "secondary",
            help="Train again from the same seed, and play both runs together.",
            width="stretch",
        ):
            choose(None if name == chosen else name)
            st.rerun()
        if effect:
            st.caption(effect, help=diagnoses.ABOUT if "about" in effect else None)


def show_outcome(job: runs.Job, cured: runs.Job) -> None:
    """Say what the cure did, once the cured run is whole."""
    sick, run = job.run(), cured.run()
    if not cured.done or sick is None or run is None:
        st.caption("Training the cured run …")
        return
    trial = held_against(sick, run)
    why = cures.why(sick, run, runs.first_look_of(sick))
    st.markdown(f"{ICONS[cures.result(trial)]} {tell_outcome(run, trial)} {why}")


def tell_outcome(cured: Run, trial: Trial) -> str:
    """Say what a cure did, and what still ails a cured run that swings at the end."""
    cause = runs.first_look_of(cured).cause if trial.swings else None
    own = f" Why it swings: {causes.CAUSES[cause]}." if cause is not None else ""
    return f"{cures.tell(trial)}{own}"
