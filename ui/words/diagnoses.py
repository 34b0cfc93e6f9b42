"""What a diagnosis means in words: its headline, two sentences, the numbers after, the formula."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mlp import Diagnosis, Run
from mlp.analysis.diagnostics import confirming
from mlp.analysis.findings import shrinking
from mlp.analysis.stability import limit_of, products
from mlp.analysis.verdicts import (
    FLAT,
    LAST_PART,
    SATURATED_SHARE,
    STILL,
    VANISHED,
    data_losses,
    gradient_norms,
    has_learned,
    is_unsteady,
    overfits,
    recent_fall,
    rests_since,
    saturated_shares,
    went_wrong,
)
from mlp.experiment import Experiment
from ui.words import cures
from ui.words.causes import REASONS, also, named, shorter_steps
from ui.words.endings import all_points, loss_now, noise, share
from ui.words.numbers import equals, in_latex, one_minus, percent, plural, spoken, times
from ui.words.optimizers import NAMES, gauge_limit, limit_in_latex, of_a_batch
from ui.words.plain import capitalized, listed
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


def _limit(run: Run, limit: float) -> str:
    """Tell a limit; that of a first step where those after it, with a velocity, have another."""
    later = gauge_limit(run.settings_at(0))
    first = run.first_rise_at == 0 and later is not None and later > limit
    return f"{spoken(limit)}{' of a first step, from rest' if first else ''}"


def _long_step(run: Run, diagnosis: Diagnosis) -> tuple[str, str, str]:
    e = diagnosis.evidence
    text = (
        f"At step {diagnosis.step:,} learning rate × sharpness was {spoken(e['product'])}, past "
        f"the limit {_limit(run, e['limit'])}, and at step {run.risen_at:,} the loss had risen. "
        "Sharpness is how strongly the loss bends where it bends most: past the limit a step in "
        "that direction ends farther from the bottom than it began."
    )
    highest = spoken(e["highest_loss"], about=is_unsteady(run))
    details = (
        f"{loss_now(run)} From its first rise, at step {run.risen_at:,}, it was {highest} at most."
    )
    details += _clipped(e)
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


def _clipped(e: Mapping[str, float]) -> str:
    """Say how long clipping left the step whose learning rate x sharpness is told."""
    if not e.get("share_left", 1.0) < 1:
        return ""
    rate = spoken(e["share_left"] * e["learning_rate"])
    return f" That step was clipped, as short as at a learning rate of {rate}, which is counted."


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


def _saturation(run: Run, diagnosis: Diagnosis) -> tuple[str, str, str]:
    e, died = diagnosis.evidence, diagnosis.step or 0
    frame = run.frame_at(died)
    where = f"by step {died:,}," if died > 0 else "from the start"
    story = f"{where} {_flat(run, frame, e)} were saturated"
    if diagnosis.stepped_too_far:
        story = (
            f"at step {run.first_rise_at:,} learning rate × sharpness was {spoken(e['product'])}, "
            f"past the limit {_limit(run, e['limit'])}, and {story}"
        )
    elif " and " not in story:  # what stands above a player is to fit into a line
        story += ": next to no gradient comes back"
    changed = share(data_losses(run)[[frame, -1]])
    since = plural(int(run.steps[-1]) - died, "step")
    text = (
        f"{capitalized(story)}. They are so close to 0 or 1 that the sigmoid is flat and "
        f"passes hardly any gradient on: in the {since} since then the loss changed by {changed}"
        f"{_until_rest(run, frame)}.{_sharpness(diagnosis)}{_bound(run, diagnosis)}"
    )
    shares = {"hidden activations": e["hidden_share"], "outputs": e["output_share"]}
    flat = [f"of the {name} {percent(share)}" for name, share in shares.items() if share > 0]
    there = gradient_norms(run)[frame]
    details = (
        f"At the end, {' and '.join(flat)} are flat: the slope of the sigmoid, h (1 − h), is below "
        f"{FLAT:g}. The gradient was {spoken(e['first_gradient_norm'])} long at the start, "
        f"{spoken(there)} at step {died:,} and {spoken(e['gradient_norm'])} at the end; shorter "
        f"than {spoken(VANISHED * run.data.n_train)}, which is {VANISHED:g} for each training "
        f"point, it counts as vanished. {_first_weights(run)}{loss_now(run)}{_clipped(e)}"
        f"{_shorter(diagnosis)}"
    )
    return (
        text,
        details,
        r"\begin{gathered} \frac{\partial L}{\partial Z} = "
        r"\frac{\partial L}{\partial H}\, h\,(1 - h) \\ "
        rf"h\,(1 - h) < {FLAT:g} \end{{gathered}}",
    )


def _shorter(diagnosis: Diagnosis) -> str:
    """Say what shorter steps did, where they help and no step is known to have been too long."""
    trial = shorter_steps(diagnosis)
    if diagnosis.stepped_too_far or trial is None:
        return ""
    return f" In shorter steps: {cures.sentence(trial, diagnosis.trials or ())}"


def _sharpness(diagnosis: Diagnosis) -> str:
    """Say what sharpness is, where it was told."""
    if not diagnosis.stepped_too_far:
        return ""
    return " Sharpness is how strongly the loss bends where it bends most."


def _bound(run: Run, diagnosis: Diagnosis) -> str:
    """Say why a step too long ends flat here: half the squares of two errors of at most 1."""
    if not diagnosis.stepped_too_far or run.experiment.l1 or run.experiment.l2:
        return ""
    return (
        " That is how an explosion of sigmoids ends: each output is off by 1 at most, so the loss "
        "is at most 1 a point. Only with a penalty on large weights, which this run is without, "
        "can a loss go to infinity."
    )


def _flat(run: Run, frame: int, e: Mapping[str, float]) -> str:
    """Name the layers that a network ends saturated in, each with its share at a frame."""
    names = ("hidden activations", "outputs")
    ends = (e["hidden_share"], e["output_share"])
    each = [
        (now, f"{percent(now)} of the {name}")
        for name, now, end in zip(names, saturated_shares(run, frame), ends, strict=True)
        if end > SATURATED_SHARE
    ]
    most = max(now for now, _ in each)
    return listed(text for now, text in each if now >= min(most, SATURATED_SHARE))


def _until_rest(run: Run, frame: int) -> str:
    """Say from where on nothing moves any more, where that is later than the death."""
    rest = rests_since(run)
    if rest <= frame:
        return ""
    step = f"{run.steps[rest]:,}"
    return (
        f", and from step {step} on neither loss nor accuracy moves by more than {percent(STILL)}"
    )


def _first_weights(run: Run) -> str:
    if run.plan.root.init_scale <= 1:
        return ""
    return f"The first weights were {spoken(run.plan.root.init_scale)} times the usual size. "


def _penalty(run: Run, diagnosis: Diagnosis) -> tuple[str, str, str]:
    e, experiment = diagnosis.evidence, run.settings_at(diagnosis.step or 0)
    name, strength, _ = shrinking(experiment)
    said = {"l2": "l2", "weight_decay": "weight decay"}[name]
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
            " With the article’s term in place of the derivative, λ W, it goes wrong as well."
        )
    limit = limit_in_latex(experiment) or in_latex(e["limit"], 3)
    return (
        text,
        details,
        r"\begin{gathered} W - \eta\,\lambda W = (1 - \eta\,\lambda)\,W \\ "
        rf"\eta\,\lambda {_in_latex(product)} > {limit} \end{{gathered}}",
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
        "The article adds one number, l2 ΣW², to every entry of the gradient, where the derivative "
        "of the penalty is l2 W. The same run with the derivative, everything else equal, was "
        f"trained as far, and its loss there is {spoken(e['derived_loss'])}."
    )
    return (
        text,
        loss_now(run),
        r"\begin{gathered} \frac{\partial}{\partial W}\,\frac{\lambda}{2}\textstyle\sum W^2"
        r" = \lambda W \quad\text{(derived)} \\ "
        r"\neq\; \lambda \textstyle\sum W^2 \quad\text{(published)} \end{gathered}",
    )


_BY_CAUSE: Mapping[str | None, Callable[[Run, Diagnosis], tuple[str, str, str]]] = {
    None: _nothing,
    "step_too_long": _long_step,
    "saturation": _saturation,
    "penalty_step_too_long": _penalty,
    "article_l2": _article,
}
