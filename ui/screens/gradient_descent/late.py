"""Who of a race did not arrive: how near it came, where it ended, and why, where that shows."""

import numpy as np

from mlp.base.arrays import Array
from mlp.surfaces.surfaces import Path
from ui.screens.gradient_descent.words import signed

LAST_STEPS = 20
OUT = {"left_domain": "left the map far behind", "not_finite": "ran off to infinity"}


def told(
    label: str, optimizer: str, path: Path, distance: Array, *, rate: float, axes: tuple[str, ...]
) -> str:
    """Tell why a descent did not arrive.

    Parameters
    ----------
    label : str
        What the optimizer is called.
    optimizer : str
        A name of ``mlp.optimizers.registry.OPTIMIZERS``.
    path : Path
        Its way.
    distance : Array
        (T + 1,), from the nearest minimum at each step.
    rate : float
        Its learning rate.
    axes : tuple of str
        What the variables are called.
    """
    last = len(distance) - 1
    if path.ended in OUT:
        return f"{label} did not arrive: it {OUT[path.ended]} by step {last:,}."
    nearest = int(np.argmin(distance))
    end = f"{signed(float(distance[-1]))} away"
    if nearest == last:
        return f"{label} did not arrive: it was at its nearest at the end, {end}."
    came = f"it came within {signed(float(distance[nearest]))} at step {nearest:,}"
    return (
        f"{label} did not arrive: {came} and ended {end}.{_circling(optimizer, path, rate, axes)}"
    )


def _circling(optimizer: str, path: Path, rate: float, axes: tuple[str, ...]) -> str:
    """Say along which variable RMSprop goes to and fro by about its rate at the end; "" if none."""
    moves = np.diff(path.points[-LAST_STEPS - 1 :], axis=0)
    if optimizer != "rmsprop" or len(moves) < LAST_STEPS:
        return ""
    sizes = np.abs(moves)
    turns = np.all(moves[1:] * moves[:-1] < 0, axis=0)
    about = (sizes.min(axis=0) > rate / 2) & (sizes.max(axis=0) < 2 * rate)
    found = np.flatnonzero(turns & about)
    if len(found) == 0:
        return ""
    of = sizes[:, found]
    return (
        f" Its last {LAST_STEPS} steps go to and fro along {' and '.join(axes[i] for i in found)} "
        f"by {of.min():.2g} to {of.max():.2g}, about its rate of {signed(rate)}: it divides each "
        "step by the recent size of the slope, so near a minimum the steps stay about that long."
    )
