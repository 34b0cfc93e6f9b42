"""The moments of a run that are worth jumping to."""

import numpy as np

from mlp import Run
from ui.player.payload import Event


def events_of(run: Run) -> tuple[Event, ...]:
    """Return the moments of a run that are worth jumping to."""
    found = []
    branch = run.plan.branch_step
    if branch is not None and branch <= run.steps[-1]:
        found.append(Event(branch, "branch", f"Branch, step {branch:,}"))
    if run.first_rise_at is not None:
        label = f"First rise, after step {run.first_rise_at:,}"
        found.append(Event(rise_shows_at(run.first_rise_at), "first_rise", label))
    highest = int(np.argmax(run.loss_max))
    if highest > 0:
        step = int(run.steps[highest])
        found.append(Event(step, "highest_loss", f"Highest loss, step {step:,}"))
    if run.non_finite_at is not None:
        step = int(run.steps[-1])
        found.append(Event(step, "non_finite", f"Last finite step, {step:,}"))
    return tuple(found)


def rise_shows_at(first_rise_at: int) -> int:
    """Return the step at which a rise is to be seen: a rise after step 0 shows at step 1."""
    return max(first_rise_at, 1)
