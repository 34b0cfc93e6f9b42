"""Five hundred files that nobody meant well: each is read, or refused in a sentence."""

import copy
import json
import time
from typing import Any

import numpy as np
import pytest
import streamlit as st

from mlp import Experiment, train
from mlp.data.own import OwnData
from mlp.data.table import decode, guess_columns, read_points, read_table
from mlp.plan import Plan
from ui.settings import own_points
from ui.shelf import shelf, shelf_file

FILES = 250  # of each kind
LONGEST_SENTENCE = 2000
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 10**400, -1e300, "", "\x00", "a" * 5000, "\u202e<b>", [], [[]], {},
    {"a": {}}, [1, 2], "custom", "__proto__", "adam", 2_000_000, "nan",
)  # fmt: skip
QUICK = Experiment(points=20, train_points=20, steps=30, frames=5)


@pytest.fixture(autouse=True)
def _a_visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)


def saved() -> dict[str, Any]:
    own = OwnData(np.random.RandomState(0).randn(20, 2), np.arange(20) % 2, ("a", "b"))
    mine = QUICK.replace(dataset="custom", data_id=own_points.bring(own))
    shelf.keep(train(QUICK))
    shelf.keep(train(Plan(mine), own))
    content: dict[str, Any] = json.loads(shelf_file.to_json(shelf.entries()))
    return content


def damaged(content: dict[str, Any], random: np.random.RandomState) -> bytes:
    """Return a shelf with one value replaced, or with some bytes of its text changed or gone."""
    whole = copy.deepcopy(content)
    if random.rand() < 0.5:
        at: Any = whole
        while True:
            keys = list(at) if isinstance(at, dict) else range(len(at))
            key = keys[random.randint(len(keys))]
            inside = at[key]
            if isinstance(inside, dict | list) and inside and random.rand() < 0.8:
                at = inside
                continue
            at[key] = VALUES[random.randint(len(VALUES))]
            return json.dumps(whole).encode()
    text = bytearray(json.dumps(whole).encode())
    for _ in range(random.randint(1, 5)):
        start = random.randint(len(text))
        text[start : start + random.randint(1, 9)] = random.bytes(random.randint(0, 9))
    return bytes(text)


def refusal(read: Any, content: bytes) -> str | None:
    """Return the sentence with which a file is refused, or None where it is read."""
    try:
        read(content)
    except ValueError as error:
        said = str(error)
    else:
        return None
    assert 0 < len(said.encode()) < LONGEST_SENTENCE
    return said


def test_every_damaged_shelf_is_read_or_refused() -> None:
    content, random = saved(), np.random.RandomState(3)
    refused = [refusal(shelf_file.from_bytes, damaged(content, random)) for _ in range(FILES)]
    assert len(set(refused)) > 30  # for many different reasons


def table(content: bytes) -> None:
    read = read_table(decode(content))
    read_points(read, *guess_columns(read)).standardised()


def test_every_damaged_table_is_read_or_refused() -> None:
    random = np.random.RandomState(4)
    good = "a,b,class\n" + "".join(f"{i},{-i * 0.5},{'xy'[i % 2]}\n" for i in range(30))
    refused = []
    for _ in range(FILES):
        text = bytearray(good.encode())
        for _ in range(random.randint(1, 6)):
            start = random.randint(len(text))
            text[start : start + random.randint(1, 5)] = random.choice(
                [
                    b",",
                    b";",
                    b"\n",
                    b'"',
                    b"\t",
                    b"\x00",
                    b"nan",
                    b"1e999",
                    b"\xff",
                    b"\r",
                    b"9" * 40,
                ]
            )
        refused.append(refusal(table, bytes(text)))
    assert len(set(refused)) > 10


def test_twenty_thousand_names_are_refused_within_a_second() -> None:
    names = {f"name {i}": 0 for i in range(20_000)}
    started = time.process_time()
    said = refusal(
        shelf_file.from_bytes, json.dumps({"format": shelf_file.FORMAT} | names).encode()
    )
    assert said is not None
    assert "does not belong there" in said or "is missing" in said
    assert time.process_time() - started < 1


@pytest.mark.parametrize("escaped", ["\\ud800", "\\uDFFF", "x\\udc00\\ud83d"])
def test_half_a_character_is_refused_wherever_it_stands(escaped: str) -> None:
    text = json.dumps(saved())
    for place in ('"version"', '"pinned"', json.dumps(shelf.own_name(Plan(QUICK)))):
        assert place in text
        said = refusal(shelf_file.from_bytes, text.replace(place, f'"{escaped}"', 1).encode())
        assert said is not None
        assert "is half of a character" in said
    text = f'{{"{escaped}": 1}}'
    assert "is half of a character" in str(refusal(shelf_file.from_bytes, text.encode()))


def test_a_whole_character_in_two_halves_is_kept() -> None:
    content = saved()
    content["runs"][0]["name"] = "💥"
    [first, _] = shelf_file.from_bytes(json.dumps(content).encode())  # as \\ud83d\\udca5
    assert first.name == "💥"
