"""What every format of the export is: a name for people, a file, and a function that makes it."""

from collections.abc import Callable
from dataclasses import dataclass

from mlp import Run

Tell = Callable[[float], None]
Make = Callable[[Run, int, str, Tell], bytes]


class NotOfferedError(ValueError):
    """A run cannot be written in this format; the message says why, and what to do instead."""


def silent(share: float) -> None:
    """Tell nobody how far the making is."""


def always(run: Run) -> str:  # noqa: ARG001 - one signature for every format
    """Return no reason against a format."""
    return ""


@dataclass(frozen=True)
class Format:
    """One thing to take home.

    Attributes
    ----------
    label : str
        Its name on the screen.
    help : str
        What is in it, in a sentence.
    file_name : str
        With {step} for the step of the chosen frame.
    mime : str
        The type that the browser is told.
    make : callable
        ``make(run, frame, address, tell)`` returns the bytes of the file. ``frame`` is the index of
        the chosen one, ``address`` the link that brings the run back, and ``tell`` is told the
        share that is done; it may raise to end the making.
    icon : str
        A Material icon.
    slow : bool
        Whether it may take longer than a second.
    refusal : callable
        ``refusal(run)`` returns why this run or this machine does not give it, or "".
    """

    label: str
    help: str
    file_name: str
    mime: str
    make: Make
    icon: str
    slow: bool = False
    refusal: Callable[[Run], str] = always

    def name_for(self, run: Run, frame: int) -> str:
        """Return the name of the file."""
        return self.file_name.format(step=int(run.steps[frame]))
