"""The address of the screen "Gradient descent": a lesson, and the settings of that lesson."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ui.address import kinds
from ui.address.address import Address
from ui.address.form import Field, Fields, Form, Values
from ui.address.kinds import Kind

SCENE = "scene"  # what an address calls a lesson
LEFT = "gradient_descent_left"


def lesson_form(
    kinds_of: Callable[[Values], Mapping[str, Kind]],
    defaults: Callable[[Values], Values],
    resets: Mapping[str, tuple[str, ...]],
) -> Form:
    """Return the form of a lesson's settings.

    Parameters
    ----------
    kinds_of, defaults : callable
        From what is given to the kind, and to the default, of every setting.
    resets : mapping
        A setting that changed, and those that then return to their defaults.
    """

    def fields(given: Values) -> Fields:
        first = defaults(given)
        return {name: Field(kind, first[name]) for name, kind in kinds_of(given).items()}

    return Form(fields, resets)


@dataclass(frozen=True)
class LessonsForm(Form):
    """The lesson, and the fields of its own form.

    ``lessons`` are the forms by name, the first being the one without an address.
    """

    lessons: Mapping[str, Form] = field(default_factory=dict)

    @classmethod
    def of(cls, lessons: Mapping[str, Form]) -> "LessonsForm":
        """Return the form of some lessons."""
        choice = Field(kinds.choice(*lessons), next(iter(lessons)))

        def fields(given: Values) -> Fields:
            lesson = lessons[given.get(SCENE, choice.default)]
            return {SCENE: choice} | dict(lesson.fields(given))

        # Which these reset is the lesson's to say; here they are what the others depend on.
        first = {SCENE: ()} | {name: () for form in lessons.values() for name in form.resets}
        return cls(fields, first, lessons)

    def reset(self, given: Values, name: str) -> Values:
        """Return what is given without what a change of ``name`` returns to its default."""
        lesson = self.lessons[given.get(SCENE, next(iter(self.lessons)))]
        return lesson.reset(given, name)

    def write(self, given: Values) -> dict[str, list[str]]:
        """Return the parameters of an address, the lesson's name among them."""
        written = super().write(given)
        scene = given.get(SCENE, next(iter(self.lessons)))
        return {SCENE: [scene]} | written if written else {}


class LessonAddress(Address):
    """The lesson shown to this visitor and its settings; each lesson is found as it was left."""

    def __init__(self, lessons: Mapping[str, Form]) -> None:
        """Remember the lessons' forms."""
        super().__init__("gradient_descent", LessonsForm.of(lessons))

    @property
    def scene(self) -> str:
        """The name of the lesson shown."""
        return str(self.values[SCENE])

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """What the settings of the lesson shown accept."""
        return {name: entry.kind for name, entry in self.fields.items()}

    @property
    def is_changed(self) -> bool:
        """Whether any setting of the lesson shown differs from its default."""
        return bool(self.form.write(self.given).keys() - {SCENE})

    def reset(self) -> None:
        """Return the lesson shown to its defaults; meant for callbacks."""
        self.use({SCENE: self.scene})

    def show(self, scene: str | None) -> None:
        """Show another lesson, as it was left; meant for callbacks."""
        left: dict[str, Any] = st.session_state.setdefault(LEFT, {})
        left[self.scene] = self.given
        if scene is not None:
            self.use({SCENE: scene} | {k: v for k, v in left.get(scene, {}).items() if k != SCENE})
