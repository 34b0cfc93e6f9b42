"""Questions about the step that is shown, answered by its own numbers."""

import numpy as np

from mlp import Run
from mlp.base.arrays import Array
from mlp.chain_rule.bricks import TrainingStep, lay_bricks
from mlp.network import penalty, unpack
from ui.course import question
from ui.course.question import Question, Truth
from ui.screens.chain_rule.digits import significant
from ui.screens.chain_rule.state import Shown

KEY = "chain_question"
ABOUT_EQUAL = 1.1  # lengths whose ratio is below this


def questions(step: TrainingStep, shown: Shown) -> list[Question]:
    """Return the questions about a step; the answers are computed when one is given."""
    n = shown.neuron + 1
    return [
        Question(
            f"How much of the error that reaches neuron {n} does its sigmoid let through, for "
            f"point {shown.point + 1}?",
            {"most": "More than half", "some": "A tenth to a quarter", "little": "Less than that"},
            lambda: _slope(step, shown),
            shown_by=("dH1_dZ1",),
        ),
        Question(
            "Which layer has the longer gradient at this step?",
            {"W1": "The first, W1", "W2": "The second, W2", "equal": "About equal"},
            lambda: _longer(step),
            shown_by=("dL_dW1",),
        ),
        Question(
            "After this one step, the loss of the same points is …",
            {"lower": "Lower", "higher": "Higher", "same": "The same, to the last digit"},
            lambda: _after(step),
        ),
    ]


def ask(step: TrainingStep, run: Run, shown: Shown) -> tuple[str, ...]:
    """Draw the question that is next; return the bricks that wait for its answer."""
    asked = questions(step, shown)
    waits = question.ask(
        asked,
        key=KEY,
        apply=lambda _: None,
        about=repr((run.experiment, shown.step, shown.point, shown.neuron)),
        is_shown=lambda each: bool(each.shown_by),
    )
    place = question.place_of(KEY, asked)
    return asked[place].shown_by if waits == question.ASKING else ()


def _slope(step: TrainingStep, shown: Shown) -> Truth:
    slope = float(step.sample(shown.point).dH1_dZ1[0, shown.neuron])
    told = f"Its slope h1 (1 − h1) is {significant(slope)}; no sigmoid lets more through than 1/4."
    return ("some" if slope >= 0.1 else "little"), told


def _longer(step: TrainingStep) -> Truth:
    first, second = (float(np.linalg.norm(part)) for part in step.layers(step.gradient))
    told = f"‖dL/dW1‖ = {significant(first)}, ‖dL/dW2‖ = {significant(second)}."
    longer, shorter = max(first, second), min(first, second)
    if longer <= ABOUT_EQUAL * shorter:
        return "equal", told
    return ("W1" if first > second else "W2"), told


def _after(step: TrainingStep) -> Truth:
    before = step.batch.loss + step.penalty
    after = _objective(step, step.w_after) if step.is_finite() else np.inf
    if not np.isfinite(after):
        return "higher", f"J goes from {significant(before)} to no finite number."
    told = f"J goes from {significant(before)} to {significant(after)}."
    if after == before:
        return "same", told
    return ("lower" if after < before else "higher"), told


def _objective(step: TrainingStep, w: Array) -> float:
    """Return J of the step's own points at other weights."""
    objective = step.objective
    W1, W2 = unpack(w, objective.X.shape[1], objective.hidden)
    with np.errstate(all="ignore"):
        moved = lay_bricks(objective.X[step.rows], objective.Y[step.rows], W1, W2)
        return float(moved.loss + penalty(w, objective.l1, objective.l2))
