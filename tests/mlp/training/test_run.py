"""The record of a training: shapes, read-only arrays, what replaces what, and its size."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from mlp import PRESETS, Experiment, Frame, Run, train


def make_frame(step: int, **changes: Any) -> Frame:
    values: dict[str, Any] = {
        "learning_rate": 0.1,
        "loss": 0.25,
        "penalty": 0.0,
        "train_accuracy": 0.5,
        "accuracy": 0.5,
        "grad_norm_W1": 1.0,
        "grad_norm_W2": 1.0,
        "sharpness": 1.0,
        "loss_max": 0.25,
        "rises": 0,
        "first_rise_at": None,
        "w": np.arange(7.0),
        "gradient": np.zeros(7),
    }
    return Frame(step=step, **(values | changes))


ONE_NEURON = Experiment(hidden=1, bias=True)  # W1 (3, 1) and W2 (2, 2): 7 weights


def make_run(*frames: Frame) -> Run:
    return Run.from_frames(ONE_NEURON, frames)


@pytest.mark.parametrize("bias", [True, False])
def test_every_array_has_one_row_a_frame(*, bias: bool) -> None:
    run = train(Experiment(hidden=5, bias=bias, steps=50, frames=8))
    assert run.W1.shape == run.dL_dW1.shape == (8, 3 if bias else 2, 5)
    assert run.W2.shape == run.dL_dW2.shape == (8, 6 if bias else 5, 2)
    for name in ("steps", "learning_rates", "loss", "penalty", "train_accuracy", "accuracy"):
        assert getattr(run, name).shape == (8,)
    for name in ("grad_norm_W1", "grad_norm_W2", "sharpness", "loss_max", "rises"):
        assert getattr(run, name).shape == (8,)


def test_the_layers_are_cut_from_the_flat_weights_row_by_row() -> None:
    run = make_run(make_frame(0, w=np.arange(7.0), gradient=-np.arange(7.0)))
    assert run.W1.tolist() == [[[0.0], [1.0], [2.0]]]
    assert run.W2.tolist() == [[[3.0, 4.0], [5.0, 6.0]]]
    assert run.dL_dW1.tolist() == [[[0.0], [-1.0], [-2.0]]]
    assert run.dL_dW2.tolist() == [[[-3.0, -4.0], [-5.0, -6.0]]]


def test_a_record_cannot_be_changed() -> None:
    run = train(Experiment(steps=20, frames=4))
    names = [field.name for field in dataclasses.fields(Run)]
    arrays = [getattr(run, name) for name in names if isinstance(getattr(run, name), np.ndarray)]
    assert len(arrays) == 13
    for array in [*arrays, run.W1, run.W2, run.dL_dW1, run.dL_dW2, run.data.X]:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.first_rise_at = 3  # type: ignore[misc]


def test_a_frame_replaces_those_of_its_own_and_of_later_steps() -> None:
    frames = [make_frame(step, loss=float(step)) for step in (0, 10, 20, 30)]
    retold = [make_frame(step, loss=-float(step)) for step in (10, 15, 25)]
    run = make_run(*frames, *retold)
    assert run.steps.tolist() == [0, 10, 15, 25]
    assert run.loss.tolist() == [0.0, -10.0, -15.0, -25.0]


def test_the_first_rise_is_the_earliest_of_all_frames_that_stay() -> None:
    frames = [
        make_frame(0),
        make_frame(10, first_rise_at=7, rises=2),
        make_frame(20, first_rise_at=13, rises=1),
    ]
    assert make_run(*frames).first_rise_at == 7
    assert make_run(*frames).risen_at == 8
    calm = make_run(make_frame(0), make_frame(10))
    assert (calm.first_rise_at, calm.risen_at) == (None, None)
    assert make_run(*frames, make_frame(10, first_rise_at=5, rises=1)).first_rise_at == 5


def test_the_last_frame_says_where_training_ceased_to_be_finite() -> None:
    assert make_run(make_frame(0), make_frame(9, non_finite_at=10)).non_finite_at == 10
    assert make_run(make_frame(0), make_frame(9)).non_finite_at is None


@pytest.mark.parametrize(
    ("step", "frame"), [(0, 0), (9, 0), (10, 1), (11, 1), (29, 1), (30, 2), (10_000, 2)]
)
def test_the_frame_at_a_step_is_the_latest_up_to_it(step: int, frame: int) -> None:
    run = make_run(make_frame(0), make_frame(10), make_frame(30))
    assert run.frame_at(step) == frame


@pytest.mark.parametrize("quantity", ["grad_norm_W1", "grad_norm_W2", "sharpness", "gradient"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_frame_with_a_number_that_is_not_finite_says_so(quantity: str, value: float) -> None:
    assert make_frame(0).is_finite()
    wrong: Any = np.array([0.0, value]) if quantity == "gradient" else value
    assert not make_frame(0, **{quantity: wrong}).is_finite()


def test_the_data_of_a_run_are_those_of_its_experiment() -> None:
    run = train(Experiment(points=50, train_points=20, steps=5, frames=2))
    assert run.data.X.shape == (50, 2)
    assert run.data.n_train == 20
    assert run.data is run.data  # made once


def test_240_frames_of_200_neurons_take_less_than_5_megabytes() -> None:
    run = train(Experiment(hidden=200, points=20, train_points=20, steps=400, frames=240))
    values = [getattr(run, field.name) for field in dataclasses.fields(Run)]
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    assert len(run.steps) == 240
    assert run.w.shape == (240, 3 * 200 + 201 * 2)
    assert sum(array.nbytes for array in arrays) < 5_000_000
    # the layers are views, not copies
    assert np.shares_memory(run.W1, run.w)
    assert np.shares_memory(run.dL_dW2, run.gradient)


def test_the_record_of_an_explosion_ends_one_step_before_it() -> None:
    run = train(PRESETS["penalty_too_strong"])
    assert run.non_finite_at == 509
    assert run.steps[-1] == 508
