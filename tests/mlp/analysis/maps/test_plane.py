"""What a map is asked for: axes, sizes, zooms, and the sentences that refuse bad ones."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp import Experiment
from mlp.analysis.maps.plane import AXES, Axis, Plane

RATE, SCALE = Axis("learning_rate", 0.01, 1, "log"), Axis("init_scale", 0.1, 10, "log")
PLANE = Plane(Experiment(steps=50), RATE, SCALE, 16)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("learning_rate:1:1", "from 1 to 1: the first limit must be below the second"),
        ("learning_rate:1:0.1", "from 1 to 0.1: the first limit must be below the second"),
        ("init_scale:0:1:log", "from 0: a logarithmic axis has no 0"),
        ("optimizer:0:1", "'optimizer': must be a setting that is a number, one of"),
        ("steps:1:100", "'steps': must be a setting that is a number, one of"),
        (
            "learning_rate:0.1:101",
            "learning_rate = 101.0: must be a number above 0 and at most 100",
        ),
        ("hidden:1.5:3", "hidden = 1.5: must be a whole number from 1 to 200"),
        ("learning_rate:nan:1", "learning_rate = nan: must be"),
        ("hidden:1:inf", "hidden = inf: must be"),
        ("learning_rate:0.1", "must be a setting and its limits, such as"),
        ("learning_rate:a:1", "the limits must be numbers"),
        ("learning_rate:0.1:1:cubic", "'cubic': must be one of linear, log"),
    ],
)
def test_a_bad_axis_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        Axis.parse(text)


@pytest.mark.parametrize("size", [1, 4097, 0, True])
def test_a_size_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="must be a whole number from 2 to 4096"):
        Plane(Experiment(), RATE, SCALE, size)


def test_a_map_of_one_setting_or_of_impossible_corners_is_refused() -> None:
    with pytest.raises(ValueError, match="both axes are learning_rate"):
        Plane(Experiment(), RATE, RATE, 8)
    with pytest.raises(ValueError, match="train_points = 300: must be at most points = 100"):
        Plane(Experiment(), RATE, Axis("points", 100, 400), 8)


@given(st.sampled_from(AXES), st.floats(-9, 2), st.floats(-9, 2), st.booleans())
def test_an_axis_reads_back_the_same(name: str, a: float, b: float, log: bool) -> None:
    try:
        axis = Axis(name, min(10**a, 10**b), max(10**a, 10**b), "log" if log else "linear")
    except ValueError:
        return
    assert Axis.parse(str(axis)) == axis
    values = axis.values(9)
    assert values[0] == axis.low
    assert values[-1] == axis.high
    assert (np.diff(values) >= 0).all()


def test_whole_numbers_are_rounded_and_may_repeat() -> None:
    axis = Axis("hidden", 1, 4)
    assert axis.values(7).tolist() == [1, 2, 2, 2, 3, 4, 4]
    assert type(axis.setting(2.0)) is int


def test_a_zoom_is_the_part_between_and_the_pixels_settings_are_its_values() -> None:
    part = PLANE.zoomed(0.25, 0.5, 0.5, 1.0)
    assert part.x.low == pytest.approx(0.01 * 10**0.5)
    assert part.x.high == pytest.approx(0.1)
    assert part.y.low == pytest.approx(1)
    assert part.y.high == 10
    assert part.at(0, 15) == PLANE.experiment.replace(
        learning_rate=part.x.high, init_scale=part.y.low
    )


def test_an_endless_zoom_ends_where_float64_does_and_says_so() -> None:
    plane, deep = PLANE, 0
    while plane.x.high / plane.x.low > 1 + 1e-13:
        plane, deep = plane.zoomed(0.4, 0.4, 0.6, 0.6), deep + 1
    assert 15 < deep < 40
    with pytest.raises(ValueError, match=r"here float64 ends.*16 numbers between these two"):
        plane.zoomed(0.4, 0.4, 0.405, 0.405)
    assert len(np.unique(plane.xs())) == plane.size
