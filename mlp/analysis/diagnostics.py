"""Say how a run went, and where it went wrong, the one cause, with its evidence in numbers.

Four things can go wrong: a step too long for the curvature, saturation, a step too long for the
penalty, and the article's L2 term. Each is named only where the numbers of this very run show it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from mlp.base.arrays import Array
from mlp.experiment import Experiment
from mlp.network import forward
from mlp.optimizers.registry import stability_limit
from mlp.plan import Segment
from mlp.training.inputs import make_objective
from mlp.training.loop import state_at, train_at
from mlp.training.run import Run
from mlp.training.sharpness import sharpness

# A sigmoid with h (1 - h) below this passes on less than 4 % of the most it can (1/4).
FLAT = 0.01
# A layer counts as saturated when nearly all of its activations are flat on nearly all samples.
SATURATED_SHARE = 0.9
# The gradient has vanished when a step moves the weights by less than this, for every unit that
# an output could still move: further training of the same length changes nothing to be seen.
VANISHED = 1e-3
# Above half of the untrained loss nothing is solved: answering 1/2 everywhere gives that much.
UNSOLVED_SHARE = 0.5
# Every point right and a tenth of the first loss left: what remains is certainty, not learning.
SOLVED_SHARE = 0.1
# What changes by less than a hundredth over the last tenth of the steps stands still.
STILL = 0.01
LAST_PART = 0.1
# A loss that rises after more than one step in twenty, at the end, swings rather than falls.
OSCILLATING_SHARE = 0.05


@dataclass(frozen=True)
class Diagnosis:
    """How a run went.

    Attributes
    ----------
    verdict : str
        "learning", "converged", "stuck", "oscillating", "saturated" or "non_finite".
    cause : str or None
        "step_too_long", "saturation", "penalty_step_too_long", "article_l2", or None where
        nothing went wrong or none of these explains it.
    step : int or None
        The step where it began.
    evidence : mapping of str to float
        The numbers that the cause rests on.
    """

    verdict: str
    cause: str | None = None
    step: int | None = None
    evidence: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


def diagnose(run: Run) -> Diagnosis:
    """Return the verdict on a run and, where something went wrong, its cause.

    Parameters
    ----------
    run : Run
        Finished or stopped. For a run with the article's L2 term that went wrong, the same run
        with the derivative is trained, to be sure.

    Returns
    -------
    Diagnosis
        Learning rate x sharpness above its limit is an unstable direction, not certain
        divergence: the cause is named only where the loss did rise.

    Examples
    --------
    >>> from mlp import Experiment, train
    >>> diagnosis = diagnose(train(Experiment(hidden=50, learning_rate=0.03)))
    >>> diagnosis.verdict, diagnosis.cause, diagnosis.step
    ('converged', 'step_too_long', 0)
    >>> round(diagnosis.evidence["product"], 2)
    7.63
    """
    verdict = judge(run)
    for look in (_penalty_step, _article_l2, _saturation, _long_step):
        found = look(run, verdict)
        if found is not None:
            return found
    return Diagnosis(verdict)


def judge(run: Run) -> str:
    """Return how a run ended, by its loss, accuracy, gradient and activations."""
    if run.non_finite_at is not None:
        return "non_finite"
    if is_saturated(run):
        return "saturated"
    if oscillates(run):
        return "oscillating"
    first, last = run.loss[0], run.loss[-1]
    if run.train_accuracy[-1] == 1.0 and last <= SOLVED_SHARE * first:
        return "converged"
    tenth = run.frame_at(int((1 - LAST_PART) * run.steps[-1]))
    if abs(run.loss[tenth] - last) > STILL * last:
        return "learning"
    return "converged" if last <= UNSOLVED_SHARE * first else "stuck"


def oscillates(run: Run) -> bool:
    """Whether the loss still rose after many of the last steps.

    With mini-batches it always does, by chance, and that says nothing.
    """
    tenth = run.frame_at(int((1 - LAST_PART) * run.steps[-1]))
    steps = int(run.steps[-1] - run.steps[tenth])
    share = run.rises[tenth + 1 :].sum() / max(steps, 1)
    return not run.experiment.takes_mini_batches and bool(share > OSCILLATING_SHARE)


def saturated_shares(run: Run, frame: int) -> tuple[float, float]:
    """Return the share of flat activations, h (1 - h) < FLAT, of the hidden layer and the outputs.

    Over all training samples at one frame.
    """
    X = make_objective(run.experiment, run.data).X
    H1, H2 = forward(X, run.W1[frame].copy(), run.W2[frame].copy())
    return _flat_share(H1), _flat_share(H2)


def _flat_share(H: Array) -> float:
    return float(np.mean(H * (1 - H) < FLAT))


def is_saturated(run: Run) -> bool:
    """Whether a layer is flat, the gradient has vanished, and the loss is still high."""
    unsolved = run.loss[-1] > UNSOLVED_SHARE * run.loss[0]
    vanished = _gradient_norm(run, -1) < VANISHED * run.data.n_train
    return bool(unsolved and vanished and max(saturated_shares(run, -1)) > SATURATED_SHARE)


def _gradient_norm(run: Run, frame: int) -> float:
    return float(np.hypot(run.grad_norm_W1[frame], run.grad_norm_W2[frame]))


def went_wrong(run: Run) -> bool:
    """Whether the loss ever rose, or was no longer finite."""
    return run.first_rise_at is not None or run.non_finite_at is not None


def _article_l2(run: Run, verdict: str) -> Diagnosis | None:
    """Train the same run with the derivative, where the article's term may be to blame.

    It is to blame where that run stays finite, or, of a run that stayed finite, never rises.
    """
    experiment = run.experiment
    if not (experiment.l2_gradient == "article" and experiment.l2 > 0 and went_wrong(run)):
        return None
    last = _last_step(run)
    frames = train_at(run.plan.with_derivative(), [last], run.own)
    derived = frames[-1]
    rose = any(frame.first_rise_at is not None for frame in frames)
    rises_too = run.non_finite_at is None and rose
    if derived.step < last or rises_too:
        return None
    return Diagnosis(
        verdict,
        "article_l2",
        run.first_rise_at,
        {
            "l2": experiment.l2,
            "trained_steps": float(last),
            "loss": float(run.loss[-1]),
            "derived_loss": derived.loss,
        },
    )


def _penalty_step(run: Run, verdict: str) -> Diagnosis | None:
    """Find the first step at which the penalty's own step was past its limit."""
    if not went_wrong(run):
        return None
    past = [step for segment in run.plan.segments for step in _past_limit(run, segment)]
    if not past:
        return None
    step = past[0]
    evidence = stability_at(run, step)
    name, strength, limit = shrinking(run.settings_at(step))
    product = evidence["learning_rate"] * strength
    evidence |= {name: strength, "penalty_product": product, "factor": 1 - product, "limit": limit}
    if name == "weight_decay":
        evidence["largest_stable_rate"] = limit / strength
    return Diagnosis(verdict, "penalty_step_too_long", step, evidence)


def _past_limit(run: Run, segment: Segment) -> list[int]:
    """Return the first step of a stretch at which the penalty's own step was too long, if any."""
    _, strength, limit = shrinking(segment.experiment)
    if strength == 0:
        return []
    steps = np.arange(segment.start, min(segment.end, _last_step(run)))
    past = segment.learning_rates(steps) * strength > limit
    return [int(step) for step in steps[past][:1]]


def shrinking(experiment: Experiment) -> tuple[str, float, float]:
    """Return the setting that shrinks the weights, its value, and the limit of rate x value.

    AdamW multiplies the weights by 1 - rate x weight_decay, apart from Adam's own step. The others
    that scale each weight's step scale the penalty's gradient as well, and have no limit.
    """
    if experiment.optimizer == "adamw":
        return "weight_decay", experiment.weight_decay, 2.0
    limit = stability_limit(experiment.optimizer, experiment.momentum)
    fastest = max(experiment.first_layer_rate, 1.0)  # of the layers, a factor on the rate
    return "l2", experiment.l2, np.inf if limit is None else limit / fastest


def limit_of(experiment: Experiment) -> float:
    """Return what learning rate x sharpness must stay below; infinity where theory knows none.

    Layers with rates of their own take no step along the gradient: the sharpness alone sets no
    limit then.
    """
    limit = stability_limit(experiment.optimizer, experiment.momentum)
    return np.inf if limit is None or experiment.first_layer_rate != 1 else limit


def _last_step(run: Run) -> int:
    return int(run.steps[-1]) if run.non_finite_at is None else run.non_finite_at


def _saturation(run: Run, verdict: str) -> Diagnosis | None:
    """Find the first frame at which the network was dead."""
    if verdict != "saturated":
        return None
    hidden, output = saturated_shares(run, -1)
    norms = np.hypot(run.grad_norm_W1, run.grad_norm_W2)
    dead = norms < VANISHED * run.data.n_train
    first = len(dead) - int(np.argmin(dead[::-1])) if not dead.all() else 0
    evidence = {
        "hidden_share": hidden,
        "output_share": output,
        "first_gradient_norm": float(norms[0]),
        "gradient_norm": float(norms[-1]),
        "loss": float(run.loss[-1]),
    }
    if run.first_rise_at is not None:
        evidence |= stability_at(run, run.first_rise_at)
    return Diagnosis(verdict, "saturation", int(run.steps[first]), evidence)


def _long_step(run: Run, verdict: str) -> Diagnosis | None:
    """Compare learning rate x sharpness with its limit at the step after which the loss rose."""
    if run.first_rise_at is None:
        return None
    evidence = stability_at(run, run.first_rise_at)
    if not product_of_a_step(run, evidence) > evidence["limit"]:
        return None
    evidence["highest_loss"] = highest_after_rise(run)
    return Diagnosis(verdict, "step_too_long", run.first_rise_at, evidence)


def product_of_a_step(run: Run, evidence: Mapping[str, float]) -> float:
    """Return learning rate x sharpness of what one step descends.

    A mini-batch sums over its own samples alone, and its sharpness is, on average, its share of
    that of all of them; the penalty counts fully in every step.
    """
    experiment = run.settings_at(run.first_rise_at or 0)
    share = experiment.batch_size / experiment.n_train if experiment.batch_size else 1.0
    penalty = evidence["learning_rate"] * experiment.l2
    return share * (evidence["product"] - penalty) + penalty


def highest_after_rise(run: Run) -> float:
    """Return the highest loss since the loss first rose; 0 where it never did."""
    if run.first_rise_at is None:
        return 0.0
    return float(run.loss_max[run.steps > run.first_rise_at].max())


def stability_at(run: Run, step: int) -> dict[str, float]:
    """Return learning rate x sharpness at any step of a run, and the limit it must stay below.

    "guide_only" is 1 where steps are taken on mini-batches: the sharpness is that of all samples.
    The limit is infinite for optimizers that scale each weight's step, which have no fixed one.
    """
    state = state_at(run, step)
    experiment = run.settings_at(step)
    rate = float(run.plan.learning_rates(step))
    curvature = sharpness(state.objective, state.w)
    limit = limit_of(experiment)
    return {
        "learning_rate": rate,
        "sharpness": curvature,
        "product": rate * curvature,
        "limit": limit,
        "largest_stable_rate": limit / curvature if curvature > 0 else np.inf,
        "guide_only": float(experiment.takes_mini_batches),
    }
