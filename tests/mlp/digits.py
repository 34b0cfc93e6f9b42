"""Digits of short trainings that use every setting of the compiled loop.

Run as a program it prints them as JSON, so that a process in which numba is switched off (it
reads NUMBA_DISABLE_JIT when it is imported) can be compared with this one.
"""

import json
import sys

from mlp import Experiment, train
from mlp.optimizers.registry import OPTIMIZERS

SHORT = Experiment(points=60, train_points=40, hidden=5, learning_rate=0.02, steps=60, frames=20)

# Steady trainings: near an edge of stability the last bit of a sum would grow beyond 1e-12.
EXPERIMENTS = {
    "plain": SHORT,
    "wide": SHORT.replace(hidden=50, learning_rate=0.003),
    "no bias": SHORT.replace(bias=False),
    "corners": SHORT.replace(dataset="corners", learning_rate=0.3),
    "noise": SHORT.replace(noise=0.3),
    "less momentum": SHORT.replace(optimizer="momentum", momentum=0.8, learning_rate=0.01),
    **{name: SHORT.replace(optimizer=name, learning_rate=0.002) for name in OPTIMIZERS},
    "mini-batches": SHORT.replace(batch_size=7),
    "mini-batches and momentum": SHORT.replace(
        batch_size=16, optimizer="momentum", learning_rate=0.01
    ),
    "clipping": SHORT.replace(clip_norm=0.5),
    "l1": SHORT.replace(l1=0.05),
    "l2": SHORT.replace(l2=0.05),
    "article": SHORT.replace(l2=0.01, l2_gradient="article", bias=False),
    "warm-up": SHORT.replace(warmup_steps=20, schedule="cosine"),
    "slow first layer": SHORT.replace(first_layer_rate=0.3),
    "fast first layer and Adam": SHORT.replace(
        first_layer_rate=3.0, optimizer="adam", learning_rate=0.002
    ),
    "explosion": SHORT.replace(learning_rate=0.3, l2=10.0, steps=1000),
}


def of_every_setting() -> dict[str, dict[str, list[float]]]:
    """Return steps, losses, gradients, sharpness and last weights of every experiment."""
    table = {}
    for name, experiment in EXPERIMENTS.items():
        run = train(experiment)
        table[name] = {
            "steps": run.steps.tolist(),
            "loss": run.loss.tolist(),
            "accuracy": run.accuracy.tolist(),
            "grad_norm_W1": run.grad_norm_W1.tolist(),
            "grad_norm_W2": run.grad_norm_W2.tolist(),
            "sharpness": run.sharpness.tolist(),
            "loss_max": run.loss_max.tolist(),
            "rises": run.rises.tolist(),
            "weights": run.w[-1].tolist(),
        }
    return table


if __name__ == "__main__":
    json.dump(of_every_setting(), sys.stdout)
