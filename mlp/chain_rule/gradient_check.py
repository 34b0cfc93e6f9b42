"""Check a gradient against central differences of the objective, entry by entry."""

from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array
from mlp.network import Objective
from mlp.training.inputs import make_objective
from mlp.training.run import Run
from mlp.training.steps import value_and_gradient

TOLERANCE = 1e-5  # the largest relative error of a right gradient: h^2 leaves 2e-6 at times
# Beyond this the step grows with the weight: w + h would be w again for the 1e150 of an explosion.
LARGE_WEIGHT = 1e3
# A difference of two values of J is uncertain by a few units in J's last place.
ROUNDING_UNITS = 16


@dataclass(frozen=True)
class GradientCheck:
    """What ``check_gradients`` found.

    Attributes
    ----------
    passed : bool
        Whether every entry's relative error is at most TOLERANCE.
    max_relative_error : float
        The largest one.
    layer : str
        "W1" or "W2": where it is.
    row, column : int
        Its place in that matrix, from 0.
    analytic, numeric : float
        The entry as the chain rule and as central differences give it.
    h : float
        The step of the differences, for weights up to LARGE_WEIGHT; in proportion beyond.
    """

    passed: bool
    max_relative_error: float
    layer: str
    row: int
    column: int
    analytic: float
    numeric: float
    h: float


def check_gradients(run: Run, *, frame: int = 0, h: float = 1e-5) -> GradientCheck:
    """Compare the gradient recorded at a frame with (J(w + h) - J(w - h)) / 2h, entry by entry.

    Parameters
    ----------
    run : Run
        Gives the weights, the gradient and the objective.
    frame : int
        Index of the frame; negative ones count from the end.
    h : float
        Step of the differences, above 0 and below 1.

    Returns
    -------
    GradientCheck
        Passes for the derived gradient; fails for the article's L2 term.

    Raises
    ------
    ValueError
        If there is no such frame, or h is not in its range.

    Examples
    --------
    >>> from mlp import Experiment, train
    >>> wrong = Experiment(bias=False, hidden=50, l2=1e-4, l2_gradient="article", steps=1)
    >>> check_gradients(train(wrong)).passed
    False
    >>> check_gradients(train(wrong.replace(l2_gradient="derived"))).passed
    True
    """
    if not -len(run.steps) <= frame < len(run.steps):
        raise ValueError(f"frame = {frame}: the run has frames 0 to {len(run.steps) - 1}")
    objective = make_objective(run.settings_at(int(run.steps[frame])), run.data)
    return compare(objective, run.w[frame], run.gradient[frame], h=h).check


@dataclass(frozen=True, eq=False)
class Comparison:
    """A gradient beside its central differences, entry by entry.

    Attributes
    ----------
    objective : Objective
        What is differentiated.
    analytic, numeric, relative_error : (P,)
        Flat, W1 first.
    h : float
        The step of the differences.
    """

    objective: Objective
    analytic: Array
    numeric: Array
    relative_error: Array
    h: float

    def place(self, index: int) -> tuple[str, int, int]:
        """Return the layer, row and column of an entry of the flat vector."""
        columns = self.objective.hidden
        size = self.objective.X.shape[1] * columns
        if index < size:
            return "W1", index // columns, index % columns
        return "W2", (index - size) // 2, (index - size) % 2

    @property
    def check(self) -> GradientCheck:
        """The verdict, and the entry that decides it."""
        worst = int(np.argmax(self.relative_error))
        layer, row, column = self.place(worst)
        return GradientCheck(
            passed=bool(self.relative_error[worst] <= TOLERANCE),
            max_relative_error=float(self.relative_error[worst]),
            layer=layer,
            row=row,
            column=column,
            analytic=float(self.analytic[worst]),
            numeric=float(self.numeric[worst]),
            h=self.h,
        )


def compare(objective: Objective, w: Array, analytic: Array, *, h: float = 1e-5) -> Comparison:
    """Compare any gradient with central differences of J, entry by entry.

    Parameters
    ----------
    objective : Objective
        Gives J.
    w : (P,)
        The weights to stand at, flat, W1 first.
    analytic : (P,)
        The gradient to check.
    h : float
        Step of the differences, above 0 and below 1.

    Raises
    ------
    ValueError
        If h is not in its range.

    Examples
    --------
    >>> from mlp import Experiment
    >>> from mlp.training.inputs import initial_weights
    >>> experiment = Experiment(dataset="corners")
    >>> objective, w = make_objective(experiment), initial_weights(experiment)
    >>> _, gradient = value_and_gradient(objective, w)
    >>> compare(objective, w, gradient).check.passed
    True
    >>> round(compare(objective, w, 2 * gradient).check.max_relative_error, 6)
    0.5
    """
    if not 0 < h < 1:
        raise ValueError(f"h = {h}: must be above 0 and below 1; 1e-5 is usual")
    numeric = numeric_gradient(objective, w, h)
    errors = relative_errors(objective, w, analytic, numeric, h)
    return Comparison(objective, analytic, numeric, errors, h)


def errors_by_step(objective: Objective, w: Array, analytic: Array, steps: Array) -> Array:
    """Return how far central differences of several steps h are from a gradient, (len(steps),).

    The distance of the two gradients as vectors over the length of the longer one, which neither
    hides nor forgives rounding: that is what the small h show. Of a right gradient it falls with
    h^2 while the differences are too coarse, and rises with 1/h where J's last digits are all that
    is left; of a wrong one it stays. Source: any numerical analysis, such as Nocedal and Wright,
    "Numerical Optimization", section 8.1.
    """
    errors = []
    for h in steps:
        numeric = numeric_gradient(objective, w, float(h))
        longer = max(float(np.linalg.norm(numeric)), float(np.linalg.norm(analytic)))
        distance = float(np.linalg.norm(analytic - numeric))
        errors.append(distance / longer if longer > 0 else 0.0)
    return np.array(errors)


def numeric_gradient(objective: Objective, w: Array, h: float) -> Array:
    """Return J's gradient at flat weights w by central differences, (P,)."""
    gradient = np.empty_like(w)
    for i, step in enumerate(_steps(w, h)):
        moved = w.copy()
        moved[i] = w[i] + step
        above, up = moved[i], _objective_value(objective, moved)
        moved[i] = w[i] - step
        below, down = moved[i], _objective_value(objective, moved)
        gradient[i] = (up - down) / (above - below)
    return gradient


def relative_errors(
    objective: Objective, w: Array, analytic: Array, numeric: Array, h: float
) -> Array:
    """Return |analytic - numeric| over the larger of them, (P,).

    Where both are so small that rounding J could make all of the difference, that uncertainty
    over TOLERANCE takes the place of the larger one.
    """
    unit = np.finfo(float).eps * max(_objective_value(objective, w), 1.0)
    uncertainty = ROUNDING_UNITS * unit / _steps(w, h)
    larger = np.maximum(np.abs(analytic), np.abs(numeric))
    errors: Array = np.abs(analytic - numeric) / np.maximum(larger, uncertainty / TOLERANCE)
    return errors


def _steps(w: Array, h: float) -> Array:
    steps: Array = h * np.maximum(1.0, np.abs(w) / LARGE_WEIGHT)
    return steps


def _objective_value(objective: Objective, w: Array) -> float:
    return value_and_gradient(objective, w)[0]
