"""The step that is looked at, taken apart once for all reruns that show it."""

from functools import lru_cache

from mlp import Run
from mlp.chain_rule.bricks import TrainingStep, take_apart

KEPT = 8  # a run may be 5 MB, and is kept as long as one of its steps is


@lru_cache(maxsize=KEPT)
def step_of(run: Run, step: int) -> TrainingStep:
    """Return a step of a run, every number of it."""
    return take_apart(run, step)
