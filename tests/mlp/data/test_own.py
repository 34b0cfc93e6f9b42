"""Own points: named by their content, checked, standardised and back, handed to a training."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import Experiment, check_gradients, diagnose, train, zoom
from mlp.chain_rule.bricks import take_apart
from mlp.data.own import OwnData, UnknownDataError
from mlp.training.inputs import make_data

X = np.array([[0.0, 10.0], [1.0, 20.0], [2.0, 10.0], [3.0, 60.0], [4.0, 0.0]])
LABELS = np.array([0, 1, 1, 0, 1])


def own(**changes: Any) -> OwnData:
    fields: dict[str, Any] = {
        "X": X.copy(),
        "labels": LABELS.copy(),
        "names": ("width", "height"),
        "classes": ("no", "yes"),
    }
    return OwnData(**(fields | changes))


def experiment(data: OwnData, **changes: Any) -> Experiment:
    n = len(data.labels)
    fields = {"points": n, "train_points": n, "steps": 20} | changes
    return Experiment(dataset="custom", data_id=data.data_id, **fields)


def test_the_name_tells_the_content_and_nothing_else() -> None:
    assert own().data_id == own().data_id
    assert len(own().data_id) == 16
    changed = [
        own(X=X + 1e-12),
        own(labels=1 - LABELS),
        own(names=("width", "weight")),
        own(classes=("no", "si")),
        own(shift=(1.0, 0.0)),
    ]
    assert len({own().data_id, *(other.data_id for other in changed)}) == 6


def test_an_experiment_trains_on_own_points() -> None:
    data = own().standardised()
    run = train(experiment(data), data)
    assert sorted(run.data.X.tolist()) == sorted(data.X.tolist())
    assert (run.data.names, run.data.classes) == (("width", "height"), ("no", "yes"))
    assert np.allclose(sorted((run.data.X * data.scale + data.shift).tolist()), sorted(X.tolist()))
    assert run.loss[-1] < run.loss[0]


def test_the_seed_draws_by_lot_which_points_are_trained_on() -> None:
    drawn = {
        tuple(make_data(experiment(own(), train_points=2, data_seed=seed), own()).X[:2, 0].tolist())
        for seed in range(10)
    }
    assert len(drawn) > 3
    data = make_data(experiment(own(), train_points=2, data_seed=7), own())
    pairs = {(tuple(x), label) for x, label in zip(X.tolist(), LABELS.tolist(), strict=True)}
    assert {
        (tuple(x), k) for x, k in zip(data.X.tolist(), data.labels.tolist(), strict=True)
    } == pairs


def test_a_name_and_custom_come_together_or_not_at_all() -> None:
    with pytest.raises(ValueError, match="data_id = '': must be given where dataset = custom"):
        Experiment(dataset="custom")
    with pytest.raises(ValueError, match="must be given where dataset = custom, and only there"):
        Experiment(data_id="0123456789abcdef")
    for wrong in ("0123456789ABCDEF", "0123", "../../etc/passwd", "0123456789abcdef\n", 7, None):
        with pytest.raises(ValueError, match="must be the name of own points, 16 of the signs"):
            Experiment(dataset="custom", data_id=wrong)  # type: ignore[arg-type]


def test_the_address_of_an_experiment_holds_the_name() -> None:
    before = experiment(own())
    assert before.to_params()["data_id"] == own().data_id
    assert Experiment.from_params(before.to_params()) == before
    assert Experiment.from_json(before.to_json()) == before


def test_points_that_are_not_here_are_named() -> None:
    missing = Experiment(dataset="custom", data_id="f" * 16, points=5, train_points=5)
    with pytest.raises(UnknownDataError, match="data_id = ffffffffffffffff: these points are not"):
        make_data(missing)
    with pytest.raises(UnknownDataError, match="data_id = ffffffffffffffff: these points are not"):
        train(missing, own())  # others than those it names


def test_another_number_of_points_than_there_are_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"points = 6: must be 5, which data_id = [0-9a-f]{16} has"
    ):
        make_data(experiment(own(), points=6), own())


def test_standardised_points_have_mean_0_and_deviation_1_and_know_the_way_back() -> None:
    data = own().standardised()
    np.testing.assert_allclose(data.X.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.X.std(axis=0), 1)
    twice = data.standardised()
    np.testing.assert_allclose(twice.X * twice.scale + twice.shift, X, atol=1e-12)


def test_a_column_of_one_value_cannot_be_standardised() -> None:
    with pytest.raises(ValueError, match="all values of 'height' are the same: choose another"):
        own(X=np.column_stack([X[:, 0], np.ones(5)])).standardised()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X": X[:3], "labels": LABELS[:3]}, "3 points: there must be 4 to 2,000"),
        ({"X": np.zeros((2001, 2)), "labels": np.arange(2001) % 2}, "2,001 points"),
        ({"X": np.full((5, 2), np.nan)}, "every coordinate must be a number from -1e"),
        ({"X": np.full((5, 2), 1e10)}, "every coordinate must be a number from -1e"),
        ({"X": X[:, :1]}, "every point needs two coordinates"),
        ({"labels": LABELS[:4]}, "every point needs two coordinates and one label"),
        ({"labels": np.zeros(5, np.int64)}, "there must be points of both classes"),
        ({"labels": LABELS + 1}, "there must be points of both classes, 0 and 1"),
        ({"scale": (0.0, 1.0)}, "shift must be finite, and scale above 0"),
        ({"shift": (np.inf, 1.0)}, "shift must be finite, and scale above 0"),
    ],
)
def test_points_that_cannot_be_used_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        own(**changes)


def test_what_is_kept_cannot_be_changed() -> None:
    data = own()
    with pytest.raises(ValueError, match="read-only"):
        data.X[0, 0] = 7


@settings(max_examples=40)
@given(
    X=st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=4, max_size=30),
    names=st.tuples(st.text(max_size=40), st.text(max_size=40)),
)
def test_a_file_gives_the_same_digits_back(
    X: list[tuple[float, float]], names: tuple[str, str]
) -> None:
    before = own(X=np.array(X), labels=np.arange(len(X)) % 2, names=names)
    after = OwnData.from_dict(json.loads(json.dumps(before.to_dict())))
    assert after.data_id == before.data_id
    assert np.array_equal(after.X, before.X)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("X", "text"),
        ("X", [[1, 2], [3]]),
        ("X", [[1, 2]] * 2001),
        ("X", [[True, False]] * 5),
        ("X", None),
        ("labels", [0.5, 1, 1, 0, 1]),
        ("labels", [-1, 1, 1, 0, 1]),
        ("labels", [[0], [1], [1], [0], [1]]),
        ("labels", ["0", "1", "1", "0", "1"]),
        ("names", ["one"]),
        ("names", [1, 2]),
        ("classes", "ab"),
        ("shift", [1]),
        ("scale", [1, -1]),
        ("scale", {"a": 1}),
    ],
)
def test_a_file_that_is_something_else_is_refused(field: str, value: Any) -> None:
    fields = own().to_dict()
    if (field, value) == ("classes", "ab"):
        value = "abc"
    with pytest.raises(ValueError, match=r"must|needs|there"):
        OwnData.from_dict(fields | {field: value})


@pytest.mark.parametrize("fields", [None, [], "text", {}, {"X": []}, {"extra": 1}])
def test_anything_that_is_no_record_of_own_data_is_refused(fields: object) -> None:
    with pytest.raises(ValueError, match="own data must be an object with X, labels, names"):
        OwnData.from_dict(fields)


def test_a_run_knows_the_points_that_it_was_trained_on() -> None:
    data = own().standardised()
    run = train(experiment(data), data)
    assert run.own is data
    window = zoom(run, 3, 9)
    np.testing.assert_array_equal(window.data.X, run.data.X)
    assert diagnose(run).verdict
    assert check_gradients(run).passed
    np.testing.assert_array_equal(take_apart(run, 5).w_after, zoom(run, 6, 6).w[-1])
