"""The player of descents: paths computed in Python, played in the browser.

A Streamlit component without any dependency, which shares transport, time line and charts with
the live player of the network.

Public functions: `descent_player`, `clicked_start`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from ui.browser import fragments, signals
from ui.browser.bundle import bundle
from ui.screens.gradient_descent.payload import Picture, Runner, build_payload

__all__ = ["clicked_start", "descent_player"]

MOST_RUNNERS = 6
LARGEST = 1e300

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "descent_player",
    html=fragments.fill(_HERE / "descent.html", moment="Moment of the descent"),
    css=fragments.CSS + (_HERE / "descent.css").read_text(encoding="utf-8"),
    js=bundle(_HERE / "js" / "descent.js"),
)


def descent_player(
    picture: Picture,
    surface: Mapping[str, Any],
    runners: Sequence[Runner],
    *,
    key: str,
    identity: str,
    on_start: Callable[[tuple[float, ...]], None],
    veiled: bool = False,
    in_suspense: bool = False,
    told_at: int | None = None,
) -> float | None:
    """Show descents in the player.

    Parameters
    ----------
    picture : Picture
        What is shown around them.
    surface : mapping
        The curve or the map below them.
    runners : sequence of Runner
        1 to 6 descents.
    key : str
        Streamlit key of the player.
    identity : str
        Of these descents: another one starts the player over.
    on_start : callable
        Called with the point of a click on the curve or the map, before the page runs again.
    veiled : bool
        Whether nothing of what is still to come is drawn.
    in_suspense : bool
        Whether that is drawn only once it has played to its end.
    told_at : int or None
        The step at which that is early enough, where a question is about the first steps.

    Returns
    -------
    float or None
        The step chosen by pausing, stepping or scrubbing; None before any report about these.

    Raises
    ------
    ValueError
        If there is no runner or more than 6.
    """
    if not 1 <= len(runners) <= MOST_RUNNERS:
        raise ValueError(f"runners has {len(runners)} entries; give 1 to {MOST_RUNNERS}")

    def started() -> None:
        point = clicked_start(st.session_state[key].get("start"), runners[0].points.shape[1])
        if point is not None:
            on_start(point)

    result = _mount(
        key=key,
        data=build_payload(
            identity,
            picture,
            surface,
            runners,
            veiled=veiled,
            in_suspense=in_suspense,
            told_at=told_at,
        ),
        on_chosen_change=signals.kept,
        on_start_change=started,
    )
    return _step_of(result.get("chosen"), identity, float(max(r.steps[-1] for r in runners)))


def clicked_start(sent: object, dimensions: int) -> tuple[float, ...] | None:
    """Turn what came back from a click into a point of finite numbers, or None.

    Parameters
    ----------
    sent : object
        Expected: {"point": [numbers]}; anything may come.
    dimensions : int
        How many numbers a point has.
    """
    point = sent.get("point") if isinstance(sent, Mapping) else None
    if not isinstance(point, list | tuple) or len(point) != dimensions:
        return None
    if not all(_is_number(number) for number in point):
        return None
    return tuple(float(f"{number:.4g}") for number in point)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _step_of(sent: object, identity: str, last: float) -> float | None:
    """Return the step that was chosen in these descents, clamped to them."""
    if not isinstance(sent, Mapping) or sent.get("key") != identity:
        return None
    step = sent.get("step")
    if not isinstance(step, int | float) or not _is_number(step):
        return None
    return min(max(float(step), 0.0), last)
