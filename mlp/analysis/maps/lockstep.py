"""Many small networks trained in lockstep: vector lanes run over networks, not over samples.

LANES networks of one shape, on the same points, take the same step at the same time. A number of
the chain rule is then a vector with an entry a network, and each line of it a loop that LLVM turns
into vector instructions. A block of LANES networks stays in the processor's cache, which is where
the speed comes from: a single small network has too little to do for its vectors to be full.

The weights of a block are (P, LANES), a row a weight, in the order of the flat vector ``w``: W1
with its bias row (3, h), then W2 with its bias row (h + 1, 2). Without a bias those rows are there,
and stay 0. Every lane goes through the same instructions, so that a network's digits depend on
neither its lane nor its neighbours.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mlp.base.arrays import Array, Flags, Labels
from mlp.base.compiled import jit, shared
from mlp.matrices import squash
from mlp.training.steps import RISE

LANES = 64
CACHE_LINE = 64  # bytes
SAMPLES_TOGETHER = 16  # their H1 stays in the cache while the weights of a neuron are at hand

# The settings that lanes may differ in: the rows of ``Networks.settings``.
SETTINGS = ("learning_rate", "first_layer_rate", "momentum", "clip_norm", "l1", "l2")
RATE, FIRST_RATE, MOMENTUM, CLIP, L1, L2 = range(len(SETTINGS))
# What is recorded of each lane: the rows of ``Networks.record``.
RECORDED = ("first_loss", "loss", "sum", "rises", "late_rises", "first_rise_at", "non_finite_at",
            "still_at")  # fmt: skip
FIRST_LOSS, LOSS, SUM, RISES, LATE, FIRST_RISE, NON_FINITE, STILL = range(len(RECORDED))
NEVER = -1.0


class Task(NamedTuple):
    """What all networks of a block have in common.

    ``X`` (n, 2) and ``Y`` (n, 2) in C order; ``bias`` and ``article`` as in an Objective;
    ``remembers`` for momentum; ``penalised`` and ``clips`` where one of them at least is; the last
    rises are counted from the loss of step ``late`` on.
    """

    X: Array
    Y: Array
    hidden: int
    bias: bool
    article: bool
    remembers: bool
    penalised: bool
    clips: bool
    late: int


class Networks(NamedTuple):
    """A block of networks: a row a number, a lane a network.

    ``w``, ``velocity`` and ``gradient`` (P, LANES), ``settings`` (6, LANES), ``record`` (8, LANES).
    """

    w: Array
    velocity: Array
    gradient: Array
    settings: Array
    record: Array


class Room(NamedTuple):
    """Room to work in.

    H1 (samples, h, LANES), Z2 (2, samples, LANES), J (LANES), and the rates of a step in both
    layers (2, LANES).
    """

    H1: Array
    Z2: Array
    J: Array
    rates: Array


def side_by_side(*shapes: tuple[int, ...]) -> Iterator[Array]:
    """Yield zeros of these shapes, all in one piece that begins at a cache line.

    No vector of eight then lies across two lines, and arrays used together do not push one another
    out of the first cache, as they may from where they happen to lie.
    """
    sizes = [math.prod(shape) for shape in shapes]
    raw = np.zeros(8 * sum(sizes) + CACHE_LINE, np.uint8)
    first = -raw.ctypes.data % CACHE_LINE
    piece = raw[first : first + 8 * sum(sizes)].view(np.float64)
    for shape, part in zip(shapes, np.split(piece, np.cumsum(sizes)[:-1]), strict=True):
        yield part.reshape(shape)


def make_networks(w: Array, velocity: Array, settings: Array, record: Array) -> Networks:
    """Return a block of networks with copies of what is given."""
    parts = w, velocity, np.zeros_like(w), settings, record
    block = Networks(*side_by_side(*(part.shape for part in parts)))
    for copy, part in zip(block, parts, strict=True):
        copy[:] = part
    return block


def make_room(hidden: int, points: int) -> Room:
    """Return room for some samples at a time."""
    samples = min(points, SAMPLES_TOGETHER)
    shapes = (samples, hidden, LANES), (2, samples, LANES), (LANES,), (2, LANES)
    return Room(*side_by_side(*shapes))


@shared
def forward_lanes(w: Array, hidden: int, X: Array, H1: Array, Z2: Array) -> None:
    """Write H1 = sigmoid(X W1) and Z2 = [H1 1] W2 of some samples."""
    second = 3 * hidden
    b0, b1 = w[second + 2 * hidden], w[second + 2 * hidden + 1]
    for s in range(X.shape[0]):
        z0, z1 = Z2[0, s], Z2[1, s]
        for lane in range(LANES):
            z0[lane] = b0[lane]
            z1[lane] = b1[lane]
    for j in range(hidden):
        w0, w1, wb = w[j], w[hidden + j], w[2 * hidden + j]
        v0, v1 = w[second + 2 * j], w[second + 2 * j + 1]
        for s in range(X.shape[0]):
            x0, x1 = X[s, 0], X[s, 1]
            h1, z0, z1 = H1[s, j], Z2[0, s], Z2[1, s]
            for lane in range(LANES):
                h = squash(x0 * w0[lane] + x1 * w1[lane] + wb[lane])  # H1 = sigmoid(Z1)
                h1[lane] = h
                z0[lane] += h * v0[lane]  # Z2 = H1 W2
                z1[lane] += h * v1[lane]


@shared
def output_errors(Z2: Array, Y: Array, J: Array, bias_gradient: Array) -> None:
    """Turn Z2 into dL_dZ2 in place; add the loss to J, and the bias row's part of dL_dW2."""
    for s in range(Y.shape[0]):
        for k in range(2):
            z, dL_db, y = Z2[k, s], bias_gradient[k], Y[s, k]
            for lane in range(LANES):
                h = squash(z[lane])  # H2 = sigmoid(Z2)
                dL_dh = h - y  # dL_dH2 = H2 - Y
                J[lane] += 0.5 * dL_dh * dL_dh
                dL_dz = dL_dh * (h * (1 - h))  # dL_dZ2 = dL_dH2 dH2_dZ2
                z[lane] = dL_dz
                dL_db[lane] += dL_dz


@shared
def backward_lanes(w: Array, hidden: int, X: Array, H1: Array, dL_dZ2: Array, g: Array) -> None:
    """Add what some samples give to dL_dW1 and dL_dW2, which lie in ``g`` as the weights in w."""
    second = 3 * hidden
    for j in range(hidden):
        v0, v1 = w[second + 2 * j], w[second + 2 * j + 1]
        dL_dv0, dL_dv1 = g[second + 2 * j], g[second + 2 * j + 1]
        dL_dw0, dL_dw1, dL_dwb = g[j], g[hidden + j], g[2 * hidden + j]
        for s in range(X.shape[0]):
            x0, x1 = X[s, 0], X[s, 1]
            h1, d0, d1 = H1[s, j], dL_dZ2[0, s], dL_dZ2[1, s]
            for lane in range(LANES):
                h = h1[lane]
                dL_dv0[lane] += h * d0[lane]  # dL_dW2 = H1^T dL_dZ2
                dL_dv1[lane] += h * d1[lane]
                dL_dh = d0[lane] * v0[lane] + d1[lane] * v1[lane]  # dL_dH1 = dL_dZ2 W2^T
                dL_dz = dL_dh * (h * (1 - h))  # dL_dZ1 = dL_dH1 dH1_dZ1
                dL_dw0[lane] += x0 * dL_dz  # dL_dW1 = X^T dL_dZ1
                dL_dw1[lane] += x1 * dL_dz
                dL_dwb[lane] += dL_dz


@shared
def value_and_gradient_lanes(task: Task, networks: Networks, room: Room) -> None:
    """Write J of every network, and its gradient, penalties included."""
    w, g, h = networks.w, networks.gradient, task.hidden
    g[:] = 0.0
    room.J[:] = 0.0
    for start in range(0, task.X.shape[0], SAMPLES_TOGETHER):
        X = task.X[start : start + SAMPLES_TOGETHER]
        Y = task.Y[start : start + SAMPLES_TOGETHER]
        forward_lanes(w, h, X, room.H1, room.Z2)
        output_errors(room.Z2, Y, room.J, g[5 * h :])
        backward_lanes(w, h, X, room.H1, room.Z2, g)
    if task.penalised:
        add_penalties(task, networks, room.J)
    if not task.bias:
        g[2 * h : 3 * h] = 0.0
        g[5 * h :] = 0.0


@shared
def add_penalties(task: Task, networks: Networks, J: Array) -> None:
    """Add the penalties to J, and their derivative, or the article's L2 term, to the gradient."""
    w, g = networks.w, networks.gradient
    l1, l2 = networks.settings[L1], networks.settings[L2]
    squares = np.zeros((2, LANES))
    for p in range(w.shape[0]):
        layer = 0 if p < 3 * task.hidden else 1
        for lane in range(LANES):
            squares[layer, lane] += w[p, lane] * w[p, lane]
            J[lane] += l1[lane] * abs(w[p, lane])
            g[p, lane] += l1[lane] * np.sign(w[p, lane])
            if not task.article:
                g[p, lane] += l2[lane] * w[p, lane]
    for lane in range(LANES):
        J[lane] += 0.5 * l2[lane] * (squares[0, lane] + squares[1, lane])
    if task.article:
        for p in range(w.shape[0]):
            g[p] += l2 * squares[0 if p < 3 * task.hidden else 1]


@shared
def gradient_norms(g: Array) -> Array:
    """Return the norm of each lane's gradient (LANES,), also where its square would overflow."""
    largest = np.zeros(LANES)
    for p in range(g.shape[0]):
        for lane in range(LANES):
            largest[lane] = max(largest[lane], abs(g[p, lane]))
    total = np.zeros(LANES)
    for p in range(g.shape[0]):
        for lane in range(LANES):
            part = g[p, lane] / largest[lane] if largest[lane] > 0 else 0.0
            total[lane] += part * part
    return largest * np.sqrt(total)


@shared
def clip_lanes(networks: Networks) -> None:
    """Shorten the gradients that are longer than their network's ``clip_norm``; 0 is off."""
    longest = networks.settings[CLIP]
    lengths, factors = gradient_norms(networks.gradient), np.ones(LANES)
    for lane in range(LANES):
        if 0 < longest[lane] < lengths[lane] < np.inf:
            factors[lane] = longest[lane] / lengths[lane]
    for p in range(networks.gradient.shape[0]):
        networks.gradient[p] *= factors


@shared
def take_lane_steps(task: Task, networks: Networks, share: float, rates: Array) -> None:
    """Step against the gradient, or along the velocity.

    A network's rate is ``share`` times its learning rate, in W1 times its factor as well; both are
    written into ``rates`` (2, LANES).
    """
    size, first, second = 3 * task.hidden, rates[0], rates[1]
    rate, factor = networks.settings[RATE], networks.settings[FIRST_RATE]
    for lane in range(LANES):
        second[lane] = share * rate[lane]
        first[lane] = second[lane] * factor[lane]
    direction = networks.gradient
    if task.remembers:
        direction = networks.velocity
        gather_speed(direction, networks.gradient, networks.settings[MOMENTUM])
    step_layer(networks.w[:size], direction[:size], first)
    step_layer(networks.w[size:], direction[size:], second)


@shared
def gather_speed(velocity: Array, g: Array, momentum: Array) -> None:
    """Let steps add up: v <- momentum v + gradient."""
    for p in range(velocity.shape[0]):
        v, dL_dw = velocity[p], g[p]
        for lane in range(LANES):
            v[lane] = momentum[lane] * v[lane] + dL_dw[lane]


@shared
def step_layer(W: Array, direction: Array, rate: Array) -> None:
    """Take the step of one layer: w <- w - rate direction."""
    for p in range(W.shape[0]):
        w, d = W[p], direction[p]
        for lane in range(LANES):
            w[lane] -= rate[lane] * d[lane]


@shared
def stand_still(networks: Networks, w: Array, velocity: Array) -> Array:
    """Return for each lane whether a step from ``w`` and ``velocity`` changed not a bit, 1 or 0."""
    still = np.ones(LANES)
    for p in range(w.shape[0]):
        for lane in range(LANES):
            same = (networks.w[p, lane] == w[p, lane]) & (
                networks.velocity[p, lane] == velocity[p, lane]
            )
            still[lane] = still[lane] if same else 0.0
    return still


@shared
def record_losses(task: Task, record: Array, J: Array, t: int) -> None:
    """Record the loss of step t; a network that has left keeps its record."""
    last, total, rises, late = record[LOSS], record[SUM], record[RISES], record[LATE]
    first, non_finite, still = record[FIRST_RISE], record[NON_FINITE], record[STILL]
    n, late_one = float(task.X.shape[0]), 1.0 if t > task.late else 0.0
    for lane in range(LANES):
        loss = J[lane] / n
        goes_on = (non_finite[lane] == NEVER) & (still[lane] == NEVER)
        counts = goes_on & (abs(loss) < np.inf)
        rose = counts & (loss - last[lane] > RISE)
        first[lane] = t - 1.0 if rose & (first[lane] == NEVER) else first[lane]
        rises[lane] += 1.0 if rose else 0.0
        late[lane] += late_one if rose else 0.0
        total[lane] += loss if counts else 0.0
        last[lane] = loss if counts else last[lane]
        non_finite[lane] = t if goes_on & (not counts) else non_finite[lane]
    if t == 0:
        record[FIRST_LOSS] = last


@jit
def advance_lanes(
    task: Task, networks: Networks, room: Room, shares: Array, calm: Flags, first: int
) -> None:
    """Take a step for each share of the learning rate, from step ``first`` on.

    Where the last of them changes not a bit of a network's weights, and ``calm`` says that its rate
    never rises again, every later one would do the same: that network stands still.
    """
    w, velocity, last = networks.w, networks.velocity, shares.size - 1
    for i in range(shares.size):
        value_and_gradient_lanes(task, networks, room)
        record_losses(task, networks.record, room.J, first + i)
        if task.clips:
            clip_lanes(networks)
        if i == last:
            w, velocity = networks.w.copy(), networks.velocity.copy()
        take_lane_steps(task, networks, shares[i], room.rates)
    if calm[last]:
        still_at, still = networks.record[STILL], stand_still(networks, w, velocity)
        for lane in range(LANES):
            stops = (still[lane] == 1) & (still_at[lane] == NEVER)
            still_at[lane] = first + last if stops else still_at[lane]


@jit
def end_lanes(task: Task, networks: Networks, room: Room, t: int) -> Array:
    """Record the loss of the last step; return the norms of the gradients there (LANES,)."""
    value_and_gradient_lanes(task, networks, room)
    record_losses(task, networks.record, room.J, t)
    return gradient_norms(networks.gradient)


@jit
def answers_of_lanes(
    w: Array, hidden: int, X: Array, labels: Labels, n_train: int, flat: float, room: Room
) -> Array:
    """Return how many answers are right, and how many activations flat, (3, LANES).

    Right over all points; flat, h (1 - h) < ``flat``, over the training points, of the hidden
    layer and of the outputs.
    """
    counts = np.zeros((3, LANES))
    for s in range(X.shape[0]):
        forward_lanes(w, hidden, X[s : s + 1], room.H1, room.Z2)
        z0, z1 = room.Z2[0, 0], room.Z2[1, 0]
        for lane in range(LANES):
            answer = 1.0 if squash(z1[lane]) > squash(z0[lane]) else 0.0
            counts[0, lane] += 1.0 if answer == labels[s] else 0.0
        if s < n_train:
            count_flat(room.H1[0, :hidden], flat, counts[1])
            for k in range(2):
                for lane in range(LANES):
                    room.Z2[k, 0, lane] = squash(room.Z2[k, 0, lane])
            count_flat(room.Z2[:, 0], flat, counts[2])
    return counts


@shared
def count_flat(H: Array, flat: float, count: Array) -> None:
    """Add to ``count`` (LANES,) how many of H (m, LANES) are nearly 0 or 1."""
    for j in range(H.shape[0]):
        for lane in range(LANES):
            count[lane] += 1.0 if H[j, lane] * (1 - H[j, lane]) < flat else 0.0
