"""One training step taken apart: every matrix of its forward pass, backward pass and update.

The activations and the gradients come from ``forward`` and ``backward`` themselves, and what
stands between them from ``mlp.chain_rule.lines``; the step is the one that the run took, digit for
digit.
"""

from dataclasses import dataclass, fields

import numpy as np

from mlp.base.arrays import Array, Steps
from mlp.chain_rule.lines import backward_pass, forward_pass
from mlp.matrices import norm
from mlp.network import (
    Objective,
    add_penalty_gradients,
    backward,
    data_loss,
    penalty,
    unpack,
)
from mlp.training.inputs import make_objective
from mlp.training.loop import state_at
from mlp.training.run import Run
from mlp.training.state import mini_batches


@dataclass(frozen=True, eq=False)
class Bricks:
    """Every matrix of one forward and one backward pass over n samples, a row a sample.

    Attributes
    ----------
    X, Y : (n, 2 or 3), (n, 2)
        The points, with their column of ones where there is a bias, and what to answer.
    W1, W2 : (2 or 3, h), (h or h + 1, 2)
        The weights, bias rows last.
    Z1, H1, Z2, H2 : (n, h), (n, h), (n, 2), (n, 2)
        The forward pass.
    loss : float
        1/2 sum (H2 - Y)^2 over these samples, without a penalty.
    dL_dH2, dH2_dZ2, dL_dZ2 : (n, 2)
    dL_dH1, dH1_dZ1, dL_dZ1 : (n, h)
    dL_dW2, dL_dW1 : of the shapes of W2 and W1
        The gradient of ``loss``.
    """

    X: Array
    Y: Array
    W1: Array
    W2: Array
    Z1: Array
    H1: Array
    Z2: Array
    H2: Array
    loss: float
    dL_dH2: Array
    dH2_dZ2: Array
    dL_dZ2: Array
    dL_dW2: Array
    dL_dH1: Array
    dH1_dZ1: Array
    dL_dZ1: Array
    dL_dW1: Array


def lay_bricks(X: Array, Y: Array, W1: Array, W2: Array) -> Bricks:
    """Compute a forward and a backward pass, keeping every matrix.

    Parameters
    ----------
    X, Y : (n, 2 or 3), (n, 2)
        Points as the network takes them, and what to answer.
    W1, W2 : (2 or 3, h), (h or h + 1, 2)
        The weights.

    Returns
    -------
    Bricks
        H1, H2, dL_dW1 and dL_dW2 are those of ``forward`` and ``backward``, to the last digit.

    Examples
    --------
    >>> X, Y = np.asfortranarray([[1.0, 0.0]]), np.asfortranarray([[0.0, 1.0]])
    >>> bricks = lay_bricks(X, Y, np.zeros((2, 1)), np.zeros((1, 2)))
    >>> bricks.loss, bricks.dL_dZ2.tolist()
    (0.25, [[0.125, -0.125]])
    """
    X, Y = np.asfortranarray(X), np.asfortranarray(Y)
    W1, W2 = np.ascontiguousarray(W1), np.ascontiguousarray(W2)
    p = backward_pass(forward_pass(X, Y, W1, W2))
    backward(X, Y, p.H1, p.H2, W2, p.dL_dW1, p.dL_dW2)  # to the last digit, as in training
    names = (field.name for field in fields(Bricks) if field.name != "loss")
    return Bricks(loss=data_loss(p.H2, Y), **{name: getattr(p, name) for name in names})


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """One step of a run: the state before it, everything it computes, and the state after it.

    Attributes
    ----------
    step : int
        It leads from the weights of this step to those of the next.
    learning_rate : float
    first_layer_rate : float
        What multiplies it for W1.
    objective : Objective
        What is descended: all training points, and the penalties.
    rows : (m,) int
        The training points that this step takes: all, or those of its mini-batch.
    batch : Bricks
        The passes over those points.
    w, w_after : (P,)
        The weights before and after, flat, W1 first.
    data_gradient, penalty_gradient, gradient : (P,)
        Of the loss over ``rows``, of the penalties, and their sum.
    clip_factor : float
        What clipping multiplies the gradient by; 1 where it does nothing.
    velocity, velocity_after : (P,) or None
        The memory of momentum; None for other optimizers.
    """

    step: int
    learning_rate: float
    first_layer_rate: float
    objective: Objective
    rows: Steps
    batch: Bricks
    w: Array
    w_after: Array
    data_gradient: Array
    penalty_gradient: Array
    gradient: Array
    clip_factor: float
    velocity: Array | None
    velocity_after: Array | None

    def sample(self, i: int) -> Bricks:
        """Return the passes over training point i alone."""
        X, Y = self.objective.X[i : i + 1], self.objective.Y[i : i + 1]
        return lay_bricks(X, Y, self.batch.W1, self.batch.W2)

    def layers(self, flat: Array) -> tuple[Array, Array]:
        """Return a flat vector as the two matrices of the layers."""
        W1, W2 = unpack(flat, self.objective.X.shape[1], self.objective.hidden)
        return W1, W2

    def rate_of(self, layer: int) -> float:
        """Return the learning rate of layer 1 or 2."""
        return self.learning_rate * (self.first_layer_rate if layer == 1 else 1.0)

    @property
    def penalty(self) -> float:
        """What the penalties add to the loss of the batch."""
        return penalty(self.w, self.objective.l1, self.objective.l2)

    def is_finite(self) -> bool:
        """Whether the weights after the step, and all before, are finite numbers."""
        return bool(np.isfinite(self.w_after).all() and np.isfinite(self.gradient).all())


def rows_of(run: Run, step: int) -> Steps:
    """Return the training points that a step takes, by their numbers."""
    settings = run.settings_at(step)
    batches, starts = mini_batches(settings, step, step + 1)
    if len(starts) == 0:
        return np.arange(settings.n_train)
    return batches[starts[0] : starts[1]]


def take_apart(run: Run, step: int) -> TrainingStep:
    """Return one step that a run took, with every number on its way.

    Parameters
    ----------
    run : Run
        Any run; the step is repeated from the nearest recorded frame before it.
    step : int
        From 0 to the last recorded step less 1.

    Raises
    ------
    ValueError
        If the run took no such step.

    Examples
    --------
    >>> from mlp import Experiment, train
    >>> run = train(Experiment(steps=10))
    >>> bool((take_apart(run, 3).w_after == run.w[4]).all())
    True
    """
    last = max(int(run.steps[-1]) - 1, 0)
    if not 0 <= step <= last:
        raise ValueError(f"step = {step}: must be from 0 to {last}, the last step of this run")
    experiment = run.settings_at(step)
    objective = make_objective(experiment, run.data)
    state = state_at(run, step)
    w, before = state.w.copy(), state.memory.copy()
    state.advance(step + 1)
    rows = rows_of(run, step)
    W1, W2 = unpack(w, objective.X.shape[1], experiment.hidden)
    batch = lay_bricks(objective.X[rows], objective.Y[rows], W1, W2)
    data_gradient = np.concatenate([batch.dL_dW1.ravel(), batch.dL_dW2.ravel()])
    gradient = data_gradient.copy()
    add_penalty_gradients(objective, w, gradient)
    penalty_gradient = np.zeros_like(w)
    add_penalty_gradients(objective, w, penalty_gradient)
    length = norm(gradient)
    clipped = 0 < experiment.clip_norm < length
    return TrainingStep(
        step=step,
        learning_rate=float(run.plan.learning_rates(step)),
        first_layer_rate=experiment.first_layer_rate,
        objective=objective,
        rows=rows,
        batch=batch,
        w=w,
        w_after=state.w,
        data_gradient=data_gradient,
        penalty_gradient=penalty_gradient,
        gradient=gradient,
        clip_factor=experiment.clip_norm / length if clipped else 1.0,
        velocity=before[0] if experiment.optimizer == "momentum" else None,
        velocity_after=state.memory[0] if experiment.optimizer == "momentum" else None,
    )
