"""The networks of some pixels trained: in lockstep where that is possible, else one by one."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mlp.analysis.maps import lockstep
from mlp.analysis.maps.lockstep import LANES, NEVER, RECORDED, SETTINGS, Networks, Task
from mlp.analysis.maps.pixels import PIXEL, Pixels, empty_pixels, verdicts
from mlp.analysis.verdicts import FLAT, LAST_PART
from mlp.base.arrays import Array, Flags, Labels
from mlp.base.tasks import Stop, never
from mlp.data.own import OwnData
from mlp.experiment import Experiment
from mlp.matrices import norm
from mlp.network import forward, unpack
from mlp.plan import Plan, learning_rates
from mlp.training.inputs import make_data, make_objective, scaled_weights
from mlp.training.state import WORK_A_CALL, TrainState, work_of_a_step
from mlp.training.steps import RISE

IN_LOCKSTEP = ("gradient_descent", "momentum")
FEWEST_TOGETHER = 8  # networks; fewer are trained one by one, as most lanes would stay empty
LANE_SETTINGS = (*SETTINGS, "init_scale")  # what networks of one block may differ in


def train_pixels(
    experiment: Experiment,
    values: Mapping[str, Array],
    own: OwnData | None = None,
    *,
    stop: Stop = never,
) -> Pixels | None:
    """Train a network for each pixel, and return what became of each.

    Parameters
    ----------
    experiment : Experiment
        The settings that all have in common.
    values : mapping of str to (k,)
        The settings that they differ in, and the value of each pixel.
    own : OwnData, optional
        A visitor's own points, where the experiment is about them.
    stop : callable
        Asked every few ms; once it says True, None is returned.
    """
    together = [name for name in values if name in LANE_SETTINGS]
    apart = [name for name in values if name not in LANE_SETTINGS]
    count = len(next(iter(values.values())))
    table = np.array([values[name] for name in apart]).reshape(len(apart), count)
    groups, group_of = np.unique(table, axis=1, return_inverse=True)
    pixels = empty_pixels((count,))
    for g in range(groups.shape[1]):
        member = np.flatnonzero(group_of.ravel() == g)
        changes = {
            name: type(getattr(experiment, name))(value)
            for name, value in zip(apart, groups[:, g], strict=True)
        }
        lanes = {name: values[name][member] for name in together}
        trained = _train_group(experiment.replace(**changes), lanes, len(member), own, stop)
        if trained is None:
            return None
        pixels[member] = trained
    return pixels


def is_in_lockstep(experiment: Experiment) -> bool:
    """Whether networks of these settings can be trained in lockstep."""
    return experiment.optimizer in IN_LOCKSTEP and not experiment.takes_mini_batches


def _train_group(
    experiment: Experiment, lanes: Mapping[str, Array], count: int, own: OwnData | None, stop: Stop
) -> Pixels | None:
    """Train networks of one shape on the same points."""
    if is_in_lockstep(experiment) and count >= FEWEST_TOGETHER:
        return train_together(experiment, lanes, count, own, stop)
    pixels = empty_pixels((count,))
    for i in range(count):
        changes = {name: float(column[i]) for name, column in lanes.items()}
        alone = train_alone(experiment.replace(**changes), own, stop)
        if alone is None:
            return None
        pixels[i : i + 1] = alone
    return pixels


class Rates(NamedTuple):
    """The rates of all steps as shares of the learning rate; ``calm``: no later one is higher."""

    shares: Array
    calm: Flags

    @classmethod
    def of(cls, experiment: Experiment) -> "Rates":
        """Return those of an experiment; the rates of all schedules are multiples of its own."""
        shares = learning_rates(experiment.replace(learning_rate=1.0), np.arange(experiment.steps))
        highest_from = np.maximum.accumulate(shares[::-1])[::-1]
        return cls(shares, shares >= highest_from)


def train_together(
    experiment: Experiment, lanes: Mapping[str, Array], count: int, own: OwnData | None, stop: Stop
) -> Pixels | None:
    """Train ``count`` networks in lockstep; see ``train_pixels``."""
    data = make_data(experiment, own)
    objective = make_objective(experiment, data)
    X = np.ascontiguousarray(objective.X[:, :2])
    whole = -(-count // LANES) * LANES
    settings = np.array(
        [np.resize(lanes.get(name, getattr(experiment, name)), whole) for name in SETTINGS]
    )
    task = Task(
        X,
        np.ascontiguousarray(objective.Y),
        experiment.hidden,
        bias=experiment.bias,
        article=objective.article,
        remembers=experiment.optimizer == "momentum",
        penalised=bool(np.any(settings[[lockstep.L1, lockstep.L2]])),
        clips=bool(np.any(settings[lockstep.CLIP])),
        late=int((1 - LAST_PART) * experiment.steps),
    )
    scales = np.resize(lanes.get("init_scale", experiment.init_scale), whole)
    flock = Flock(task, _with_bias_rows(experiment, scaled_weights(experiment, scales)), settings)
    if not flock.train(Rates.of(experiment), work_of_a_step(experiment), stop):
        return None
    counts, norms = flock.ends(experiment.steps, data.X, data.labels)
    record = dict(zip(RECORDED, flock.record, strict=True))
    n, n_all = len(X), len(data.X)
    shares = np.maximum(counts[1] / (n * experiment.hidden), counts[2] / (2 * n))
    pixels = _pixels(record, shares, norms, counts[0] / n_all, n, experiment.steps, by_chance=False)
    return pixels[:count]


def _with_bias_rows(experiment: Experiment, w: Array) -> Array:
    """Return weights (P, k) with bias rows, which are zero where the network has no bias."""
    if experiment.bias:
        return w
    size, zeros = 2 * experiment.hidden, np.zeros((experiment.hidden, w.shape[1]))
    return np.concatenate([w[:size], zeros, w[size:], zeros[:1], zeros[:1]])


class Flock:
    """Any number of blocks of LANES networks, all at the same step.

    Networks that have left, for they are infinite or stand still, make room: those that go on are
    moved together, into fewer blocks.
    """

    def __init__(self, task: Task, w: Array, settings: Array) -> None:
        """Prepare; ``w`` (P, k) and ``settings`` (6, k) for k a multiple of LANES."""
        self.task = task
        self.count = w.shape[1]
        self.w, self.velocity, self.settings = w, np.zeros_like(w), settings
        self.record = np.zeros((len(RECORDED), self.count))
        self.record[lockstep.FIRST_RISE :] = NEVER
        self.record[lockstep.LOSS] = np.inf
        self.room = lockstep.make_room(task.hidden, len(task.X))
        self.lanes = np.arange(self.count)  # of the blocks: which network each holds
        self.blocks = self._gathered()

    def _gathered(self) -> list[Networks]:
        """Return blocks of the networks that go on, the last filled up with copies."""
        return [
            lockstep.make_networks(
                self.w[:, lanes],
                self.velocity[:, lanes],
                self.settings[:, lanes],
                self.record[:, lanes],
            )
            for lanes in self.lanes.reshape(-1, LANES)
        ]

    def _scatter(self) -> None:
        """Bring what the blocks hold back into the whole."""
        for lanes, block in zip(self.lanes.reshape(-1, LANES), self.blocks, strict=True):
            self.w[:, lanes], self.velocity[:, lanes] = block.w, block.velocity
            self.record[:, lanes] = block.record

    def train(self, rates: Rates, work: int, stop: Stop) -> bool:
        """Take all steps, or until ``stop`` says so; return whether all were taken."""
        most = max(WORK_A_CALL // (work * LANES), 1)
        with np.errstate(over="ignore", invalid="ignore"):  # an explosion is a result here
            for first in range(0, len(rates.shares), most):
                part = slice(first, first + most)
                for block in self.blocks:
                    if stop():
                        return False
                    lockstep.advance_lanes(
                        self.task, block, self.room, rates.shares[part], rates.calm[part], first
                    )
                self._close_ranks()
        self._scatter()
        return True

    def _close_ranks(self) -> None:
        """Move the networks that go on together, where that saves a block."""
        left = [
            (block.record[lockstep.NON_FINITE] != NEVER) | (block.record[lockstep.STILL] != NEVER)
            for block in self.blocks
        ]
        going = self.lanes[~np.concatenate(left)] if left else self.lanes
        needed = -(-len(np.unique(going)) // LANES)
        if needed < len(self.blocks):
            self._scatter()
            self.lanes = np.resize(np.unique(going), needed * LANES)
            self.blocks = self._gathered()

    def ends(self, steps: int, X: Array, labels: Labels) -> tuple[Array, Array]:
        """Record the last loss; return the counts (3, k) of answers and the gradient norms (k,)."""
        self.lanes = np.arange(self.count)
        self.blocks = self._gathered()
        with np.errstate(over="ignore", invalid="ignore"):
            room, points = self.room, (np.ascontiguousarray(X), labels, len(self.task.X), FLAT)
            norms = [lockstep.end_lanes(self.task, block, room, steps) for block in self.blocks]
            counts = [
                lockstep.answers_of_lanes(block.w, self.task.hidden, *points, room)
                for block in self.blocks
            ]
        self._scatter()
        still = self.record[lockstep.STILL]
        rest = np.where(still == NEVER, 0, steps - still)  # its loss at each step not taken
        self.record[lockstep.SUM] += rest * self.record[lockstep.LOSS]
        return np.concatenate(counts, axis=1), np.concatenate(norms)


def train_alone(
    experiment: Experiment, own: OwnData | None = None, stop: Stop = never
) -> Pixels | None:
    """Train one network as ``train`` does; return its pixel (1,), None where ``stop`` said so."""
    state = TrainState.start(Plan(experiment), make_data(experiment, own))
    first = state.loss
    losses = np.append(first, state.advance_in_parts(experiment.steps, stop))
    finite = bool(np.isfinite(losses[-1]))
    if finite and len(losses) <= experiment.steps:
        return None
    losses = losses[np.isfinite(losses)]
    risen = np.flatnonzero(np.diff(losses) > RISE)
    late = int((1 - LAST_PART) * experiment.steps)
    W1, W2 = unpack(state.w, experiment.input_rows, experiment.hidden)
    H1, H2 = forward(np.asfortranarray(_as_taken(experiment, state)), W1, W2)
    n = state.data.n_train
    flat = max(np.mean(H[:n] * (1 - H[:n]) < FLAT) for H in (H1, H2))
    record = {
        "first_loss": first,
        "loss": losses[-1],
        "sum": losses.sum(),
        "rises": len(risen),
        "late_rises": np.sum(risen + 1 > late),
        "first_rise_at": risen[0] if len(risen) else NEVER,
        "non_finite_at": NEVER if finite else len(losses),
    }
    right = np.mean((H2[:, 1] > H2[:, 0]) == state.data.labels)
    columns = {name: np.array([value], dtype=np.float64) for name, value in record.items()}
    ends = np.array([flat]), np.array([norm(state.gradient)]), np.array([right])
    by_chance = experiment.takes_mini_batches
    return _pixels(columns, *ends, n, experiment.steps, by_chance=by_chance)


def _as_taken(experiment: Experiment, state: TrainState) -> Array:
    X = state.data.X
    return np.hstack([X, np.ones((len(X), int(experiment.bias)))])


def _pixels(
    record: Mapping[str, Array],
    flat_share: Array,
    norms: Array,
    accuracy: Array,
    n: int,
    steps: int,
    *,
    by_chance: bool,
) -> Pixels:
    """Put what was recorded of k trainings into pixels (k,)."""
    finite = record["non_finite_at"] == NEVER
    pixels = np.empty(len(finite), PIXEL)
    pixels["loss"] = np.where(finite, record["loss"], np.inf)
    pixels["mean_loss"] = np.where(finite, record["sum"] / (steps + 1), np.inf)
    pixels["accuracy"] = np.where(finite, accuracy, np.nan)
    pixels["rises"] = record["rises"]
    pixels["first_rise_at"] = record["first_rise_at"]
    late = max(steps - int((1 - LAST_PART) * steps), 1)
    pixels["verdict"] = verdicts(
        first_loss=record["first_loss"],
        loss=record["loss"],
        rises=record["rises"],
        late_share=record["late_rises"] / late,
        gradient_norm=norms,
        flat_share=flat_share,
        finite=finite,
        n=n,
        by_chance=by_chance,
    )
    return pixels
