"""Update rules: how a gradient becomes a step.

A rule is one function on a flat vector of weights, and one line of ``update``, which picks it by
its code inside compiled loops. Every rule changes the weights ``w`` and its memory ``state``
(memory, size) in place; ``t`` counts the steps from 1. Every weight goes its own way, so that a
vector may as well hold many points side by side. ``mlp.optimizers.registry`` has their names.

The letters are those of the network's weights; the published formulas write theta for w.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload

from mlp.base.arrays import Array
from mlp.base.compiled import OPTIONS, shared


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


# A rule's code is its place here, and a line of ``update_plain`` or ``update_adaptive`` calls it.
PLAIN = (gradient_descent, heavy_ball)
# These compile only when they are asked for.
ADAPTIVE = (nesterov, adagrad, adadelta, rmsprop, adam, adamax, nadam, adamw, ftrl)
RULES = (*PLAIN, *ADAPTIVE)


@shared
def update_plain(
    code: int,
    w: Array,
    gradient: Array,
    state: Array,
    learning_rate: float,
    t: int,
    p: Any,
) -> None:
    """Take one step of gradient descent or of the heavy ball, by its code."""
    if code == 1:
        heavy_ball(w, gradient, state, learning_rate, t, p)
    else:
        gradient_descent(w, gradient, state, learning_rate, t, p)


@shared
def update_adaptive(
    code: int,
    w: Array,
    gradient: Array,
    state: Array,
    learning_rate: float,
    t: int,
    p: Any,
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
    p: Any,
) -> None:
    """Take one step of the optimizer with this code, changing w and its state in place."""
    rule = update_plain if code < len(PLAIN) else update_adaptive
    rule(code, w, gradient, state, learning_rate, t, p)


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
    return update_plain if p.instance_class is Plain else update_adaptive


def for_loop(code: int, p: Parameters) -> Parameters | Plain:
    """Return the parameters as the compiled loop of this optimizer takes them."""
    return Plain(p.momentum) if code < len(PLAIN) else p
