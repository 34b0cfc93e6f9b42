"""Diagnoses: how a run went, why, and which changes of settings were tried and help.

What made a loss rise can be read off the run (``mlp.analysis.findings``). Why it did not learn
cannot: each reason is named only where a run with that one setting changed was trained, and did
better (``mlp.analysis.trials``).
"""

import dataclasses
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor

from mlp.analysis.cures import CONTRARIES, REMEDIES, changes, kind_of, reason_of
from mlp.analysis.findings import Diagnosis, first_look
from mlp.analysis.race import try_changes
from mlp.analysis.trials import BETTER, CLEARLY_BETTER, Trial
from mlp.analysis.verdicts import has_learned, scales_steps
from mlp.base.tasks import Stop, never
from mlp.experiment import Experiment
from mlp.plan import Plan
from mlp.training.run import Run

MAKES_UP = ("more_neurons", "more_steps")  # for what is wrong with a run, which stays


def diagnose(run: Run, *, executor: Executor | None = None, stop: Stop = never) -> Diagnosis:
    """Return the verdict on a run and, where something went wrong or it did not learn, the cause.

    Parameters
    ----------
    run : Run
        Finished or stopped. Where it went wrong or ended poorly, changes of its settings are
        trained: together they cost a few times as much as the run, and at most some 2 s of a core.
    executor : Executor, optional
        Where they are trained side by side, with the same result; None: one after the other.
    stop : callable, optional
        Ends the trials once it says True; what has been tried counts.

    Returns
    -------
    Diagnosis
        Learning rate x sharpness above its limit is an unstable direction, not certain
        divergence: that cause is named only where the loss did rise.

    Examples
    --------
    >>> from mlp import Experiment, train
    >>> diagnosis = diagnose(train(Experiment(hidden=50, learning_rate=0.03)))
    >>> diagnosis.verdict, diagnosis.cause, diagnosis.step
    ('converged', 'step_too_long', 0)
    >>> round(diagnosis.evidence["product"], 2)
    7.63
    >>> diagnose(train(Experiment(learning_rate=1e-4, steps=2000))).cause
    'rate_too_small'
    """
    found = first_look(run)
    tried = try_changes(run, *changes(run, found), executor=executor, stop=stop)
    return conclude(run, found, tried)


def conclude(run: Run, found: Diagnosis, trials: tuple[Trial, ...]) -> Diagnosis:
    """Return what a first look found together with what was tried, best first.

    The cause that the run itself shows stays the first where the network learned all the same, or
    one of its own remedies helps and no other change helps clearly more; else it is the reason
    whose change helps most. More neurons or steps may make up for what is wrong, and are not it. A
    network that has learned with nothing wrong needs no cause, though others may say what would do
    better.
    """
    shown = REMEDIES.get(found.cause or "", ())
    better = [trial for trial in _better(trials, run) if kind_of(trial.name) not in shown]
    remedy = next((each for each in trials if each.helps and kind_of(each.name) in shown), None)
    first = better[0] if better and remedy is None else _clearly_better(better, remedy)
    better.sort(key=lambda trial: trial is not first)
    reasons = _consistent(dict.fromkeys(reason_of(trial, run, found) for trial in better))
    if has_learned(run) or first is None:
        named = tuple(reason for reason in reasons if not _is_the_same(reason, found))
        return dataclasses.replace(found, others=named, trials=trials)
    cause, *others = reasons
    return Diagnosis(
        found.verdict,
        cause,
        evidence=found.by_l1 | _compared(better[0]),
        others=(*others, found.cause) if found.cause else tuple(others),
        trials=trials,
    )


def _clearly_better(better: Iterable[Trial], remedy: Trial | None) -> Trial | None:
    """Return the first change that helps clearly more than a remedy, and does not only make up."""
    faults = (trial for trial in better if trial.name not in MAKES_UP)
    first = next(faults, None)
    if first is None or remedy is None or first.ratio >= CLEARLY_BETTER * remedy.ratio:
        return None
    return first


def _better(trials: Iterable[Trial], run: Run) -> Iterator[Trial]:
    """Yield those that help by less loss, not by calm alone, and whose own run learned something.

    With as many points right.

    A run with other first weights or more neurons begins elsewhere: that is not learning. What
    clipping does to steps whose length the optimizer sets by itself says nothing of the rate.
    """
    adapts = scales_steps(run)
    return (
        trial
        for trial in trials
        if trial.helps
        and trial.ratio <= BETTER
        and trial.loss <= BETTER * trial.first_loss
        and trial.beats_one_answer
        and not trial.is_less_right
        and not (adapts and trial.name == "clipping")
    )


def confirming(run: Run, diagnosis: Diagnosis) -> Trial | None:
    """Return the best trial that confirms a reason, the cause of a diagnosis; None without any."""
    better = _better(diagnosis.trials or (), run)
    return next((each for each in better if answers_cause(each, run, diagnosis)), None)


def answers_cause(trial: Trial, run: Run, diagnosis: Diagnosis) -> bool:
    """Whether a change speaks to the cause that a diagnosis names."""
    if diagnosis.cause is None:
        return False
    if diagnosis.cause in REMEDIES:
        return kind_of(trial.name) in REMEDIES[diagnosis.cause]
    return reason_of(trial, run, diagnosis) == diagnosis.cause


def _is_the_same(reason: str, found: Diagnosis) -> bool:
    """Whether a reason only says again what the run itself shows: a step was too long."""
    thrown = found.stepped_too_far or found.cause == "saturation"
    return reason == "rate_too_large" and thrown


def _consistent(reasons: Iterable[str]) -> list[str]:
    """Leave out the contrary of a reason that is more telling: two ends may both do better."""
    named: list[str] = []
    for reason in reasons:
        if CONTRARIES.get(reason) not in named:
            named.append(reason)
    return named


def _compared(trial: Trial) -> dict[str, float]:
    return {
        "loss": trial.loss_before,
        "changed_loss": trial.loss,
        "accuracy": trial.accuracy_before,
        "changed_accuracy": trial.accuracy,
        "trained_steps": float(trial.steps),
    }


def fitting_cures(run: Run, diagnosis: Diagnosis) -> dict[str, Experiment | Plan]:
    """Return the changes that were tried and help, best first, each with what it trains.

    An Experiment, or a Plan where the run is a branch. A diagnosis without trials is tried now.

    Examples
    --------
    >>> from mlp import PRESETS, diagnose, train
    >>> run = train(PRESETS["dead_network"].replace(steps=2000))
    >>> cures = fitting_cures(run, diagnose(run))
    >>> "lower_rate" in cures, cures["lower_rate"].learning_rate
    (True, 0.00708)
    """
    trials = diagnosis.trials
    if trials is None:
        trials = try_changes(run, *changes(run, diagnosis))
    return {
        trial.name: trial.plan if trial.plan.is_branch else trial.plan.root
        for trial in trials
        if trial.helps
    }
