"""The surfaces: their derivatives, their minima, and descents that end as theory says."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp.base.arrays import Array
from mlp.optimizers.registry import OPTIMIZERS, stability_limit
from mlp.surfaces.surfaces import FAR, SURFACES, Surface, descend, numeric_gradient, sharpness_at

QUADRATIC = ("parabola", "bowl", "valley")
MINIMA = [(name, minimum) for name, surface in SURFACES.items() for minimum in surface.minima]


def random_points(surface: Surface, count: int, seed: int = 0) -> Array:
    low, high = np.array(surface.domain, float).T
    return np.random.RandomState(seed).uniform(low, high, (count, surface.dimensions))


@pytest.mark.parametrize("name", SURFACES)
def test_gradients_and_hessians_agree_with_central_differences(name: str) -> None:
    surface = SURFACES[name]
    x = random_points(surface, 200)
    gradient, hessian = surface.gradient(x), surface.hessian(x)
    numeric = numeric_gradient(surface.value, x, 1e-5)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-6 * np.abs(gradient).max())
    for i in range(surface.dimensions):
        row = numeric_gradient(lambda x, i=i: surface.gradient(x)[..., i], x, 1e-5)  # type: ignore[misc]
        scale = np.abs(hessian).max()
        np.testing.assert_allclose(hessian[..., i, :], row, rtol=1e-6, atol=1e-6 * scale)


@pytest.mark.parametrize("name", SURFACES)
def test_a_grid_is_one_call(name: str) -> None:
    surface, d = SURFACES[name], SURFACES[name].dimensions
    x = random_points(surface, 12).reshape(3, 4, d)
    assert surface.value(x).shape == (3, 4)
    assert surface.gradient(x).shape == (3, 4, d)
    assert surface.hessian(x).shape == (3, 4, d, d)
    np.testing.assert_array_equal(surface.gradient(x)[1, 2], surface.gradient(x[1, 2]))
    np.testing.assert_array_equal(surface.hessian(x)[1, 2], surface.hessian(x[1, 2]))


@pytest.mark.parametrize(("name", "minimum"), MINIMA)
def test_at_a_minimum_the_gradient_is_zero_and_every_curvature_positive(
    name: str, minimum: Any
) -> None:
    surface, x = SURFACES[name], np.array(minimum.point)
    assert np.abs(surface.gradient(x)).max() < 1e-12
    assert np.linalg.eigvalsh(surface.hessian(x)).min() > 0
    assert surface.value(x) == minimum.value
    assert all(low < at < high for at, (low, high) in zip(x, surface.domain, strict=True))


@pytest.mark.parametrize("name", SURFACES)
def test_nothing_in_the_domain_lies_below_the_first_minimum(name: str) -> None:
    surface = SURFACES[name]
    lowest = surface.minima[0].value
    assert surface.value(random_points(surface, 20_000)).min() >= lowest
    assert [m.value for m in surface.minima] == sorted(m.value for m in surface.minima)


def test_the_functions_of_the_issue_have_the_known_minima() -> None:
    known = {
        "parabola": ((0,), 1),
        "bowl": ((1, 2), 0),
        "rosenbrock": ((1, 1), 0),
        "beale": ((3, 0.5), 0),
        "himmelblau": ((3, 2), 0),
    }
    for name, (point, value) in known.items():
        assert SURFACES[name].minima[0].point == point
        assert SURFACES[name].minima[0].value == value


@pytest.mark.parametrize(("name", "minimum"), MINIMA)
def test_descent_from_nearby_reaches_every_minimum(name: str, minimum: Any) -> None:
    surface = SURFACES[name]
    start = np.array(minimum.point) + 0.01
    rate = 1 / sharpness_at(surface, minimum.point)
    path = descend(surface, start, learning_rate=rate, steps=50_000, precision=1e-6)
    assert path.ended == "precision"
    np.testing.assert_allclose(path.points[-1], minimum.point, atol=1e-4)


def test_the_classic_exercise_converges_to_zero() -> None:
    # x = 10, rate 0.2: each step multiplies x by 1 - 0.2 * 2 = 0.6
    path = descend(SURFACES["parabola"], [10], learning_rate=0.2, steps=1000, precision=1e-6)
    t = len(path.points) - 1
    assert path.ended == "precision"
    np.testing.assert_allclose(path.points[:, 0], 10 * 0.6 ** np.arange(t + 1), rtol=1e-12)
    assert t == math.ceil(math.log(1e-6 / 20) / math.log(0.6))


def test_the_bowl_in_twenty_steps_from_the_origin() -> None:
    # each step leaves 1 - 0.1 * 2 = 0.8 of the distance to (1, 2)
    path = descend(SURFACES["bowl"], (0, 0), learning_rate=0.1, steps=20)
    assert path.ended == "steps"
    assert len(path.points) == 21
    np.testing.assert_allclose(path.points[-1], [1 - 0.8**20, 2 - 2 * 0.8**20], rtol=1e-12)


@pytest.mark.parametrize("name", QUADRATIC)
@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum", "nesterov"])
def test_the_limit_of_the_learning_rate_is_exact_on_quadratics(name: str, optimizer: str) -> None:
    surface, limit = SURFACES[name], stability_limit(optimizer, 0.5)
    assert limit is not None
    sharpness = sharpness_at(surface, surface.start)

    def follow(product: float) -> Any:
        return descend(
            surface,
            surface.start,
            optimizer=optimizer,
            learning_rate=product / sharpness,
            steps=20_000,
            precision=1e-6,
            parameters={"momentum": 0.5},
        )

    assert follow(0.995 * limit).ended == "precision"  # 1.99 / sharpness for gradient descent
    assert follow(1.005 * limit).ended == "left_domain"  # and 2.01 / sharpness


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", SURFACES)
def test_every_optimizer_comes_down_every_surface(name: str, optimizer: str) -> None:
    surface = SURFACES[name]
    best = math.inf
    for rate in (1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0):
        path = descend(surface, surface.start, optimizer=optimizer, learning_rate=rate, steps=200)
        best = min(best, float(path.values[-1]))
    lowest = surface.minima[0].value
    assert best - lowest < 0.6 * (surface.value(np.array(surface.start, float)) - lowest)


def test_momentum_and_noise_leave_the_local_minimum_that_plain_descent_stays_in() -> None:
    surface = SURFACES["wavy"]
    plain = descend(surface, [8], learning_rate=0.1, steps=2000)
    heavy = descend(surface, [8], optimizer="momentum", learning_rate=0.1, steps=2000)
    nearest, deepest = 5.963699682921448, surface.minima[0].point[0]
    assert (nearest,) in {minimum.point for minimum in surface.minima}
    assert plain.points[-1, 0] == pytest.approx(nearest, abs=1e-9)
    assert heavy.points[-1, 0] == pytest.approx(deepest, abs=1e-9)
    for seed in range(5):
        noisy = descend(surface, [8], learning_rate=0.1, steps=2000, noise=3.0, seed=seed)
        assert noisy.values.min() < 0.1  # it has been at the bottom of the deepest valley


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(sorted(SURFACES)),
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    exponent=st.floats(-4, 6),
    seed=st.integers(0, 100),
    noise=st.sampled_from([0.0, 0.5]),
)
def test_whatever_happens_a_path_is_finite_and_adds_up(
    name: str, optimizer: str, exponent: float, seed: int, noise: float
) -> None:
    surface = SURFACES[name]
    start = random_points(surface, 1, seed)[0]
    path = descend(
        surface,
        start,
        optimizer=optimizer,
        learning_rate=10**exponent,
        steps=60,
        noise=noise,
        seed=seed,
    )
    rows = len(path.points)
    assert 1 <= rows <= 61
    assert path.values.shape == (rows,)
    for array in (path.points, path.gradients, path.updates, path.memory):
        assert array.shape == (rows, surface.dimensions)
        assert np.isfinite(array).all()
    assert np.isfinite(path.values).all()
    np.testing.assert_array_equal(path.points[0], start)
    moved = path.points[:-1] + path.updates[:-1]
    np.testing.assert_allclose(moved, path.points[1:], rtol=1e-9, atol=1e-9)
    assert not path.updates[-1].any()
    assert not path.memory[0].any()
    if path.ended == "steps":
        assert rows == 61
    if not noise:
        np.testing.assert_array_equal(path.gradients, surface.gradient(path.points))


def test_what_flies_away_is_drawn_to_its_last_point_and_not_beyond() -> None:
    path = descend(SURFACES["parabola"], [10], learning_rate=1.2, steps=1000)
    assert path.ended == "left_domain"
    assert abs(path.points[-1, 0]) > FAR * 12
    assert (np.abs(path.points[:-1]) <= FAR * 12).all()
    beyond = descend(SURFACES["beale"], [4, 4], learning_rate=1e300, steps=10)
    assert beyond.ended == "not_finite"
    assert len(beyond.points) == 1


def test_numeric_gradients_lead_the_same_way() -> None:
    surface = SURFACES["rosenbrock"]
    exact = descend(surface, surface.start, learning_rate=1e-3, steps=100)
    numeric = descend(surface, surface.start, learning_rate=1e-3, steps=100, numeric_h=1e-4)
    np.testing.assert_allclose(numeric.points, exact.points, atol=1e-5)
    assert not np.array_equal(numeric.points, exact.points)


def test_memory_is_what_a_velocity_brought_to_a_point() -> None:
    # v_1 = g_0, v_2 = 0.9 g_0 + g_1
    surface = SURFACES["valley"]
    path = descend(surface, (1, 1), optimizer="momentum", learning_rate=0.01, steps=5)
    g = path.gradients
    np.testing.assert_allclose(path.memory[:3], [[0, 0], g[0], 0.9 * g[0] + g[1]], rtol=1e-15)
    np.testing.assert_allclose(path.updates[1], -0.01 * path.memory[2], rtol=1e-12)


def test_the_same_seed_gives_the_same_noise() -> None:
    def noisy(seed: int) -> Array:
        surface = SURFACES["bowl"]
        return descend(surface, (0, 0), learning_rate=0.1, steps=9, noise=1.0, seed=seed).points

    np.testing.assert_array_equal(noisy(1), noisy(1))
    assert not np.array_equal(noisy(1), noisy(2))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": (20, 0)}, "start = 20: must be a number from -4 to 6"),
        ({"start": (math.nan, 0)}, "start = nan: must be a number from -4 to 6"),
        ({"start": (0,)}, "must have 2"),
        ({"learning_rate": 0.0}, "learning_rate = 0: must be a number above 0"),
        ({"learning_rate": math.inf}, "learning_rate = inf: must be a number above 0"),
        ({"steps": 0}, "steps = 0: must be a whole number from 1"),
        ({"precision": -1.0}, "precision = -1: must be"),
        ({"noise": math.nan}, "noise = nan: must be"),
        ({"numeric_h": 0.0}, "h = 0: must be a number above 0"),
        ({"optimizer": "sgd"}, "optimizer = 'sgd': must be one of"),
        ({"parameters": {"momentum": 2.0}}, "momentum = 2: must be a number from 0 to 0.999"),
    ],
)
def test_what_is_not_allowed_is_named(changes: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"start": (0, 0), "learning_rate": 0.1, "steps": 5} | changes
    start = given.pop("start")
    with pytest.raises(ValueError, match=said):
        descend(SURFACES["bowl"], start, **given)
