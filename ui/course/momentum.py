"""Why momentum comes later than plain descent in the race, and with which β it would not."""

from functools import lru_cache

import numpy as np

from mlp.surfaces.best_rate import score, search
from mlp.surfaces.surfaces import Surface
from ui.course.truths import WHY
from ui.words.numbers import short

STEPS = 200


def why_late(surface: Surface, *, beta: float, rate: float, own_rate: float, arrived: float) -> str:
    """Say what holds momentum up on a quadratic surface, where it does; else "".

    ``rate`` is that of plain descent, ``own_rate`` that of momentum, which was there at step
    ``arrived``. The two factors of a step of momentum along a curvature have the product β: one of
    them is √β or more.
    """
    curvatures = np.linalg.eigvalsh(surface.hessian(np.array(surface.start)))
    plain, least = float(np.max(np.abs(1 - rate * curvatures))), float(np.sqrt(beta))
    if not plain < least or not np.isfinite(arrived):
        return ""
    swings = bool(np.any((1 + beta - own_rate * curvatures) ** 2 < 4 * beta))  # complex factors
    how = "swings past the bottom and back" if swings else "is slow to settle"
    kappa = float(curvatures[-1] / curvatures[0])
    best = _best_beta(kappa)
    with_best, step = _best_run(surface, best)
    told = (
        f"Momentum comes later, at step {arrived:.0f}: so much of the last step goes on that it "
        f"{how}.{WHY}That share, β, is {short(beta)}. In the long run a step of momentum "
        f"leaves at least √β ≈ {least:.3f} of the distance, whatever the rate. One of plain "
        f"descent leaves {plain:.3f}."
    )
    if not np.isfinite(step):
        return told
    return (
        f"{told} The best β here is ((√κ − 1) / (√κ + 1))² ≈ {best:.3f}, where κ = "
        f"{short(kappa)} is the steepest curvature over the flattest. With it and its best rate, "
        f"{short(with_best)}, momentum is there at step {step:.0f}."
    )


def _best_beta(kappa: float) -> float:
    """Return the β of heavy-ball momentum (Polyak 1964) that suits a condition number."""
    root = float(np.sqrt(kappa))
    return ((root - 1) / (root + 1)) ** 2


@lru_cache(maxsize=4)
def _best_run(surface: Surface, beta: float) -> tuple[float, float]:
    """Return the best rate of momentum with this β, and the step at which it has arrived."""
    parameters = {"momentum": beta}
    tried = search(surface, surface.start, "momentum", steps=STEPS, parameters=parameters)
    *_, (_, rate) = tried
    found = score(surface, surface.start, "momentum", rate, steps=STEPS, parameters=parameters)
    return rate, found.arrival
