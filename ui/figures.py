"""Matplotlib pictures to take away, after the article's figure: accuracy, boundary, loss."""

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlp import Run
from mlp.arrays import Array
from mlp.network import predict

BLUE, ORANGE = "#0072b2", "#d55e00"
GRID = 200
LARGEST_IN_LINEAR = 1e3  # a loss that grew this much is drawn on a logarithmic axis


def three_panels(run: Run, frame: int) -> Figure:
    """Draw a run at one frame: accuracy, decision boundary and loss side by side."""
    figure = Figure(figsize=(13, 4.2), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    _curve(left, run, 100 * run.accuracy, frame, "Accuracy on all points (%)")
    left.set_ylim(0, 103)
    _boundary(middle, run, frame)
    _curve(right, run, run.loss, frame, "Loss")
    if run.loss.max() > LARGEST_IN_LINEAR * run.loss[0]:
        # Limits of our own: Matplotlib's margin overflows where an explosion ends near 1e308.
        right.set_ylim(run.loss.min() / 2, min(run.loss.max(), 1e307) * 2)
        right.set_yscale("log")
    experiment = run.experiment
    figure.suptitle(
        f"{experiment.hidden} hidden neurons, learning rate {experiment.learning_rate:g}, "
        f"step {run.steps[frame]:,}"
    )
    return figure


def png(run: Run, frame: int) -> bytes:
    """Return ``three_panels`` as the bytes of a PNG file."""
    buffer = BytesIO()
    three_panels(run, frame).savefig(buffer, format="png", dpi=160)
    return buffer.getvalue()


def _curve(axes: Axes, run: Run, values: Array, frame: int, title: str) -> None:
    axes.plot(run.steps, values, color=BLUE, linewidth=2)
    axes.axvline(float(run.steps[frame]), color="0.4", linewidth=1)
    axes.set(title=title, xlabel="step")
    axes.grid(alpha=0.3)


def _boundary(axes: Axes, run: Run, frame: int) -> None:
    X, labels = run.data.X, run.data.labels
    reach = 1.1 * float(np.abs(X).max())
    line = np.linspace(-reach, reach, GRID)
    points = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    H2 = predict(points, run.W1[frame].copy(), run.W2[frame].copy())
    difference = (H2[:, 1] - H2[:, 0]).reshape(GRID, GRID)
    axes.contourf(line, line, difference, levels=np.linspace(-1, 1, 21), cmap="PuOr", alpha=0.8)
    if difference.min() < 0 < difference.max():
        axes.contour(line, line, difference, levels=[0], colors="0.2", linewidths=1.5)
    for label, color, marker in ((0, ORANGE, "o"), (1, BLUE, "s")):
        x0, x1 = X[labels == label].T
        axes.scatter(x0, x1, s=16, c=color, marker=marker, edgecolors="white", linewidths=0.5)
    axes.set(title="Decision boundary", xlabel="x0", ylabel="x1", aspect="equal")
