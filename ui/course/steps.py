"""The steps of the course, read from one file each: what is asked, what to do, what counts as done.

A file names its computation of the answer in ``ui.course.truths`` and its check in
``ui.course.checks``; it holds no code. The files' names give the order.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "files"
FEWEST_ANSWERS = 2
STILL = ("pages/3_Learning_rate_schedules.py", "pages/4_Chain_rule.py")  # no player with an end


@dataclass(frozen=True)
class Step:
    """One step of the course.

    Attributes
    ----------
    title, idea : str
        Its name, and what it is about in a few sentences.
    minutes : int
        How long it takes, about.
    page : str
        The page it plays on.
    params : mapping
        The address of its scene there: a text for each parameter, or several.
    question : str
        Asked before it plays.
    answers : mapping of str to str
        To choose from, by name.
    truth : str
        A name of ``ui.course.truths.TRUTHS``.
    todo : str
        What to do on the page.
    check : str
        A name of ``ui.course.checks.CHECKS``.
    goal : mapping
        What that check asks for.
    todo_page, todo_params, todo_label
        Where to do it, if that is another page, and what the way there is called.
    first_steps : int or None
        How many steps from the first one the question is about, if not about all. A descent's
        answer then comes after them.
    tells_sharpness : bool
        Whether its screen shows sharpness; not as long as no step has said what it is.
    taught : str
        What it taught, in a sentence for the end of the course.
    after_label, after_page, after_params
        What to look at once it is done, if there is something.
    picture : str
        SVG of what its question is about, from the file of the same name; "" for none.
    pictured : str
        What is seen on it.
    """

    title: str
    minutes: int
    idea: str
    page: str
    question: str
    truth: str
    todo: str
    check: str
    params: Mapping[str, str | list[str]]
    answers: Mapping[str, str]
    goal: Mapping[str, Any]
    todo_page: str = ""
    todo_params: Mapping[str, str] = field(default_factory=dict)
    todo_label: str = ""
    first_steps: int | None = None
    tells_sharpness: bool = True
    taught: str = ""
    after_label: str = ""
    after_page: str = ""
    after_params: Mapping[str, str] = field(default_factory=dict)
    picture: str = ""
    pictured: str = ""

    @property
    def plays(self) -> bool:
        """Whether its scene plays, so that the answer comes with its end."""
        return self.page not in STILL

    @property
    def texts(self) -> tuple[str, ...]:
        """All that a visitor reads of it before the answer."""
        return (self.idea, self.question, *self.answers.values(), self.todo)


def read_step(text: str, name: str) -> Step:
    """Read a step.

    Raises
    ------
    ValueError
        Names the file and what is wrong in it.
    """
    try:
        step = Step(**tomllib.loads(text))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise ValueError(f"{name}: {error}") from None
    if len(step.answers) < FEWEST_ANSWERS:
        raise ValueError(f"{name}: answers has {len(step.answers)} entries; give 2 or more")
    return step


def _read_file(path: Path) -> Step:
    step, drawing = read_step(path.read_text(encoding="utf-8"), path.name), path.with_suffix(".svg")
    return replace(step, picture=drawing.read_text(encoding="utf-8")) if drawing.exists() else step


STEPS: tuple[Step, ...] = tuple(map(_read_file, sorted(FOLDER.glob("*.toml"))))
MINUTES = sum(step.minutes for step in STEPS)
