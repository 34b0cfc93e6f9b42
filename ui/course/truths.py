"""The answers to the questions of the course, each computed by the model it is about."""

from collections.abc import Callable, Mapping
from itertools import pairwise, takewhile
from typing import Any

import numpy as np

from mlp import Experiment, Frame, check_gradients, train_steps
from mlp.optimizers.registry import OPTIMIZERS
from mlp.surfaces import regression
from mlp.surfaces.best_rate import ARRIVED, score, suggested_rate
from mlp.surfaces.surfaces import SURFACES, descend
from ui.course.question import Truth
from ui.course.steps import Step
from ui.jobs import runs
from ui.words.numbers import equals, plural, short
from ui.words.optimizers import NAMES

FEW, SOME = 4, 100  # steps
HALF, MOST, ALL = 0.6, 0.9, 0.98  # of the points
SEVERAL = 1.5  # times as sharp
FIRST_STEPS = 50
RISE = 1e-12
LOSS_NAMES = {"squared": "squared error", "absolute": "absolute error", "huber": "Huber"}
RACE_STEPS = 200
MOVED = {"points": 40, "noise": 1.0, "seed": 0}  # of the lesson about losses


def experiment_of(step: Step) -> Experiment:
    """Return the settings that a step's address asks for."""
    texts = {name: str(text) for name, text in step.params.items() if name not in ("step", "brick")}
    return Experiment.from_params(texts)


def _descent_steps(step: Step) -> Truth:
    rate = float(str(step.params["rate"]))
    surface = SURFACES["parabola"]
    path = descend(surface, surface.start, learning_rate=rate, steps=SOME, precision=1e-6)
    taken = len(path.points) - 1
    factor = 1 - 2 * rate
    told = f"Each step multiplies x by 1 − 2 × {short(rate)} {equals(factor, short(factor))}"
    told = told.replace(" -", " −")
    if path.ended != "precision":
        return "many", f"{told}; after {taken} steps it has not arrived."
    return ("few" if taken <= FEW else "some"), f"{told}: it takes {taken} steps."


def _valley(step: Step) -> Truth:
    rate = float(str(step.params["rate"]))
    surface = SURFACES["valley"]
    path = descend(surface, surface.start, learning_rate=rate, steps=500)
    if path.ended != "steps":
        return "away", f"It has left the map at step {len(path.points) - 1}."
    factor = 1 - 25 * rate
    across = int(np.count_nonzero(np.diff(np.sign(path.points[:20, 1]))))
    told = (
        f"Across the valley a step multiplies by 1 − 25 × {short(rate)} "
        f"{equals(factor, f'{factor:.3g}')}, "
        f"along it by {1 - rate:.3g}: {across} of the first 19 steps change sides."
    ).replace(" -", " −")
    return ("zigzag" if across > FIRST_STEPS // 10 else "straight"), told


def _race(step: Step) -> Truth:
    surface = SURFACES[str(step.params["surface"])]
    arrivals = {}
    for name in step.answers:
        rate = suggested_rate(name, surface, surface.start)
        parameters = OPTIMIZERS[name].parameters
        arrivals[name] = score(
            surface, surface.start, name, rate, steps=RACE_STEPS, parameters=parameters
        ).arrival
    first = min(arrivals, key=arrivals.__getitem__)
    told = ", ".join(
        f"{NAMES[name]} at step {int(t)}" if np.isfinite(t) else f"{NAMES[name]} not yet"
        for name, t in sorted(arrivals.items(), key=lambda item: item[1])
    )
    return first, f"Within {ARRIVED:g} of the bottom: {told}. {_why_first(step)}"


def _why_first(step: Step) -> str:
    """Say what holds the others up: how they go along the valley, its first variable."""
    surface = SURFACES[str(step.params["surface"])]
    along = {}
    for name in ("gradient_descent", "momentum", "nesterov"):
        rate = suggested_rate(name, surface, surface.start)
        parameters = OPTIMIZERS[name].parameters
        settings: dict[str, Any] = {"optimizer": name, "parameters": parameters}
        path = descend(surface, surface.start, learning_rate=rate, steps=RACE_STEPS, **settings)
        along[name] = path.points[:, 0]
    swings = {name: int(np.count_nonzero(np.diff(np.sign(x)))) for name, x in along.items()}
    creeping = along["gradient_descent"]
    often = {name: plural(count, "time") for name, count in swings.items()}
    told = f"Along the valley momentum swings past the bottom {often['momentum']}, Nesterov "
    told += often["nesterov"]
    if swings["nesterov"] < swings["momentum"]:
        told = f"{told}: it looks ahead, and turns sooner"
    left = short(float(creeping[1] / creeping[0]))
    return f"{told}. A step of gradient descent leaves {left} of the way along."


def moves_of_best_lines(outliers: int) -> dict[str, float]:
    """Return how far, in slope and intercept, outliers move the best line of each loss."""
    settings = {"noise": MOVED["noise"], "seed": int(MOVED["seed"])}
    n = int(MOVED["points"])
    before = regression.make_points(n, **settings)  # type: ignore[arg-type]
    after = regression.make_points(n, outliers=outliers, **settings)  # type: ignore[arg-type]
    return {
        loss: float(
            np.linalg.norm(
                regression.best_line(after, loss=loss) - regression.best_line(before, loss=loss)
            )
        )
        for loss in regression.LOSSES
    }


def _outliers(step: Step) -> Truth:  # noqa: ARG001 - one signature
    moved = moves_of_best_lines(3)
    told = ", ".join(f"{LOSS_NAMES[name]} {short(far)}" for name, far in moved.items())
    return (
        min(moved, key=moved.__getitem__),
        f"The best lines move by: {told}. {_why_they_move(3)}",
    )


def _why_they_move(outliers: int) -> str:
    """Say what share of the pull on a line comes from the outliers, under each loss."""
    n, settings = int(MOVED["points"]), {"noise": MOVED["noise"], "seed": int(MOVED["seed"])}
    before = regression.make_points(n, **settings)  # type: ignore[arg-type]
    after = regression.make_points(n, outliers=outliers, **settings)  # type: ignore[arg-type]
    shares = []
    for loss, entry in regression.LOSSES.items():
        line = regression.best_line(before, loss=loss)
        pull = np.abs(entry.slope(regression.residuals(after, line), 1.0))
        shares.append(f"{pull[-outliers:].sum() / pull.sum():.0%} under {LOSS_NAMES[loss]}")
    return (
        "A point pulls by the slope of the loss at its miss: of all pull on the old line the far "
        f"ones have {', '.join(shares)}."
    )


def _weights(step: Step) -> Truth:
    run = runs.untrained(experiment_of(step))
    first, second = run.W1[0].shape, run.W2[0].shape
    count = first[0] * first[1] + second[0] * second[1]
    name = {6: "six", 12: "twelve", 17: "seventeen"}.get(count, "thirty")
    told = f"W1 has {first[0]} × {first[1]}, W2 has {second[0]} × {second[1]}: {count} in all."
    return name, told


def _accuracy(step: Step) -> Truth | None:
    run = runs.recall(experiment_of(step))
    if run is None:
        return None
    right = float(run.train_accuracy[-1])
    bounds = {"half": HALF, "most": MOST, "nearly": ALL}
    name = next((name for name, bound in bounds.items() if right <= bound), "all")
    told = f"{right:.1%} are right after {int(run.steps[-1]):,} steps, with "
    return name, f"{told}{plural(run.experiment.hidden, 'line')} to combine."


def _sharper(step: Step) -> Truth:  # noqa: ARG001
    three, fifty = (float(runs.untrained(Experiment(hidden=h)).sharpness[0]) for h in (3, 50))
    told = f"Sharpness {short(three)} for 3 neurons, {short(fifty)} for 50: the limits of the rate "
    told += f"are 2 / sharpness, {short(2 / three)} and {short(2 / fifty)}."
    if fifty > SEVERAL * three:
        return "fifty", told
    return ("three" if three > SEVERAL * fifty else "equal"), told


def _first_rise(experiment: Experiment) -> int | None:
    """Return the first recorded step with a higher loss than the one before, or None."""
    early: list[Frame] = list(
        takewhile(lambda frame: frame.step <= FIRST_STEPS, train_steps(experiment))
    )
    rising = (b.step for a, b in pairwise(early) if b.loss > a.loss + RISE)
    return next(rising, None)


def _first_steps(step: Step) -> Truth:
    base = Experiment(hidden=50, learning_rate=0.03)
    warmup = int(str(step.params["warmup_steps"]))
    rises = {
        "cosine": _first_rise(base.replace(schedule="cosine")),
        "warmup": _first_rise(base.replace(warmup_steps=warmup)),
    }
    calm = [name for name, at in rises.items() if at is None]
    told = "; ".join(
        f"{name.replace('warmup', 'warm-up')}: {'no rise' if at is None else f'rises at step {at}'}"
        for name, at in rises.items()
    )
    return ("both" if len(calm) > 1 else calm[0] if calm else "neither"), f"{told.capitalize()}."


def _explosion(step: Step) -> Truth | None:  # noqa: ARG001
    run = runs.recall(Experiment(hidden=50, learning_rate=0.3))
    if run is None:
        return None
    diagnosis = runs.first_look_of(run)
    told = f"The loss ends at {short(float(run.loss[-1]))}, {run.train_accuracy[-1]:.1%} right."
    if diagnosis.verdict == "non_finite":
        return "infinity", told
    return ("dies" if diagnosis.verdict == "saturated" else "jumps"), told


def _article(step: Step) -> Truth:
    check = check_gradients(runs.untrained(experiment_of(step)))
    told = f"The largest relative error is {check.max_relative_error:.2g}, in dL/d{check.layer}."
    return ("passes" if check.passed else "fails"), told


# None: the run that answers is still under way.
TRUTHS: Mapping[str, Callable[[Step], Truth | None]] = {
    "descent_steps": _descent_steps,
    "valley": _valley,
    "race": _race,
    "outliers": _outliers,
    "weights": _weights,
    "accuracy": _accuracy,
    "sharper": _sharper,
    "first_steps": _first_steps,
    "explosion": _explosion,
    "article": _article,
}
