"""A finished (or stopped) training run: one row a recorded frame, all read-only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np

from mlp.base.arrays import Array, Steps
from mlp.data.own import OwnData
from mlp.data.shapes import Data
from mlp.experiment import Experiment
from mlp.plan import Plan
from mlp.training.inputs import make_data

# What a Run has one number of for every frame.
SERIES = (
    "steps",
    "learning_rates",
    "loss",
    "penalty",
    "train_accuracy",
    "accuracy",
    "grad_norm_W1",
    "grad_norm_W2",
    "sharpness",
    "loss_max",
    "rises",
)
_IN_A_FRAME = {"steps": "step", "learning_rates": "learning_rate"}  # the others: the same name


@dataclass(frozen=True, eq=False)
class Frame:
    """The state of training before step ``step``, and what happened since the frame before.

    ``loss_max``, ``rises`` and ``first_rise_at`` cover every step since the frame before;
    everything else belongs to these very weights. A frame whose step is not larger than that of
    the frame before it replaces the record from there on: an explosion told again, more finely.
    """

    step: int
    learning_rate: float
    loss: float
    penalty: float
    train_accuracy: float
    accuracy: float
    grad_norm_W1: float
    grad_norm_W2: float
    sharpness: float
    loss_max: float
    rises: int
    first_rise_at: int | None
    w: Array = field(repr=False)
    gradient: Array = field(repr=False)
    non_finite_at: int | None = None

    def is_finite(self) -> bool:
        """Whether every number recorded here is finite."""
        norms = (self.grad_norm_W1, self.grad_norm_W2, self.sharpness)
        return bool(np.isfinite(norms).all() and np.isfinite(self.gradient).all())


@dataclass(frozen=True, eq=False)
class Run:
    """What ``train`` returns: read-only arrays, one row a frame; frame 0 is untrained.

    Attributes
    ----------
    steps : (F,) int
    learning_rates, loss, penalty, train_accuracy, accuracy, sharpness : (F,)
        The loss is J / n, its penalty part included; ``penalty`` is that part, over n as well.
    grad_norm_W1, grad_norm_W2 : (F,)
        Euclidean norms of dL_dW1 and dL_dW2, before clipping.
    loss_max, rises : (F,)
        Largest loss, and number of steps after which the loss was higher than before, over all
        steps since the frame before.
    w, gradient : (F, P)
        All weights of a frame as one flat vector, W1 first, and the gradient.
    first_rise_at, non_finite_at : int or None
        The first step t with loss(t + 1) > loss(t) + 1e-12; the first step with a loss that is
        not finite. The record ends before that step.
    plan : Plan
        What this is the record of: training it again gives the same digits.
    own : OwnData or None
        The visitor's own points that it was trained on, if they were.
    """

    plan: Plan
    steps: Steps
    learning_rates: Array
    loss: Array
    penalty: Array
    train_accuracy: Array
    accuracy: Array
    grad_norm_W1: Array
    grad_norm_W2: Array
    sharpness: Array
    loss_max: Array
    rises: Steps
    w: Array = field(repr=False)
    gradient: Array = field(repr=False)
    first_rise_at: int | None
    non_finite_at: int | None
    own: OwnData | None = field(default=None, repr=False)

    @classmethod
    def from_frames(
        cls, plan: Experiment | Plan, frames: Iterable[Frame], own: OwnData | None = None
    ) -> Self:
        """Put recorded frames into arrays; ``own`` are the own points they were trained on."""
        kept: list[Frame] = []
        for frame in frames:
            while kept and kept[-1].step >= frame.step:
                kept.pop()
            kept.append(frame)
        rises = [frame.first_rise_at for frame in kept if frame.first_rise_at is not None]

        def column(name: str) -> Any:
            values = np.array([getattr(frame, name) for frame in kept])
            values.setflags(write=False)
            return values

        return cls(
            plan=Plan.of(plan),
            own=own,
            first_rise_at=min(rises, default=None),
            non_finite_at=kept[-1].non_finite_at,
            **{name: column(_IN_A_FRAME.get(name, name)) for name in (*SERIES, "w", "gradient")},
        )

    @property
    def experiment(self) -> Experiment:
        """The settings that the run ended with."""
        return self.plan.experiment

    @property
    def risen_at(self) -> int | None:
        """The first step with a higher loss than the step before; None where the loss never rose.

        This is the first rise of all screens: the number in sentences, on chips and in tables, the
        mark in charts, and where the player stops. The step that led there began one earlier, at
        ``first_rise_at``: what a diagnosis says of that step's length is measured there.
        """
        return None if self.first_rise_at is None else self.first_rise_at + 1

    def settings_at(self, step: int) -> Experiment:
        """Return the settings that took a step; they differ along a branch only."""
        return self.plan.segment_at(step).experiment

    @cached_property
    def data(self) -> Data:
        """The points of this run."""
        return make_data(self.plan.root, self.own)

    @property
    def W1(self) -> Array:
        """First layer's weights, (F, 2 or 3, h), the bias row last."""
        return self._layers(self.w)[0]

    @property
    def W2(self) -> Array:
        """Second layer's weights, (F, h or h + 1, 2), the bias row last."""
        return self._layers(self.w)[1]

    @property
    def dL_dW1(self) -> Array:
        """Gradient of J with respect to W1, of its shape; not divided by the samples."""
        return self._layers(self.gradient)[0]

    @property
    def dL_dW2(self) -> Array:
        """Gradient of J with respect to W2, of its shape; not divided by the samples."""
        return self._layers(self.gradient)[1]

    def _layers(self, flat: Array) -> tuple[Array, Array]:
        rows, hidden = self.experiment.input_rows, self.experiment.hidden
        size = rows * hidden
        first, second = flat[:, :size], flat[:, size:]
        return first.reshape(-1, rows, hidden), second.reshape(len(flat), -1, 2)

    def frame_at(self, step: int) -> int:
        """Return the index of the latest frame at or before a step."""
        return max(int(np.searchsorted(self.steps, step, side="right")) - 1, 0)
