"""Whether a step's task is done: computed from what the visitor has set, trained or pressed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from mlp import Experiment, Run
from mlp.analysis.stability import limit_of, products
from mlp.chain_rule.gradient_check import compare
from mlp.chain_rule.mistakes import MISTAKES, Mistake, wrong_gradient
from mlp.experiment import MOST_STEPS
from mlp.surfaces.best_rate import ARRIVED, distances, score
from mlp.surfaces.surfaces import SURFACES, descend, first_outside
from mlp.training.inputs import initial_weights, make_data, make_objective
from ui.address.address import given_on
from ui.course import momentum, progress, seen
from ui.course.truths import LIMIT, WHY, first_gradient, moves_of_best_lines, why_they_move
from ui.jobs import runs
from ui.words import cures
from ui.words.gradients import off_by
from ui.words.losses import within_a_sentence
from ui.words.numbers import equals, how_far, plural, short
from ui.words.optimizers import NAMES

Goal = Mapping[str, Any]


@dataclass(frozen=True)
class Checked:
    """Whether it is done, and a sentence with the numbers that say so.

    ``waits`` says that it cannot be judged yet: something is still training, or tried.
    """

    done: bool
    told: str
    waits: bool = False


BOTH_WAYS = (
    "In dL/dH1 what comes back from both outputs, each times the weight on its way, is added in "
    "every hidden neuron."
)
TRAINS = Checked(False, "It still trains: it is checked when it is whole.", waits=True)


def _other_lesson(goal: Goal) -> Checked | None:
    """Say where to go, where another lesson is shown than the one that the task is about."""
    shown = seen.lesson()
    same = all(shown.get(name) == goal[name] for name in ("lesson", "surface") if name in goal)
    told = "This is another scene than the step’s: “Back to the scene” leads there."
    return None if same else Checked(False, told)


def _start() -> tuple[float, ...]:
    """Return where the descent that is shown starts: a tap or click on its picture moves it."""
    return tuple(float(x) for x in np.atleast_1d(seen.lesson()["start"]))


def _arrives_within(goal: Goal) -> Checked:
    if other := _other_lesson(goal):
        return other
    surface, rate, start = SURFACES[goal["surface"]], float(seen.lesson()["rate"]), _start()
    path = descend(surface, start, learning_rate=rate, steps=2000, precision=1e-6)
    best = descend(surface, start, learning_rate=0.5, steps=2000, precision=1e-6)
    taken = len(path.points) - 1
    told = f"From x = {short(start[0])}, with a rate of {short(rate)}, it"
    factor = equals(1 - 2 * rate, short(1 - 2 * rate)).replace("-", "−")
    advice = (
        f"A step multiplies x by 1 − 2 × rate {factor}: try a rate that brings this nearer to 0."
    )
    if path.ended != "precision":
        return Checked(False, f"{told} does not get there in {taken:,} steps. {advice}")
    if taken > goal["steps"]:
        wanted = f"it should take {goal['steps']} or less"
        return Checked(False, f"{told} takes {taken} steps; {wanted}. {advice}")
    fewest = len(best.points) - 1
    told = f"{told} takes {plural(taken, 'step')}"
    if taken == fewest:
        return Checked(True, f"{told}: no rate does it in fewer.")
    return Checked(True, f"{told}. The best rate, 0.5, takes {fewest}.")


def _near_the_limit(goal: Goal) -> Checked:
    if other := _other_lesson(goal):
        return other
    surface, rate, start = SURFACES[goal["surface"]], float(seen.lesson()["rate"]), _start()
    path = descend(surface, start, learning_rate=rate, steps=goal["steps"])
    away, product = float(distances(surface, path.points[-1:])[0]), 25 * rate
    where = f"it is {how_far(away, float(np.linalg.norm(start)), 'the minimum')}"
    at = f"after {len(path.points) - 1} steps {where}"
    if path.ended == "left_domain":
        outside = first_outside(surface, path.points) or 0
        at = f"after {plural(outside, 'step')} it is outside of the map"
    told = f"Rate × 25 = {short(product)}; {at}."
    if product < goal["product"]:
        return Checked(False, f"{told} Go higher: a rate more than 10 % above it still arrives.")
    if away > ARRIVED:
        return Checked(False, f"{_swings(product)} {at.capitalize()}. Go a little lower.")
    return Checked(True, f"{told} From 2 on, the limit, it would not come to rest.")


def _swings(product: float) -> str:
    """Say by what a step multiplies x1 where the rate is too high, and what that comes to."""
    factor = 1 - product
    told = f"A step multiplies x1 by 1 − Rate × 25 {equals(factor, short(factor))}"
    if factor < -1:
        return (
            f"{told}: its size is past 1, so each swing is wider than the last. Rate × 25 must "
            "stay below 2."
        )
    if factor == -1:
        return f"{told}: it swings on for ever; Rate × 25 is at the limit, 2."
    return f"{told}: its size is below 1, so the swings shrink, but too slowly."


def _rivals(goal: Goal) -> Checked:
    if other := _other_lesson(goal):
        return other
    values = seen.lesson()
    surface, runners = SURFACES[values["surface"]], values["runners"]
    if tuple(values["start"]) != tuple(surface.start) or values["momentum"] != goal["momentum"]:
        return Checked(False, "Start or momentum were changed: “Back to the scene” resets them.")
    steps = {
        name: score(
            surface,
            values["start"],
            name,
            values[f"rate_{name}"],
            steps=values["steps"],
            parameters={"momentum": values["momentum"]},
        ).arrival
        for name in dict.fromkeys([*goal["field"], *runners])
    }
    each = [
        f"{NAMES[name]} {_when(steps[name])} (rate {short(values[f'rate_{name}'])})"
        for name in sorted(runners, key=steps.__getitem__)
    ]
    told, advice = f"In the race: {', '.join(each)}.", _advice_on_rivals(steps, runners, goal)
    if advice:
        return Checked(False, f"{advice}{WHY}{told}")
    sooner, plain = steps[goal["sooner"]], steps["gradient_descent"]
    first = (
        f"Only {NAMES[goal['sooner']]} beats plain gradient descent: it is there at step "
        f"{sooner:.0f}, plain descent at step {plain:.0f}."
    )
    late, _, more = momentum.why_late(
        surface,
        beta=values["momentum"],
        rate=values["rate_gradient_descent"],
        own_rate=values["rate_momentum"],
        arrived=steps["momentum"],
    ).partition(WHY)
    return Checked(True, f"{first} {late}".rstrip() + f"{WHY}{told}{WHY}{more}".rstrip())


def _when(step: float) -> str:
    return f"at step {step:.0f}" if np.isfinite(step) else "not in time"


def _advice_on_rivals(steps: Mapping[str, float], runners: Sequence[str], goal: Goal) -> str:
    """Say what is still wrong with who is in the race, and at which rates; "" if nothing is."""
    plain, sooner = steps["gradient_descent"], goal["sooner"]
    faster = [name for name, step in steps.items() if step < plain and name != sooner]
    late = [name for name in runners if name not in ("gradient_descent", sooner)]
    if "gradient_descent" not in runners:
        return "Put gradient descent back: the others are held against it."
    if faster or not np.isfinite(plain):
        arrives = f"arrives {_when(plain)}" if np.isfinite(plain) else "does not arrive in time"
        return (
            f"At its present rate plain gradient descent {arrives}. That is no fair comparison: "
            "find each one’s best rate first."
        )
    if sooner not in runners:
        return (
            "One that you took out is sooner than plain gradient descent once it has its best "
            "rate: put the others back, find every best rate, and compare."
        )
    if late:
        return _advice_on_late(len(late), plain, sooner_is_late=steps[sooner] >= plain)
    if steps[sooner] >= plain:
        return f"{NAMES[sooner]} is not sooner at its rate: find its best."
    return ""


def _advice_on_late(late: int, plain: float, *, sooner_is_late: bool) -> str:
    """Say how to find those in the race who are not sooner than plain gradient descent."""
    if sooner_is_late:
        return (
            f"At their rates none of these {late + 1} is sooner than plain gradient descent: "
            "find each one’s best, and compare."
        )
    some, them = ("One", "it") if late == 1 else (f"{late}", "them")
    return (
        f"{some} of these {late + 1} {'is' if late == 1 else 'are'} not sooner than plain gradient "
        f"descent, there {_when(plain)}: compare the steps, under “Why”, and take {them} out."
    )


def _robust_loss(goal: Goal) -> Checked:
    if other := _other_lesson(goal):
        return other
    values = seen.lesson()
    loss, outliers = values.get("loss"), values.get("outliers", 0)
    if outliers != goal["outliers"]:
        return Checked(
            False, f"You have {plural(outliers, 'outlier')}: set {goal['outliers']}, in the panel."
        )
    moved = moves_of_best_lines(outliers)
    best = min(moved, key=moved.__getitem__)
    told = f"With {within_a_sentence(str(loss))} the best line moves by {short(moved[str(loss)])}, "
    told = f"{told}in slope and intercept together"
    if loss == best:
        told = f"{told}: the least of the {len(moved)} losses."
        return Checked(True, f"{told}{WHY}{why_they_move(outliers)}")
    return Checked(False, f"{told}. Under another loss it moves less.")


def _brick(goal: Goal) -> Checked:
    shown = str(given_on("chain_rule").get("brick", "X"))
    told = f"You are at {shown.replace('_', '/')}."
    if shown == goal["brick"]:
        return Checked(True, BOTH_WAYS)
    if not shown.startswith("d"):
        where = "You are past it: go back" if shown in goal["after"] else "It is further on"
        return Checked(False, f"{told} {where}: the slopes come in the backward pass.")
    if shown in goal["before"]:
        advice = "It is further on: so far each way has been walked for itself."
    else:
        advice = "It is further back: here both ways have been added already."
    return Checked(False, f"{told} {advice}")


def _mistake(goal: Goal) -> Checked:
    chosen = given_on("chain_rule").get("mistake")
    if "chain_checked" not in st.session_state:
        return Checked(False, "First press “Check every entry at this step”.")
    if chosen is None:
        return Checked(False, "No line is chosen yet.")
    experiment = Experiment(**goal["settings"])
    if chosen == goal["mistake"]:
        told = (
            "That is it: to all slopes of a layer it adds one number, l2 × the sum of the layer’s "
            "squares. That lowers every weight; once below 0 its square grows, and so the number."
        )
        return Checked(True, f"{told}{WHY}{_why_it_runs_away(experiment)}")
    return Checked(False, f"Not that one. {_errors(experiment, MISTAKES[chosen])}")


def _why_it_runs_away(experiment: Experiment) -> str:
    """Say what the article's term is beside a step far too long, then what it does to W1."""
    squares = float(np.sum(runs.untrained(experiment).W1[0] ** 2))
    push = experiment.learning_rate * experiment.l2 * squares
    return (
        "In step 9 a step far too long threw sigmoids to where they are flat: its loss is at most "
        "1 per point, and the network dies. This wrong derivative grows with the weights and knows "
        f"no such bound: it drives them to infinity.{WHY}The sum of the squares of W1 is "
        f"{short(squares)} at first. The line’s part of the first step lowers each of its weights "
        f"by rate × l2 × sum = {short(experiment.learning_rate)} × {short(experiment.l2)} × "
        f"{short(squares)} ≈ {short(push, 2)}. The penalty’s true slope, l2 × w, draws each "
        "towards 0."
    )


def _errors(experiment: Experiment, mistake: Mistake) -> str:
    """Say by how much the first gradient is off with a mistake, and by how much the article's is.

    Both against central differences.
    """
    fitted = mistake.fitted(experiment)
    if fitted != experiment.replace(l2_gradient="derived"):
        told = "This network cannot make that mistake."
    else:
        objective, w = make_objective(fitted, make_data(fitted)), initial_weights(fitted)
        compared = compare(objective, w, wrong_gradient(mistake, objective, w))
        told = f"It would be off {off_by(compared)}."
    article = first_gradient(runs.untrained(experiment))
    return (
        f"{told} The article’s gradient is off {off_by(article)}. Which line adds nearly one "
        "number to all slopes of W1?"
    )


def _trained(goal: Goal) -> Checked:
    wanted = goal.get("settings", {})
    tried = [
        run
        for run in seen.finished()
        if all(getattr(run.experiment, name) == value for name, value in wanted.items())
        and run.experiment.warmup_steps >= goal.get("least_warmup", 0)
    ]
    tried.sort(key=lambda run: not _is_set_now(run))
    if found := next((run for run in tried if _reaches(run, goal)), None):
        told = f"{_with_cure(found)}{_about(found)}"
        if found is not tried[0] and _is_set_now(tried[0]):
            told = f"By an earlier run: {told} Not by what is set now: {_about(tried[0])}"
        return Checked(True, f"{told}{_why(found)}")
    if seen.training():
        return TRAINS
    if not tried:
        with_them = f" with {goal['said']}" if "said" in goal else ""
        return Checked(False, f"No run of yours has finished{with_them}. Train one first.")
    did = _about(tried[0], tells_rise="calm" in goal)
    return Checked(False, f"{did} {_advice(tried[0], goal)}{_why(tried[0])}")


def _is_set_now(run: Run) -> bool:
    """Whether a run is the one on the screen: that of the cure that plays, or of the settings."""
    name = given_on("train").get("cure")
    cured = None if name is None else seen.cured(name)
    shown = seen.experiment() if cured is None else cured.experiment
    return run.experiment == shown


def _reaches(run: Run, goal: Goal) -> bool:
    calm = run.first_rise_at is None or not goal.get("calm")
    bold = run.experiment.learning_rate > goal.get("above_rate", 0.0)
    brief = run.experiment.warmup_steps <= goal.get("most_warmup", MOST_STEPS)
    return bool(calm and bold and brief and run.train_accuracy[-1] >= goal.get("accuracy", 0.0))


def _advice(run: Run, goal: Goal) -> str:
    """Say what to try next, where a run does not reach the goal."""
    experiment = run.experiment
    if goal.get("calm") and run.first_rise_at is not None:
        limit = 2 / float(run.sharpness[0])
        lower = f"Try a rate below 2 / sharpness, {short(limit)} at the first step."
        lower = lower if experiment.learning_rate > limit else "Try a lower rate."
        return "Try a longer warm-up." if experiment.warmup_steps else lower
    if experiment.learning_rate <= goal.get("above_rate", 0.0):
        return f"Try a rate above {short(goal['above_rate'])}."
    if experiment.warmup_steps > goal.get("most_warmup", MOST_STEPS):
        return f"Try a shorter warm-up: {goal['most_warmup']:,} steps or fewer."
    return _advice_to_learn(run, goal)


def _advice_to_learn(run: Run, goal: Goal) -> str:
    """Say what to try next, where too few points are right."""
    verdict = runs.first_look_of(run).verdict
    asked = f"{goal['accuracy']:.0%} are asked for"
    if verdict == "learning":
        return f"{asked}; its loss still falls at the end: try more steps, or more neurons."
    if verdict in ("converged", "stuck"):
        return f"{asked}; its loss hardly falls any more: try more neurons, or other first weights."
    return f"{asked}: try a lower rate."


def _about(run: Run, *, tells_rise: bool = True) -> str:
    """Say what a run did, in a line."""
    rise = "never rises" if run.risen_at is None else f"rises at step {run.risen_at:,}"
    rise = f", the loss {rise}" if tells_rise else ""
    experiment = run.experiment
    steps = experiment.warmup_steps
    warmup = f"{plural(steps, 'step')} of warm-up, " if steps else ""
    return (
        f"{plural(experiment.hidden, 'neuron')}, rate {short(experiment.learning_rate)}, "
        f"{warmup}{plural(experiment.steps, 'step')}: {run.train_accuracy[-1]:.1%} right{rise}."
    )


def _with_cure(run: Run) -> str:
    """Say that a run is that of the cure that plays, and what more neurons are good for."""
    name = given_on("train").get("cure")
    cured = None if name is None else seen.cured(name)
    if name is None or cured is None or cured.experiment != run.experiment:
        return ""
    told, lines = f"With the cure “{cures.label(name, run.experiment)}”", run.experiment.hidden
    if lines > seen.experiment().hidden:
        told = (
            f"{told}, each hidden neuron draws a line, and there are {lines} to combine in place "
            f"of {seen.experiment().hidden}"
        )
    return f"{told}: "


def _why(run: Run) -> str:
    """Return, as reasons, how near to the limit a run began, and why it may have passed it.

    "" where no step has said yet what sharpness is.
    """
    if not progress.tells_sharpness():
        return ""
    product = short(float(products(run)[0]))
    clipped = ", with the step as short as clipping left it" if run.experiment.clip_norm else ""
    why = f"Rate × sharpness at the first step is {product}{clipped}. {past_the_limit(run)}"
    return f"{WHY}{why}".rstrip()


def past_the_limit(run: Run) -> str:
    """Say why a run learned although rate × sharpness was past 2; "" where it was not, or did not.

    Only of steps along the gradient of all points, whose limit is 2.
    """
    experiment, product = run.experiment, products(run)
    past = np.flatnonzero(product > LIMIT)
    if limit_of(experiment) != LIMIT or experiment.takes_mini_batches:
        return ""
    if not len(past) or past[-1] == len(product) - 1:
        return ""
    at, back = int(past[np.argmax(product[past])]), int(past[-1]) + 1
    if not (run.loss[-1] < run.loss[at] and run.sharpness[back] < run.sharpness[at]):
        return ""
    return (
        f"At step {run.steps[at]:,} it was {short(float(product[at]))}, past the limit 2. Yet "
        f"the loss came down, from {short(float(run.loss[at]))} there to "
        f"{short(float(run.loss[-1]))}. The limit is that of a quadratic surface, whose sharpness "
        f"stays as it is. Here it fell from {short(float(run.sharpness[at]))} to "
        f"{short(float(run.sharpness[back]))}. At all steps shown from {run.steps[back]:,} on "
        "the product is below 2."
    )


def _cured(goal: Goal) -> Checked:
    name = given_on("exploding").get("cure")
    if name is None and not seen.training():
        told = "No cure is pressed yet: those that help stand beside the diagnosis."
        if seen.trying():
            told = "No cure is pressed yet: it is still being tried what helps."
        return Checked(False, told, waits=seen.trying())
    run = None if name is None else seen.cured(name)
    if name is None or run is None:
        return TRAINS
    told = f"With the cure “{cures.label(name, run.experiment)}”: {_about(run)}"
    if other := _other_rate(run, goal):
        return Checked(False, f"{told} {other}{_why(run)}")
    if run.train_accuracy[-1] >= goal["accuracy"]:
        return Checked(True, f"{told}{_why(run)}")
    advice = f"{goal['accuracy']:.0%} are asked for: press another cure."
    return Checked(False, f"{told} {advice}{_why(run)}")


def _other_rate(run: Run, goal: Goal) -> str:
    """Say that a cure has changed the rate that is to stay; "" where it has not."""
    rate = run.experiment.learning_rate
    if rate == goal["learning_rate"]:
        return ""
    return (
        f"It lowers the rate to {short(rate)}. “Show the run alone” brings the others back: press "
        f"one that keeps {goal['learning_rate']}."
    )


CHECKS: Mapping[str, Callable[[Goal], Checked]] = {
    "arrives_within": _arrives_within,
    "near_the_limit": _near_the_limit,
    "rivals": _rivals,
    "robust_loss": _robust_loss,
    "brick": _brick,
    "mistake": _mistake,
    "trained": _trained,
    "cured": _cured,
}
