"""Many networks in lockstep against JAX, vmap over scan, and our own single runs; whole maps."""
# ruff: noqa: PLC0415

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.measure import interleaved
from mlp import Experiment
from mlp.analysis.maps.lockstep import LANES
from mlp.analysis.maps.plane import LARGEST_SIZE, Axis, Plane
from mlp.analysis.maps.tiles import tiles_of, train_tiles
from mlp.analysis.maps.training import train_alone, train_together
from mlp.base import cluster
from mlp.base.arrays import Array
from mlp.base.tasks import never
from mlp.network import unpack
from mlp.training.inputs import initial_weights, make_objective

NETWORKS = 4 * LANES
SINGLE = 8  # single runs are measured on so many
# Points, neurons, steps, and the least that JAX should take, ours being 1.
TASKS = ((4, 3, 4000, 2.5), (50, 3, 800, 3.4), (50, 50, 80, 3.5), (300, 3, 160, 4.5))
AGREE = 1e-9
# Pixels a side, and the most seconds that a map of 50 points and 3 neurons should take.
WHOLE_MAPS = ((32, 0.5), (256, 8.0))
SIDES = Axis("learning_rate", 0.003, 3, "log"), Axis("init_scale", 0.1, 30, "log")


def experiment_of(points: int, hidden: int, steps: int) -> Experiment:
    return Experiment(
        points=points, train_points=points, hidden=hidden, steps=steps, learning_rate=1e-3
    )


def rates() -> Array:
    return np.geomspace(1e-4, 3e-3, NETWORKS)


def jax_vmap(experiment: Experiment) -> Callable[[], Array]:
    """Return a call that trains the networks with JAX and returns J / n of each at the end."""
    import jax
    import jax.numpy as jnp

    objective, h = make_objective(experiment), experiment.hidden
    X, Y = jnp.asarray(objective.X), jnp.asarray(objective.Y)
    start = tuple(map(jnp.asarray, unpack(initial_weights(experiment), objective.X.shape[1], h)))

    def J(weights: Any) -> Any:
        W1, W2 = weights
        H2 = jax.nn.sigmoid(jax.nn.sigmoid(X @ W1) @ W2[:h] + W2[h:])
        return 0.5 * jnp.sum((H2 - Y) ** 2)

    def train(rate: Any) -> Any:
        def step(weights: Any, _: None) -> Any:
            value, gradient = jax.value_and_grad(J)(weights)
            return jax.tree.map(lambda W, dL_dW: W - rate * dL_dW, weights, gradient), value

        weights, _losses = jax.lax.scan(step, start, length=experiment.steps)
        return J(weights) / len(X)

    compiled = jax.jit(jax.vmap(train))
    return lambda: np.asarray(jax.block_until_ready(compiled(jnp.asarray(rates()))))


def ours(experiment: Experiment) -> Array:
    pixels = train_together(experiment, {"learning_rate": rates()}, NETWORKS, None, never)
    if pixels is None:
        raise RuntimeError("nobody asked it to stop")
    loss: Array = pixels["loss"]
    return loss


def alone(experiment: Experiment) -> None:
    for rate in rates()[:SINGLE]:
        train_alone(experiment.replace(learning_rate=float(rate)))


def map_rows(rounds: int) -> Iterator[tuple[str, float, float, float, float]]:
    """Yield what is trained, the times of ours, JAX and single runs, and JAX's least ratio.

    Times are microseconds a network and step.
    """
    for points, hidden, steps, target in TASKS:
        experiment = experiment_of(points, hidden, steps)
        theirs = jax_vmap(experiment)
        apart = np.max(np.abs(theirs() / ours(experiment) - 1))
        if not apart <= AGREE:
            raise RuntimeError(f"JAX's losses are {apart:.1e} of ours away from ours")
        calls: dict[str, Callable[[], object]] = {
            "ours": partial(ours, experiment),
            "jax": theirs,
            "alone": partial(alone, experiment),
        }
        times = interleaved(calls, rounds)
        counts = {"ours": NETWORKS, "jax": NETWORKS, "alone": SINGLE}
        each = [1e6 * times[name].best / counts[name] / steps for name in calls]
        yield f"{points} points, {hidden} neurons", each[0], each[1], each[2], target


def whole_map(size: int) -> tuple[float, float]:
    """Train a map of 400 steps on the cores of this machine; return its seconds, and those of all
    cores together."""
    plane = Plane(experiment_of(50, 3, 400), *SIDES, size)
    began, worked = time.perf_counter(), time.process_time()
    with cluster.this_machine() as workers:
        for _ in train_tiles(plane, tiles_of(plane), workers.executor, in_flight=workers.in_flight):
            pass
    return time.perf_counter() - began, time.process_time() - worked


def cost_rows(rounds: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield what maps cost: measured, and from the last of them what the largest would."""
    whole_map(WHOLE_MAPS[0][0])  # compiled
    size, seconds, of_cores = 1, 0.0, 0.0
    for size, target in WHOLE_MAPS:
        seconds, of_cores = map(min, zip(*(whole_map(size) for _ in range(rounds)), strict=True))
        yield f"{size} x {size}", f"{seconds:.2f} s", f"{of_cores:.2f} s", f"≤ {target:g} s"
    times = (LARGEST_SIZE / size) ** 2
    yield (
        f"{LARGEST_SIZE:,} x {LARGEST_SIZE:,}, extrapolated",
        f"{times * seconds / 60:.0f} min",
        f"{times * of_cores / 60:.0f} min",
        "",
    )
