"""What goes to the browser and what may come back from it."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp import Experiment
from mlp.analysis.maps.limits import LimitLine
from mlp.analysis.maps.picture import QUANTITIES
from mlp.analysis.maps.pixels import NEVER, Pixels
from mlp.analysis.maps.plane import Axis, Plane
from mlp.analysis.maps.tiles import no_pixels
from ui.screens.map import picture

PLANE = Plane(
    Experiment(steps=5), Axis("learning_rate", 0.01, 1, "log"), Axis("l2", 0.1, 100, "log"), 8
)
NAME = picture.name_of(PLANE)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=6), inner),
)


def half() -> Pixels:
    pixels = no_pixels(PLANE)
    pixels["verdict"][::2, ::2] = 1
    pixels["loss"][::2, ::2] = np.linspace(0.1, 0.2, 16).reshape(4, 4)
    pixels["verdict"][0, 0] = 4
    pixels["loss"][0, 0] = np.inf
    pixels["accuracy"][0, 0] = np.nan
    return pixels


def sent(pixels: Pixels, quantity: str = "verdict", *, whole: bool = False) -> dict[str, Any]:
    return picture.payload(
        PLANE, pixels, quantity=quantity, line=LimitLine("x", np.full(8, 0.1)), chosen=(1, 2),
        whole=whole, depth=1,
    )  # fmt: skip


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_sent_is_json_without_infinities(quantity: str, whole: bool) -> None:
    for pixels in (half(), no_pixels(PLANE)):
        json.dumps(sent(pixels, quantity, whole=whole), allow_nan=False)


def test_a_part_is_painted_in_blocks_and_sends_no_numbers_yet() -> None:
    assert sent(half())["numbers"] is None
    data = base64.b64decode(sent(half())["picture"])
    assert data.startswith(b"\x89PNG")
    numbers = sent(half(), whole=True)["numbers"]
    verdicts = np.frombuffer(base64.b64decode(numbers["verdict"]), np.int8)
    assert verdicts[1] == NEVER
    assert verdicts[2] == 1


def test_the_lines_of_theory_lie_where_their_numbers_say() -> None:
    sharp, penalty = sent(half())["lines"]
    assert [place[0] for place in sharp["places"]] == pytest.approx([0.5] * 8)
    assert penalty["label"] == "rate × l2 = 2"
    for across, up in penalty["places"]:
        rate, l2 = 0.01 * 100**across, 0.1 * 1000**up
        assert rate * l2 == pytest.approx(2)


def test_the_legend_names_the_classes_or_the_ends_of_the_scale() -> None:
    by_verdict = picture.legend(half(), "verdict")
    assert sum(entry["share"] for entry in by_verdict["classes"]) == pytest.approx(1)
    by_loss = picture.legend(half(), "loss")
    assert by_loss["scale"]["high"] == pytest.approx(0.2)
    assert [entry["label"][:8] for entry in by_loss["classes"]] == ["infinite"]
    assert picture.legend(half(), "first_rise_at")["classes"][-1]["label"] == "never rose"


@given(ANYTHING)
def test_whatever_comes_back_is_a_pixel_or_a_rectangle_or_nothing(value: object) -> None:
    assert picture.read_pixel(value, NAME, 8) is None
    assert picture.read_zoom(value, NAME) is None
    read = picture.read_zoom({"key": NAME, "sides": value}, NAME)
    assert read is None or (0 <= read[0] < read[2] <= 1 and 0 <= read[1] < read[3] <= 1)
    found = picture.read_pixel({"key": NAME, "row": value, "column": 1}, NAME, 8)
    assert found is None or 0 <= found[0] < 8


def test_an_answer_counts_for_its_own_map_only() -> None:
    assert picture.read_pixel({"key": NAME, "row": 3, "column": 4}, NAME, 8) == (3, 4)
    assert picture.read_pixel({"key": "another", "row": 3, "column": 4}, NAME, 8) is None
    sides = [0.1, 0.2, 0.5, 0.6]
    assert picture.read_zoom({"key": NAME, "sides": sides}, NAME) == tuple(sides)
    assert picture.read_zoom({"key": "another", "sides": sides}, NAME) is None
