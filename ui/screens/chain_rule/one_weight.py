"""From f(g(x)) to matrices: one weight's derivative by the school's chain rule, link by link.

The weight leads from the first input to the chosen neuron. Its path to the loss has two ends, one
for each output; the matrices of the backward pass add up both, for all weights and points at once.
"""

import math
from dataclasses import dataclass

import streamlit as st

from mlp.chain_rule.bricks import Bricks, TrainingStep
from ui.course import progress
from ui.screens.chain_rule.digits import significant
from ui.screens.chain_rule.state import Shown
from ui.words.numbers import short

APPROX = r"\approx"
H = 1e-6  # step of the differences


@dataclass(frozen=True)
class Link:
    """One function of the chain: how it is written, and its derivative with a number."""

    formula: str
    slope: str
    value: float


def links(sample: Bricks, neuron: int, output: int) -> list[Link]:
    """Return the links from a weight of the first input to the loss, by way of one output.

    Parameters
    ----------
    sample : Bricks
        The passes over one point.
    neuron, output : int
        The way, both from 0.
    """
    j, k, n = neuron, output, neuron + 1
    h1, h2 = float(sample.H1[0, j]), float(sample.H2[0, k])
    return [
        Link(rf"z1_{n} = w\,x_0 + \dots", "x_0", float(sample.X[0, 0])),
        Link(rf"h1_{n} = \sigma(z1_{n})", rf"h1_{n} (1 - h1_{n})", h1 * (1 - h1)),
        Link(rf"z2_{k} = w2\,h1_{n} + \dots", "w2", float(sample.W2[j, k])),
        Link(rf"h2_{k} = \sigma(z2_{k})", rf"h2_{k} (1 - h2_{k})", h2 * (1 - h2)),
        Link(rf"L = \tfrac12 (h2_{k} - y_{k})^2 + \dots", rf"h2_{k} - y_{k}",
             h2 - float(sample.Y[0, k])),
    ]  # fmt: skip


def along(sample: Bricks, neuron: int, output: int) -> float:
    """Return the product of all links by way of one output."""
    return math.prod(link.value for link in links(sample, neuron, output))


def squashed(sample: Bricks, neuron: int, shift: float) -> float:
    """Return h1 of a neuron where its weight of the first input is moved by ``shift``."""
    z = float(sample.Z1[0, neuron]) + shift * float(sample.X[0, 0])
    return 0.5 * (1 + math.tanh(0.5 * z))


def show(step: TrainingStep, shown: Shown, *, exact: bool) -> None:
    """Draw the bridge; it is open where a step of the course sends one there."""
    sent = progress.task() == "brick"
    with st.expander(
        "From f(g(x)) to matrices, with these numbers",
        expanded=sent,
        icon=":material/conversion_path:",
    ):
        if sent:
            st.markdown("##### Link by link")  # where the step's link leads
        sample = step.sample(shown.point)
        show_pair(sample, shown, exact=exact)
        show_path(sample, shown, exact=exact)
        show_matrices(step, sample, shown, exact=exact)


def _text(value: float, *, exact: bool) -> str:
    return significant(value, 17 if exact else 6)


def _equals(value: float, *, exact: bool) -> str:
    """Write a number with the sign before it: ≈ where not all of its digits are shown."""
    text = _text(value, exact=exact)
    return f"{'=' if exact or float(text) == value else APPROX} {text}"


def show_pair(sample: Bricks, shown: Shown, *, exact: bool) -> None:
    """Draw the first two links: f(g(w)), its derivative, and what differences say."""
    first, second = links(sample, shown.neuron, 0)[:2]
    difference = squashed(sample, shown.neuron, H) - squashed(sample, shown.neuron, -H)
    n = shown.neuron + 1
    st.markdown(
        f"**Two links.** Let w be the weight from x0 to neuron {n}. Its sum is g(w) = w x0 + the "
        "rest, and the sigmoid is f. School’s rule: (f(g(w)))′ = f′(g(w)) g′(w)."
    )
    st.latex(
        rf"f'(g) = {second.slope} {_equals(second.value, exact=exact)}, \quad g' = x_0 "
        rf"{_equals(first.value, exact=exact)}, \quad f'(g)\,g' "
        rf"{_equals(first.value * second.value, exact=exact)}"
    )
    st.caption(
        f"Moving w by ±{short(H)} moves f(g(w)) by {short(difference / (2 * H), 6)} a unit of w: "
        "the same."
    )


def show_path(sample: Bricks, shown: Shown, *, exact: bool) -> None:
    """Draw all links to the loss by way of both outputs, and their sum."""
    st.markdown(
        "**All links.** The loss is a function of a function of … of w. Its derivative is the "
        "product of all slopes on the way; there are two ways, one through each output, and what "
        "comes by both adds up."
    )
    for k in range(2):
        factors = [
            rf"\underbrace{{{_signed(link.value, exact=exact)}}}_{{{link.slope}}}"
            for link in links(sample, shown.neuron, k)
        ]
        product = _equals(along(sample, shown.neuron, k), exact=exact)
        way = r" \cdot ".join(factors)
        st.latex(rf"\text{{by output {k}: }} {way} {product}")


def _signed(value: float, *, exact: bool) -> str:
    text = _text(value, exact=exact)
    return f"({text})" if value < 0 else text


def show_matrices(step: TrainingStep, sample: Bricks, shown: Shown, *, exact: bool) -> None:
    """Draw where the sum of both ways stands in the matrices."""
    total = along(sample, shown.neuron, 0) + along(sample, shown.neuron, 1)
    n = shown.neuron + 1
    here, of_all = (float(bricks.dL_dW1[0, shown.neuron]) for bricks in (sample, step.batch))
    by_paths, entry, batch = (
        _text(value, exact=exact).replace("-", "−") for value in (total, here, of_all)
    )
    st.markdown(
        f"**Matrices.** Their sum, {by_paths}, is the entry x0 → neuron {n} of dL/dW1 for this "
        f"point: {entry}. The matrix product does the same for every weight, and its sum over rows "
        f"is the sum over all {len(step.rows)} points: {batch}."
    )
