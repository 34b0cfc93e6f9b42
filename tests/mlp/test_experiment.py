"""What an Experiment accepts, what it refuses and in which words, and its ways out and back."""

import dataclasses
import json
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from mlp import Experiment
from mlp.experiment import ALLOWED, DEFAULTS
from tests.mlp.strategies import experiments

# DESIGN.md's table: the default, the smallest and the largest value.
WHOLE: dict[str, tuple[int, int, int]] = {
    "points": (300, 4, 2000),
    "train_points": (300, 1, 2000),
    "data_seed": (0, 0, 2**32 - 1),
    "init_seed": (2017, 0, 2**32 - 1),
    "hidden": (3, 1, 200),
    "transition_steps": (0, 0, 2_000_000),
    "warmup_steps": (0, 0, 2_000_000),
    "batch_size": (0, 0, 2000),
    "steps": (20_000, 1, 2_000_000),
    "frames": (240, 2, 1000),
}
REAL: dict[str, tuple[float, float, float]] = {
    "noise": (0.0, 0.0, 1.0),
    "init_scale": (1.0, 0.0, 100.0),
    "learning_rate": (0.006, 5e-324, 100.0),
    "first_layer_rate": (1.0, 0.0, 1000.0),
    "decay_rate": (0.5, 5e-324, 1.0),
    "end_fraction": (0.0, 0.0, 1.0),
    "momentum": (0.9, 0.0, 0.999),
    "beta2": (0.0, 0.0, 0.99999),
    "epsilon": (0.0, 0.0, 1.0),
    "weight_decay": (0.01, 0.0, 1.0),
    "ftrl_beta": (1.0, 1e-6, 1000.0),
    "ftrl_l1": (0.0, 0.0, 1000.0),
    "ftrl_l2": (0.0, 0.0, 1000.0),
    "l1": (0.0, 0.0, 1000.0),
    "l2": (0.0, 0.0, 1000.0),
    "clip_norm": (0.0, 0.0, 1000.0),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "dataset": (
        "gaussian",
        "corners",
        "noisy_corners",
        "four_gaussians",
        "circles",
        "moons",
        "spiral",
    ),  # "custom" needs a data_id: test_own_points_are_named_by_their_hash
    "schedule": ("constant", "step", "exponential", "inverse_time", "linear", "cosine"),
    "optimizer": (
        "gradient_descent",
        "momentum",
        "nesterov",
        "adagrad",
        "adadelta",
        "rmsprop",
        "adam",
        "adamax",
        "nadam",
        "adamw",
        "ftrl",
    ),
    "l2_gradient": ("derived", "article"),
}
NUMBERS: dict[str, tuple[float, float, float]] = {**WHOLE, **REAL}
# What lets a field reach an end that another field limits.
ROOM: dict[str, dict[str, Any]] = {
    "points": {"train_points": 1},
    "train_points": {"points": 2000},
    "batch_size": {"points": 2000, "train_points": 2000},
}


def make(name: str, value: Any) -> Experiment:
    return Experiment(**{**ROOM.get(name, {}), name: value})


def refused(name: str, value: Any) -> str:
    """Return the message with which a value is refused."""
    with pytest.raises(ValueError, match=rf"^{name} = ") as caught:
        make(name, value)
    return str(caught.value)


def test_the_fields_and_their_defaults_are_those_of_the_design() -> None:
    expected: dict[str, Any] = {name: default for name, (default, _, _) in NUMBERS.items()}
    expected |= {name: choices[0] for name, choices in CHOICES.items()} | {"data_id": ""}
    expected["bias"] = True
    assert Experiment().to_dict() == expected


@pytest.mark.parametrize("name", NUMBERS)
def test_both_ends_of_the_range_are_accepted(name: str) -> None:
    for end in NUMBERS[name][1:]:
        assert getattr(make(name, end), name) == end


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_number_just_outside_is_refused_with_its_name_value_and_range(name: str) -> None:
    _, low, high = WHOLE[name]
    for value in (low - 1, high + 1):
        message = refused(name, value)
        assert str(value) in message
        assert f"a whole number from {low} to {high}" in message


@pytest.mark.parametrize("name", REAL)
def test_a_number_just_outside_is_refused_with_its_name_value_and_range(name: str) -> None:
    _, low, high = REAL[name]
    for value in (math.nextafter(low, -math.inf), math.nextafter(high, math.inf)):
        message = refused(name, value)
        assert repr(value) in message
        assert f"{high:g}" in message.partition("must be")[2]
        assert ("above 0" if low == 5e-324 else f"from {low:g}") in message


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_is_accepted_and_others_are_refused_with_the_list(name: str) -> None:
    for choice in CHOICES[name]:
        assert getattr(make(name, choice), name) == choice
    for wrong in ("nonsense", CHOICES[name][0].upper(), "", 0, None, True, ["gaussian"]):
        assert ", ".join(CHOICES[name]) in refused(name, wrong)


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, True, False, "1", "", None, [1], {}, 1j, b"1", np.bool_(True)],
    ids=repr,
)
def test_what_is_no_finite_number_is_refused(value: Any) -> None:
    for name in NUMBERS:
        assert "number" in refused(name, value)


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_number_is_not_rounded(name: str) -> None:
    value = float(WHOLE[name][2])
    refused(name, value)
    refused(name, value - 0.5)


@pytest.mark.parametrize("value", [0, 1, "true", None, 1.0, "yes"])
def test_bias_takes_true_and_false_only(value: Any) -> None:
    assert "true or false" in refused("bias", value)


@pytest.mark.parametrize("name", ["hidden", "l2"])
def test_an_enormous_whole_number_is_refused_by_name(name: str) -> None:
    message = refused(name, 10**5000)
    assert len(message) < 200


def test_numbers_of_numpy_become_plain_ones() -> None:
    experiment = Experiment(hidden=np.int64(7), l2=np.float32(0.5), learning_rate=1)  # type: ignore[arg-type]
    assert experiment == Experiment(hidden=7, l2=0.5, learning_rate=1.0)
    assert [type(v) for v in (experiment.hidden, experiment.l2, experiment.learning_rate)] == [
        int,
        float,
        float,
    ]
    assert json.loads(experiment.to_json())["hidden"] == 7


def test_more_training_points_than_points_are_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match=r"^train_points = 300: must be at most points = 200;"):
        Experiment(points=200)
    assert Experiment(points=200, train_points=200).n_train == 200


def test_a_batch_larger_than_the_training_points_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^batch_size = 51: must be from 0 to the 50 "):
        Experiment(train_points=50, batch_size=51)
    with pytest.raises(ValueError, match=r"^batch_size = 5: must be from 0 to the 4 "):
        Experiment(dataset="corners", batch_size=5)
    assert Experiment(train_points=50, batch_size=50).batch_size == 50
    assert Experiment(dataset="corners", batch_size=4).n_train == 4


def test_corners_do_not_mind_points_that_they_ignore() -> None:
    assert Experiment(dataset="corners", points=100, train_points=300).n_train == 4


@given(experiments())
def test_the_way_through_url_parameters_changes_nothing(experiment: Experiment) -> None:
    params = experiment.to_params()
    assert all(isinstance(text, str) for text in params.values())
    assert Experiment.from_params(params) == experiment


@given(experiments())
def test_the_way_through_json_changes_nothing(experiment: Experiment) -> None:
    text = experiment.to_json()
    assert Experiment.from_json(text) == experiment
    assert json.loads(text).keys() == DEFAULTS.keys()


@given(experiments())
def test_equal_experiments_have_equal_hashes(experiment: Experiment) -> None:
    twin = Experiment(**experiment.to_dict())  # type: ignore[arg-type]
    assert twin == experiment
    assert hash(twin) == hash(experiment)
    assert {experiment: "cached"}[twin] == "cached"


def test_the_default_has_a_clean_address_and_a_change_is_all_it_shows() -> None:
    assert Experiment().to_params() == {}
    params = Experiment(hidden=50, bias=False, l2=1e-6, steps=1_000_000).to_params()
    assert params == {"hidden": "50", "bias": "false", "l2": "1e-06", "steps": "1000000"}


def test_an_experiment_cannot_be_changed_and_its_fields_have_names() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Experiment().hidden = 5  # type: ignore[misc]
    with pytest.raises(TypeError):
        Experiment("corners")  # type: ignore[call-arg]


def test_a_copy_with_changes_is_checked_again() -> None:
    assert Experiment(l2=1.0).replace(hidden=5) == Experiment(l2=1.0, hidden=5)
    with pytest.raises(ValueError, match=r"^hidden = 201: "):
        Experiment().replace(hidden=201)
    with pytest.raises(ValueError, match="'neurons'"):
        Experiment().replace(neurons=5)


def test_an_unknown_name_is_refused_and_named() -> None:
    with pytest.raises(ValueError, match=r"'neurons'.*hidden"):
        Experiment.from_params({"hidden": "5", "neurons": "5"})
    with pytest.raises(ValueError, match=r"'Hidden'.*hidden"):
        Experiment.from_json('{"Hidden": 5}')
    with pytest.raises(ValueError, match="unknown field") as caught:
        Experiment.from_params({"x" * 10_000: "5"})
    assert len(str(caught.value)) < 1000


def test_a_repeated_name_is_refused_and_named() -> None:
    with pytest.raises(ValueError, match=r"'hidden'.*more than once"):
        Experiment.from_json('{"hidden": 5, "l2": 1, "hidden": 5}')


HOSTILE_NUMBERS = [
    "9" * 10_000,
    "-1",
    "1e999",
    "-1e999",
    "nan",
    "inf",
    "-Infinity",
    "",
    " ",
    "true",
    "None",
    "\uff11\uff12",  # full-width 12
    "\u0663",  # Arabic 3
    "\u00b2",  # superscript 2
    "1_0",
    "0x10",
    "1,5",
    "1 2",
    "3;",
    "1\x00",
    "--1",
    "1e",
    "<script>",
    "1" + " " * 100 + "0",
]


@pytest.mark.parametrize("text", HOSTILE_NUMBERS, ids=lambda text: repr(text[:12]))
def test_a_hostile_number_is_refused_by_name_in_a_short_sentence(text: str) -> None:
    for name in NUMBERS:
        with pytest.raises(ValueError, match=rf"^{name} = .*must be a ") as caught:
            Experiment.from_params({name: text})
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["5.0", "5.5", "1e1"])
def test_a_text_that_is_no_whole_number_is_refused(text: str) -> None:
    for name in WHOLE:
        with pytest.raises(ValueError, match=rf"^{name} = {re.escape(text)}: must be a whole "):
            Experiment.from_params({name: text})


@pytest.mark.parametrize(
    "text", ["", "1", "0", "yes", "ja", "truee", "t" * 10_000, "\uff54rue"], ids=lambda t: t[:12]
)
def test_a_hostile_truth_value_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"^bias = .*must be true or false"):
        Experiment.from_params({"bias": text})


@pytest.mark.parametrize("text", ["", "__class__", "x" * 10_000, "1"], ids=lambda text: text[:12])
def test_a_hostile_choice_is_refused_by_name(text: str) -> None:
    for name in CHOICES:
        with pytest.raises(ValueError, match=rf"^{name} = .*must be one of ") as caught:
            Experiment.from_params({name: text})
        assert len(str(caught.value)) < 250


def test_what_a_person_may_well_type_is_understood() -> None:
    params = {"hidden": " 50 ", "learning_rate": "3E-2", "bias": "False", "l2": "1", "l1": "+.5"}
    expected = Experiment(hidden=50, learning_rate=0.03, bias=False, l2=1.0, l1=0.5)
    assert Experiment.from_params(params) == expected


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "null", '"hidden"', "{hidden: 3}", "[" * 100_000, '{"hidden":' * 50_000],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        Experiment.from_json(text)


@pytest.mark.parametrize(
    "value",
    ["NaN", "Infinity", "1e999", "true", "null", '"3"', "[3]", "{}", "3.0", "9" * 100, "9" * 5000],
    ids=lambda value: value if len(value) < 12 else f"{len(value)} digits",
)
def test_a_hostile_json_value_is_refused_by_name(value: str) -> None:
    with pytest.raises(ValueError, match=r"^hidden = .*a whole number from 1 to 200") as caught:
        Experiment.from_json(f'{{"hidden": {value}}}')
    assert len(str(caught.value)) < 200


def test_json_that_leaves_fields_out_keeps_their_defaults() -> None:
    assert Experiment.from_json('{"hidden": 50}') == Experiment(hidden=50)
    assert Experiment.from_json("{}") == Experiment()


def test_this_file_knows_every_field() -> None:
    assert {*NUMBERS, *CHOICES, "bias", "data_id"} == set(ALLOWED)
