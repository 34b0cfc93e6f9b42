"""The shelf: the finished runs of this session, bounded, with what is worth remembering of each.

It holds settings and last digits; the runs themselves are kept by ui.jobs.runs, or trained again.
"""

import hashlib
from dataclasses import dataclass, field, replace
from io import BytesIO

import numpy as np
import streamlit as st
from matplotlib import image

from mlp import Plan, Run
from mlp.analysis.verdicts import judge
from mlp.network import predict
from ui.jobs import runs
from ui.words import plan_names
from ui.words.stories import story

MOST_ENTRIES = 24
LONGEST_NAME = 60
PICTURE = 48  # points a side
ORANGE, GROUND, BLUE = (np.array(c) for c in ((232, 111, 0), (255, 255, 255), (31, 119, 180)))


@dataclass(frozen=True)
class Digits:
    """What a run ended with: its last step, loss and accuracies, and how it went."""

    step: int
    loss: float
    accuracy: float
    train_accuracy: float
    verdict: str
    non_finite_at: int | None


@dataclass(frozen=True)
class Entry:
    """A run on the shelf.

    Attributes
    ----------
    plan : Plan
        Training it again gives the run.
    name : str
        As shown; the visitor can change it.
    digits : Digits
        Recorded when it was trained, here or where a file came from.
    story : str
        How its run went, in a line; "" as long as a run from a file is not trained here.
    pinned : bool
        Pinned entries stay when the shelf is full.
    named : bool
        Whether the name is the visitor's.
    picture : bytes or None
        PNG of the boundary at the end; None until a run from a file is trained here.
    check : str
        Of a run from a file: "" not yet checked, "same", or how its digits differ.
    from_file : bool
        Whether the digits come from a file.
    """

    plan: Plan
    name: str
    digits: Digits
    story: str = ""
    pinned: bool = False
    named: bool = False
    picture: bytes | None = field(default=None, repr=False)
    check: str = ""
    from_file: bool = False

    @property
    def id(self) -> str:
        """A short name for keys of widgets, the same for the same plan."""
        return hashlib.sha256(self.plan.to_text().encode()).hexdigest()[:12]


def digits_of(run: Run) -> Digits:
    """Return what a finished run ended with."""
    return Digits(
        step=int(run.steps[-1]),
        loss=float(run.loss[-1]),
        accuracy=float(run.accuracy[-1]),
        train_accuracy=float(run.train_accuracy[-1]),
        verdict=judge(run),
        non_finite_at=run.non_finite_at,
    )


def picture_of(run: Run) -> bytes:
    """Return a tiny picture of the boundary at the end of a run, as the bytes of a PNG."""
    reach = 1.1 * float(np.abs(run.data.X).max())
    line = np.linspace(-reach, reach, PICTURE)
    x0, x1 = np.meshgrid(line, line[::-1])  # a picture's first row is its top
    H2 = predict(np.column_stack([x0.ravel(), x1.ravel()]), run.W1[-1].copy(), run.W2[-1].copy())
    lean = (H2[:, 1] - H2[:, 0])[:, None]
    ends = np.where(lean < 0, ORANGE, BLUE)
    pixels = GROUND + (ends - GROUND) * (0.25 + 0.6 * np.abs(lean))
    buffer = BytesIO()
    colors = pixels.reshape(PICTURE, PICTURE, 3).astype(np.uint8)
    image.imsave(buffer, np.repeat(np.repeat(colors, 2, axis=0), 2, axis=1), format="png")
    return buffer.getvalue()


def entries() -> list[Entry]:
    """Return this visitor's entries, the newest first."""
    found: list[Entry] = st.session_state.setdefault("shelf", [])
    return found


def notice() -> str:
    """Return what happened to the shelf last that is worth saying, or ""."""
    return str(st.session_state.get("shelf_notice", ""))


def _removed() -> dict[Plan, int]:
    """Return what was removed, and the number of a job when it was."""
    found: dict[Plan, int] = st.session_state.setdefault("shelf_removed", {})
    return found


def find(plan: Plan) -> Entry | None:
    """Return the entry of a plan, if it is on the shelf."""
    return next((entry for entry in entries() if entry.plan == plan), None)


def names() -> dict[Plan, str]:
    """Return the names that the visitor gave."""
    return {entry.plan: entry.name for entry in entries() if entry.named}


def own_name(plan: Plan) -> str:
    """Return the name of a plan that nobody has named."""
    name = plan_names.name_of(plan)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def keep_finished(*jobs: runs.Job | None) -> None:
    """Put the runs of jobs that have ended, and were not stopped, on the shelf."""
    for job in jobs:
        if job is None or not job.done or job.stopped or job.error is not None:
            continue
        removed_at = _removed().get(job.plan, -1)
        if job.number > removed_at and (run := job.run()) is not None:
            keep(run)


def keep(run: Run) -> None:
    """Put a finished run on the shelf, once; check the digits of an entry from a file by it."""
    entry = find(run.plan)
    if entry is None:
        digits, told = digits_of(run), story(run, judge(run))
        put(Entry(run.plan, own_name(run.plan), digits, told, picture=picture_of(run)))
    elif entry.picture is None:
        check = compare(entry.digits, digits_of(run))
        told = story(run, judge(run))
        _replace(entry, replace(entry, story=told, picture=picture_of(run), check=check))


def compare(recorded: Digits, trained: Digits) -> str:
    """Return "same", or how the digits of a run trained here differ from those recorded."""
    if recorded == trained:
        return "same"
    return (
        f"trained here it ends with loss {trained.loss!r} and {trained.accuracy:.1%} right at step "
        f"{trained.step:,}; recorded were {recorded.loss!r} and {recorded.accuracy:.1%} at step "
        f"{recorded.step:,}"
    )


def put(entry: Entry) -> None:
    """Put an entry in front; where there are too many, the oldest that is not pinned goes."""
    found = [entry, *entries()]
    if len(found) > MOST_ENTRIES:
        loose = [old for old in found[1:] if not old.pinned]
        gone = loose[-1] if loose else entry
        found.remove(gone)
        st.session_state["shelf_notice"] = _told(gone, entry)
    st.session_state["shelf"] = found


def _told(gone: Entry, entry: Entry) -> str:
    if gone is entry:
        return (
            f"All {MOST_ENTRIES} runs on the shelf are pinned, so “{entry.name}” was not kept. "
            "Unpin or remove one."
        )
    return f"The shelf holds {MOST_ENTRIES} runs; the oldest unpinned one, “{gone.name}”, went."


def _replace(old: Entry, new: Entry) -> None:
    st.session_state["shelf"] = [new if entry is old else entry for entry in entries()]


def rename(plan: Plan, name: str) -> None:
    """Give an entry a name of the visitor's; an empty one gives it its own back."""
    entry, name = find(plan), " ".join(name.split())[:LONGEST_NAME]
    if entry is not None:
        named = bool(name) and name != own_name(plan)
        _replace(entry, replace(entry, name=name or own_name(plan), named=named))


def pin(plan: Plan, pinned: bool) -> None:
    """Pin an entry, so that it stays, or unpin it."""
    if (entry := find(plan)) is not None:
        _replace(entry, replace(entry, pinned=pinned))


def remove(plan: Plan) -> None:
    """Take an entry off the shelf; what is shown now does not put it back."""
    _removed()[plan] = runs.next_number()
    st.session_state["shelf"] = [entry for entry in entries() if entry.plan != plan]
