"""Is that luck? The same settings trained over many seeds, on all cores, in the background."""

from collections.abc import Sequence
from math import comb

import numpy as np
import streamlit as st

from mlp import Plan
from mlp.analysis.seeds import FEW_FRAMES, Ending, over_seeds
from mlp.base.arrays import Array
from mlp.base.cluster import cores
from ui.jobs.pool import Pool
from ui.jobs.training import seconds_of
from ui.jobs.workers import WORKERS
from ui.settings import own_points
from ui.words.numbers import short

SEEDS = 20
MOST_SECONDS = 900
CLEAR = 0.01  # counts less likely than this among equals are called clear
STATE = "many_seeds"


class Sweep:
    """``SEEDS`` trainings of every plan, under way or ended."""

    def __init__(self, plans: Sequence[Plan], *, new_data: bool) -> None:
        """Prepare; ``pool.start`` begins."""
        self.plans = tuple(plans)
        self._own = [own_points.of(plan.root) for plan in plans]
        self.new_data = new_data
        self.total = SEEDS * len(plans)
        self.pool: Pool[Ending] = Pool(
            lambda workers, stop: over_seeds(
                self.plans,
                SEEDS,
                self._own,
                new_data=new_data,
                executor=workers.executor,
                stop=stop,
            ),
            WORKERS,
            seconds=seconds_of_a_seed(plans) / len(plans),
        )

    @property
    def results(self) -> list[Ending]:
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
    return SEEDS * seconds_of_a_seed(plans) / cores()


def seconds_of_a_seed(plans: Sequence[Plan]) -> float:
    """Return how long all plans take with one seed, roughly, on one core."""
    return sum(seconds_of(plan.experiment.replace(frames=FEW_FRAMES)) for plan in plans)


def tell(sweep: Sweep, labels: Sequence[str]) -> list[str]:
    """Say what the seeds showed, every number from the results."""
    count = sweep.pairs()
    said = [_spread(sweep, lane, label) for lane, label in enumerate(labels)]
    if len(labels) > 1 and count:
        said.append(_who_wins([sweep.losses(lane) for lane in range(len(labels))], labels))
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


def _who_wins(losses: Sequence[Array], labels: Sequence[str]) -> str:
    """Say how often the lowest loss was whose: the plain count needs no assumption."""
    table = np.array(losses)
    runs, count = table.shape
    lowest = table == table.min(axis=0)
    decided = lowest.sum(axis=0) == 1  # where several never are finite, none is lowest
    wins = (lowest & decided).sum(axis=1)
    best, share = int(wins.argmax()), int(wins.max())
    if (wins == share).sum() > 1:
        verdict = "another as often: which one looks best is luck of the seed."
    else:
        chance = tail(share, int(decided.sum()), runs)
        verdict = _how_clear(chance, runs, always=share == count)
    lower = "lower loss" if runs == 2 else f"lowest loss of the {runs}"
    return f"“{labels[best]}” has the {lower} with {share} of {count} seeds; {verdict}"


def _how_clear(chance: float, runs: int, *, always: bool) -> str:
    """Say whether so many wins say anything, by how likely they would be among equals."""
    if chance < CLEAR:
        if always:
            return "that is no luck of one seed."
        equal = "both" if runs == 2 else "all"
        return f"if {equal} were equally good, chance would give that less than once in 100 times."
    often = f"{chance:.0%}" if runs == 2 else f"up to {chance:.0%}"
    return (
        f"if {'both' if runs == 2 else 'all'} were equally good, chance would give that much or "
        f"more {often} of the time: one run alone would say little."
    )


def tail(wins: int, count: int, runs: int = 2) -> float:
    """Return how likely one of equally good runs is to win so often: the sign test, for two.

    For more it is an upper bound: the sum over the runs, each with an equal chance at every seed.
    """
    ways = sum(comb(count, k) * (runs - 1) ** (count - k) for k in range(wins, count + 1))
    return float(min(1.0, runs * ways / float(runs) ** count))
