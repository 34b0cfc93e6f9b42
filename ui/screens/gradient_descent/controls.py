"""Widgets tied to the settings of a scene: they show what is set, and change it when used."""

from bisect import insort
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from ui.screens.gradient_descent import words
from ui.screens.gradient_descent.kinds import Choice, Number, Point, Some
from ui.screens.gradient_descent.settings import Address
from ui.settings.controls import MANTISSAS

DECADES = range(-6, 4)


def _bound(address: Address, name: str, *, key: str = "", value: Any = None) -> dict[str, Any]:
    """Return the arguments that tie a widget to a setting: its key, seeded, and its callback."""
    key = f"descent_{address.scene}_{key or name}"
    st.session_state[key] = address.values[name] if value is None else value

    def changed() -> None:
        if st.session_state[key] is not None:
            address.change(**{name: st.session_state[key]})

    return {"key": key, "on_change": changed}


def _number(address: Address, name: str) -> Number:
    kind = address.kinds[name]
    assert isinstance(kind, Number)  # noqa: S101 - which settings are numbers is fixed in the code
    return kind


def log_stops(low: float, high: float, value: float, *, zero: bool, whole: bool) -> list[float]:
    """Return the stops of a logarithmic slider, the value among them."""
    numbers = [float(f"{mantissa}e{decade}") for decade in DECADES for mantissa in MANTISSAS]
    stops: list[float] = [number for number in numbers if low <= number <= high]
    if whole:
        stops = sorted({round(stop) for stop in stops if stop >= 1})
    for extra in (high, value, *([0] if zero else [])):
        if extra not in stops:
            insort(stops, int(extra) if whole else float(extra))
    return stops


def log_slider(
    address: Address, name: str, label: str, help_: str, *, low: float, zero: str = ""
) -> None:
    """Draw a logarithmic slider from ``low``; ``zero`` names what 0 means where it is a choice."""
    kind = _number(address, name)
    st.select_slider(
        label,
        log_stops(low, kind.high, address.values[name], zero=bool(zero), whole=kind.whole),
        format_func=lambda number: zero if zero and number == 0 else words.signed(number),
        help=help_,
        **_bound(address, name),
    )


def slider(
    address: Address, name: str, label: str, help_: str, *, step: float | None = None
) -> None:
    """Draw a linear slider over a setting's range."""
    kind = _number(address, name)
    low, high = (
        (int(kind.low), int(kind.high)) if kind.whole else (float(kind.low), float(kind.high))
    )
    st.slider(label, low, high, step=step, help=help_, **_bound(address, name))


def box(address: Address, name: str, label: str, help_: str = "") -> None:
    """Draw a box for a number."""
    kind = _number(address, name)
    if kind.whole:
        low, high, digits = int(kind.low), int(kind.high), "%d"
        st.number_input(label, low, high, help=help_, format=digits, **_bound(address, name))
        return
    # Where the low end itself is left out, a small number stands for it in the widget.
    low_end = min(1e-9, address.values[name]) if kind.above else float(kind.low)
    bound = _bound(address, name, key=f"{name}_box")
    st.number_input(label, low_end, float(kind.high), step=None, format="%g", help=help_, **bound)


def choice(
    address: Address, name: str, label: str, names: Mapping[str, str], help_: str = ""
) -> None:
    """Draw a list of choices under their readable names."""
    kind = address.kinds[name]
    options = kind.names if isinstance(kind, Choice) else ()
    st.selectbox(label, options, format_func=names.__getitem__, help=help_, **_bound(address, name))


def segments(address: Address, name: str, label: str, names: Mapping[str, str]) -> None:
    """Draw a few choices side by side."""
    kind = address.kinds[name]
    options = kind.names if isinstance(kind, Choice) else ()
    st.segmented_control(
        label, options, format_func=names.__getitem__, required=True, **_bound(address, name)
    )


def some(address: Address, name: str, label: str, names: Mapping[str, str], help_: str) -> None:
    """Draw a list to choose some names from; none chosen keeps those there were."""
    kind = address.kinds[name]
    options, most = (kind.names, kind.most) if isinstance(kind, Some) else ((), 0)
    st.multiselect(
        label,
        options,
        format_func=names.__getitem__,
        max_selections=most,
        help=help_,
        **_bound(address, name, value=list(address.values[name])),
    )


def start(address: Address, names: tuple[str, ...]) -> None:
    """Draw a slider for each coordinate of the start; a click on the picture does the same."""
    kind = address.kinds["start"]
    domain = kind.domain if isinstance(kind, Point) else ()
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
            help="Or click on the picture.",
        )


def _move_start(address: Address, axis: int, key: str) -> Callable[[], None]:
    def move() -> None:
        point = list(address.values["start"])
        point[axis] = st.session_state[key]
        address.change(start=point)

    return move


def surface(address: Address) -> None:
    """Draw the list of surfaces and the formula of the one chosen."""
    labels = {name: named.label for name, named in words.SURFACES.items()}
    choice(address, "surface", "Function", labels)


def rate(address: Address) -> None:
    """Draw the learning rate: a slider, and a box for any number."""
    left, right = st.columns([3, 2])
    with left:
        help_ = "How far a step goes: x − rate × gradient."
        log_slider(address, "rate", "Learning rate", help_, low=1e-3)
    with right:
        box(address, "rate", "exactly")
