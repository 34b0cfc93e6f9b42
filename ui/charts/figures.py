"""Matplotlib pictures to take away, after the article's figure: accuracy, boundary, loss."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, SymmetricalLogLocator

from mlp import Run
from mlp.base.arrays import Array
from mlp.network import predict
from ui.words.naming import names_of

BLUE, ORANGE = "#0072b2", "#d55e00"
# From class 0 to class 1, paler than the points, which stay visible on their own side.
CLASSES = LinearSegmentedColormap.from_list("classes", ["#f0a06b", "#ffffff", "#7fb9dc"])
GRID = 200
LARGEST_IN_LINEAR = 1e3  # a loss that grew this much is drawn on a logarithmic axis
LONG_RUN = 100  # steps; a longer run from its start is drawn on a logarithmic axis of steps


def three_panels(run: Run, frame: int) -> Figure:
    """Draw a run at one frame: accuracy, decision boundary and loss side by side."""
    figure = Figure(figsize=(13, 4.2), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    accuracy_axes(left, run)
    _boundary(middle, run, frame)
    loss_axes(right, run)
    for axes in (left, right):
        axes.axvline(float(run.steps[frame]), color="0.4", linewidth=1)
    figure.suptitle(title(run, frame))
    return figure


def title(run: Run, frame: int) -> str:
    """Return what stands above a picture: the network, the learning rate and the step."""
    experiment = run.experiment
    return (
        f"{experiment.hidden} hidden neurons, learning rate {experiment.learning_rate:g}, "
        f"step {run.steps[frame]:,}"
    )


def accuracy_axes(axes: Axes, run: Run) -> None:
    """Draw the accuracy of the whole run."""
    _curve(axes, run, 100 * run.accuracy, "Accuracy on all points (%)")
    axes.set_ylim(0, 103)


def loss_axes(axes: Axes, run: Run) -> None:
    """Draw the loss of the whole run, of an explosion on a logarithmic axis."""
    _curve(axes, run, run.loss, "Loss")
    if run.loss.max() > LARGEST_IN_LINEAR * run.loss[0]:
        _logarithmic(axes, float(run.loss.min()), float(run.loss.max()))


def _logarithmic(axes: Axes, low: float, high: float) -> None:
    """Make the vertical axis logarithmic, with limits and ticks of our own.

    Matplotlib's margins and ticks overflow where an explosion ends near 1e308; what is beyond
    1e300 goes through the roof.
    """
    axes.set_ylim(low / 2, min(high, 1e300) * 2)  # before the scale, which would make margins
    axes.set_yscale("log")
    first, last = np.log10(axes.get_ylim())
    powers = np.arange(np.ceil(first), last, max((last - first) // 5, 1))
    axes.set_yticks(10**powers, [f"1e{power:.0f}" for power in powers])
    axes.minorticks_off()


def _curve(axes: Axes, run: Run, values: Array, name: str) -> None:
    axes.plot(run.steps, values, color=BLUE, linewidth=2)
    axes.set(title=name, xlabel="step")
    axes.grid(alpha=0.3)
    if run.steps[0] == 0 and run.steps[-1] > LONG_RUN:
        # As in the player: most happens early, and step 0 has a place.
        axes.set_xscale("symlog", linthresh=1)
        axes.set_xlim(0, float(run.steps[-1]) * 1.3)
        axes.xaxis.set_major_locator(SymmetricalLogLocator(base=10, linthresh=1))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))


def map_axis(run: Run, count: int) -> Array:
    """Return the network's coordinates of the map's columns, and rows: all points are inside."""
    reach = 1.1 * float(np.abs(run.data.X).max())
    return np.linspace(-reach, reach, count)


def output_difference(run: Run, frame: int, line: Array) -> Array:
    """Return H2[1] - H2[0] over the map, a row a coordinate of ``line``; 0 is the boundary."""
    points = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    H2 = predict(points, run.W1[frame].copy(), run.W2[frame].copy())
    difference: Array = (H2[:, 1] - H2[:, 0]).reshape(len(line), len(line))
    return difference


def map_places(run: Run, line: Array) -> tuple[Array, Array]:
    """Return where the map's columns and its rows are drawn: in original coordinates."""
    columns, rows = run.data.original(np.column_stack([line, line])).T
    return columns, rows


def draw_points(axes: Axes, run: Run) -> list[Artist]:
    """Draw the points of both labels, in original coordinates."""
    X, labels = run.data.original(run.data.X), run.data.labels
    kinds: Sequence[tuple[int, str, str]] = ((0, ORANGE, "o"), (1, BLUE, "s"))
    artists: list[Artist] = []
    for label, color, marker in kinds:
        x0, x1 = X[labels == label].T
        artists.append(
            axes.scatter(x0, x1, s=16, c=color, marker=marker, edgecolors="white", linewidths=0.5)
        )
    return artists


def label_map(axes: Axes, run: Run) -> None:
    """Name the map and its axes; it is as square as the network sees it."""
    width, height = run.data.scale
    axes.set(title="Decision boundary", aspect=width / height)
    for axis, name in zip((axes.xaxis, axes.yaxis), names_of(run).inputs, strict=True):
        # A column's name may come from anywhere: it is one line, and no formula to typeset.
        axis.set_label_text("".join(c if c.isprintable() else " " for c in name))
        axis.label.set_parse_math(False)


def _boundary(axes: Axes, run: Run, frame: int) -> None:
    line = map_axis(run, GRID)
    difference = output_difference(run, frame, line)
    columns, rows = map_places(run, line)
    axes.contourf(columns, rows, difference, levels=np.linspace(-1, 1, 21), cmap=CLASSES)
    if difference.min() < 0 < difference.max():
        axes.contour(columns, rows, difference, levels=[0], colors="0.2", linewidths=1.5)
    draw_points(axes, run)
    label_map(axes, run)
