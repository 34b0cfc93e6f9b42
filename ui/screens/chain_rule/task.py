"""The course's task about a mistake: the check in the words of school, and a few lines to choose.

Outside of the course ``checks`` shows all mistakes, each with its code.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from mlp import Experiment
from mlp.base.arrays import Array
from mlp.chain_rule.bricks import TrainingStep
from mlp.chain_rule.gradient_check import TOLERANCE, Comparison
from mlp.data.own import OwnData
from ui.screens.chain_rule import checks, state
from ui.words import glossary
from ui.words.gradients import off_by
from ui.words.naming import Names
from ui.words.plain import plain

SHOWN = 4  # entries of each layer

# What each does to the gradient; all can be made in the network of the step.
CHOICES: Mapping[str, str] = {
    "averaged_once": "The slopes of W1: their mean over all points, in place of their sum",
    "wrong_sign": "The slopes of the squared error: each with the opposite sign",
    "article_l2": "The penalty’s slope: l2 × the sum of the layer’s squares for every weight, in "
    "place of l2 × w",
    "forgotten_output_slope": "The chain rule: one factor left out, the slope of the outputs’ "
    "sigmoids",
}


def show_check(step: TrainingStep, experiment: Experiment, names: Names) -> None:
    """Draw what is checked and how, the button, and once it is pressed, what was found."""
    st.markdown("#### Is this gradient right? Ask the loss itself")
    st.markdown(
        "The article is “One LEGO at a time” by Omar U. Florez. Its gradient has an entry, a "
        "slope, for each weight w of W1 (inputs → neurons) and W2 (neurons → outputs). Each is "
        "held against the central difference of J, the loss of all points with the penalty; w is "
        "moved by a small δ.",
        help=glossary.define("gradient check", "L, J and J / n"),
    )
    st.latex(
        r"\text{slope along } w \approx \frac{J(w + \delta) - J(w - \delta)}{2\delta}",
        help=glossary.define("central difference"),
    )
    if comparison := checks.ask_for_check(step, experiment):
        show_comparison(comparison, step.w, names)


def show_comparison(comparison: Comparison, w: Array, names: Names) -> None:
    """Draw how many entries differ, by how much in each layer, and some of each."""
    if comparison.check.passed:
        checks.show_verdict(comparison, names)
    else:
        wrong = int(np.count_nonzero(comparison.relative_error > TOLERANCE))
        st.error(
            f"{wrong:,} of {len(w):,} entries differ from their central differences, "
            f"{off_by(comparison)}.",
            icon=":material/cancel:",
        )
    st.caption(f"Of each layer the {SHOWN} entries that differ most for their size")
    table = checks.entries(comparison, names).drop(columns="relative error")
    layers = [table[table.index.str.startswith(f"dL/d{layer}")] for layer in ("W1", "W2")]
    some = pd.concat([layer.head(SHOWN) for layer in layers])
    st.table(some.rename(index=plain), alt="Entries that differ most")
    with st.expander("With other δ", icon=":material/show_chart:"):
        checks.show_error_by_step(comparison, w, key="chain_errors")
    checks.show_all_entries(comparison, names)


def show_choices(experiment: Experiment, own: OwnData | None, names: Names) -> None:
    """Draw the few lines to choose from; the code and a training of the chosen one on request."""
    st.markdown("#### Which line errs in the same way?")
    st.markdown(
        "Each line below makes one mistake in the gradient. Think: in which entries would it be "
        "off, and by how much? One is off as the article’s is.",
        help=glossary.explain(*CHOICES.values()),
    )
    key = "chain_mistake"
    st.session_state[key] = chosen = state.ADDRESS.values["mistake"]
    # An address may name another mistake: it stays chosen.
    others = {} if chosen is None or chosen in CHOICES else {chosen: checks.MISTAKE_WORDS[chosen]}
    words = {**CHOICES, **others}
    name: str | None = st.radio(
        "Line",
        list(words),
        index=None,
        format_func=words.__getitem__,
        key=key,
        on_change=lambda: state.change(mistake=st.session_state[key]),
    )
    if name is None:
        return
    with st.expander("Its code, in Python", icon=":material/code:"):
        checks.show_lines(name, wide=False)
    with st.expander("Train with it", icon=":material/play_arrow:"):
        checks.show_trial(name, experiment, own, names, wide=False)
