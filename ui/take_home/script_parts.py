"""Pieces of the stand-alone script: the code of each data set, schedule, optimizer and penalty.

Each is text that stands in the script as it is; a setting that is off leaves no trace. The
formulas are those of ``mlp``, and the tests run the scripts against it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlp import Experiment, Run
from mlp.plan import transition_steps

Constants = dict[str, object]


@dataclass(frozen=True)
class Part:
    """Some lines of code, and the constants that they name."""

    code: str
    constants: Constants


def _gaussian(experiment: Experiment) -> Part:
    constants: Constants = {"POINTS": experiment.points, "DATA_SEED": experiment.data_seed}
    lines = [
        "def make_points():",
        '    """Points of a standard normal; the label is the XOR of their signs."""',
        "    random = np.random.RandomState(DATA_SEED)",
        "    X = random.randn(POINTS, 2)",
        "    labels = ((X[:, 0] > 0) != (X[:, 1] > 0)).astype(int)",
    ]
    if experiment.noise:
        constants["NOISE"] = experiment.noise
        lines.append("    X = X + NOISE * random.randn(POINTS, 2)  # after they were labelled")
    return Part("\n".join([*lines, "    return X, labels"]), constants)


CORNERS = '''\
def make_points():
    """The truth table of XOR."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    labels = np.array([0, 1, 1, 0])
    return X, labels'''


def _corners(experiment: Experiment) -> Part:  # noqa: ARG001 - a fixed table
    return Part(CORNERS, {})


WRITTEN_OUT = '''\
def make_points():
    """The points below: two coordinates and a label."""
    table = np.array(POINTS)
    return table[:, :2], table[:, 2].astype(int)


# x0, x1, label
POINTS = [
{rows}
]'''


def points_written_out(run: Run) -> Part:
    """Return every point of a run as numbers, for data that no line of code draws."""
    triples = zip(run.data.X.tolist(), run.data.labels.tolist(), strict=True)
    rows = "\n".join(f"    ({x0!r}, {x1!r}, {label})," for (x0, x1), label in triples)
    return Part(WRITTEN_OUT.format(rows=rows), {})


POINTS: Mapping[str, Callable[[Experiment], Part]] = {"gaussian": _gaussian, "corners": _corners}


def points(run: Run) -> Part:
    """Return the code that gives a run's points: drawn again, or written out."""
    draw = POINTS.get(run.experiment.dataset)
    return draw(run.experiment) if draw else points_written_out(run)


# The rate ``t`` steps after the warm-up, and what it means.
RATES: Mapping[str, tuple[str, str]] = {
    "constant": ("rate = LEARNING_RATE", "The same at every step."),
    "step": (
        "rate = max(LEARNING_RATE * DECAY_RATE ** (t // TRANSITION_STEPS), END_RATE)",
        "Falls in stairs.",
    ),
    "exponential": (
        "rate = max(LEARNING_RATE * DECAY_RATE ** (t / TRANSITION_STEPS), END_RATE)",
        "Falls by the same share at every step.",
    ),
    "inverse_time": (
        "rate = max(LEARNING_RATE / (1 + DECAY_RATE * t / TRANSITION_STEPS), END_RATE)",
        "Falls as 1 / (1 + time).",
    ),
    "linear": (
        "rate = LEARNING_RATE + (END_RATE - LEARNING_RATE) * min(t / TRANSITION_STEPS, 1)",
        "Falls on a straight line.",
    ),
    "cosine": (
        "half = 0.5 * (1 + np.cos(np.pi * min(t / TRANSITION_STEPS, 1)))\n"
        "rate = END_RATE + (LEARNING_RATE - END_RATE) * half",
        "Falls on half a cosine.",
    ),
}
DECAYING = frozenset({"step", "exponential", "inverse_time"})  # these read DECAY_RATE


def learning_rate(experiment: Experiment) -> Part:
    """Return the function of the step that gives its learning rate; none where it is constant."""
    warmup = experiment.warmup_steps
    constants: Constants = {"LEARNING_RATE": experiment.learning_rate}
    if experiment.schedule == "constant" and not warmup:
        return Part("", constants)
    formula, meaning = RATES[experiment.schedule]
    if experiment.schedule != "constant":
        constants["TRANSITION_STEPS"] = transition_steps(experiment)
        constants["END_RATE"] = experiment.end_fraction * experiment.learning_rate
    if experiment.schedule in DECAYING:
        constants["DECAY_RATE"] = experiment.decay_rate
    lines = ["def learning_rate(step):"]
    if warmup:
        constants["WARMUP_STEPS"] = warmup
        lines.append(f'    """Grows over the warm-up. After it: {meaning.lower()}"""')
    else:
        lines.append(f'    """{meaning}"""')
    if experiment.schedule != "constant":
        lines.append("    t = max(step - WARMUP_STEPS, 0)" if warmup else "    t = step")
    lines += [f"    {line}" for line in formula.split("\n")]
    grown = "rate * min((step + 1) / WARMUP_STEPS, 1)" if warmup else "rate"
    return Part("\n".join([*lines, f"    return {grown}"]), constants)


@dataclass(frozen=True)
class OptimizerCode:
    """How an optimizer stands in the script.

    Attributes
    ----------
    constants : mapping of str to str
        The Experiment's fields it uses, and what each is called in its formula.
    memory : tuple of str
        What it remembers of each matrix, zero at first.
    update : str
        Lines that change ``W`` in place by ``dW`` and ``rate``, the memory under its names.
    counts : bool
        Whether they read ``t``, which counts the steps from 1.
    """

    constants: Mapping[str, str]
    memory: tuple[str, ...]
    update: str
    counts: bool = False


_MOMENTUM = {"momentum": "MOMENTUM"}
_EPSILON = {"epsilon": "EPSILON"}
_RHO = {"beta2": "RHO"} | _EPSILON
_BETAS = {"momentum": "BETA1", "beta2": "BETA2"} | _EPSILON

_VELOCITY = "velocity[:] = MOMENTUM * velocity + dW\n"
_RHO_MEAN_SQUARE = "mean_square[:] = RHO * mean_square + (1 - RHO) * dW**2\n"
_MEAN = "mean[:] = BETA1 * mean + (1 - BETA1) * dW\n"
_MEAN_SQUARE = "mean_square[:] = BETA2 * mean_square + (1 - BETA2) * dW**2\n"
_ADAM = (
    _MEAN
    + _MEAN_SQUARE
    + "mean_hat = mean / (1 - BETA1**t)\n"
    + "mean_square_hat = mean_square / (1 - BETA2**t)\n"
    + "W -= rate * mean_hat / (np.sqrt(mean_square_hat) + EPSILON)"
)
_NADAM = (
    "mu = BETA1 * (1 - 0.5 * 0.96 ** (0.004 * t))\n"
    "next_mu = BETA1 * (1 - 0.5 * 0.96 ** (0.004 * (t + 1)))\n"
    "correction[:] = mu * correction + 1 - mu  # 1 - mu_1 mu_2 ... mu_t\n"
    "next_correction = next_mu * correction + 1 - next_mu\n"
    + _MEAN
    + _MEAN_SQUARE
    + "mean_hat = next_mu * mean / next_correction + (1 - mu) * dW / correction\n"
    + "mean_square_hat = mean_square / (1 - BETA2**t)\n"
    + "W -= rate * mean_hat / (np.sqrt(mean_square_hat) + EPSILON)"
)
_FTRL = """\
if rate < 1e-100:  # moves nothing, and its inverse might overflow
    return
squares += dW**2
last_sum = sum_of_sigmas.copy()
sum_of_sigmas[:] = (FTRL_BETA + np.sqrt(squares)) / rate
z += dW - (sum_of_sigmas - last_sum) * W
W[:] = -np.sign(z) * np.maximum(np.abs(z) - FTRL_L1, 0) / (sum_of_sigmas + FTRL_L2)"""

OPTIMIZERS: Mapping[str, OptimizerCode] = {
    "gradient_descent": OptimizerCode({}, (), "W -= rate * dW"),
    "momentum": OptimizerCode(_MOMENTUM, ("velocity",), _VELOCITY + "W -= rate * velocity"),
    "nesterov": OptimizerCode(
        _MOMENTUM, ("velocity",), _VELOCITY + "W -= rate * (dW + MOMENTUM * velocity)"
    ),
    "adagrad": OptimizerCode(
        _EPSILON, ("total",), "total += dW**2\nW -= rate * dW / (np.sqrt(total) + EPSILON)"
    ),
    "adadelta": OptimizerCode(
        _RHO,
        ("mean_square", "mean_step"),
        _RHO_MEAN_SQUARE
        + "step = np.sqrt(mean_step + EPSILON) / np.sqrt(mean_square + EPSILON) * dW\n"
        + "mean_step[:] = RHO * mean_step + (1 - RHO) * step**2\n"
        + "W -= rate * step",
    ),
    "rmsprop": OptimizerCode(
        _RHO,
        ("mean_square",),
        _RHO_MEAN_SQUARE + "W -= rate * dW / (np.sqrt(mean_square) + EPSILON)",
    ),
    "adam": OptimizerCode(_BETAS, ("mean", "mean_square"), _ADAM, counts=True),
    "adamax": OptimizerCode(
        _BETAS,
        ("mean", "largest"),
        _MEAN
        + "largest[:] = np.maximum(BETA2 * largest, np.abs(dW) + EPSILON)\n"
        + "W -= rate / (1 - BETA1**t) * mean / largest",
        counts=True,
    ),
    "nadam": OptimizerCode(_BETAS, ("mean", "mean_square", "correction"), _NADAM, counts=True),
    "adamw": OptimizerCode(
        _BETAS | {"weight_decay": "WEIGHT_DECAY"},
        ("mean", "mean_square"),
        "W *= 1 - rate * WEIGHT_DECAY\n" + _ADAM,
        counts=True,
    ),
    # Its penalties keep their long names: L1 and L2 are those of the objective.
    "ftrl": OptimizerCode(
        {"ftrl_beta": "FTRL_BETA", "ftrl_l1": "FTRL_L1", "ftrl_l2": "FTRL_L2"},
        ("z", "squares", "sum_of_sigmas"),
        _FTRL,
    ),
}


def penalty_gradient(experiment: Experiment) -> list[str]:
    """Return the lines that add the derivative of the penalties to the gradients."""
    lines = []
    if experiment.l2 and experiment.l2_gradient == "article":
        lines += [
            "# The article's L2 term: one number for a whole layer. The derivative is L2 * W.",
            "dL_dW1 = dL_dW1 + L2 * np.sum(W1**2)",
            "dL_dW2 = dL_dW2 + L2 * np.sum(W2**2)",
        ]
    elif experiment.l2:
        lines += ["dL_dW1 = dL_dW1 + L2 * W1", "dL_dW2 = dL_dW2 + L2 * W2"]
    if experiment.l1:
        lines += [
            "dL_dW1 = dL_dW1 + L1 * np.sign(W1)",
            "dL_dW2 = dL_dW2 + L1 * np.sign(W2)",
        ]
    return lines


def penalty(experiment: Experiment) -> list[str]:
    """Return the lines that add the penalties to the objective J."""
    lines = []
    if experiment.l2:
        lines.append("J += 0.5 * L2 * (np.sum(W1**2) + np.sum(W2**2))")
    if experiment.l1:
        lines.append("J += L1 * (np.sum(np.abs(W1)) + np.sum(np.abs(W2)))")
    return lines
