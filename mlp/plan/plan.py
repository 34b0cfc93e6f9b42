"""What is trained: an Experiment, and what-if, the settings that change on the way.

A plan is an Experiment, the root, and a chain of cuts; each cut names a step and what changes
there: a branch that goes on from another run's weights. What a cut does not change goes on as it
was: the learning rate stays on its schedule, an optimizer that remembers keeps its memory,
mini-batches keep their order. Where a cut changes something of the learning rate, the schedule
counts from the cut and fits the steps that are left; where it changes the optimizer, the new one
begins with an empty memory.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mlp.base.arrays import Array
from mlp.experiment import Experiment, Value
from mlp.plan.cut import BRANCHABLE, RATE_FIELDS, Cut
from mlp.plan.rates import learning_rates
from mlp.plan.text import (
    AT,
    LONGEST_TEXT,
    cut_from_dict,
    format_cut,
    format_root,
    parse_cut,
    parse_root,
)

MOST_CUTS = 4  # every cut adds up to ``frames`` frames to the record


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


@dataclass(frozen=True)
class Plan:
    """What is trained: the settings a run starts with, and where they change on the way.

    Parameters
    ----------
    root : Experiment
        The settings until the first cut.
    cuts : tuple of Cut
        At most MOST_CUTS, their steps rising, each within the run it leaves; none for a plain
        Experiment. At that run's last step a branch goes on after its end, with more ``steps``.

    Raises
    ------
    ValueError
        Names the cut, the value, and what is allowed.

    Examples
    --------
    >>> late = Plan(Experiment(learning_rate=0.03))
    >>> rescue = late.branch(1400, {"learning_rate": 0.006})
    >>> rescue.experiment.learning_rate
    0.006
    >>> rescue.to_text()  # a preset by its name, else by its settings
    'exploding_late@1400~learning_rate:0.006'
    >>> Plan.from_text(rescue.to_text()) == rescue
    True
    """

    root: Experiment
    cuts: tuple[Cut, ...] = ()

    @classmethod
    def of(cls, what: "Experiment | Plan") -> "Plan":
        """Return a plan as it is, and an Experiment as a plan without cuts."""
        return cls(what) if isinstance(what, Experiment) else what

    def __post_init__(self) -> None:
        """Check the chain as a whole, and every setting along it."""
        if len(self.cuts) > MOST_CUTS:
            raise ValueError(
                f"a chain of {len(self.cuts)} branches: must be at most {MOST_CUTS}; "
                "branch from an earlier step"
            )
        for before, after in itertools.pairwise(self.cuts):
            if after.step <= before.step:
                raise ValueError(
                    f"branch at step {after.step}: must come after the branch at step "
                    f"{before.step} that it leaves"
                )
        _ = self.settings

    @cached_property
    def settings(self) -> tuple[Experiment, ...]:
        """The settings before the first cut and after each."""
        settings = [self.root]
        for cut in self.cuts:
            settings.append(cut.applied(settings[-1]))
        return tuple(settings)

    @property
    def experiment(self) -> Experiment:
        """The settings that a run ends with; ``steps`` are those of the whole run."""
        return self.settings[-1]

    @property
    def is_branch(self) -> bool:
        """Whether any settings change on the way."""
        return bool(self.cuts)

    @property
    def branch_step(self) -> int | None:
        """The step of the last cut, from which on the run is its own; None without one."""
        return self.cuts[-1].step if self.cuts else None

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The stretches of a run in their order; one more than there are cuts."""
        starts = [0, *(cut.step for cut in self.cuts)]
        ends = [*starts[1:], self.experiment.steps]
        found = [Segment(self.root, 0, ends[0], self.root, 0)]
        for experiment, start, end in zip(self.settings[1:], starts[1:], ends[1:], strict=True):
            before = found[-1]
            scheduled, since = before.scheduled, before.scheduled_from
            if any(_differs(before.experiment, experiment, name) for name in RATE_FIELDS):
                scheduled, since = experiment.replace(steps=experiment.steps - start), start
            found.append(Segment(experiment, start, end, scheduled, since))
        return tuple(found)

    def segment_at(self, step: int) -> Segment:
        """Return the stretch whose settings take a step; the last one's for the run's last."""
        return [found for found in self.segments if found.start <= step or found.start == 0][-1]

    def learning_rates(self, steps: ArrayLike) -> Array:
        """Return the learning rate of each step of a run, of the shape of ``steps``."""
        steps = np.asarray(steps)
        rates = self.segments[0].learning_rates(steps)
        for part in self.segments[1:]:
            rates = np.where(
                steps >= part.start, part.learning_rates(np.maximum(steps, part.start)), rates
            )
        return rates

    def with_root(self, root: Experiment) -> "Plan":
        """Return the plan with the same cuts that starts from other settings."""
        return Plan(root, self.cuts)

    def with_derivative(self) -> "Plan":
        """Return the plan that takes the derivative of the L2 penalty throughout."""
        cuts = (
            Cut(cut.step, tuple(change for change in cut.changes if change[0] != "l2_gradient"))
            for cut in self.cuts
        )
        return Plan(self.root.replace(l2_gradient="derived"), tuple(cuts))

    def branch(self, step: int, changes: Mapping[str, Value]) -> "Plan":
        """Return the plan that leaves this one's run at a step; cuts after that step fall away.

        At the very step of a cut the changes join those of that cut.

        Examples
        --------
        >>> first = Plan(Experiment(learning_rate=0.03)).branch(1400, {"learning_rate": 0.006})
        >>> [cut.step for cut in first.branch(3000, {"l2": 0.1}).cuts]
        [1400, 3000]
        >>> [cut.step for cut in first.branch(500, {"l2": 0.1}).cuts]
        [500]
        """
        kept = tuple(cut for cut in self.cuts if cut.step < step)
        same = dict(change for cut in self.cuts if cut.step == step for change in cut.changes)
        return Plan(self.root, (*kept, Cut(step, tuple((same | dict(changes)).items()))))

    def with_settings(self, step: int, settings: Experiment) -> "Plan":
        """Return the plan whose stretch at a step has other settings.

        What can change while weights stay changes where that stretch begins; all else, such as
        the neurons, from the root on. What later cuts change they change as before.

        Examples
        --------
        >>> rescue = Plan(Experiment()).branch(1400, {"l2": 0.1})
        >>> wider = rescue.with_settings(2000, rescue.experiment.replace(hidden=50))
        >>> wider.root.hidden, wider.cuts == rescue.cuts
        (50, True)
        """
        number = self.segments.index(self.segment_at(step))
        before, after = self.settings[number].to_dict(), settings.to_dict()
        changes = {name: value for name, value in after.items() if value != before[name]}
        if number == 0 or not changes.keys() <= BRANCHABLE:
            return self.with_root(self.root.replace(**changes))
        cut = self.cuts[number - 1]
        changed = Cut(cut.step, tuple((dict(cut.changes) | changes).items()))
        return Plan(self.root, (*self.cuts[: number - 1], changed, *self.cuts[number:]))

    def to_text(self) -> str:
        """Return the plan as one line: a preset's name or its settings, then its cuts."""
        return AT.join([format_root(self.root), *(format_cut(cut) for cut in self.cuts)])

    @classmethod
    def from_text(cls, text: str) -> "Plan":
        """Read a plan from one line of text that may come from anywhere.

        Raises
        ------
        ValueError
            Names what cannot be used, and what is allowed.
        """
        if len(text) > LONGEST_TEXT:
            raise ValueError(
                f"settings of {len(text):,} characters: must be at most {LONGEST_TEXT:,}"
            )
        root_text, *cut_texts = text.split(AT)
        root = parse_root(root_text)
        _refuse_many(cut_texts)
        return cls(root, tuple(parse_cut(cut_text) for cut_text in cut_texts))

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as what JSON can hold: every field of the root, and the cuts."""
        return {
            "experiment": self.root.to_dict(),
            "branches": [{"step": cut.step, "changes": dict(cut.changes)} for cut in self.cuts],
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Plan":
        """Read a plan from what JSON held; ValueError names what cannot be used."""
        fields, branches = record.get("experiment"), record.get("branches", [])
        if not isinstance(fields, dict) or not isinstance(branches, list):
            raise ValueError('a run must have "experiment", an object, and "branches", a list')
        root = Experiment.from_fields(fields)
        _refuse_many(branches)
        return cls(root, tuple(cut_from_dict(entry) for entry in branches))


def _differs(first: Experiment, second: Experiment, name: str) -> bool:
    return bool(getattr(first, name) != getattr(second, name))


def _refuse_many(branches: Sequence[object]) -> None:
    if len(branches) > MOST_CUTS:
        raise ValueError(f"a chain of {len(branches)} branches: must be at most {MOST_CUTS}")
