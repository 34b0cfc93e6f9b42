"""The moments of a run that are worth jumping to."""

import numpy as np

from mlp import Run
from mlp.analysis.stability import limit_of, products
from mlp.analysis.verdicts import is_saturated
from ui.jobs.finished import first_look_of
from ui.player.payload import Event
from ui.words.numbers import spoken
from ui.words.optimizers import gauge_limit


def events_of(run: Run, *, whole: bool = True) -> tuple[Event, ...]:
    """Return the moments of a run that are worth jumping to.

    Of a run that is not ``whole``, which still trains, nothing is said of how it ends.
    """
    found = []
    branch = run.plan.branch_step
    if branch is not None and branch <= run.steps[-1]:
        found.append(Event(branch, "branch", f"Branch, step {branch:,}"))
    dead = dead_from(run) if whole else None
    if dead is not None:
        found.append(Event(dead, "dead", f"Dead from step {dead:,} on"))
    if run.risen_at is not None:
        label = f"First rise, step {run.risen_at:,}"
        note = step_that_rose(run) if whole else ""
        found.append(Event(run.risen_at, "first_rise", label, note))
    highest = int(np.argmax(run.loss_max))
    if highest > 0:
        step = int(run.steps[highest])
        found.append(Event(step, "highest_loss", f"Highest loss, step {step:,}"))
    if run.non_finite_at is not None:
        step = int(run.steps[-1])
        found.append(Event(step, "non_finite", f"Last finite step, {step:,}"))
    return tuple(found)


def step_that_rose(run: Run) -> str:
    """Say what learning rate x sharpness was of the step that first raised the loss, or "".

    At the moment of the rise the gauge shows that of the next step. With mini-batches, whose steps
    differ, without a limit, and where that step was not recorded, there is nothing to say.
    """
    step = run.first_rise_at or 0
    experiment, frame = run.settings_at(step), run.frame_at(step)
    if experiment.takes_mini_batches or gauge_limit(experiment) is None or run.steps[frame] != step:
        return ""
    limit, product = limit_of(experiment, at_rest=step == 0), float(products(run)[frame])
    side = "past" if product > limit else "below"
    return f"It was {spoken(product)}, {side} {limit:.3g}, at the step that raised the loss"


def dead_from(run: Run) -> int | None:
    """Return the first recorded step from which a network that ends saturated learns no more.

    None where it ends otherwise, or where a penalty's step, and not saturation, is to blame.
    """
    if not is_saturated(run):  # cheap, where a first look may have to train
        return None
    diagnosis = first_look_of(run)
    return diagnosis.step if diagnosis.cause == "saturation" else None
