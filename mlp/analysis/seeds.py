"""The same settings over many seeds: what of a result is luck."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from mlp.base.tasks import Stop, each_done, never
from mlp.data.own import OwnData
from mlp.experiment import LARGEST_SEED
from mlp.plan import Plan
from mlp.training.loop import train_steps
from mlp.training.run import Frame

FEW_FRAMES = 2  # only the ends are asked for, and frames cost time


@dataclass(frozen=True)
class Ending:
    """What one training over one seed ended with; ``loss`` is None where it was not finite.

    ``lane`` is the place of its plan, ``seed`` the number that ``reseeded`` took.
    """

    lane: int
    seed: int
    loss: float | None
    accuracy: float


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


def over_seeds(
    plans: Sequence[Plan],
    seeds: int,
    own: Sequence[OwnData | None],
    *,
    new_data: bool,
    executor: Executor | None = None,
    stop: Stop = never,
) -> Iterator[Ending]:
    """Train each plan over a number of seeds, yielding every ending as it is there.

    Parameters
    ----------
    plans : sequence of Plan
        What is trained: seed by seed, so that an early end has whole pairs.
    seeds : int
        How many.
    own : sequence of OwnData or None
        The own points of each plan, where it is about any.
    new_data : bool
        Whether the points change with the seed as well.
    executor, stop
        As for ``mlp.base.tasks.each_done``.
    """
    items = [(lane, seed) for seed in range(seeds) for lane in range(len(plans))]
    task = partial(_ending, tuple(plans), tuple(own), new_data)
    for _, ending in each_done(task, items, executor, stop=stop):
        yield ending


def _ending(
    plans: Sequence[Plan],
    own: Sequence[OwnData | None],
    new_data: bool,
    item: tuple[int, int],
    stop: Stop,
) -> Ending | None:
    lane, seed = item
    plan = reseeded(plans[lane], seed, new_data=new_data)
    last: Frame | None = None
    for frame in train_steps(plan, own[lane], stop=stop):
        last = frame
    if last is None or stop():
        return None
    loss = None if last.non_finite_at is not None else last.loss
    return Ending(lane, seed, loss, last.accuracy)
