"""What goes to the player and what comes back: exact numbers out, anything at all in."""

import base64
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlp import Experiment, Run, train
from mlp.analysis.stability import sharpness_of_steps
from mlp.training.run import SERIES
from tests.mlp.strategies import short_experiments, wild_experiments
from ui.player import Event, Lane, read_branch, read_chosen
from ui.player.payload import Options, build_payload
from ui.words.optimizers import gauge_limit


def lane_of(run: Run) -> Lane:
    return Lane(key="k", label="", run=run, planned_steps=run.experiment.steps)


def payload_of(run: Run) -> dict[str, Any]:
    """The payload as the browser gets it: through JSON, which knows no NaN."""
    payload = build_payload([lane_of(run)], Options())
    lane: dict[str, Any] = json.loads(json.dumps(payload, allow_nan=False))["lanes"][0]
    return lane


def decode(text: str, dtype: str) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), dtype)


@settings(max_examples=30)
@given(short_experiments() | wild_experiments())
def test_what_arrives_is_what_was_recorded(experiment: Experiment) -> None:
    run = train(experiment)
    lane = payload_of(run)
    for name in SERIES:
        sent = decode(lane["series"][name], "<f8")
        recorded = sharpness_of_steps(run) if name == "sharpness" else getattr(run, name)
        assert np.array_equal(sent, recorded)
        assert np.isfinite(sent).all()
    assert np.array_equal(decode(lane["points"]["X"], "<f8"), run.data.X.ravel())
    assert np.array_equal(decode(lane["points"]["labels"], "u1"), run.data.labels)
    assert lane["points"]["n_train"] == run.data.n_train
    for name, first, second in (
        ("weights", run.W1, run.W2),
        ("gradients", run.dL_dW1, run.dL_dW2),
    ):
        block = lane[name]
        dtype = "<f8" if block["wide"] else "<f4"
        for text, matrix in ((block["first"], first), (block["second"], second)):
            sent = decode(text, dtype)
            assert np.isfinite(sent).all()
            assert np.allclose(sent, matrix.ravel(), rtol=1e-7, atol=1e-37)
            assert not block["wide"] or np.array_equal(sent, matrix.ravel())


def test_the_limit_follows_the_optimizer_and_is_unknown_for_the_articles_term() -> None:
    assert gauge_limit(Experiment()) == 2
    assert gauge_limit(Experiment(optimizer="momentum", momentum=0.5)) == 3
    assert gauge_limit(Experiment(optimizer="nesterov", momentum=0.5)) == 1.5
    assert gauge_limit(Experiment(optimizer="adam")) is None
    assert gauge_limit(Experiment(l2=0.1, l2_gradient="article")) is None
    assert gauge_limit(Experiment(l2_gradient="article")) == 2


def test_a_run_of_200_neurons_stays_small_enough_to_send() -> None:
    run = train(Experiment(hidden=200, steps=300))
    assert len(json.dumps(build_payload([lane_of(run)], Options()))) < 8e6


RUN = train(Experiment(steps=30, frames=8))
LANE = Lane("k", "", RUN, 30, events=(Event(3, "first_rise", "First rise"),))
HOSTILE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(
    HOSTILE | st.fixed_dictionaries({"key": st.just("k") | HOSTILE, "frame": HOSTILE}),
    HOSTILE | st.fixed_dictionaries({"step": HOSTILE}),
)
def test_whatever_comes_back_is_none_or_a_frame_of_the_run(chosen: Any, zoom: Any) -> None:
    result = read_chosen(chosen, zoom, LANE)
    if result.frame is not None:
        assert type(result.frame) is int
        assert 0 <= result.frame < len(RUN.steps)
        assert result.step == RUN.steps[result.frame]
    else:
        assert result.step is None
    assert result.zoom is None or (type(result.zoom) is int and 0 <= result.zoom <= 30)
    assert type(result.zoom_out) is bool


FRAMES: list[tuple[Any, int | None]] = [
    (0, 0),
    (3, 3),
    (-1, 0),
    (10**30, len(RUN.steps) - 1),
    (2.0, 2),
    (True, None),
    ("3", None),
    (math.nan, None),
    (math.inf, None),
    (None, None),
    ([], None),
]


@pytest.mark.parametrize(("frame", "expected"), FRAMES)
def test_a_frame_is_clamped_to_the_run_or_counts_as_none(frame: Any, expected: int | None) -> None:
    assert read_chosen({"key": "k", "frame": frame}, None, LANE).frame == expected


def test_a_frame_of_another_run_counts_as_none() -> None:
    assert read_chosen({"key": "other", "frame": 3}, None, LANE).frame is None


@settings(max_examples=80)
@given(HOSTILE | st.fixed_dictionaries({"key": st.just("k") | st.text(), "step": HOSTILE}))
def test_a_wish_to_branch_names_a_lane_and_a_step_of_its_run_or_is_none(asked: Any) -> None:
    found = read_branch(asked, [LANE])
    if found is not None:
        lane, step = found
        assert lane == 0
        assert 0 <= step <= 30


def test_a_wish_to_branch_is_read_for_the_lane_with_its_key() -> None:
    other = Lane("other", "", RUN, 30)
    assert read_branch({"key": "other", "step": 7}, [LANE, other]) == (1, 7)
    assert read_branch({"key": "k", "step": 900}, [LANE, other]) == (0, 30)
    assert read_branch({"key": "gone", "step": 7}, [LANE, other]) is None


def test_a_branch_tells_the_limit_of_each_stretch_and_where_its_parent_ends() -> None:
    branch = RUN.plan.branch(10, {"optimizer": "momentum", "momentum": 0.5})
    run = train(branch)
    lane = build_payload([Lane("b", "", run, 30, parent_until=10)], Options(can_branch=True))
    assert lane["can_branch"]
    assert lane["lanes"][0]["limits"] == [[0, 2.0, "", ""], [10, 3.0, "", "Momentum: 2 (1 + 0.5)"]]
    assert lane["lanes"][0]["parent_until"] == 10


def test_the_payload_tells_whether_a_question_comes_first_and_is_answered() -> None:
    lane = lane_of(train(Experiment(steps=3)))
    assert build_payload([lane], Options(asks=True))["asks"]
    assert not build_payload([lane], Options())["asks"]
    assert build_payload([lane], Options(in_suspense=True))["in_suspense"]
    assert not build_payload([lane], Options())["in_suspense"]
