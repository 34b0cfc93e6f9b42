"""Zones of a step, valleys, suggested and searched rates: held against descents themselves."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mlp.optimizers.registry import OPTIMIZERS
from mlp.surfaces.best_rate import ARRIVED, distances, score, search, suggested_rate
from mlp.surfaces.step_zones import steps_until, zone_of
from mlp.surfaces.surfaces import SURFACES, descend
from mlp.surfaces.valleys import valleys_of

PARABOLA = SURFACES["parabola"]


def observed(rate: float) -> str:
    """Name the zone of x^2 + 1 from two steps alone."""
    x = descend(PARABOLA, (10.0,), learning_rate=rate, steps=2).points[:, 0]
    factor = x[1] / x[0]
    if factor == 0:
        return "one_step"
    if factor > 0:
        return "creeping" if factor > 0.9 else "one_sided"
    return {-1: "overshooting", 0: "oscillating", 1: "diverging"}[
        int(np.sign(abs(x[2]) - abs(x[1])))
    ]


@pytest.mark.parametrize(
    ("rate", "zone"),
    [
        (0.01, "creeping"),
        (0.2, "one_sided"),
        (0.5, "one_step"),
        (0.75, "overshooting"),
        (0.99, "overshooting"),
        (1.0, "oscillating"),
        (1.01, "diverging"),
        (3.0, "diverging"),
    ],
)
def test_the_zones_of_the_parabola_are_what_its_descent_does(rate: float, zone: str) -> None:
    assert zone_of(2 * rate) == zone == observed(rate)


@given(rate=st.floats(0.001, 1.4))
def test_the_formula_and_the_descent_name_the_same_zone(rate: float) -> None:
    assume(min(abs(rate - limit) for limit in (0.05, 0.5, 1.0)) > 1e-6)
    assert zone_of(2 * rate) == observed(rate)


def test_without_upward_curvature_there_is_no_valley() -> None:
    assert zone_of(0.0) == zone_of(-0.5) == "hill"


@settings(max_examples=40)
@given(rate=st.floats(0.01, 0.98), start=st.floats(0.1, 12), precision=st.floats(1e-8, 0.1))
def test_the_steps_to_a_precision_are_foretold(rate: float, start: float, precision: float) -> None:
    assume(abs(rate - 0.5) > 1e-3)
    path = descend(PARABOLA, (start,), learning_rate=rate, steps=5000, precision=precision)
    foretold = steps_until(precision, 2 * start, 2 * rate)
    sizes = np.abs(path.gradients[-2:, 0])
    assume(np.all(np.abs(sizes / precision - 1) > 1e-9))  # rounding decides on the line itself
    assert path.ended == "precision"
    assert foretold == len(path.points) - 1


def test_the_classic_exercise_takes_33_steps() -> None:
    path = descend(PARABOLA, (10.0,), learning_rate=0.2, steps=100, precision=1e-6)
    assert len(path.points) - 1 == steps_until(1e-6, 20.0, 0.4) == 33


def test_where_nothing_shrinks_no_step_is_foretold() -> None:
    assert steps_until(1e-6, 20.0, 2.0) is None
    assert steps_until(1e-6, 20.0, 2.4) is None
    assert steps_until(0.0, 20.0, 0.4) is None
    assert steps_until(1.0, 0.5, 0.4) == 0
    assert steps_until(1e-6, 20.0, 1.0) == 1


@pytest.mark.parametrize("name", SURFACES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_suggested_rate_leads_down_and_not_away(name: str, optimizer: str) -> None:
    surface = SURFACES[name]
    rate = suggested_rate(optimizer, surface, surface.start)
    path = descend(surface, surface.start, optimizer=optimizer, learning_rate=rate, steps=60)
    assert path.ended == "steps"
    assert path.values.min() < path.values[0]


@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum", "adam"])
def test_no_rate_on_a_fine_grid_is_much_better_than_the_one_found(optimizer: str) -> None:
    surface, steps = SURFACES["valley"], 80
    found = list(search(surface, surface.start, optimizer, steps=steps))
    shares = [share for share, _ in found]
    assert shares == sorted(shares)
    assert shares[-1] > 0.9
    best = score(surface, surface.start, optimizer, found[-1][1], steps=steps)
    for rate in np.geomspace(1e-3, 1, 25):
        other = score(surface, surface.start, optimizer, float(rate), steps=steps)
        assert (best.arrival, best.distance) <= (1.1 * other.arrival, 1.2 * other.distance)


def test_on_a_quadratic_the_best_rate_of_plain_descent_is_the_classical_one() -> None:
    # Eigenvalues 1 and 25: 2 / (1 + 25) shrinks both directions alike.
    surface = SURFACES["valley"]
    *_, (_, best) = search(surface, surface.start, "gradient_descent", steps=60)
    assert best == pytest.approx(2 / 26, rel=0.05)
    assert list(search(surface, surface.start, "adam", steps=30)) == list(
        search(surface, surface.start, "adam", steps=30)
    )


def test_a_rate_that_runs_away_scores_worst() -> None:
    surface = SURFACES["valley"]
    away = score(surface, surface.start, "gradient_descent", 1.0, steps=50)
    assert away.arrival == away.distance == math.inf
    near = score(surface, surface.start, "gradient_descent", 0.07, steps=500)
    assert near.distance < ARRIVED
    assert near < away


def test_distances_are_to_the_minimum_nearest_to_each_point() -> None:
    himmelblau = SURFACES["himmelblau"]
    points = np.array([[3.0, 2.0], [3.0, 3.0], [-2.8, 3.1]])
    assert distances(himmelblau, points) == pytest.approx([0, 1, 0.0317], abs=1e-4)


@pytest.mark.parametrize("name", ["double_well", "wavy", "rugged", "himmelblau"])
def test_a_point_beside_a_minimum_lies_in_its_valley(name: str) -> None:
    surface = SURFACES[name]
    minima = np.array([minimum.point for minimum in surface.minima])
    assert np.array_equal(valleys_of(surface, minima + 0.05), np.arange(len(minima)))


def test_a_valley_ends_at_the_hill_and_not_half_way() -> None:
    # On the waves, 8 lies nearer to the minimum 8.88, beyond a hill, than to 5.96, below it.
    surface = SURFACES["wavy"]
    [valley] = valleys_of(surface, np.array([[8.0]]))
    assert surface.minima[valley].point[0] == pytest.approx(5.9637, abs=1e-4)
