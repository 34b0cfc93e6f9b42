"""The scenes of the screen "Gradient descent", in the order of learning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ui.screens.gradient_descent import escape, line, one, race, two
from ui.screens.gradient_descent.settings import Address, Settings


@dataclass(frozen=True)
class Scene:
    """One scene: its name, one sentence about it, its settings, and how it is drawn."""

    title: str
    idea: str
    settings: Settings
    draw: Callable[[Address], None]


SCENES: Mapping[str, Scene] = {
    "one": Scene(
        "One variable",
        "Follow the slope downhill: x becomes x − rate × f′(x). How long may a step be?",
        one.SETTINGS,
        one.draw,
    ),
    "two": Scene(
        "Two variables",
        "The gradient points straight uphill, at a right angle to the lines of equal value.",
        two.SETTINGS,
        two.draw,
    ),
    "race": Scene(
        "The race",
        "The same start, the same surface; each optimizer makes its own steps of the gradients.",
        race.SETTINGS,
        race.draw,
    ),
    "escape": Scene(
        "Escape",
        "Many valleys: plain descent stays in the one it comes to. Momentum and noise can leave.",
        escape.SETTINGS,
        escape.draw,
    ),
    "stochastic": Scene(
        "Losses and samples",
        "What a loss charges, and how many samples a step looks at, shape the way down.",
        line.SETTINGS,
        line.draw,
    ),
}
