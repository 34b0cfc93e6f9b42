"""Is that luck? The same settings trained over many seeds, on all cores, in the background."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import streamlit as st

from mlp import Frame, Plan
from mlp.base.arrays import Array
from mlp.experiment import LARGEST_SEED
from mlp.training.loop import train_steps
from ui.jobs.pool import Pool
from ui.jobs.training import seconds_of
from ui.jobs.workers import Stop
from ui.settings import own_points
from ui.words.numbers import short

SEEDS = 20
MOST_SECONDS = 900
FEW_FRAMES = 2  # only the ends are asked for, and frames cost time
STATE = "many_seeds"


@dataclass(frozen=True)
class Result:
    """What one training over one seed ended with; ``loss`` is None where it was not finite."""

    lane: int
    seed: int
    loss: float | None
    accuracy: float


class Sweep:
    """``SEEDS`` trainings of every plan, under way or ended."""

    def __init__(self, plans: Sequence[Plan], *, new_data: bool) -> None:
        """Prepare; ``pool.start`` begins."""
        self.plans = tuple(plans)
        self._own = [own_points.of(plan.root) for plan in plans]
        self.new_data = new_data
        # Seed by seed, so that a cancelled sweep has whole pairs.
        items = [(lane, seed) for seed in range(SEEDS) for lane in range(len(plans))]
        self.pool = Pool(items, self._train, seconds=self._seconds)

    @property
    def results(self) -> list[Result]:
        """What has ended so far, in no order."""
        return list(self.pool.results)

    def pairs(self) -> int:
        """Return over how many seeds every plan has been trained."""
        return len(self.seeds())

    def seeds(self) -> list[int]:
        """Return the numbers of the seeds over which every plan has been trained."""
        done = [{r.seed for r in self.results if r.lane == lane} for lane in range(len(self.plans))]
        return sorted(set.intersection(*done)) if done else []

    def losses(self, lane: int) -> Array:
        """Return the losses of a plan over the common seeds; infinity where not finite."""
        found = {r.seed: r.loss for r in self.results if r.lane == lane}
        return np.array([np.inf if (loss := found[s]) is None else loss for s in self.seeds()])

    def accuracies(self, lane: int) -> Array:
        """Return the accuracies on all points of a plan over the common seeds."""
        found = {r.seed: r.accuracy for r in self.results if r.lane == lane}
        return np.array([found[seed] for seed in self.seeds()])

    def _seconds(self, item: tuple[int, int]) -> float:
        return seconds_of(self.plans[item[0]].experiment.replace(frames=FEW_FRAMES))

    def _train(self, item: tuple[int, int], stop: Stop) -> Result | None:
        lane, seed = item
        plan = reseeded(self.plans[lane], seed, new_data=self.new_data)
        last: Frame | None = None
        for frame in train_steps(plan, self._own[lane], stop=stop):
            last = frame
        if last is None or stop():
            return None
        loss = None if last.non_finite_at is not None else last.loss
        return Result(lane, seed, loss, last.accuracy)


def reseeded(plan: Plan, number: int, *, new_data: bool) -> Plan:
    """Return a plan that starts from another seed, the same for all plans with the same seeds.

    Number 0 is the plan's own seed. Without ``new_data`` the points stay.
    """
    root = plan.root
    changes: dict[str, int] = {"init_seed": _moved(root.init_seed, number)}
    if new_data:
        changes["data_seed"] = _moved(root.data_seed, number)
    return plan.with_root(root.replace(**changes, frames=FEW_FRAMES))


def _moved(seed: int, number: int) -> int:
    return (seed + number) % (LARGEST_SEED + 1)


def current(plans: Sequence[Plan], *, new_data: bool) -> Sweep | None:
    """Return this visitor's sweep over these plans, ending one over others."""
    sweep: Sweep | None = st.session_state.get(STATE)
    if sweep is not None and (sweep.plans != tuple(plans) or sweep.new_data != new_data):
        sweep.pool.stop()
        st.session_state.pop(STATE)
        return None
    return sweep


def begin(plans: Sequence[Plan], *, new_data: bool) -> None:
    """Start a sweep over these plans."""
    sweep = st.session_state[STATE] = Sweep(plans, new_data=new_data)
    sweep.pool.start()


def seconds(plans: Sequence[Plan]) -> float:
    """Return how long a sweep takes, roughly, on the cores of this machine."""
    of_a_seed = sum(seconds_of(plan.experiment.replace(frames=FEW_FRAMES)) for plan in plans)
    return SEEDS * of_a_seed / (os.cpu_count() or 1)


def tell(sweep: Sweep, labels: Sequence[str]) -> list[str]:
    """Say what the seeds showed, every number from the results."""
    count = sweep.pairs()
    said = [_spread(sweep, lane, label) for lane, label in enumerate(labels)]
    if len(labels) == 2 and count:
        said.append(_duel(sweep.losses(0), sweep.losses(1), labels))
    return said


def _spread(sweep: Sweep, lane: int, label: str) -> str:
    losses, accuracies = sweep.losses(lane), sweep.accuracies(lane)
    finite = losses[np.isfinite(losses)]
    lost = len(losses) - len(finite)
    text = (
        f"“{label}”: accuracy {np.median(accuracies):.1%} in the middle, from "
        f"{accuracies.min():.1%} to {accuracies.max():.1%}"
    )
    if len(finite):
        text += (
            f"; loss {short(float(np.median(finite)))} in the middle, from "
            f"{short(float(finite.min()))} to {short(float(finite.max()))}"
        )
    return f"{text}{f'; not finite {lost} times' if lost else ''}."


def _duel(first: Array, second: Array, labels: Sequence[str]) -> str:
    """Say how often the lower loss was whose: the plain count needs no assumption."""
    wins, losses = int((first < second).sum()), int((second < first).sum())
    count = len(first)
    better, share = (labels[0], wins) if wins >= losses else (labels[1], losses)
    if wins == losses:
        verdict = "neither is better more often: which one looks better is luck of the seed."
    elif share == count:
        verdict = "that is no luck of one seed."
    elif tail(share, count) < 0.01:
        verdict = "if both were equally good, so clear a count would come up less than once in 100."
    else:
        verdict = (
            f"if both were equally good, so clear a count or clearer would come up in "
            f"{tail(share, count):.0%} of such trials: one run alone would say little."
        )
    return f"“{better}” has the lower loss with {share} of {count} seeds; {verdict}"


def tail(wins: int, count: int) -> float:
    """Return how likely a fair coin is to land so unevenly, either way: the sign test."""
    more = max(wins, count - wins)
    return min(1.0, 2 * sum(comb(count, k) for k in range(more, count + 1)) / 2.0**count)
