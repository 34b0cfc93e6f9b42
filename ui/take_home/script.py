"""The stand-alone Python script: this run's training with NumPy alone, pleasant to read.

Only what this run's settings need is written. What the script cannot say it refuses: a wrong
script would be worse than none.
"""

from collections.abc import Iterator

from mlp import Experiment, Run
from mlp.base.version import __version__
from mlp.experiment import DEFAULTS, format_value
from mlp.optimizers.registry import OPTIMIZERS, RANGES
from ui.take_home import script_parts as parts
from ui.take_home.entry import NotOfferedError, Tell
from ui.words import optimizers

# Every field that the script says, or that does not change the training; those of an optimizer
# are said where it stands.
SAID = frozenset(
    {
        "dataset",
        "data_id",
        "points",
        "train_points",
        "noise",
        "data_seed",
        "init_seed",
        "hidden",
        "bias",
        "init_scale",
        "learning_rate",
        "first_layer_rate",
        "schedule",
        "decay_rate",
        "transition_steps",
        "end_fraction",
        "warmup_steps",
        "optimizer",
        "batch_size",
        "l1",
        "l2",
        "l2_gradient",
        "clip_norm",
        "steps",
        "frames",
    }
)
REPORTS = 10  # lines that a run prints on its way


def refusal(run: Run) -> str:
    """Return why a run has no script, or ""."""
    experiment = run.experiment
    if run.plan.is_branch:
        return (
            f"This run is a branch: its settings change at step {run.plan.cuts[0].step:,}, and "
            "the script knows one training with the same settings throughout. Take the script of "
            "the run that it branches from, or the weights of this one as NPZ."
        )
    if experiment.optimizer not in parts.OPTIMIZERS:
        known = ", ".join(parts.OPTIMIZERS)
        return (
            f"optimizer = {experiment.optimizer}: the script knows {known}. Choose one of these, "
            "or take the weights home as NPZ."
        )
    if experiment.schedule not in parts.RATES:
        known = ", ".join(parts.RATES)
        return f"schedule = {experiment.schedule}: the script knows {known}. Choose one of these."
    unused = RANGES.keys() - OPTIMIZERS[experiment.optimizer].parameters.keys()
    said = SAID.union(unused, parts.OPTIMIZERS[experiment.optimizer].constants)
    unsaid = [name for name in experiment.changes() if name not in said]
    if unsaid:
        name = unsaid[0]
        return (
            f"{name} = {format_value(experiment.changes()[name])}: the script has no words for "
            f"this setting yet. Set it back to {format_value(DEFAULTS[name])}."
        )
    return ""


def script(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - whole run
    """Return the script; NotOfferedError where a setting has no place in it."""
    if reason := refusal(run):
        raise NotOfferedError(reason)
    return source(run, address).encode("utf-8")


def source(run: Run, address: str) -> str:
    """Return the text of the script, its parts in the order of reading."""
    experiment = run.experiment
    points, rate = parts.points(run), parts.learning_rate(experiment)
    chapters = [
        opening(run, address) + "\n\nimport numpy as np",
        "\n".join(constants(experiment, points, rate)),
        points.code,
        first_weights(experiment),
        SIGMOID,
        WITH_ONES if experiment.bias else "",
        forward(experiment),
        loss(experiment),
        gradients(experiment),
        CLIP if experiment.clip_norm else "",
        BATCHES if experiment.takes_mini_batches else "",
        rate.code,
        update(experiment),
        train(experiment),
        ending(experiment),
    ]
    first, second, *others = (chapter for chapter in chapters if chapter)
    return f"{first}\n\n{second}\n\n\n" + "\n\n\n".join(others) + "\n"


def opening(run: Run, address: str) -> str:
    """Return the script's docstring: what it is, where it comes from, what it should print."""
    experiment = run.experiment
    lines = [
        '"""A two-layer network of sigmoids, trained by the explicit chain rule.',
        "",
        "Needs NumPy only. Run it: python train_xor.py",
        "",
        f"Written by xor-dashboard {__version__} for this run:",
        harmless(address),
    ]
    if run.non_finite_at is not None:
        lines += [
            "",
            f"There the loss was no longer a finite number at step {run.non_finite_at:,}.",
        ]
    elif run.steps[-1] == experiment.steps:
        lines += ["", f"There the final loss was {run.loss[-1]:.12g}."]
    return "\n".join([*lines, '"""'])


def harmless(address: str) -> str:
    """Return an address as it may stand in a docstring: nothing in it can end the docstring."""
    return "".join(c for c in address if c.isascii() and c.isprintable() and c not in "\"\\'")


def constants(experiment: Experiment, points: parts.Part, rate: parts.Part) -> Iterator[str]:
    """Yield an assignment for every setting that the script reads."""
    values = dict(points.constants)
    if experiment.dataset != "corners":
        values["TRAIN_POINTS"] = experiment.n_train
    values |= {
        "HIDDEN": experiment.hidden,
        "INIT_SEED": experiment.init_seed,
        "INIT_SCALE": experiment.init_scale,
        "STEPS": experiment.steps,
    }
    values |= rate.constants
    parameters = experiment.parameters._asdict()  # published values in place of 0
    for field, name in parts.OPTIMIZERS[experiment.optimizer].constants.items():
        values[name] = parameters[field]
    if experiment.first_layer_rate != 1:
        values["FIRST_LAYER_RATE"] = experiment.first_layer_rate
    if experiment.takes_mini_batches:
        values["BATCH_SIZE"] = experiment.batch_size
    optional = {"L1": experiment.l1, "L2": experiment.l2, "CLIP_NORM": experiment.clip_norm}
    values |= {name: value for name, value in optional.items() if value}
    yield from (f"{name} = {value!r}" for name, value in values.items())


def first_weights(experiment: Experiment) -> str:
    """Return the function that draws the untrained weights."""
    bias = experiment.bias
    returned = "    return with_zeros(W1), with_zeros(W2)" if bias else "    return W1, W2"
    zeros = (
        "\n\n\ndef with_zeros(W):\n"
        '    """Append the bias row, which begins at 0."""\n'
        "    return np.vstack([W, np.zeros((1, W.shape[1]))])"
    )
    return (
        "def first_weights():\n"
        '    """Draw W1, then W2: uniform in +-INIT_SCALE / sqrt(fan_in)."""\n'
        "    random = np.random.RandomState(INIT_SEED)\n"
        "    W1 = (2 * random.random_sample((2, HIDDEN)) - 1) * (INIT_SCALE / np.sqrt(2))\n"
        "    W2 = (2 * random.random_sample((HIDDEN, 2)) - 1) * (INIT_SCALE / np.sqrt(HIDDEN))\n"
        f"{returned}" + (zeros if bias else "")
    )


SIGMOID = '''\
def sigmoid(Z):
    """1 / (1 + exp(-Z)), without overflow far from 0."""
    e = np.exp(-np.abs(Z))
    return np.where(Z < 0, e, 1.0) / (1 + e)'''

WITH_ONES = '''\
def with_ones(A):
    """Append the column of ones that the bias row of the weights is multiplied by."""
    return np.hstack([A, np.ones((len(A), 1))])'''


def forward(experiment: Experiment) -> str:
    """Return the forward pass."""
    Z1 = "with_ones(X) @ W1" if experiment.bias else "X @ W1"
    Z2 = "with_ones(H1) @ W2" if experiment.bias else "H1 @ W2"
    return (
        "def forward(X, W1, W2):\n"
        '    """Return the activations of the hidden layer (n, h) and of the outputs (n, 2)."""\n'
        f"    H1 = sigmoid({Z1})\n"
        f"    H2 = sigmoid({Z2})\n"
        "    return H1, H2"
    )


def loss(experiment: Experiment) -> str:
    """Return the loss on screen: the objective J, a sample."""
    lines = [
        "def loss(X, Y, W1, W2):",
        '    """Half the squared error of both outputs, a sample'
        + (', and the penalty."""' if experiment.l1 or experiment.l2 else '."""'),
        "    _, H2 = forward(X, W1, W2)",
        "    J = 0.5 * np.sum((H2 - Y) ** 2)",
        *(f"    {line}" for line in parts.penalty(experiment)),
        "    return J / len(X)",
    ]
    return "\n".join(lines)


def gradients(experiment: Experiment) -> str:
    """Return the backward pass: the chain rule, one factor a line."""
    bias = experiment.bias
    X, H1 = ("with_ones(X)", "with_ones(H1)") if bias else ("X", "H1")
    W2 = "W2[:HIDDEN]" if bias else "W2"
    lines = [
        "def gradients(X, Y, W1, W2):",
        '    """Return dL/dW1 and dL/dW2: the chain rule, one factor a line."""',
        "    H1, H2 = forward(X, W1, W2)",
        "    dL_dH2 = H2 - Y",
        "    dH2_dZ2 = H2 * (1 - H2)",
        "    dL_dZ2 = dL_dH2 * dH2_dZ2",
        f"    dL_dW2 = {H1}.T @ dL_dZ2  # dZ2/dW2 = H1",
        f"    dL_dH1 = dL_dZ2 @ {W2}.T" + ("  # no H1 behind the bias row" if bias else ""),
        "    dH1_dZ1 = H1 * (1 - H1)",
        "    dL_dZ1 = dL_dH1 * dH1_dZ1",
        f"    dL_dW1 = {X}.T @ dL_dZ1  # dZ1/dW1 = X",
        *(f"    {line}" for line in parts.penalty_gradient(experiment)),
        "    return dL_dW1, dL_dW2",
    ]
    return "\n".join(lines)


CLIP = '''\
def clip(dL_dW1, dL_dW2):
    """Shorten both gradients together to the norm CLIP_NORM, keeping their direction."""
    length = np.sqrt(np.sum(dL_dW1**2) + np.sum(dL_dW2**2))
    factor = CLIP_NORM / length if length > CLIP_NORM else 1.0
    return factor * dL_dW1, factor * dL_dW2'''

BATCHES = '''\
def mini_batches(n):
    """Yield the rows of one mini-batch after another; every epoch is one shuffle."""
    epochs_a_seed = max(4096 // n, 1)
    seed = 0
    while True:
        random = np.random.RandomState([INIT_SEED, seed])
        for order in random.random_sample((epochs_a_seed, n)).argsort(axis=1):
            for start in range(0, n, BATCH_SIZE):
                yield order[start : start + BATCH_SIZE]
        seed += 1'''


def update(experiment: Experiment) -> str:
    """Return how the optimizer makes a step of a gradient; nothing where one line does it."""
    code = parts.OPTIMIZERS[experiment.optimizer]
    if not code.memory:
        return ""
    names = ", ".join([*code.memory, "rate", *(["t"] if code.counts else [])])
    title = optimizers.NAMES[experiment.optimizer]
    counting = " t is 1 at the first step." if code.counts else ""
    return "\n".join(
        [
            f"def update(W, dW, {names}):",
            f'    """{title}: change the weights W and what it remembers in place.{counting}"""',
            *(f"    {line}" for line in code.update.split("\n")),
        ]
    )


def train(experiment: Experiment) -> str:
    """Return the loop of the training."""
    code = parts.OPTIMIZERS[experiment.optimizer]
    memories = [f"{name}{layer}" for layer in (1, 2) for name in code.memory]
    varies = bool(parts.learning_rate(experiment).code)
    batches = experiment.takes_mini_batches
    body = ["rate = learning_rate(step)" if varies else "rate = LEARNING_RATE"]
    if batches:
        body.append("rows = next(batches)")
    rows = "X[rows], Y[rows]" if batches else "X, Y"
    body.append(f"dL_dW1, dL_dW2 = gradients({rows}, W1, W2)")
    if experiment.clip_norm:
        body.append("dL_dW1, dL_dW2 = clip(dL_dW1, dL_dW2)")
    for layer in (1, 2):
        own = layer == 1 and experiment.first_layer_rate != 1
        rate = "FIRST_LAYER_RATE * rate" if own else "rate"
        if code.memory:
            names = ", ".join(f"{name}{layer}" for name in code.memory)
            count = ", step + 1" if code.counts else ""
            body.append(f"update(W{layer}, dL_dW{layer}, {names}, {rate}{count})")
        else:
            line = code.update.replace("dW", f"dL_dW{layer}").replace("W -", f"W{layer} -")
            body.append(line.replace("rate", rate))
    lines = [
        "def train(X, Y):",
        '    """Return the weights after STEPS steps, or where the loss is no longer finite."""',
        "    W1, W2 = first_weights()",
        *(f"    {name} = np.zeros_like(W{name[-1]})" for name in memories),
        *(["    batches = mini_batches(len(X))"] if batches else []),
        "    for step in range(STEPS):",
        f"        if step % max(STEPS // {REPORTS}, 1) == 0:",
        "            now = loss(X, Y, W1, W2)",
        '            print(f"step {step:>9,}   loss {now:.10g}")',
        "            if not np.isfinite(now):",
        "                break",
        *(f"        {line}" for line in body),
        "    return W1, W2",
    ]
    return "\n".join(lines)


def ending(experiment: Experiment) -> str:
    """Return what runs the training and prints its result."""
    some = "" if experiment.dataset == "corners" else "[:TRAIN_POINTS]"
    return ENDING.format(points=f"points{some}", labels=f"labels{some}")


ENDING = '''\
def main():
    """Train, and print how it ended."""
    points, labels = make_points()
    X = {points}
    Y = np.eye(2)[{labels}]  # [1, 0] for label 0, [0, 1] for label 1
    W1, W2 = train(X, Y)
    _, H2 = forward(points, W1, W2)
    right = np.mean((H2[:, 1] > H2[:, 0]) == labels)
    print(f"accuracy on all {{len(points)}} points: {{right:.1%}}")
    print(f"final loss: {{loss(X, Y, W1, W2):.12g}}")


if __name__ == "__main__":
    main()'''
