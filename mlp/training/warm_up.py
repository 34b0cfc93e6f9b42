"""Compiling everything once, before the first training of a process needs it."""

from collections.abc import Iterator

import numpy as np

from mlp.experiment import Experiment
from mlp.network import backward, forward, unpack
from mlp.optimizers.registry import OPTIMIZERS
from mlp.plan import Plan
from mlp.training.inputs import initial_weights, make_data, make_objective
from mlp.training.recording import Recorder
from mlp.training.state import TrainState

COMPILED_PARTS = 4


def warm_up() -> Iterator[str]:
    """Compile the compiled code, or load it from disk; yield the name of each part before it."""
    experiment = Experiment(dataset="corners", steps=1)
    objective, w = make_objective(experiment), initial_weights(experiment)
    W1, W2 = unpack(w, experiment.input_rows, experiment.hidden)
    yield f"the forward pass (1 of {COMPILED_PARTS})"
    H1, H2 = forward(objective.X, W1, W2)
    yield f"the chain rule (2 of {COMPILED_PARTS})"
    backward(objective.X, objective.Y, H1, H2, W2, np.empty_like(W1), np.empty_like(W2))
    yield f"the training loop (3 of {COMPILED_PARTS})"
    data = make_data(experiment)
    state = TrainState.start(Plan(experiment), data)
    yield f"the curvature (4 of {COMPILED_PARTS})"
    Recorder(experiment, data).frame(state)


def needs_adaptive(plan: Plan) -> bool:
    """Whether a plan uses an optimizer that ``warm_up`` leaves uncompiled."""
    names = {segment.experiment.optimizer for segment in plan.segments}
    return any(OPTIMIZERS[name].is_adaptive for name in names)


def warm_up_adaptive() -> None:
    """Compile the training loop of the other optimizers, or load it from disk."""
    experiment = Experiment(dataset="corners", optimizer="adam", steps=1)
    TrainState.start(Plan(experiment), make_data(experiment)).advance(1)
