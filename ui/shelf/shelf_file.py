"""The whole shelf as a JSON file, and back: what comes from a file is hostile until parsed."""

import json
import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from mlp import Plan, Run
from mlp.base.tasks import Stop, each_done
from mlp.data.own import OwnData
from mlp.experiment import parse_json
from mlp.training.loop import train_steps
from ui.jobs import runs
from ui.jobs.pool import Pool
from ui.jobs.training import seconds_of
from ui.jobs.workers import WORKERS
from ui.settings import own_points
from ui.shelf import shelf
from ui.words import stories

FORMAT, VERSION = "xor-dashboard shelf", 1
LONGEST = 2_000_000  # characters; a full shelf has some 30,000, own points 50 a point
OWN = "own_data"  # only where a run needs it
FILE_KEYS = {"format", "version", "runs"}
RUN_KEYS = {"name", "pinned", "experiment", "branches", "recorded"}
RECORDED_KEYS = {"step", "loss", "accuracy", "train_accuracy", "verdict", "non_finite_at"}
RESTORING = "shelf_restoring"
Task = tuple[Plan, OwnData | None]


def to_json(entries: Sequence[shelf.Entry]) -> str:
    """Return a shelf as JSON: settings, branches, names, pins, and the digits recorded."""
    kept = [entry for entry in entries if own_points.are_here(entry.plan.root)]
    content = {"format": FORMAT, "version": VERSION, "runs": [_record(entry) for entry in kept]}
    needed = filter(None, (own_points.of(entry.plan.root) for entry in kept))
    own = {points.data_id: points.to_dict() for points in needed}
    return json.dumps(content | ({OWN: own} if own else {}), indent=1, allow_nan=False)


def _record(entry: shelf.Entry) -> dict[str, Any]:
    recorded = {name: getattr(entry.digits, name) for name in sorted(RECORDED_KEYS)}
    plan = entry.plan.to_dict()
    return {"name": entry.name, "pinned": entry.pinned, **plan, "recorded": recorded}


def from_json(text: str) -> list[shelf.Entry]:
    """Read a shelf; nothing of a file is used unless all of it can be.

    Raises
    ------
    ValueError
        Names what is wrong, and where.
    """
    content = parse_json(text, LONGEST)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f'this is no shelf: it must be an object with "format": "{FORMAT}"')
    own = _own_points(content.pop(OWN, {}))
    _need_keys(content, FILE_KEYS, "the file")
    if content["version"] != VERSION or isinstance(content["version"], bool):
        raise ValueError(f"version {str(content['version'])[:20]}: must be {VERSION}")
    records = content["runs"]
    if not isinstance(records, list) or len(records) > shelf.MOST_ENTRIES:
        raise ValueError(f'"runs" must be a list of at most {shelf.MOST_ENTRIES} runs')
    found = [_entry(record, number) for number, record in enumerate(records, start=1)]
    plans = [entry.plan for entry in found]
    for number, plan in enumerate(plans, start=1):
        if plan in plans[: number - 1]:
            raise ValueError(f"run {number} is the same as run {plans.index(plan) + 1}")
        data_id = plan.experiment.data_id
        if data_id and data_id not in own and data_id not in own_points.known():
            raise ValueError(f"run {number} needs the points {data_id}, which are not in the file")
    for points in own.values():
        own_points.bring(points)
    return found


def _own_points(sets: object) -> dict[str, OwnData]:
    """Read the own points of a file; each must be what its name says."""
    if not isinstance(sets, dict) or len(sets) > own_points.MOST_SETS:
        raise ValueError(f'"{OWN}" must be an object of at most {own_points.MOST_SETS} point sets')
    found = {}
    for data_id, fields in sets.items():
        try:
            found[data_id] = OwnData.from_dict(fields)
        except ValueError as error:
            raise ValueError(f"{OWN} {data_id[:20]}: {error}") from None
        if found[data_id].data_id != data_id:
            raise ValueError(f"{OWN} {data_id[:20]}: the points are not those of this name")
    return found


def from_bytes(content: bytes) -> list[shelf.Entry]:
    """Read a shelf from the bytes of a file; ValueError says why it cannot be used."""
    if len(content) > 4 * LONGEST:
        raise ValueError(f"{len(content):,} bytes: must be at most {4 * LONGEST:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("this is no text in UTF-8") from None
    return from_json(text)


def _need_keys(record: dict[str, Any], keys: set[str], what: str) -> None:
    if record.keys() != keys:
        wrong = sorted(record.keys() ^ keys)[0]
        state = "is missing" if wrong in keys else "does not belong there"
        raise ValueError(f"{what}: {wrong[:40]!r} {state}; it has {', '.join(sorted(keys))}")


def _entry(record: object, number: int) -> shelf.Entry:
    what = f"run {number}"
    if not isinstance(record, dict):
        raise ValueError(f"{what} must be an object")
    _need_keys(record, RUN_KEYS, what)
    try:
        plan = Plan.from_dict(record)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None
    name, pinned = record["name"], record["pinned"]
    if not isinstance(name, str) or not 0 < len(name) <= shelf.LONGEST_NAME:
        raise ValueError(f"{what}: the name must be 1 to {shelf.LONGEST_NAME} characters")
    if not isinstance(pinned, bool):
        raise ValueError(f"{what}: pinned must be true or false")
    digits = _digits(record["recorded"], what)
    named = name != shelf.own_name(plan)
    return shelf.Entry(plan, name, digits, pinned=pinned, named=named, from_file=True)


def _digits(recorded: object, what: str) -> shelf.Digits:
    if not isinstance(recorded, dict):
        raise ValueError(f'{what}: "recorded" must be an object')
    _need_keys(recorded, RECORDED_KEYS, f"{what}, recorded")
    if recorded["verdict"] not in list(stories.VERDICTS):
        raise ValueError(f"{what}: the verdict must be one of {', '.join(stories.VERDICTS)}")
    ended = recorded["non_finite_at"]
    return shelf.Digits(
        step=int(_number(recorded, "step", what, whole=True)),
        loss=_number(recorded, "loss", what),
        accuracy=_number(recorded, "accuracy", what, high=1),
        train_accuracy=_number(recorded, "train_accuracy", what, high=1),
        verdict=recorded["verdict"],
        non_finite_at=None
        if ended is None
        else int(_number(recorded, "non_finite_at", what, whole=True)),
    )


def _number(
    recorded: dict[str, Any], name: str, what: str, *, high: float = math.inf, whole: bool = False
) -> float:
    value = recorded[name]
    kind = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not 0 <= value <= high:
        raise ValueError(f"{what}: {name} = {str(value)[:40]} cannot be")
    if not math.isfinite(value):
        raise ValueError(f"{what}: {name} must be finite")
    return value if whole else float(value)


def take(found: Sequence[shelf.Entry]) -> str:
    """Put the entries of a file on the shelf, the first in front; return what was done."""
    before = {entry.plan for entry in shelf.entries()}
    fresh = [entry for entry in found if entry.plan not in before]
    for entry in reversed(fresh):
        shelf.put(entry)
    plans = {entry.plan for entry in shelf.entries()}
    gone = len((before | {entry.plan for entry in fresh}) - plans)
    said = f"{len(fresh)} runs came from the file"
    if len(fresh) < len(found):
        said += f"; {len(found) - len(fresh)} were on the shelf already"
    if gone:
        said += f"; {gone} unpinned ones had to go, as it holds {shelf.MOST_ENTRIES}"
    return f"{said}."


def unchecked(*, long: bool) -> list[Plan]:
    """Return what came from a file and was not trained here yet: the long ones, or the others."""
    return [
        entry.plan
        for entry in shelf.entries()
        if entry.from_file
        and entry.picture is None
        and (entry.plan.experiment.steps > runs.MOST_STEPS_AT_ONCE) == long
    ]


class Restoring(Pool[tuple[Task, Run]]):
    """The trainings of what came from a file; here, as finished runs are kept in this process."""

    def __init__(self, tasks: Sequence[Task], seconds: float) -> None:
        """Prepare; ``start`` begins. A task takes about so many seconds."""
        self.total = len(tasks)
        super().__init__(
            lambda workers, stop: each_done(_train, tasks, workers.executor, stop=stop),
            WORKERS,
            seconds=seconds,
            here=True,
        )


def restoring() -> Restoring | None:
    """Return this visitor's trainings of what came from a file, if there are any."""
    pool: Restoring | None = st.session_state.get(RESTORING)
    return pool


def restore(plans: Sequence[Plan]) -> None:
    """Train plans in the background, to hold their digits against those recorded."""
    if (old := restoring()) is not None:
        old.stop()
    tasks = [(plan, own_points.of(plan.root)) for plan in plans]
    seconds = sum(seconds_of(plan.experiment) for plan in plans) / max(len(plans), 1)
    st.session_state[RESTORING] = Restoring(tasks, seconds)
    st.session_state[RESTORING].start()


def _train(task: Task, stop: Stop) -> Run | None:
    plan, own = task
    known = runs.recall(plan, own)
    if known is not None:
        return known
    run = Run.from_frames(plan, train_steps(plan, own, stop=stop), own)
    if stop():
        return None
    runs.remember(run)
    return run


def keep_restored() -> None:
    """Hold what has been trained against what was recorded."""
    if (pool := restoring()) is not None:
        for _, run in list(pool.results):
            if shelf.find(run.plan) is not None:
                shelf.keep(run)
