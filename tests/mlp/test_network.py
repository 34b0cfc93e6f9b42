"""The chain rule: by hand, by central differences, and against PyTorch.

These tests run twice: compiled, and as plain NumPy (see test_compiled.py).
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from mlp import Experiment
from mlp.base.arrays import Array
from mlp.network import (
    Objective,
    accuracy,
    backward,
    data_loss,
    forward,
    penalty,
    predict,
    unpack,
)
from mlp.training.inputs import initial_weights, make_objective
from mlp.training.steps import value_and_gradient
from tests.mlp.strategies import networks

LN3 = np.log(3.0)


def one_point(*, l1: float = 0.0, l2: float = 0.0, article: bool = False) -> Objective:
    """Return the point (1, 2) of class 0, seen by one hidden neuron with a bias."""
    return Objective(
        X=np.asfortranarray([[1.0, 2.0, 1.0]]),
        Y=np.asfortranarray([[1.0, 0.0]]),
        hidden=1,
        l1=l1,
        l2=l2,
        article=article,
    )


#               W1 (3, 1)         W2 (2, 2), the bias row last
W = np.array([0.5, -0.25, 0.0, 2 * LN3, 2.0, 0.0, -1.0])


def test_the_forward_pass_agrees_with_one_worked_out_by_hand() -> None:
    W1, W2 = unpack(W, 3, 1)
    H1, H2 = forward(one_point().X, W1, W2)
    # Z1 = 1 * 0.5 + 2 * -0.25 + 1 * 0 = 0, so H1 = sigmoid(0) = 1/2
    np.testing.assert_allclose(H1, [[0.5]], rtol=1e-15)
    # Z2 = [1/2 * 2 ln 3 + 0, 1/2 * 2 - 1] = [ln 3, 0]
    # H2 = [1 / (1 + 1/3), 1/2] = [3/4, 1/2]
    np.testing.assert_allclose(H2, [[0.75, 0.5]], rtol=1e-15)


def test_the_backward_pass_agrees_with_one_worked_out_by_hand() -> None:
    J, gradient = value_and_gradient(one_point(), W)
    dL_dW1, dL_dW2 = unpack(gradient, 3, 1)
    # L = 1/2 ((3/4 - 1)^2 + (1/2 - 0)^2) = 1/2 (1/16 + 1/4) = 5/32
    assert pytest.approx(5 / 32, rel=1e-15) == J
    # dL/dH2 = [-1/4, 1/2]; dH2/dZ2 = [3/16, 1/4]; dL/dZ2 = [-3/64, 1/8]
    # dL/dW2: the neuron's row is H1 = 1/2 times that, the bias row 1 times that
    np.testing.assert_allclose(dL_dW2, [[-3 / 128, 1 / 16], [-3 / 64, 1 / 8]], rtol=1e-14)
    # dL/dH1 = -3/64 * 2 ln 3 + 1/8 * 2 = 1/4 - 3/32 ln 3; dH1/dZ1 = 1/4
    # dL/dZ1 = 1/16 - 3/128 ln 3, and dL/dW1 = X^T times that, X = [1, 2, 1]
    dL_dZ1 = 1 / 16 - 3 / 128 * LN3
    np.testing.assert_allclose(dL_dW1, [[dL_dZ1], [2 * dL_dZ1], [dL_dZ1]], rtol=1e-14)


def test_the_penalties_agree_with_those_worked_out_by_hand() -> None:
    bare_J, bare = value_and_gradient(one_point(), W)
    J, gradient = value_and_gradient(one_point(l1=3.0, l2=2.0), W)
    # sum w^2 = 1/4 + 1/16 + (2 ln 3)^2 + 4 + 1, sum |w| = 1/2 + 1/4 + 2 ln 3 + 2 + 1
    # the penalty is 2/2 times the first plus 3 times the second
    price = 5.3125 + 4 * LN3**2 + 3 * (3.75 + 2 * LN3)
    assert penalty(W, 3.0, 2.0) == pytest.approx(price, rel=1e-14)
    assert pytest.approx(bare_J + price, rel=1e-14) == J
    # its gradient is 2 w + 3 sign(w): 1 + 3, -1/2 - 3, 0 + 0, 4 ln 3 + 3, 4 + 3, 0, -2 - 3
    expected = [4.0, -3.5, 0.0, 4 * LN3 + 3, 7.0, 0.0, -5.0]
    np.testing.assert_allclose(gradient - bare, expected, rtol=1e-13, atol=1e-15)


def test_the_articles_l2_term_agrees_with_one_worked_out_by_hand() -> None:
    _, bare = value_and_gradient(one_point(), W)
    _, gradient = value_and_gradient(one_point(l2=2.0, article=True), W)
    # 2 sum W1^2 = 2 (1/4 + 1/16) = 5/8 on each of W1's elements
    # 2 sum W2^2 = 2 (4 ln^2 3 + 4 + 1) on each of W2's
    expected = [5 / 8] * 3 + [10 + 8 * LN3**2] * 4
    np.testing.assert_allclose(gradient - bare, expected, rtol=1e-13)


def test_samples_are_summed_not_averaged() -> None:
    once = one_point()
    thrice = once._replace(
        X=np.asfortranarray(np.repeat(once.X, 3, axis=0)),
        Y=np.asfortranarray(np.repeat(once.Y, 3, axis=0)),
    )
    loss_once, gradient_once = value_and_gradient(once, W)
    loss_thrice, gradient_thrice = value_and_gradient(thrice, W)
    assert loss_thrice == pytest.approx(3 * loss_once, rel=1e-14)
    np.testing.assert_allclose(gradient_thrice, 3 * gradient_once, rtol=1e-13)


def central_differences(objective: Objective, w: Array, h: float = 1e-5) -> Array:
    def value(weights: Array) -> float:
        return value_and_gradient(objective, weights)[0]

    shifts = h * np.eye(w.size)
    return np.array([(value(w + shift) - value(w - shift)) / (2 * h) for shift in shifts])


def relative_error(numeric: Array, gradient: Array) -> float:
    return float(np.max(np.abs(numeric - gradient)) / np.max(np.abs(gradient)))


@given(networks())
def test_the_gradient_agrees_with_central_differences(network: tuple[Objective, Array]) -> None:
    objective, w = network
    _, gradient = value_and_gradient(objective, w)
    assert relative_error(central_differences(objective, w), gradient) < 1e-6


@pytest.mark.parametrize("hidden", [1, 3, 50])
@pytest.mark.parametrize("bias", [True, False])
def test_the_gradient_of_the_first_weights_agrees_with_central_differences(
    *, hidden: int, bias: bool
) -> None:
    experiment = Experiment(hidden=hidden, bias=bias, l2=1e-4)
    objective, w = make_objective(experiment), initial_weights(experiment)
    _, gradient = value_and_gradient(objective, w)
    assert relative_error(central_differences(objective, w), gradient) < 1e-6


@settings(max_examples=30)
@given(networks(article=True))
def test_the_articles_gradient_fails_the_check_by_its_l2_term(
    network: tuple[Objective, Array],
) -> None:
    objective, w = network
    _, gradient = value_and_gradient(objective, w)
    assert relative_error(central_differences(objective, w), gradient) > 1e-4

    _, bare = value_and_gradient(objective._replace(l2=0.0), w)
    for dL_dW, bare_dL_dW, weights in zip(
        unpack(gradient, objective.X.shape[1], objective.hidden),
        unpack(bare, objective.X.shape[1], objective.hidden),
        unpack(w, objective.X.shape[1], objective.hidden),
        strict=True,
    ):
        np.testing.assert_allclose(
            dL_dW - bare_dL_dW,
            np.full(weights.shape, objective.l2 * np.sum(weights**2)),
            rtol=1e-9,
            atol=1e-12,
        )


def test_the_check_exposes_the_articles_own_setting() -> None:
    experiment = Experiment(hidden=50, bias=False, train_points=50, l2=1e-4, l2_gradient="article")
    w = initial_weights(experiment)
    objective = make_objective(experiment)
    _, article = value_and_gradient(objective, w)
    _, derived = value_and_gradient(objective._replace(article=False), w)
    numeric = central_differences(objective, w)
    assert relative_error(numeric, article) > 1e-4
    assert relative_error(numeric, derived) < 1e-6


def torch_objective(torch: Any, objective: Objective, W1: Any, W2: Any) -> Any:
    """Return J as PyTorch computes it, with the ones appended to H1 as DESIGN.md writes it."""
    X, Y = torch.tensor(objective.X), torch.tensor(objective.Y)
    H1 = torch.sigmoid(X @ W1)
    H2 = torch.sigmoid(torch.cat([H1, X[:, 2:]], dim=1) @ W2)
    squares = (W1**2).sum() + (W2**2).sum()
    sizes = W1.abs().sum() + W2.abs().sum()
    return ((H2 - Y) ** 2).sum() / 2 + objective.l2 / 2 * squares + objective.l1 * sizes


@settings(max_examples=40)
@given(networks(most_hidden=50))
def test_value_and_gradient_agree_with_pytorch(network: tuple[Objective, Array]) -> None:
    import torch

    objective, w = network
    layers = [
        torch.tensor(W, requires_grad=True)
        for W in unpack(w, objective.X.shape[1], objective.hidden)
    ]
    J = torch_objective(torch, objective, *layers)
    J.backward()
    expected = np.concatenate([layer.grad.numpy().ravel() for layer in layers])
    value, gradient = value_and_gradient(objective, w)
    assert value == pytest.approx(J.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-11 * np.abs(expected).max())


@given(networks())
def test_a_bias_is_a_column_of_ones_and_a_row_of_weights(network: tuple[Objective, Array]) -> None:
    objective, w = network
    rows, h = objective.X.shape[1], objective.hidden
    W1, W2 = unpack(w, rows, h)
    points = np.ascontiguousarray(objective.X[:, :2])
    b1 = W1[2] if rows == 3 else 0.0
    b2 = W2[h] if rows == 3 else 0.0
    H1 = 1 / (1 + np.exp(-(points @ W1[:2] + b1)))
    H2 = 1 / (1 + np.exp(-(H1 @ W2[:h] + b2)))
    np.testing.assert_allclose(predict(points, W1, W2), H2, rtol=1e-13)


def test_no_entry_of_the_output_layers_gradient_exceeds_4_27_a_sample() -> None:
    # Claim 2 of DESIGN.md: |(H2 - Y) H2 (1 - H2)| is largest, 4/27, at H2 = 1/3 or 2/3.
    Y = np.asfortranarray(np.eye(2)[[0] * 300])
    largest = 0.0
    for logit in np.linspace(-5, 5, 1001):
        H2 = np.asfortranarray(np.full((300, 2), 1 / (1 + np.exp(-logit))))
        H1 = np.asfortranarray(np.ones((300, 1)))  # the largest activation there is
        dL_dW1, dL_dW2 = np.empty((2, 1)), np.empty((1, 2))
        backward(np.asfortranarray(np.ones((300, 2))), Y, H1, H2, np.ones((1, 2)), dL_dW1, dL_dW2)
        largest = max(largest, float(np.abs(dL_dW2).max()))
    assert largest == pytest.approx(300 * 4 / 27, rel=1e-4)
    assert largest <= 300 * 4 / 27


def test_the_data_loss_is_half_the_sum_of_squares() -> None:
    H2, Y = np.array([[0.5, 0.0], [1.0, 0.25]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    # 1/2 (1/4 + 0 + 1 + 9/16) = 29/32
    assert data_loss(H2, Y) == pytest.approx(29 / 32, rel=1e-15)


def test_accuracy_counts_the_larger_output_and_a_tie_as_class_zero() -> None:
    H2 = np.array([[0.9, 0.1], [0.1, 0.9], [0.5, 0.5], [0.5, 0.5]])
    assert accuracy(H2, np.array([0, 1, 0, 1])) == 0.75
    assert accuracy(H2, np.array([1, 0, 1, 1])) == 0.0


def test_enormous_weights_give_a_finite_gradient() -> None:
    J, gradient = value_and_gradient(one_point(l2=1.0), 1e150 * (W + 1))
    assert np.isfinite(J)
    assert np.isfinite(gradient).all()
