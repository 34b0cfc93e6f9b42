"""A question or two for every lesson, each answered by the descent that it sets."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from mlp.surfaces.best_rate import distances
from mlp.surfaces.surfaces import SURFACES, first_outside
from mlp.surfaces.valleys import valleys_of
from ui.address.form import Values
from ui.course.question import Question, Truth
from ui.course.truths import of_outliers
from ui.screens.gradient_descent import endings, escape, fitting, line, one, race, two
from ui.screens.gradient_descent.words import SURFACES as SURFACES_NAMED
from ui.screens.gradient_descent.words import signed
from ui.words.losses import LOSS_NAMES
from ui.words.numbers import equals
from ui.words.optimizers import NAMES

FEW, SOME = 3, 60  # steps
PARABOLA = SURFACES["parabola"]


def _one(changes: Values) -> Truth:
    values = one.FORM.values(changes)
    path = one.path_of(values)
    taken = endings.steps_of(len(path.points) - 1)
    product = 2 * values["rate"]  # the curvature of x^2 + 1 is 2
    factor = equals(1 - product, signed(1 - product))
    told = f"A step multiplies the distance by 1 − {signed(product)} {factor}"
    if path.ended == "left_domain":
        return (
            "away",
            f"{told}: step {first_outside(PARABOLA, path.points)} is the first outside of the map.",
        )
    if path.ended != "precision":
        return "never", f"{told}: after {taken} it is at x = {signed(path.points[-1, 0])}."
    name = "few" if len(path.points) - 1 <= FEW else "some"
    return name, f"{told}: it stops after {taken}."


def _two(changes: Values) -> Truth:
    path = two.path_of(two.FORM.values(changes))
    across = int(np.count_nonzero(np.diff(np.sign(path.points[:20, 1]))))
    surface = SURFACES[changes["surface"]]
    far = signed(float(distances(surface, path.points[-1:])[0]))
    if path.ended == "left_domain":
        return (
            "away",
            f"Step {first_outside(surface, path.points)} is the first outside of the map.",
        )
    told = (
        f"Of its first 19 steps {across} change sides across the valley; after "
        f"{endings.steps_of(len(path.points) - 1)} it is {far} from the minimum."
    )
    return ("zigzag" if across > 5 else "straight"), told


def _race(changes: Values) -> Truth:
    values = race.FORM.values(changes)
    surface = SURFACES[values["surface"]]
    apart = {
        name: float(distances(surface, race.path_of(values, name).points[-1:])[0])
        for name in values["runners"]
    }
    first = min(apart, key=apart.__getitem__)
    ends = ", ".join(f"{NAMES[name]} {signed(away)}" for name, away in apart.items())
    return first, f"Left to the minimum after {values['steps']:,} steps: {ends}."


def _escape() -> Truth:
    values = escape.FORM.values({})
    surface = SURFACES[values["surface"]]
    valleys = {
        kind: valleys_of(surface, path.points) for kind, path in escape.paths_of(values).items()
    }
    left = {kind: int(np.count_nonzero(np.diff(way))) for kind, way in valleys.items()}
    told = ", ".join(f"{escape.LABELS[kind].lower()} {count}" for kind, count in left.items())
    leavers = [kind for kind, count in left.items() if count]
    name = "both" if leavers == ["momentum", "noisy"] else (leavers or ["nobody"])[0]
    return name, f"Changes of valley: {told}."


def _epoch() -> Truth:
    values = line.FORM.values({})
    points = fitting.points_of(values)
    fits = fitting.fits_of(values, points)
    lowest = float(fitting.objective(values, points, fitting.best_of(values, points)))
    above = {name: fitting.above(fit, values["points"], lowest) for name, fit in fits.items()}
    told = ", ".join(f"{line.LABELS[name]} {signed(left)}" for name, left in above.items())
    return min(above, key=above.__getitem__), f"Loss above its minimum then: {told}."


def label(values: Values) -> str:
    """Return the name of a surface, as its picture has it."""
    return SURFACES_NAMED[values["surface"]].label


OUTLIERS = 3
FAST, WILD = {"rate": 0.5}, {"rate": 1.05}
NARROW: Values = {"surface": "valley", "rate": 0.07}
BENT: Values = {"surface": "rosenbrock", "runners": ("gradient_descent", "momentum", "adam")}
STEPS = {
    "few": f"At most {FEW} steps",
    "some": "Tens of steps",
    "never": "It never settles",
    "away": "It runs away",
}

QUESTIONS: Mapping[str, tuple[Question, ...]] = {
    "one": (
        Question(
            "x² + 1 from x = 10. With a rate of 0.5, how long until it is flat?",
            STEPS,
            partial(_one, FAST),
            {"surface": None, "start": None, "precision": None, "steps": None, **FAST},
        ),
        Question(
            "Twice that and a little more, 1.05: and now?",
            STEPS,
            partial(_one, WILD),
            {"surface": None, "start": None, "precision": None, "steps": None, **WILD},
        ),
    ),
    "two": (
        Question(
            f"{label(NARROW)}, 25 times as steep across as along. With a rate of 0.07, "
            "the way is …",
            {"straight": "Straight", "zigzag": "A zig-zag", "away": "Off the map"},
            partial(_two, NARROW),
            {"start": None, "steps": None, "gradient": None, **NARROW},
        ),
    ),
    "race": (
        Question(
            f"{label({'surface': race.FIRST_SURFACE})}: who of the five is nearest to "
            "the minimum after 200 steps?",
            {name: NAMES[name] for name in race.RUNNERS},
            partial(_race, {}),
            dict.fromkeys(("surface", "start", "runners", "steps", "momentum")),
        ),
        Question(
            f"Another surface, {label(BENT)}, a bent valley: who is nearest to "
            "the minimum after 200 steps?",
            {name: NAMES[name] for name in BENT["runners"]},
            partial(_race, BENT),
            {"start": None, "steps": None, "momentum": None, **BENT},
        ),
    ),
    "escape": (
        Question(
            "Many valleys, three ways down. Who leaves the first valley?",
            {
                "nobody": "Nobody",
                "momentum": "Momentum alone",
                "noisy": "Noise alone",
                "both": "Momentum and noise",
                "plain": "Plain descent",
            },
            _escape,
            dict.fromkeys(("surface", "start", "rate", "momentum", "noise", "seed", "steps")),
        ),
    ),
    "stochastic": (
        Question(
            "All three look at 40 samples. Who has the lower loss then?",
            {"batch": "1 step of 40", "mini": "5 steps of 8", "single": "40 steps of 1"},
            _epoch,
            dict.fromkeys(("what", "rate", "loss", "points", "noise", "outliers", "batch", "seed")),
        ),
        Question(
            f"{OUTLIERS} of the 40 points are moved far down. Whose best line do they move least?",
            LOSS_NAMES,
            partial(of_outliers, OUTLIERS),
            dict.fromkeys(("what", "loss", "delta", "points", "noise", "seed"))
            | {"outliers": OUTLIERS},
        ),
    ),
}
