"""What-if: a run that goes on from another one's weights with some settings changed.

A branch is an Experiment, the root, and a chain of cuts; each cut names a step and what changes
there. What a cut does not change goes on as it was: the learning rate stays on its schedule, an
optimizer that remembers keeps its memory, mini-batches keep their order. Where a cut changes
something of the learning rate, the schedule counts from the cut and fits the steps that are left;
where it changes the optimizer, the new one begins with an empty memory.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from mlp.base.arrays import Array
from mlp.experiment import (
    ALLOWED,
    MOST_STEPS,
    PRESETS,
    Experiment,
    Value,
    format_value,
    parse_field,
    refusal,
)
from mlp.optimizers.registry import PARAMETERS
from mlp.schedules import learning_rates

MOST_CUTS = 4  # every cut adds up to ``frames`` frames to the record
LONGEST_TEXT = 2000
RATE_FIELDS = frozenset(
    {
        "learning_rate",
        "schedule",
        "decay_rate",
        "transition_steps",
        "end_fraction",
        "warmup_steps",
    }
)
# Neither the network's shape nor the data: what is left can change while weights stay.
BRANCHABLE = RATE_FIELDS | {
    "optimizer",
    *PARAMETERS,
    "l2",
    "l1",
    "l2_gradient",
    "clip_norm",
    "batch_size",
    "steps",
}

# The signs of a plan as text; a browser's address bar keeps them readable.
AT, NEXT, IS = "@", "~", ":"


@dataclass(frozen=True)
class Cut:
    """A place where a branch begins: the step, and the fields that change there.

    Parameters
    ----------
    step : int
        The last step whose weights are the parent's; 0 is the untrained network.
    changes : tuple of (str, value)
        Names of BRANCHABLE with their new values; ``steps`` counts from the root's step 0.
    """

    step: int
    changes: tuple[tuple[str, Value], ...] = ()

    def __post_init__(self) -> None:
        """Check the step and the names; the values are checked with the other settings."""
        step: Any = self.step
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < MOST_STEPS:
            raise ValueError(
                f"branch at step {str(step)[:20]}: must be a whole number from 0 to "
                f"{MOST_STEPS - 1}"
            )
        names = [name for name, _ in self.changes]
        for name in names:
            if name not in BRANCHABLE:
                raise ValueError(
                    f"branch at step {step} changes {name[:40]!r}: it can change only "
                    f"{', '.join(field for field in ALLOWED if field in BRANCHABLE)}"
                )
            if names.count(name) > 1:
                raise ValueError(f"branch at step {step} changes {name} twice; give it once")
        changes = (_converted(step, name, value) for name, value in self.changes)
        object.__setattr__(self, "changes", tuple(sorted(changes, key=_order)))


def _converted(step: int, name: str, value: object) -> tuple[str, Value]:
    try:
        return name, ALLOWED[name].convert(value)
    except ValueError:
        raise ValueError(f"branch at step {step}: {refusal(name, value)}") from None


def _order(change: tuple[str, Value]) -> int:
    return list(ALLOWED).index(change[0])


@dataclass(frozen=True)
class Branch:
    """A run that starts as ``root`` and changes settings at each cut.

    Parameters
    ----------
    root : Experiment
        The settings until the first cut.
    cuts : tuple of Cut
        1 to MOST_CUTS, their steps rising, each within the run it leaves. At that run's last step
        a branch goes on after its end, with more ``steps``.

    Raises
    ------
    ValueError
        Names the cut, the value, and what is allowed.

    Examples
    --------
    >>> late = Experiment(learning_rate=0.03)
    >>> rescue = Branch(late, (Cut(1400, (("learning_rate", 0.006),)),))
    >>> rescue.experiment.learning_rate
    0.006
        >>> format_plan(rescue)  # a preset by its name, else by its settings
        'exploding_late@1400~learning_rate:0.006'
    >>> parse_plan(format_plan(rescue)) == rescue
    True
    """

    root: Experiment
    cuts: tuple[Cut, ...]

    def __post_init__(self) -> None:
        """Check the chain as a whole, and every setting along it."""
        if not 1 <= len(self.cuts) <= MOST_CUTS:
            raise ValueError(
                f"a chain of {len(self.cuts)} branches: must be 1 to {MOST_CUTS}; "
                "branch from an earlier step"
            )
        for before, after in itertools.pairwise(self.cuts):
            if after.step <= before.step:
                raise ValueError(
                    f"branch at step {after.step}: must come after the branch at step "
                    f"{before.step} that it leaves"
                )
        settings_along(self)

    @property
    def experiment(self) -> Experiment:
        """The settings since the last cut; ``steps`` are those of the whole run."""
        return settings_along(self)[-1]

    @property
    def step(self) -> int:
        """The step of the last cut: from there on the run is its own."""
        return self.cuts[-1].step

    @property
    def parent(self) -> "Plan":
        """The plan that the last cut leaves."""
        return Branch(self.root, self.cuts[:-1]) if len(self.cuts) > 1 else self.root


Plan: TypeAlias = Experiment | Branch


class Segment(NamedTuple):
    """A stretch of a run with the same settings: from step ``start`` to ``end``.

    The learning rate is that of ``scheduled``, its steps counted from ``scheduled_from``.
    """

    experiment: Experiment
    start: int
    end: int
    scheduled: Experiment
    scheduled_from: int

    def learning_rates(self, steps: ArrayLike) -> Array:
        """Return the rate of each step, counted as the run's steps are."""
        return learning_rates(self.scheduled, np.asarray(steps) - self.scheduled_from)


@lru_cache(maxsize=256)
def settings_along(branch: Branch) -> tuple[Experiment, ...]:
    """Return the settings before the first cut and after each, checked."""
    settings = [branch.root]
    for cut in branch.cuts:
        if cut.step > settings[-1].steps:
            raise ValueError(
                f"branch at step {cut.step}: must be at most step {settings[-1].steps}, the last "
                "of the run it leaves"
            )
        try:
            changed = settings[-1].replace(**dict(cut.changes))
        except ValueError as error:
            raise ValueError(f"branch at step {cut.step}: {error}") from None
        if changed.steps <= cut.step:
            raise ValueError(
                f"branch at step {cut.step}: steps = {changed.steps} must be above {cut.step}, as "
                "it counts from the very beginning"
            )
        settings.append(changed)
    return tuple(settings)


def segments(plan: Plan) -> tuple[Segment, ...]:
    """Return the stretches of a run in their order; an Experiment has one."""
    if isinstance(plan, Experiment):
        return (Segment(plan, 0, plan.steps, plan, 0),)
    return _segments(plan)


@lru_cache(maxsize=256)
def _segments(branch: Branch) -> tuple[Segment, ...]:
    settings = settings_along(branch)
    starts = [0, *(cut.step for cut in branch.cuts)]
    ends = [*starts[1:], settings[-1].steps]
    found = [Segment(branch.root, 0, ends[0], branch.root, 0)]
    for experiment, start, end in zip(settings[1:], starts[1:], ends[1:], strict=True):
        before = found[-1]
        scheduled, since = before.scheduled, before.scheduled_from
        if any(_differs(before.experiment, experiment, name) for name in RATE_FIELDS):
            scheduled, since = experiment.replace(steps=experiment.steps - start), start
        found.append(Segment(experiment, start, end, scheduled, since))
    return tuple(found)


def _differs(first: Experiment, second: Experiment, name: str) -> bool:
    return bool(getattr(first, name) != getattr(second, name))


def segment_at(plan: Plan, step: int) -> Segment:
    """Return the stretch whose settings take a step; the last one's for the run's last."""
    return [found for found in segments(plan) if found.start <= step or found.start == 0][-1]


def rates_of(plan: Plan, steps: ArrayLike) -> Array:
    """Return the learning rate of each step of a run, of the shape of ``steps``."""
    steps = np.asarray(steps)
    parts = segments(plan)
    rates = parts[0].learning_rates(steps)
    for part in parts[1:]:
        rates = np.where(
            steps >= part.start, part.learning_rates(np.maximum(steps, part.start)), rates
        )
    return rates


def settings_of(plan: Plan) -> Experiment:
    """Return the settings that a run ends with."""
    return plan if isinstance(plan, Experiment) else plan.experiment


def root_of(plan: Plan) -> Experiment:
    """Return the settings that a run starts with."""
    return plan if isinstance(plan, Experiment) else plan.root


def cuts_of(plan: Plan) -> tuple[Cut, ...]:
    """Return the cuts of a plan; an Experiment has none."""
    return () if isinstance(plan, Experiment) else plan.cuts


def with_root(plan: Plan, root: Experiment) -> Plan:
    """Return a plan with the same cuts that starts from other settings."""
    return root if isinstance(plan, Experiment) else Branch(root, plan.cuts)


def branch_from(plan: Plan, step: int, changes: Mapping[str, Value]) -> Branch:
    """Return the branch that leaves a run at a step; cuts after that step fall away.

    At the very step of a cut the changes join those of that cut.

    Examples
    --------
    >>> first = branch_from(Experiment(learning_rate=0.03), 1400, {"learning_rate": 0.006})
    >>> [cut.step for cut in branch_from(first, 3000, {"l2": 0.1}).cuts]
    [1400, 3000]
    >>> [cut.step for cut in branch_from(first, 500, {"l2": 0.1}).cuts]
    [500]
    """
    kept = tuple(cut for cut in cuts_of(plan) if cut.step < step)
    same = dict(change for cut in cuts_of(plan) if cut.step == step for change in cut.changes)
    return Branch(root_of(plan), (*kept, Cut(step, tuple((same | dict(changes)).items()))))


def with_derivative(plan: Plan) -> Plan:
    """Return a plan that takes the derivative of the L2 penalty throughout."""
    cuts = tuple(
        Cut(cut.step, tuple(change for change in cut.changes if change[0] != "l2_gradient"))
        for cut in cuts_of(plan)
    )
    root = root_of(plan).replace(l2_gradient="derived")
    return Branch(root, cuts) if cuts else root


def format_plan(plan: Plan) -> str:
    """Return a plan as one line of text: a preset's name or its settings, then its cuts."""
    return AT.join([_format_root(root_of(plan)), *(_format_cut(cut) for cut in cuts_of(plan))])


def _format_root(root: Experiment) -> str:
    name = next((name for name, preset in PRESETS.items() if preset == root), None)
    return name or NEXT.join(f"{field}{IS}{text}" for field, text in root.to_params().items())


def _format_cut(cut: Cut) -> str:
    changes = (f"{name}{IS}{format_value(value)}" for name, value in cut.changes)
    return NEXT.join([str(cut.step), *changes])


def parse_plan(text: str) -> Plan:
    """Read a plan from one line of text that may come from anywhere.

    Raises
    ------
    ValueError
        Names what cannot be used, and what is allowed.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"settings of {len(text):,} characters: must be at most {LONGEST_TEXT:,}")
    root_text, *cut_texts = text.split(AT)
    root = _parse_root(root_text)
    if not cut_texts:
        return root
    if len(cut_texts) > MOST_CUTS:
        raise ValueError(f"a chain of {len(cut_texts)} branches: must be at most {MOST_CUTS}")
    return Branch(root, tuple(_parse_cut(cut_text) for cut_text in cut_texts))


def _parse_root(text: str) -> Experiment:
    if text in PRESETS:
        return PRESETS[text]
    if IS not in text:
        raise ValueError(
            f"{text[:40]!r}: must be one of {', '.join(PRESETS)}, or settings such as "
            f"hidden{IS}50{NEXT}learning_rate{IS}0.03"
        )
    return Experiment.from_params(dict(_parse_pairs(text.split(NEXT))))


def _parse_cut(text: str) -> Cut:
    step_text, *pairs = text.split(NEXT)
    if not (step_text.isascii() and step_text.isdigit() and len(step_text) <= len(str(MOST_STEPS))):
        raise ValueError(
            f"branch at step {step_text[:20]!r}: must be a whole number from 0 to {MOST_STEPS - 1}"
        )
    changes = tuple((name, parse_field(name, value)) for name, value in _parse_pairs(pairs))
    return Cut(int(step_text), changes)


def _parse_pairs(pairs: list[str]) -> Iterator[tuple[str, str]]:
    seen = set()
    for pair in pairs:
        name, sign, value = pair.partition(IS)
        if not sign or name not in ALLOWED:
            raise ValueError(
                f"{pair[:40]!r}: must be a setting and its value, such as hidden{IS}50; the "
                f"settings are {', '.join(ALLOWED)}"
            )
        if name in seen:
            raise ValueError(f"{name} stands more than once; give it once")
        seen.add(name)
        yield name, value


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """Return a plan as what JSON can hold: every field of the root, and the cuts."""
    return {
        "experiment": root_of(plan).to_dict(),
        "branches": [{"step": cut.step, "changes": dict(cut.changes)} for cut in cuts_of(plan)],
    }


def plan_from_dict(record: Mapping[str, Any]) -> Plan:
    """Read a plan from what JSON held; ValueError names what cannot be used."""
    fields, branches = record.get("experiment"), record.get("branches", [])
    if not isinstance(fields, dict) or not isinstance(branches, list):
        raise ValueError('a run must have "experiment", an object, and "branches", a list')
    root = Experiment.from_fields(fields)
    if not branches:
        return root
    if len(branches) > MOST_CUTS:
        raise ValueError(f"a chain of {len(branches)} branches: must be at most {MOST_CUTS}")
    return Branch(root, tuple(_cut_from_dict(entry) for entry in branches))


def _cut_from_dict(entry: object) -> Cut:
    if not isinstance(entry, dict) or set(entry) != {"step", "changes"}:
        raise ValueError('a branch must be an object of "step" and "changes"')
    if not isinstance(entry["changes"], dict):
        raise ValueError('the "changes" of a branch must be an object such as {"l2": 0.1}')
    return Cut(entry["step"], tuple(entry["changes"].items()))
