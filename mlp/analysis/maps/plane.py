"""What a map is of: an Experiment, two of its settings as axes, and a number of pixels."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp.base.arrays import Array
from mlp.experiment import ALLOWED, Experiment, Value, format_number, parse_number, refusal

LARGEST_SIZE = 4096
SCALES = ("linear", "log")
# Numeric settings; ``frames`` does not change a training, and ``steps`` is what all pixels share.
AXES = tuple(
    name
    for name, allowed in ALLOWED.items()
    if allowed.type in (int, float) and name not in ("steps", "frames")
)


@dataclass(frozen=True)
class Axis:
    """One side of a map: a numeric setting, from ``low`` to ``high``, linear or logarithmic.

    Raises
    ------
    ValueError
        A setting that is no number, limits that are equal, reversed or not allowed, a logarithmic
        axis through 0, or limits so near that float64 has no numbers between them.

    Examples
    --------
    >>> Axis.parse("learning_rate:0.01:1:log").values(3).round(9).tolist()
    [0.01, 0.1, 1.0]
    """

    name: str
    low: float
    high: float
    scale: str = "linear"

    def __post_init__(self) -> None:
        """Refuse what spans no side of a map."""
        if self.name not in AXES:
            raise ValueError(
                f"axis {self.name[:40]!r}: must be a setting that is a number, one of "
                f"{', '.join(AXES)}"
            )
        if self.scale not in SCALES:
            raise ValueError(f"scale {self.scale[:40]!r}: must be one of {', '.join(SCALES)}")
        for end in (self.low, self.high):
            try:
                ALLOWED[self.name].convert(int(end) if self._is_whole(end) else end)
            except (ValueError, OverflowError):
                raise ValueError(f"axis {refusal(self.name, end)}") from None
        if not self.low < self.high:
            raise ValueError(
                f"axis {self.name} from {self.low:g} to {self.high:g}: the first limit must be "
                "below the second; swap or change them"
            )
        if self.scale == "log" and self.low <= 0:
            raise ValueError(
                f"axis {self.name} from {self.low:g}: a logarithmic axis has no 0; begin above it, "
                "or take a linear one"
            )

    def _is_whole(self, end: float) -> bool:
        return ALLOWED[self.name].type is int and math.isfinite(end) and end == int(end)

    @classmethod
    def parse(cls, text: str) -> "Axis":
        """Read an axis, ``hidden:1:60`` or ``l2:0.1:9:log``; ValueError says what is wrong."""
        parts = text.split(":")
        if len(parts) not in (3, 4):
            raise ValueError(
                f"axis {text[:60]!r}: must be a setting and its limits, such as "
                "learning_rate:0.003:3:log"
            )
        try:
            low, high = (float(parse_number(part)) for part in parts[1:3])
        except ValueError:
            raise ValueError(
                f"axis {text[:60]!r}: the limits must be numbers, such as 0.003:3"
            ) from None
        return cls(parts[0], low, high, *parts[3:])

    def __str__(self) -> str:
        """Return the text that ``parse`` reads."""
        limits = f"{self.name}:{format_number(self.low)}:{format_number(self.high)}"
        return limits + (":log" if self.scale == "log" else "")

    def values(self, size: int) -> Array:
        """Return the setting's value at each of some pixels, both limits included.

        A whole number's values are rounded, so that some pixels may have the same.
        """
        if self.scale == "log":
            exponents = np.linspace(math.log(self.low), math.log(self.high), size)
            values = np.clip(np.exp(exponents), self.low, self.high)
        else:
            values = np.linspace(self.low, self.high, size)
        values[0], values[-1] = self.low, self.high
        return np.rint(values) if ALLOWED[self.name].type is int else values

    def between(self, first: float, last: float) -> "Axis":
        """Return the part of this axis between two shares of its length, 0 to 1 each.

        Raises ValueError where float64 ends.
        """
        low, high = (self.at(share) for share in (first, last))
        if ALLOWED[self.name].type is int:
            low, high = math.floor(low), math.ceil(high)
        return dataclasses.replace(self, low=float(low), high=float(high))

    def at(self, share: float) -> float:
        """Return the value at a share of the axis' length."""
        if self.scale == "log":
            logs = math.log(self.low), math.log(self.high)
            value = math.exp(logs[0] + share * (logs[1] - logs[0]))
        else:
            value = self.low + share * (self.high - self.low)
        return min(max(value, self.low), self.high)

    def distinct(self, size: int) -> int:
        """Return how many different values some pixels have."""
        return len(np.unique(self.values(size)))

    def setting(self, value: float) -> Value:
        """Return a pixel's value as the setting's own type."""
        return int(value) if ALLOWED[self.name].type is int else float(value)


@dataclass(frozen=True)
class Plane:
    """A map to be trained: ``size`` x ``size`` networks that differ in two settings.

    Parameters
    ----------
    experiment : Experiment
        All other settings; every pixel takes its ``steps``.
    x, y : Axis
        Two different settings: across, and up.
    size : int
        Pixels a side, 2 to 4096.

    Raises
    ------
    ValueError
        The same setting twice, another size, or a corner whose settings do not go together.
    """

    experiment: Experiment
    x: Axis
    y: Axis
    size: int

    def __post_init__(self) -> None:
        """Refuse a map of which not every pixel could be trained."""
        size: Any = self.size
        if isinstance(size, bool) or not isinstance(size, int) or not 2 <= size <= LARGEST_SIZE:
            raise ValueError(f"size = {size}: must be a whole number from 2 to {LARGEST_SIZE}")
        if self.x.name == self.y.name:
            raise ValueError(f"both axes are {self.x.name}: take two different settings")
        for x in (self.x.low, self.x.high):
            for y in (self.y.low, self.y.high):
                self.experiment_of(x, y)

    def experiment_of(self, x: float, y: float) -> Experiment:
        """Return the settings of the network at two values."""
        changes = {self.x.name: self.x.setting(x), self.y.name: self.y.setting(y)}
        return self.experiment.replace(**changes)

    def xs(self) -> Array:
        """Return the values across (size,)."""
        return self.x.values(self.size)

    def ys(self) -> Array:
        """Return the values up (size,); row 0 is the lowest."""
        return self.y.values(self.size)

    def at(self, row: int, column: int) -> Experiment:
        """Return the settings of one pixel."""
        return self.experiment_of(self.xs()[column], self.ys()[row])

    def zoomed(self, left: float, bottom: float, right: float, top: float) -> "Plane":
        """Return the part of the map within a rectangle, in shares of its sides, from below.

        Raises
        ------
        ValueError
            Where float64 has not two different numbers for every pixel any more.
        """
        plane = dataclasses.replace(
            self, x=self.x.between(left, right), y=self.y.between(bottom, top)
        )
        for axis in (plane.x, plane.y):
            if ALLOWED[axis.name].type is float and axis.distinct(self.size) < self.size:
                raise ValueError(
                    f"{axis.name} from {axis.low!r} to {axis.high!r}: here float64 ends. There are "
                    f"fewer than {self.size} numbers between these two, so that pixels would "
                    "repeat; this is as deep as the zoom goes"
                )
        return plane

    def to_dict(self) -> dict[str, Any]:
        """Return the map as what JSON can hold."""
        return {
            "experiment": self.experiment.to_dict(),
            "x": str(self.x),
            "y": str(self.y),
            "size": self.size,
        }
