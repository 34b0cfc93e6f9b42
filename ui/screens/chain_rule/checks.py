"""The gradient check of a step, and backward passes that are wrong on purpose."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlp import Experiment
from mlp.base.arrays import Array
from mlp.chain_rule.bricks import TrainingStep
from mlp.chain_rule.gradient_check import (
    TOLERANCE,
    Comparison,
    GradientCheck,
    compare,
    errors_by_step,
)
from mlp.chain_rule.mistakes import MISTAKES, Mistake, train_with, wrong_gradient
from mlp.data.own import OwnData
from mlp.experiment import format_value
from mlp.training.inputs import initial_weights, make_data, make_objective
from mlp.training.steps import value_and_gradient
from ui.address.address import touch
from ui.course import progress
from ui.screens.chain_rule import drawings, state
from ui.screens.chain_rule.digits import significant
from ui.words import glossary
from ui.words.gradients import entry_words, off_by
from ui.words.naming import Names
from ui.words.numbers import short
from ui.words.plain import plain

STEPS: Array = np.logspace(-1, -12, 12)  # of the differences
WORST = 8  # entries shown at once
MOST_STEPS, FEWEST_STEPS = 2000, 50  # that a mistake is trained for
WRONG = "gradient with the mistake"
WORK = 200_000_000  # about a second of plain NumPy, in samples x neurons x steps

MISTAKE_WORDS: Mapping[str, str] = {
    "slope_of_z": "Slope of the sigmoid taken of Z1 in place of H1",
    "slope_squashed_twice": "Sigmoid applied twice in its slope",
    "forgotten_output_slope": "Forgotten factor: dH2/dZ2",
    "forgotten_hidden_slope": "Forgotten factor: dH1/dZ1",
    "not_transposed": "W2 in place of its transpose",
    "reshaped": "W2 reshaped in place of transposed",
    "forgotten_bias": "Bias of the outputs forgotten",
    "averaged_once": "Mean for one layer, sum for the other",
    "article_l2": "One sum of squares as every weight’s L2 term",
    "wrong_sign": "Wrong sign: the step climbs",
}


def halves(*, wide: bool) -> Sequence[DeltaGenerator]:
    """Return two places: side by side where there is room, else one below the other."""
    return st.columns(2) if wide else (st.container(), st.container())


def show_check(step: TrainingStep, experiment: Experiment, names: Names) -> None:
    """Draw the button, and once it is pressed, the check of this very step."""
    st.markdown("#### Is this gradient right? Ask the loss itself")
    st.markdown(
        "Central differences need no derivation: move one weight by δ up and down, and look at "
        "J. So they show a mistake in the derivation or in the program. J is L of all points "
        "plus the penalty, l2 / 2 times the sum of the squared weights (or l1 times their sizes), "
        "where one is set; the gradient to check is that of J.",
        help=glossary.define("gradient check", "L, J and J / n"),
    )
    st.latex(
        r"\frac{\partial J}{\partial w} \approx \frac{J(w + \delta) - J(w - \delta)}{2\delta}",
        help=glossary.define("partial derivative (∂)", "central difference"),
    )
    if comparison := ask_for_check(step, experiment):
        show_comparison(comparison, step.w, names)


def ask_for_check(step: TrainingStep, experiment: Experiment) -> Comparison | None:
    """Draw the button, and return what the check of this very step found once it is pressed."""
    asked = (experiment, step.step)
    if st.button(
        "Check every entry at this step",
        key="chain_check",
        icon=":material/difference:",
        type="secondary" if progress.task() is not None else "primary",
        on_click=touch,
    ):
        st.session_state["chain_checked"] = asked
    if st.session_state.get("chain_checked") != asked:
        return None
    _, gradient = value_and_gradient(step.objective, step.w)
    return compare(step.objective, step.w, gradient)


def show_comparison(comparison: Comparison, w: Array, names: Names) -> None:
    """Draw the verdict, the worst entries, and how the error depends on δ."""
    show_verdict(comparison, names)
    left, right = st.columns(2)
    with left:
        if not comparison.check.passed:
            st.caption(f"Off {off_by(comparison)}.")
        st.caption(
            f"The {min(WORST, len(w))} entries of {len(w):,} with the largest relative error"
        )
        worst = entries(comparison, names).head(WORST).rename(index=plain)
        st.table(worst, alt="Entries that differ most")
    with right:
        show_error_by_step(comparison, w, key="chain_errors")
    show_all_entries(comparison, names)


def show_all_entries(comparison: Comparison, names: Names) -> None:
    """Draw every entry, behind a line."""
    with st.expander(f"All {len(comparison.analytic):,} entries", icon=":material/table:"):
        st.dataframe(entries(comparison, names), key="chain_entries", height=300)


def show_error_by_step(comparison: Comparison, w: Array, *, key: str) -> None:
    """Draw how the distance depends on δ, and say what is seen."""
    errors = errors_by_step(comparison.objective, w, comparison.analytic, STEPS)
    st.altair_chart(
        drawings.error_by_step(STEPS, errors, "Gradient against central differences"), key=key
    )
    st.caption(error_words(errors, passed=comparison.check.passed))


def error_words(errors: Array, *, passed: bool) -> str:
    """Say how the distance between gradient and differences depends on δ."""
    best = int(np.argmin(errors))
    smallest = f"{short(errors[best], 2)} at δ = {short(STEPS[best], 1)}"
    if not passed:
        return (
            f"The smallest distance is {smallest}: so much of the length of the longer "
            "gradient is left between the two, all entries together, where the largest "
            "relative error is of a single entry, which may be a small one. No δ brings the two "
            "gradients together, so it is not the differences that are too coarse."
        )
    return (
        f"Smallest at {smallest}. To the right of it δ is too coarse, and the distance grows with "
        "δ²; to the left J’s last digits are all that is left of the difference, and it grows "
        "with 1/δ."
    )


def show_verdict(comparison: Comparison, names: Names, *, of: str = "") -> None:
    """Say whether the gradient passes, and where it fails by how much; ``of`` names it."""
    check = comparison.check
    text = plain(verdict_words(comparison, names, of=of))
    if check.passed:
        st.success(text, icon=":material/check_circle:")
    else:
        st.error(text, icon=":material/cancel:")


def verdict_words(comparison: Comparison, names: Names, *, of: str = "") -> str:
    """Put the verdict of a check into words; ``of`` names a gradient made with a mistake."""
    check = comparison.check
    where = entry_words(comparison.objective.hidden, names, check.layer, check.row, check.column)
    error = short(check.max_relative_error, 2)
    numbers = f"{of or gradient_name(comparison)} {short(check.analytic, 8)}, central "
    numbers += f"difference {short(check.numeric, 8)}"
    if check.passed:
        text = (
            f"Passes: all {len(comparison.analytic):,} entries agree with central differences. The "
            f"largest relative error is {error}, at {where} ({numbers}); up to "
            f"{short(TOLERANCE, 1)} "
            "passes."
        )
    else:
        wrong = int(np.sum(comparison.relative_error > TOLERANCE))
        text = (
            f"Fails: {wrong:,} of {len(comparison.analytic):,} entries differ. The largest "
            f"relative error is {error}, at {where}: {numbers}; they differ by "
            f"{short(check.analytic - check.numeric, 6)}. The relative error is that difference as "
            f"a share of the larger of the two numbers{_over_one(check)}."
        )
    return text


def _over_one(check: GradientCheck) -> str:
    """Say why an error of an entry is more than the whole of it, where it is."""
    if check.analytic * check.numeric >= 0:
        return ""
    return "; with opposite signs, as here, it is above 1"


def entries(comparison: Comparison, names: Names) -> pd.DataFrame:
    """Return a row an entry, the largest relative error first."""
    order = np.argsort(-comparison.relative_error, kind="stable")
    places = [comparison.place(int(index)) for index in order]
    off, hidden = comparison.analytic - comparison.numeric, comparison.objective.hidden
    return pd.DataFrame(
        {
            gradient_name(comparison): [short(comparison.analytic[index], 8) for index in order],
            "central difference": [short(comparison.numeric[index], 8) for index in order],
            "off by": [short(off[index]) for index in order],
            "relative error": [short(comparison.relative_error[index], 2) for index in order],
        },
        index=pd.Index([entry_words(hidden, names, *place) for place in places], name="entry"),
    )


def gradient_name(comparison: Comparison) -> str:
    """Name the gradient that is checked: the article's is not what the chain rule gives."""
    objective = comparison.objective
    article = objective.article and objective.l2 > 0
    return "the article’s gradient" if article else "chain rule"


@dataclass(frozen=True, eq=False)
class Trial:
    """A training with a mistake beside the right one, from the same weights."""

    experiment: Experiment
    right: Array
    wrong: Array
    comparison: Comparison
    w: Array


@lru_cache(maxsize=32)
def trial(name: str, experiment: Experiment, own: OwnData | None = None) -> Trial:
    """Train with a mistake and without, and check the wrong gradient at the first weights."""
    mistake = MISTAKES[name]
    fitted = mistake.fitted(experiment)
    affordable = WORK // (fitted.n_train * (fitted.hidden + 10))
    steps = min(experiment.steps, MOST_STEPS, max(affordable, FEWEST_STEPS))
    fitted = fitted.replace(steps=steps)
    data = make_data(fitted, own)
    objective, w = make_objective(fitted, data), initial_weights(fitted)
    return Trial(
        experiment=fitted,
        right=train_with(None, fitted, data)[0],
        wrong=train_with(mistake, fitted, data)[0],
        comparison=compare(objective, w, wrong_gradient(mistake, objective, w)),
        w=w,
    )


def show_mistakes(experiment: Experiment, own: OwnData | None, names: Names) -> None:
    """Draw the list of mistakes, and the one that is chosen: its line, its training, its check."""
    st.markdown("#### Break it yourself")
    st.markdown(
        "Replace one line of the backward pass by a classic mistake and train with it. Some are "
        "plain to see. Others learn almost as well as the right one, and only the check tells."
    )
    key = "chain_mistake"
    st.session_state[key] = state.ADDRESS.values["mistake"]
    name: str | None = st.selectbox(
        "Mistake",
        list(MISTAKES),
        index=None,
        format_func=lambda entry: MISTAKE_WORDS[entry],
        key=key,
        on_change=lambda: state.change(mistake=st.session_state[key]),
        placeholder="Choose one",
    )
    if name is None or name not in MISTAKES:
        return
    show_lines(name)
    show_trial(name, experiment, own, names)


def show_lines(name: str, *, wide: bool = True) -> None:
    """Draw the code of a line as it should be, and with a mistake."""
    mistake = MISTAKES[name]
    left, right = halves(wide=wide)
    with left:
        st.caption(":material/check: As it should be")
        st.code(function_source(mistake.right), language="python")
    with right:
        st.caption(":material/close: With the mistake")
        st.code(function_source(mistake.wrong), language="python")


def show_trial(
    name: str, experiment: Experiment, own: OwnData | None, names: Names, *, wide: bool = True
) -> None:
    """Draw what a training with a mistake comes to, and the check of its gradient."""
    result = trial(name, experiment, own)
    if changes := changed_words(experiment, result.experiment, MISTAKES[name]):
        st.caption(changes)
    left, right = halves(wide=wide)
    with left:
        curves = {"right": result.right, "with the mistake": result.wrong}
        st.altair_chart(drawings.losses(curves), key="chain_losses")
        st.markdown(loss_words(result))
    with right:
        show_error_by_step(result.comparison, result.w, key="chain_mistake_errors")
    show_verdict(result.comparison, names, of=WRONG)


def function_source(function: object) -> str:
    """Return a line's function as it stands in mlp/chain_rule/mistakes.py."""
    return inspect.getsource(function).strip()  # type: ignore[arg-type]


def changed_words(asked: Experiment, used: Experiment, mistake: Mistake) -> str:
    """Say which settings are not those of the screen, so that the mistake can be made alone.

    Of the penalty's derivative nothing is said where the mistake itself replaces it.
    """
    fields = used.to_dict()
    changed = [
        "the right derivative of the penalty"
        if name == "l2_gradient"  # a mistake is made alone
        else f"{name} = {format_value(fields[name])}"
        for name, value in asked.to_dict().items()
        if fields[name] != value and (name, mistake.line) != ("l2_gradient", "l2_term")
    ]
    return f"Trained here with {', '.join(changed)}; all else as set." if changed else ""


def loss_words(result: Trial) -> str:
    """Say what the two losses do, and whether they would have told."""
    right, wrong = result.right, result.wrong
    if len(wrong) < len(right):
        return (
            f"With the mistake the loss is no longer a finite number at step {len(wrong):,}; the "
            f"right gradient brings it from {significant(right[0], 4)} to "
            f"{significant(right[-1], 4)} in {len(right) - 1:,} steps."
        )
    ends = (
        f"In {len(right) - 1:,} steps the loss goes from {significant(right[0], 4)} to "
        f"{significant(right[-1], 4)} with the right gradient, and to {significant(wrong[-1], 4)} "
        "with the mistake"
    )
    fallen, wrong_fallen = right[0] - right[-1], wrong[0] - wrong[-1]
    if wrong_fallen <= 0:
        return f"{ends}: it does not fall at all, so the curve gives the mistake away."
    if wrong_fallen >= 0.8 * fallen:
        return f"{ends}: over these steps the curve does not give the mistake away."
    return f"{ends}: it falls, only less. The curve looks like a hard task, not like a mistake."
