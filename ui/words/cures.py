"""What changes of settings are called, and what each did when it was tried."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mlp import Diagnosis, Plan, Run
from mlp.analysis.race import MOST_TIMES
from mlp.analysis.stability import products
from mlp.analysis.trials import A_POINT, AS_GOOD, BETTER, Trial
from mlp.experiment import Experiment
from ui.words.losses import loss_name
from ui.words.numbers import percent, plural, spoken

CURES: Mapping[str, str] = {
    "lower_rate": "Lower the learning rate",
    "much_lower_rate": "Lower the learning rate a lot",
    "higher_rate": "Raise the learning rate",
    "much_higher_rate": "Raise the learning rate a lot",
    "decay": "Let the rate decay (cosine)",
    "slower_decay": "Keep the rate where it starts",
    "warm_up": "Warm up",
    "shorter_warm_up": "Warm up faster",
    "clipping": "Clip the gradient",
    "no_clipping": "Clip no gradient",
    "usual_weights": "Start from weights of the usual size",
    "more_neurons": "Take more neurons",
    "more_steps": "Train longer",
    "bias": "Give the neurons a bias",
    "less_momentum": "Take less momentum",
    "larger_batches": "Take all points in every step",
    "smaller_penalty": "Weaken the penalty to a hundredth",
    "much_smaller_penalty": "Weaken the penalty to a ten-thousandth",
    "smaller_penalty_and_rate": "Penalty to a ten-thousandth, and rate",
    "smaller_l1": "Lower l1",
    "smaller_l2": "Lower l2",
    "smaller_weight_decay": "Lower the weight decay",
    "derived_gradient": "Use the derivative",
    "hundredth_of_l2": "The article’s cure: l2 / 100",
}
_VALUES: Mapping[str, Callable[[Experiment], str]] = {
    "lower_rate": lambda e: f" to {spoken(e.learning_rate)}",
    "much_lower_rate": lambda e: f", to {spoken(e.learning_rate)}",
    "higher_rate": lambda e: f" to {spoken(e.learning_rate)}",
    "much_higher_rate": lambda e: f", to {spoken(e.learning_rate)}",
    "warm_up": lambda e: f" over {plural(e.warmup_steps, 'step')}",
    "shorter_warm_up": lambda e: f", in {plural(e.warmup_steps, 'step')}",
    "clipping": lambda e: f" at norm {spoken(e.clip_norm)}",
    "more_neurons": lambda e: f": {e.hidden}",
    "more_steps": lambda e: f": {plural(e.steps, 'step')}",
    "less_momentum": lambda e: f": {spoken(e.momentum)}",
    "larger_batches": lambda e: f", at rate {spoken(e.learning_rate)}",
    "smaller_penalty_and_rate": lambda e: f" to {spoken(e.learning_rate)}",
    "smaller_l1": lambda e: f" to {spoken(e.l1)}",
    "smaller_l2": lambda e: f" to {spoken(e.l2)}",
    "smaller_weight_decay": lambda e: f" to {spoken(e.weight_decay)}",
}

# How a trial is judged, for whoever reads its numbers.
HELPS, NO_HELP = "It helps", "It does not help"
AS_GOOD_AND_CALM = "Calmer, and as good"
ONLY_FINITE = "It stays finite, but learns no more"
STILL_NOTHING = "Less loss, but it learns nothing"
LEARNS_NO_MORE = (ONLY_FINITE, STILL_NOTHING)
YARDSTICK = (
    "Each change was tried alone, from the same start. It helps if the loss is a tenth lower (its "
    "median over the second half of the steps), or never rises any more. It does not help if more "
    "than 1 in 50 training points is lost."
)
NONE_HELPS = (
    "None of the changes that were tried helps. Each was tried alone, from the same start; what it "
    "did stands below."
)
MEDIAN = (
    "Compared is the median loss over the second half of the steps tried, before and after over "
    "the same ones, penalties left out: where a loss swings, its last value is chance. A loss that "
    "never rises any more may be a tenth higher, and 2 in 100 training points may be lost. Where "
    "only a first part was tried, the loss must be a fifth lower."
)
NOT_TRIED = (
    f"Not tried: all trials together may take {MOST_TIMES} times as long as this run, and two "
    "seconds at most"
)


def label(name: str, plan: Experiment | Plan) -> str:
    """Return what a cure's button says, with the value it sets."""
    value = _VALUES[name](Plan.of(plan).experiment) if name in _VALUES else ""
    return CURES[name] + value


def effect(trial: Trial) -> str:
    """Say what a change did, measured: how far it was tried, accuracy, loss, and rises."""
    if trial.non_finite_at is not None:
        return f"ends in infinity at step {trial.non_finite_at:,}"
    said = [_accuracy(trial), _loss(trial), *_rises(trial)]
    if not trial.whole:
        whole = Plan.of(trial.plan).experiment.steps
        how = "tried" if np.isinf(trial.loss_before) else "compared"
        at = f"{how} {'to' if how == 'tried' else 'at'} step {trial.steps:,} of {whole:,}"
        at += "" if how == "tried" else ", where the trial ended"
        said = [at, *said]
    return ", ".join(said)


def in_short(trial: Trial) -> str:
    """Say the one thing that shows best what a change did, for half a sentence."""
    moved = abs(trial.accuracy - trial.accuracy_before) > A_POINT
    at = "" if trial.whole else f" at step {trial.steps:,}, where the trial ended"
    return f"{_accuracy(trial) if moved else _loss(trial)}{at}"


def _accuracy(trial: Trial) -> str:
    root = Plan.of(trial.plan).root
    all_train = root.dataset == "corners" or root.n_train == root.points
    name = "accuracy" if all_train else f"accuracy on the {plural(root.n_train, 'training point')}"
    before, after = percent(trial.accuracy_before), percent(trial.accuracy)
    if np.isinf(trial.loss_before):  # whose answers are chance
        return f"{name} {after}"
    return f"{name} stays {after}" if before == after else f"{name} {before} → {after}"


def _loss(trial: Trial) -> str:
    name = f"median {loss_name([Plan.of(trial.plan).experiment])}"
    if np.isinf(trial.loss_before):
        return f"{name} {spoken(trial.loss, about=trial.rose)} in place of infinity"
    before = spoken(trial.loss_before, about=trial.rose_before)
    after = spoken(trial.loss, about=trial.rose)
    same = before.removeprefix("about ") == after.removeprefix("about ")
    return f"{name} stays {after}" if same else f"{name} {before} → {after}"


def _rises(trial: Trial) -> list[str]:
    if trial.calms:
        return ["the loss never rises"]
    if trial.swings:
        return [f"the loss {'still' if trial.rose_before else 'now'} swings at the end"]
    if not trial.rose:
        return []
    return [f"the loss {'still' if trial.rose_before else 'now'} goes up at times"]


def judgement(trial: Trial) -> str:
    """Return what a trial comes to: it helps, it is calmer but no better, or it does not help."""
    if trial.non_finite_at is not None:
        return NO_HELP
    if trial.helps:
        return _good(trial)
    if trial.gets_fewer_right and trial.ratio <= BETTER:
        return "Less loss, but fewer points right"
    if trial.calms:
        return "Calmer, but slower" if trial.ratio > AS_GOOD else "Calmer, but no better"
    if trial.gets_more_right:
        return (
            f"More points right, at {'a higher' if trial.ratio > AS_GOOD else 'much the same'} loss"
        )
    return NO_HELP


def _good(trial: Trial) -> str:
    if trial.ratio > BETTER:
        return "Calmer, but fewer points right" if trial.is_less_right else AS_GOOD_AND_CALM
    if not trial.beats_one_answer:
        return ONLY_FINITE if np.isinf(trial.loss_before) else STILL_NOTHING
    if trial.loss > BETTER * trial.first_loss and not trial.gets_more_right:
        return STILL_NOTHING
    return HELPS


def told_in_list(trial: Trial) -> str:
    """Say what a change did below its button, where it stands among those that help."""
    return effect(trial) if judgement(trial) == HELPS else f"{judgement(trial)}: {effect(trial)}"


def result(trial: Trial) -> str:
    """Return "helps", "calmer" or "no_help"."""
    if trial.helps:
        return "helps"
    return "calmer" if trial.calms and trial.non_finite_at is None else "no_help"


def tell(trial: Trial) -> str:
    """Say in a sentence what a change did."""
    return f"{judgement(trial)}: {effect(trial)}."


def sentence(trial: Trial, trials: Sequence[Trial]) -> str:
    """Say what confirmed a reason: the change, and whether it is the best or only one."""
    helping = [each for each in trials if each.helps]
    how = "helps most, of all changes that were tried" if trial in helping[:1] else "helps"
    if len(helping) == 1:
        how = "alone makes the difference" if trial.learns else "alone helps, and only in part"
    return f"“{label(trial.name, trial.plan)}” {how}: {effect(trial)}."


def why(run: Run, changed: Run, found: Diagnosis) -> str:
    """Say what the change did to the step that was too long, or "" where that tells nothing."""
    if not found.stepped_too_far or found.cause == "penalty_step_too_long":
        return ""
    step = run.first_rise_at or 0
    frame = changed.frame_at(step)
    longest = changed.settings_at(step).clip_norm
    norm = float(np.hypot(changed.grad_norm_W1[frame], changed.grad_norm_W2[frame]))
    if longest and not run.settings_at(step).clip_norm and norm > longest:
        return f"At step {changed.steps[frame]:,} the step is {percent(longest / norm)} as long."
    product = float(products(changed)[frame])
    if product >= found.evidence["limit"]:
        return ""
    return (
        f"At step {changed.steps[frame]:,} learning rate × sharpness is {spoken(product)} in place "
        f"of {spoken(found.evidence['product'])}, below the limit "
        f"{spoken(found.evidence['limit'])}."
    )
