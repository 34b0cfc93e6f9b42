"""How things are measured: interleaved, the best of several; and what is checked before.

A machine is disturbed by other work, and only ever slowed down: the shortest of several times is
the one closest to the code's own. Taking turns spreads a disturbance over all that is compared.
"""

import dataclasses
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.peers import Peer, make_task
from mlp import Experiment, Run, train, train_at
from mlp.optimizers.registry import OPTIMIZERS, initial_state
from mlp.optimizers.rules import for_loop
from mlp.plan import learning_rates
from mlp.training.inputs import initial_weights, make_objective
from mlp.training.state import mini_batches
from mlp.training.steps import NO_STEPS, Seen, take_steps

CHECKED_STEPS = 2_000
TOLERANCE = 1e-9  # of the way that the weights have come
FIRST_RUN = """
import time
start = time.perf_counter()
from mlp import Experiment, train
imported = time.perf_counter()
train(Experiment(steps=10))
print(imported - start, time.perf_counter() - imported)
"""


class Timing(NamedTuple):
    """Seconds of the first call, which warms up or compiles, and the best of those after it."""

    first: float
    best: float


class Start(NamedTuple):
    """Seconds that a new process takes to import mlp, and then for its first training."""

    importing: float
    training: float


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def interleaved(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timing]:
    """Call everything once to warm up, then all in turn, ``rounds`` times."""
    first = {name: seconds(call) for name, call in calls.items()}
    times = [{name: seconds(call) for name, call in calls.items()} for _ in range(rounds)]
    return {name: Timing(first[name], min(time[name] for time in times)) for name in calls}


def bare_loop(experiment: Experiment) -> Callable[[], object]:
    """Return a call of the compiled loop alone: every step and its loss, nothing recorded."""
    objective, w = make_objective(experiment), initial_weights(experiment)
    state = initial_state(experiment.optimizer, w.size)
    rates = learning_rates(experiment, np.arange(experiment.steps))
    batches = mini_batches(experiment, 0, experiment.steps)
    code = OPTIMIZERS[experiment.optimizer].code
    parameters = for_loop(code, experiment.parameters)
    how = (
        rates,
        *batches,
        0,
        code,
        parameters,
        experiment.clip_norm,
        experiment.first_layer_rate,
        Seen.to_come(NO_STEPS, state),
    )
    return lambda: take_steps(objective.by_samples(), w.copy(), state.copy(), *how)


def check_agreement(peer: Peer, experiment: Experiment) -> None:
    """Raise RuntimeError unless a peer's weights come out as ours do, from the same start."""
    if peer.l2_gradient is None:
        return
    experiment = experiment.replace(l2_gradient=peer.l2_gradient)
    layers = peer.prepare(make_task(experiment))(CHECKED_STEPS)
    ours = train_at(experiment, [CHECKED_STEPS])[-1].w
    moved = np.max(np.abs(ours - initial_weights(experiment)))
    apart = np.max(np.abs(ours - np.concatenate([W.ravel() for W in layers])))
    if not apart <= TOLERANCE * moved:  # true for NaN as well
        raise RuntimeError(
            f"{peer.title} with {experiment.hidden} neurons computes something else: after "
            f"{CHECKED_STEPS} steps its weights are {apart:.1e} away from ours, which moved by "
            f"{moved:.1e}; a comparison of times would mean nothing"
        )


def first_run(cache: Path) -> Start:
    """Start a new process that keeps its compiled code in a folder, and trains 10 steps."""
    output = subprocess.run(  # noqa: S603 - our own interpreter and a fixed text
        [sys.executable, "-c", FIRST_RUN],
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    importing, training = map(float, output.split())
    return Start(importing, training)


def first_runs() -> tuple[Start, Start]:
    """Return a start that has to compile everything, and the best of three from the disk cache."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = first_run(Path(folder))
        return fresh, min((first_run(Path(folder)) for _ in range(3)), key=sum)


def run_bytes(run: Run) -> int:
    """Return what a run's arrays hold."""
    values = [getattr(run, field.name) for field in dataclasses.fields(run)]
    return sum(value.nbytes for value in values if isinstance(value, np.ndarray))


def whole_training(experiment: Experiment) -> Callable[[], Run]:
    return lambda: train(experiment)
