"""What a diagnosis means in words: two sentences with this run's numbers, and the formula."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mlp import Diagnosis, Experiment, Run
from mlp.analysis.cures import outcome, typical_loss
from mlp.analysis.diagnostics import FLAT, VANISHED, highest_after_rise, limit_of, shrinking
from ui.words.numbers import short
from ui.words.optimizers import NAMES, limit_in_latex

VERDICTS: Mapping[str, str] = {
    "learning": "Still learning",
    "converged": "Learned",
    "stuck": "Stuck",
    "oscillating": "Oscillating",
    "saturated": "Dead: saturated",
    "non_finite": "Ran to infinity",
}
CAUSES: Mapping[str | None, str] = {
    None: "",
    "step_too_long": "the step is too long for the curvature",
    "saturation": "the gradient has vanished in saturated units",
    "penalty_step_too_long": "the penalty’s step is too long",
    "article_l2": "the article’s L2 term is not a gradient",
}
CURES: Mapping[str, str] = {
    "lower_rate": "Lower the learning rate",
    "decay": "Let the rate decay (cosine)",
    "warm_up": "Warm up",
    "clipping": "Clip the gradient",
    "smaller_weights": "Start from smaller weights",
    "smaller_l2": "Lower l2",
    "smaller_weight_decay": "Lower the weight decay",
    "derived_gradient": "Use the derivative",
    "hundredth_of_l2": "The article’s cure: l2 / 100",
}


@dataclass(frozen=True)
class Explanation:
    """A diagnosis in words: a headline, what happened, and the formula in LaTeX or ""."""

    headline: str
    text: str
    formula: str


def explain(run: Run, diagnosis: Diagnosis) -> Explanation:
    """Put a diagnosis into words, every number from the run itself."""
    headline = VERDICTS[diagnosis.verdict]
    if diagnosis.cause is not None:
        headline += f" – {CAUSES[diagnosis.cause]}"
    text, formula = _BY_CAUSE[diagnosis.cause](run, diagnosis)
    return Explanation(headline, text, formula)


def _nothing(run: Run, diagnosis: Diagnosis) -> tuple[str, str]:
    last = run.steps[-1]
    if run.first_rise_at is None:
        how = f"The loss never rose in {last:,} steps"
    else:
        how = (
            f"The loss rose first after step {run.first_rise_at:,}, and "
            f"{int(run.rises.sum()):,} times in {last:,} steps, {_why_it_rose(run)}"
        )
    if diagnosis.verdict == "stuck":
        how += ", but it has all but stopped falling"
    return (
        f"{how}. It went from {short(run.loss[0])} to {short(run.loss[-1])}, and "
        f"{run.train_accuracy[-1]:.1%} of the training points are classified right.",
        "",
    )


def _why_it_rose(run: Run) -> str:
    if run.experiment.takes_mini_batches:
        return "as it may with mini-batches, whose steps lower the loss of a few points at a time"
    if run.experiment.first_layer_rate != 1:
        return "as it may where the two layers take steps of different lengths"
    if limit_of(run.experiment) == np.inf:
        name = NAMES[run.experiment.optimizer]
        return f"as it may with {name}, which scales the step of each weight and has no fixed limit"
    return "by none of the four known causes"


def _long_step(run: Run, diagnosis: Diagnosis) -> tuple[str, str]:
    e = diagnosis.evidence
    text = (
        f"At step {diagnosis.step:,} learning rate × sharpness was {short(e['product'])}, past the "
        f"limit {e['limit']:g}: a direction had become unstable, and after that step the loss rose "
        f"for the first time. From there it reached {short(e['highest_loss'])} at most and ended "
        f"at {short(run.loss[-1])}; it started from {short(run.loss[0])}."
    )
    if e["guide_only"]:
        text += (
            f" The sharpness is that of all points, and a step takes {run.experiment.batch_size} "
            f"of {run.data.n_train}: with mini-batches the limit is a guide only."
        )
    return text, (
        rf"\begin{{gathered}} {_product(e)} > {limit_in_latex(run.experiment)} \end{{gathered}}"
    )


def _product(e: Mapping[str, float]) -> str:
    return (
        rf"\eta\,\lambda_{{\max}} = {e['learning_rate']:.3g} \times {e['sharpness']:.4g} \\ "
        rf"= {e['product']:.3g}"
    )


def _saturation(run: Run, diagnosis: Diagnosis) -> tuple[str, str]:
    e = diagnosis.evidence
    text = (
        f"From step {diagnosis.step:,} on the gradient is shorter than {VANISHED:g} a sample: its "
        f"norm went from {short(e['first_gradient_norm'])} to {short(e['gradient_norm'])}. "
        f"{e['hidden_share']:.0%} of the hidden activations and {e['output_share']:.0%} of the "
        f"outputs are flat, h (1 − h) < {FLAT:g}, and pass almost no error back; the loss stays at "
        f"{short(e['loss'])}."
    )
    if e.get("product", 0.0) > e.get("limit", 0.0):
        text += (
            f" It began with a step too long: after step {run.first_rise_at:,}, where learning "
            f"rate × sharpness was {short(e['product'])}, the loss rose."
        )
    return text, (
        r"\begin{gathered} \frac{\partial L}{\partial Z} = "
        r"\frac{\partial L}{\partial H}\, h\,(1 - h) \\ "
        rf"h\,(1 - h) < {FLAT:g} \end{{gathered}}"
    )


def _penalty(run: Run, diagnosis: Diagnosis) -> tuple[str, str]:
    e = diagnosis.evidence
    name, strength, _ = shrinking(run.experiment)
    said = {"l2": ("l2", "penalty"), "weight_decay": ("weight decay", "weight decay")}[name]
    text = (
        f"At step {diagnosis.step:,} learning rate × {said[0]} is {e['learning_rate']:.3g} × "
        f"{strength:g} = {e['penalty_product']:.3g}, past the limit {e['limit']:g}. "
    )
    if _is_multiplied(run.experiment):
        text += (
            f"The {said[1]} alone multiplies every weight by 1 − {e['penalty_product']:.3g} = "
            f"−{abs(e['factor']):.3g} at each step, whatever the data. "
        )
    if run.experiment.l2_gradient == "article" and name == "l2":
        text += "With the article’s term in place of the derivative, λ W, it goes wrong as well. "
    limit = limit_in_latex(run.experiment) or f"{e['limit']:g}"
    if run.non_finite_at is None:
        text += f"The loss is {short(run.loss[-1])} at step {run.steps[-1]:,}."
    else:
        text += f"The loss was no longer finite at step {run.non_finite_at:,}."
    return text, (
        r"\begin{gathered} W - \eta\,\lambda W = (1 - \eta\,\lambda)\,W \\ "
        rf"\eta\,\lambda = {e['penalty_product']:.3g} > {limit} \end{{gathered}}"
    )


def _is_multiplied(experiment: Experiment) -> bool:
    """Whether every step multiplies the weights by 1 - learning rate x l2, the same each time."""
    steady = experiment.schedule == "constant" and experiment.warmup_steps == 0
    if experiment.optimizer == "adamw":
        return steady
    plain = experiment.optimizer == "gradient_descent" and experiment.l2_gradient == "derived"
    alike = experiment.first_layer_rate == 1
    return plain and steady and alike and experiment.clip_norm == 0


def _article(run: Run, diagnosis: Diagnosis) -> tuple[str, str]:
    e = diagnosis.evidence
    if run.non_finite_at is None:
        text = f"With the article’s L2 term the loss is {short(e['loss'])} at the last step. "
    else:
        text = (
            f"With the article’s L2 term the loss was no longer finite at step "
            f"{run.non_finite_at:,}. "
        )
    text += (
        f"The same run with the derivative, everything else equal, was trained as far to make "
        f"sure: its loss there is {short(e['derived_loss'])}."
    )
    return text, (
        r"\begin{gathered} \frac{\partial}{\partial W}\,\frac{\lambda}{2}\textstyle\sum W^2"
        r" = \lambda W \quad\text{(derived)} \\ "
        r"\neq\; \lambda \textstyle\sum W^2 \quad\text{(published)} \end{gathered}"
    )


_BY_CAUSE: Mapping[str | None, Callable[[Run, Diagnosis], tuple[str, str]]] = {
    None: _nothing,
    "step_too_long": _long_step,
    "saturation": _saturation,
    "penalty_step_too_long": _penalty,
    "article_l2": _article,
}


def cure_label(name: str, experiment: Experiment) -> str:
    """Return what a cure's button says, with the value it sets."""
    value = {
        "lower_rate": f" to {experiment.learning_rate:g}",
        "warm_up": f" over {experiment.warmup_steps:,} steps",
        "clipping": f" at norm {experiment.clip_norm:g}",
        "smaller_l2": f" to {experiment.l2:g}",
        "smaller_weight_decay": f" to {experiment.weight_decay:g}",
    }
    return CURES[name] + value.get(name, "")


def tell_outcome(sick: Run, cured: Run, diagnosis: Diagnosis) -> tuple[str, str]:
    """Return what a cure did, "cured", "improved" or "no_help", and the sentence that says so.

    ``diagnosis`` is that of the cured run.
    """
    result = outcome(sick, cured, diagnosis)
    lead = {
        "cured": "It works.",
        "improved": "It helps, but does not cure.",
        "no_help": "It does not help.",
    }[result]
    if cured.non_finite_at is not None:
        what = f"The loss is not finite at step {cured.non_finite_at:,} either."
    elif cured.first_rise_at is None:
        what = "The loss never rises."
    else:
        what = (
            f"The loss still rises, first after step {cured.first_rise_at:,}, and reaches "
            f"{short(highest_after_rise(cured))} at most from there."
        )
    before = "infinity" if sick.non_finite_at is not None else short(typical_loss(sick))
    ends = (
        f"Over the second half its loss is {short(typical_loss(cured))} instead of {before} "
        f"(median), and it ends with {cured.train_accuracy[-1]:.1%} of the training points right."
    )
    if diagnosis.verdict in ("stuck", "saturated"):
        ends += f" But it does not learn: {VERDICTS[diagnosis.verdict].lower()}."
    return result, f"{lead} {what} {ends}"
