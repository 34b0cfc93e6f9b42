"""The live player: training recorded in Python, played in the browser.

A Streamlit component without any dependency. Python hands over the recorded
weights; JavaScript evaluates the network and draws, sixty times a second.

Public functions and classes: `player`, `Lane`, `Event`, `Chosen`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from ui.browser import signals
from ui.browser.bundle import bundle
from ui.player.assets import CSS, HTML
from ui.player.payload import Event, Lane, Options, build_payload

__all__ = ["Chosen", "Event", "Lane", "player"]

MAX_LANES = 4

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "xor_player", html=HTML, css=CSS, js=bundle(_HERE / "js" / "player.js")
)


@dataclass(frozen=True)
class Chosen:
    """What the person in front of the player chose.

    Attributes
    ----------
    frame : int or None
        Frame of the first lane, or None before any report.
    step : int or None
        Training step of that frame, or None before any report.
    zoom : int or None
        Step for which slow motion was asked for in this run of the script.
    zoom_out : bool
        Whether the whole run was asked back in this run of the script.
    branch : tuple of int or None
        Lane and step from which a branch was asked for in this run of the script.
    """

    frame: int | None = None
    step: int | None = None
    zoom: int | None = None
    zoom_out: bool = False
    branch: tuple[int, int] | None = None


def player(
    lanes: Sequence[Lane],
    *,
    key: str,
    autoplay: bool = True,
    loop: bool = False,
    pause_at: int | None = None,
    zoomed: tuple[int, int] | None = None,
    can_zoom: bool = False,
    can_branch: bool = False,
    moment: Mapping[str, Any] | None = None,
    veiled: bool = False,
    asks: bool = False,
    in_suspense: bool = False,
    leads_here: bool = False,
) -> Chosen:
    """Show runs in the live player.

    Parameters
    ----------
    lanes : sequence of Lane
        1 to 4 runs. A lane with a new key starts from frame 0; with the same
        key the player goes on where it is.
    key : str
        Streamlit key of the player.
    autoplay : bool
        Start to play when a new run arrives, unless the person prefers
        reduced motion.
    loop : bool
        Start over at the end.
    pause_at : int or None
        Step at which playback pauses when it first gets there.
    zoomed : tuple of int or None
        First and last step when the frames are single steps of a longer run.
    can_zoom : bool
        Offer slow motion beside each event.
    can_branch : bool
        Offer to branch from the frame shown.
    moment : mapping or None
        The moment that a link asks for, of `ui.player.moment`; gone to once.
    veiled : bool
        Show nothing of what is still to come: neither pale curves nor events, nor a pause at one.
    asks : bool
        A question is to be answered first: whoever presses "Play" is told so.
    in_suspense : bool
        Veiled while a run plays for the first time: it answers a question.
    leads_here : bool
        Other runs were chosen further down the page: when they come, the page scrolls up to them.

    Returns
    -------
    Chosen
        The frame chosen by pausing, stepping or scrubbing, and requests for
        slow motion.

    Raises
    ------
    ValueError
        If there is no lane or more than 4, or a run without frames.
    """
    if not 1 <= len(lanes) <= MAX_LANES:
        raise ValueError(f"lanes has {len(lanes)} entries; give 1 to {MAX_LANES}")
    if any(len(lane.run.steps) == 0 for lane in lanes):
        raise ValueError("a lane has a run without frames; give at least frame 0")
    if veiled:
        lanes, pause_at, can_zoom = [replace(lane, events=()) for lane in lanes], None, False
    options = Options(
        autoplay,
        loop,
        pause_at,
        zoomed,
        can_zoom,
        can_branch,
        moment,
        veiled,
        asks,
        in_suspense,
        leads_here,
    )
    result = _mount(
        key=key,
        data=build_payload(lanes, options),
        on_chosen_change=signals.kept,
        on_zoom_change=signals.kept,
        on_branch_change=signals.kept,
    )
    chosen = read_chosen(result.get("chosen"), result.get("zoom"), lanes[0])
    branch = read_branch(result.get("branch"), lanes)
    return replace(chosen, branch=branch)


def read_chosen(chosen: object, zoom: object, lane: Lane) -> Chosen:
    """Turn what came back from the browser into numbers that are safe to use.

    Parameters
    ----------
    chosen : object
        Expected: {"key": str, "frame": int, "step": int}; anything may come.
    zoom : object
        Expected: {"step": int or None} or None; anything may come.
    lane : Lane
        The first lane: a report about another run counts as none.

    Returns
    -------
    Chosen
        Frame within the run, the step of that frame, and the zoom.
    """
    frame = _frame_of(chosen, lane)
    step = None if frame is None else int(lane.run.steps[frame])
    if not isinstance(zoom, Mapping) or "step" not in zoom:
        return Chosen(frame, step)
    wanted = _whole_number(zoom["step"], lane.planned_steps)
    return Chosen(frame, step, zoom=wanted, zoom_out=zoom["step"] is None)


def read_branch(asked: object, lanes: Sequence[Lane]) -> tuple[int, int] | None:
    """Return lane and step of a wish to branch; None for anything else that may come.

    Expected: {"key": str, "step": int}, the key that of a lane shown.
    """
    keys = [lane.key for lane in lanes]
    if not isinstance(asked, Mapping) or asked.get("key") not in keys:
        return None
    index = keys.index(asked["key"])
    step = _whole_number(asked.get("step"), int(lanes[index].run.steps[-1]))
    return None if step is None else (index, step)


def _frame_of(chosen: object, lane: Lane) -> int | None:
    if not isinstance(chosen, Mapping) or chosen.get("key") != lane.key:
        return None
    return _whole_number(chosen.get("frame"), len(lane.run.steps) - 1)


def _whole_number(value: Any, largest: int) -> int | None:
    """Clamp a number to 0..largest; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return min(max(int(value), 0), largest)
