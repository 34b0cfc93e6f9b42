"""What causes are called, alone and in a diagnosis, and what each reason does to a network."""

from collections.abc import Callable, Mapping

from mlp import Diagnosis, Run
from mlp.analysis.cures import REMEDIES, kind_of
from mlp.analysis.trials import Trial
from mlp.experiment import Experiment
from ui.words.numbers import equals, plural, spoken

CAUSES: Mapping[str | None, str] = {
    None: "",
    "step_too_long": "the step is too long for the curvature",
    "saturation": "the gradient has vanished in saturated units",
    "penalty_step_too_long": "the penalty’s step is too long",
    "article_l2": "the article’s L2 term is not a gradient",
    "rate_too_small": "the learning rate is too small",
    "rate_too_large": "the learning rate is too large",
    "too_few_steps": "too few steps",
    "too_few_neurons": "too few neurons",
    "penalty_too_strong": "the penalty is too strong",
    "decayed_too_soon": "the rate decayed too soon",
    "warmed_up_too_long": "the warm-up is too long",
    "no_bias": "there is no bias",
    "start_too_large": "the first weights are too large",
    "start_too_small": "the first weights are too small",
    "momentum_overshoots": "the momentum overshoots",
    "l1_step_too_long": "the L1 penalty’s step is too long",
    "batches_too_noisy": "the mini-batches are too noisy",
    "clipped_too_short": "the gradient is clipped too short",
}
# What a reason does to the network, in a sentence; the trial that confirmed it follows.
REASONS: Mapping[str, Callable[[Experiment], str]] = {
    "rate_too_small": lambda e: (
        f"The steps are short: at a learning rate of {spoken(e.learning_rate)}, "
        f"{plural(e.steps, 'step')} did not get there."
    ),
    "rate_too_large": lambda e: (
        f"At a learning rate of {spoken(e.learning_rate)}, the steps are too long to learn well."
    ),
    "too_few_steps": lambda e: f"It ended after {plural(e.steps, 'step')}, with more to learn.",
    "too_few_neurons": lambda e: (
        f"A boundary is put together from one line a hidden neuron, and with "
        f"{plural(e.hidden, 'line')} this one did not come to fit the points."
    ),
    "penalty_too_strong": lambda _: (
        "The penalty, a price on large weights, keeps the network from learning."
    ),
    "decayed_too_soon": lambda _: (
        "The learning rate had decayed before the network had learned what it could."
    ),
    "warmed_up_too_long": lambda e: (
        f"The rate took {plural(e.warmup_steps, 'step')} to warm up, too long for a run of "
        f"{plural(e.steps, 'step')}."
    ),
    "no_bias": lambda _: (
        "Without a bias, a number that each neuron adds, all its lines pass through the origin."
    ),
    "start_too_large": lambda e: (
        f"The first weights are {spoken(e.init_scale)} times the usual size, too large to learn "
        "well from."
    ),
    "start_too_small": lambda e: (
        f"The first weights are {spoken(e.init_scale)} times the usual size, too small to learn "
        f"well from in {plural(e.steps, 'step')}."
    ),
    "momentum_overshoots": lambda e: (
        f"With a momentum of {spoken(e.momentum)}, the share of each step that goes on in the "
        "next, the steps carry too far."
    ),
    "l1_step_too_long": lambda e: (
        "The L1 penalty moves every weight by the same length each step, learning rate × l1 "
        f"{equals(e.learning_rate * e.l1, spoken(e.learning_rate * e.l1))}, however small the "
        "weight is."
    ),
    "batches_too_noisy": lambda e: (
        f"Steps on {e.batch_size} of {plural(e.n_train, 'point')} are too noisy to learn well from."
    ),
    "clipped_too_short": lambda e: (
        f"Every gradient is cut to a norm of {spoken(e.clip_norm)} at most, so that the steps are "
        "short."
    ),
}


def named(run: Run, diagnosis: Diagnosis) -> str:
    """Name the cause; of a network that a step threw into saturation, both in their order.

    Too few are the neurons only where as many did not learn with any other change either.
    """
    if diagnosis.cause == "too_few_neurons" and any(
        trial.helps and trial.learns
        for trial in diagnosis.trials or ()
        if trial.name != "more_neurons"
    ):
        return "more neurons help most"
    if diagnosis.cause == "saturation" and _started_too_large(run, diagnosis):
        return f"{CAUSES['start_too_large']}, and the gradient has vanished"
    if diagnosis.cause == "saturation" and diagnosis.stepped_too_far:
        return "after a step too long, the gradient has vanished"
    if diagnosis.cause == "saturation" and shorter_steps(diagnosis) is not None:
        return "after steps too long, the gradient has vanished"
    return CAUSES[diagnosis.cause]


def shorter_steps(diagnosis: Diagnosis) -> Trial | None:
    """Return the best trial of a lower learning rate that helps; None without any."""
    shorter = (each for each in diagnosis.trials or () if kind_of(each.name) == "lower_rate")
    return next((trial for trial in shorter if trial.helps), None)


def _started_too_large(run: Run, diagnosis: Diagnosis) -> bool:
    """Whether larger first weights than usual saturated a network: usual ones were tried and help.

    As long as nothing was tried, and where other changes help as well, it is not known to be that.
    """
    helping = [trial.name for trial in diagnosis.trials or () if trial.helps]
    return run.plan.root.init_scale > 1 and helping == ["usual_weights"]


def also(diagnosis: Diagnosis) -> str:
    """Name the other causes: what the run itself shows, and what trials confirmed."""
    shown = [CAUSES[cause] for cause in diagnosis.others if cause in REMEDIES]
    tried = [CAUSES[cause] for cause in diagnosis.others if cause not in REMEDIES]
    said = f" Also: {', '.join(shown)}." if shown else ""
    if tried:
        lead = "Confirmed as well" if diagnosis.cause else "What held it back"
        each = "each by a run" if len(tried) > 1 else "by a run"
        said += f" {lead}, {each} that differs in that setting alone: {', '.join(tried)}."
    return said
