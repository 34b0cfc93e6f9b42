"""A visitor's own points, named by the hash of their content.

An Experiment holds the name alone, ``data_id``; the points are handed to the training.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from mlp.base.arrays import Array, Labels

FEWEST_POINTS, MOST_POINTS = 4, 2000
LARGEST = 1e9  # of a coordinate; beyond, its square times a weight may overflow
ID_LENGTH = 16
LONGEST_NAME = 40


class UnknownDataError(ValueError):
    """Own points that a training needs and was not given."""


@dataclass(frozen=True, eq=False)
class OwnData:
    """Points of two classes, and how they were called where they come from.

    Attributes
    ----------
    X : (n, 2)
        The points as the network sees them.
    labels : (n,) int
        0 or 1.
    names : tuple of str
        The two columns.
    classes : tuple of str
        What the labels 0 and 1 were called.
    shift, scale : tuple of float
        ``X * scale + shift`` are the original coordinates; 0 and 1 where not standardised.

    Raises
    ------
    ValueError
        Too few or too many points, a coordinate that is not finite or too large, a label that is
        neither 0 nor 1, or only one class.
    """

    X: Array
    labels: Labels
    names: tuple[str, str] = ("x0", "x1")
    classes: tuple[str, str] = ("0", "1")
    shift: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        """Check the points, and protect them."""
        n = len(self.X)
        if not FEWEST_POINTS <= n <= MOST_POINTS:
            raise ValueError(f"{n:,} points: there must be {FEWEST_POINTS} to {MOST_POINTS:,}")
        if self.X.shape != (n, 2) or self.labels.shape != (n,):
            raise ValueError("every point needs two coordinates and one label")
        if not np.all(np.abs(self.X) <= LARGEST):  # false for NaN
            raise ValueError(f"every coordinate must be a number from -{LARGEST:g} to {LARGEST:g}")
        if not np.all(np.isfinite(self.shift)) or not np.all(np.asarray(self.scale) > 0):
            raise ValueError("shift must be finite, and scale above 0")
        if set(self.labels.tolist()) != {0, 1}:
            raise ValueError("there must be points of both classes, 0 and 1, and of no other")
        for array in (self.X, self.labels):
            array.setflags(write=False)

    @cached_property
    def data_id(self) -> str:
        """The name: the first 16 digits of the SHA-256 of everything in it."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]

    def standardised(self) -> Self:
        """Return the same points shifted to mean 0 and scaled to standard deviation 1."""
        mean, deviation = self.X.mean(axis=0), self.X.std(axis=0)
        for name, one in zip(self.names, deviation, strict=True):
            if not one > 0:
                raise ValueError(
                    f"all values of {name!r} are the same: choose another column, or do not "
                    "standardise"
                )
        scale, shift = np.asarray(self.scale), np.asarray(self.shift)
        return type(self)(
            (self.X - mean) / deviation,
            self.labels,
            self.names,
            self.classes,
            _pair(shift + scale * mean),
            _pair(scale * deviation),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain lists and strings, for JSON; every digit is kept."""
        return {
            "X": self.X.tolist(),
            "labels": self.labels.tolist(),
            "names": list(self.names),
            "classes": list(self.classes),
            "shift": list(self.shift),
            "scale": list(self.scale),
        }

    @classmethod
    def from_dict(cls, fields: object) -> Self:
        """Read what ``to_dict`` wrote, from anywhere: anything else raises ValueError."""
        if not isinstance(fields, Mapping) or set(fields) != set(cls.__dataclass_fields__):
            raise ValueError(
                f"own data must be an object with {', '.join(cls.__dataclass_fields__)}"
            )
        points, labels = _numbers(fields["X"], 2), _numbers(fields["labels"], 1)
        if not np.all(np.isin(labels, (0, 1))):
            raise ValueError("labels must be 0 or 1")
        return cls(
            points,
            labels.astype(np.int64),
            _texts(fields["names"]),
            _texts(fields["classes"]),
            _pair(_numbers(fields["shift"], 1)),
            _pair(_numbers(fields["scale"], 1)),
        )


def _pair(values: Array) -> tuple[float, float]:
    if np.shape(values) != (2,):
        raise ValueError("shift and scale must have two numbers each")
    return float(values[0]), float(values[1])


def _numbers(value: object, dimensions: int) -> Array:
    if isinstance(value, Sequence) and len(value) <= MOST_POINTS:
        try:
            array = np.array(value)
        except ValueError:
            array = np.empty(0, object)
        if array.ndim == dimensions and array.dtype.kind in "if":
            return array.astype(np.float64)
    raise ValueError(f"own data must hold lists of numbers, at most {MOST_POINTS:,} long")


def _texts(value: object) -> tuple[str, str]:
    if isinstance(value, Sequence) and len(value) == 2 and all(isinstance(t, str) for t in value):
        return value[0][:LONGEST_NAME], value[1][:LONGEST_NAME]
    raise ValueError("names and classes must be two texts each")
