"""What the scenes of "Gradient descent" share: ranges, the player with its panel, texts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import streamlit as st

from mlp.experiment import Allowed
from mlp.surfaces.surfaces import SURFACES, Path
from ui.address import kinds
from ui.screens.gradient_descent import descent_player, payload, sheets, words
from ui.screens.gradient_descent.lesson_address import LessonAddress

PANEL = 320  # pixels
RATE = kinds.number(0, 100, above=True)
SEED = kinds.whole(0, 2**32 - 1)
MOMENTUM = kinds.number(0, 0.999)
WHAT = {"line": "A line", "slope": "Its slope only", "logit": "Yes or no"}
STEP_WORDS = {"unit": "Step", "value": "f(x) ="}


def surfaces(dimensions: int, first: str) -> Allowed:
    """Return the choice among all surfaces of so many variables, ``first`` in front."""
    names = [name for name, surface in SURFACES.items() if surface.dimensions == dimensions]
    return kinds.choice(first, *(name for name in names if name != first))


def start_on(surface: str) -> kinds.Point:
    """Return the box that a start on a surface must be in."""
    return kinds.Point(SURFACES[surface].domain)


def show(
    address: LessonAddress,
    picture: payload.Picture,
    surface: Mapping[str, Any],
    runners: Sequence[payload.Runner],
    panel: Callable[[], None],
) -> float | None:
    """Draw the player with the panel of controls and sentences beside it.

    Returns the step chosen in the player.
    """
    with st.container(horizontal=True):
        with st.container(width="stretch"):
            step = descent_player(
                picture,
                surface,
                runners,
                key=f"descent_player_{address.scene}",
                identity=f"{address.scene} {sorted(address.values.items())!r}",
                on_start=lambda point: address.change(start=point),
            )
        with st.container(width=PANEL):
            panel()
            st.button(
                "Back to the first setting",
                key=f"descent_{address.scene}_reset",
                icon=":material/restart_alt:",
                on_click=address.reset,
                disabled=not address.is_changed,
                width="stretch",
            )
    return step


def runner_of(
    surface: str,
    path: Path,
    measure: Any,
    *,
    label: str,
    note: str,
) -> payload.Runner:
    """Return the runner that shows a path over a surface."""
    outside = sheets.first_outside(SURFACES[surface], path.points)
    events = () if outside is None else (payload.Event(outside, "Leaves the map"),)
    return payload.Runner(
        label=label,
        note=note,
        steps=np.arange(len(path.points), dtype=np.float64),
        points=path.points,
        values=path.values,
        gradients=path.gradients,
        measure=measure,
        pushes=path.memory if np.any(path.memory) else None,
        ending=words.short_ending(path),
        events=events,
    )


def show_verdict(verdict: words.Verdict) -> None:
    """Draw the name of a zone of behaviour and its sentence."""
    icon = ":material/check_circle:" if verdict.good else ":material/warning:"
    st.markdown(f"##### {icon} {verdict.heading}")
    st.markdown(verdict.text)


@contextmanager
def more(title: str) -> Iterator[None]:
    """Draw further settings in a box that opens."""
    with st.expander(title, icon=":material/tune:"):
        yield
