"""The points: the digits of a seed, the truth table, the labels, and what is trained on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp import Experiment
from mlp.base.arrays import Array, Labels
from mlp.data.shapes import DATASETS, XOR_DATASETS, xor_of_signs
from mlp.training.inputs import make_data, make_objective
from tests.mlp.strategies import SEEDS


def test_seed_zero_gives_the_digits_of_the_frozen_stream() -> None:
    data = make_data(Experiment(data_seed=0))
    assert data.X.shape == (300, 2)
    assert data.X[:3].tolist() == [
        [1.764052345967664, 0.4001572083672233],
        [0.9787379841057392, 2.240893199201458],
        [1.8675579901499675, -0.977277879876411],
    ]
    assert data.labels[:4].tolist() == [0, 0, 1, 1]


def test_corners_are_the_truth_table_of_xor() -> None:
    data = make_data(Experiment(dataset="corners"))
    table = {(x1, x2): label for (x1, x2), label in zip(data.X, data.labels, strict=True)}
    assert table == {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}
    assert data.n_train == 4


def test_corners_ignore_points_training_points_and_noise() -> None:
    plain = make_data(Experiment(dataset="corners"))
    other = make_data(Experiment(dataset="corners", points=10, train_points=2, noise=1.0))
    np.testing.assert_array_equal(plain.X, other.X)
    assert other.n_train == 4


@given(seed=SEEDS, points=st.integers(4, 100))
def test_without_noise_a_label_is_one_where_the_coordinates_have_opposite_signs(
    seed: int, points: int
) -> None:
    data = make_data(Experiment(data_seed=seed, points=points, train_points=1))
    np.testing.assert_array_equal(data.labels == 1, data.X[:, 0] * data.X[:, 1] < 0)


def test_noise_shifts_the_points_after_they_were_labelled() -> None:
    calm = make_data(Experiment(points=2000, train_points=1))
    noisy = make_data(Experiment(points=2000, train_points=1, noise=0.5))
    np.testing.assert_array_equal(noisy.labels, calm.labels)
    assert np.any(noisy.labels != (noisy.X[:, 0] * noisy.X[:, 1] < 0))
    shift = noisy.X - calm.X
    assert np.std(shift) == pytest.approx(0.5, rel=0.05)
    assert np.mean(shift) == pytest.approx(0, abs=0.05)


def test_the_shift_is_proportional_to_the_noise() -> None:
    X = {noise: make_data(Experiment(noise=noise)).X for noise in (0.0, 0.25, 1.0)}
    np.testing.assert_allclose(X[1.0] - X[0.0], 4 * (X[0.25] - X[0.0]), rtol=1e-9, atol=1e-12)


def test_another_seed_gives_other_points() -> None:
    assert not np.any(make_data(Experiment(data_seed=1)).X == make_data(Experiment(data_seed=2)).X)


def test_only_the_first_training_points_are_trained_on() -> None:
    experiment = Experiment(points=300, train_points=50, bias=False)
    data, objective = make_data(experiment), make_objective(experiment)
    assert len(data.X) == 300
    np.testing.assert_array_equal(objective.X, data.X[:50])
    np.testing.assert_array_equal(objective.Y.argmax(axis=1), data.labels[:50])


def test_the_targets_are_one_hot() -> None:
    data = make_data(Experiment(dataset="corners"))
    assert data.Y.tolist() == [[1, 0], [0, 1], [0, 1], [1, 0]]


def test_the_points_cannot_be_changed_by_accident() -> None:
    data = make_data(Experiment())
    with pytest.raises(ValueError, match="read-only"):
        data.X[0, 0] = 7.0
    with pytest.raises(ValueError, match="read-only"):
        data.labels[0] = 1


@pytest.mark.parametrize("name", sorted(DATASETS.keys() - {"custom", "corners", "gaussian"}))
def test_every_shape_has_both_classes_noise_and_digits_of_its_own(name: str) -> None:
    experiment = Experiment(dataset=name, points=2000, train_points=1)
    data = make_data(experiment)
    assert data.X.shape == (2000, 2)
    assert 0.45 < data.labels.mean() < 0.55
    assert np.abs(data.X).max() < 5
    noisy = make_data(experiment.replace(noise=0.5))
    np.testing.assert_array_equal(noisy.labels, data.labels)
    assert np.std(noisy.X - data.X) == pytest.approx(0.5, rel=0.05)
    np.testing.assert_array_equal(make_data(experiment).X, data.X)
    assert not np.array_equal(make_data(experiment.replace(data_seed=1)).X, data.X)


@pytest.mark.parametrize("name", DATASETS)
def test_a_label_is_an_xor_where_the_screen_says_so(name: str) -> None:
    data = make_data(Experiment(dataset=name, points=2000, train_points=1))
    middle = (data.X.max(axis=0) + data.X.min(axis=0)) / 2
    agreeing = np.mean(xor_of_signs(data.X - middle) == data.labels)
    assert (max(agreeing, 1 - agreeing) > 0.85) == (name in XOR_DATASETS), agreeing


def test_the_shapes_are_what_their_names_say() -> None:
    def points(name: str) -> tuple[Array, Labels]:
        data = make_data(Experiment(dataset=name, points=2000, train_points=1))
        return data.X, data.labels

    X, labels = points("noisy_corners")
    assert np.mean(xor_of_signs(X - 0.5) == labels) > 0.99
    X, labels = points("four_gaussians")
    assert np.mean(xor_of_signs(X) == labels) > 0.99
    X, labels = points("circles")
    assert np.mean((np.linalg.norm(X, axis=1) < 1.1) == labels) > 0.98
    X, labels = points("spiral")
    radius, angle = np.linalg.norm(X, axis=1), np.arctan2(X[:, 0], X[:, 1])
    turns = (angle - 1.25 * np.pi * radius) / np.pi - labels
    np.testing.assert_allclose(np.cos(np.pi * turns), 1, atol=1e-6)
    X, labels = points("moons")
    middle = np.array([-0.75, -0.375]) + labels[:, None] * [1.5, 0.75]
    np.testing.assert_allclose(np.linalg.norm(X - middle, axis=1).mean(), 1.5, atol=0.02)
