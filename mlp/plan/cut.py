"""A cut: a step of a run, and what changes there."""

from dataclasses import dataclass
from typing import Any

from mlp.experiment import ALLOWED, MOST_STEPS, Experiment, Value, refusal
from mlp.optimizers.registry import PARAMETERS

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
    "first_layer_rate",
    "optimizer",
    *PARAMETERS,
    "l2",
    "l1",
    "l2_gradient",
    "clip_norm",
    "batch_size",
    "steps",
}


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
            raise ValueError(not_a_step(str(step)))
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

    def applied(self, before: Experiment) -> Experiment:
        """Return the settings after this cut of a run with those before; ValueError names it."""
        if self.step > before.steps:
            raise ValueError(
                f"branch at step {self.step}: must be at most step {before.steps}, the last "
                "of the run it leaves"
            )
        try:
            changed = before.replace(**dict(self.changes))
        except ValueError as error:
            raise ValueError(f"branch at step {self.step}: {error}") from None
        if changed.steps <= self.step:
            raise ValueError(
                f"branch at step {self.step}: steps = {changed.steps} must be above {self.step}, "
                "as it counts from the very beginning"
            )
        return changed


def not_a_step(text: str) -> str:
    """Return the sentence about what is no step of a run."""
    return f"branch at step {text[:20]}: must be a whole number from 0 to {MOST_STEPS - 1}"


def _converted(step: int, name: str, value: object) -> tuple[str, Value]:
    try:
        return name, ALLOWED[name].convert(value)
    except ValueError:
        raise ValueError(f"branch at step {step}: {refusal(name, value)}") from None


def _order(change: tuple[str, Value]) -> int:
    return list(ALLOWED).index(change[0])
