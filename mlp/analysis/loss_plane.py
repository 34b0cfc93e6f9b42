"""The network's own loss surface: a plane through the weights of one frame.

One axis is the direction of the sharpest curvature, the top eigenvector of J's Hessian; the other
is what remains of the gradient across it. So the plane holds the step against the gradient and the
curvature that decides whether that step is too long.
"""

from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array
from mlp.network import Objective, data_loss, forward, penalty, unpack
from mlp.training.inputs import make_objective
from mlp.training.run import Run
from mlp.training.sharpness import top_eigenpair

SCALES = ("step", "run")
FINEST, COARSEST = 49, 25  # grid lines an axis
WORK = 3e8  # activations on a grid; more would take a second
CUT_POINTS = 161
MARGIN = 0.3  # of the plane around what has to be seen, on each side
NARROWEST = 1e-3  # of the weights' norm: half the plane where neither step nor path has a length
MOST_AHEAD = 20.0  # of the steps: a bottom farther away than half of this is off the map
# A gradient that leaves less than this of itself across the sharpest direction spans no plane.
PARALLEL = 1e-9
FARTHEST = 1e150  # a place whose square a chart can still hold


@dataclass(frozen=True, eq=False)
class LossPlane:
    """The loss around one frame of a run; coordinates are distances from that frame's weights.

    Attributes
    ----------
    step, frame : int
        Where the plane touches the run.
    learning_rate, sharpness, slope : float
        Of that frame; the slope is that of J along the sharpest direction, 0 or above.
    sharp, across : Array
        (A,) and (B,): the grid's coordinates, along the eigenvector and across it.
    loss : Array
        (B, A), J / n on the grid; infinite where it overflows.
    path : Array
        (F, 2), every frame's weights projected onto the plane, in the order (sharp, across).
    outside : Array
        (F,), how far each frame lies from the plane.
    gradient_step : Array
        (2,), one plain step against the gradient, -learning_rate gradient, clipped where the run
        clips; it lies in the plane.
    before, after, after_sharp : float
        J / n at the frame, after that step, and after its part along the eigenvector alone.
    cut : Array
        (C, 3): coordinates along the eigenvector, J / n there, and the parabola with this slope
        and curvature.
    """

    step: int
    frame: int
    learning_rate: float
    sharpness: float
    slope: float
    sharp: Array
    across: Array
    loss: Array
    path: Array
    outside: Array
    gradient_step: Array
    before: float
    after: float
    after_sharp: float
    cut: Array

    @property
    def product(self) -> float:
        """Learning rate x sharpness."""
        return self.learning_rate * self.sharpness

    @property
    def bottom(self) -> float | None:
        """Where the parabola along the eigenvector is lowest, or None where it opens downward."""
        return -self.slope / self.sharpness if self.sharpness > 0 else None

    def can_be_drawn(self) -> bool:
        """Whether all places are numbers that a chart can hold, and the loss is finite at some."""
        places = (self.sharp, self.across, self.gradient_step, self.cut[:, 0])
        near = all(np.all(np.abs(place) < FARTHEST) for place in places)  # false for NaN
        return bool(near and np.isfinite(self.loss).any())


def loss_plane(run: Run, frame: int, *, scale: str = "step") -> LossPlane | None:
    """Return the loss over the plane of the top eigenvector and the gradient at a frame.

    Parameters
    ----------
    run : Run
        Gives weights, gradients and objective.
    frame : int
        Index of the frame.
    scale : {"step", "run"}
        As large as one step, or as the whole run's path.

    Returns
    -------
    LossPlane or None
        None where the weights are so large that their curvature, or everything on the map, is no
        finite number.

    Raises
    ------
    ValueError
        If there is no such frame or scale.

    Examples
    --------
    >>> from mlp import Experiment, train
    >>> plane = loss_plane(train(Experiment(hidden=50, learning_rate=0.03, steps=10)), 0)
    >>> round(plane.product, 2), plane.after > plane.before
    (7.63, True)
    """
    if not 0 <= frame < len(run.steps):
        raise ValueError(f"frame = {frame}: the run has frames 0 to {len(run.steps) - 1}")
    if scale not in SCALES:
        raise ValueError(f"scale = {scale!r}: must be one of {', '.join(SCALES)}")
    objective = make_objective(run.experiment, run.data)
    w, gradient = run.w[frame].copy(), run.gradient[frame]
    with np.errstate(over="ignore", invalid="ignore"):  # far out in an explosion
        sharpness, eigenvector = top_eigenpair(objective, w)
        if not np.isfinite(sharpness):
            return None
        plane = _plane(run, frame, scale, objective, sharpness, axes(eigenvector, gradient))
    return plane if plane.can_be_drawn() else None


def axes(eigenvector: Array, gradient: Array) -> Array:
    """Return the plane's two unit vectors (2, P): the sharpest direction, and across it.

    The eigenvector's sign is the gradient's, so that a step always goes to the negative side.
    """
    side = -1.0 if gradient @ eigenvector < 0 else 1.0
    sharp = side * eigenvector / np.linalg.norm(eigenvector)
    across = _rest(gradient, sharp)
    if not np.linalg.norm(across) > PARALLEL * np.linalg.norm(gradient):
        least = np.zeros_like(sharp)
        least[np.argmin(np.abs(sharp))] = 1.0  # the weight that the sharp direction moves least
        across = _rest(least, sharp)
    return np.stack([sharp, across / np.linalg.norm(across)])


def _rest(vector: Array, unit: Array) -> Array:
    """Return what of a vector is orthogonal to a unit vector; twice, against rounding."""
    once: Array = vector - (unit @ vector) * unit
    return once - (unit @ once) * unit


def _plane(
    run: Run, frame: int, scale: str, objective: Objective, sharpness: float, basis: Array
) -> LossPlane:
    w, gradient, rate = run.w[frame].copy(), run.gradient[frame], float(run.learning_rates[frame])
    moved = run.w - w
    path = moved @ basis.T
    outside = np.linalg.norm(moved - path @ basis, axis=1)
    along, n = basis @ gradient, len(objective.X)
    gradient_step = -rate * along * _clipping(run, gradient)
    around = np.array([[0.0, 0.0], gradient_step, [_far_side(along[0], sharpness, rate), 0.0]])
    if scale == "run":
        around = np.vstack([around, path])
    low, high = _extent(around, float(np.linalg.norm(w)))
    lines = _resolution(objective)
    sharp, across = (np.linspace(low[i], high[i], lines) for i in range(2))
    cut = np.linspace(low[0], high[0], CUT_POINTS)
    return LossPlane(
        step=int(run.steps[frame]),
        frame=frame,
        learning_rate=rate,
        sharpness=sharpness,
        slope=float(along[0]),
        sharp=sharp,
        across=across,
        loss=np.array([[loss_at(objective, w + [a, b] @ basis) for a in sharp] for b in across]),
        path=path,
        outside=outside,
        gradient_step=gradient_step,
        before=float(run.loss[frame]),
        after=loss_at(objective, w + gradient_step @ basis),
        after_sharp=loss_at(objective, w + gradient_step[0] * basis[0]),
        cut=np.column_stack(
            [
                cut,
                [loss_at(objective, w + a * basis[0]) for a in cut],
                run.loss[frame] + (along[0] * cut + 0.5 * sharpness * cut**2) / n,
            ]
        ),
    )


def _far_side(slope: float, sharpness: float, rate: float) -> float:
    """Return where the parabola is as high again as here, or MOST_AHEAD steps ahead."""
    farthest = MOST_AHEAD * rate
    ahead = min(2 / sharpness, farthest) if sharpness * farthest > 0 else farthest
    return -slope * ahead


def _clipping(run: Run, gradient: Array) -> float:
    """Return what clipping multiplies the gradient by: 1 where it does nothing."""
    longest, length = run.experiment.clip_norm, float(np.linalg.norm(gradient))
    return longest / length if 0 < longest < length else 1.0


def _extent(around: Array, size: float) -> tuple[Array, Array]:
    """Return the lowest and highest coordinates (2,) of a plane that shows some points (k, 2).

    No side is less than half as long as the other, and none without any length at all.
    """
    low, high = around.min(axis=0), around.max(axis=0)
    span = high - low
    floor = max(span.max() / 2, 2 * NARROWEST * size, 1e-12)
    wide = np.maximum(span, floor) * (0.5 + MARGIN)
    middle = (low + high) / 2
    return middle - wide, middle + wide


def _resolution(objective: Objective) -> int:
    """Return how many grid lines an axis gets: fewer where the network is large."""
    activations = len(objective.X) * (objective.hidden + 10)
    return int(np.clip(np.sqrt(WORK / activations), COARSEST, FINEST))


def loss_at(objective: Objective, w: Array) -> float:
    """Return J / n at flat weights w (P,)."""
    W1, W2 = unpack(w, objective.X.shape[1], objective.hidden)
    _, H2 = forward(objective.X, W1, W2)
    J = data_loss(H2, objective.Y) + penalty(w, objective.l1, objective.l2)
    return float(J / len(objective.X))
