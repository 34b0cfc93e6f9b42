"""Which valley a point lies in: where ever smaller steps downhill would take it."""

import numpy as np

from mlp.base.arrays import Array, Labels
from mlp.surfaces.surfaces import Surface

STEP = 0.25  # of the inverse curvature: far below the limit 2, so that no step leaves a valley
MOST_STEPS = 2000
FLAT = 1e-6


def valleys_of(surface: Surface, points: Array) -> Labels:
    """Return the minimum that plain, careful descent reaches from each point.

    Parameters
    ----------
    surface : Surface
        An entry of ``mlp.surfaces.surfaces.SURFACES``.
    points : Array
        (..., d), finite.

    Returns
    -------
    Labels
        Index into ``surface.minima``, (...,).

    Examples
    --------
    >>> from mlp.surfaces.surfaces import SURFACES
    >>> valleys_of(SURFACES["double_well"], np.array([[-0.2], [0.2], [1.8]]))
    array([0, 1, 1])
    """
    x = np.array(points, dtype=np.float64)
    for _ in range(MOST_STEPS):
        gradient = surface.gradient(x)
        if np.max(np.abs(gradient), initial=0.0) < FLAT:
            break
        bent = np.abs(np.linalg.eigvalsh(surface.hessian(x))).max(axis=-1, keepdims=True)
        x -= STEP * gradient / np.maximum(bent, 1.0)
    minima = np.array([minimum.point for minimum in surface.minima])
    nearest: Labels = np.argmin(np.linalg.norm(x[..., None, :] - minima, axis=-1), axis=-1)
    return nearest
