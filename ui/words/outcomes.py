"""What a difference of settings did: rows and sentences about some runs, held side by side."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from mlp import Plan, Run
from mlp.analysis.findings import highest_after_rise
from mlp.analysis.verdicts import is_unsteady, judge, typical_loss
from mlp.experiment import format_value
from ui.words import plan_names
from ui.words.losses import loss_name
from ui.words.names import SETTINGS
from ui.words.numbers import percent, short, spoken, times
from ui.words.plain import listed
from ui.words.stories import story

# What makes two runs start alike: the points, and the seed of the weights.
DATA_FIELDS = ("dataset", "data_id", "points", "train_points", "noise", "data_seed", "init_seed")
GOOD = 0.95  # share of the training points right
ALIKE = 0.02  # losses closer than this share count as equal


def differences(plans: Sequence[Plan], labels: Sequence[str]) -> list[dict[str, str]]:
    """Return a row for every setting that differs, a column a run; branches have rows of theirs."""
    rows = []
    for name in plan_names.differing(plans):
        values = (format_value(getattr(plan.root, name)) for plan in plans)
        rows.append({"setting": name, **dict(zip(labels, values, strict=True))})
    steps = sorted({cut.step for plan in plans for cut in plan.cuts})
    for step in steps:
        row = {"setting": f"from step {step:,}"}
        for plan, label in zip(plans, labels, strict=True):
            changes = [dict(cut.changes) for cut in plan.cuts if cut.step == step]
            told = (plan_names.setting(*one) for change in changes for one in change.items())
            row[label] = ", ".join(told) or "goes on"
        rows.append(row)
    return rows


def outcomes(found: Sequence[Run], labels: Sequence[str]) -> list[dict[str, str]]:
    """Return a row a run: how it went, in the words of its diagnosis, and what it ended with."""
    median = _loss(*found)
    whole = "loss" if median == "loss" else "loss with penalty"
    return [
        {
            "run": label,
            "verdict": story(run, judge(run)),
            "accuracy, all points": f"{run.accuracy[-1]:.1%}",
            f"median {median}": _said(run, typical_loss(run)),
            f"last {whole}": _said(run, run.loss[-1]),
            f"highest {whole}": _said(run, float(run.loss_max.max())),
            "95% right from step": _reached(run),
            "first rise at step": "never" if run.risen_at is None else f"{run.risen_at:,}",
            "sharpness at the start": short(run.sharpness[0]),
            "last step": f"{run.steps[-1]:,}",
        }
        for run, label in zip(found, labels, strict=True)
    ]


def good_from(run: Run) -> int | None:
    """Return the first recorded step from which 95 % of the training points stay right."""
    bad = np.flatnonzero(run.train_accuracy < GOOD)
    first = int(bad[-1]) + 1 if len(bad) else 0
    return int(run.steps[first]) if first < len(run.steps) else None


def _reached(run: Run) -> str:
    step = good_from(run)
    return "never" if step is None else f"{step:,}"


def sentences(found: Sequence[Run], labels: Sequence[str]) -> list[str]:
    """Say what the difference did, every number from the runs."""
    named = list(zip(found, labels, strict=True))
    stopped = [_stopped(run, label) for run, label in named if is_stopped(run)]
    said = [*stopped, _what_differs([run.plan for run in found])]
    if len(found) == 2:
        said += [_speed(found, labels), _rises(found, labels)]
    said += [
        _since_branch(run, label)
        for run, label in zip(found, labels, strict=True)
        if run.plan.is_branch
    ]
    return said


def is_stopped(run: Run) -> bool:
    """Whether somebody ended a run before its last step."""
    return run.non_finite_at is None and bool(run.steps[-1] < run.experiment.steps)


def _stopped(run: Run, label: str) -> str:
    return (
        f"{_q(label)} was stopped at step {run.steps[-1]:,} of {run.experiment.steps:,}; what "
        "follows compares it as far as it is trained."
    )


def headline(found: Sequence[Run], labels: Sequence[str]) -> str:
    """Say in one sentence which of two or more runs has the lower loss, and by how much."""
    return _pair(found, labels) if len(found) == 2 else _order(found, labels)


# What changes how a step is taken: there the question is whether the loss stays calm.
STEP_FIELDS = frozenset(
    {
        "learning_rate",
        "schedule",
        "warmup_steps",
        "clip_norm",
        "optimizer",
        "batch_size",
        "l2",
        "l1",
    }
)
WATCH_FOR: Mapping[str, str] = {
    "hidden": "how each boundary bends, and which gets the points right first",
    "learning_rate": "rate × sharpness against its limit, and the loss where it passes it",
    "schedule": "the rate fall, and whether the loss comes to rest",
    "warmup_steps": "the first steps: where one rate starts high, the other starts near 0",
    "clip_norm": "the first steps, in which one gradient is shortened",
    "optimizer": "how straight each goes, and where the loss ends",
    "init_seed": "whether the ends differ as much as the beginnings",
}


def watch_for(plans: Sequence[Plan]) -> str:
    """Say what to watch where some plans are compared, from what differs between them."""
    branches = [plan.cuts[-1].step for plan in plans if plan.is_branch]
    if branches:
        return f"Watch what happens from step {min(branches):,} on: before, it is the same run."
    fields = plan_names.differing(plans)
    told = [WATCH_FOR[name] for name in fields if name in WATCH_FOR]
    return f"Watch {told[0]}." if told else ""


def answer(found: Sequence[Run], labels: Sequence[str]) -> str:
    """Answer what a comparison asks.

    Does it go otherwise after the branch? Does a change of the steps keep the loss calm? Which is
    sooner right? Of more than two runs what is to be watched in them, or in which order they end.
    """
    plans = [run.plan for run in found]
    if any(run.non_finite_at is not None for run in found):
        return headline(found, labels)
    if len(found) != 2:
        return _answer_of_many(plans)(found, labels)
    branches = [
        (run, label) for run, label in zip(found, labels, strict=True) if run.plan.is_branch
    ]
    if branches:
        return _since_branch(*branches[-1])
    if STEP_FIELDS & set(plan_names.differing(plans)):
        return _rises(found, labels)
    return _speed(found, labels)


def _what_differs(plans: Sequence[Plan]) -> str:
    fields = plan_names.differing(plans)
    seeds = [name for name in DATA_FIELDS if name in fields]
    others = [name for name in fields if name not in DATA_FIELDS]
    start = (
        "All start from the same seed on the same points"
        if not seeds
        else f"They differ in {', '.join(_controls(seeds))}, so that luck has its part"
    )
    if others:
        return f"{start}; {_only(others)}"
    if any(plan.is_branch for plan in plans) and not seeds:
        return f"{start}, with the same settings until a branch begins."
    return f"{start}."


def _only(fields: Sequence[str]) -> str:
    others = _controls(fields)
    if len(others) == 1:
        return f"only {others[0]} differs."
    return f"{', '.join(others[:-1])} and {others[-1]} differ."


def _controls(fields: Sequence[str]) -> list[str]:
    """Name settings as their controls do."""
    return [f"“{SETTINGS[name]}”" for name in fields]


def _pair(found: Sequence[Run], labels: Sequence[str]) -> str:
    low, high = sorted(range(2), key=lambda i: _final(found[i]))
    better, worse = found[low], found[high]
    if worse.non_finite_at is None:
        return _losses(better, worse, labels[low], labels[high])
    end = (
        f"neither does {_q(labels[low])}, not finite at step {better.non_finite_at:,}"
        if better.non_finite_at is not None
        else f"{_q(labels[low])} ends at a loss of {_said(better, better.loss[-1])}"
    )
    return (
        f"{_q(labels[high])} does not survive: its loss is not finite at step "
        f"{worse.non_finite_at:,}; {end}."
    )


def _final(run: Run) -> float:
    return float("inf") if run.non_finite_at is not None else typical_loss(run)


def _losses(better: Run, worse: Run, low: str, high: str) -> str:
    """Compare the medians of the second halves: where a run swings, its last loss is chance."""
    first, second = typical_loss(better), typical_loss(worse)
    if second - first <= ALIKE * second:
        return (
            f"Their {_loss(better, worse)}es are alike: {_said(better, first)} and "
            f"{_said(worse, second)} (medians over the second half)."
        )
    times = f"{spoken(second / first)} times lower" if first > 0 else "lower"
    return (
        f"{_q(low)} has the lower {_loss(better, worse)} over the second half of its run, "
        f"{_said(better, first)} against {_said(worse, second)} of {_q(high)} (medians): {times}. "
        f"They end with {percent(better.train_accuracy[-1])} and "
        f"{percent(worse.train_accuracy[-1])} of the training points right."
    )


def _speed(found: Sequence[Run], labels: Sequence[str]) -> str:
    steps = [good_from(run) for run in found]
    known = [(step, label) for step, label in zip(steps, labels, strict=True) if step is not None]
    if not known:
        return "None of them gets 95% of the training points right and keeps them."
    told = listed(f"{_q(label)} from step {step:,} on" for step, label in sorted(known))
    late = [_q(label) for step, label in zip(steps, labels, strict=True) if step is None]
    never = f"; {listed(late)} never get{'s' * (len(late) == 1)} there" if late else ""
    return f"95% of the training points are right with {told}{never}."


def _rises(found: Sequence[Run], labels: Sequence[str]) -> str:
    calm = [label for run, label in zip(found, labels, strict=True) if run.first_rise_at is None]
    if len(calm) == len(found):
        return "The loss never rises in either."
    told = [
        f"{_q(label)} rises first at step {run.risen_at:,} and reaches "
        f"{_said(run, highest_after_rise(run))} at most from there"
        for run, label in zip(found, labels, strict=True)
        if run.first_rise_at is not None
    ]
    never = f"; that of {_q(calm[0])} never rises" if calm else ""
    return f"The loss of {', that of '.join(told)}{never}."


def _calm(found: Sequence[Run], labels: Sequence[str]) -> str:
    """Say with which of many runs the loss never rises, and where it first does with the others."""
    named = list(zip(found, labels, strict=True))
    calm = [_q(label) for run, label in named if run.first_rise_at is None]
    wild = [
        f"{_q(label)} (first at step {run.risen_at:,})"
        for run, label in named
        if run.first_rise_at is not None
    ]
    if not wild:
        return "The loss never rises in any of them."
    never = f"; it never does with {listed(calm)}" if calm else ""
    return f"The loss rises with {listed(wild)}{never}."


def _order(found: Sequence[Run], labels: Sequence[str]) -> str:
    order = sorted(range(len(found)), key=lambda i: _final(found[i]))
    told = [
        f"{_q(labels[i])} ({_said(found[i], _final(found[i]))})"
        if found[i].non_finite_at is None
        else f"{_q(labels[i])} (not finite at step {found[i].non_finite_at:,})"
        for i in order
    ]
    ties = any(
        np.isfinite(_final(found[b]))
        and _final(found[b]) - _final(found[a]) <= ALIKE * _final(found[b])
        for a, b in pairwise(order)
    )
    tail = " Neighbours closer than 2% count as equal." if ties else ""
    if any(run.non_finite_at is not None for run in found):
        tail += " What ends in infinity stands last."
    return (
        "From the lowest loss to the highest, by the median of the second half: "
        f"{', '.join(told)}.{tail}"
    )


Words = Callable[[Sequence[Run], Sequence[str]], str]
# Of what is to be watched in more than two runs; of anything else the order in which they end.
ANSWERS_OF_MANY: Mapping[str, Words] = {
    "hidden": _speed,
    "learning_rate": _calm,
    "warmup_steps": _calm,
    "clip_norm": _calm,
}


def _answer_of_many(plans: Sequence[Plan]) -> Words:
    if any(plan.is_branch or plan.root.takes_mini_batches for plan in plans):
        return headline  # with mini-batches a loss rises by chance
    watched = [name for name in plan_names.differing(plans) if name in WATCH_FOR]
    return ANSWERS_OF_MANY.get(watched[0], headline) if watched else headline


def _since_branch(run: Run, label: str) -> str:
    step = run.plan.cuts[-1].step
    if run.steps[-1] < step:
        return (
            f"{_q(label)} never begins: the run it leaves ends at step {run.steps[-1]:,}, before "
            f"step {step:,}."
        )
    cut = run.frame_at(step)
    own = run.steps > step
    rises = int(run.rises[own].sum())
    rose_before = run.first_rise_at is not None and run.first_rise_at < step
    how = f"rises {times(rises)}" if rises else f"never rises{' again' * rose_before}"
    end = (
        f"goes from {_said(run, run.loss[cut])} there to {_said(run, run.loss[-1])}"
        if run.non_finite_at is None
        else f"is not finite at step {run.non_finite_at:,}"
    )
    return f"{_q(label)}: since step {step:,} the loss {how}, and {end}."


def _said(run: Run, value: float) -> str:
    """Write a number of a run; what rounding decides, once it is unstable, is marked."""
    return spoken(value, about=is_unsteady(run))


def _loss(*found: Run) -> str:
    """What medians are compared: the loss, without the penalties where there are any."""
    return loss_name(run.experiment for run in found)


def _q(label: str) -> str:
    return f"“{label}”"
