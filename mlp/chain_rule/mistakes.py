"""Classic mistakes in a backward pass, each beside the line that it replaces.

A mistake is one function and one entry of ``MISTAKES``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array
from mlp.chain_rule.lines import LINES, Line, Pass, gradient_by_lines
from mlp.data.shapes import Data
from mlp.experiment import Experiment, Value
from mlp.network import Objective
from mlp.plan import learning_rates
from mlp.training.inputs import initial_weights, make_objective


def error_with_wrong_sign(p: Pass) -> Array:
    """Target minus answer: the step then climbs."""
    return p.Y - p.H2


def output_error_without_slope(p: Pass) -> Array:
    """dL/dH2 alone: the gradient of another loss, the cross-entropy, which trains well."""
    return p.dL_dH2


def second_layer_without_bias(p: Pass) -> Array:
    """The bias row left at zero: the biases of the outputs never learn."""
    return np.vstack([p.H1.T @ p.dL_dZ2, 0 * (p.ones.T @ p.dL_dZ2)])


def hidden_error_not_transposed(p: Pass) -> Array:
    """W2 itself in place of its transpose: with two neurons the shapes allow it."""
    return p.dL_dZ2 @ p.neurons


def hidden_error_reshaped(p: Pass) -> Array:
    """W2 brought into the shape of its transpose by reshape, which mixes up the neurons."""
    return p.dL_dZ2 @ p.neurons.reshape(2, -1)


def hidden_slope_of_z(p: Pass) -> Array:
    """The formula for H1 with Z1 put in."""
    return p.Z1 * (1 - p.Z1)


def hidden_slope_squashed_twice(p: Pass) -> Array:
    """The derivative taken at H1, as if it were Z1: the sigmoid is applied twice."""
    twice = 1 / (1 + np.exp(-p.H1))
    return twice * (1 - twice)


def hidden_sum_error_without_slope(p: Pass) -> Array:
    """dL/dH1 alone."""
    return p.dL_dH1


def first_layer_averaged(p: Pass) -> Array:
    """The mean over the samples, where the objective is a sum."""
    return p.X.T @ p.dL_dZ1 / len(p.X)


def l2_term_of_the_article(p: Pass) -> Array:
    """One scalar a layer, l2 sum W^2, on every element."""
    first, second = p.l2 * np.sum(p.W1**2), p.l2 * np.sum(p.W2**2)
    return np.concatenate([np.full(p.W1.size, first), np.full(p.W2.size, second)])


@dataclass(frozen=True)
class Mistake:
    """A line of the backward pass, done wrong.

    Attributes
    ----------
    line : str
        The entry of LINES that it replaces.
    wrong : callable
        What it is replaced by.
    needs : mapping of str to Value
        Fields of an Experiment without which it cannot be made.
    """

    line: str
    wrong: Line
    needs: Mapping[str, Value]

    @property
    def right(self) -> Line:
        """The line as it should be."""
        return LINES[self.line]

    def fitted(self, experiment: Experiment) -> Experiment:
        """Return an experiment in which the mistake can be made, as near to this one as can be.

        Plain gradient descent on all samples with a derived penalty: one thing is wrong at a time.
        """
        changes: dict[str, Value] = {"optimizer": "gradient_descent", "batch_size": 0}
        changes |= {"clip_norm": 0.0, "l2_gradient": "derived", "l1": 0.0}
        changes |= {"first_layer_rate": 1.0}
        for name, value in self.needs.items():
            if name != "l2" or experiment.l2 == 0:
                changes[name] = value
        return experiment.replace(**changes)


MISTAKES: Mapping[str, Mistake] = {
    "slope_of_z": Mistake("dH1_dZ1", hidden_slope_of_z, {}),
    "slope_squashed_twice": Mistake("dH1_dZ1", hidden_slope_squashed_twice, {}),
    "forgotten_output_slope": Mistake("dL_dZ2", output_error_without_slope, {}),
    "forgotten_hidden_slope": Mistake("dL_dZ1", hidden_sum_error_without_slope, {}),
    "not_transposed": Mistake("dL_dH1", hidden_error_not_transposed, {"hidden": 2}),
    "reshaped": Mistake("dL_dH1", hidden_error_reshaped, {}),
    "forgotten_bias": Mistake("dL_dW2", second_layer_without_bias, {"bias": True}),
    "averaged_once": Mistake("dL_dW1", first_layer_averaged, {}),
    "article_l2": Mistake("l2_term", l2_term_of_the_article, {"l2": 1e-3}),
    "wrong_sign": Mistake("dL_dH2", error_with_wrong_sign, {}),
}


def lines_with(mistake: Mistake) -> Mapping[str, Line]:
    """Return the backward pass with one line replaced."""
    return {**LINES, mistake.line: mistake.wrong}


def wrong_gradient(mistake: Mistake, objective: Objective, w: Array) -> Array:
    """Return what a mistake takes for the gradient at flat weights w, (P,).

    Examples
    --------
    >>> from mlp import Experiment
    >>> experiment = Experiment(dataset="corners")
    >>> objective, w = make_objective(experiment), initial_weights(experiment)
    >>> right = gradient_by_lines(objective, w)[1]
    >>> wrong = wrong_gradient(MISTAKES["wrong_sign"], objective, w)
    >>> bool(np.allclose(wrong, -right))
    True
    """
    return gradient_by_lines(objective, w, lines_with(mistake))[1]


def train_with(
    mistake: Mistake | None, experiment: Experiment, data: Data | None = None
) -> tuple[Array, Array]:
    """Train by plain gradient descent with a mistake, or with none.

    Parameters
    ----------
    mistake : Mistake or None
        Replaces its line in every step.
    experiment : Experiment
        As ``Mistake.fitted`` returns it.
    data : Data, optional
        Its points, where they are a visitor's own.

    Returns
    -------
    losses : (steps + 1,)
        J / n before each step and after the last; shorter where a loss is not finite, which is
        left out.
    w : (P,)
        The weights that the last of these losses belongs to.
    """
    lines = LINES if mistake is None else lines_with(mistake)
    objective, w = make_objective(experiment, data), initial_weights(experiment)
    losses: list[float] = []
    with np.errstate(over="ignore", invalid="ignore"):  # running away is a result here
        before = w
        for rate in learning_rates(experiment, np.arange(experiment.steps)):
            J, gradient = gradient_by_lines(objective, w, lines)
            if not np.isfinite(J):
                return np.array(losses), before
            losses.append(J / len(objective.X))
            before, w = w, w - rate * gradient
        J, _ = gradient_by_lines(objective, w, lines)
    if not np.isfinite(J):
        return np.array(losses), before
    return np.array([*losses, J / len(objective.X)]), w
