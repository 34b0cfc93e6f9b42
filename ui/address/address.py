"""The address of a screen: one protocol for all, between session and address bar.

Settings flow one way. A widget's callback, a scene or an address changes the session; the widgets
are then drawn from it, and the address is written from it. Coming back from another screen, what
was left there is there again.
"""

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.address import embedding
from ui.address.form import Fields, Form, Params, Values
from ui.words.plain import plain

MOST_PROBLEMS = 8  # sentences shown about one address, which may have a thousand parameters
TOUCHED, WRITTEN, REPLACED = "address_touched", "address_written", "address_replaced"
NEWS_SECONDS = 3.0  # how long after an address was replaced a browser may not know it yet


def given_on(screen: str) -> Values:
    """Return what is set on a screen and not left at its default, its common values apart."""
    given: Values = st.session_state.get(f"address_{screen}", {}).get("given", {})
    return given


def touch() -> None:
    """Remember that a visitor has used the page: that counts for more than the address."""
    st.session_state[TOUCHED] = True


def is_behind() -> bool:
    """Whether the browser sent this before it knew the address that was written; for callbacks."""
    return _is_outdated(_asked())


class Address:
    """What one screen shows to this visitor, kept in the session and in the address.

    Parameters
    ----------
    screen : str
        The screen's name; what it keeps is apart from the others'.
    form : Form
        Its parameters.
    shared : sequence of str
        Values that all screens have in common: they stand in the session under their own names.
    """

    def __init__(self, screen: str, form: Form, *, shared: Sequence[str] = ()) -> None:
        """Remember what belongs to the screen; ``sync`` begins."""
        self.screen, self.form, self.shared = screen, form, tuple(shared)

    @property
    def values(self) -> Values:
        """Every value, defaults filled in."""
        return self.form.values(self.given)

    @property
    def fields(self) -> Fields:
        """What the values may be."""
        return self.form.fields(self.given)

    @property
    def given(self) -> Values:
        """The values that are not left at their defaults."""
        state = st.session_state
        common = {name: state[name] for name in self.shared if name in state}
        return {**self._state["given"], **common}

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from its default."""
        return bool(self.form.write(self.given))

    def change(self, **changes: Any) -> None:
        """Change some values, None returning one to its default; meant for callbacks."""
        self.use(self.form.changed(self.given, changes))

    def use(self, given: Values) -> None:
        """Replace all values; meant for callbacks."""
        self._keep(given)
        self._state["problems"] = []
        touch()

    def say(self, problem: str) -> None:
        """Add a sentence about something in the address that cannot be used after all."""
        if problem not in self._state["problems"]:
            self._state["problems"].append(problem)

    def correct(self, problem: str, **changes: Any) -> None:
        """Change what turned out not to fit, and say so."""
        self._keep(self.form.changed(self.given, changes))
        self.say(problem)

    @property
    def problems(self) -> list[str]:
        """What in the address could not be used."""
        return [*embedding.problems(), *self._state["problems"]]

    def show_problems(self) -> None:
        """Say what in the address could not be used."""
        show_problems(self.problems)

    def sync(self) -> None:
        """Read the address, then write it; near the top of every screen."""
        self.read()
        self.write()

    def follow(self) -> bool:
        """Write what a callback has changed, where only a part of the page is drawn anew.

        Return whether there was anything.
        """
        touched = bool(st.session_state.get(TOUCHED))
        if touched:
            self.sync()
        return touched

    def read(self) -> None:
        """Take the values from the address where a visitor has changed it.

        The address counts when it is not the one written last and nothing was used meanwhile. A
        run begun before the browser knew its new address still brings the old one: a number that
        is typed is sent as a button is pressed, whose run follows at once. Where a visitor comes
        back with an address that asks for nothing, the session's values stay.
        """
        asked = _asked()
        last_screen, last_written = st.session_state.get(WRITTEN, (None, None))
        arrived = last_screen != self.screen
        touched = st.session_state.pop(TOUCHED, False)
        if arrived or asked == last_written:
            st.session_state[REPLACED] = []
        known = not arrived and (asked == last_written or _is_outdated(asked))
        if known or touched or (arrived and not asked):
            self._reset_dependent()
            if touched:
                self._state["problems"] = []
            return
        given, self._state["problems"] = self.form.read(asked)
        self._keep(given)

    def write(self) -> None:
        """Write the values into the address; what embeds the page stays."""
        asked, wanted = _asked(), self.form.write(self.given)
        if asked != wanted:
            _replace(asked)
        st.session_state[WRITTEN] = (self.screen, wanted)
        self._state["common"] = self._common()
        if asked != wanted:  # last, as a run may end here for the next
            st.query_params.from_dict(embedding.kept() | wanted)

    @property
    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = st.session_state.setdefault(
            f"address_{self.screen}", {"given": {}, "problems": [], "common": {}}
        )
        return state

    def _common(self) -> Values:
        return {name: st.session_state.get(name) for name in self.shared}

    def _keep(self, given: Values) -> None:
        for name in self.shared:
            if name in given:
                st.session_state[name] = given[name]
        self._state["given"] = {k: v for k, v in given.items() if k not in self.shared}
        self._state["common"] = self._common()

    def _reset_dependent(self) -> None:
        """Drop what depends on a common value that was changed elsewhere."""
        before, now = self._state["common"], self._common()
        for name in self.shared:
            if before and before[name] != now[name]:
                self._state["given"] = self.form.reset(self._state["given"], name)


def _asked() -> dict[str, list[str]]:
    return {
        name: st.query_params.get_all(name)
        for name in st.query_params
        if name not in embedding.EMBEDDING
    }


def _replace(asked: Params) -> None:
    """Remember what a browser may still bring: the address it had, and the one on its way to it."""
    now, (_, on_its_way) = time.monotonic(), st.session_state.get(WRITTEN, (None, None))
    replaced = st.session_state.setdefault(REPLACED, [])
    replaced += [(params, now) for params in (asked, on_its_way) if params is not None]


def _is_outdated(asked: Params) -> bool:
    """Whether an address was just replaced by what was written, and nobody asks for it now.

    Who goes back in the browser's history does ask for it.
    """
    context = get_script_run_ctx()
    if context is not None and context.is_history_navigation:
        return False
    now = time.monotonic()
    return any(
        asked == replaced and now - at < NEWS_SECONDS
        for replaced, at in st.session_state.get(REPLACED, [])
    )


def show_problems(problems: Sequence[str]) -> None:
    """Say what in an address could not be used; beyond MOST_PROBLEMS only how many."""
    for problem in problems[:MOST_PROBLEMS]:
        st.warning(plain(problem), icon=":material/link_off:")
    if len(problems) > MOST_PROBLEMS:
        more = len(problems) - MOST_PROBLEMS
        st.warning(f"{more} more parameters could not be used.", icon=":material/link_off:")
