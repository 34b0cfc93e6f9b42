"""The shelf: kept, bounded, renamed, pinned, saved to a file, and back with the same digits."""

import dataclasses
import io
import json
from typing import Any

import numpy as np
import pytest
import streamlit as st
from hypothesis import given, settings, strategies
from matplotlib import image

from mlp import Experiment, Plan, Run, train
from mlp.analysis.verdicts import judge
from mlp.data.own import OwnData
from mlp.network import predict
from ui.jobs import runs
from ui.settings import own_points
from ui.shelf import shelf, shelf_file
from ui.take_home import weights
from ui.words.stories import story

QUICK = Experiment(points=20, train_points=20, steps=40, frames=8)
BRANCH = Plan(QUICK).branch(20, {"l2": 0.1})


@pytest.fixture(autouse=True)
def _own_session_and_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    runs.forget_all()


def keep(count: int, start: int = 0) -> list[Plan]:
    plans = [Plan(QUICK.replace(init_seed=seed)) for seed in range(start, start + count)]
    for plan in plans:
        shelf.keep(train(plan))
    return plans


def seeds() -> list[int]:
    return [entry.plan.root.init_seed for entry in shelf.entries()]


def test_a_finished_job_is_kept_once_with_its_digits() -> None:
    job = runs.job_for(QUICK)
    job.wait(60)
    shelf.keep_finished(job, None)
    shelf.keep_finished(job)
    run = train(QUICK)
    [entry] = shelf.entries()
    assert entry.plan == Plan(QUICK)
    assert entry.digits.loss == run.loss[-1]
    assert entry.digits.accuracy == run.accuracy[-1]
    assert entry.digits.verdict == judge(run)
    assert entry.story == story(run, judge(run))


def test_a_stopped_job_and_one_under_way_are_not_kept() -> None:
    job = runs.Job(Experiment(hidden=50, steps=2_000_000))
    shelf.keep_finished(job)
    job.start()
    job.stop()
    job.wait(60)
    shelf.keep_finished(job)
    assert shelf.entries() == []


def test_the_oldest_unpinned_run_goes_first_and_it_is_said() -> None:
    experiments = keep(shelf.MOST_ENTRIES)
    shelf.pin(experiments[0], pinned=True)
    shelf.rename(experiments[1], "second")
    assert shelf.notice() == ""
    keep(1, start=100)
    assert len(shelf.entries()) == shelf.MOST_ENTRIES
    assert seeds()[0] == 100
    assert seeds()[-1] == 0
    assert 1 not in seeds()
    assert "second" in shelf.notice()


def test_where_all_are_pinned_the_new_run_is_not_kept_and_it_is_said() -> None:
    for experiment in keep(shelf.MOST_ENTRIES):
        shelf.pin(experiment, pinned=True)
    keep(1, start=100)
    assert 100 not in seeds()
    assert "All 24" in shelf.notice()


def test_a_run_is_renamed_unnamed_and_removed() -> None:
    [experiment] = keep(1)
    own = shelf.entries()[0].name
    shelf.rename(experiment, "  my   run " + "x" * 100)
    assert shelf.entries()[0].name == ("my run " + "x" * 100)[: shelf.LONGEST_NAME]
    assert shelf.names() == {experiment: shelf.entries()[0].name}
    shelf.rename(experiment, " ")
    assert shelf.entries()[0].name == own
    assert shelf.names() == {}
    shelf.remove(experiment)
    assert shelf.entries() == []


def test_the_picture_has_the_colours_of_the_answers() -> None:
    run = train(Experiment(hidden=10, learning_rate=0.02, points=100, train_points=100, steps=5000))
    pixels = image.imread(io.BytesIO(shelf.picture_of(run)), format="png")
    side = len(pixels)
    reach = 1.1 * np.abs(run.data.X).max()
    for i, x1 in ((side // 8, 1), (7 * side // 8, -1)):  # a picture's first row is its top
        for j, x0 in ((side // 8, -1), (7 * side // 8, 1)):
            point = np.array([[0.75 * reach * x0, 0.75 * reach * x1]])
            H2 = predict(point, run.W1[-1].copy(), run.W2[-1].copy())[0]
            red, _, blue = pixels[i, j, :3]
            assert (blue > red) == (H2[1] > H2[0])


# --- the file


def saved() -> str:
    shelf.keep(train(QUICK))
    shelf.keep(train(BRANCH))
    shelf.rename(BRANCH, "a “what if” *run*")
    shelf.pin(BRANCH, pinned=True)
    return shelf_file.to_json(shelf.entries())


def test_a_shelf_comes_back_from_its_file_and_its_digits_are_found_the_same() -> None:
    text = saved()
    before = shelf.entries()
    st.session_state.clear()
    said = shelf_file.take(shelf_file.from_bytes(text.encode()))
    assert said.startswith("2 runs came")
    after = shelf.entries()
    for old, new in zip(before, after, strict=True):
        kept = dataclasses.replace(new, story=old.story, picture=old.picture, from_file=False)
        assert kept == old
    assert shelf_file.to_json(after) == text
    assert shelf_file.unchecked(long=False) == [BRANCH, Plan(QUICK)]
    shelf_file.restore(shelf_file.unchecked(long=False))
    pool = shelf_file.restoring()
    assert pool is not None
    pool.wait(60)
    shelf_file.keep_restored()
    assert [entry.check for entry in shelf.entries()] == ["same", "same"]
    assert all(entry.picture for entry in shelf.entries())
    assert [entry.story for entry in shelf.entries()] == [entry.story for entry in before]
    assert shelf.entries()[0].name == "a “what if” *run*"


def test_digits_that_differ_are_told() -> None:
    content = json.loads(saved())
    content["runs"][1]["recorded"]["loss"] *= 1.25
    st.session_state.clear()
    shelf_file.take(shelf_file.from_json(json.dumps(content)))
    shelf.keep(train(QUICK))
    entry = shelf.find(Plan(QUICK))
    assert entry is not None
    assert repr(float(train(QUICK).loss[-1])) in entry.check
    assert repr(content["runs"][1]["recorded"]["loss"]) in entry.check


def test_what_is_on_the_shelf_already_stays_as_it_is() -> None:
    text = saved()
    assert "2 were on the shelf already" in shelf_file.take(shelf_file.from_json(text))
    assert len(shelf.entries()) == 2
    assert not any(entry.from_file for entry in shelf.entries())


def changed(**changes: Any) -> str:
    content = json.loads(saved())
    run = content["runs"][0]
    for path, value in changes.items():
        place: Any = run
        *parents, name = path.split("__")
        for parent in parents:
            place = place[parent]
        if value is KeyError:
            del place[name]
        else:
            place[name] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "the name"),
        ({"name": "x" * 61}, "the name"),
        ({"name": 5}, "the name"),
        ({"pinned": 1}, "pinned"),
        ({"pinned": KeyError}, "'pinned' is missing"),
        ({"extra": 1}, "'extra' does not belong"),
        ({"experiment__hidden": 201}, "hidden = 201: must be a whole number from 1 to 200"),
        ({"experiment__hidden": [3]}, "hidden = [3]"),
        ({"experiment__self": 1}, "unknown field 'self'"),
        ({"experiment": []}, '"experiment", an object'),
        ({"branches": {}}, "a list"),
        ({"branches": [{"step": 20}]}, '"step" and "changes"'),
        ({"branches": [{"step": 20, "changes": {"hidden": 9}}]}, "can change only"),
        ({"branches": [{"step": 20, "changes": {"l2": {}}}]}, "l2 = {}"),
        ({"branches": [{"step": 1e9, "changes": {}}]}, "whole number"),
        ({"branches": [{"step": 1, "changes": {}}] * 9}, "9 branches"),
        ({"recorded__loss": "0.1"}, "loss = 0.1 cannot be"),
        ({"recorded__loss": -1}, "loss = -1 cannot be"),
        ({"recorded__accuracy": 1.5}, "accuracy"),
        ({"recorded__step": 1.5}, "step = 1.5"),
        ({"recorded__verdict": "great"}, "the verdict must be one of"),
        ({"recorded__verdict": []}, "the verdict must be one of"),
    ],
)
def test_a_file_with_one_fault_is_refused_whole(changes: dict[str, Any], words: str) -> None:
    text = changed(**changes)
    before = shelf.entries()
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the words are checked below
        shelf_file.from_json(text)
    assert words in str(refused.value)
    assert "run 1" in str(refused.value)
    assert shelf.entries() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"[1]", "no shelf"),
        (b'{"hidden": 3}', "no shelf"),
        (b"\x89PNG\r\n\x1a\n\xff", "UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b" " * 9_000_000, "9,000,000 bytes"),
        (b'{"format": "xor-dashboard shelf", "version": 2, "runs": []}', "version 2"),
        (b'{"format": "xor-dashboard shelf", "version": 1}', "'runs' is missing"),
        (b'{"format": "xor-dashboard shelf", "version": 1, "runs": {}}', "a list of at most 24"),
        (b'{"format": "xor-dashboard shelf", "version": 1, "version": 1}', "more than once"),
    ],
)
def test_a_foreign_file_is_refused_with_its_reason(content: bytes, words: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the words are checked below
        shelf_file.from_bytes(content)
    assert words in str(refused.value)


def test_a_number_that_is_none_is_refused() -> None:
    for bad in ("NaN", "Infinity", "1e999", "9" * 400):
        text = saved().replace(f'"loss": {float(train(BRANCH).loss[-1])!r}', f'"loss": {bad}')
        assert f'"loss": {bad}' in text
        with pytest.raises(ValueError, match="loss"):
            shelf_file.from_json(text)


def test_the_same_run_twice_and_too_many_runs_are_refused() -> None:
    content = json.loads(saved())
    twice = content | {"runs": [content["runs"][0]] * 2}
    with pytest.raises(ValueError, match="run 2 is the same as run 1"):
        shelf_file.from_json(json.dumps(twice))
    many = content | {"runs": [content["runs"][0]] * 25}
    with pytest.raises(ValueError, match="at most 24"):
        shelf_file.from_json(json.dumps(many))


@settings(max_examples=60)
@given(strategies.binary(max_size=60) | strategies.text(max_size=60).map(str.encode))
def test_any_bytes_give_entries_or_a_refusal(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
        shelf_file.from_bytes(content)


# --- own points in the file


def own_run() -> tuple[OwnData, Run]:
    own = OwnData(np.random.RandomState(0).randn(20, 2), np.arange(20) % 2, ("a", "b"))
    data_id = own_points.bring(own)
    base = Experiment(points=20, train_points=20, steps=30, frames=5)
    return own, train(base.replace(dataset="custom", data_id=data_id), own)


def test_own_points_go_into_the_file_and_come_back_to_another_visitor() -> None:
    own, run = own_run()
    shelf.keep(run)
    text = shelf_file.to_json(shelf.entries())
    st.session_state.clear()
    [entry] = shelf_file.from_json(text)
    assert entry.plan == run.plan
    assert list(own_points.known()) == [own.data_id]
    assert json.loads(weights.to_json(run, 0, "", lambda *_: None))["own_data"] == own.to_dict()


def test_a_file_without_the_points_it_needs_or_with_others_is_refused_whole() -> None:
    own, run = own_run()
    shelf.keep(run)
    content = json.loads(shelf_file.to_json(shelf.entries()))
    st.session_state.clear()
    for broken, message in (
        ({}, f"run 1 needs the points {own.data_id}, which are not in the file"),
        ({"0" * 16: own.to_dict()}, "the points are not those of this name"),
        ({own.data_id: {"X": []}}, "own data must be an object with"),
        ([], "must be an object of at most"),
    ):
        with pytest.raises(ValueError, match=message):
            shelf_file.from_json(json.dumps(content | {"own_data": broken}))
        assert own_points.known() == {}
