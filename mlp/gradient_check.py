"""Check a gradient against central differences of the objective, entry by entry."""

from dataclasses import dataclass

import numpy as np

from mlp.arrays import Array
from mlp.network import Objective
from mlp.run import Run
from mlp.training import make_objective, value_and_gradient

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
    if not 0 < h < 1:
        raise ValueError(f"h = {h}: must be above 0 and below 1; 1e-5 is usual")
    objective = make_objective(run.settings_at(int(run.steps[frame])))
    w, analytic = run.w[frame].copy(), run.gradient[frame]
    numeric = numeric_gradient(objective, w, h)
    errors = relative_errors(objective, w, analytic, numeric, h)
    worst = int(np.argmax(errors))
    layer, row, column = _place(run, worst)
    return GradientCheck(
        passed=bool(errors[worst] <= TOLERANCE),
        max_relative_error=float(errors[worst]),
        layer=layer,
        row=row,
        column=column,
        analytic=float(analytic[worst]),
        numeric=float(numeric[worst]),
        h=h,
    )


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


def _place(run: Run, index: int) -> tuple[str, int, int]:
    """Return the layer, row and column of an entry of the flat vector."""
    columns = run.experiment.hidden
    size = run.experiment.input_rows * columns
    if index < size:
        return "W1", index // columns, index % columns
    return "W2", (index - size) // 2, (index - size) % 2
