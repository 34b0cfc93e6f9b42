"""The bridge from f(g(x)) to matrices: one weight's way to the loss, walked along with the bricks.

Its table has a row for each function on the way. The forward pass fills in their values, the
backward pass their slopes; a sentence beside the player says what a brick does for this weight.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import takewhile

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from mlp.chain_rule.bricks import Bricks, TrainingStep
from mlp.chain_rule.one_weight import MOVED, Way, derivative, difference, ways
from ui.course import box, question
from ui.screens.chain_rule.catalog import BRICKS, UPDATE
from ui.screens.chain_rule.digits import EXACT, significant
from ui.screens.chain_rule.state import Shown
from ui.words import glossary
from ui.words.numbers import equals, short

ORDER = [*BRICKS, UPDATE]
VALUES = ("Z1", "H1", "Z2", "H2", "loss")  # the bricks that have the values of a way, and then
SLOPES = ("dZ1_dW1", "dH1_dZ1", "dL_dH1", "dH2_dZ2", "dL_dH2")  # its slopes, from the weight on
SHARED = 2  # functions that both ways begin with: z1 and h1
LAST = "dL_dW1"
AGREES = 1e-4  # of the derivative, where a difference says the same
LIT = "background-color: rgba(0, 114, 178, 0.25); font-weight: 700"
OUTPUTS = ("₀", "₁")


def show(step: TrainingStep, shown: Shown, brick: str, held: Sequence[str], *, exact: bool) -> None:
    """Draw the way of the weight from x0 to the chosen neuron, as far as a brick.

    What comes from a brick that is held back waits for an answer, with what is made of it.
    """
    sample = step.sample(shown.point)
    reached = ORDER[: ORDER.index(brick) + 1]
    filled = known(reached, held)
    st.table(
        style(table(ways(sample, shown.neuron), filled, exact=exact), brick),
        alt=f"The way of one weight to the loss, at {brick.replace('_', '/')}",
    )
    if filled != reached:
        box.told_later(question.ASKING)
    elif brick in (LAST, UPDATE):
        st.markdown(
            "\n\n".join(
                (*products(sample, shown, exact=exact), words_of_matrices(step, shown, exact=exact))
            )
        )


def known(bricks: Iterable[str], held: Sequence[str]) -> list[str]:
    """Return those of the bricks that come before one that is held back."""
    return list(takewhile(lambda name: name not in held, bricks))


def introduce(step: TrainingStep, shown: Shown, *, exact: bool) -> None:
    """Say which weight it is."""
    w = _write(float(step.batch.W1[0, shown.neuron]), exact=exact)
    st.markdown(
        f"**w = {w}** is the weight from x0 to neuron {shown.neuron + 1}.",
        help=glossary.define("weight", "sigmoid", "derivative", "chain rule", "brick"),
    )


def table(both: Sequence[Way], known: Sequence[str], *, exact: bool) -> pd.DataFrame:
    """Return what each function on the way is, and its slope, as far as the known bricks say."""
    rows = {
        name: (
            _write(way.values[at], exact=exact) if VALUES[at] in known else "",
            f"{slope} {_equals(way.slopes[at], exact=exact)}" if SLOPES[at] in known else "",
        )
        for way, output in zip(both, OUTPUTS, strict=True)
        for at, (name, slope) in enumerate(_functions(output))
    }
    return pd.DataFrame(rows.values(), list(rows), ["value", "slope"])


def _functions(output: str) -> tuple[tuple[str, str], ...]:
    """Return how the functions of a way are written, and their slopes."""
    return (
        ("z1 = w · x0 + …", "x0"),
        ("h1 = σ(z1)", "h1 (1 − h1)"),
        (f"z2{output} = w2{output} · h1 + …", f"w2{output}"),
        (f"h2{output} = σ(z2{output})", f"h2{output} (1 − h2{output})"),
        (f"½ (h2{output} − y{output})²", f"h2{output} − y{output}"),
    )


def style(rows: pd.DataFrame, brick: str) -> Styler:
    """Mark the cells that a brick computes."""
    column, bricks = ("value", VALUES) if brick in VALUES else ("slope", SLOPES)

    def lit(cells: pd.Series) -> list[str]:
        return [
            LIT if cells.name == column and bricks[_function(row)] == brick else ""
            for row in range(len(cells))
        ]

    return rows.style.apply(lit, axis=0)


def _function(row: int) -> int:
    """Return which function of its way is in a row; the second way is without the first two."""
    return row if row < len(VALUES) else row - len(VALUES) + SHARED


def words(step: TrainingStep, sample: Bricks, shown: Shown) -> dict[str, str]:
    """Say of every brick what it does for the one weight, in plain words with its numbers."""
    n, L = shown.neuron + 1, short(sample.loss)
    both = ways(sample, shown.neuron)
    arrived = math.fsum(way.back_to(2) for way in both)
    h1, slope = both[0].values[1], both[0].slopes[1]
    back, last, met = (
        " and ".join(short(times * way.back_to(first)) for way in both)
        for first, times in ((3, 1), (3, h1), (2, 1))
    )
    return {name: text.format(n=n, L=L) for name, text in FORWARD.items()} | {
        "dL_dH2": "Now back, slope by slope. That of ½ (h2 − y)² is h2 − y: by how much the answer "
        "is off.",
        "dH2_dZ2": "The slope of the sigmoid, σ (1 − σ), is here h2 (1 − h2): never more than 1/4.",
        "dL_dZ2": "The chain rule of school, f′(g) · g′: both slopes of a way, multiplied, are "
        f"{back} by outputs 0 and 1.",
        "dZ2_dW2": f"A weight between neuron {n} and an output ends its way here: "
        f"its last slope is h1, {short(h1)}. The way back to w goes on at dL/dH1.",
        "dL_dW2": f"So the slope of the loss by w2₀ and w2₁ is {last}. The way back to w goes on "
        "with the next brick.",
        "dL_dH1": f"Times w2₀ and w2₁: {met}. Here, at h1, both ways meet, and what comes by them "
        f"is added: {short(arrived)}.",
        "dH1_dZ1": f"The next slope is that of the sigmoid of neuron {n}: {short(slope)}.",
        "dL_dZ1": f"Multiplied: {short(arrived)} · {short(slope)} "
        f"{equals(arrived * slope, short(arrived * slope))}.",
        "dZ1_dW1": "The last slope: z1 = w · x0 + … grows by x0 where w grows by 1.",
        LAST: _words_of_all(sample, shown),
        UPDATE: _words_of_the_step(step, sample, shown),
    }


FORWARD = {
    "X": "Between w and the loss stand functions of functions, each a brick. The button right of ▶ "
    "walks along them.",
    "Z1": "z1 = g(w) = w · x0 + the rest: neuron {n} adds up its inputs, each times its weight.",
    "H1": "h1 = f(g(w)), what neuron {n} puts out: the sigmoid σ of z1, between 0 and 1.",
    "Z2": "Both outputs take h1, each times a weight of its own, w2, and add up: z2. From here "
    "there are two ways.",
    "H2": "h2: the sigmoid of each z2. These are the network’s two answers.",
    "loss": "Each answer costs ½ (h2 − y)²; y is 1 for the point’s class and 0 for the other. Both "
    "added are the loss, L = {L}.",
}


def _words_of_all(sample: Bricks, shown: Shown) -> str:
    """Say what all slopes come to, held against a difference."""
    total, seen = derivative(sample, shown.neuron), difference(sample, shown.neuron)
    agrees = ": the same" if math.isclose(seen, total, rel_tol=AGREES) else ""
    return (
        f"All slopes of each way multiplied, and both ways added: {short(total)}. "
        f"Moved up and down by {short(MOVED)}, w changes the loss by {short(seen)} times "
        f"that{agrees}."
    )


def _words_of_the_step(step: TrainingStep, sample: Bricks, shown: Shown) -> str:
    """Say where the step takes the weight."""
    if not step.is_finite():
        return "After this step the numbers are no longer finite."
    before, after = (float(step.layers(w)[0][0, shown.neuron]) for w in (step.w, step.w_after))
    summed = float(step.batch.dL_dW1[0, shown.neuron])
    return (
        f"The step takes w from {short(before)} to {short(after)}. The slope over all "
        f"{len(step.rows)} points is {short(summed)}, this point’s alone "
        f"{short(derivative(sample, shown.neuron))}."
    )


def products(sample: Bricks, shown: Shown, *, exact: bool) -> list[str]:
    """Write out what is multiplied along each way, from the weight to the loss."""
    told = []
    for k, way in enumerate(ways(sample, shown.neuron)):
        slopes = (_write(slope, exact=exact) for slope in way.slopes)
        factors = " · ".join(f"({slope})" if slope.startswith("−") else slope for slope in slopes)
        told.append(f"**By output {k}:** {factors} {_equals(way.back_to(0), exact=exact)}")
    return told


def words_of_matrices(step: TrainingStep, shown: Shown, *, exact: bool) -> str:
    """Say where the weight's derivative stands in the matrices."""
    summed = float(step.batch.dL_dW1[0, shown.neuron])
    return (
        "**Matrices** do this for all weights and points at once. In dL/dW1 the slope of w is the "
        f"entry in row x0 and column neuron {shown.neuron + 1}; added over all {len(step.rows)} "
        f"points of the step it is {_write(summed, exact=exact)}."
    )


def _write(value: float, *, exact: bool) -> str:
    return significant(value, EXACT).replace("-", "−") if exact else short(value)


def _equals(value: float, *, exact: bool) -> str:
    text = _write(value, exact=exact)
    return f"= {text}" if exact else equals(value, text)
