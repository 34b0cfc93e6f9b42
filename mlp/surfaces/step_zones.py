"""What one step of gradient descent does near a minimum: the factor 1 - learning_rate x curvature.

Where the curvature c is constant, a step takes the distance d from the minimum to (1 - rate c) d,
and the slope c d shrinks or grows by the same factor. So the product rate x c alone tells how
descent behaves: below 2 it converges, from 2 on it does not.
"""

import math

CREEPING = 0.1  # below this product a step takes off less than a tenth of the distance
EXACT = 1e-9  # products as near as this to 1 or 2 count as 1 or 2


def zone_of(product: float) -> str:
    """Name the behaviour of gradient descent for a product learning_rate x curvature.

    Parameters
    ----------
    product : float
        Learning rate times second derivative, or times the largest eigenvalue of the Hessian.

    Returns
    -------
    str
        "hill" (curved downward, or not at all: no minimum to come near), "creeping" (factor above
        0.9), "one_sided" (factor from 0.9 down to 0), "one_step" (factor 0), "overshooting"
        (between 0 and -1), "oscillating" (-1), "diverging" (below -1).

    Examples
    --------
    >>> [zone_of(p) for p in (-1, 0.02, 0.4, 1, 1.6, 2, 2.2)]
    ['hill', 'creeping', 'one_sided', 'one_step', 'overshooting', 'oscillating', 'diverging']
    """
    if product <= 0:
        return "hill"
    if math.isclose(product, 1, rel_tol=EXACT):
        return "one_step"
    if math.isclose(product, 2, rel_tol=EXACT):
        return "oscillating"
    bounds = ((CREEPING, "creeping"), (1, "one_sided"), (2, "overshooting"))
    return next((name for bound, name in bounds if product < bound), "diverging")


def steps_until(precision: float, gradient: float, product: float) -> int | None:
    r"""Return the step at which \|gradient\| is first below ``precision``, for constant curvature.

    Parameters
    ----------
    precision : float
        Above 0.
    gradient : float
        The slope at the start.
    product : float
        Learning rate times curvature.

    Returns
    -------
    int or None
        The smallest t with \|gradient\| \|1 - product\|^t < precision; None if there is none.

    Examples
    --------
    >>> steps_until(1e-6, 20.0, 0.4)  # x^2 + 1 from x = 10 with rate 0.2
    33
    """
    if precision <= 0:
        return None
    size, factor = abs(gradient), abs(1 - product)
    if size < precision:
        return 0
    if factor == 0:
        return 1
    if factor >= 1:
        return None
    return math.floor(math.log(precision / size) / math.log(factor)) + 1
