"""Optimizers: the update rules by name, with what each remembers and its parameters.

An optimizer is one rule of ``mlp.optimizers.rules``, in RULES, and one entry of ``OPTIMIZERS``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array
from mlp.optimizers.rules import (
    ADAPTIVE,
    RULES,
    Parameters,
    adadelta,
    adagrad,
    adam,
    adamax,
    adamw,
    ftrl,
    gradient_descent,
    heavy_ball,
    nadam,
    nesterov,
    rmsprop,
)

# The allowed range of each parameter. 0 for beta2 and epsilon stands for the published value.
RANGES: dict[str, tuple[float, float]] = {
    "momentum": (0.0, 0.999),
    "beta2": (0.0, 0.99999),
    "epsilon": (0.0, 1.0),
    "weight_decay": (0.0, 1.0),
    "ftrl_beta": (1e-6, 1000.0),
    "ftrl_l1": (0.0, 1000.0),
    "ftrl_l2": (0.0, 1000.0),
}
# The defaults as settings are given, and as an experiment keeps them.
PARAMETERS: dict[str, float] = Parameters()._asdict() | {"beta2": 0.0, "epsilon": 0.0}

Update = Callable[[Array, Array, Array, float, int, Parameters], None]


@dataclass(frozen=True)
class Optimizer:
    """An entry of ``OPTIMIZERS``.

    Attributes
    ----------
    step : callable
        Its update function, one of RULES.
    memory : int
        How many vectors it remembers.
    parameters : mapping of str to float
        The parameters it uses, with the values they were published with.
    learning_rate : float or None
        The learning rate it was published with, where there is one.
    averages : bool
        Whether ``state[0]`` adds up gradients, as a velocity does.
    """

    step: Update
    memory: int
    parameters: Mapping[str, float]
    learning_rate: float | None = None
    averages: bool = False

    @property
    def code(self) -> int:
        """Its code in ``update``."""
        return RULES.index(self.step)

    @property
    def is_adaptive(self) -> bool:
        """Whether it is compiled only when it is asked for."""
        return self.step in ADAPTIVE


_MOMENTUM = {"momentum": 0.9}
_ADAM = {"momentum": 0.9, "beta2": 0.999, "epsilon": 1e-8}
_FTRL = {"ftrl_beta": 1.0, "ftrl_l1": 0.0, "ftrl_l2": 0.0}

OPTIMIZERS: dict[str, Optimizer] = {
    "gradient_descent": Optimizer(gradient_descent, 0, {}),
    "momentum": Optimizer(heavy_ball, 1, _MOMENTUM, averages=True),
    "nesterov": Optimizer(nesterov, 1, _MOMENTUM, averages=True),
    "adagrad": Optimizer(adagrad, 1, {"epsilon": 1e-10}, 0.01),
    "adadelta": Optimizer(adadelta, 2, {"beta2": 0.95, "epsilon": 1e-6}, 1.0),
    "rmsprop": Optimizer(rmsprop, 1, {"beta2": 0.9, "epsilon": 1e-8}, 0.001),
    "adam": Optimizer(adam, 2, _ADAM, 0.001, averages=True),
    "adamax": Optimizer(adamax, 2, _ADAM, 0.002, averages=True),
    "nadam": Optimizer(nadam, 3, _ADAM, 0.002, averages=True),
    "adamw": Optimizer(adamw, 2, _ADAM | {"weight_decay": 0.01}, 0.001, averages=True),
    "ftrl": Optimizer(ftrl, 3, _FTRL),
}


def initial_state(optimizer: str, size: int) -> Array:
    """Return what an optimizer remembers before the first step, (memory, size), all zero."""
    return np.zeros((OPTIMIZERS[optimizer].memory, size))


def parameters_of(optimizer: str, given: Mapping[str, float]) -> Parameters:
    """Return an optimizer's parameters: those given, and the published values of the others.

    Parameters
    ----------
    optimizer : str
        A name of OPTIMIZERS.
    given : mapping of str to float
        Some of the names of RANGES, within them; 0 for beta2 and epsilon is the published value.
        What the optimizer does not use is let pass, and changes nothing.

    Raises
    ------
    ValueError
        Names the optimizer or the parameter, its value, and what is allowed.

    Examples
    --------
    >>> parameters_of("rmsprop", {"epsilon": 1e-6})[1:3]
    (0.9, 1e-06)
    """
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer = {optimizer!r}: must be one of {', '.join(OPTIMIZERS)}")
    for name, value in given.items():
        _check(name, value)
    chosen = {name: value for name, value in given.items() if value != PARAMETERS[name]}
    return Parameters(**{**OPTIMIZERS[optimizer].parameters, **chosen})


def _check(name: str, value: float) -> None:
    if name not in RANGES:
        raise ValueError(f"unknown parameter {name[:40]!r}; there are {', '.join(RANGES)}")
    low, high = RANGES[name]
    if not low <= value <= high:
        raise ValueError(f"{name} = {value:g}: must be a number from {low:g} to {high:g}")


def stability_limit(optimizer: str, momentum: float) -> float | None:
    """Return the value that learning_rate x sharpness must stay below, near a minimum.

    2 for gradient descent, 2 (1 + momentum) for the heavy ball, (2 + 2 momentum) / (1 + 2
    momentum) for Nesterov. None for all others: they scale each weight's step by its own past
    gradients, so that the sharpness of J alone sets no limit.

    Source: Polyak 1964; Cohen et al. 2021, "Gradient descent on neural networks typically occurs
    at the edge of stability", appendix B, and 2022, "Adaptive gradient methods at the edge of
    stability".
    """
    limits = {
        "gradient_descent": 2.0,
        "momentum": 2 * (1 + momentum),
        "nesterov": (2 + 2 * momentum) / (1 + 2 * momentum),
    }
    return limits.get(optimizer)


def first_step_limit(optimizer: str, momentum: float) -> float | None:
    """Return the same for a first step, from rest: one more than 2 overshoots the other side.

    No step before it carries on, so the heavy ball's first step is plain gradient descent's; that
    of Nesterov's form looks ahead already, and is 1 + momentum times as long.
    """
    if stability_limit(optimizer, momentum) is None:
        return None
    return 2 / (1 + momentum) if optimizer == "nesterov" else 2.0
