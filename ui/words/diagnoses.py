"""What a diagnosis means in words: its headline, two sentences, the numbers after, the formula."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mlp import Diagnosis, Run
from mlp.analysis.diagnostics import confirming
from mlp.analysis.findings import shrinking
from mlp.analysis.stability import limit_of, products
from mlp.analysis.verdicts import (
    LAST_PART,
    STILL,
    has_learned,
    is_unsteady,
    overfits,
    recent_fall,
    went_wrong,
)
from mlp.experiment import Experiment
from ui.words import cures, deaths, limits
from ui.words.causes import REASONS, also, named
from ui.words.endings import all_points, loss_now, noise
from ui.words.numbers import equals, in_latex, one_minus, percent, plural, spoken, times
from ui.words.optimizers import NAMES, limit_in_latex, of_a_batch
from ui.words.plain import capitalized
from ui.words.stories import headline

ABOUT = (
    "“About”: once training is unstable, rounding decides the digits. On another processor the "
    "same run shows slightly different ones."
)


@dataclass(frozen=True)
class Explanation:
    """A diagnosis in words.

    ``headline`` tells the whole story in a line, ``text`` what happened and what that means in two
    sentences, ``details`` the numbers, and ``formula`` is LaTeX or "". ``icon`` is a check mark
    where the network learned and nothing went wrong.
    """

    headline: str
    text: str
    details: str
    formula: str
    icon: str


def explain(run: Run, diagnosis: Diagnosis) -> Explanation:
    """Put a diagnosis into words, every number from the run itself."""
    told = headline(run, diagnosis.verdict)
    if diagnosis.cause is not None:
        told += f" – {named(run, diagnosis)}"
    text, details, formula = _BY_CAUSE.get(diagnosis.cause, _reason)(run, diagnosis)
    well = diagnosis.cause is None and has_learned(run) and not overfits(run)
    icon = ":material/check_circle:" if well else ":material/warning:"
    return Explanation(told, text, f"{details}{also(diagnosis)}", formula, icon)


# --- what happened, cause by cause


def _nothing(run: Run, diagnosis: Diagnosis) -> tuple[str, str, str]:
    last = int(run.steps[-1])
    if run.first_rise_at is None:
        how = f"The loss never rose in {plural(last, 'step')}"
    else:
        how = (
            f"The loss rose {times(int(run.rises.sum()))} in {plural(last, 'step')}, first at step "
            f"{run.risen_at:,}, {_why_it_rose(run)}"
        )
    unknown = diagnosis.trials is None and diagnosis.verdict in OPEN
    end = "What would do better is not known yet." if unknown else _end(run, diagnosis)
    room = _room(run) if has_learned(run) else ""
    return f"{how}. {end}", f"{loss_now(run)}{room}{all_points(diagnosis)}", ""


def _end(run: Run, diagnosis: Diagnosis) -> str:
    """Say whether the loss still moved when the run ended, or what was tried in vain."""
    if diagnosis.verdict == "exploding":
        return _huge(run)
    if diagnosis.verdict in _IN_VAIN:
        return _in_vain(diagnosis)
    if diagnosis.verdict == "saturated":
        return "It learns no more: next to no gradient comes back."
    fell = recent_fall(run)
    longer = next((each for each in diagnosis.trials or () if each.name == "more_steps"), None)
    if abs(fell) <= STILL and longer is not None and longer.helps:
        return f"At the end it is slow, yet more steps help: {cures.effect(longer)}."
    if abs(fell) <= STILL:
        return "At the end it has all but stopped: the last tenth of the steps changed little."
    part = "over the last tenth of the steps" if run.steps[-1] >= TENTHS else "at its last step"
    moved = f"by {percent(abs(fell))} {part}"
    return f"It was still {'falling' if fell > 0 else 'rising'} at the end, {moved}."


def _room(run: Run) -> str:
    """Say by how much the steps stayed below their limit, where that was a lot."""
    limit, highest = limit_of(run.experiment), float(products(run).max())
    guide_only = run.experiment.takes_mini_batches or run.experiment.clip_norm > 0
    if went_wrong(run) or guide_only or not 0 < ROOM * highest < limit < np.inf:
        return ""
    times = int(limit / highest)
    return (
        f" Learning rate × sharpness was {spoken(highest)} at most, of a limit of "
        f"{spoken(limit)}: at these weights, steps {times} times as long would keep below it."
    )


TENTHS = 10  # steps: fewer have no tenth
ROOM = 3  # times as long: from there on it is worth saying
# These verdicts are explained by what was tried, once it was.
OPEN = ("stuck", "oscillating", "non_finite")


# What no change did that was tried.
_IN_VAIN: Mapping[str, str] = {
    "stuck": "makes it learn",
    "oscillating": "calms it",
    "non_finite": "keeps it finite",
}


def _in_vain(diagnosis: Diagnosis) -> str:
    """Say what the changes that were tried did not do, and that some help all the same."""
    swings = "It still swings at the end" if diagnosis.verdict == "oscillating" else ""
    if not diagnosis.trials:
        untried = "no change of the settings could be tried in the time that trials may take"
        return f"{swings}." if swings else f"{capitalized(untried)}."
    wanted = _IN_VAIN[diagnosis.verdict]
    helps = any(trial.helps or trial.gets_more_right for trial in diagnosis.trials)
    told = f"no change of the settings that was tried {wanted}{' in full' if helps else ''}"
    if not all(trial.whole for trial in diagnosis.trials):
        told += ", as far as each was tried"
    return f"{swings}, and {told}." if swings else f"{capitalized(told)}."


def _huge(run: Run) -> str:
    """Say of huge weights whether they still grow, over the last tenth of the steps."""
    largest = np.abs(run.w[run.steps >= (1 - LAST_PART) * run.steps[-1]]).max(axis=1)
    if largest[-1] > (1 + STILL) * largest[0]:
        return "The weights still grow at the end."
    return f"At the end the weights stand still, up to {spoken(largest[-1])} large."


def _why_it_rose(run: Run) -> str:
    experiment = run.experiment
    if experiment.takes_mini_batches:
        return (
            f"as it may with mini-batches, here {experiment.batch_size} of {experiment.n_train} "
            "points: what lowers the loss of a few may raise that of all, which is called noise"
        )
    if experiment.first_layer_rate != 1:
        return "as it may where the two layers take steps of different lengths"
    if limit_of(experiment) == np.inf:
        name = NAMES[experiment.optimizer]
        return f"as it may with {name}, which scales the step of each weight and has no fixed limit"
    if experiment.l1 > 0:
        return "as it may with L1, which moves every weight by the same length at each step"
    if experiment.optimizer != "gradient_descent":
        return "as it may with momentum, which carries on past where the loss is lowest"
    return "though no step was past its limit"


def _reason(run: Run, diagnosis: Diagnosis) -> tuple[str, str, str]:
    """Tell a reason with the trial that confirmed it."""
    best, cause = confirming(run, diagnosis), diagnosis.cause or ""
    reason = REASONS[cause](run.settings_at(0)).removesuffix(".")
    text = f"{reason}{noise(run, cause)}."
    if best is not None:
        text += f" {cures.sentence(best, diagnosis.trials or ())}"
    return text, f"{loss_now(run)}{all_points(diagnosis)}", ""


def _long_step(run: Run, diagnosis: Diagnosis) -> tuple[str, str, str]:
    e = diagnosis.evidence
    text = (
        f"At step {diagnosis.step:,} learning rate × sharpness was {spoken(e['product'])}, past "
        f"the limit {limits.limit(run, e['limit'])}, and at step {run.risen_at:,} the loss had "
        "risen. "
        "Sharpness is how strongly the loss bends where it bends most: past the limit a step in "
        "that direction ends farther from the bottom than it began."
    )
    highest = spoken(e["highest_loss"], about=is_unsteady(run))
    details = (
        f"{loss_now(run)} From its first rise, at step {run.risen_at:,}, it was {highest} at most."
    )
    details += limits.clipped(e)
    passed = _passed_before(run, diagnosis)
    if passed is not None:
        details += (
            f" The limit had been passed by step {passed:,}{_and_before(run, e['limit'], passed)}: "
            "the swing begins too small to raise the loss, and grows from step to step until it "
            "does."
        )
    if e["guide_only"]:
        batch = of_a_batch(run.settings_at(diagnosis.step or 0))
        details += (
            f" The sharpness is that of a mini-batch, {batch}: a single batch may pass the limit "
            "sooner or later."
        )
    limit = limit_in_latex(run.experiment)
    if e["limit"] != limit_of(run.experiment):  # of a first step, from rest
        limit = in_latex(e["limit"], 3)
    return (
        text,
        details,
        rf"\begin{{gathered}} {_product(e)} > {limit} \end{{gathered}}",
    )


def _passed_before(run: Run, diagnosis: Diagnosis) -> int | None:
    """Return the recorded step from which the product stayed past its limit up to the rise.

    None where that is the step of the rise itself, or the one recorded before it.
    """
    limit = diagnosis.evidence["limit"]
    before = np.flatnonzero(run.steps <= (diagnosis.step or 0))
    below = before[products(run)[before] <= limit]
    first = int(below[-1]) + 1 if len(below) else 0
    return int(run.steps[first]) if first < len(before) - 2 else None


def _and_before(run: Run, limit: float, passed: int) -> str:
    """Say where the product had been past its limit before, and came back."""
    beyond = (run.steps < passed) & (products(run) > limit)
    return (
        f" (and before, for a time, at step {run.steps[np.argmax(beyond)]:,})"
        if beyond.any()
        else ""
    )


def _in_latex(value: float) -> str:
    sign = "=" if equals(value, f"{value:.3g}").startswith("=") else r"\approx"
    return f"{sign} {in_latex(value, 3)}"


def _product(e: Mapping[str, float]) -> str:
    """Write learning rate x sharpness out; the operands are rounded where ≈ stands before them."""
    rate = e["share_left"] * e["learning_rate"]
    shown = rf"{in_latex(rate, 3)} \times {in_latex(e['sharpness'], 4)}"
    exact = float(f"{rate:.3g}") == rate and float(f"{e['sharpness']:.4g}") == e["sharpness"]
    sign = "=" if exact else r"\approx"
    return rf"\eta\,\lambda_{{\max}} {sign} {shown} \\ {_in_latex(e['product'])}"


def _penalty(run: Run, diagnosis: Diagnosis) -> tuple[str, str, str]:
    e, experiment = diagnosis.evidence, run.settings_at(diagnosis.step or 0)
    name, strength, _ = shrinking(experiment)
    said = {"l2": "l2", "weight_decay": "weight decay"}[name]
    letter = {"l2": r"\text{l2}", "weight_decay": r"\lambda"}[name]
    product = e["penalty_product"]
    text = (
        f"At step {diagnosis.step:,} learning rate × {said} is {spoken(e['learning_rate'])} × "
        f"{spoken(strength)} {equals(product, spoken(product))}, past the limit "
        f"{spoken(e['limit'])}. The penalty pulls every weight towards 0, in proportion to its "
        "size: past the limit the pull overshoots, and ends farther away on the other side."
    )
    details = loss_now(run)
    whole = float(products(run)[run.frame_at(diagnosis.step or 0)])
    if name == "l2" and product < whole < np.inf:
        details = (
            f"Learning rate × sharpness, {spoken(whole)} there, counts the curvature of the data "
            f"as well. {details}"
        )
    if _is_multiplied(experiment):
        details = (
            f"The penalty’s part of each step multiplies every weight by {one_minus(product)}, "
            f"whatever the data. {details}"
        )
    if experiment.l2_gradient == "article" and name == "l2":
        details += (
            " With the article’s term in place of the derivative, l2 W, it goes wrong as well."
        )
    limit = limit_in_latex(experiment) or in_latex(e["limit"], 3)
    return (
        text,
        details,
        rf"\begin{{gathered}} W - \eta\,{letter}\,W = (1 - \eta\,{letter})\,W \\ "
        rf"\eta\,{letter} {_in_latex(product)} > {limit} \end{{gathered}}",
    )


def _is_multiplied(experiment: Experiment) -> bool:
    """Whether every step multiplies the weights by 1 - learning rate x l2, the same each time."""
    steady = experiment.schedule == "constant" and experiment.warmup_steps == 0
    if experiment.optimizer == "adamw":
        return steady
    plain = experiment.optimizer == "gradient_descent" and experiment.l2_gradient == "derived"
    alike = experiment.first_layer_rate == 1
    return plain and steady and alike and experiment.clip_norm == 0


def _article(run: Run, diagnosis: Diagnosis) -> tuple[str, str, str]:
    e = diagnosis.evidence
    text = (
        "The article adds one number, l2 ΣW² of its layer, to every entry of a layer’s gradient, "
        "where the derivative of the penalty is l2 W. The same run with the derivative, everything "
        f"else equal, was trained as far, and its loss there is {spoken(e['derived_loss'])}."
    )
    return (
        text,
        loss_now(run),
        r"\begin{gathered} \frac{\partial}{\partial W}\,\frac{\text{l2}}{2}\textstyle\sum W^2"
        r" = \text{l2}\,W \quad\text{(derived)} \\ "
        r"\neq\; \text{l2} \textstyle\sum W^2 \quad\text{(published)} \end{gathered}",
    )


_BY_CAUSE: Mapping[str | None, Callable[[Run, Diagnosis], tuple[str, str, str]]] = {
    None: _nothing,
    "step_too_long": _long_step,
    "saturation": deaths.told,
    "penalty_step_too_long": _penalty,
    "article_l2": _article,
}
