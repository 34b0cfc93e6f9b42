"""Changes of settings that may better a run, by the cause that each of them speaks to.

A change is one setting, or one thing that a person would call one. Whether it helps is not decided
here: it is tried (``mlp.analysis.trials``).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np

from mlp.analysis.findings import Diagnosis
from mlp.analysis.trials import Trial
from mlp.analysis.verdicts import is_poor, went_wrong
from mlp.experiment import ALLOWED, MOST_STEPS, Experiment
from mlp.optimizers.registry import OPTIMIZERS, stability_limit
from mlp.plan import Plan
from mlp.training.run import Run

MARGIN = 0.9  # of the measured limit
LEEWAY = 4  # times lower, for sharpness that grows
WARMUP_SHARE = 0.25  # of the run
CLIP_NORM = 1.0
ARTICLE_FACTOR = 100  # the article lowered its l2 from 1e-4 to 1e-6
TENTH, TEN, HUNDRED = 0.1, 10, 100
MORE_STEPS = 4
MORE_NEURONS = 4
FEWEST_NEURONS = 12  # with more of them
MOST_NEURONS = 50
LESS_MOMENTUM = 0.5

RATES_LOOKED_AT = 101  # of all steps, for a mean

USUAL_WEIGHTS = "usual_weights"
L1_STEP = "l1_step_too_long"  # the reason where shorter steps help whose first rise was of L1

Cure = Callable[[Experiment, Diagnosis], Experiment]


def lower_rate(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:
    """Lower the learning rate to 0.9 times the largest that was stable where it went wrong.

    To a tenth where no limit is known, or where it was not passed.
    """
    rate = MARGIN * diagnosis.evidence.get("largest_stable_rate", np.inf)
    if not rate < experiment.learning_rate:
        rate = TENTH * experiment.learning_rate
    return _set(experiment, learning_rate=rate)


def much_lower_rate(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:
    """Lower the learning rate to a quarter of that, as sharpness may grow; else to a hundredth."""
    rate = experiment.learning_rate / HUNDRED
    if diagnosis.stepped_too_far:
        rate = lower_rate(experiment, diagnosis).learning_rate / LEEWAY
    return _set(experiment, learning_rate=rate)


def higher_rate(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001 - one signature
    """Raise the learning rate tenfold."""
    return _set(experiment, learning_rate=TEN * experiment.learning_rate)


def much_higher_rate(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Raise the learning rate a hundredfold."""
    return _set(experiment, learning_rate=HUNDRED * experiment.learning_rate)


def decay(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Let the learning rate fall along a cosine."""
    return experiment.replace(schedule="cosine")


def slower_decay(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Keep the learning rate where it starts."""
    return experiment.replace(schedule="constant")


def warm_up(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Raise the learning rate slowly over the first quarter of the run."""
    steps = max(int(WARMUP_SHARE * experiment.steps), 1)
    return experiment.replace(warmup_steps=max(steps, experiment.warmup_steps))


def shorter_warm_up(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Reach the full learning rate within the first twentieth of the run."""
    return experiment.replace(warmup_steps=min(experiment.warmup_steps, experiment.steps // 20))


def clipping(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Shorten every gradient to norm 1."""
    shortest = min(CLIP_NORM, experiment.clip_norm or CLIP_NORM)
    return experiment.replace(clip_norm=shortest)


def no_clipping(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Leave every gradient as long as it is."""
    return experiment.replace(clip_norm=0.0)


def usual_weights(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Start from weights of the usual size."""
    return experiment.replace(init_scale=1.0)


def more_neurons(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Give the hidden layer four times as many neurons, from 12 to 50."""
    wanted = np.clip(MORE_NEURONS * experiment.hidden, FEWEST_NEURONS, MOST_NEURONS)
    return experiment.replace(hidden=max(int(wanted), experiment.hidden))


def more_steps(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Train four times as long."""
    return experiment.replace(steps=min(MORE_STEPS * experiment.steps, MOST_STEPS))


def bias(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Give every neuron a bias."""
    return experiment.replace(bias=True)


def less_momentum(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Let half of a step go on in the next one."""
    if "momentum" not in OPTIMIZERS[experiment.optimizer].parameters:
        return experiment
    return experiment.replace(momentum=min(experiment.momentum, LESS_MOMENTUM))


def larger_batches(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Take all training points in every step, which stays as long on average.

    The gradient is a sum over the batch, so that the one of all points is longer by n / batch_size;
    where steps are proportional to it, the rate makes up for that, and clipping as well.
    """
    whole = experiment.replace(batch_size=0)
    limit = stability_limit(experiment.optimizer, experiment.momentum)
    if not experiment.takes_mini_batches or limit is None:
        return whole
    times = experiment.n_train / experiment.batch_size
    return _set(
        whole,
        learning_rate=experiment.learning_rate / times,
        clip_norm=experiment.clip_norm * times,
    )


def smaller_penalty(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Make every penalty that applies a hundred times weaker."""
    names = ["l1", "l2"]
    names += [
        name
        for name in ("weight_decay", "ftrl_l1", "ftrl_l2")
        if name in OPTIMIZERS[experiment.optimizer].parameters
    ]
    return _set(experiment, **{name: getattr(experiment, name) / HUNDRED for name in names})


def much_smaller_penalty(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:
    """Make every penalty that applies ten thousand times weaker."""
    return smaller_penalty(smaller_penalty(experiment, diagnosis), diagnosis)


def smaller_penalty_and_rate(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:
    """Make every penalty ten thousand times weaker, and the learning rate ten times lower.

    Two changes: what a penalty's long step hides is often a long step of the gradient.
    """
    weaker = much_smaller_penalty(experiment, diagnosis)
    return _set(weaker, learning_rate=TENTH * experiment.learning_rate)


def smaller_l1(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Make the L1 penalty a hundred times weaker."""
    return _set(experiment, l1=experiment.l1 / HUNDRED)


def smaller_l2(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:
    """Lower l2 to 0.9 times its limit at the highest learning rate of the run."""
    limit = diagnosis.evidence["limit"] / experiment.learning_rate
    return _set(experiment, l2=MARGIN * limit)


def smaller_weight_decay(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:
    """Lower AdamW's weight decay to 0.9 times its limit at the highest learning rate of the run."""
    limit = diagnosis.evidence["limit"] / experiment.learning_rate
    return _set(experiment, weight_decay=MARGIN * limit)


def derived_gradient(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Take the derivative of the penalty instead of the article's term."""
    return experiment.replace(l2_gradient="derived")


def hundredth_of_l2(experiment: Experiment, diagnosis: Diagnosis) -> Experiment:  # noqa: ARG001
    """Keep the article's term, a hundred times weaker, as the article did."""
    return experiment.replace(l2=experiment.l2 / ARTICLE_FACTOR)


def _set(experiment: Experiment, **values: float) -> Experiment:
    """Set numbers, to three digits; what is not allowed becomes the nearest that is, or stays."""
    fitting = {}
    for name, value in values.items():
        rounded, allowed = float(f"{value:.3g}"), ALLOWED[name]
        if not allowed.above or rounded > allowed.low:
            fitting[name] = min(max(rounded, allowed.low), allowed.high)
    return experiment.replace(**fitting)


CURES: dict[str, Cure] = {
    cure.__name__: cure
    for cure in (
        derived_gradient,
        hundredth_of_l2,
        smaller_l2,
        smaller_weight_decay,
        lower_rate,
        warm_up,
        clipping,
        decay,
        higher_rate,
        more_neurons,
        much_higher_rate,
        smaller_penalty,
        much_smaller_penalty,
        smaller_penalty_and_rate,
        slower_decay,
        bias,
        usual_weights,
        less_momentum,
        larger_batches,
        no_clipping,
        smaller_l1,
        shorter_warm_up,
        much_lower_rate,
        more_steps,
    )
}
# What each cause that a run itself shows is answered with.
REMEDIES: Mapping[str, tuple[str, ...]] = {
    "step_too_long": ("lower_rate", "warm_up", "clipping", "decay"),
    "saturation": ("lower_rate", "warm_up", "clipping", "usual_weights"),
    "penalty_step_too_long": (
        "smaller_penalty_and_rate",
        "smaller_penalty",
        "smaller_l2",
        "smaller_weight_decay",
        "lower_rate",
    ),
    "article_l2": ("derived_gradient", "hundredth_of_l2"),
}
# What a change that helps says about a run that did not learn.
REASONS: Mapping[str, str] = {
    "higher_rate": "rate_too_small",
    "much_higher_rate": "rate_too_small",
    "lower_rate": "rate_too_large",
    "much_lower_rate": "rate_too_large",
    "decay": "rate_too_large",
    "warm_up": "rate_too_large",
    "clipping": "rate_too_large",
    "shorter_warm_up": "warmed_up_too_long",
    "slower_decay": "decayed_too_soon",
    "more_steps": "too_few_steps",
    "more_neurons": "too_few_neurons",
    "smaller_penalty": "penalty_too_strong",
    "much_smaller_penalty": "penalty_too_strong",
    "bias": "no_bias",
    "less_momentum": "momentum_overshoots",
    "smaller_l1": "penalty_too_strong",
    "larger_batches": "batches_too_noisy",
    "no_clipping": "clipped_too_short",
}


# What makes steps shorter: of a run whose loss never rose, the least likely to help.
SHORTENING = ("lower_rate", "warm_up", "clipping", "decay", "much_lower_rate")
# What makes them longer: of no use where they were too long.
LENGTHENING = ("higher_rate", "much_higher_rate")


def kind_of(name: str) -> str:
    """Return which remedy a change is, however far it goes: much lower is lower as well."""
    return name.removeprefix("much_")


def reason_of(trial: Trial, run: Run, found: Diagnosis) -> str:
    """Return the reason for which a run did not learn, where this trial helps."""
    if trial.name == USUAL_WEIGHTS:
        scale = run.plan.root.init_scale
        return "start_too_large" if scale > 1 else "start_too_small"
    if trial.name == "decay" and _mean_rate(trial.plan) > _mean_rate(run.plan):
        return "decayed_too_soon"  # a cosine falls later than some of the other schedules
    if found.by_l1 and kind_of(trial.name) in ("lower_rate", "decay"):
        return L1_STEP
    return REASONS[trial.name]


def _mean_rate(plan: Plan) -> float:
    steps = np.linspace(0, plan.experiment.steps - 1, RATES_LOOKED_AT).astype(np.int64)
    return float(np.mean(plan.learning_rates(steps)))


CONTRARIES: Mapping[str, str] = {
    "rate_too_small": "rate_too_large",
    "rate_too_large": "rate_too_small",
}


class Changes(NamedTuple):
    """Plans worth a trial, by the name of the change, likeliest first."""

    remedies: dict[str, Plan]
    reasons: dict[str, Plan]
    past: int

    @property
    def plans(self) -> dict[str, Plan]:
        """All of them."""
        return self.remedies | self.reasons


def changes(run: Run, found: Diagnosis) -> Changes:
    """Return the changes worth a trial for a run, and the step they must come past to tell.

    The remedies of the cause that the run itself shows; where the run ended poorly, whatever might
    have kept it from learning as well. A network that has died, or runs away, is not trained
    longer; where a step was too long, none is made longer.
    """
    remedies = _plans(run, found, REMEDIES.get(found.cause or "", ()))
    reasons = {}
    if is_poor(run):
        names = [name for name in CURES if name in {*REASONS, USUAL_WEIGHTS} - remedies.keys()]
        if found.stepped_too_far:
            names = [name for name in names if name not in LENGTHENING]
        if not went_wrong(run):
            names.sort(key=SHORTENING.__contains__)
        reasons = _plans(run, found, names)
    if found.verdict in ("saturated", "exploding", "non_finite"):
        reasons.pop("more_steps", None)
    reasons = _each_once(reasons, remedies)
    past = run.non_finite_at or found.step or 0
    return Changes(remedies, reasons, past)


def _each_once(plans: Mapping[str, Plan], others: Mapping[str, Plan]) -> dict[str, Plan]:
    """Leave out what an earlier change is already, by another name."""
    once: dict[str, Plan] = {}
    for name, plan in plans.items():
        if plan not in (*once.values(), *others.values()):
            once[name] = plan
    return once


def _plans(run: Run, found: Diagnosis, names: Iterable[str]) -> dict[str, Plan]:
    at = found.step if found.step is not None else int(run.steps[-1])
    before = run.settings_at(at)
    fitting = (name for name in names if NEEDS.get(name, name) in (name, *found.evidence))
    changed = {name: CURES[name](before, found) for name in fitting}
    return {
        name: run.plan.with_settings(at, after)
        for name, after in changed.items()
        if after != before
    }


# A change that takes a number from the evidence for its cause.
NEEDS: Mapping[str, str] = {"smaller_l2": "l2", "smaller_weight_decay": "weight_decay"}
