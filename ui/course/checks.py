"""Whether a step's task is done: computed from what the visitor has set, trained or pressed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mlp import Run
from mlp.analysis.stability import products
from mlp.experiment import MOST_STEPS
from mlp.surfaces.best_rate import ARRIVED, distances, score
from mlp.surfaces.surfaces import SURFACES, descend
from ui.course import seen
from ui.course.truths import moves_of_best_lines
from ui.words.numbers import plural, short
from ui.words.optimizers import NAMES

Goal = Mapping[str, Any]


@dataclass(frozen=True)
class Checked:
    """Whether it is done, and a sentence with the numbers that say so."""

    done: bool
    told: str


def _other_lesson(goal: Goal) -> Checked | None:
    """Say where to go, where another lesson is shown than the one that the task is about."""
    shown = seen.lesson()
    same = all(shown.get(name) == goal[name] for name in ("lesson", "surface") if name in goal)
    told = "This is another scene than the step’s: “Back to the scene” leads there."
    return None if same else Checked(False, told)


def _arrives_within(goal: Goal) -> Checked:
    if other := _other_lesson(goal):
        return other
    values, surface = seen.lesson(), SURFACES[goal["surface"]]
    rate = float(values["rate"])
    path = descend(surface, surface.start, learning_rate=rate, steps=2000, precision=1e-6)
    best = descend(surface, surface.start, learning_rate=0.5, steps=2000, precision=1e-6)
    taken = len(path.points) - 1
    if path.ended != "precision":
        return Checked(False, f"With {short(rate)} it does not get there in {taken:,} steps.")
    count = "1 step" if taken == 1 else f"{taken} steps"
    told = f"With {short(rate)} it takes {count}. The best is 0.5, in {len(best.points) - 1}."
    if taken > goal["steps"]:
        wanted = f"it should take {goal['steps']} or less"
        return Checked(False, f"With {short(rate)} it takes {taken} steps; {wanted}.")
    return Checked(True, told)


def _near_the_limit(goal: Goal) -> Checked:
    if other := _other_lesson(goal):
        return other
    surface, rate = SURFACES[goal["surface"]], float(seen.lesson()["rate"])
    path = descend(surface, surface.start, learning_rate=rate, steps=goal["steps"])
    away, product = float(distances(surface, path.points[-1:])[0]), 25 * rate
    told = f"Rate × 25 = {short(product)}; after {len(path.points) - 1} steps {short(away)} away."
    return Checked(away <= ARRIVED and product >= goal["product"], f"{told} The limit is 2.")


def _arrivals(goal: Goal) -> Checked:
    if other := _other_lesson(goal):
        return other
    values = seen.lesson()
    surface = SURFACES[values["surface"]]
    arrived = [
        NAMES[name]
        for name in values["runners"]
        if score(
            surface,
            values["start"],
            name,
            values[f"rate_{name}"],
            steps=values["steps"],
            parameters={"momentum": values["momentum"]},
        ).arrival
        < float("inf")
    ]
    told = f"{len(arrived)} arrive: {', '.join(arrived)}." if arrived else "Nobody arrives yet."
    return Checked(len(arrived) >= goal["arrivals"], told)


def _robust_loss(goal: Goal) -> Checked:
    if other := _other_lesson(goal):
        return other
    values = seen.lesson()
    loss, outliers = values.get("loss"), values.get("outliers", 0)
    if outliers != goal["outliers"]:
        return Checked(False, f"There are {outliers} outliers; set {goal['outliers']}.")
    moved = moves_of_best_lines(outliers)
    best = min(moved, key=moved.__getitem__)
    told = f"With {loss} error the best line moves by {short(moved[str(loss)])}"
    return Checked(loss == best, f"{told}; the least is {short(moved[best])}.")


def _brick(goal: Goal) -> Checked:
    shown = st.query_params.get("brick", "X")
    told = f"You are at {shown.replace('_', '/')}."
    return Checked(shown == goal["brick"], told)


def _mistake(goal: Goal) -> Checked:
    chosen = st.query_params.get("mistake")
    if chosen is None:
        return Checked(False, "No mistake is chosen yet.")
    if "chain_checked" not in st.session_state:
        return Checked(False, "First press “Check every entry at this step”.")
    right = chosen == goal["mistake"]
    told = "its term adds l2 × ΣW², one number, to every entry; the derivative is l2 × W."
    return Checked(right, f"That is it: {told}" if right else "Not that one.")


def _trained(goal: Goal) -> Checked:
    wanted = goal.get("settings", {})
    tried = [
        run
        for run in seen.finished()
        if all(getattr(run.experiment, name) == value for name, value in wanted.items())
        and run.experiment.learning_rate > goal.get("above_rate", 0.0)
        and run.experiment.warmup_steps <= goal.get("most_warmup", MOST_STEPS)
    ]
    if found := next((run for run in tried if _reaches(run, goal)), None):
        return Checked(True, _about(found))
    if seen.training():
        return Checked(False, "A run of yours is still training; check again once it has ended.")
    if not tried:
        return Checked(False, "No run of yours has finished with the settings asked for.")
    return Checked(False, _about(tried[0]))


def _reaches(run: Run, goal: Goal) -> bool:
    calm = run.first_rise_at is None or not goal.get("calm")
    return bool(calm and run.train_accuracy[-1] >= goal.get("accuracy", 0.0))


def _about(run: Run) -> str:
    """Say what a run did, in a line."""
    rise = "never rises" if run.risen_at is None else f"rises at step {run.risen_at:,}"
    product = float(products(run)[0])
    experiment = run.experiment
    steps = experiment.warmup_steps
    warmup = f"{plural(steps, 'step')} of warm-up, " if steps else ""
    return (
        f"{plural(experiment.hidden, 'neuron')}, rate {short(experiment.learning_rate)}, "
        f"{warmup}{plural(experiment.steps, 'step')}: {run.train_accuracy[-1]:.1%} right, "
        f"the loss {rise}; rate × sharpness at the first step {short(product)}."
    )


def _cured(goal: Goal) -> Checked:
    if "cure" not in st.query_params:
        return Checked(False, "No cure is pressed yet.")
    newest = next(iter(seen.finished()), None)
    if newest is None or seen.training():
        return Checked(False, "A run of yours is still training; check again once it has ended.")
    return Checked(bool(newest.train_accuracy[-1] >= goal["accuracy"]), _about(newest))


CHECKS: Mapping[str, Callable[[Goal], Checked]] = {
    "arrives_within": _arrives_within,
    "near_the_limit": _near_the_limit,
    "arrivals": _arrivals,
    "robust_loss": _robust_loss,
    "brick": _brick,
    "mistake": _mistake,
    "trained": _trained,
    "cured": _cured,
}
