"""Who did not arrive in a race is named, with what its way shows."""

import re

import numpy as np
import pytest

from mlp.surfaces.best_rate import distances
from mlp.surfaces.surfaces import SURFACES, descend
from ui.screens.gradient_descent import late

VALLEY = SURFACES["valley"]


def told(optimizer: str, rate: float, steps: int = 200) -> str:
    path = descend(VALLEY, VALLEY.start, optimizer=optimizer, learning_rate=rate, steps=steps)
    apart = distances(VALLEY, path.points)
    return late.told("It", optimizer, path, apart, rate=rate, axes=("x0", "x1"))


def test_rmsprop_at_its_best_rate_goes_to_and_fro_by_about_its_rate() -> None:
    said = told("rmsprop", 0.059)
    path = descend(VALLEY, VALLEY.start, optimizer="rmsprop", learning_rate=0.059, steps=200)
    apart = np.linalg.norm(path.points, axis=1)
    near, step, end = re.findall(r"within ([\d.]+) at step (\d+) and ended ([\d.]+) away", said)[0]
    assert float(near) == pytest.approx(apart.min(), rel=0.01)
    assert int(step) == apart.argmin()
    assert float(end) == pytest.approx(apart[-1], rel=0.01)
    low, high = map(float, re.findall(r"to and fro along x1 by ([\d.]+) to ([\d.]+)", said)[0])
    moves = np.abs(np.diff(path.points[-21:, 1]))
    assert (low, high) == pytest.approx((moves.min(), moves.max()), rel=0.05)
    assert 0.059 / 2 < low < high < 2 * 0.059


@pytest.mark.parametrize(
    ("optimizer", "rate", "said"),
    [
        ("gradient_descent", 0.001, "at its nearest at the end"),
        ("gradient_descent", 0.2, "left the map far behind by step"),
        ("momentum", 0.0791, "ended"),  # no reason is made up for it
        ("rmsprop", 0.0001, "at its nearest at the end"),
    ],
)
def test_others_are_told_by_where_they_ended(optimizer: str, rate: float, said: str) -> None:
    assert said in told(optimizer, rate)
    assert "to and fro" not in told(optimizer, rate)
