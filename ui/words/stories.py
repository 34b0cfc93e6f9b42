"""How a run began and how it ended, in a line: what every screen calls its verdict."""

from collections.abc import Callable, Mapping

import numpy as np

from mlp import Run
from mlp.analysis.verdicts import (
    beats_one_answer,
    data_losses,
    dead_since,
    has_learned,
    held_out_accuracy,
    overfits,
    stalled,
    still_falls,
)
from ui.words.numbers import percent, plural, spoken

# How a run ended, in the words of which its story is made; alone where its run is not at hand.
VERDICTS: Mapping[str, str] = {
    "learning": "Still learning",
    "converged": "Learned",
    "stuck": "Not learned",
    "oscillating": "Swings",
    "saturated": "Died",
    "exploding": "Exploding",
    "non_finite": "Exploded",
}


def story(run: Run, verdict: str) -> str:
    """Return how a run began and how it ended, in a line: what every screen calls its verdict."""
    return _STORIES.get(verdict, _ended)(run)


def _non_finite(run: Run) -> str:
    return f"{_then(run, 'non_finite')}: infinite at step {run.non_finite_at:,}"


def _exploding(run: Run) -> str:
    first, last = np.abs(run.w[0]).max(), np.abs(run.w[-1]).max()
    larger = f"{spoken(last / first)} times their start" if first > 0 else f"up to {spoken(last)}"
    return f"{_then(run, 'exploding')}: weights {larger}"


def _dead(run: Run) -> str:
    stopped = _then(run, "saturated")
    if stopped == VERDICTS["saturated"] and _learned_in_part(run):
        stopped = "Stopped learning"  # what it has learned it keeps
    return f"{stopped} at step {run.steps[dead_since(run)]:,}"


def _then(run: Run, verdict: str) -> str:
    learned = any(has_learned(run, frame) for frame in range(len(run.steps) - 1))
    return f"Learned, then {VERDICTS[verdict].lower()}" if learned else VERDICTS[verdict]


def headline(run: Run, verdict: str) -> str:
    """Return a run's story; of a network that overfits, with how many points are right of which."""
    told = story(run, verdict)
    if verdict in ("non_finite", "exploding") or not overfits(run):
        return told
    n_train = run.data.n_train
    return (
        f"{told} (overfitting): {percent(run.train_accuracy[-1])} of these {n_train} are right, "
        f"{percent(held_out_accuracy(run))} of the {plural(len(run.data.X) - n_train, 'other')}"
    )


OVERFITTED = "learned its training points, the others less"
EARLY = 0.05  # of the steps
AT_ONCE, FEW = 2, 10  # steps


def _swings(run: Run) -> str:
    since = "the start" if _at_once(run, AT_ONCE) else f"step {run.risen_at:,} on"
    early = (run.first_rise_at or 0) < EARLY * run.steps[-1]
    start = f"Swings from {since}" if early else "Calm start, then swings"
    return f"{start}, {'yet ' if has_learned(run) else ''}{_what_it_learned(run)}"


def _ended(run: Run) -> str:
    """Tell of a run that came to its end; of its loss where that fell by a hundredth."""
    learned = _what_it_learned(run)
    falls = still_falls(run) and not overfits(run)
    if falls:
        learned = f"{learned}, and still improving" if has_learned(run) else "still learning"
    still = standstill(run)
    if still is not None:
        return f"Hardly any gradient from step {still[0]:,} to {still[1]:,}, then {learned}"
    if run.experiment.takes_mini_batches:
        return learned.capitalize()
    if run.first_rise_at is None:
        return learned.capitalize() if falls or has_learned(run) else f"Calm, but {learned}"
    half = run.frame_at(int(run.steps[-1]) // 2)
    early = run.first_rise_at < EARLY * run.steps[-1] and run.rises[half + 1 :].sum() == 0
    unstable = "Unstable start" if _at_once(run) else "Unstable early on"
    start = unstable if early else "Unstable at times"
    return f"{start}, then {learned}" if has_learned(run) else f"{start}, {learned}"


def _at_once(run: Run, few: int = FEW) -> bool:
    """Whether the loss rose within the first steps, which nobody would count apart."""
    return run.risen_at is None or run.risen_at <= few


def standstill(run: Run) -> tuple[int, int] | None:
    """Return the first and last step of the longest time with next to no gradient, if it was long.

    That is a fifth of the steps, ended before the run did: a network that ends so has other words.
    """
    without = np.concatenate([[False], stalled(run), [False]])
    starts, ends = np.flatnonzero(np.diff(without)).reshape(-1, 2).T
    times = [(int(run.steps[a]), int(run.steps[b - 1])) for a, b in zip(starts, ends, strict=True)]
    first, last = max(times, key=lambda time: time[1] - time[0], default=(0, 0))
    long = last - first >= LONG * run.steps[-1] > 0
    return (first, last) if long and last < run.steps[-1] else None


LONG = 0.2  # of the steps


def _what_it_learned(run: Run) -> str:
    """Say what there is to show for a run: nothing means no better than one answer to all."""
    if has_learned(run):
        return OVERFITTED if overfits(run) else "learned"
    return "learned only in part" if _learned_in_part(run) else "learned nothing"


def _learned_in_part(run: Run) -> bool:
    accuracy, losses = float(run.train_accuracy[-1]), data_losses(run)
    better = beats_one_answer(run.data, accuracy=accuracy, loss=losses[-1])
    return bool(better and losses[-1] < losses[0])


_STORIES: Mapping[str, Callable[[Run], str]] = {
    "non_finite": _non_finite,
    "exploding": _exploding,
    "saturated": _dead,
    "oscillating": _swings,
}
