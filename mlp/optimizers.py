"""How a gradient becomes a step: pure update rules on a flat vector of weights.

An optimizer is one update function, one entry of ``OPTIMIZERS``, and one line of ``update``,
which picks it by its code inside compiled loops. Every update changes the weights ``w`` and the
optimizer's memory ``state`` (memory, size) in place; ``t`` counts the steps from 1. Every weight
goes its own way, so that a vector may as well hold many points side by side.

The names are those of the network's weights; the published formulas write theta for w.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload

from mlp.arrays import Array
from mlp.compiled import OPTIONS, inlined, jit, shared


class Parameters(NamedTuple):
    """What the updates need beside the learning rate; each uses some of them.

    ``momentum``: the share of the last step, or of the mean gradient, that goes on (Adam's beta1).
    ``beta2``: the share of the mean squared gradient that goes on (rho for AdaDelta, RMSprop).
    ``epsilon``: keeps the division by that mean's root finite. ``weight_decay``: AdamW's.
    ``ftrl_beta``, ``ftrl_l1``, ``ftrl_l2``: FTRL's own smoothing and penalties.
    """

    momentum: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01
    ftrl_beta: float = 1.0
    ftrl_l1: float = 0.0
    ftrl_l2: float = 0.0


class Plain(NamedTuple):
    """What the first two updates need: compiled code that gets this knows no others.

    So it compiles in half the time; whoever asks for another optimizer waits for it then.
    """

    momentum: float = 0.9


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


@shared
def gradient_descent(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: "Parameters | Plain"
) -> None:
    """Step against the gradient: w <- w - learning_rate gradient."""
    w -= learning_rate * gradient


@shared
def heavy_ball(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: "Parameters | Plain"
) -> None:
    """Let steps add up: v <- momentum v + gradient; w <- w - learning_rate v.

    Source: Polyak 1964, "Some methods of speeding up the convergence of iteration methods", in
    the form of PyTorch's SGD.
    """
    velocity = state[0]
    velocity *= p.momentum
    velocity += gradient
    w -= learning_rate * velocity


@shared
def nesterov(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Look ahead: v <- momentum v + gradient; w <- w - learning_rate (gradient + momentum v).

    Source: Nesterov 1983, "A method of solving a convex programming problem with convergence rate
    O(1/k^2)"; Sutskever et al. 2013, in the form of PyTorch's SGD: w stands where the momentum
    has already carried it.
    """
    velocity = state[0]
    velocity *= p.momentum
    velocity += gradient
    w -= learning_rate * (gradient + p.momentum * velocity)


@shared
def adagrad(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Divide by the root of all squared gradients so far: steps only ever grow shorter.

    Source: Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online learning and
    stochastic optimization".
    """
    total = state[0]
    total += gradient * gradient
    w -= learning_rate * gradient / (np.sqrt(total) + p.epsilon)


@shared
def adadelta(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Scale by the root mean squares of past steps over that of past gradients.

    Source: Zeiler 2012, "ADADELTA: an adaptive learning rate method" (rho = 0.95, epsilon =
    1e-6, learning_rate 1).
    """
    mean_square, mean_step = state[0], state[1]
    mean_square *= p.beta2
    mean_square += (1 - p.beta2) * (gradient * gradient)
    step = np.sqrt(mean_step + p.epsilon) / np.sqrt(mean_square + p.epsilon) * gradient
    mean_step *= p.beta2
    mean_step += (1 - p.beta2) * (step * step)
    w -= learning_rate * step


@shared
def rmsprop(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Divide by the root of the mean squared gradient of late.

    Source: Tieleman and Hinton 2012, "Neural networks for machine learning", lecture 6e (0.9).
    """
    mean_square = state[0]
    mean_square *= p.beta2
    mean_square += (1 - p.beta2) * (gradient * gradient)
    w -= learning_rate * gradient / (np.sqrt(mean_square) + p.epsilon)


@shared
def adam(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Divide the mean gradient by the root of the mean square, both corrected for their start at 0.

    Source: Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 1
    (learning_rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-8).
    """
    mean, mean_square = state[0], state[1]
    mean *= p.momentum
    mean += (1 - p.momentum) * gradient
    mean_square *= p.beta2
    mean_square += (1 - p.beta2) * (gradient * gradient)
    step = learning_rate / (1 - p.momentum**t)
    root_of_correction = np.sqrt(1 - p.beta2**t)
    w -= step * mean / (np.sqrt(mean_square) / root_of_correction + p.epsilon)


@shared
def adamax(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Divide the mean gradient by the largest gradient of late instead of a root mean square.

    Source: Kingma and Ba 2015, algorithm 2 (learning_rate 0.002); epsilon, which that leaves out,
    as in PyTorch, so that a gradient of 0 is no division by 0.
    """
    mean, largest = state[0], state[1]
    mean *= p.momentum
    mean += (1 - p.momentum) * gradient
    largest[:] = np.maximum(p.beta2 * largest, np.abs(gradient) + p.epsilon)
    w -= learning_rate / (1 - p.momentum**t) * mean / largest


MOMENTUM_DECAY = 0.004  # Dozat's psi: how fast Nadam's momentum grows to its full value


@shared
def nadam(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Look ahead as Nesterov does, with Adam's scaling.

    Source: Dozat 2016, "Incorporating Nesterov momentum into Adam", algorithm 2 with its momentum
    schedule mu_t = beta1 (1 - 0.96^(0.004 t) / 2), as PyTorch's NAdam. ``state[2]`` holds
    1 - mu_1 ... mu_t, which begins at 0.
    """
    mean, mean_square, correction = state[0], state[1], state[2]
    mu = p.momentum * (1 - 0.5 * 0.96 ** (t * MOMENTUM_DECAY))
    next_mu = p.momentum * (1 - 0.5 * 0.96 ** ((t + 1) * MOMENTUM_DECAY))
    correction *= mu
    correction += 1 - mu
    next_correction = 1 - (1 - correction) * next_mu
    mean *= p.momentum
    mean += (1 - p.momentum) * gradient
    mean_square *= p.beta2
    mean_square += (1 - p.beta2) * (gradient * gradient)
    ahead = (1 - mu) / correction * gradient + next_mu / next_correction * mean
    w -= learning_rate * ahead / (np.sqrt(mean_square / (1 - p.beta2**t)) + p.epsilon)


@shared
def adamw(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Shrink the weights by their own small share, apart from Adam's step.

    Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2, as
    PyTorch's AdamW (weight_decay 0.01, multiplied by the learning rate).
    """
    w *= 1 - learning_rate * p.weight_decay
    adam(w, gradient, state, learning_rate, t, p)


SHORTEST = 1e-100  # a rate below moves nothing, and its inverse might overflow


@shared
def ftrl(
    w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Follow the regularised leader: solve for the w that all gradients so far ask for.

    Source: McMahan et al. 2013, "Ad click prediction: a view from the trenches", algorithm 1 (beta
    1), learning_rate being its alpha: sigma = (beta + root of the squared gradients' sum) / alpha,
    less the same a step before; z <- z + gradient - sigma w; w <- the point that z, the sum of the
    sigmas and the penalties pull to. That program starts at w = 0; here the first sigma ties w to
    where it starts. Without penalties this is gradient descent with the rate 1 / sum of sigmas.
    """
    if learning_rate < SHORTEST:
        return
    z, squares, tie = state[0], state[1], state[2]
    squares += gradient * gradient
    sum_of_sigmas = (p.ftrl_beta + np.sqrt(squares)) / learning_rate
    z += gradient - (sum_of_sigmas - tie) * w
    tie[:] = sum_of_sigmas
    w[:] = -np.sign(z) * np.maximum(np.abs(z) - p.ftrl_l1, 0.0) / (tie + p.ftrl_l2)


Update = Callable[[Array, Array, Array, float, int, Parameters], None]


@dataclass(frozen=True)
class Optimizer:
    """An entry of ``OPTIMIZERS``.

    Attributes
    ----------
    code : int
        Its code in ``update``.
    step : callable
        Its update function.
    memory : int
        How many vectors it remembers.
    parameters : mapping of str to float
        The parameters it uses, with the values they were published with.
    learning_rate : float or None
        The learning rate it was published with, where there is one.
    averages : bool
        Whether ``state[0]`` adds up gradients, as a velocity does.
    """

    code: int
    step: Update
    memory: int
    parameters: Mapping[str, float]
    learning_rate: float | None = None
    averages: bool = False


_MOMENTUM = {"momentum": 0.9}
_ADAM = {"momentum": 0.9, "beta2": 0.999, "epsilon": 1e-8}
_FTRL = {"ftrl_beta": 1.0, "ftrl_l1": 0.0, "ftrl_l2": 0.0}

OPTIMIZERS: dict[str, Optimizer] = {
    "gradient_descent": Optimizer(0, gradient_descent, 0, {}),
    "momentum": Optimizer(1, heavy_ball, 1, _MOMENTUM, averages=True),
    "nesterov": Optimizer(2, nesterov, 1, _MOMENTUM, averages=True),
    "adagrad": Optimizer(3, adagrad, 1, {"epsilon": 1e-10}, 0.01),
    "adadelta": Optimizer(4, adadelta, 2, {"beta2": 0.95, "epsilon": 1e-6}, 1.0),
    "rmsprop": Optimizer(5, rmsprop, 1, {"beta2": 0.9, "epsilon": 1e-8}, 0.001),
    "adam": Optimizer(6, adam, 2, _ADAM, 0.001, averages=True),
    "adamax": Optimizer(7, adamax, 2, _ADAM, 0.002, averages=True),
    "nadam": Optimizer(8, nadam, 3, _ADAM, 0.002, averages=True),
    "adamw": Optimizer(9, adamw, 2, _ADAM | {"weight_decay": 0.01}, 0.001, averages=True),
    "ftrl": Optimizer(10, ftrl, 3, _FTRL),
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


ADAPTIVE = 2  # the first code of those that compile only when they are asked for


@inlined
def update_plain(
    code: int, w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Plain
) -> None:
    """Take one step of gradient descent or of the heavy ball, by its code."""
    if code == 1:
        heavy_ball(w, gradient, state, learning_rate, t, p)
    else:
        gradient_descent(w, gradient, state, learning_rate, t, p)


@jit
def adapt(
    code: int, w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Parameters
) -> None:
    """Take one step of an optimizer other than the first two, by its code."""
    if code == 2:
        nesterov(w, gradient, state, learning_rate, t, p)
    elif code == 3:
        adagrad(w, gradient, state, learning_rate, t, p)
    elif code == 4:
        adadelta(w, gradient, state, learning_rate, t, p)
    elif code == 5:
        rmsprop(w, gradient, state, learning_rate, t, p)
    elif code == 6:
        adam(w, gradient, state, learning_rate, t, p)
    elif code == 7:
        adamax(w, gradient, state, learning_rate, t, p)
    elif code == 8:
        nadam(w, gradient, state, learning_rate, t, p)
    elif code == 9:
        adamw(w, gradient, state, learning_rate, t, p)
    elif code == 10:
        ftrl(w, gradient, state, learning_rate, t, p)


def update(
    code: int,
    w: Array,
    gradient: Array,
    state: Array,
    learning_rate: float,
    t: int,
    p: Parameters | Plain,
) -> None:
    """Take one step of the optimizer with this code, changing w and its state in place."""
    if isinstance(p, Plain):
        update_plain(code, w, gradient, state, learning_rate, t, p)
    elif code < ADAPTIVE:
        update_plain(code, w, gradient, state, learning_rate, t, Plain(p.momentum))
    else:
        adapt(code, w, gradient, state, learning_rate, t, p)


@overload(update, jit_options=OPTIONS)
def _compiled_update(
    code: int,
    w: Array,
    gradient: Array,
    state: Array,
    learning_rate: float,
    t: int,
    p: Any,
) -> Callable[..., None]:
    return _update_plain if p.instance_class is Plain else _update_adaptive


def _update_plain(
    code: int, w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Any
) -> None:
    update_plain(code, w, gradient, state, learning_rate, t, p)


def _update_adaptive(
    code: int, w: Array, gradient: Array, state: Array, learning_rate: float, t: int, p: Any
) -> None:
    adapt(code, w, gradient, state, learning_rate, t, p)


def for_loop(code: int, p: Parameters) -> Parameters | Plain:
    """Return the parameters as the compiled loop of this optimizer takes them."""
    return Plain(p.momentum) if code < ADAPTIVE else p


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
