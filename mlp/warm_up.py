"""Compiling everything once, before the first training of a process needs it."""

from collections.abc import Iterator

import numpy as np

from mlp.branching import Plan, segments
from mlp.descent import Descent
from mlp.experiment import Experiment
from mlp.optimizers import OPTIMIZERS
from mlp.recording import Recorder
from mlp.updates import ADAPTIVE

COMPILED_PARTS = 2


def warm_up() -> Iterator[str]:
    """Compile the compiled code, or load it from disk; yield the name of each part before it."""
    experiment = Experiment(dataset="corners", steps=1)
    yield f"the training loop (1 of {COMPILED_PARTS})"
    descent = Descent.start(experiment)
    yield f"the curvature (2 of {COMPILED_PARTS})"
    Recorder(experiment).frame(descent, np.empty(0), descent.loss)


def needs_adaptive(plan: Plan) -> bool:
    """Whether a plan uses an optimizer that ``warm_up`` leaves uncompiled."""
    names = {segment.experiment.optimizer for segment in segments(plan)}
    return any(OPTIMIZERS[name].code >= ADAPTIVE for name in names)


def warm_up_adaptive() -> None:
    """Compile the training loop of the other optimizers, or load it from disk."""
    Descent.start(Experiment(dataset="corners", optimizer="adam", steps=1)).advance(1)
