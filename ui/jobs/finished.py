"""Finished runs, kept for all visitors: the same plan gives the same digits."""

import threading
from collections import OrderedDict
from functools import lru_cache

from mlp import Diagnosis, Experiment, Plan, Run, train_at
from mlp.analysis.findings import first_look
from mlp.data.own import OwnData
from mlp.experiment import OWN

KEPT_RUNS = 48  # at most 5 MB each

_finished: OrderedDict[Plan, Run] = OrderedDict()
_lock = threading.Lock()


def untrained(plan: Experiment | Plan, own: OwnData | None = None) -> Run:
    """Return a run of one frame, the weights before training."""
    return Run.from_frames(plan, train_at(plan, [0], own), own)


@lru_cache(maxsize=KEPT_RUNS)
def first_look_of(run: Run) -> Diagnosis:
    """Return what a run itself shows of what went wrong, looked at once."""
    return first_look(run)


def may_see(plan: Plan, own: OwnData | None) -> bool:
    """Whether a plan is about no own points, or about these.

    A run on own points is for those who have them alone: whoever has trained it, it shows them.
    """
    return plan.root.dataset != OWN or (own is not None and own.data_id == plan.root.data_id)


def recall(plan: Experiment | Plan, own: OwnData | None = None) -> Run | None:
    """Return a finished run of this plan, if one is kept and may be seen."""
    plan = Plan.of(plan)
    if not may_see(plan, own):
        return None
    with _lock:
        if plan in _finished:
            _finished.move_to_end(plan)
        return _finished.get(plan)


def remember(run: Run) -> None:
    """Keep a finished run, forgetting the one unused for longest beyond KEPT_RUNS."""
    with _lock:
        _finished[run.plan] = run
        _finished.move_to_end(run.plan)
        while len(_finished) > KEPT_RUNS:
            _finished.popitem(last=False)


def forget_all() -> None:
    """Forget every run."""
    with _lock:
        _finished.clear()
