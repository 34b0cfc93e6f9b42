"""The learning rate of each step of an Experiment: its warm-up, then its schedule."""

import numpy as np
from numpy.typing import ArrayLike

from mlp.base.arrays import Array
from mlp.experiment import Experiment
from mlp.schedules import SCHEDULES

# These reach their end once and stay there; the others go on decaying.
ENDING = frozenset({"linear", "cosine"})
DECAYS_A_RUN = 4


def transition_steps(experiment: Experiment) -> int:
    """Return the steps of one transition: as set, or chosen to fit the run where 0 is set.

    Linear and cosine then end with the run; the others pass through four transitions.
    """
    if experiment.transition_steps:
        return experiment.transition_steps
    left = max(experiment.steps - experiment.warmup_steps, 1)
    return left if experiment.schedule in ENDING else max(left // DECAYS_A_RUN, 1)


def learning_rates(experiment: Experiment, steps: ArrayLike) -> Array:
    """Return the rate of each step: a linear warm-up, then the schedule, counted from its end.

    Parameters
    ----------
    experiment : Experiment
        Its learning_rate, schedule and warm-up fields are read.
    steps : array_like of int
        Steps from 0 on, any shape.

    Returns
    -------
    Array
        The rates, of the shape of ``steps``. Step t of K warm-up steps has rate (t + 1) / K.
    """
    steps = np.asarray(steps)
    warmup = experiment.warmup_steps
    rates = SCHEDULES[experiment.schedule](
        np.maximum(steps - warmup, 0),
        init_value=experiment.learning_rate,
        transition_steps=transition_steps(experiment),
        decay_rate=experiment.decay_rate,
        end_value=experiment.end_fraction * experiment.learning_rate,
    )
    return rates * np.minimum((steps + 1) / warmup, 1.0) if warmup else rates
