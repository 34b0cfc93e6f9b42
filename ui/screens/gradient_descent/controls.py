"""Widgets tied to the settings of a lesson: they show what is set, and change it when used."""

from collections.abc import Callable

import streamlit as st

from ui.address import kinds
from ui.screens.gradient_descent import common, words
from ui.screens.gradient_descent.lesson_address import LessonAddress
from ui.settings.binding import Binding


def bind(address: LessonAddress) -> Binding:
    """Return the binding of the lesson shown."""
    prefix = f"descent_{address.scene}_"
    return Binding(address.values, address.kinds, address.change, prefix, show=words.signed)


def start(address: LessonAddress, names: tuple[str, ...]) -> None:
    """Draw a slider for each coordinate of the start; a click on the picture does the same."""
    kind = address.kinds["start"]
    domain = kind.domain if isinstance(kind, kinds.Point) else ()
    columns = st.columns(len(names))
    for axis, (name, (low, high)) in enumerate(zip(names, domain, strict=True)):
        key = f"descent_{address.scene}_start_{axis}"
        st.session_state[key] = float(address.values["start"][axis])
        columns[axis].slider(
            f"Start {name}",
            float(low),
            float(high),
            step=0.01,
            key=key,
            on_change=_move_start(address, axis, key),
            help="Or tap or click on the picture.",
        )


def _move_start(address: LessonAddress, axis: int, key: str) -> Callable[[], None]:
    def move() -> None:
        point = list(address.values["start"])
        point[axis] = st.session_state[key]
        address.change(start=point)

    return move


def surface(address: LessonAddress) -> None:
    """Draw the list of surfaces and the formula of the one chosen."""
    labels = {name: named.label for name, named in words.SURFACES.items()}
    bind(address).choice("surface", "Function", labels)


def rate(address: LessonAddress) -> None:
    """Draw the learning rate: a slider, and a box for any number."""
    with st.container(key="descent_rate"):
        left, right = st.columns([3, 2])
    with left:
        help_ = "How far a step goes: x − rate × gradient."
        low = common.lowest_rate(address.values["surface"])
        bind(address).log_slider("rate", "Learning rate", help_, low=low)
    with right:
        bind(address).box("rate", "exactly", key="rate_exact")
