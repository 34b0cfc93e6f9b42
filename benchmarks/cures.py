"""An audit of random experiments: what is said of them, which offered cures help, and the price.

Every cure that is offered is trained to its end here, and judged by the definition alone.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from mlp import Experiment, Run, diagnose, fitting_cures, train
from mlp.analysis.verdicts import data_losses, is_poor
from mlp.data.shapes import DATASETS
from mlp.optimizers.registry import OPTIMIZERS
from mlp.schedules import SCHEDULES

SEED = 20261127
LESS, CALMER = 0.9, 1.1  # of the median data loss over the second half


@dataclass(frozen=True)
class Audited:
    """What came of one experiment: seconds of a core, and whether each offered cure helps."""

    training: float
    diagnosing: float
    poor: bool
    reassured: bool
    helps: tuple[bool, ...]


def drawn(random: np.random.Generator) -> Experiment:
    """Draw an experiment of any kind, of which most end poorly, as a beginner's do."""

    def log(low: float, high: float) -> float:
        return float(10 ** random.uniform(low, high))

    def choice(options: Iterable[str]) -> str:
        return str(random.choice(sorted(options)))

    points, luck = int(random.choice([20, 100, 300])), random.random(8)
    return Experiment(
        dataset=choice(DATASETS),
        points=points,
        train_points=points,
        data_seed=int(random.integers(10**6)),
        init_seed=int(random.integers(10**6)),
        hidden=int(random.choice([2, 3, 4, 8, 20, 50, 120])),
        bias=bool(luck[0] < 0.8),
        init_scale=float(random.choice([0.01, 0.1, 5, 20])) if luck[1] < 0.25 else 1.0,
        learning_rate=log(-4, 1),
        schedule=choice(SCHEDULES) if luck[2] < 0.5 else "constant",
        optimizer=choice(OPTIMIZERS) if luck[3] < 0.5 else "gradient_descent",
        l1=log(-5, 0) if luck[4] < 0.15 else 0.0,
        l2=log(-5, 1) if luck[5] < 0.25 else 0.0,
        batch_size=int(random.choice([1, 4, 8])) if luck[6] < 0.25 else 0,
        clip_norm=log(-2, 1) if luck[7] < 0.15 else 0.0,
        steps=int(random.choice([500, 2000, 8000, 20_000])),
    )


def experiments() -> Iterator[Experiment]:
    """Draw without end; what two settings forbid together is drawn once more."""
    for index in count():
        try:
            yield drawn(np.random.default_rng([SEED, index]))
        except ValueError:
            continue


def audit(experiment: Experiment) -> Audited:
    began = time.process_time()
    run = train(experiment)
    trained = time.process_time()
    diagnosis = diagnose(run)
    cures = fitting_cures(run, diagnosis)
    diagnosed = time.process_time()
    losses = data_losses(run)
    learned = run.train_accuracy[-1] >= 0.9 and losses[-1] < losses[0] / 2
    return Audited(
        training=trained - began,
        diagnosing=diagnosed - trained,
        poor=is_poor(run),
        reassured=diagnosis.verdict == "converged" and not learned,
        helps=tuple(helps(run, train(cure)) for cure in cures.values()),
    )


def helps(run: Run, cured: Run) -> bool:
    """Whether a cured run, whole, has a tenth less loss, or at most a tenth more without a rise."""
    if run.non_finite_at is not None or cured.non_finite_at is not None:
        return cured.non_finite_at is None
    before, after = (np.median(data_losses(one)[one.steps >= one.steps[-1] / 2])
                     for one in (run, cured))  # fmt: skip
    calmed = run.first_rise_at is not None and cured.first_rise_at is None
    return bool(after <= LESS * before or (calmed and after <= CALMER * before))


def cure_rows(runs: int) -> Iterator[tuple[str, str, str]]:
    """Yield what is measured of so many random runs, and what is wanted."""
    audit(Experiment(hidden=50, learning_rate=0.3))  # compiles
    found = [audit(experiment) for experiment, _ in zip(experiments(), range(runs), strict=False)]
    offered = [helped for one in found for helped in one.helps]
    poor = [one for one in found if one.poor]
    cured = sum(any(one.helps) for one in poor)
    ratios = [one.diagnosing / one.training for one in found]
    slowest = max(one.diagnosing for one in found)
    yield f"Cures that help, of {len(offered)} offered", f"{np.mean(offered):.1%}", "≥ 95 %"
    yield f"Of {len(poor)} poor runs in {runs}, with one", f"{cured / len(poor):.0%}", "≥ 60 %"
    yield "“Learned” of a run that did not", str(sum(one.reassured for one in found)), "0"
    yield "Diagnosis, x the run's training, median", f"{np.median(ratios):.1f}", ""
    yield "The same, most", f"{max(ratios):.1f}", "≤ 10"
    yield "Diagnosis, most seconds of a core", f"{slowest:.2f} s", "≤ 3 s"
