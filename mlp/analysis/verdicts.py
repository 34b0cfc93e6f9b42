"""Verdicts: how a run ended, by its loss, accuracy, gradient, weights and activations.

Whether a network learned is judged by the data's part of the loss alone: a penalty that falls
teaches it nothing.
"""

import numpy as np

from mlp.base.arrays import Array, Flags, Steps
from mlp.data.shapes import Data
from mlp.network import Objective, data_loss, forward, unpack
from mlp.optimizers.registry import stability_limit
from mlp.training.inputs import make_objective
from mlp.training.run import Run

# Learned: at least so many of the training points right, at less than half of the first data loss.
# Answering 1/2 everywhere gives about that half of the usual start.
LEARNED_ACCURACY = 0.9
UNSOLVED_SHARE = 0.5
# Poor: fewer right than this, or unsolved. Between the two a run has learned, and could do better.
GOOD_ACCURACY = 0.95
# Overfitting: so many more of the training points right than of the others.
OVERFITS = 0.1
# Every point right and a tenth of the first loss left: what remains is certainty, not learning.
SOLVED_SHARE = 0.1
# Clearly better than one answer to all points: so many more of them right, or so much less loss.
CLEARLY_MORE = 0.02
LESS = 0.9
# What changes by less than a hundredth over the last tenth of the steps stands still.
STILL = 0.01
LAST_PART = 0.1
# A loss that rises after more than one step in twenty, at the end, swings rather than falls.
OSCILLATING_SHARE = 0.05
# A sigmoid with h (1 - h) below this passes on less than 4 % of the most it can (1/4).
FLAT = 0.01
# A layer counts as saturated when nearly all of its activations are flat on nearly all samples.
SATURATED_SHARE = 0.9
# The gradient has vanished when a step moves the weights by less than this, for every unit that
# an output could still move: further training of the same length changes nothing to be seen.
VANISHED = 1e-3
# Weights so many times their start explode, infinite or not yet; a start below the usual size
# counts as one of that size.
HUGE = 1e6

VERDICTS = (
    "learning",
    "converged",
    "stuck",
    "oscillating",
    "saturated",
    "exploding",
    "non_finite",
)


def judge(run: Run) -> str:
    """Return how a run ended: one of VERDICTS.

    Examples
    --------
    >>> from mlp import Experiment, train
    >>> judge(train(Experiment(hidden=50, learning_rate=0.3, steps=30)))
    'saturated'
    """
    ended = {
        "non_finite": run.non_finite_at is not None,
        "exploding": is_huge(run),
        "saturated": is_saturated(run),
        "oscillating": oscillates(run),
        "converged": _is_solved(run),
        "learning": still_falls(run),
    }
    return next(
        (verdict for verdict, is_so in ended.items() if is_so),
        "converged" if has_learned(run) else "stuck",
    )


def _is_solved(run: Run) -> bool:
    losses = data_losses(run)
    return bool(run.train_accuracy[-1] == 1.0 and losses[-1] <= SOLVED_SHARE * losses[0])


def still_falls(run: Run) -> bool:
    """Whether the data loss fell by a hundredth over the last tenth, and is below its start."""
    losses = data_losses(run)
    last = losses[_last_part(run.steps) + 1 :] if run.experiment.takes_mini_batches else losses[-1:]
    return recent_fall(run) > STILL and bool(np.median(last) < losses[0])


def recent_fall(run: Run) -> float:
    """Return the share by which the data loss fell over the last tenth of the steps.

    Negative where it rose. With mini-batches single losses are chance: there the median of that
    tenth is held against the median of the tenth before.
    """
    losses, part = data_losses(run), _last_part(run.steps)
    before, after = losses[[part, -1]]
    if run.experiment.takes_mini_batches and part + 1 < len(losses):
        earlier = run.frame_at(int((1 - 2 * LAST_PART) * run.steps[-1]))
        before, after = np.median(losses[earlier : part + 1]), np.median(losses[part + 1 :])
    return float(1 - after / before) if before > 0 else 0.0


def data_losses(run: Run) -> Array:
    """Return the data's part of the loss of every frame, (F,): without the penalties.

    Beside a penalty so much larger that the difference is lost to rounding, the network is asked
    again.
    """
    losses: Array = run.loss - run.penalty
    lost = np.flatnonzero(run.penalty > HUGE * losses)
    if len(lost) > 0:
        objective = make_objective(run.experiment, run.data)
        losses[lost] = [data_loss_at(objective, run.w[frame]) for frame in lost]
    return losses


def data_loss_at(objective: Objective, w: Array) -> float:
    """Return the data's part of the loss at flat weights (P,), over the samples."""
    W1, W2 = unpack(w.copy(), objective.X.shape[1], objective.hidden)
    _, H2 = forward(objective.X, W1, W2)
    return data_loss(H2, objective.Y) / len(objective.Y)


def has_learned(run: Run, frame: int = -1) -> bool:
    """Whether 9 in 10 training points were right at a frame, at half of the first data loss."""
    return bool(run.train_accuracy[frame] >= LEARNED_ACCURACY and not _is_unsolved(run, frame))


def held_out_accuracy(run: Run) -> float:
    """Return the share right, at the end, of the points not trained on; NaN where there are none.

    Examples
    --------
    >>> from mlp import Experiment, train
    >>> run = train(Experiment(points=60, train_points=50, steps=200))
    >>> right = 50 * run.train_accuracy[-1] + 10 * held_out_accuracy(run)
    >>> round(60 * run.accuracy[-1]) == round(right)
    True
    """
    n, n_train = len(run.data.X), run.data.n_train
    if n == n_train:
        return float("nan")
    right = n * run.accuracy[-1] - n_train * run.train_accuracy[-1]
    return float(round(right) / (n - n_train))


def overfits(run: Run) -> bool:
    """Whether a network learned its training points, and is clearly worse on the others.

    By a tenth at least, and by two standard errors of a share of so many points, sqrt(p q / n) with
    p = q = 1/2.
    """
    held_out = len(run.data.X) - run.data.n_train
    if held_out == 0 or not has_learned(run):
        return False
    gap = run.train_accuracy[-1] - held_out_accuracy(run)
    return bool(gap > max(OVERFITS, held_out**-0.5))


def is_poor(run: Run) -> bool:
    """Whether a run ended badly: infinite, or with wrong answers to more than 1 in 20 points."""
    bad = run.train_accuracy[-1] < GOOD_ACCURACY or _is_unsolved(run, -1)
    return run.non_finite_at is not None or bool(bad)


def _is_unsolved(run: Run, frame: int) -> bool:
    losses = data_losses(run)
    return bool(losses[frame] > UNSOLVED_SHARE * losses[0])


def beats_one_answer(data: Data, *, accuracy: float, loss: float) -> bool:
    """Whether an accuracy or a data loss is clearly better than one answer to all points gives."""
    ones = float(np.mean(data.labels[: data.n_train]))
    more_right = accuracy > max(ones, 1 - ones) + CLEARLY_MORE
    return more_right or loss < LESS * ones * (1 - ones)  # half the squared error of both outputs


def typical_loss(run: Run) -> float:
    """Return the median data loss of the frames of a run's second half.

    Where a run swings, its last loss is chance: rounding alone changes it by up to a third, and
    this by a hundredth.
    """
    return median_of_second_half(run.steps, data_losses(run))


def median_of_second_half(steps: Steps, values: Array) -> float:
    """Return the median of what was recorded at rising steps (F,), over their second half."""
    return float(np.median(values[steps >= steps[-1] / 2]))


def went_wrong(run: Run) -> bool:
    """Whether the loss ever rose, or was no longer finite."""
    return run.first_rise_at is not None or run.non_finite_at is not None


def is_unsteady(run: Run) -> bool:
    """Whether the loss rose, or was no longer finite, by more than the chance of mini-batches."""
    by_chance = run.experiment.takes_mini_batches and run.non_finite_at is None
    return went_wrong(run) and not by_chance


def is_huge(run: Run) -> bool:
    """Whether the last weights are more than a million times as large as the first."""
    first, last = np.abs(run.w[0]).max(), np.abs(run.w[-1]).max()
    scale = run.plan.root.init_scale
    usual = first / min(scale, 1.0) if scale > 0 else 1.0
    return bool(last > HUGE * usual)


def _last_part(steps: Steps) -> int:
    """Return the last frame recorded before the last tenth of the steps."""
    return int(np.searchsorted(steps, int((1 - LAST_PART) * steps[-1]), side="right")) - 1


def oscillates(run: Run) -> bool:
    """Whether the loss still rose after many of the last steps, and swung by a hundredth at least.

    With mini-batches it always does, by chance, and that says nothing.
    """
    by_chance = run.experiment.takes_mini_batches
    return not by_chance and swings(run.steps, run.rises, run.loss_max, run.loss)


def swings(steps: Steps, rises: Steps, highest: Array, losses: Array) -> bool:
    """Whether a loss swings over the last tenth of some recorded steps, (F,).

    ``rises`` counts the steps that raised it since the record before, ``highest`` is the highest
    since then.
    """
    part = _last_part(steps)
    times = int(rises[part + 1 :].sum())
    often = times > max(OSCILLATING_SHARE * (steps[-1] - steps[part]), 1)  # once is no swing
    top, low = highest[part + 1 :].max(initial=0.0), losses[part:].min()
    return bool(often and top - low > STILL * low)


def saturated_shares(run: Run, frame: int) -> tuple[float, float]:
    """Return the share of flat activations, h (1 - h) < FLAT, of the hidden layer and the outputs.

    Over all training samples at one frame.
    """
    X = make_objective(run.experiment, run.data).X
    H1, H2 = forward(X, run.W1[frame].copy(), run.W2[frame].copy())
    return _flat_share(H1), _flat_share(H2)


def _flat_share(H: Array) -> float:
    return float(np.mean(H * (1 - H) < FLAT))


def is_saturated(run: Run) -> bool:
    """Whether a layer is flat, the gradient has vanished for good, and little was learned.

    For good: nothing moves. A gradient that is small at a step alone keeps no weight in its place:
    momentum carries on, the next batch has another one, and some optimizers scale each step by the
    gradient's own size.
    """
    if run.train_accuracy[-1] >= LEARNED_ACCURACY or not stalled(run)[-1] or moves(run):
        return False
    return max(saturated_shares(run, -1)) > SATURATED_SHARE


def moves(run: Run) -> bool:
    """Whether the data loss or the accuracy changed by a hundredth over the last tenth."""
    part = _last_part(run.steps)
    losses, accuracies = data_losses(run)[part:], run.train_accuracy[part:]
    return bool(np.ptp(losses) > STILL * losses.min() or np.ptp(accuracies) > STILL)


def stalled(run: Run) -> Flags:
    """Return at which frames, (F,), next to no gradient is left at a data loss that is still high.

    A step that is proportional to the gradient teaches nothing there: on a plateau, which may end,
    at a minimum that is a poor fit, or in saturation.
    """
    losses = data_losses(run)
    at_frames: Flags = vanished(run) & (losses > UNSOLVED_SHARE * losses[0])
    return at_frames


def dead(run: Run) -> Flags:
    """Return at which frames, (F,), a network that ends saturated has learned its last.

    None of a run that was stopped, or still trains: it may go on.
    """
    whole = run.steps[-1] >= run.experiment.steps or run.non_finite_at is not None
    ends_dead = whole and is_saturated(run)
    at_frames: Flags = ends_dead & (np.arange(len(run.steps)) >= dead_since(run))
    return at_frames


def vanished(run: Run) -> Flags:
    """Return at which frames, (F,), next to nothing of the gradient is left."""
    at_frames: Flags = gradient_norms(run) < VANISHED * run.data.n_train
    return at_frames


def dead_since(run: Run) -> int:
    """Return the first frame from which the gradient is vanished to the end, and the loss stays.

    The accuracy may move: weights drift, and where outputs are undecided that changes answers.
    """
    return _since(vanished(run) & _loss_stays(run))


def rests_since(run: Run) -> int:
    """Return the first frame from which loss and accuracy stay within a hundredth of their last."""
    accuracies = run.train_accuracy
    return _since(_loss_stays(run) & (np.abs(accuracies - accuracies[-1]) <= STILL))


def _loss_stays(run: Run) -> Flags:
    """Return at which frames, (F,), the data loss is within a hundredth of its last."""
    losses = data_losses(run)
    near: Flags = np.abs(losses - losses[-1]) <= STILL * losses[-1]
    return near


def _since(flags: Flags) -> int:
    """Return the first frame from which flags hold to the end."""
    return 0 if flags.all() else len(flags) - int(np.argmin(flags[::-1]))


def scales_steps(run: Run) -> bool:
    """Whether the optimizer scales each weight's step, by the gradient's own size."""
    return stability_limit(run.experiment.optimizer, run.experiment.momentum) is None


def gradient_norms(run: Run) -> Array:
    """Return the norm of the whole gradient of every frame, (F,)."""
    norms: Array = np.hypot(run.grad_norm_W1, run.grad_norm_W2)
    return norms
