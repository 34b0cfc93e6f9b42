"""How the bricks of one step are drawn: tables, formulas with numbers, and the lines of code."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlp import Experiment
from mlp.base.arrays import Array
from mlp.chain_rule.bricks import Bricks, TrainingStep
from ui.charts.inline import inline_png
from ui.screens.chain_rule import state, tables
from ui.screens.chain_rule.catalog import BRICKS, Brick, bricks_of
from ui.screens.chain_rule.digits import Formula, put_in, significant
from ui.screens.chain_rule.formulas import formulas, gradient_sums, update_formulas
from ui.screens.chain_rule.source import code_of
from ui.screens.chain_rule.state import Shown
from ui.words import glossary
from ui.words.naming import Names

SUMMED = ("dL_dW2", "dL_dW1")


class Size(NamedTuple):
    """The most rows and columns of a matrix that are shown."""

    rows: int
    columns: int


PAGE_SIZE = Size(tables.MOST_ROWS, tables.MOST_COLUMNS)
PANEL_SIZE = Size(3, 4)  # beside the animation


def show_phase(
    phase: str, step: TrainingStep, experiment: Experiment, shown: Shown, *, exact: bool
) -> None:
    """Draw the bricks of a phase, or the update."""
    if phase == "update":
        show_update(step, experiment, shown, exact=exact)
        return
    sample = step.sample(shown.point)
    say_sideways("phase")
    for name, brick in bricks_of(phase).items():
        with st.container(border=True, key=f"brick_{name}"):
            show_brick(name, brick, step, sample, shown, exact=exact)


def show_brick(
    name: str, brick: Brick, step: TrainingStep, sample: Bricks, shown: Shown, *, exact: bool
) -> None:
    """Draw one brick: what it is, its matrix, and behind a click its formula and its code."""
    show_heading(name, brick, step)
    if name == "loss":
        show_loss(step, sample, exact=exact)
    elif name in SUMMED:
        own, whole = st.columns(2)
        show_gradient(name, step, sample, shown, (own, whole), exact=exact)
    else:
        matrix = show_samples(brick, step, shown, exact=exact)
        if np.isfinite(matrix).all():
            show_heat_map(brick, step, matrix, shown)
        show_operand(brick, step, shown, exact=exact)
    if not brick.formula:
        return
    with st.expander("Formula with these numbers, and the code", icon=":material/function:"):
        show_formula(name, brick, step, sample, shown, exact=exact)
        if brick.code:
            show_code(brick.code)


def show_head(name: str) -> bool:
    """Draw what the panel beside the animation is at; return whether all digits are asked for."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"##### {BRICKS[name].symbol if name in BRICKS else 'W'}", width="content")
        label, views = "What is shown of a brick", state.VIEWS
        state.binding().segments("view", label, list(views), views.__getitem__, bare=True)
        return st.toggle(
            "All digits",
            key="chain_exact",
            help="Six significant digits, or every digit that the computer has.",
        )


def show_panel(
    step: TrainingStep,
    experiment: Experiment,
    shown: Shown,
    held: Sequence[str] = (),
    *,
    exact: bool,
) -> None:
    """Draw the matrices of the one brick that the animation is at.

    Of one that is held back, only the formula.
    """
    name = state.brick()
    brick = BRICKS.get(name)
    say_sideways("panel")
    if brick and name in held:
        st.latex(brick.formula, help=glossary.explain(brick.formula))
    elif brick:
        show_panel_brick(name, brick, step, shown, exact=exact)
    else:
        show_panel_update(step, experiment, shown, exact=exact)


def show_panel_brick(
    name: str, brick: Brick, step: TrainingStep, shown: Shown, *, exact: bool
) -> None:
    """Draw a brick's formula with its numbers, its matrix, and behind a click the rest."""
    sample = step.sample(shown.point)
    if brick.formula:
        st.latex(brick.formula, help=glossary.explain(brick.formula))
    numbers = formulas(name, sample, shown.neuron)
    if numbers:
        show_formulas(numbers, exact=exact)
    if name == "loss":
        show_loss(step, sample, exact=exact)
    elif name in SUMMED:
        show_gradient(name, step, sample, shown, (st.container(), st.container()), exact=exact)
    else:
        show_samples(brick, step, shown, exact=exact, most=PANEL_SIZE)
        show_operand(brick, step, shown, exact=exact, most=PANEL_SIZE.columns)
    if brick.from_before:
        st.caption(f":material/recycling: {brick.from_before}")
    if brick.code:
        with st.expander("Its derivative and its code", icon=":material/code:"):
            if brick.derivative:
                st.latex(brick.derivative, help=glossary.explain(brick.derivative))
            show_code(brick.code)


def show_panel_update(
    step: TrainingStep, experiment: Experiment, shown: Shown, *, exact: bool
) -> None:
    """Draw the update of the chosen neuron's weights."""
    if not step.is_finite():
        st.warning("After this step the numbers are no longer finite.", icon=":material/warning:")
        return
    st.caption(f"The weights of neuron {shown.neuron + 1}: one step against the gradient")
    stages = update_formulas(step, experiment, shown.neuron)
    for numbers in list(stages.values())[-1:]:
        show_formulas(numbers, exact=exact)
    for layer in (0, 1):
        st.caption(f"W{layer + 1} after – before")
        change = step.layers(step.w_after - step.w)[layer]
        most = PANEL_SIZE.columns
        name = f"W{layer + 1}"
        hidden = step.objective.hidden
        show_weights(name, change, hidden, shown, exact=exact, most=most)


def show_heading(name: str, brick: Brick, step: TrainingStep) -> None:
    """Draw a brick's symbol, its shape, and what it means."""
    matrix = brick_matrix(step.batch, brick.matrix)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"##### {brick.symbol}", width="content")
        st.caption(shape_of(name, matrix), width="content")
        if brick.from_before:
            st.badge("used again", icon=":material/recycling:", color="green")
    text = " ".join(filter(None, [brick.meaning, brick.from_before]))
    st.markdown(text, help=glossary.explain(text))


def show_formula(
    name: str, brick: Brick, step: TrainingStep, sample: Bricks, shown: Shown, *, exact: bool
) -> None:
    """Draw a brick's formula, and again with the numbers of the chosen point and neuron."""
    if not brick.formula:
        return
    st.latex(brick.formula, help=glossary.explain(brick.formula))
    if brick.derivative:
        st.caption("Its derivative")
        st.latex(brick.derivative, help=glossary.explain(brick.derivative))
    numbers = formulas(name, sample, shown.neuron)
    if numbers:
        st.caption(f"Point {shown.point + 1}, neuron {shown.neuron + 1}")
        show_formulas(numbers, exact=exact)
    if name in SUMMED and shown.point in step.rows:
        st.caption(f"The sum over {len(step.rows)} points")
        show_formulas(gradient_sums(name, sample, step.batch, shown.neuron), exact=exact)


def brick_matrix(batch: Bricks, name: str) -> Array:
    """Return a brick's matrix over the batch."""
    matrix: Array = getattr(batch, name)
    return matrix


def shape_of(name: str, matrix: Array) -> str:
    """Say how many rows and columns a brick has."""
    return "one number" if name == "loss" else f"{matrix.shape[0]:,} × {matrix.shape[1]}"


def say_sideways(where: str) -> None:
    """Say that a table is turned; the screen's style shows it where one is."""
    with st.container(key=f"chain_sideways_{where}"):
        st.caption(
            "On this narrow screen a wide table stands on its side: "
            "its neurons are rows here, and columns of the matrix."
        )


def column_names(matrix: Array, brick: Brick, hidden: int, names: Names) -> list[str]:
    """Return the names of a brick's columns."""
    if brick.matrix == "X":
        return tables.input_names(matrix.shape[1], names)
    if brick.matrix in ("Z1", "H1", "dL_dH1", "dH1_dZ1", "dL_dZ1"):
        return tables.neuron_names(hidden)
    return tables.class_names(names)


def show_samples(
    brick: Brick, step: TrainingStep, shown: Shown, *, exact: bool, most: Size = PAGE_SIZE
) -> Array:
    """Draw the rows of a matrix around the chosen point; return the whole matrix."""
    matrix = brick_matrix(step.batch, brick.matrix)
    names = column_names(matrix, brick, step.objective.hidden, shown.names)
    wide = len(names) > most.columns
    columns = tables.page_of(shown.neuron if wide else 0, len(names), most.columns)
    table, marked = tables.samples_table(
        matrix, step.rows, shown.point, names, columns, most=most.rows
    )
    st.table(
        tables.style(table, marked=marked, exact=exact),
        alt=f"{brick.symbol}, {len(table)} of {len(matrix)} rows",
    )
    st.caption(window_words(table, matrix, columns, names))
    return matrix


def show_operand(
    brick: Brick, step: TrainingStep, shown: Shown, *, exact: bool, most: int = tables.MOST_COLUMNS
) -> None:
    """Draw the matrix that a brick is multiplied by, where there is one."""
    if brick.operand:
        W = getattr(step.batch, brick.operand)
        st.caption(f"{brick.operand}, {W.shape[0]} × {W.shape[1]}")
        hidden = step.objective.hidden
        show_weights(brick.operand, W, hidden, shown, exact=exact, most=most)


def show_heat_map(brick: Brick, step: TrainingStep, matrix: Array, shown: Shown) -> None:
    """Draw the whole matrix as a small picture, the chosen point marked, unless all is shown."""
    if len(matrix) <= tables.MOST_ROWS and matrix.shape[1] <= tables.MOST_COLUMNS:
        return
    places = np.flatnonzero(step.rows == shown.point)
    picture = tables.heat_map(matrix, int(places[0]) if len(places) else None)
    n, m = matrix.shape
    st.image(
        inline_png(picture),
        caption=f"All of {brick.symbol}: {n:,} points from left to right, {m} rows of colour.",
        width="stretch",
        alt=f"{brick.symbol} as colours, from {matrix.min():.4g} to {matrix.max():.4g}",
    )


def window_words(table: pd.DataFrame, matrix: Array, columns: slice, names: Sequence[str]) -> str:
    """Say which part of a matrix is shown."""
    text = f"{len(table)} of {len(matrix):,} points, around the chosen one"
    if len(table) == len(matrix):
        text = f"All {len(matrix):,} points" if len(matrix) > 1 else "The one point"
    if len(table.columns) < len(names):
        text += (
            f"; neurons {columns.start + 1} to {columns.stop} of {len(names)}: "
            "another neuron turns the page"
        )
    return f"{text}."


def show_weights(
    name: str,
    matrix: Array,
    hidden: int,
    shown: Shown,
    *,
    exact: bool,
    most: int = tables.MOST_COLUMNS,
) -> None:
    """Draw a matrix of the shape of W1 or W2, the chosen neuron's row or page of columns."""
    table, marked = weights_table(matrix, hidden, shown, first=name.endswith("1"), most=most)
    st.table(tables.style(table, marked=marked, exact=exact), alt=name)


def weights_table(
    matrix: Array, hidden: int, shown: Shown, *, first: bool, most: int = tables.MOST_COLUMNS
) -> tuple[pd.DataFrame, str | None]:
    """Return the part of a matrix of W1's or W2's shape that has a neuron, and its row's name."""
    neuron = shown.neuron
    if first:
        names = tables.neuron_names(hidden)
        page = tables.page_of(neuron, hidden, most)
        inputs = tables.input_names(len(matrix), shown.names)
        return pd.DataFrame(matrix[:, page], inputs, names[page]), None
    names = tables.neuron_names(hidden, bias=len(matrix) > hidden)
    rows = np.arange(hidden)[tables.page_of(neuron, hidden, most)]
    rows = np.append(rows, np.arange(hidden, len(matrix)))  # the bias row always
    labels = [names[row] for row in rows]
    marked = None
    if hidden > 1:
        place = int(np.flatnonzero(rows == neuron)[0])
        marked = labels[place] = f"▶ {labels[place]}"
    return pd.DataFrame(matrix[rows], labels, tables.class_names(shown.names)), marked


def show_loss(step: TrainingStep, sample: Bricks, *, exact: bool) -> None:
    """Draw the loss of the point, of the batch, and its penalty, apart."""
    J = step.batch.loss + step.penalty
    rows = {
        "L of this point": sample.loss,
        f"L of all {len(step.rows)} points, summed": step.batch.loss,
        "penalty on the weights": step.penalty,
        "J = L of all + penalty, what is descended": J,
        f"J / {len(step.rows)}, “the loss” on other screens": J / len(step.rows),
    }
    table = pd.DataFrame({"value": list(rows.values())}, list(rows))
    st.table(tables.style(table, exact=exact), alt="The loss and its parts", width="content")


def show_gradient(
    name: str,
    step: TrainingStep,
    sample: Bricks,
    shown: Shown,
    places: tuple[DeltaGenerator, DeltaGenerator],
    *,
    exact: bool,
) -> None:
    """Draw a layer's gradient for the point alone and, in the other place, summed."""
    hidden = step.objective.hidden
    own, whole = places
    most = PANEL_SIZE.columns
    with own:
        inside = shown.point in step.rows
        st.caption(f"Point {shown.point + 1} alone" + ("" if inside else ": not in this batch"))
        mine = getattr(sample, name)
        show_weights(name, mine, hidden, shown, exact=exact, most=most)
    with whole:
        st.caption(f"The sum over all {len(step.rows)} points of the step")
        summed = getattr(step.batch, name)
        show_weights(name, summed, hidden, shown, exact=exact, most=most)


STAGES = {
    "penalty": "The penalty’s part of the gradient",
    "sum": "Data’s part and penalty’s part added",
    "clipping": "Clipping: the gradient was too long, and is shortened",
    "momentum": "Momentum: part of the step before goes on",
    "update": "The update: one step against the gradient",
}


def show_update(step: TrainingStep, experiment: Experiment, shown: Shown, *, exact: bool) -> None:
    """Draw the weights before, the parts of the gradient, and the weights after."""
    hidden = step.objective.hidden
    st.markdown(update_words(step, experiment))
    if not step.is_finite():
        st.warning("After this step the numbers are no longer finite.", icon=":material/warning:")
        return
    stages = update_formulas(step, experiment, shown.neuron)
    for layer in (1, 0):
        name = f"W{layer + 1}"
        with st.container(border=True, key=f"update_{name}"):
            st.markdown(f"##### {name}")
            parts = update_parts(step, experiment)
            columns = st.columns(2)
            for at, (label, flat) in enumerate(parts):
                with columns[at % 2]:
                    st.caption(label.format(W=name))
                    matrix = step.layers(flat)[layer]
                    show_weights(name, matrix, hidden, shown, exact=exact)
    for stage, numbers in stages.items():
        with st.expander(STAGES[stage], icon=":material/function:", expanded=stage == "update"):
            st.caption(f"The weights of neuron {shown.neuron + 1}")
            show_formulas(numbers, exact=exact)
            for brick in codes_of(stage, experiment):
                show_code(brick)


def update_parts(step: TrainingStep, experiment: Experiment) -> list[tuple[str, Array]]:
    """Return the flat vectors of an update in their order, each with its name."""
    parts = [("{W} before", step.w), ("dL/d{W}, data’s part", step.data_gradient)]
    if experiment.l1 or experiment.l2:
        parts += [
            ("penalty’s part", step.penalty_gradient),
            ("dL/d{W}, both parts", step.gradient),
        ]
    if step.clip_factor != 1:
        parts.append(("clipped", step.gradient * step.clip_factor))
    if step.velocity_after is not None:
        parts.append(("velocity, after", step.velocity_after))
    return [*parts, ("{W} after – before", step.w_after - step.w), ("{W} after", step.w_after)]


def codes_of(stage: str, experiment: Experiment) -> list[str]:
    """Return the names in ui.screens.chain_rule.source of the code of a stage."""
    if stage == "penalty" and experiment.l2_gradient == "article" and experiment.l2:
        return ["article_l2"]
    if stage == "update" and experiment.optimizer == "momentum":
        return ["momentum_update"]
    return [] if stage == "sum" else [stage]


def update_words(step: TrainingStep, experiment: Experiment) -> str:
    """Say what this step is, with its numbers."""
    parts = [f"Step {step.step:,} leads to the weights of step {step.step + 1:,}"]
    rate = f"learning rate {significant(step.learning_rate)}"
    if step.first_layer_rate != 1:
        rate += f" ({significant(step.rate_of(1))} for W1)"
    if experiment.optimizer == "gradient_descent":
        parts.append(f"W − rate × gradient, with {rate}")
    elif experiment.optimizer == "momentum":
        parts.append(
            f"W − rate × velocity, with {rate} and momentum {significant(experiment.momentum)}"
        )
    else:
        parts.append(f"the optimizer {experiment.optimizer.replace('_', ' ')}, with {rate}")
    if step.clip_factor != 1:
        parts.append(f"the gradient shortened to {significant(step.clip_factor)} of its length")
    return "; ".join(parts) + "."


def show_formulas(numbers: Sequence[Formula], *, exact: bool) -> None:
    """Draw formulas with their numbers, one below the other."""
    lines = r" \\ ".join(put_in(formula, exact=exact) for formula in numbers)
    st.latex(rf"\begin{{aligned}} {lines} \end{{aligned}}")


def show_code(brick: str) -> None:
    """Draw the lines that compute a brick, as they stand in the source."""
    code = code_of(brick)
    where = f"{code.file}, {code.function}, line {code.numbers[0]}"
    st.caption(where)
    st.code("\n".join(code.lines), language="python")
