"""The maps to begin with: two axes, one question, and one sentence computed from the map."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mlp import Experiment
from mlp.analysis.maps.pixels import CALM, CHAOTIC, DEAD, INFINITE, SURVIVED, Pixels, is_trained
from mlp.analysis.maps.plane import Axis, Plane
from mlp.base.arrays import Flags
from mlp.experiment import Value
from ui.screens.map.views import BASE, RATE, SCALE

LEARNED = 0.8  # of all points right: more than a straight line can do
Sentence = Callable[[Plane, Pixels], str]


def share(part: Flags, of: Flags) -> str:
    """Return how much of some pixels is in a part, in per cent; "none" where there are none."""
    count = int(np.sum(of))
    if not count:
        return "none"
    percent = 100 * float(np.sum(part & of)) / count
    return f"{percent:.0f} %" if 1 <= percent <= 99 or percent in (0, 100) else f"{percent:.2g} %"


def learned(pixels: Pixels) -> Flags:
    """Return which pixels answer nearly all points right."""
    right: Flags = pixels["accuracy"] >= LEARNED  # false for NaN
    return right


def is_one_of(pixels: Pixels, *verdicts: int) -> Flags:
    """Return which pixels have one of some verdicts."""
    return np.isin(pixels["verdict"], verdicts)


def stable_and_learning(plane: Plane, pixels: Pixels) -> str:
    """Say how much of the calm region learns, and of what lies beyond."""
    calm, rest = is_one_of(pixels, CALM), is_one_of(pixels, SURVIVED, CHAOTIC, DEAD, INFINITE)
    return (
        f"{share(learned(pixels), calm)} of the stable area learns (at least {LEARNED:.0%} of all "
        f"points right after {plane.experiment.steps:,} steps), and "
        f"{share(learned(pixels), rest)} of what lies beyond its edge."
    )


def widest_rate(plane: Plane, pixels: Pixels) -> str:
    """Say the largest calm rate of the first and of the last row."""
    ends = []
    for row in (0, -1):
        rates = plane.xs()[is_one_of(pixels[row], CALM)]
        name = f"{plane.y.setting(plane.ys()[row]):,} neuron" + ("" if row == 0 else "s")
        ends.append(f"with {name} {f'{rates.max():.3g}' if len(rates) else 'there is none'}")
    dead = share(is_one_of(pixels, DEAD), is_trained(pixels))
    return f"The largest rate without any rise: {ends[0]}, {ends[1]}. {dead} of the map is dead."


def beyond_two(plane: Plane, pixels: Pixels) -> str:
    """Say how much is infinite on either side of rate x l2 = 2."""
    product = np.outer(plane.ys(), plane.xs())
    past = product > 2
    infinite = is_one_of(pixels, INFINITE)
    return (
        f"{share(infinite, past)} of the trainings with rate × l2 above 2 are infinite within "
        f"{plane.experiment.steps:,} steps, and {share(infinite, ~past)} of the others."
    )


def with_momentum(plane: Plane, pixels: Pixels) -> str:
    """Say how the largest calm rate changes with momentum."""
    rows = [plane.xs()[is_one_of(row, CALM)] for row in (pixels[0], pixels[-1])]
    if not all(len(rates) for rates in rows):
        return "Not every row has a rate at which the loss never rises."
    low, high = (rates.max() for rates in rows)
    change = "raises" if high > low else "lowers"
    return (
        f"Momentum {plane.ys()[-1]:g} {change} the largest rate without any rise from {low:.3g} to "
        f"{high:.3g}; near a minimum the limit would grow by a factor of "
        f"{(1 + plane.ys()[-1]) / (1 + plane.ys()[0]):.2f}."
    )


def fringe(plane: Plane, pixels: Pixels) -> str:  # noqa: ARG001 - one signature
    """Say how often neighbours on the map end differently."""
    stable = is_one_of(pixels, CALM, SURVIVED)
    across, up = stable[:, 1:] != stable[:, :-1], stable[1:] != stable[:-1]
    count = int(across.sum() + up.sum())
    return (
        f"{count:,} of {across.size + up.size:,} pairs of neighbours end differently, one steady "
        "and one not: a straight edge across this map would have about "
        f"{len(pixels):,}."
    )


def article_harm(plane: Plane, pixels: Pixels) -> str:
    """Say how much of the map the article's term makes infinite, and where it begins."""
    infinite = is_one_of(pixels, INFINITE)
    rows = np.flatnonzero(infinite.any(axis=1))
    lowest = f", from l2 = {plane.ys()[rows[0]]:.2g} on" if len(rows) else ""
    return (
        f"{share(infinite, is_trained(pixels))} of the map is infinite within "
        f"{plane.experiment.steps:,} steps{lowest}; with the derivative in place of the article’s "
        "term only a rate × l2 above 2 could be."
    )


@dataclass(frozen=True)
class Preset:
    """A map with a question: its settings and axes, and what answers it."""

    title: str
    question: str
    x: Axis
    y: Axis
    experiment: Experiment
    answer: Sentence


_MORE: Mapping[str, Value] = {"bias": False, "l2_gradient": "article", "l2": 1e-3}
PRESETS: dict[str, Preset] = {
    "scale": Preset(
        "Rate × scale, 3 neurons",
        "Where does training stay calm, and does what is calm also learn?",
        RATE,
        SCALE,
        BASE,
        stable_and_learning,
    ),
    "neurons": Preset(
        "Rate × neurons",
        "Does a network of more neurons bear a longer step, or a shorter one?",
        RATE,
        Axis("hidden", 1, 60),
        BASE.replace(steps=200),
        widest_rate,
    ),
    "penalty": Preset(
        "Rate × l2",
        "What happens where learning rate × l2 passes 2?",
        Axis("learning_rate", 0.01, 3, "log"),
        Axis("l2", 0.1, 100, "log"),
        BASE.replace(steps=1000),
        beyond_two,
    ),
    "momentum": Preset(
        "Rate × momentum",
        "Does momentum bear longer steps, as its limit 2 (1 + m) says?",
        Axis("learning_rate", 0.0003, 3, "log"),
        Axis("momentum", 0, 0.95),
        BASE.replace(optimizer="momentum"),
        with_momentum,
    ),
    "layers": Preset(
        "Both layers’ rates",
        "Is the edge between steady and unsteady training a line?",
        Axis("learning_rate", 0.01, 10, "log"),
        Axis("first_layer_rate", 0.01, 100, "log"),
        BASE,
        fringe,
    ),
    "article": Preset(
        "The article’s term",
        "How strong must the article’s L2 term be to make training explode?",
        RATE,
        Axis("l2", 1e-5, 10, "log"),
        BASE.replace(**{**_MORE, "steps": 1000}),
        article_harm,
    ),
}


def preset_of(plane: Plane) -> str | None:
    """Return the name of the preset that a map, before any zoom, is of."""
    for name, preset in PRESETS.items():
        if (plane.x, plane.y) == (preset.x, preset.y) and plane.experiment == preset.experiment:
            return name
    return None
