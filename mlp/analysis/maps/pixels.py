"""What is known of each pixel of a map, and its verdict.

The rule of the verdicts, in this order:

- **infinite**: the loss was not finite at some step;
- **dead**: at the end a layer is flat, the gradient has vanished, and the loss is above half of the
  first (what ``diagnose`` calls saturated);
- **chaotic**: the loss still rose after more than one in twenty of the last tenth of the steps
  (what it calls oscillating; never with mini-batches, whose losses rise by chance);
- **calm**: the loss never rose;
- **survived**: it rose, and at the end no longer does.
"""

import numpy as np
from numpy.typing import NDArray

from mlp.analysis.verdicts import (
    OSCILLATING_SHARE,
    SATURATED_SHARE,
    UNSOLVED_SHARE,
    VANISHED,
)
from mlp.base.arrays import Array, Flags

VERDICTS = ("calm", "survived", "chaotic", "dead", "infinite")
CALM, SURVIVED, CHAOTIC, DEAD, INFINITE = range(len(VERDICTS))
NEVER = -1
# A pixel's numbers. Losses are J / n, infinite where the training ended so; the accuracy is that on
# all points, and NaN there. A pixel not trained yet has the verdict -1.
PIXEL = np.dtype(
    [
        ("loss", "<f8"),
        ("mean_loss", "<f8"),
        ("accuracy", "<f8"),
        ("rises", "<i4"),
        ("first_rise_at", "<i4"),
        ("verdict", "<i1"),
    ]
)
Pixels = NDArray[np.void]


def empty_pixels(shape: tuple[int, ...]) -> Pixels:
    """Return pixels that are not trained yet."""
    pixels = np.zeros(shape, PIXEL)
    pixels["verdict"] = NEVER
    return pixels


def is_trained(pixels: Pixels) -> Flags:
    """Return which pixels are trained."""
    trained: Flags = pixels["verdict"] != NEVER
    return trained


def verdicts(
    *,
    first_loss: Array,
    loss: Array,
    rises: Array,
    late_share: Array,
    gradient_norm: Array,
    flat_share: Array,
    finite: Flags,
    n: int,
    by_chance: bool,
) -> NDArray[np.int8]:
    """Return the verdict on each of some trainings, by the rule above, as its place in VERDICTS.

    Parameters
    ----------
    first_loss, loss : (k,)
        J / n before the first step and at the end.
    rises : (k,)
        Steps after which the loss was higher.
    late_share : (k,)
        The share of such steps among the last tenth.
    gradient_norm, flat_share : (k,)
        At the end: the norm of the gradient of J, and the share of flat activations of the layer
        that has more of them.
    finite : (k,) of bool
        Whether every loss was finite.
    n : int
        Training points.
    by_chance : bool
        Whether the steps are taken on mini-batches.
    """
    unsolved = loss > UNSOLVED_SHARE * first_loss
    dead = unsolved & (gradient_norm < VANISHED * n) & (flat_share > SATURATED_SHARE)
    chaotic = (late_share > OSCILLATING_SHARE) & (not by_chance)
    by_rises = np.where(rises == 0, CALM, SURVIVED)
    found = np.where(dead, DEAD, np.where(chaotic, CHAOTIC, by_rises))
    return np.where(finite, found, INFINITE).astype(np.int8)
