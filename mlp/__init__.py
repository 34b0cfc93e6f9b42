"""A two-layer sigmoid network that learns XOR: pure NumPy, compiled by numba.

>>> from mlp import Experiment, train
>>> run = train(Experiment(hidden=50, learning_rate=0.03))
>>> run.first_rise_at  # the very first step is too long: the loss rises
0
"""

from mlp.analysis.diagnostics import diagnose, fitting_cures
from mlp.analysis.findings import Diagnosis
from mlp.chain_rule.gradient_check import GradientCheck, check_gradients
from mlp.experiment import Experiment
from mlp.plan import Cut, Plan
from mlp.plan.scenes import PRESETS
from mlp.training.loop import train, train_at, train_steps, zoom
from mlp.training.run import Frame, Run

__all__ = [
    "PRESETS",
    "Cut",
    "Diagnosis",
    "Experiment",
    "Frame",
    "GradientCheck",
    "Plan",
    "Run",
    "check_gradients",
    "diagnose",
    "fitting_cures",
    "train",
    "train_at",
    "train_steps",
    "zoom",
]
