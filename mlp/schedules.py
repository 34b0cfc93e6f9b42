"""How the learning rate changes while training goes on.

A schedule is a plain function of the step. All take the same four numbers and return a rate for
every step asked for; names and formulas are those of optax and Keras. A schedule is one function
and one entry of ``SCHEDULES``.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from mlp.base.arrays import Array

Schedule = Callable[..., Array]


def constant_schedule(
    steps: ArrayLike,
    *,
    init_value: float,
    transition_steps: int,  # noqa: ARG001 - one signature for every schedule
    decay_rate: float,  # noqa: ARG001
    end_value: float,  # noqa: ARG001
) -> Array:
    """Rate = init_value, always."""
    return np.full(np.shape(steps), float(init_value))


def step_schedule(
    steps: ArrayLike,
    *,
    init_value: float,
    transition_steps: int,
    decay_rate: float,
    end_value: float,
) -> Array:
    """Rate = init_value decay_rate^floor(t / transition_steps), never below end_value."""
    whole = np.asarray(steps) // transition_steps
    return np.maximum(init_value * decay_rate**whole, end_value)


def exponential_schedule(
    steps: ArrayLike,
    *,
    init_value: float,
    transition_steps: int,
    decay_rate: float,
    end_value: float,
) -> Array:
    """Rate = init_value decay_rate^(t / transition_steps), never below end_value."""
    return np.maximum(init_value * decay_rate ** (np.asarray(steps) / transition_steps), end_value)


def inverse_time_schedule(
    steps: ArrayLike,
    *,
    init_value: float,
    transition_steps: int,
    decay_rate: float,
    end_value: float,
) -> Array:
    """Rate = init_value / (1 + decay_rate t / transition_steps), never below end_value."""
    rates = init_value / (1 + decay_rate * np.asarray(steps) / transition_steps)
    return np.maximum(rates, end_value)


def linear_schedule(
    steps: ArrayLike,
    *,
    init_value: float,
    transition_steps: int,
    decay_rate: float,  # noqa: ARG001 - one signature for every schedule
    end_value: float,
) -> Array:
    """Rate on a straight line from init_value to end_value, there from transition_steps on."""
    share = np.minimum(np.asarray(steps) / transition_steps, 1.0)
    return init_value + (end_value - init_value) * share


def cosine_schedule(
    steps: ArrayLike,
    *,
    init_value: float,
    transition_steps: int,
    decay_rate: float,  # noqa: ARG001 - one signature for every schedule
    end_value: float,
) -> Array:
    """Rate on half a cosine from init_value to end_value, there from transition_steps on.

    Source: Loshchilov and Hutter 2017, "SGDR", equation 5, without restarts.

    Examples
    --------
    >>> cosine_schedule([0, 50, 100], init_value=2.0, transition_steps=100, decay_rate=1.0,
    ...                 end_value=0.0)
    array([2., 1., 0.])
    """
    share = np.minimum(np.asarray(steps) / transition_steps, 1.0)
    return end_value + (init_value - end_value) * 0.5 * (1 + np.cos(np.pi * share))


SCHEDULES: dict[str, Schedule] = {
    "constant": constant_schedule,
    "step": step_schedule,
    "exponential": exponential_schedule,
    "inverse_time": inverse_time_schedule,
    "linear": linear_schedule,
    "cosine": cosine_schedule,
}
