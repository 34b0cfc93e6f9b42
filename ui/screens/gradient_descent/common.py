"""What the scenes of "Gradient descent" share: ranges, the player with its panel, texts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import streamlit as st

from mlp.experiment import Allowed
from mlp.surfaces.best_rate import suggested_rate
from mlp.surfaces.surfaces import SURFACES, Path, first_outside
from ui.address import kinds
from ui.course import box, progress, question
from ui.screens.gradient_descent import descent_player, endings, payload, words
from ui.screens.gradient_descent.lesson_address import LessonAddress
from ui.screens.gradient_descent.updates import Update
from ui.words import glossary
from ui.words.optimizers import IDEAS
from ui.words.plain import uncapitalized

PANEL = 320  # pixels
RATE = kinds.number(0, 100, above=True)
SEED = kinds.whole(0, 2**32 - 1)
MOMENTUM = kinds.number(0, 0.999)
WHAT = {"line": "A line", "slope": "Its slope only", "logit": "Yes or no"}
QUESTION = "descent_question_open"  # what the screen's own question waits for
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

    As long as a question about the descents is open, they stand at their start; then they play, and
    what is still to come is drawn once the answer is told and, in the course, they played to their
    end. Returns the step chosen in the player.
    """
    shown = picture.words["unit"], [runner.label for runner in runners]
    identity = f"{address.scene} {sorted(address.values.items())!r} {shown!r}"
    veiled, waits = is_open(), is_asking()
    if veiled:
        picture = payload.veil(picture)
    if waits:
        runners, identity = [payload.at_start(runner) for runner in runners], f"{identity} waits"
    with st.container(horizontal=True, key="descent_row"):
        with st.container(width="stretch"):
            step = descent_player(
                picture,
                surface,
                runners,
                key=f"descent_player_{address.scene}",
                identity=identity,
                on_start=lambda point: address.change(start=point),
                veiled=veiled,
                in_suspense=progress.in_suspense(),
                told_at=progress.steps_asked_about(),
            )
        with st.container(width=PANEL, key="descent_panel"):
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


def is_asking() -> bool:
    """Whether a question about what is shown is to be answered first."""
    return progress.is_asking() or st.session_state.get(QUESTION) == question.ASKING


def is_open() -> bool:
    """Whether the answer to such a question is not told yet."""
    return progress.is_open() or st.session_state.get(QUESTION) is not None


def told_later() -> bool:
    """Say, where it is not, that the words come with it; return whether."""
    return box.told_later(st.session_state.get(QUESTION))


def runner_of(
    surface: str,
    path: Path,
    measure: Any,
    *,
    label: str,
    note: str,
    update: Update,
    optimizer: str = "gradient_descent",
    look: int | None = None,
) -> payload.Runner:
    """Return the runner that shows a path over a surface, with the update of its optimizer."""
    outside = first_outside(SURFACES[surface], path.points)
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
        ending=endings.short_ending(SURFACES[surface], path),
        events=events,
        idea=IDEAS[optimizer],
        update=update,
        look=look,
        floor=endings.nearest_minimum(SURFACES[surface], path.points[-1]).value,
    )


def show_arrival(verdict: words.Verdict) -> None:
    """Draw how a descent ends, which the player shows last; only a minimum gets the tick."""
    icon = {True: "check_circle", False: "warning", None: "trending_down"}[verdict.good]
    with st.container(key="descent_arrival"):
        st.markdown(f"##### :material/{icon}: In the end: {uncapitalized(verdict.heading)}")
    st.markdown(verdict.text, help=glossary.explain(verdict.heading, verdict.text))


def show_zone(verdict: words.Verdict) -> None:
    """Draw what a step of this rate does near the minimum."""
    text = f"**{verdict.heading}.** {verdict.text}"
    st.markdown(text, help=glossary.explain(text))


def lowest_rate(surface: str) -> float:
    """Return the low end of the rate's slider: a hundredth of a rate that suits the surface."""
    entry = SURFACES[surface]
    suits = suggested_rate("gradient_descent", entry, entry.start)
    return float(10.0 ** np.floor(np.log10(suits / 100)))


@contextmanager
def more(title: str) -> Iterator[None]:
    """Draw further settings in a box that opens."""
    with st.expander(title, icon=":material/tune:"):
        yield
