"""What a map answers: the name of the right answer, and one sentence, both computed from it."""

import numpy as np

from mlp.analysis.maps.pixels import CALM, CHAOTIC, DEAD, INFINITE, SURVIVED, Pixels, is_trained
from mlp.analysis.maps.plane import Plane
from mlp.base.arrays import Flags
from ui.course.question import Truth

LEARNED = 0.8  # of all points right: more than a straight line can do
MOST, LEAST = 0.75, 0.25  # of the stable area
LOW, HIGH = 1e-3, 0.1  # of the article's l2
EITHER_WAY = 1.05  # times a rate: less is a pixel, and no difference


def share(part: Flags, of: Flags) -> str:
    """Return how much of some pixels is in a part, in per cent; "none" where there are none."""
    count = int(np.sum(of))
    if not count:
        return "none"
    percent = 100 * float(np.sum(part & of)) / count
    return f"{percent:.0f}%" if 1 <= percent <= 99 or percent in (0, 100) else f"{percent:.2g}%"


def learned(pixels: Pixels) -> Flags:
    """Return which pixels answer nearly all points right."""
    right: Flags = pixels["accuracy"] >= LEARNED  # false for NaN
    return right


def is_one_of(pixels: Pixels, *verdicts: int) -> Flags:
    """Return which pixels have one of some verdicts."""
    return np.isin(pixels["verdict"], verdicts)


def stable_and_learning(plane: Plane, pixels: Pixels) -> Truth:
    """Say how much of the calm region learns, and of what lies beyond."""
    calm, rest = is_one_of(pixels, CALM), is_one_of(pixels, SURVIVED, CHAOTIC, DEAD, INFINITE)
    part = float(np.mean(learned(pixels)[calm])) if calm.any() else 0.0
    return ("most" if part > MOST else "some" if part >= LEAST else "few"), (
        f"{share(learned(pixels), calm)} of the stable area learns (at least {LEARNED:.0%} of all "
        f"points right after {plane.experiment.steps:,} steps), and "
        f"{share(learned(pixels), rest)} of what lies beyond its edge."
    )


def _largest_calm(plane: Plane, pixels: Pixels, row: int) -> float:
    """Return the largest learning rate without any rise in a row; 0 where there is none."""
    return float(plane.xs()[is_one_of(pixels[row], CALM)].max(initial=0.0))


def _compared(low: float, high: float) -> str:
    """Say whether the last row bears longer or shorter steps than the first."""
    if max(low, high) <= EITHER_WAY * min(low, high):
        return "same"
    return "longer" if high > low else "shorter"


def widest_rate(plane: Plane, pixels: Pixels) -> Truth:
    """Say the largest calm rate of the first and of the last row."""
    ends, rates = [], [_largest_calm(plane, pixels, row) for row in (0, -1)]
    for row, rate in zip((0, -1), rates, strict=True):
        count = plane.y.setting(plane.ys()[row])
        name = f"{count:,} neuron" + ("" if count == 1 else "s")
        ends.append(f"with {name} {f'{rate:.3g}' if rate else 'there is none'}")
    dead = share(is_one_of(pixels, DEAD), is_trained(pixels))
    return _compared(*rates), (
        f"The largest rate without any rise: {ends[0]}, {ends[1]}. {dead} of the map is dead."
    )


def beyond_two(plane: Plane, pixels: Pixels) -> Truth:
    """Say how much is infinite on either side of rate x l2 = 2."""
    past = np.outer(plane.ys(), plane.xs()) > 2
    infinite, calm = is_one_of(pixels, INFINITE), is_one_of(pixels, CALM)
    counts = {
        "infinite": np.sum(infinite & past),
        "swings": np.sum(~infinite & ~calm & past),
        "calm": np.sum(calm & past),
    }
    return max(counts, key=counts.__getitem__), (
        f"{share(infinite, past)} of the trainings with rate × l2 above 2 are infinite within "
        f"{plane.experiment.steps:,} steps, and {share(infinite, ~past)} of the others."
    )


def with_momentum(plane: Plane, pixels: Pixels) -> Truth:
    """Say how the largest calm rate changes with momentum."""
    low, high = (_largest_calm(plane, pixels, row) for row in (0, -1))
    right = _compared(low, high)
    if not (low and high):
        return right, "Not every row has a rate at which the loss never rises."
    change = {"same": "leaves", "longer": "raises", "shorter": "lowers"}[right]
    ends = f"at {low:.3g}" if right == "same" else f"from {low:.3g} to {high:.3g}"
    return right, (
        f"Momentum {plane.ys()[-1]:g} {change} the largest rate without any rise {ends}; "
        "near a minimum the limit would grow by a factor of "
        f"{(1 + plane.ys()[-1]) / (1 + plane.ys()[0]):.2f}."
    )


def fringe(plane: Plane, pixels: Pixels) -> Truth:  # noqa: ARG001 - one signature
    """Say how often neighbours on the map end differently."""
    stable = is_one_of(pixels, CALM, SURVIVED)
    across, up = stable[:, 1:] != stable[:, :-1], stable[1:] != stable[:-1]
    count, most = int(across.sum() + up.sum()), 2 * len(pixels)
    return ("ragged" if count > most else "line"), (
        f"{count:,} of {across.size + up.size:,} pairs of neighbours end differently, one steady "
        f"and one not: a straight edge across this map would have at most {most:,}."
    )


def article_harm(plane: Plane, pixels: Pixels) -> Truth:
    """Say how much of the map the article's term makes infinite, and where it begins."""
    infinite = is_one_of(pixels, INFINITE)
    rows = np.flatnonzero(infinite.any(axis=1))
    if not len(rows):
        return "never", f"Nothing on this map is infinite within {plane.experiment.steps:,} steps."
    lowest = plane.ys()[rows[0]]
    return ("low" if lowest < LOW else "middle" if lowest <= HIGH else "high"), (
        f"{share(infinite, is_trained(pixels))} of the map is infinite within "
        f"{plane.experiment.steps:,} steps, from l2 = {lowest:.2g} on; with the derivative in "
        "place of the article’s term only a rate × l2 above 2 could be."
    )
