"""The formula of each brick with the numbers of one sample and one neuron put in."""

import math
from collections.abc import Callable, Mapping, Sequence

from mlp import Experiment
from mlp.base.arrays import Array
from mlp.chain_rule.bricks import Bricks, TrainingStep
from ui.screens.chain_rule.digits import PLACE, Formula

SHOWN_TERMS = 8  # of a longer sum the rest is given as one number
TIMES = rf"{PLACE} \cdot {PLACE}"


def formulas(brick: str, sample: Bricks, neuron: int) -> list[Formula]:
    """Return the formulas of a brick.

    Parameters
    ----------
    brick : str
        A name of ui.screens.chain_rule.catalog.BRICKS.
    sample : Bricks
        The passes over one point.
    neuron : int
        The hidden neuron whose numbers are put in, from 0; both outputs always are.
    """
    return _FORMULAS[brick](sample, neuron) if brick in _FORMULAS else []


def gradient_sums(brick: str, sample: Bricks, batch: Bricks, neuron: int) -> list[Formula]:
    """Return how the selected point's part and that of all others add up to the batch's gradient.

    ``sample`` must be one of the batch's.
    """
    own, whole = getattr(sample, brick), getattr(batch, brick)
    layer = int(brick[-1])
    return [
        _sum(
            _gradient(layer, i, j),
            [own[i, j], whole[i, j] - own[i, j]],
            whole[i, j],
            r" \;\text{(this point)} + ",
            r" \;\text{(all others)}",
        )
        for i, j in _entries(layer, own, neuron)
    ]


def update_formulas(
    step: TrainingStep, experiment: Experiment, neuron: int
) -> dict[str, list[Formula]]:
    """Return, for each stage of the update, the formulas of one neuron's weights.

    Stages that this experiment does not have are missing: penalty, clipping, momentum.
    """
    entries = _neuron_entries(step, neuron)
    stages: dict[str, list[Formula]] = {}
    if experiment.l1 or experiment.l2:
        stages["penalty"] = [_penalty(step, experiment, *entry) for entry in entries]
        stages["sum"] = [
            _sum(
                _gradient(layer, i, j, "J"),
                [step.data_gradient[at], step.penalty_gradient[at]],
                step.gradient[at],
                r" \;\text{(data)} + ",
                r" \;\text{(penalty)}",
            )
            for layer, i, j, at in entries
        ]
    descended = step.gradient * step.clip_factor
    if step.clip_factor != 1:
        stages["clipping"] = [
            _product(
                _gradient(layer, i, j, "J") + r"^{\,\text{clipped}}",
                step.clip_factor,
                step.gradient[at],
                descended[at],
            )
            for layer, i, j, at in entries
        ]
    if step.velocity is not None and step.velocity_after is not None:
        stages["momentum"] = [
            Formula(
                rf"v_{{{_index(layer, i, j)}}}",
                rf"{TIMES} + {PLACE}",
                (experiment.momentum, step.velocity[at], descended[at]),
                lambda v: v[0] * v[1] + v[2],
                step.velocity_after[at],
            )
            for layer, i, j, at in entries
        ]
        descended = step.velocity_after
    if experiment.optimizer in PLAIN_STEPS:
        stages["update"] = [
            Formula(
                rf"w{layer}^{{\text{{new}}}}_{{{_index(layer, i, j)}}}",
                rf"{PLACE} - {TIMES}",
                (step.w[at], step.rate_of(layer), descended[at]),
                lambda v: v[0] - v[1] * v[2],
                step.w_after[at],
            )
            for layer, i, j, at in entries
        ]
    return stages


# Optimizers whose step is the learning rate times what stands before it.
PLAIN_STEPS = ("gradient_descent", "momentum")


def _sigmoid(z: float) -> float:
    e = math.exp(-min(abs(z), 708.0))
    return 1 / (1 + e) if z >= 0 else e / (1 + e)


def _index(layer: int, i: int, j: int) -> str:
    """Subscripts as the screen counts: inputs 0, 1 and b, neurons from 1, outputs 0 and 1."""
    if layer == 1:
        return f"{'01b'[i]}{j + 1}"
    return f"{i + 1}{j}"


def _gradient(layer: int, i: int, j: int, of: str = "L") -> str:
    return rf"\tfrac{{\partial {of}}}{{\partial w{layer}_{{{_index(layer, i, j)}}}}}"


def _entries(layer: int, matrix: Array, neuron: int) -> list[tuple[int, int]]:
    """The entries of a layer's matrix that belong to one neuron."""
    if layer == 1:
        return [(i, neuron) for i in range(len(matrix))]
    return [(neuron, k) for k in range(2)]


def _neuron_entries(step: TrainingStep, neuron: int) -> list[tuple[int, int, int, int]]:
    """Layer, row, column and place in the flat vector of a neuron's weights."""
    W1, W2 = step.batch.W1, step.batch.W2
    first = [(1, i, j, i * W1.shape[1] + j) for i, j in _entries(1, W1, neuron)]
    return first + [(2, i, j, W1.size + 2 * i + j) for i, j in _entries(2, W2, neuron)]


def _sum(left: str, terms: Sequence[float], value: float, between: str, after: str) -> Formula:
    pattern = between.join([PLACE] * len(terms)) + after
    return Formula(left, pattern, tuple(map(float, terms)), math.fsum, float(value))


def _product(left: str, first: float, second: float, value: float) -> Formula:
    return Formula(left, TIMES, (first, second), math.prod, value)


def _products(left: str, factors: Sequence[tuple[float, float]], value: float) -> Formula:
    """A sum of products, of which a long one ends in what the other terms add up to."""
    shown = factors if len(factors) <= SHOWN_TERMS + 1 else factors[:SHOWN_TERMS]
    rest = factors[len(shown) :]
    pattern = r" \\ &\quad + ".join(
        " + ".join([TIMES] * len(shown[at : at + 2])) for at in range(0, len(shown), 2)
    )
    operands = [number for pair in shown for number in pair]
    if rest:
        operands.append(math.fsum(a * b for a, b in rest))
        pattern += rf" \\ &\quad + {PLACE} \;\text{{(the other {len(rest)} terms)}}"
    pairs = len(shown)

    def evaluate(numbers: Sequence[float]) -> float:
        products = [numbers[2 * k] * numbers[2 * k + 1] for k in range(pairs)]
        return math.fsum([*products, *numbers[2 * pairs :]])

    return Formula(left, pattern, tuple(map(float, operands)), evaluate, value)


def _squash(left: str, z: float, value: float) -> Formula:
    return Formula(
        left, rf"\frac{{1}}{{1 + e^{{-{PLACE}}}}}", (z,), lambda v: _sigmoid(v[0]), value
    )


def _slope(left: str, h: float, value: float) -> Formula:
    return Formula(
        left, rf"{PLACE} \cdot (1 - {PLACE})", (h, h), lambda v: v[0] * (1 - v[1]), value
    )


def _difference(left: str, a: float, b: float, value: float) -> Formula:
    return Formula(left, rf"{PLACE} - {PLACE}", (a, b), lambda v: v[0] - v[1], value)


def _z1(s: Bricks, j: int) -> list[Formula]:
    factors = list(zip(s.X[0].tolist(), s.W1[:, j].tolist(), strict=True))
    return [_products(f"z1_{{{j + 1}}}", factors, float(s.Z1[0, j]))]


def _z2(s: Bricks, j: int) -> list[Formula]:
    """All terms of both outputs; with many neurons the chosen one's stand first."""
    inputs = [*s.H1[0].tolist(), *s.X[0, 2:].tolist()]
    order = [j, *(i for i in range(len(inputs)) if i != j)]
    return [
        _products(f"z2_{{{k}}}", [(inputs[i], float(s.W2[i, k])) for i in order], float(s.Z2[0, k]))
        for k in range(2)
    ]


def _loss(s: Bricks, _: int) -> list[Formula]:
    numbers = [number for pair in zip(s.H2[0], s.Y[0], strict=True) for number in pair]
    pattern = rf"\tfrac12 \left[ ({PLACE} - {PLACE})^2 + ({PLACE} - {PLACE})^2 \right]"
    return [
        Formula(
            "L",
            pattern,
            tuple(map(float, numbers)),
            lambda v: 0.5 * ((v[0] - v[1]) ** 2 + (v[2] - v[3]) ** 2),
            s.loss,
        )
    ]


def _partial(of: str, by: str) -> str:
    return rf"\tfrac{{\partial {of}}}{{\partial {by}}}"


def _outputs(make: Callable[[Bricks, int], Formula]) -> Callable[[Bricks, int], list[Formula]]:
    return lambda s, _: [make(s, k) for k in range(2)]


def _hidden(make: Callable[[Bricks, int], Formula]) -> Callable[[Bricks, int], list[Formula]]:
    return lambda s, j: [make(s, j)]


def _dl_dw2(s: Bricks, j: int) -> list[Formula]:
    return [
        _product(
            _gradient(2, j, k), float(s.H1[0, j]), float(s.dL_dZ2[0, k]), float(s.dL_dW2[j, k])
        )
        for k in range(2)
    ]


def _dl_dw1(s: Bricks, j: int) -> list[Formula]:
    return [
        _product(_gradient(1, i, j), float(s.X[0, i]), float(s.dL_dZ1[0, j]), float(s.dL_dW1[i, j]))
        for i in range(s.X.shape[1])
    ]


_FORMULAS: Mapping[str, Callable[[Bricks, int], list[Formula]]] = {
    "Z1": _z1,
    "H1": _hidden(lambda s, j: _squash(f"h1_{{{j + 1}}}", float(s.Z1[0, j]), float(s.H1[0, j]))),
    "Z2": _z2,
    "H2": _outputs(lambda s, k: _squash(f"h2_{{{k}}}", float(s.Z2[0, k]), float(s.H2[0, k]))),
    "loss": _loss,
    "dL_dH2": _outputs(
        lambda s, k: _difference(
            _partial("L", f"h2_{{{k}}}"),
            float(s.H2[0, k]),
            float(s.Y[0, k]),
            float(s.dL_dH2[0, k]),
        )
    ),
    "dH2_dZ2": _outputs(
        lambda s, k: _slope(
            _partial(f"h2_{{{k}}}", f"z2_{{{k}}}"), float(s.H2[0, k]), float(s.dH2_dZ2[0, k])
        )
    ),
    "dL_dZ2": _outputs(
        lambda s, k: _product(
            _partial("L", f"z2_{{{k}}}"),
            float(s.dL_dH2[0, k]),
            float(s.dH2_dZ2[0, k]),
            float(s.dL_dZ2[0, k]),
        )
    ),
    "dL_dW2": _dl_dw2,
    "dL_dH1": _hidden(
        lambda s, j: _products(
            _partial("L", f"h1_{{{j + 1}}}"),
            [(float(s.dL_dZ2[0, k]), float(s.W2[j, k])) for k in range(2)],
            float(s.dL_dH1[0, j]),
        )
    ),
    "dH1_dZ1": _hidden(
        lambda s, j: _slope(
            _partial(f"h1_{{{j + 1}}}", f"z1_{{{j + 1}}}"),
            float(s.H1[0, j]),
            float(s.dH1_dZ1[0, j]),
        )
    ),
    "dL_dZ1": _hidden(
        lambda s, j: _product(
            _partial("L", f"z1_{{{j + 1}}}"),
            float(s.dL_dH1[0, j]),
            float(s.dH1_dZ1[0, j]),
            float(s.dL_dZ1[0, j]),
        )
    ),
    "dL_dW1": _dl_dw1,
}


def _penalty(
    step: TrainingStep, experiment: Experiment, layer: int, i: int, j: int, at: int
) -> Formula:
    """The penalty's part of one entry: l2 w + l1 sign(w), or the article's l2 times a sum."""
    w, value = float(step.w[at]), float(step.penalty_gradient[at])
    l1, l2 = experiment.l1, experiment.l2
    left = rf"\tfrac{{\partial \text{{penalty}}}}{{\partial w{layer}_{{{_index(layer, i, j)}}}}}"
    patterns, operands = [], []
    if l2:
        article = experiment.l2_gradient == "article"
        W = step.batch.W1 if layer == 1 else step.batch.W2
        patterns.append(TIMES + (rf"\;(\textstyle\sum W{layer}^2)" if article else ""))
        operands += [l2, float((W**2).sum()) if article else w]
    if l1:
        patterns.append(TIMES)
        operands += [l1, float((w > 0) - (w < 0))]

    def evaluate(v: Sequence[float]) -> float:
        return math.fsum(v[k] * v[k + 1] for k in range(0, len(v), 2))

    return Formula(left, " + ".join(patterns), tuple(operands), evaluate, value)
