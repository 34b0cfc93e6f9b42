"""Settings in an address: read field by field, refused by name, written so that they read back."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp import PRESETS, Experiment
from mlp.experiment import ALLOWED, DEFAULTS, format_value
from tests.mlp.strategies import experiments
from ui.settings.experiment_form import read_experiment
from ui.settings.session import fit
from ui.words.plain import plain

DEFAULT = Experiment()


def read(**texts: str) -> tuple[Experiment, list[str]]:
    return read_experiment({name: [text] for name, text in texts.items()})


@given(experiments())
def test_an_address_that_was_written_is_read_back_without_a_complaint(
    experiment: Experiment,
) -> None:
    params = {name: [text] for name, text in experiment.to_params().items()}
    assert read_experiment(params) == (experiment, [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hidden", "0"),
        ("hidden", "201"),
        ("hidden", "3.5"),
        ("hidden", "three"),
        ("hidden", ""),
        ("hidden", "3" * 5000),
        ("learning_rate", "nan"),
        ("learning_rate", "inf"),
        ("learning_rate", "-inf"),
        ("learning_rate", "0"),
        ("learning_rate", "1e400"),
        ("learning_rate", "0.1; DROP TABLE"),
        ("steps", "2000001"),
        ("steps", "1e3"),
        ("bias", "maybe"),
        ("schedule", "cosin"),
        ("dataset", "<script>alert(1)</script>"),
        ("l2", "٣"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_value_its_range_and_its_replacement(
    name: str, text: str
) -> None:
    experiment, [problem] = read(**{name: text})
    assert experiment == DEFAULT
    assert problem.startswith(f"{name} = {text[:40]}: must be {ALLOWED[name]}. ")
    assert problem.endswith(f"{format_value(DEFAULTS[name])} is used instead.")


def test_an_unknown_parameter_is_named_and_left_out() -> None:
    experiment, [problem] = read(neurons="7")
    assert experiment == DEFAULT
    assert problem == "neurons = 7: there is no setting of this name. It was left out."


def test_a_repeated_parameter_is_named_and_its_default_used() -> None:
    experiment, [problem] = read_experiment({"hidden": ["3", "50"]})
    assert experiment == DEFAULT
    assert problem == (
        "hidden = 3 and 50: must be given once, not 2 times, and be a whole number from 1 to 200. "
        "3 is used instead."
    )


def test_one_bad_parameter_leaves_the_others_as_they_are() -> None:
    experiment, problems = read(hidden="50", learning_rate="nan", schedule="cosine")
    assert experiment == Experiment(hidden=50, schedule="cosine")
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("texts", "used", "sentence"),
    [
        (
            {"points": "100"},
            {"points": 100, "train_points": 100},
            "train_points = 300: must be from 1 to 100 with the other settings. "
            "100 is used instead.",
        ),
        (
            {"batch_size": "400"},
            {"batch_size": 300},
            "batch_size = 400: must be from 0 to 300 with the other settings. 300 is used instead.",
        ),
        (
            {"dataset": "corners", "batch_size": "5"},
            {"dataset": "corners", "batch_size": 4},
            "batch_size = 5: must be from 0 to 4 with the other settings. 4 is used instead.",
        ),
    ],
)
def test_values_that_exclude_one_another_are_fitted_and_told(
    texts: dict[str, str], used: dict[str, Any], sentence: str
) -> None:
    assert read(**texts) == (Experiment(**used), [sentence])


NAMES = st.sampled_from(list(ALLOWED)) | st.text(max_size=30)
VALUES = st.text(max_size=50) | st.integers().map(str) | st.floats().map(str)


@given(st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3), max_size=6))
def test_any_address_gives_an_experiment_and_a_sentence_for_each_name_not_used(
    params: dict[str, list[str]],
) -> None:
    experiment, problems = read_experiment(params)
    used = experiment.to_params()
    assert read_experiment({name: [text] for name, text in used.items()}) == (experiment, [])
    for name, texts in params.items():
        as_asked = name in ALLOWED and len(texts) == 1 and _same(experiment, name, texts[0])
        told = any(problem.startswith(f"{name[:40]} = ") for problem in problems)
        assert as_asked or told


def _same(experiment: Experiment, name: str, text: str) -> bool:
    try:
        return bool(ALLOWED[name].parse(text) == getattr(experiment, name))
    except (ValueError, KeyError, OverflowError):
        return False


@given(experiments(), st.dictionaries(st.sampled_from(list(ALLOWED)), st.floats() | st.integers()))
def test_whatever_a_widget_sends_the_settings_stay_allowed(
    experiment: Experiment, changes: dict[str, Any]
) -> None:
    after = fit(experiment, changes)
    for name, value in changes.items():
        wanted, before = getattr(after, name), getattr(experiment, name)
        fitted = name in ("train_points", "batch_size")
        assert fitted or wanted in (before, value)


def test_all_points_stay_training_points_when_there_were_no_others() -> None:
    assert fit(DEFAULT, {"points": 50}).train_points == 50
    assert fit(Experiment(points=50, train_points=50), {"points": 80}).train_points == 80
    assert fit(Experiment(points=100, train_points=40), {"points": 80}).train_points == 40
    assert fit(Experiment(points=100, train_points=40), {"points": 20}).train_points == 20


@given(st.text())
def test_nothing_that_markdown_understands_is_left_unescaped(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#~:$|=]", shown)


def test_a_scene_is_named_and_what_else_is_named_counts_on_top_of_it() -> None:
    dead = PRESETS["dead_network"]
    assert read(scene="dead_network") == (dead, [])
    assert read(scene="dead_network", steps="500") == (dead.replace(steps=500), [])
    experiment, [problem] = read(scene="dead_network", hidden="999")
    assert experiment == dead
    assert problem == "hidden = 999: must be a whole number from 1 to 200. 50 is used instead."


def test_a_scene_that_there_is_not_is_refused_by_name() -> None:
    experiment, [problem] = read(scene="wide", hidden="7")
    assert experiment == Experiment(hidden=7)
    assert problem.startswith("scene = wide: must be one of three_neurons, ")
