"""One training step taken apart: the numbers are the network's own, and they make up the step."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Experiment, Plan, Run, train
from mlp.base.arrays import Array
from mlp.chain_rule.bricks import Bricks, TrainingStep, lay_bricks, rows_of, take_apart
from mlp.matrices import sigmoid
from mlp.network import backward, forward
from mlp.training.steps import value_and_gradient
from tests.mlp.strategies import networks, short_experiments


def close(a: Array, b: Array) -> None:
    """Equal but for the order in which sums were rounded."""
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14 * max(1.0, float(np.abs(b).max())))


@settings(max_examples=40, derandomize=True)
@given(networks())
def test_every_brick_is_what_its_formula_says(network: tuple) -> None:  # type: ignore[type-arg]
    objective, w = network
    X, Y, h = objective.X, objective.Y, objective.hidden
    W1, W2 = w[: X.shape[1] * h].reshape(-1, h), w[X.shape[1] * h :].reshape(-1, 2)
    b = lay_bricks(X, Y, W1, W2)
    H1, H2 = forward(X, W1, W2)
    np.testing.assert_array_equal(b.H1, H1)
    np.testing.assert_array_equal(b.H2, H2)
    dL_dW1, dL_dW2 = np.empty_like(W1), np.empty_like(W2)
    backward(X, Y, H1, H2, W2, dL_dW1, dL_dW2)
    np.testing.assert_array_equal(b.dL_dW1, dL_dW1)
    np.testing.assert_array_equal(b.dL_dW2, dL_dW2)

    beside = np.hstack([b.H1, X[:, 2:]])
    close(b.Z1, X @ W1)
    close(b.H1, sigmoid(b.Z1))
    close(b.Z2, beside @ W2)
    close(b.H2, sigmoid(b.Z2))
    assert b.loss == pytest.approx(0.5 * ((b.H2 - Y) ** 2).sum(), rel=1e-12)
    close(b.dL_dH2, b.H2 - Y)
    close(b.dH2_dZ2, b.H2 * (1 - b.H2))
    close(b.dL_dZ2, b.dL_dH2 * b.dH2_dZ2)
    close(b.dL_dW2, beside.T @ b.dL_dZ2)
    close(b.dL_dH1, b.dL_dZ2 @ W2[:h].T)
    close(b.dH1_dZ1, b.H1 * (1 - b.H1))
    close(b.dL_dZ1, b.dL_dH1 * b.dH1_dZ1)
    close(b.dL_dW1, X.T @ b.dL_dZ1)


@settings(max_examples=40, derandomize=True)
@given(short_experiments(), st.data())
def test_a_step_taken_apart_is_the_step_that_the_run_took(
    experiment: Experiment, data: st.DataObject
) -> None:
    run = train(experiment.replace(frames=1000))
    if run.steps[-1] == 0:
        return
    t = data.draw(st.integers(0, int(run.steps[-1]) - 1))
    step = take_apart(run, t)
    frame = run.frame_at(t)
    if run.steps[frame] == t:
        np.testing.assert_array_equal(step.w, run.w[frame])
        assert step.learning_rate == run.learning_rates[frame]
    if frame + 1 < len(run.steps) and run.steps[frame + 1] == t + 1:
        np.testing.assert_array_equal(step.w_after, run.w[frame + 1])
    direction = step.gradient * step.clip_factor
    if step.velocity is not None and step.velocity_after is not None:
        close(step.velocity_after, experiment.momentum * step.velocity + direction)
        direction = step.velocity_after
    if experiment.optimizer in ("gradient_descent", "momentum"):
        rates = np.full(len(step.w), step.rate_of(2))
        rates[: step.batch.W1.size] = step.rate_of(1)
        close(step.w_after, step.w - rates * direction)
    close(step.gradient, step.data_gradient + step.penalty_gradient)
    if not experiment.takes_mini_batches:
        _, gradient = value_and_gradient(step.objective, step.w)
        close(step.gradient, gradient)  # inlined elsewhere, a multiply and an add may be one
    if experiment.clip_norm:
        assert np.linalg.norm(step.gradient * step.clip_factor) <= experiment.clip_norm * (1 + 1e-9)


@pytest.fixture(scope="module")
def run() -> Run:
    return train(Experiment(points=30, train_points=20, l2=0.1, steps=50, frames=10))


def test_the_samples_add_up_to_the_batch(run: Run) -> None:
    step = take_apart(run, 30)
    samples = [step.sample(i) for i in range(20)]
    for name in ("dL_dW1", "dL_dW2"):
        close(np.sum([getattr(s, name) for s in samples], axis=0), getattr(step.batch, name))
    assert sum(s.loss for s in samples) == pytest.approx(step.batch.loss, rel=1e-12)
    for field in dataclasses.fields(Bricks):
        if field.name not in ("W1", "W2", "loss", "dL_dW1", "dL_dW2"):
            rows = np.vstack([getattr(s, field.name) for s in samples])
            np.testing.assert_allclose(rows, getattr(step.batch, field.name), rtol=1e-12)


def test_loss_and_penalty_are_those_of_the_frame(run: Run) -> None:
    for frame in range(len(run.steps) - 1):
        step = take_apart(run, int(run.steps[frame]))
        assert (step.batch.loss + step.penalty) / 20 == pytest.approx(run.loss[frame], rel=1e-12)
        assert step.penalty / 20 == pytest.approx(run.penalty[frame], rel=1e-12)


def test_a_mini_batch_holds_the_samples_of_its_step() -> None:
    run = train(Experiment(points=10, train_points=10, batch_size=4, steps=9, frames=10))
    epoch = [rows_of(run, t) for t in range(3)]
    assert [len(rows) for rows in epoch] == [4, 4, 2]
    assert sorted(np.concatenate(epoch)) == list(range(10))
    step = take_apart(run, 1)
    np.testing.assert_array_equal(step.batch.X, step.objective.X[epoch[1]])


def test_one_step_worked_out_by_hand() -> None:
    # One neuron, W1 = 0: h1 = 1/2 and z2 = 1/2 for both outputs; x0 = 0, so only x1 = 1 gets any
    # of dL/dz1 = dL/dh1 / 4.
    b = lay_bricks(
        np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]]), np.zeros((2, 1)), np.ones((1, 2))
    )
    h2 = 1 / (1 + np.exp(-0.5))
    dz = np.array([h2 * h2 * (1 - h2), (h2 - 1) * h2 * (1 - h2)])
    assert b.H1.item() == 0.5
    close(b.dL_dZ2[0], dz)
    close(b.dL_dW2[0], dz / 2)
    assert b.dL_dH1.item() == pytest.approx(dz.sum())
    close(b.dL_dW1, np.array([[0.0], [dz.sum() / 4]]))


@pytest.mark.parametrize("t", [5, 19, 20, 30])
def test_a_step_of_a_branch_is_taken_apart_under_the_settings_in_force_there(t: int) -> None:
    root = Experiment(learning_rate=0.03, l2=0.1, steps=40, frames=41)
    plan = Plan(root).branch(20, {"learning_rate": 0.006, "l2": 0.0, "batch_size": 10})
    run = train(plan)
    step, frame = take_apart(run, t), run.frame_at(t)
    assert step.learning_rate == run.learning_rates[frame] == (0.03 if t < 20 else 0.006)
    assert len(step.rows) == (300 if t < 20 else 10)
    np.testing.assert_array_equal(step.w_after, run.w[frame + 1])
    close(step.w_after, step.w - step.learning_rate * step.gradient)


@pytest.mark.parametrize("step", [-1, 50, 10**9])
def test_a_step_that_was_not_taken_is_refused(run: Run, step: int) -> None:
    with pytest.raises(ValueError, match=f"step = {step}: must be from 0 to 49"):
        take_apart(run, step)


def test_an_explosions_last_step_is_finite_before_and_says_so_after() -> None:
    run = train(PRESETS["penalty_too_strong"].replace(points=10, train_points=10))
    step = take_apart(run, int(run.steps[-1]) - 1)
    assert isinstance(step, TrainingStep)
    assert step.is_finite()
    assert not dataclasses.replace(step, w_after=step.w * np.inf).is_finite()
