"""The one binding between a widget, its limits and a setting.

A widget is drawn from the value that is set and, when used, tells the new one. Its key in the
session is seeded anew on every run: a widget that keeps its own state returns its default on the
first run after a change of pages, or an old value after the setting was changed elsewhere.
"""

import math
import time
from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mlp.experiment import Allowed, format_number
from ui.address.address import is_behind
from ui.address.kinds import Kind, Some

MANTISSAS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
SMALLEST = 1e-9  # stands in a box for a low end that is itself left out
REPLACED = "binding_replaced"  # by the key of a widget, what it showed last, and until when
REMEMBERED = 4  # values that a widget has shown; each press and number typed is a run of its own
AT_ONCE = 1.0  # seconds in which nobody sees that a widget has changed, and changes it back

Show = Callable[[float], str]


def seed(key: str, value: Any) -> None:
    """Let a widget show a value, and remember the one that it showed until now."""
    if key in st.session_state and st.session_state[key] != value:
        replaced = st.session_state.setdefault(REPLACED, {})
        before = [*replaced.get(key, ()), (st.session_state[key], time.monotonic())]
        replaced[key] = before[-REMEMBERED:]
    st.session_state[key] = value


def _shown_before(key: str) -> list[tuple[Any, float]]:
    """Return what a widget showed last, and until when."""
    found: list[tuple[Any, float]] = st.session_state.get(REPLACED, {}).get(key, [])
    return found


def _is_outdated(key: str, chosen: Any) -> bool:
    """Whether nobody chose this: a browser says so that does not know yet what the widget shows.

    A number typed in a box, and a button pressed right after, are two runs; the second still
    brings the old place of the slider beside the box. It may bring the new address already.
    """
    now = time.monotonic()
    return any(
        chosen == shown and (is_behind() or now - until < AT_ONCE)
        for shown, until in _shown_before(key)
    )


@dataclass(frozen=True)
class Binding:
    """Widgets for some settings.

    Attributes
    ----------
    values : mapping
        What is set.
    kinds : mapping
        What each may be.
    change : callable
        ``change(name=value)`` is told what a widget was set to.
    prefix : str
        Of the widgets' keys.
    show : callable
        Writes a number at a slider's stop.
    """

    values: Mapping[str, Any]
    kinds: Mapping[str, Kind]
    change: Callable[..., None]
    prefix: str = ""
    show: Show = format_number

    def arguments(self, name: str, *, key: str = "", value: Any = None) -> dict[str, Any]:
        """Return what ties a widget to a setting: its key, seeded, and its callback."""
        key = f"{self.prefix}{key or name}"
        seed(key, self.values[name] if value is None else value)

        def changed() -> None:
            chosen = st.session_state[key]
            if isinstance(chosen, float):
                chosen = float(f"{chosen:.15g}")  # what "+" and "−" leave of rounding
            if chosen is not None and not _is_outdated(key, chosen):  # None: was emptied
                self.change(**{name: chosen})

        return {"key": key, "on_change": changed}

    def slider(
        self,
        name: str,
        label: str,
        help_: str | None = None,
        *,
        low: float | None = None,
        high: float | None = None,
        step: float | None = None,
    ) -> None:
        """Draw a linear slider over a number's range, or a part of it."""
        kind = self._number(name)
        bottom = kind.type(kind.low if low is None else low)
        top = kind.type(kind.high if high is None else high)
        if bottom < top:
            st.slider(label, bottom, top, step=step, help=help_, **self.arguments(name))

    def log_slider(
        self,
        name: str,
        label: str,
        help_: str | None,
        *,
        low: float,
        high: float | None = None,
        zero: str = "",
        show: Show | None = None,
    ) -> None:
        """Draw a logarithmic slider from ``low``; ``zero`` says what 0 means where it is a choice.

        A ``high`` below the setting's own leaves out larger stops, but never the value.
        """
        stops = log_stops(self._number(name), low, self.values[name], high=high, zero=bool(zero))
        self.stops(name, label, help_, stops, zero=zero, show=show)

    def stops(
        self,
        name: str,
        label: str,
        help_: str | None,
        stops: Sequence[float],
        *,
        zero: str = "",
        show: Show | None = None,
    ) -> None:
        """Draw a slider with these stops and the value's.

        And with those of the values before: what a slider has no stop for, Streamlit takes for the
        first stop, and a browser may still say the old value.
        """
        write, bound = show or self.show, self.arguments(name)
        low, high = min(stops), max(stops)
        kept = {shown for shown, _ in _shown_before(bound["key"]) if low <= shown <= high}
        st.select_slider(
            label,
            sorted({*stops, *kept, self.values[name]}),
            format_func=lambda number: zero if zero and number == 0 else write(number),
            help=help_,
            **bound,
        )

    def box(
        self,
        name: str,
        label: str,
        help_: str | None = None,
        *,
        high: float | None = None,
        key: str = "",
    ) -> None:
        """Draw a box for a number, exactly; beside a slider it needs a ``key`` of its own."""
        kind, bound = self._number(name), self.arguments(name, key=key)
        top = kind.type(kind.high if high is None else high)
        if kind.type is int:
            st.number_input(label, int(kind.low), top, help=help_, **bound)
            return
        low = min(SMALLEST, self.values[name]) if kind.above else float(kind.low)
        step = step_of(self.values[name])
        st.number_input(label, low, top, step=step, format="%g", help=help_, **bound)

    def toggle(self, name: str, label: str, help_: str) -> None:
        """Draw a switch."""
        st.toggle(label, help=help_, **self.arguments(name))

    def choice(
        self, name: str, label: str, names: Mapping[str, str], help_: str | None = None
    ) -> None:
        """Draw a list of the choices under their readable names."""
        options = list(self._choice(name).choices)
        named = {option: names.get(option) or _spoken(option) for option in options}
        st.selectbox(
            label, options, format_func=named.__getitem__, help=help_, **self.arguments(name)
        )

    def segments(
        self,
        name: str,
        label: str,
        options: Sequence[Any],
        show: Callable[[Any], str] = str,
        *,
        bare: bool = False,
    ) -> None:
        """Draw a few choices side by side; ``bare``: the label is for screen readers alone."""
        st.segmented_control(
            label,
            options,
            format_func=show,
            required=True,
            label_visibility="collapsed" if bare else "visible",
            **self.arguments(name),
        )

    def some(self, name: str, label: str, names: Mapping[str, str], help_: str) -> None:
        """Draw a list to choose some names from; none chosen keeps those there were."""
        kind = self.kinds[name]
        if not isinstance(kind, Some):
            raise TypeError(f"{name} is no list of names")
        st.multiselect(
            label,
            kind.names,
            format_func=names.__getitem__,
            max_selections=kind.most,
            help=help_,
            **self.arguments(name, value=list(self.values[name])),
        )

    def _number(self, name: str) -> Allowed:
        kind = self.kinds[name]
        if not (isinstance(kind, Allowed) and kind.type in (int, float)):
            raise TypeError(f"{name} is no number")
        return kind

    def _choice(self, name: str) -> Allowed:
        kind = self.kinds[name]
        if not (isinstance(kind, Allowed) and kind.choices):
            raise TypeError(f"{name} is no choice")
        return kind


def step_of(value: float) -> float:
    """Return how far "+" and "−" beside a number go: a tenth of its leading power of ten.

    Examples
    --------
    >>> step_of(0.006), step_of(0.3), step_of(1), step_of(0)
    (0.0001, 0.01, 0.1, 0.01)
    """
    return 0.01 if value == 0 else float(f"1e{math.floor(math.log10(abs(value))) - 1}")


def log_stops(
    kind: Allowed, low: float, value: float, *, high: float | None = None, zero: bool = False
) -> list[float]:
    """Return the stops of a logarithmic slider.

    Parameters
    ----------
    kind : Allowed
        What the number may be.
    low : float
        Smallest stop above 0.
    value : float
        The value to show; it becomes a stop of its own where it is none.
    high : float, optional
        Largest stop; that of the kind by default.
    zero : bool
        Whether the first stop is 0, for what can be switched off.

    Examples
    --------
    >>> log_stops(Allowed(int, 0, 10), 1, 7, zero=True)
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]
    """
    top = kind.high if high is None else high
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(top)) + 1)
    numbers = [float(f"{mantissa}e{decade}") for decade in decades for mantissa in MANTISSAS]
    stops = [number for number in numbers if low <= number <= top]
    if kind.type is int:
        stops = sorted({round(stop) for stop in stops if stop >= 1})
    for extra in (top, value, *([0] if zero else [])):
        if extra not in stops:
            insort(stops, kind.type(extra))
    return stops


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()
