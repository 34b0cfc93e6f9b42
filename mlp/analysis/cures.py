"""Changes of settings that may cure a run that went wrong, for the cause that was found.

Whether a cure works is not decided here: train it and compare.
"""

from collections.abc import Callable

import numpy as np

from mlp.analysis.diagnostics import Diagnosis
from mlp.experiment import Experiment
from mlp.training.run import Run

MARGIN = 0.9  # of the measured limit
WARMUP_SHARE = 0.25  # of the run
CLIP_NORM = 1.0
ARTICLE_FACTOR = 100  # the article lowered its l2 from 1e-4 to 1e-6
WITHOUT_A_LIMIT = 10  # the learning rate is divided by this where there is no limit to aim at
IMPROVED = 0.9  # a loss below this share of the sick run's is an improvement

Cure = Callable[[Experiment, Diagnosis], Experiment]


def lower_rate(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:
    """Lower the learning rate to 0.9 times the largest that was stable where it went wrong.

    To a tenth where no limit is known.
    """
    rate = MARGIN * diagnosis.evidence["largest_stable_rate"]
    if np.isinf(diagnosis.evidence["limit"]):
        rate = experiment.learning_rate / WITHOUT_A_LIMIT
    return experiment.replace(learning_rate=_three_digits(min(rate, experiment.learning_rate)))


def decay(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001 - one signature
    """Let the learning rate fall along a cosine."""
    return experiment.replace(schedule="cosine")


def warm_up(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Raise the learning rate slowly over the first quarter of the run."""
    return experiment.replace(warmup_steps=max(int(WARMUP_SHARE * experiment.steps), 1))


def clipping(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Shorten every gradient to norm 1."""
    return experiment.replace(clip_norm=CLIP_NORM)


def smaller_weights(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Start from weights of the usual size."""
    return experiment.replace(init_scale=1.0)


def smaller_l2(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:
    """Lower l2 to 0.9 times its limit at the highest learning rate of the run."""
    limit = diagnosis.evidence["limit"] / experiment.learning_rate
    return experiment.replace(l2=_three_digits(MARGIN * limit))


def smaller_weight_decay(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:
    """Lower AdamW's weight decay to 0.9 times its limit at the highest learning rate of the run."""
    limit = diagnosis.evidence["limit"] / experiment.learning_rate
    return experiment.replace(weight_decay=_three_digits(MARGIN * limit))


def derived_gradient(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Take the derivative of the penalty instead of the article's term."""
    return experiment.replace(l2_gradient="derived")


def hundredth_of_l2(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Keep the article's term, a hundred times weaker, as the article did."""
    return experiment.replace(l2=experiment.l2 / ARTICLE_FACTOR)


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


CURES: dict[str, Cure] = {
    "lower_rate": lower_rate,
    "decay": decay,
    "warm_up": warm_up,
    "clipping": clipping,
    "smaller_weights": smaller_weights,
    "smaller_l2": smaller_l2,
    "smaller_weight_decay": smaller_weight_decay,
    "derived_gradient": derived_gradient,
    "hundredth_of_l2": hundredth_of_l2,
}
FITTING: dict[str | None, tuple[str, ...]] = {
    "step_too_long": ("lower_rate", "decay", "warm_up", "clipping"),
    "penalty_step_too_long": ("smaller_l2", "lower_rate"),
    "article_l2": ("derived_gradient", "hundredth_of_l2"),
}


def fitting_cures(run: Run, diagnosis: Diagnosis) -> dict[str, Experiment]:
    """Return the cures that fit the cause found, each with the settings it leads to.

    Examples
    --------
    >>> from mlp import PRESETS, diagnose, train
    >>> run = train(PRESETS["exploding_wide"].replace(steps=100))
    >>> cures = fitting_cures(run, diagnose(run))
    >>> list(cures), cures["lower_rate"].learning_rate
    (['lower_rate', 'decay', 'warm_up', 'clipping'], 0.00708)
    """
    names = FITTING.get(diagnosis.cause, ())
    if "weight_decay" in diagnosis.evidence:
        names = ("smaller_weight_decay", "lower_rate")
    if diagnosis.cause == "saturation":
        names = saturation_cures(run, diagnosis)
    experiments = {name: CURES[name](run.experiment, diagnosis) for name in names}
    return {name: cured for name, cured in experiments.items() if cured != run.experiment}


def saturation_cures(run: Run, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Return what fits: calmer first steps where a step too long led there, or smaller weights."""
    names: tuple[str, ...] = ()
    evidence = diagnosis.evidence
    unlimited = "product" in evidence and np.isinf(
        evidence["limit"]
    )  # it rose; a shorter step may help
    if unlimited or evidence.get("product", 0.0) > evidence.get("limit", 0.0):
        names += ("lower_rate", "warm_up", "clipping")
    if run.experiment.init_scale > 1:
        names += ("smaller_weights",)
    return names


def outcome(sick: Run, cured: Run, diagnosis: Diagnosis) -> str:
    """Return what a cure did: "cured", "improved" or "no_help".

    ``diagnosis`` is that of the cured run. "cured": nothing goes wrong any more. "improved":
    something does, and its loss is lower by more than a tenth all the same.
    """
    if diagnosis.cause is None and cured.non_finite_at is None:
        return "cured"
    if cured.non_finite_at is not None:
        return "no_help"
    if sick.non_finite_at is not None or typical_loss(cured) < IMPROVED * typical_loss(sick):
        return "improved"
    return "no_help"


def typical_loss(run: Run) -> float:
    """Return the median loss of the frames of a run's second half.

    Where a run swings, its last loss is chance: rounding alone changes it by up to a third, and
    this by a hundredth.
    """
    return float(np.median(run.loss[run.steps >= run.steps[-1] / 2]))
