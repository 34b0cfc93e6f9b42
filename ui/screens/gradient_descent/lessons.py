"""The lessons of the screen "Gradient descent", in the order of learning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ui.address.form import Form
from ui.screens.gradient_descent import escape, line, one, race, two
from ui.screens.gradient_descent.lesson_address import LessonAddress


@dataclass(frozen=True)
class Lesson:
    """One lesson: its name, a sentence and its words, its settings, and how it is drawn.

    ``course_idea`` stands in place of the sentence where a step of the course asks about less, or
    has said it; its own words are then explained beside it.
    """

    title: str
    idea: str
    form: Form
    draw: Callable[[LessonAddress], None]
    terms: tuple[str, ...]
    course_idea: str = ""


LESSONS: Mapping[str, Lesson] = {
    "one": Lesson(
        "One variable",
        "Follow the slope downhill: x becomes x − rate × f′(x). How long may a step be?",
        one.FORM,
        one.draw,
        ("derivative", "learning rate", "minimum"),
        "The curve, its slope, and how far the minimum is, step by step.",
    ),
    "two": Lesson(
        "Two variables",
        "The gradient points straight uphill, at a right angle to the lines of equal value.",
        two.FORM,
        two.draw,
        ("gradient", "Hessian", "eigenvalue", "curvature"),
        "The same valley as a map and as a solid, and how far the minimum is, step by step.",
    ),
    "race": Lesson(
        "The race",
        "The same start, the same surface; each optimizer makes its own steps of the gradients.",
        race.FORM,
        race.draw,
        ("optimizer", "momentum"),
    ),
    "escape": Lesson(
        "Escape",
        "Many valleys, and the deepest is not the nearest. What can leave the one it comes to?",
        escape.FORM,
        escape.draw,
        ("minimum", "momentum"),
    ),
    "stochastic": Lesson(
        "Losses and samples",
        "What a loss charges shapes the way down, and so does how many points a step looks at: "
        "all (a batch), a few (a mini-batch), or one. Once every point is used, an epoch is over.",
        line.FORM,
        line.draw,
        ("loss", "mini-batch", "epoch", "outlier"),
        "What a loss charges for a miss shapes the way down. Each step here looks at all points, "
        "the whole batch, once: that is an epoch.",
    ),
}

ADDRESS = LessonAddress({name: lesson.form for name, lesson in LESSONS.items()})
