"""The update of every optimizer, as a formula and with the numbers of each step put in.

A line is text with places such as ``{g}`` for the numbers of the step shown; ``{(g)}`` stands
behind a sign, where a negative number needs brackets. Vectors are taken element by element, as the
rules of ``mlp.optimizers.rules`` do. The browser fills the places in, so that the numbers are those
of the moment that plays.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mlp.base.arrays import Array
from mlp.optimizers.registry import parameters_of
from mlp.optimizers.rules import MOMENTUM_DECAY, Parameters
from mlp.surfaces.surfaces import Path
from ui.screens.gradient_descent.words import signed
from ui.words.optimizers import name_letters

Lines = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Update:
    """How a step is computed: lines with places, and what stands there in each of T steps.

    ``places`` maps the name of a place to its numbers, (T, d); ``letters`` says what each letter
    of the lines stands for.
    """

    lines: Lines
    places: Mapping[str, Array]
    letters: str


@dataclass(frozen=True, eq=False)
class Steps:
    """What T steps began with and led to, each (T, d); ``before`` and ``after`` (T, vectors, d)."""

    rate: float
    p: Parameters
    x: Array
    g: Array
    next: Array
    before: Array
    after: Array

    @property
    def t(self) -> Array:
        """The number of each step, from 1, (T, 1)."""
        return np.arange(1.0, len(self.x) + 1)[:, None]


def update_of(
    path: Path,
    *,
    optimizer: str = "gradient_descent",
    rate: float,
    parameters: Mapping[str, float] | None = None,
) -> Update:
    """Return the update of a descent with the numbers of all its steps.

    Parameters
    ----------
    path : Path
        The descent.
    optimizer, rate, parameters
        Those it was made with, as for ``mlp.surfaces.surfaces.descend``.
    """
    steps = Steps(
        rate,
        parameters_of(optimizer, parameters or {}),
        path.points[:-1],
        path.gradients[:-1],
        path.points[1:],
        path.states[:-1],
        path.states[1:],
    )
    with np.errstate(all="ignore"):  # a descent that runs away overflows in what it brings along
        lines, places = UPDATES[optimizer](steps)
    shown = {"x": steps.x, "g": steps.g, "next": steps.next} | places
    finite = {name: np.nan_to_num(numbers) for name, numbers in shown.items()}
    return Update(lines, finite, name_letters(optimizer, lines))


def plain_update(
    name: str, points: Array, gradients: Array, rate: float, *, letters: Mapping[str, str]
) -> Update:
    """Return the update of plain descent along points (T + 1, d) by gradients (T + 1, d).

    ``letters`` says what ``name`` and g stand for.
    """
    lines = (f"{name} ← {name} − η g = {{x}} − {signed(rate)} × {{(g)}} = {{next}}",)
    places = {"x": points[:-1], "g": gradients[:-1], "next": points[1:]}
    return Update(lines, places, name_letters("gradient_descent", lines, letters))


def _gradient_descent(s: Steps) -> tuple[Lines, dict[str, Array]]:
    return (f"x ← x − η g = {{x}} − {signed(s.rate)} × {{(g)}} = {{next}}",), {}


def _momentum(s: Steps) -> tuple[Lines, dict[str, Array]]:
    lines = (
        f"v ← β v + g = {signed(s.p.momentum)} × {{(v)}} + {{(g)}} = {{v1}}",
        f"x ← x − η v = {{x}} − {signed(s.rate)} × {{(v1)}} = {{next}}",
    )
    return lines, {"v": s.before[:, 0], "v1": s.after[:, 0]}


def _nesterov(s: Steps) -> tuple[Lines, dict[str, Array]]:
    m = signed(s.p.momentum)
    lines = (
        # Sutskever's theta; x = theta - rate momentum v.
        f"The mark is at x, where momentum is about to carry it; now it is still at x + η β v = "
        f"{{x}} + {signed(s.rate)} × {m} × {{(v)}} = {{behind}}",
        f"v ← β v + g = {m} × {{(v)}} + {{(g)}} = {{v1}}",
        f"x ← x − η (g + β v) = {{x}} − {signed(s.rate)} × ({{g}} + {m} × {{(v1)}}) = {{next}}",
    )
    v = s.before[:, 0]
    behind = s.x + s.rate * s.p.momentum * v
    return lines, {"v": v, "v1": s.after[:, 0], "behind": behind}


def _adagrad(s: Steps) -> tuple[Lines, dict[str, Array]]:
    lines = (
        "s ← s + g² = {s} + {(g)}² = {s1}",
        f"x ← x − η g / (√s + ε) = {{x}} − {signed(s.rate)} × {{(g)}} / (√{{s1}} + "
        f"{signed(s.p.epsilon)}) = {{next}}",
    )
    return lines, {"s": s.before[:, 0], "s1": s.after[:, 0]}


def _adadelta(s: Steps) -> tuple[Lines, dict[str, Array]]:
    rho, epsilon = s.p.beta2, signed(s.p.epsilon)
    root = np.sqrt(s.before[:, 1] + s.p.epsilon) / np.sqrt(s.after[:, 0] + s.p.epsilon)
    lines = (
        f"s ← ρ s + (1 − ρ) g² = {signed(rho)} × {{s}} + {signed(1 - rho)} × {{(g)}}² = {{s1}}",
        f"Δ ← √(u + ε) / √(s + ε) × g = √({{u}} + {epsilon}) / √({{s1}} + {epsilon}) × {{(g)}} = "
        "{step}",
        f"x ← x − η Δ = {{x}} − {signed(s.rate)} × {{(step)}} = {{next}}",
    )
    places = {"s": s.before[:, 0], "s1": s.after[:, 0], "u": s.before[:, 1], "step": root * s.g}
    return lines, places


def _rmsprop(s: Steps) -> tuple[Lines, dict[str, Array]]:
    rho = s.p.beta2
    lines = (
        f"s ← ρ s + (1 − ρ) g² = {signed(rho)} × {{s}} + {signed(1 - rho)} × {{(g)}}² = {{s1}}",
        f"x ← x − η g / (√s + ε) = {{x}} − {signed(s.rate)} × {{(g)}} / (√{{s1}} + "
        f"{signed(s.p.epsilon)}) = {{next}}",
    )
    return lines, {"s": s.before[:, 0], "s1": s.after[:, 0]}


def _mean_line(s: Steps) -> str:
    beta = s.p.momentum
    return (
        f"m ← β₁ m + (1 − β₁) g = {signed(beta)} × {{(m)}} + {signed(1 - beta)} × {{(g)}} = {{m1}}"
    )


def _square_line(s: Steps) -> str:
    beta = s.p.beta2
    return (
        f"s ← β₂ s + (1 − β₂) g² = {signed(beta)} × {{s}} + {signed(1 - beta)} × {{(g)}}² = {{s1}}"
    )


def _moments(s: Steps) -> dict[str, Array]:
    """Return mean and mean square of before and after, and both corrected for their start at 0."""
    return {
        "m": s.before[:, 0],
        "m1": s.after[:, 0],
        "s": s.before[:, 1],
        "s1": s.after[:, 1],
        "mean": s.after[:, 0] / (1 - s.p.momentum**s.t),
        "square": s.after[:, 1] / (1 - s.p.beta2**s.t),
    }


def _adam_step(s: Steps, x: str = "x", shrunk: str = "{x}") -> str:
    return (
        f"x ← {x} − η m̂ / (√ŝ + ε) = {shrunk} − {signed(s.rate)} × {{(mean)}} / (√{{square}} + "
        f"{signed(s.p.epsilon)}) = {{next}}"
    )


CORRECTED = ("m̂ = m / (1 − β₁ᵗ) = {mean}", "ŝ = s / (1 − β₂ᵗ) = {square}")


def _adam(s: Steps) -> tuple[Lines, dict[str, Array]]:
    return (_mean_line(s), _square_line(s), *CORRECTED, _adam_step(s)), _moments(s)


def _adamax(s: Steps) -> tuple[Lines, dict[str, Array]]:
    beta2, epsilon = signed(s.p.beta2), signed(s.p.epsilon)
    lines = (
        _mean_line(s),
        f"u ← the larger of β₂ u = {beta2} × {{u}} and |g| + ε = |{{g}}| + {epsilon}: {{u1}}",
        "m̂ = m / (1 − β₁ᵗ) = {mean}",
        f"x ← x − η m̂ / u = {{x}} − {signed(s.rate)} × {{(mean)}} / {{u1}} = {{next}}",
    )
    places = {
        "m": s.before[:, 0],
        "m1": s.after[:, 0],
        "u": s.before[:, 1],
        "u1": s.after[:, 1],
        "mean": s.after[:, 0] / (1 - s.p.momentum**s.t),
    }
    return lines, places


def _nadam(s: Steps) -> tuple[Lines, dict[str, Array]]:
    mu = s.p.momentum * (1 - 0.5 * 0.96 ** (s.t * MOMENTUM_DECAY))
    next_mu = s.p.momentum * (1 - 0.5 * 0.96 ** ((s.t + 1) * MOMENTUM_DECAY))
    correction = s.after[:, 2]  # 1 - mu_1 ... mu_t
    of_g, of_m = (1 - mu) / correction, next_mu / (1 - (1 - correction) * next_mu)
    lines = (
        _mean_line(s),
        _square_line(s),
        "n = a g + b m = {a} × {(g)} + {b} × {(m1)} = {n}",
        CORRECTED[1],
        f"x ← x − η n / (√ŝ + ε) = {{x}} − {signed(s.rate)} × {{(n)}} / (√{{square}} + "
        f"{signed(s.p.epsilon)}) = {{next}}",
    )
    ahead = of_g * s.g + of_m * s.after[:, 0]
    ones = np.ones_like(s.g)
    return lines, _moments(s) | {"a": of_g * ones, "b": of_m * ones, "n": ahead}


def _adamw(s: Steps) -> tuple[Lines, dict[str, Array]]:
    factor = 1 - s.rate * s.p.weight_decay
    lines = (
        f"x ← (1 − η λ) x = (1 − {signed(s.rate)} × {signed(s.p.weight_decay)}) × {{(x)}} = "
        "{shrunk}",
        _mean_line(s),
        _square_line(s),
        *CORRECTED,
        _adam_step(s, shrunk="{shrunk}"),
    )
    return lines, _moments(s) | {"shrunk": factor * s.x}


def _ftrl(s: Steps) -> tuple[Lines, dict[str, Array]]:
    rate, beta = signed(s.rate), signed(s.p.ftrl_beta)
    lines = (
        f"σ = (β + √Σg²) / η = ({beta} + √{{squares}}) / {rate} = {{sigma}}, before it {{sigma0}}",
        "z ← z + g − (σ − σ of before) x = {z} + {(g)} − ({sigma} − {sigma0}) × {(x)} = {z1}",
        "x ← −z / σ = −{(z1)} / {sigma} = {next}",
    )
    places = {
        "z": s.before[:, 0],
        "z1": s.after[:, 0],
        "squares": s.after[:, 1],
        "sigma": s.after[:, 2],
        "sigma0": s.before[:, 2],
    }
    return lines, places


UPDATES: Mapping[str, Callable[[Steps], tuple[Lines, dict[str, Array]]]] = {
    "gradient_descent": _gradient_descent,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "adadelta": _adadelta,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamax": _adamax,
    "nadam": _nadam,
    "adamw": _adamw,
    "ftrl": _ftrl,
}
