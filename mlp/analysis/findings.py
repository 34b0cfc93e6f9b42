"""Findings: what a run itself shows of what went wrong in it, with the numbers it rests on.

Four things make a loss rise or a network die: a step too long for the curvature, saturation, a
step too long for the penalty, and the article's L2 term. Each is named only where the numbers of
this very run show it.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from mlp.analysis.stability import limit_of, share_left, sharpness_of_a_step
from mlp.analysis.trials import Trial
from mlp.analysis.verdicts import (
    dead_since,
    gradient_norms,
    judge,
    saturated_shares,
    went_wrong,
)
from mlp.experiment import Experiment
from mlp.matrices import norm
from mlp.optimizers.registry import stability_limit
from mlp.plan import Segment
from mlp.training.loop import state_at, train_at
from mlp.training.run import Run
from mlp.training.sharpness import sharpness
from mlp.training.state import TrainState
from mlp.training.steps import RISE, value_and_gradient

SHORT_STEP = 1e-3  # of a step's length: what rises even then rises in that direction, at any length


@dataclass(frozen=True)
class Diagnosis:
    """How a run went.

    Attributes
    ----------
    verdict : str
        One of ``verdicts.VERDICTS``.
    cause : str or None
        What went wrong, as the run itself shows it: "step_too_long", "saturation",
        "penalty_step_too_long" or "article_l2". Else the reason for which it did not learn, a
        value of ``cures.REASONS``. None where nothing went wrong or nothing tried explains it.
    step : int or None
        The step where it began; None for a reason, which holds for the whole run.
    evidence : mapping of str to float
        The numbers that the cause rests on.
    others : tuple of str
        Other causes that hold as well, the most telling first.
    trials : tuple of Trial, or None
        The changes that were tried, best first; None where none was tried yet.
    """

    verdict: str
    cause: str | None = None
    step: int | None = None
    evidence: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    others: tuple[str, ...] = ()
    trials: tuple[Trial, ...] | None = None

    @property
    def stepped_too_far(self) -> bool:
        """Whether learning rate x sharpness was past its limit where the loss first rose."""
        return self.evidence.get("product", 0.0) > self.evidence.get("limit", np.inf)

    @property
    def by_l1(self) -> dict[str, float]:
        """What says that the loss first rose by L1's part of a step alone; else nothing."""
        return {name: value for name, value in self.evidence.items() if name == "rose_by_l1"}


def first_look(run: Run) -> Diagnosis:
    """Return the verdict on a run and what it shows of what went wrong; no change is tried.

    For a run with the article's L2 term that went wrong, the same run with the derivative is
    trained, to be sure.
    """
    verdict = judge(run)
    for look in (_penalty_step, _article_l2, _saturation, _long_step):
        found = look(run, verdict)
        if found is not None:
            return found
    return Diagnosis(verdict)


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


def _last_step(run: Run) -> int:
    return int(run.steps[-1]) if run.non_finite_at is None else run.non_finite_at


def _saturation(run: Run, verdict: str) -> Diagnosis | None:
    """Find the first frame at which the network was dead."""
    if verdict != "saturated":
        return None
    hidden, output = saturated_shares(run, -1)
    norms = gradient_norms(run)
    evidence = {
        "hidden_share": hidden,
        "output_share": output,
        "first_gradient_norm": float(norms[0]),
        "gradient_norm": float(norms[-1]),
        "loss": float(run.loss[-1]),
    }
    died = dead_since(run)
    if run.first_rise_at is not None:
        state = state_at(run, run.first_rise_at)
        stability = stability_of(state)
        if _threw(run, state, died):
            evidence |= stability
        else:
            evidence["largest_stable_rate"] = stability["largest_stable_rate"]
    return Diagnosis(verdict, "saturation", int(run.steps[died]), evidence)


def _threw(run: Run, state: TrainState, died: int) -> bool:
    """Whether the step from a state, the first to raise the loss, led to a death.

    It was not made up for before, nor was it the mini-batch alone that pointed the wrong way.
    """
    between = (run.steps > state.step) & (np.arange(len(run.steps)) <= died)
    made_up = run.loss[between].min(initial=np.inf) < run.loss[run.frame_at(state.step)]
    return not made_up and not _by_chance(state)


def _long_step(run: Run, verdict: str) -> Diagnosis | None:
    """Compare learning rate x sharpness with its limit at the step after which the loss rose.

    A step that is too long is none at a thousandth of its length: where the loss rises all the
    same, the mini-batch points the wrong way. And a step that raises the loss only together with
    what L1 adds to it, the same length for every weight, is not too long for the curvature.
    """
    if run.first_rise_at is None:
        return None
    state = state_at(run, run.first_rise_at)
    experiment = state.experiment
    if _by_chance(state):
        return None
    if experiment.l1 > 0 and not change_of_loss(state, l1=0.0) > RISE:
        plain = experiment.optimizer == "gradient_descent" and not experiment.takes_mini_batches
        return Diagnosis(verdict, evidence={"rose_by_l1": 1.0} if plain else {})
    evidence = stability_of(state)
    if not evidence["product"] > evidence["limit"]:
        return None
    evidence["highest_loss"] = highest_after_rise(run)
    return Diagnosis(verdict, "step_too_long", run.first_rise_at, evidence)


def _by_chance(state: TrainState) -> bool:
    """Whether even a thousandth of the next step, on its mini-batch, raises the loss of all."""
    return state.experiment.takes_mini_batches and change_of_loss(state, times=SHORT_STEP) > 0


def change_of_loss(state: TrainState, *, times: float = 1.0, l1: float | None = None) -> float:
    """Return by how much the next step, so many times as long, changes J / n.

    With ``l1`` the same step is taken, and J measured, with another L1 penalty.
    """
    objective = state.objective if l1 is None else state.objective._replace(l1=l1)
    scheduled = state.segment.scheduled
    shorter = scheduled.replace(learning_rate=times * scheduled.learning_rate)
    trial = dataclasses.replace(
        state.copy(), objective=objective, segment=state.segment._replace(scheduled=shorter)
    )
    J, _ = value_and_gradient(objective, state.w)
    return float(trial.advance(state.step + 1)[0]) - J / len(objective.X)


def highest_after_rise(run: Run) -> float:
    """Return the highest loss since the loss first rose; 0 where it never did."""
    if run.first_rise_at is None:
        return 0.0
    return float(run.loss_max[run.steps > run.first_rise_at].max())


def stability_at(run: Run, step: int) -> dict[str, float]:
    """Return learning rate x sharpness at any step of a run, and the limit it must stay below.

    The rate is that which a step comes to: "share_left" of its length is left by clipping.
    "guide_only" is 1 where steps are taken on mini-batches: the sharpness is theirs on average.
    The limit is infinite for optimizers that scale each weight's step, which have no fixed one.
    """
    return stability_of(state_at(run, step))


def stability_of(state: TrainState) -> dict[str, float]:
    """Return the same of where a training stands."""
    experiment = state.experiment
    rate = float(state.segment.learning_rates(state.step))
    curvature = sharpness_of_a_step(experiment, sharpness(state.objective, state.w))
    limit = limit_of(experiment, at_rest=state.step == state.began)
    [left] = share_left(experiment, np.array([norm(state.gradient)])).tolist()
    return {
        "learning_rate": rate,
        "sharpness": curvature,
        "share_left": left,
        "product": rate * left * curvature,
        "limit": limit,
        "largest_stable_rate": limit / (left * curvature) if left * curvature > 0 else np.inf,
        "guide_only": float(experiment.takes_mini_batches),
    }
