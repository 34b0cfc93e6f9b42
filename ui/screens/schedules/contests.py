"""The screen "Schedules": candidates, formulas, contests, and what training showed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlp import Experiment, Run
from mlp.analysis.verdicts import data_losses, is_unsteady, typical_loss
from mlp.plan import transition_steps
from ui.address import kinds
from ui.address.address import Address
from ui.address.form import Field
from ui.settings.experiment_form import ExperimentForm
from ui.words.losses import loss_name
from ui.words.numbers import percent, spoken
from ui.words.plain import listed

MOST_STEPS = 200_000  # so that all train at once, without a button for each
STARTING_WARMUP = 5000
# Medians closer than this, with as many points right, are a tie: rounding alone moves the median of
# a run that swings by a hundredth, and each schedule is trained from one seed.
ALIKE = 0.03
QUICK_WORK = 8_000_000  # steps x hidden neurons of all schedules: trained in a few seconds


@dataclass(frozen=True)
class Candidate:
    """A schedule as it is drawn: its name, its formula in the fields' names, and the idea."""

    label: str
    schedule: str
    formula: str
    idea: str
    warms_up: bool = False


# In every formula s stands for t / transition_steps, which keeps each on one line.
SHORTHAND = r"s = \frac{t}{\mathtt{transition\_steps}}"
_RATE, _DECAY, _END = (
    rf"\mathtt{{{name}}}" for name in (r"learning\_rate", r"decay\_rate", r"end\_fraction")
)
_LOWEST = rf"\\ \text{{at least }} {_END} \cdot {_RATE}"


def _lines(formula: str) -> str:
    return rf"\begin{{gathered}} {formula} \end{{gathered}}"


CANDIDATES: Mapping[str, Candidate] = {
    "constant": Candidate("Constant", "constant", _RATE, "The same rate at every step."),
    "step": Candidate(
        "Step",
        "step",
        _lines(rf"{_RATE} \cdot {_DECAY}^{{\lfloor s \rfloor}} {_LOWEST}"),
        "Falls at once by the factor decay_rate, every transition_steps steps.",
    ),
    "exponential": Candidate(
        "Exponential",
        "exponential",
        _lines(rf"{_RATE} \cdot {_DECAY}^{{\,s}} {_LOWEST}"),
        "Falls by the same factor as step decay, smoothly.",
    ),
    "inverse_time": Candidate(
        "Inverse time",
        "inverse_time",
        _lines(rf"\frac{{{_RATE}}}{{1 + {_DECAY} \cdot s}} {_LOWEST}"),
        "Falls quickly at first, then ever more slowly.",
    ),
    "linear": Candidate(
        "Linear",
        "linear",
        _lines(rf"{_RATE} \cdot (1 - s + {_END} \cdot s) \\ \text{{with }} s \text{{ at most }} 1"),
        "A straight line down to end_fraction of the rate.",
    ),
    "cosine": Candidate(
        "Cosine",
        "cosine",
        _lines(
            rf"{_RATE} \cdot ({_END} \\ {{}} + (1 - {_END}) \cdot c) \\ "
            r"c = \tfrac{1}{2}(1 + \cos \pi s), \; s \text{ at most } 1"
        ),
        "High for long, then quickly down, and gently to its end.",
    ),
    "warmup": Candidate(
        "Warm-up",
        "constant",
        _lines(
            rf"{_RATE} \cdot \frac{{t + 1}}{{\mathtt{{warmup\_steps}}}} \\ "
            rf"\text{{at most }} {_RATE}"
        ),
        "Grows from near 0 over warmup_steps, then stays.",
        warms_up=True,
    ),
    "warmup_cosine": Candidate(
        "Warm-up, then cosine",
        "cosine",
        r"\text{cosine, with } t - \mathtt{warmup\_steps} \text{ for } t",
        "Grows first, then falls along a cosine.",
        warms_up=True,
    ),
}


# What is left of these where nothing warms up.
WITHOUT_WARMUP: Mapping[str, str] = {"warmup": "constant", "warmup_cosine": "cosine"}


@dataclass(frozen=True)
class Contest:
    """A place to begin: its settings, what is drawn, and what to look for."""

    title: str
    experiment: Experiment
    show: tuple[str, ...]
    look_for: str


_THREE = Experiment(learning_rate=0.03, warmup_steps=STARTING_WARMUP)
_DECAYS = ("constant", "step", "exponential", "cosine", "warmup")
CONTESTS: Mapping[str, Contest] = {
    "decay_wins": Contest(
        "3 neurons, rate 0.03",
        _THREE,
        _DECAYS,
        "Three neurons grow sharper while they learn. Which schedule stays below 2 / rate?",
    ),
    "decay_wins_fast": Contest(
        "3 neurons, rate 0.1",
        _THREE.replace(learning_rate=0.1),
        _DECAYS,
        "More than three times the rate of 0.03: which schedules still come to rest?",
    ),
    "decay_too_late": Contest(
        "50 neurons, rate 0.03",
        _THREE.replace(hidden=50),
        _DECAYS,
        "50 neurons are sharp from the very start. What has a decay done by then?",
    ),
}


_FIRST = next(iter(CONTESTS.values()))
FORM = ExperimentForm(
    lambda given: {  # noqa: ARG005 - no field depends on another
        "show": Field(kinds.Some(tuple(CANDIDATES), len(CANDIDATES)), _FIRST.show),
        "trained": Field(kinds.choice("yes", "no"), "yes"),
    },
    default=_FIRST.experiment,
    most_steps=MOST_STEPS,
)
ADDRESS = Address("schedules", FORM)


def experiments(base: Experiment, shown: Sequence[str]) -> dict[str, Experiment]:
    """Return the settings of each candidate by its label: the base's, but for the schedule.

    One that is the very run of one before it is left out; ``same_as`` names it.
    """
    found: dict[str, Experiment] = {}
    for name in shown:
        candidate = CANDIDATES[name]
        warmup = base.warmup_steps if candidate.warms_up and warms_up(base) else 0
        experiment = base.replace(schedule=candidate.schedule, warmup_steps=warmup)
        if experiment not in found.values():
            found[candidate.label] = experiment
    return found


def warms_up(base: Experiment) -> bool:
    """Whether any step of a warm-up is shorter: the last of its steps has the full rate."""
    return base.warmup_steps > 1


def same_as(base: Experiment, shown: Sequence[str]) -> str:
    """Say which schedules are not drawn, being the very run of one that is; or ""."""
    left_out = [
        f"{CANDIDATES[name].label} is the same as {CANDIDATES[other].label}"
        for name, other in WITHOUT_WARMUP.items()
        if not warms_up(base) and name in shown and other in shown
    ]
    why = "1 warm-up step has the full rate" if base.warmup_steps else "no warm-up steps are set"
    return f"{'; '.join(left_out)}: {why}." if left_out else ""


def is_quick(base: Experiment, shown: Sequence[str]) -> bool:
    """Whether all candidates are trained within a few seconds."""
    return base.steps * base.hidden * len(shown) <= QUICK_WORK


def all_rise(found: Sequence[Run]) -> bool:
    """Whether the loss rises, or ends in infinity, with every one."""
    return all(run.first_rise_at is not None or run.non_finite_at is not None for run in found)


def contest_of(base: Experiment, shown: Sequence[str]) -> str | None:
    """Return the name of the contest with these settings, if there is one."""
    return next(
        (n for n, s in CONTESTS.items() if s.experiment == base and s.show == tuple(shown)), None
    )


def current() -> str | None:
    """Return the name of the contest on the screen, if it is one."""
    return contest_of(ADDRESS.values["experiment"], ADDRESS.values["show"])


def tell(found: Sequence[Run], labels: Sequence[str]) -> list[str]:
    """Say what the schedules did, every number from the runs; first who does best, if any does."""
    named = dict(zip(labels, found, strict=True))
    said = _who_does_best(named)
    said.append(_who_never_rises(never_rising(named), labels))
    if rising := [
        f"{label} at step {run.risen_at:,}"
        for label, run in named.items()
        if run.first_rise_at is not None
    ]:
        said.append(f"First rise of the loss: {', '.join(rising)}.")
    return said


def never_rising(found: Mapping[str, Run]) -> list[str]:
    """Return with which schedules the loss never rises."""
    return [label for label, run in _finite(found).items() if run.first_rise_at is None]


def best(found: Mapping[str, Run]) -> tuple[str, Run]:
    """Return the label and the run with the lowest median loss over the second half."""
    finite = _finite(found) or found
    return min(finite.items(), key=lambda named: (typical_loss(named[1]), named[0]))


def leaders(found: Mapping[str, Run]) -> list[str]:
    """Return whose median loss over the second half is lowest, and all who do equally well."""
    order = sorted(_finite(found).items(), key=lambda named: (typical_loss(named[1]), named[0]))
    if len(order) < 2:
        return []
    _, first = order[0]
    return [label for label, run in order if _is_alike(run, first)]


def _is_alike(run: Run, best: Run) -> bool:
    same_right = run.train_accuracy[-1] == best.train_accuracy[-1]
    return bool(same_right and typical_loss(run) <= (1 + ALIKE) * typical_loss(best))


def _finite(found: Mapping[str, Run]) -> dict[str, Run]:
    return {label: run for label, run in found.items() if run.non_finite_at is None}


def _who_does_best(found: Mapping[str, Run]) -> list[str]:
    first = leaders(found)
    if not first:
        return []
    finite = sorted(_finite(found).items(), key=lambda named: typical_loss(named[1]))
    rest = [f"{label} {_median(run)}" for label, run in finite if label not in first]
    others = [f"The medians of the others: {', '.join(rest)}."] if rest else []
    right = ", ".join(f"{label} {percent(run.train_accuracy[-1])}" for label, run in finite)
    lead = _one_leads(found, first[0]) if len(first) == 1 else _several_lead(found, first)
    return [lead, f"Training points right at the end: {right}.", *others]


def _one_leads(found: Mapping[str, Run], label: str) -> str:
    best = found[label]
    lowest = f"the median of its {_loss(found)} is {_median(best)}"
    but = _who_else_leads(found, [label])
    if but:
        return f"**{label} is lowest over the second half of the steps:** {lowest}.{but}"
    return (
        f"**{label} does best here:** over the second half of the steps {lowest}, the lowest. It "
        f"ends at {_last(best)}: no other ends lower, and none has more training points right."
    )


def _who_else_leads(found: Mapping[str, Run], labels: Sequence[str]) -> str:
    """Say who ends lower than some, to the digits that are told, or with more points right."""
    best = found[labels[0]]
    finite = _finite(found)
    said = ""
    last = min(finite, key=lambda label: data_losses(finite[label])[-1])
    ends = [_last(finite[label]) for label in labels]
    if last not in labels and _last(finite[last]) not in ends:
        at_end = min(labels, key=lambda label: data_losses(finite[label])[-1])
        said = f" At the end it is {last}, {_last(finite[last])} against {_last(finite[at_end])}."
    most = max(finite, key=lambda label: finite[label].train_accuracy[-1])
    right, most_right = best.train_accuracy[-1], finite[most].train_accuracy[-1]
    if most_right > right:
        said += (
            f" Most training points are right with {most}, {percent(most_right)} against "
            f"{percent(right)}."
        )
    return said


def _several_lead(found: Mapping[str, Run], labels: Sequence[str]) -> str:
    medians = listed(_median(found[label]) for label in labels)
    what = f"the medians of their {_loss(found)}es over the second half of the steps"
    right = percent(found[labels[0]].train_accuracy[-1])
    return (
        f"**{listed(labels)} do equally well here:** {what}, {medians}, are at most {ALIKE:.0%} "
        f"above the lowest, with {right} of the training points right."
        f"{_who_else_leads(found, labels)}"
    )


def _last(run: Run) -> str:
    return spoken(data_losses(run)[-1], about=is_unsteady(run))


def _loss(found: Mapping[str, Run]) -> str:
    return loss_name([run.experiment for run in found.values()])


def _median(run: Run) -> str:
    return spoken(typical_loss(run), about=is_unsteady(run))


def _who_never_rises(calm: Sequence[str], labels: Sequence[str]) -> str:
    if not calm:
        return "The loss rises with every one of them."
    if len(calm) == len(labels):
        return "The loss rises with none of them."
    others = [label for label in labels if label not in calm]
    rest = f"with {others[0]}" if len(others) == 1 else "with all the others"
    return f"The loss never rises with {' and '.join(calm)}; it does {rest}."


def transitions(base: Experiment, shown: Sequence[str]) -> str:
    """Say how long a transition is where it is fitted to the run."""
    if base.transition_steps:
        return f"A transition takes {base.transition_steps:,} steps."
    drawn = experiments(base, shown)
    told = (
        f"{label} {transition_steps(e):,}" for label, e in drawn.items() if e.schedule != "constant"
    )
    each = ", ".join(told)
    return f"Steps of a transition, fitted to the run: {each}." if each else ""
