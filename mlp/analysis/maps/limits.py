"""What theory says about a map before anything is trained: where learning rate x sharpness is 2.

The sharpness is that of the untrained network. A step with rates of its own for each layer is one
along the gradient in stretched coordinates: there the sharpness is that of D^1/2 H D^1/2, D being
the factors on the rate.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from mlp.analysis.maps.pixels import Pixels, is_trained
from mlp.analysis.maps.plane import Axis, Plane
from mlp.base.arrays import Array, Flags
from mlp.data.own import OwnData
from mlp.experiment import Experiment
from mlp.network import Objective
from mlp.optimizers.registry import stability_limit
from mlp.plan import learning_rates
from mlp.training.inputs import initial_weights, make_data, make_objective
from mlp.training.sharpness import bend_at, hessian_vector_product, sharpness

RATE = "learning_rate"
MOST_LINES = 256  # values at which the limit is computed; those between lie on straight lines


@dataclass(frozen=True, eq=False)
class LimitLine:
    """The learning rate at which the first step is as long as the curvature allows.

    ``rate_axis`` is "x" or "y", which the learning rate spans; ``rates`` (size,) has its limit at
    every value of the other one, NaN where there is none.
    """

    rate_axis: str
    rates: Array

    def is_below(self, plane: Plane) -> Flags:
        """Return which pixels (size, size) have a learning rate below the limit."""
        if self.rate_axis == "x":
            return np.less(plane.xs()[None, :], self.rates[:, None])
        return np.less(plane.ys()[:, None], self.rates[None, :])


def rate_limit(experiment: Experiment, own: OwnData | None = None) -> float | None:
    """Return the learning rate that the first step must stay below, or None where none is known.

    Examples
    --------
    >>> round(rate_limit(Experiment(hidden=50)), 5)  # 2 / 254
    0.00786
    """
    limit = stability_limit(experiment.optimizer, experiment.momentum)
    article = experiment.l2_gradient == "article" and experiment.l2 > 0
    if limit is None or article or experiment.takes_mini_batches:
        return None
    objective = make_objective(experiment, make_data(experiment, own))
    curvature = stretched_sharpness(experiment, objective)
    share = float(learning_rates(experiment.replace(learning_rate=1.0), 0))
    return limit / (curvature * share) if curvature > 0 and share > 0 else None


def stretched_sharpness(experiment: Experiment, objective: Objective) -> float:
    """Return the sharpness of the untrained network, each layer stretched by its rate's factor."""
    w = initial_weights(experiment)
    if experiment.first_layer_rate == 1:
        return sharpness(objective, w)
    bend = bend_at(objective.by_samples(), w)
    stretch = np.ones_like(w)
    stretch[: experiment.input_rows * experiment.hidden] = np.sqrt(experiment.first_layer_rate)
    product = LinearOperator(
        (w.size, w.size),
        matvec=lambda v: stretch * hessian_vector_product(bend, stretch * v.ravel()),
    )
    [largest] = eigsh(product, k=1, which="LA", v0=np.ones(w.size), return_eigenvectors=False)
    return float(largest)


def limit_line(plane: Plane, own: OwnData | None = None) -> LimitLine | None:
    """Return the line of a map, or None where no axis is the learning rate or no limit is known."""
    if RATE not in (plane.x.name, plane.y.name):
        return None
    along = "x" if plane.x.name == RATE else "y"
    other = plane.y if along == "x" else plane.x
    values = other.values(plane.size)
    some = np.unique(other.values(min(plane.size, MOST_LINES)))
    limits = [_limit_at(plane.experiment, other, value, own) for value in some]
    if not np.isfinite(limits).any():
        return None
    return LimitLine(along, np.interp(values, some, limits))


def _limit_at(experiment: Experiment, other: Axis, value: float, own: OwnData | None) -> float:
    limit = rate_limit(experiment.replace(**{other.name: other.setting(value)}), own)
    return np.nan if limit is None else limit


def agreement(plane: Plane, pixels: Pixels, line: LimitLine) -> float | None:
    """Return the share of the trained pixels whose loss never rose that lie below the line.

    None where there is none. Infinite ones count as risen.
    """
    never_rose = is_trained(pixels) & (pixels["rises"] == 0) & np.isfinite(pixels["loss"])
    if not never_rose.any():
        return None
    return float(np.mean(line.is_below(plane)[never_rose]))
