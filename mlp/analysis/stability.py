"""What one step descends: its sharpness, and the limit of learning rate x sharpness.

A mini-batch of b of n samples sums its gradient over those b alone; the penalty's comes whole with
every step. So a step descends, on average, b / n of the data's part of J, and all of the penalty.
The limit, 2 for gradient descent, is about the sharpness of that: for the data's part it leaves
room for a rate n / b times as high as steps on all samples do. One batch differs from another, so
a loss may swing somewhat below the limit already.
"""

from typing import TypeVar

import numpy as np

from mlp.base.arrays import Array
from mlp.experiment import Experiment
from mlp.optimizers.registry import first_step_limit, stability_limit
from mlp.training.run import Run

Sharpness = TypeVar("Sharpness", float, Array)


def limit_of(experiment: Experiment, *, at_rest: bool = False) -> float:
    """Return what learning rate x sharpness must stay below; infinity where theory knows none.

    ``at_rest``: of a first step, which no earlier one carries on. Layers with rates of their own
    take no step along the gradient: the sharpness alone sets no limit then.
    """
    if experiment.first_layer_rate != 1:
        return np.inf
    limit = (first_step_limit if at_rest else stability_limit)(
        experiment.optimizer, experiment.momentum
    )
    return np.inf if limit is None else limit


def sharpness_of_a_step(experiment: Experiment, sharpness: Sharpness) -> Sharpness:
    """Return the sharpness of what a step descends, on average, from that of J.

    Examples
    --------
    >>> batches = Experiment(batch_size=10)  # of 300 points
    >>> sharpness_of_a_step(batches, 60.0), sharpness_of_a_step(Experiment(), 60.0)
    (2.0, 60.0)
    """
    if not experiment.takes_mini_batches:
        return sharpness
    share = experiment.batch_size / experiment.n_train
    return share * (sharpness - experiment.l2) + experiment.l2


def sharpness_of_steps(run: Run) -> Array:
    """Return the same for every frame, (F,), with the settings of its stretch of a branch."""
    values = run.sharpness.copy()
    for segment in run.plan.segments:
        own = run.steps >= segment.start
        values[own] = sharpness_of_a_step(segment.experiment, run.sharpness[own])
    return values


def products(run: Run) -> Array:
    """Return learning rate x the sharpness of a step for every frame, (F,)."""
    return run.learning_rates * sharpness_of_steps(run)
