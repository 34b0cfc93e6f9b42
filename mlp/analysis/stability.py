"""What one step descends: its sharpness, and the limit of learning rate x sharpness.

A mini-batch of b of n samples sums its gradient over those b alone; the penalty's comes whole with
every step. So a step descends, on average, b / n of the data's part of J, and all of the penalty.
The limit, 2 for gradient descent, is about the sharpness of that: for the data's part it leaves
room for a rate n / b times as high as steps on all samples do. One batch differs from another, so
a loss may swing somewhat below the limit already.

A gradient that is clipped leads as far as the whole one would at a lower rate: the product is that
of the rate which a step comes to.
"""

from typing import TypeVar

import numpy as np

from mlp.analysis.verdicts import gradient_norms
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


def share_left(experiment: Experiment, norms: Array) -> Array:
    """Return the shares of steps that clipping leaves of them, by norms of whole gradients, (F,).

    All of it for a mini-batch, whose own norm is not known, and where the optimizer makes the
    length of a step its own.

    Examples
    --------
    >>> share_left(Experiment(clip_norm=1.0), np.array([4.0, 0.5]))
    array([0.25, 1.  ])
    """
    longest = experiment.clip_norm
    adapts = stability_limit(experiment.optimizer, experiment.momentum) is None
    if longest == 0 or experiment.takes_mini_batches or adapts:
        return np.ones(len(norms))
    shares: Array = longest / np.maximum(norms, longest)
    return shares


def shares_left(run: Run) -> Array:
    """Return the same for every frame, (F,), with the settings of its stretch of a branch."""
    norms, shares = gradient_norms(run), np.ones(len(run.steps))
    for segment in run.plan.segments:
        own = run.steps >= segment.start
        shares[own] = share_left(segment.experiment, norms[own])
    return shares


def step_rates(run: Run) -> Array:
    """Return the learning rate that the step of every frame comes to, (F,)."""
    return run.learning_rates * shares_left(run)


def products(run: Run) -> Array:
    """Return the rate that a step comes to x its sharpness for every frame, (F,)."""
    return step_rates(run) * sharpness_of_steps(run)
