"""The update rules: by hand, against PyTorch, and at their limit of stability."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import Experiment
from mlp.base.arrays import Array
from mlp.base.compiled import jit
from mlp.optimizers.registry import (
    OPTIMIZERS,
    PARAMETERS,
    RANGES,
    initial_state,
    parameters_of,
    stability_limit,
)
from mlp.optimizers.rules import RULES, Parameters, Plain, for_loop, update
from mlp.training.inputs import initial_weights, make_objective
from mlp.training.loop import train_at
from tests.mlp.test_network import torch_objective

LIMITED = ["gradient_descent", "momentum", "nesterov"]
ADAPTIVE = [name for name in OPTIMIZERS if name not in LIMITED]


@jit
def compiled_update(
    code: int, w: Array, gradient: Array, state: Array, rate: float, t: int, p: Parameters | Plain
) -> None:
    update(code, w, gradient, state, rate, t, p)


def step(
    optimizer: str, w: Array, gradient: Array, state: Array, rate: float, t: int, p: Parameters
) -> None:
    """Take a step as a training does, by the compiled ``update``."""
    code = OPTIMIZERS[optimizer].code
    compiled_update(code, w, gradient, state, rate, t, for_loop(code, p))


def reached(
    optimizer: str, start: list[float], gradients: list[list[float]], rate: float, **given: float
) -> Array:
    """Return where some given gradients lead, (steps, size), by the compiled ``update``."""
    w, state = np.array(start), initial_state(optimizer, len(start))
    p, places = parameters_of(optimizer, given), []
    for t, gradient in enumerate(gradients, 1):
        step(optimizer, w, np.array(gradient), state, rate, t, p)
        places.append(w.copy())
    return np.array(places)


def steps_from_one(optimizer: str, gradients: list[float], **given: float) -> list[float]:
    steps = reached(optimizer, [1.0], [[gradient] for gradient in gradients], 0.5, **given)
    return steps[:, 0].tolist()  # type: ignore[no-any-return]


def test_gradient_descent_agrees_with_steps_from_one_by_hand() -> None:
    # 1 - 0.5 * 2 = 0, and 0 - 0.5 * -4 = 2
    assert steps_from_one("gradient_descent", [2.0, -4.0], momentum=0.9) == [0.0, 2.0]


def test_momentum_agrees_with_three_steps_by_hand() -> None:
    # v = 2:                   w = 1 - 0.5 * 2 = 0
    # v = 0.75 * 2 - 4 = -2.5: w = 0 + 0.5 * 2.5 = 1.25
    # v = 0.75 * -2.5 + 0 = -1.875: w = 1.25 + 0.5 * 1.875 = 2.1875
    assert steps_from_one("momentum", [2.0, -4.0, 0.0], momentum=0.75) == [0.0, 1.25, 2.1875]


def test_nesterov_agrees_with_two_steps_by_hand() -> None:
    # v = 2:                    w = 1 - 0.5 (2 + 0.75 * 2) = -0.75
    # v = 0.75 * 2 - 4 = -2.5:  w = -0.75 - 0.5 (-4 + 0.75 * -2.5) = 2.1875
    assert steps_from_one("nesterov", [2.0, -4.0], momentum=0.75) == [-0.75, 2.1875]


def test_ftrl_agrees_with_two_steps_by_hand() -> None:
    # rate 0.5, beta 1, l1 0.5, l2 1, from w = 1
    # g = 3: sum of sigmas (1 + 3) / 0.5 = 8,  z = 3 - 8 * 1 = -5,
    #        w = (5 - 0.5) / (8 + 1) = 0.5
    # g = 4: sum of sigmas (1 + sqrt(9 + 16)) / 0.5 = 12, z = -5 + 4 - (12 - 8) 0.5 = -3,
    #        w = (3 - 0.5) / (12 + 1) = 2.5 / 13
    steps = steps_from_one("ftrl", [3.0, 4.0], ftrl_beta=1.0, ftrl_l1=0.5, ftrl_l2=1.0)
    assert steps == pytest.approx([0.5, 2.5 / 13], rel=1e-15)


def test_ftrl_without_penalties_is_gradient_descent_with_a_rate_for_each_weight() -> None:
    gradients = np.random.RandomState(0).randn(50, 2)
    steps = reached("ftrl", [1.0, -2.0], gradients.tolist(), 0.3, ftrl_beta=2.0)
    rates = 0.3 / (2.0 + np.sqrt(np.cumsum(gradients**2, axis=0)))
    expected = np.array([1.0, -2.0]) - np.cumsum(rates * gradients, axis=0)
    np.testing.assert_allclose(steps, expected, rtol=1e-12)


def test_ftrl_makes_weights_exactly_zero_that_are_not_pulled_hard_enough() -> None:
    # weak and strong pulls from 0: |z| stays below l1 = 1 for the first weight only
    steps = reached("ftrl", [0.0, 0.0], [[0.1, -0.9]] * 5, 0.5, ftrl_l1=1.0)
    assert (steps[:, 0] == 0.0).all()
    assert steps[-1, 1] > 0.0


def test_momentum_of_zero_is_gradient_descent() -> None:
    gradients = [0.3, -0.7, 1.9]
    plain = steps_from_one("gradient_descent", gradients)
    for optimizer in ("momentum", "nesterov"):
        assert steps_from_one(optimizer, gradients, momentum=0.0) == plain


# How far a first step goes from 1 with the gradient 2 and the rate 0.5, as published.
FIRST_STEP = {
    "gradient_descent": 0.5 * 2,
    "momentum": 0.5 * 2,
    "nesterov": 0.5 * 2 * 1.9,
    "adagrad": 0.5,
    "adadelta": 0.5 * 2 * math.sqrt(1e-6) / math.sqrt(0.05 * 4 + 1e-6),
    "rmsprop": 0.5 / math.sqrt(0.1),
    "adam": 0.5,
    "adamax": 0.5,
    "nadam": None,
    "adamw": 0.5 + 0.5 * 0.01 * 1,
    "ftrl": 0.5 * 2 / (1 + 2),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_starts_without_a_memory_of_the_past(optimizer: str) -> None:
    assert not initial_state(optimizer, 2).any()
    distance = FIRST_STEP[optimizer]
    if distance is None:  # mu_t grows from 0.45: the first step is worked out here
        mu, after = (0.9 * (1 - 0.5 * 0.96 ** (0.004 * t)) for t in (1, 2))
        distance = 0.5 * (1 + after * 0.1 / (1 - mu * after))
    assert steps_from_one(optimizer, [2.0]) == pytest.approx([1 - distance], rel=1e-7)


@settings(max_examples=30)
@given(
    optimizer=st.sampled_from(LIMITED),
    momentum=st.floats(0.0, 0.9),
    curvature=st.floats(0.1, 100.0),
)
def test_on_a_parabola_the_stability_limit_parts_shrinking_from_growing(
    optimizer: str, momentum: float, curvature: float
) -> None:
    limit = stability_limit(optimizer, momentum)
    assert limit is not None

    def distance_after(share_of_the_limit: float) -> float:
        learning_rate = share_of_the_limit * limit / curvature
        w, state = np.array([1.0]), initial_state(optimizer, 1)
        p = Parameters(momentum=momentum)
        for t in range(1, 1001):
            step(optimizer, w, curvature * w, state, learning_rate, t, p)
        return float(abs(w[0]))

    assert distance_after(0.97) < 0.5
    assert distance_after(1.03) > 2.0


@pytest.mark.parametrize("optimizer", ADAPTIVE)
def test_the_others_keep_within_bounds_however_sharp_the_parabola(optimizer: str) -> None:
    """The reason why no limit is stated: past any, the step does not grow with the curvature."""
    assert stability_limit(optimizer, 0.9) is None
    w, state, p = np.array([1.0]), initial_state(optimizer, 1), parameters_of(optimizer, {})
    for t in range(1, 301):
        step(optimizer, w, 1e6 * w, state, 0.01, t, p)
    assert abs(w[0]) < 2.0  # gradient descent multiplies by 1 - 0.01 * 1e6 at every step


def adaptive_peers(torch: Any, layers: list[Any]) -> dict[str, Any]:
    """Return PyTorch's optimizers, set as ours by default."""
    optim = torch.optim
    return {
        "gradient_descent": optim.SGD(layers, lr=0.02),
        "momentum": optim.SGD(layers, lr=0.02, momentum=0.9),
        "nesterov": optim.SGD(layers, lr=0.02, momentum=0.9, nesterov=True),
        "adagrad": optim.Adagrad(layers, lr=0.02, eps=1e-10),
        "adadelta": optim.Adadelta(layers, lr=0.02, rho=0.95, eps=1e-6),
        "rmsprop": optim.RMSprop(layers, lr=0.02, alpha=0.9, eps=1e-8),
        "adam": optim.Adam(layers, lr=0.02),
        "adamax": optim.Adamax(layers, lr=0.02),
        "nadam": optim.NAdam(layers, lr=0.02),
        "adamw": optim.AdamW(layers, lr=0.02, weight_decay=0.01),
    }


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("optimizer", [name for name in OPTIMIZERS if name != "ftrl"])
def test_a_hundred_steps_agree_with_pytorch(*, optimizer: str, bias: bool) -> None:
    import torch

    experiment = Experiment(
        points=60,
        train_points=40,
        hidden=5,
        bias=bias,
        optimizer=optimizer,
        learning_rate=0.02,
        l1=1e-3,
        l2=1e-2,
        steps=100,
    )
    objective, w = make_objective(experiment), initial_weights(experiment)
    size = experiment.input_rows * experiment.hidden
    shapes = (experiment.input_rows, experiment.hidden), (-1, 2)
    layers: list[Any] = [
        torch.tensor(flat.reshape(shape), requires_grad=True)
        for flat, shape in zip((w[:size], w[size:]), shapes, strict=True)
    ]
    peer = adaptive_peers(torch, layers)[optimizer]
    losses = []
    for _ in range(100):
        peer.zero_grad()
        J = torch_objective(torch, objective, *layers)
        J.backward()
        losses.append(J.item() / 40)
        peer.step()

    frames = train_at(experiment, range(101))
    np.testing.assert_allclose([frame.loss for frame in frames[:100]], losses, rtol=1e-9)
    expected = np.concatenate([layer.detach().numpy().ravel() for layer in layers])
    np.testing.assert_allclose(frames[100].w, expected, rtol=1e-7, atol=1e-9)
    assert np.abs(expected - w).max() > 0.002  # it has gone somewhere


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_every_optimizer_follows_a_schedule_down_to_rate_zero_and_up_from_it(
    optimizer: str, schedule: str
) -> None:
    experiment = Experiment(
        optimizer=optimizer,
        learning_rate=0.02,
        schedule=schedule,
        transition_steps=150,
        warmup_steps=40,
        steps=200,
    )
    frames = train_at(experiment, [150, 190, 200])
    assert np.isfinite([frame.loss for frame in frames]).all()
    assert frames[2].learning_rate == 0
    still = frames[3].w - frames[2].w
    assert np.abs(still).max() < 1e-4 * np.abs(frames[0].w).max()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_training_in_parts_counts_its_steps_on(optimizer: str) -> None:
    experiment = Experiment(optimizer=optimizer, learning_rate=0.01, steps=300)
    at_once = train_at(experiment, [300])[-1].w
    in_parts = train_at(experiment, [1, 7, 100, 101, 300])[-1].w
    np.testing.assert_array_equal(at_once, in_parts)


def test_every_parameter_of_an_optimizer_changes_where_it_goes() -> None:
    gradients = [[1.0, -0.5], [0.4, 0.9], [-2.0, 0.1]]
    for name, optimizer in OPTIMIZERS.items():
        published = reached(name, [1.0, 0.5], gradients, 0.1)
        for parameter in RANGES:
            changed = reached(name, [1.0, 0.5], gradients, 0.1, **{parameter: 0.7})
            assert np.array_equal(changed, published) == (parameter not in optimizer.parameters)


def test_zero_stands_for_the_published_value() -> None:
    for name, optimizer in OPTIMIZERS.items():
        p = parameters_of(name, PARAMETERS)._asdict()
        assert {key: p[key] for key in optimizer.parameters} == optimizer.parameters
    assert Experiment(optimizer="rmsprop").parameters.beta2 == 0.9
    assert Experiment(optimizer="rmsprop", beta2=0.5).parameters.beta2 == 0.5
    assert Experiment(optimizer="momentum", momentum=0.0).parameters.momentum == 0.0


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("sgd", {}, "optimizer = 'sgd': must be one of gradient_descent, momentum"),
        ("adam", {"beta2": 1.0}, "beta2 = 1: must be a number from 0 to 0.99999"),
        ("adam", {"epsilon": math.nan}, "epsilon = nan: must be a number from 0 to 1"),
        ("adam", {"beta1": 0.5}, "unknown parameter 'beta1'"),
    ],
)
def test_what_is_not_allowed_is_named(name: str, given: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parameters_of(name, given)


def test_every_rule_is_registered_once_and_called_by_its_code() -> None:
    """A rule that is missing in ``update`` leaves the weights where they are."""
    assert sorted(entry.code for entry in OPTIMIZERS.values()) == list(range(len(RULES)))
    for name, entry in OPTIMIZERS.items():
        w, gradient, p = np.array([0.5, -2.0]), np.array([3.0, 0.25]), parameters_of(name, {})
        alone, state = w.copy(), initial_state(name, 2)
        entry.step(alone, gradient, state, 0.1, 1, p)
        for step_by_code in (update, compiled_update):
            moved = w.copy()
            parameters = for_loop(entry.code, p)
            step_by_code(entry.code, moved, gradient, initial_state(name, 2), 0.1, 1, parameters)
            np.testing.assert_allclose(moved, alone, rtol=1e-15, err_msg=f"{name} in update")
            assert np.all(moved != w), f"{name} is missing in update"
