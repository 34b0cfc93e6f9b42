"""What a value in an address may be: a kind reads text, checks a value, and writes it again.

Numbers, switches and choices are ``Allowed`` of mlp.experiment, the same that check an Experiment:
one grammar for all screens. What is composed of several values stands here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mlp.experiment import Allowed, format_number, parse_number
from mlp.plan import Plan


class RefusalError(ValueError):
    """A value that is refused; the message names it and says what is allowed."""


class Kind(Protocol):
    """What a value may be; ``str`` says it, as a sentence goes on after "must be"."""

    def parse(self, text: str) -> Any:
        """Return the value of a text, or raise ValueError."""

    def convert(self, value: Any) -> Any:
        """Return a value as it is kept, or raise ValueError."""

    def write(self, value: Any) -> str:
        """Return the text of a value."""


def number(low: float, high: float, *, above: bool = False) -> Allowed:
    """Return the kind of a number within a range; ``above`` leaves out the low end."""
    return Allowed(float, low, high, above)


def whole(low: int, high: int) -> Allowed:
    """Return the kind of a whole number within a range."""
    return Allowed(int, low, high)


def choice(*names: str) -> Allowed:
    """Return the kind of one of some names."""
    return Allowed(str, choices=names)


@dataclass(frozen=True)
class Some:
    """One to ``most`` different ones of some names, in the order given."""

    names: tuple[str, ...]
    most: int

    def parse(self, text: str) -> tuple[str, ...]:
        """Read names between commas."""
        return self.convert(text.split(","))

    def convert(self, value: Sequence[str]) -> tuple[str, ...]:
        """Refuse none, too many, another name, or one twice."""
        names = tuple(value)
        known = set(names) <= set(self.names)
        if not (known and 1 <= len(names) <= self.most and len(set(names)) == len(names)):
            raise ValueError
        return names

    def write(self, value: Sequence[str]) -> str:
        """Return the names between commas."""
        return ",".join(value)

    def __str__(self) -> str:
        """Say which, and how many."""
        return (
            f"1 to {self.most} different names, with commas between them, of "
            f"{', '.join(self.names)}"
        )


@dataclass(frozen=True)
class Point:
    """A point within a box: a number for each variable."""

    domain: tuple[tuple[float, float], ...]

    def parse(self, text: str) -> tuple[float, ...]:
        """Read numbers between commas."""
        return self.convert([parse_number(part) for part in text.split(",")])

    def convert(self, value: Sequence[float]) -> tuple[float, ...]:
        """Refuse what is outside of what is drawn."""
        point = tuple(float(number) for number in value)
        inside = len(point) == len(self.domain) and all(
            low <= number <= high for number, (low, high) in zip(point, self.domain, strict=True)
        )
        if not inside:
            raise ValueError
        return point

    def write(self, value: Sequence[float]) -> str:
        """Return the numbers between commas."""
        return ",".join(format_number(number) for number in value)

    def __str__(self) -> str:
        """Say the box."""
        ends = [f"from {format_number(low)} to {format_number(high)}" for low, high in self.domain]
        if len(ends) == 1:
            return f"a number {ends[0]}, where the curve is drawn"
        return f"two numbers, like 1,2, the first {ends[0]} and the second {ends[1]}"


@dataclass(frozen=True)
class PlanText:
    """A plan as one line of text; ``refuse`` raises ValueError for one that may not be trained."""

    refuse: Callable[[Plan], None]

    def parse(self, text: str) -> Plan:
        """Read a plan; a RefusalError names the setting that cannot be used."""
        try:
            return self.convert(Plan.from_text(text))
        except ValueError as error:
            raise RefusalError(str(error)) from None

    def convert(self, value: Plan) -> Plan:
        """Refuse what may not be trained here."""
        self.refuse(value)
        return value

    def write(self, value: Plan) -> str:
        """Return the line of text."""
        return value.to_text()

    def __str__(self) -> str:
        """Say it in short; the errors of ``parse`` say it in full."""
        return "the name of a preset, or settings such as hidden:50~learning_rate:0.03"
