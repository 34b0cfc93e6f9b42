"""What the trained schedules showed: sentences, curves, and a small stability chart each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from mlp import Experiment, Run
from mlp.analysis.trials import Trial
from mlp.analysis.verdicts import is_unsteady, oscillates, typical_loss
from ui.address.embedding import link_params, presenting
from ui.course import box
from ui.course import progress as course
from ui.jobs import progress, runs, tryouts
from ui.jobs.door import one_of_few
from ui.player import MAX_LANES
from ui.screens.schedules import answers, contest_charts, contests
from ui.shelf import shelf
from ui.words import cures, glossary, outcomes

COLUMNS = 3
TOLD = "sched_told"  # in the session: the contests whose answer this visitor has seen
OFFERED = ("lower_rate", "much_lower_rate", "warm_up")  # what a schedule's settings can take over


@dataclass(frozen=True)
class Contest:
    """Schedules by their labels, the jobs that train them, and what can be done meanwhile.

    ``stop`` ends all; ``offer`` is told settings that were tried and whose loss does not rise.
    """

    experiments: Mapping[str, Experiment]
    jobs: Sequence[runs.Job]
    stop: Callable[[], None]
    offer: Callable[[Experiment], None]

    def found(self) -> dict[str, Run]:
        """Return the runs that are whole, by label."""
        by_plan = {job.experiment: job for job in self.jobs}
        return {
            label: run
            for label, experiment in self.experiments.items()
            if by_plan[experiment].done and (run := by_plan[experiment].run()) is not None
        }

    def tryout(self) -> tryouts.Tryout | None:
        """Return what is tried where the loss rises with every schedule, else None."""
        found = self.found()
        if len(found) < len(self.experiments) or not contests.all_rise(list(found.values())):
            tryouts.leave()
            return None
        return tryouts.tryout_for(next(iter(found.values())))

    def is_running(self) -> bool:
        """Whether anything is still to come."""
        tryout = self.tryout()
        return runs.is_running(*self.jobs) or (tryout is not None and not tryout.done)


def ask_or_tell(name: str, *, tells: bool) -> None:
    """Show the answer to a contest from now on, or ask its question again; for callbacks."""
    told = st.session_state.setdefault(TOLD, set())
    told.add(name) if tells else told.discard(name)


def is_asking() -> bool:
    """Whether a question comes first: of a step of the course, or of the contest presented."""
    name = contests.current() if presenting() else None
    asks = name is not None and name not in st.session_state.get(TOLD, ())
    return course.is_asking() or (asks and course.current() is None)


@one_of_few
def watch(contest: Contest, running: bool, *, log_steps: bool) -> None:
    """Draw the progress, and once all are trained what they showed; called while they train."""
    shelf.keep_finished(*contest.jobs)
    found = contest.found()
    whole = len(found) == len(contest.experiments)
    for job in contest.jobs:
        if job.error is not None:
            progress.show_error(job)
    told = whole and not is_asking()
    sentences = contests.tell(list(found.values()), list(found)) if whole else []
    if not whole:
        show_progress(contest, len(found))
    elif not told and not course.is_asking():
        show_way_to_the_answer(contests.current() or "")
    else:
        show_answer(found, sentences)
    show_charts(contest.experiments, found if told else {}, log_steps=log_steps)
    if told:
        if not course.is_open():
            show_more(contest, found, sentences[1:])
        show_sharpness(found, told=not course.is_open())
    if running and not contest.is_running():
        st.rerun()


def show_progress(contest: Contest, done: int) -> None:
    """Draw how far the trainings are, and the button that stops them."""
    if compiling := [job for job in contest.jobs if job.compiling]:
        progress.show_compiling(compiling[0])
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / len(contest.experiments), _how_far(contest.jobs))
        if st.button("Stop", key="sched_stop", icon=":material/stop:"):
            contest.stop()
            st.rerun()


def _how_far(jobs: Sequence[runs.Job]) -> str:
    done = sum(job.experiment.steps if job.done else job.progress()[0] for job in jobs)
    return f"Training: {done:,} of {sum(job.experiment.steps for job in jobs):,} steps."


def show_way_to_the_answer(name: str) -> None:
    """Draw the button that shows what training did; its key answers as a question's would."""
    with st.container(horizontal=True, vertical_alignment="center", key="answers"):
        if st.button("Show the answer", key="sched_answer", icon=":material/visibility:"):
            ask_or_tell(name, tells=True)
            st.rerun()
        st.caption("Guess first: all are trained.", width="content")


def show_answer(found: Mapping[str, Run], sentences: Sequence[str]) -> None:
    """Answer the question of the contest, and tell the first of some sentences: who does best."""
    with st.container(gap="xsmall", key="sched_told"):
        if box.told_later():
            return
        if said := answers.answer(contests.current(), found):
            st.markdown(f"**{said}**", help=glossary.explain(said))
        st.markdown(sentences[0], help=glossary.explain(*sentences))


def show_more(contest: Contest, found: Mapping[str, Run], sentences: Sequence[str]) -> None:
    """Draw the ways on, and all further sentences, folded."""
    with st.container(horizontal=True, vertical_alignment="center"):
        _offer_what_does_not_rise(contest)
        _show_link(found)
    with st.expander("More numbers", icon=":material/format_list_numbered:"):
        for sentence in sentences:
            st.markdown(sentence)
        st.markdown(answers.last_past(found))


def _offer_what_does_not_rise(contest: Contest) -> None:
    tryout = contest.tryout()
    if tryout is None:
        return
    if not tryout.done:
        st.caption(":material/science: Trying what would not rise …")
        return
    calm = _calm_trial(tryout)
    if calm is None:
        return
    best, run = contests.best(contest.found())
    beside = held_beside(calm, run)
    label = cures.label(calm.name, calm.plan)
    st.markdown(f"**{label}**, held against {best}. {cures.tell(beside)}", width="content")
    if st.button(
        label,
        key="sched_offer",
        type="primary" if beside.helps else "secondary",
    ):
        contest.offer(calm.plan.experiment)
        st.rerun()


def held_beside(trial: Trial, run: Run) -> Trial:
    """Hold a trial against another run of as many steps than the one it was tried for."""
    return replace(
        trial,
        loss_before=typical_loss(run),
        accuracy_before=float(run.train_accuracy[-1]),
        rose_before=is_unsteady(run),
        swung_before=oscillates(run),
    )


def _calm_trial(tryout: tryouts.Tryout) -> Trial | None:
    """Return the first change that keeps the loss from rising and that the screen can take over."""
    trials = tryout.diagnosis.trials or ()
    calm = (trial for trial in trials if trial.calms and trial.whole)
    return next((trial for trial in calm if trial.name in OFFERED), None)


def show_charts(
    experiments: Mapping[str, Experiment], found: Mapping[str, Run], *, log_steps: bool
) -> None:
    """Draw the rates, and beside them losses and rate x sharpness once all are trained."""
    if not found:
        rates = contest_charts.rates(experiments, log_steps=log_steps).spec()
        st.vega_lite_chart(rates, key="sched_rates")
        return
    told = not course.is_open()
    best = contest_charts.ahead(found) if told else None
    with st.container(key="sched_curves"):
        with st.container(key="sched_names"):
            st.vega_lite_chart(contest_charts.legend(list(found)).spec(), key="sched_legend")
        left, middle, right = st.columns(3)
    rates = contest_charts.rates(experiments, log_steps=log_steps, legend=False, best=best).spec()
    left.vega_lite_chart(rates, key="sched_rates")
    asked = course.steps_asked_about()
    losses = (
        contest_charts.first_losses(found, asked)
        if asked
        else contest_charts.losses(found, told=told)
    )
    middle.vega_lite_chart(losses.spec(), key="sched_losses")
    log = log_steps or asked is not None  # the first steps are seen on a logarithmic axis alone
    products = contest_charts.steps_held_against_the_limit(found, log_steps=log, told=told)
    right.vega_lite_chart(products.spec(), key="sched_products")
    right.caption(contest_charts.HOW_DRAWN)


def show_sharpness(found: Mapping[str, Run], *, told: bool) -> None:
    """Draw the sharpness of every run against its limit; once it may be ``told``, what it shows."""
    st.markdown(
        "**Sharpness (solid) against 2 / rate (dashed):** where the solid line is above the "
        "dashed one, a step is too long for the curvature."
    )
    ends = contest_charts.shared_ends(found)
    names = list(found)
    for first in range(0, len(names), COLUMNS):
        columns = st.columns(COLUMNS)
        for column, label in zip(columns, names[first : first + COLUMNS], strict=False):
            chart = contest_charts.stability(found[label], label, ends, told=told)
            column.vega_lite_chart(chart.spec(), key=f"sched_sharp_{label}")
    if told:
        st.table(outcomes.outcomes(list(found.values()), names))


def _show_link(found: Mapping[str, Run]) -> None:
    plans = [run.plan.to_text() for run in found.values()][:MAX_LANES]
    st.page_link(
        "pages/2_Compare.py",
        label=f"Play {'the first ' if len(found) > MAX_LANES else ''}{len(plans)} side by side",
        icon=":material/compare_arrows:",
        query_params={"run": plans, **link_params()},
    )
