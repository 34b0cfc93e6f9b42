"""The update rules: by hand, against PyTorch, and at their limit of stability."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp import Experiment
from mlp.optimizers import OPTIMIZERS, initial_state, stability_limit, update
from mlp.training import initial_weights, make_objective, train_at
from tests.test_network import torch_objective


def steps_from_one(optimizer: str, gradients: list[float], *, momentum: float = 0.0) -> list[float]:
    w, state = np.array([1.0]), initial_state(optimizer, 1)
    reached = []
    for gradient in gradients:
        code = OPTIMIZERS[optimizer].code
        update(code, w, np.array([gradient]), state, 0.5, momentum)
        reached.append(float(w[0]))
    return reached


def test_gradient_descent_agrees_with_steps_from_one_by_hand() -> None:
    # 1 - 0.5 * 2 = 0, and 0 - 0.5 * -4 = 2
    assert steps_from_one("gradient_descent", [2.0, -4.0], momentum=0.9) == [0.0, 2.0]


def test_momentum_agrees_with_three_steps_by_hand() -> None:
    # v = 2:                   w = 1 - 0.5 * 2 = 0
    # v = 0.75 * 2 - 4 = -2.5: w = 0 + 0.5 * 2.5 = 1.25
    # v = 0.75 * -2.5 + 0 = -1.875: w = 1.25 + 0.5 * 1.875 = 2.1875
    assert steps_from_one("momentum", [2.0, -4.0, 0.0], momentum=0.75) == [0.0, 1.25, 2.1875]


def test_momentum_of_zero_is_gradient_descent() -> None:
    gradients = [0.3, -0.7, 1.9]
    assert steps_from_one("momentum", gradients) == steps_from_one("gradient_descent", gradients)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_starts_without_a_memory_of_the_past(optimizer: str) -> None:
    w = np.array([1.0, 2.0])
    state = initial_state(optimizer, 2)
    update(OPTIMIZERS[optimizer].code, w, np.array([0.5, -1.0]), state, 0.1, 0.9)
    np.testing.assert_allclose(w, [0.95, 2.1], rtol=1e-15)


@given(
    optimizer=st.sampled_from(["gradient_descent", "momentum"]),
    momentum=st.floats(0.0, 0.9),
    curvature=st.floats(0.1, 100.0),
)
def test_on_a_parabola_the_stability_limit_parts_shrinking_from_growing(
    optimizer: str, momentum: float, curvature: float
) -> None:
    def distance_after(share_of_the_limit: float) -> float:
        learning_rate = share_of_the_limit * stability_limit(optimizer, momentum) / curvature
        w, state = np.array([1.0]), initial_state(optimizer, 1)
        for _ in range(1000):
            code = OPTIMIZERS[optimizer].code
            update(code, w, curvature * w, state, learning_rate, momentum)
        return float(abs(w[0]))

    assert distance_after(0.97) < 0.5
    assert distance_after(1.03) > 2.0


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("optimizer", "momentum"), [("gradient_descent", 0.0), ("momentum", 0.9)])
def test_a_hundred_steps_agree_with_pytorch(*, optimizer: str, momentum: float, bias: bool) -> None:
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
    sgd = torch.optim.SGD(layers, lr=0.02, momentum=momentum)
    losses = []
    for _ in range(100):
        sgd.zero_grad()
        J = torch_objective(torch, objective, *layers)
        J.backward()
        losses.append(J.item() / 40)
        sgd.step()

    frames = train_at(experiment, range(101))
    np.testing.assert_allclose([frame.loss for frame in frames[:100]], losses, rtol=1e-10)
    expected = np.concatenate([layer.detach().numpy().ravel() for layer in layers])
    np.testing.assert_allclose(frames[100].w, expected, rtol=1e-9)
    assert np.abs(expected - w).max() > 0.01  # it has gone somewhere
