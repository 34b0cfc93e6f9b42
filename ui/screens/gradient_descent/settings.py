"""What the scenes of "Gradient descent" can be set to: ranges, defaults, the address.

Settings flow one way, as on the Train screen. A widget's callback, a click on a map or an address
changes what is given; the widgets are drawn from it, and the address is written from it. What is
not given has a default that may depend on the surface. What cannot be used is named, and the
default takes its place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui.address.choices import EMBEDDING
from ui.screens.gradient_descent.kinds import Kind

Values = dict[str, Any]
LONGEST_TEXT = 40
STATE, PROBLEMS, WRITTEN, TOUCHED = (
    f"descent_{name}" for name in ("given", "problems", "written", "touched")
)


@dataclass(frozen=True)
class Settings:
    """The settings of one scene.

    Attributes
    ----------
    kinds : callable
        From what is given to the kind of every setting: the box of a start depends on the surface.
    defaults : callable
        From what is given to the value of every setting that is not.
    resets : mapping
        A setting that changed, and those that then return to their defaults.
    """

    kinds: Callable[[Values], Mapping[str, Kind]]
    defaults: Callable[[Values], Values]
    resets: Mapping[str, tuple[str, ...]]


def values_of(settings: Settings, given: Values) -> Values:
    """Return every setting of a scene, the defaults filled in."""
    return settings.defaults(given) | given


def read(settings: Settings, params: Mapping[str, Sequence[str]]) -> tuple[Values, list[str]]:
    """Read the settings of a scene from an address.

    Parameters
    ----------
    settings : Settings
        Of the scene.
    params : mapping of str to sequence of str
        Every parameter with all its values, without the name of the scene.

    Returns
    -------
    dict
        What is given and can be used.
    list of str
        A sentence for each parameter that cannot: its name, its value, what is allowed, what is
        done.
    """
    given: Values = {}
    problems: list[str] = []
    for name in sorted(params, key=lambda name: name not in settings.resets):
        problem = _take(given, settings, name, params[name])
        if problem:
            problems.append(problem)
    return given, problems


def _take(given: Values, settings: Settings, name: str, texts: Sequence[str]) -> str | None:
    kinds = settings.kinds(given)
    if name not in kinds:
        return (
            f"There is no parameter named {name[:LONGEST_TEXT]!r} in this scene; it was left out."
        )
    if len(texts) > 1:
        return f"{name} stands {len(texts)} times in the address; give it once. It was left out."
    try:
        given[name] = kinds[name].parse(texts[0])
    except ValueError as error:
        used = kinds[name].write(values_of(settings, given)[name])
        return f"{name} = {texts[0][:LONGEST_TEXT]}: {error}. {used} is used instead."
    return None


def write(settings: Settings, given: Values) -> dict[str, str]:
    """Return the parameters of an address: what is given and differs from its default."""
    kinds, defaults = settings.kinds(given), settings.defaults(given)
    first = settings.defaults({})
    defaults |= {name: first[name] for name in settings.resets}  # on which the others depend
    return {
        name: kind.write(given[name])
        for name, kind in kinds.items()
        if name in given and given[name] != defaults[name]
    }


def changed(settings: Settings, given: Values, changes: Mapping[str, Any]) -> Values:
    """Return what is given after some changes.

    A value that its setting does not take is left out: the bounds of a widget hold in the browser
    only. What belongs to another surface returns to its default.
    """
    result = dict(given)
    for name, value in changes.items():
        try:
            accepted = settings.kinds(result)[name].check(value)
        except (KeyError, TypeError, ValueError):
            continue
        if accepted != values_of(settings, result)[name]:
            result = {
                key: kept
                for key, kept in result.items()
                if key not in settings.resets.get(name, ())
            }
        result[name] = accepted
    return result


class Address:
    """The scene shown to this visitor and its settings, kept in the session and in the address."""

    def __init__(self, scenes: Mapping[str, Settings]) -> None:
        """Remember the scenes, the first being the one without an address."""
        self.scenes = scenes

    @property
    def _first(self) -> str:
        return next(iter(self.scenes))

    @property
    def scene(self) -> str:
        """The name of the scene shown."""
        return str(self._state()["scene"])

    @property
    def values(self) -> Values:
        """Every setting of the scene shown."""
        return values_of(self.scenes[self.scene], self._given())

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """What the settings of the scene shown accept."""
        return self.scenes[self.scene].kinds(self._given())

    @property
    def is_changed(self) -> bool:
        """Whether any setting of the scene shown differs from its default."""
        return bool(write(self.scenes[self.scene], self._given()))

    @property
    def problems(self) -> list[str]:
        """Sentences about what could not be used of the address."""
        return list(st.session_state.get(PROBLEMS, []))

    def change(self, **changes: Any) -> None:
        """Change settings of the scene shown; meant for callbacks."""
        self._state()["given"][self.scene] = changed(
            self.scenes[self.scene], self._given(), changes
        )
        self._touch()

    def reset(self) -> None:
        """Return the scene shown to its defaults; meant for callbacks."""
        self._state()["given"][self.scene] = {}
        self._touch()

    def show(self, scene: str | None) -> None:
        """Show another scene, as it was left; meant for callbacks."""
        if scene in self.scenes:
            self._state()["scene"] = scene
        self._touch()

    def sync(self) -> None:
        """Take the settings from the address where a visitor has changed it, then write it.

        As ``sync_address`` of ``ui.settings.session``: an address counts when it is not the one
        written last and nothing was used meanwhile; coming back from another screen, the session's
        settings stay.
        """
        state = st.session_state
        params = {name: st.query_params.get_all(name) for name in st.query_params}
        known = params == state.get(WRITTEN)
        coming_back = state.get("arrived") and STATE in state and not params
        if not (state.pop(TOUCHED, False) or known or coming_back):
            self._read(params)
        wanted = {name: texts for name, texts in params.items() if name in EMBEDDING}
        own = write(self.scenes[self.scene], self._given())
        if own or self.scene != self._first:
            wanted |= {"scene": [self.scene]} | {name: [text] for name, text in own.items()}
        if params != wanted:
            st.query_params.from_dict(wanted)
        state[WRITTEN] = wanted

    def _read(self, params: Mapping[str, Sequence[str]]) -> None:
        scenes = params.get("scene", [self._first])
        problems = []
        scene = scenes[0]
        if scene not in self.scenes or len(scenes) > 1:
            text = " and ".join(text[:LONGEST_TEXT] for text in scenes[:3])
            scene = self._first
            problems.append(
                f"scene = {text}: must be one of {', '.join(self.scenes)}, given once. "
                f"{scene} is used instead."
            )
        rest = {n: texts for n, texts in params.items() if n not in ("scene", *EMBEDDING)}
        given, more = read(self.scenes[scene], rest)
        state = self._state()
        state["scene"] = scene
        state["given"][scene] = given
        st.session_state[PROBLEMS] = problems + more

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = st.session_state.setdefault(
            STATE, {"scene": self._first, "given": {}}
        )
        return state

    def _given(self) -> Values:
        given: Values = self._state()["given"].setdefault(self.scene, {})
        return given

    def _touch(self) -> None:
        st.session_state[TOUCHED] = True
        st.session_state[PROBLEMS] = []
