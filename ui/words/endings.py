"""How a run ended in numbers, and what its mini-batches had to do with it."""

from mlp import Diagnosis, Run
from mlp.analysis.verdicts import OSCILLATING_SHARE, held_out_accuracy, is_unsteady
from mlp.base.arrays import Array
from ui.words import cures
from ui.words.losses import loss_name
from ui.words.numbers import percent, plural, spoken


def _right(run: Run) -> str:
    others = len(run.data.X) - run.data.n_train
    right = f"{percent(run.train_accuracy[-1])} of the training points"
    if others:
        right += f", and {percent(held_out_accuracy(run))} of the {plural(others, 'other')},"
    return f"at the end {right} are right"


def loss_now(run: Run) -> str:
    """Say where the loss began and ended, or where it was no longer finite."""
    if run.non_finite_at is not None:
        return f"The loss was no longer finite at step {run.non_finite_at:,}."
    return (
        f"The loss{_with_penalty(run)} began at {spoken(run.loss[0])} and ended at "
        f"{spoken(run.loss[-1], about=is_unsteady(run))}; {_right(run)}."
    )


def _with_penalty(run: Run) -> str:
    """Tell the whole loss from the data loss, which trials are compared by."""
    return ", penalty included," if loss_name([run.experiment]) != "loss" else ""


def noise(run: Run, cause: str) -> str:
    """Say how often the steps of mini-batches raised the loss, to end a cause's sentence."""
    share = float(run.rises.sum()) / max(int(run.steps[-1]), 1)
    if not run.experiment.takes_mini_batches or share <= OSCILLATING_SHARE:
        return ""
    if cause == "batches_too_noisy":  # which names the batch
        return f": {percent(share)} of them raised the loss"
    batch = f"{run.experiment.batch_size} of {plural(run.data.n_train, 'point')}"
    return f"; the steps are noisy, each on {batch}, and {percent(share)} of them raised the loss"


def all_points(diagnosis: Diagnosis) -> str:
    """Say what all points in every step did where they were tried, and are not the cause."""
    if diagnosis.cause == "batches_too_noisy":
        return ""
    trials = (each for each in diagnosis.trials or () if each.name == "larger_batches")
    told = (
        f" Against the noise of the batches, “{cures.label(each.name, each.plan)}” was tried. "
        f"{cures.tell(each)}"
        for each in trials
    )
    return next(told, "")


def share(losses: Array) -> str:
    """Say by what share the second of two losses differs from the first."""
    before, after = losses
    changed = abs(after / before - 1) if before > 0 else 0.0
    return percent(changed) if changed >= 0.001 else "less than 0.1%"
