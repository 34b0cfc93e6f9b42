"""What the map calls its settings, quantities and verdicts, and what it says of itself."""

import math
from collections.abc import Mapping

import numpy as np

from mlp import Experiment
from mlp.analysis.maps.limits import LimitLine, agreement
from mlp.analysis.maps.pixels import CALM, VERDICTS, Pixels, is_trained
from mlp.analysis.maps.plane import AXES, Plane
from mlp.experiment import ALLOWED
from ui.words import names
from ui.words.numbers import short
from ui.words.optimizers import gauge_limit, limit_formula

SETTINGS: Mapping[str, str] = {
    **{name: names.SETTINGS[name] for name in AXES},
    "points": "Points",
    "clip_norm": "Longest gradient (clipping)",
}
QUANTITIES: Mapping[str, str] = {
    "verdict": "Verdict",
    "loss": "Last loss",
    "mean_loss": "Mean loss",
    "accuracy": "Accuracy",
    "rises": "Rises",
    "first_rise_at": "First rise",
}
VERDICT_WORDS: Mapping[str, str] = {
    "calm": "the loss never rose",
    "survived": "it rose, and no longer does",
    "chaotic": "it still rises at the end",
    "dead": "saturated, no gradient left",
    "infinite": "the loss is no finite number",
}


def counts(pixels: Pixels) -> dict[str, float] | None:
    """Return the share of each verdict among the trained pixels; None where there are none."""
    found = pixels["verdict"][is_trained(pixels)]
    if not len(found):
        return None
    numbers = np.bincount(found, minlength=len(VERDICTS)) / len(found)
    return dict(zip(VERDICTS, numbers.tolist(), strict=True))


def theory(plane: Plane, pixels: Pixels, line: LimitLine | None) -> str:
    """Say what the line of theory is, and how far the map agrees with it."""
    experiment = plane.experiment
    if line is None:
        return why_no_line(plane)
    share = agreement(plane, pixels, line)
    limit = _limit(plane)
    said = (
        f"The line: rate × sharpness of the untrained network = {limit}, computed for every "
        f"{'row' if line.rate_axis == 'x' else 'column'}"
    )
    if "first_layer_rate" in (plane.x.name, plane.y.name) or experiment.first_layer_rate != 1:
        said += ", in coordinates stretched by the first layer’s factor"
    if share is None:
        return f"{said}. No training on this map is without a rise."
    past = ~line.is_below(plane) & is_trained(pixels)
    calm = float(np.mean(pixels["verdict"][past] == CALM)) if past.any() else 0.0
    return (
        f"{said}. {_percent(share)} of the pixels that never rise lie below it; of those past it "
        f"{_percent(calm)} are calm all the same."
    )


def why_no_line(plane: Plane) -> str:
    """Say why no line of theory is drawn."""
    if "learning_rate" not in (plane.x.name, plane.y.name):
        return "No line of theory: neither axis is the learning rate."
    experiment = plane.experiment.replace(first_layer_rate=1.0)
    drawn = experiment.optimizer == "gradient_descent" and "l2" in (plane.x.name, plane.y.name)
    if drawn and experiment.l2_gradient == "article":
        return (
            "The line rate × l2 = 2 is where the derivative of the penalty would run away; for the "
            "article’s term no limit is known."
        )
    if gauge_limit(experiment) is None or experiment.takes_mini_batches:
        return "No line of theory: for these settings none is known."
    return ""


def _limit(plane: Plane) -> str:
    if "momentum" in (plane.x.name, plane.y.name) and plane.experiment.optimizer == "momentum":
        return "2 (1 + momentum)"
    return limit_formula(plane.experiment)


def _percent(share: float) -> str:
    text = f"{share:.0%}"
    return text if share in (0.0, 1.0) or text not in ("0%", "100%") else f"{share:.2%}"


def pixel_sentence(plane: Plane, pixels: Pixels, row: int, column: int) -> str:
    """Say what a pixel is, with its settings and numbers."""
    pixel = pixels[row, column]
    where = f"{setting(plane, 'x', column)}, {setting(plane, 'y', row)}"
    if pixel["verdict"] < 0:
        return f"{where}: not trained yet."
    verdict = VERDICTS[pixel["verdict"]]
    said = f"{where}: {verdict}, {VERDICT_WORDS[verdict]}."
    if not np.isfinite(pixel["loss"]):
        return said
    rises = f"{pixel['rises']:,} rises"
    if pixel["rises"]:
        rises += f", the first at step {pixel['first_rise_at'] + 1:,}"
    return (
        f"{said} Last loss {short(pixel['loss'])}, mean loss {short(pixel['mean_loss'])}, "
        f"{pixel['accuracy']:.1%} of all points right, {rises}."
    )


def setting(plane: Plane, side: str, index: int) -> str:
    """Return a pixel's setting on one side: its name, and its value to six digits."""
    axis = plane.x if side == "x" else plane.y
    value = axis.setting(float(axis.values(plane.size)[index]))
    return f"{SETTINGS[axis.name].lower()} {value:.6g}"


def subject(experiment: Experiment) -> str:
    """Say what all pixels have in common, beyond the axes."""
    kind = "neuron" if experiment.hidden == 1 else "neurons"
    return (
        f"{experiment.hidden} {kind}, {experiment.n_train} training points, "
        f"{experiment.steps:,} steps each"
    )


def ranges(plane: Plane) -> str:
    """Say what the axes span, with as many digits as tell the ends apart."""
    return " ".join(
        f"{SETTINGS[axis.name]}: {_apart(axis.low, axis.high)} to {_apart(axis.high, axis.low)}."
        for axis in (plane.x, plane.y)
    )


def _apart(value: float, other: float) -> str:
    """Return a number with three digits more than it has in common with another."""
    gap = abs(value - other) / max(abs(value), abs(other))
    return f"{value:.{min(max(3, 3 - math.floor(math.log10(gap))), 17)}g}"


def is_whole(name: str) -> bool:
    """Whether a setting is a whole number."""
    return ALLOWED[name].type is int
