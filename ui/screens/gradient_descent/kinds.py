"""What a setting of a scene accepts: it reads text, checks a value, and writes it again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mlp.experiment import format_number


class Kind(Protocol):
    """What a setting accepts: reads text, checks a value, writes it again."""

    def parse(self, text: str) -> Any:
        """Return the value of a text; ValueError says what is allowed."""

    def check(self, value: Any) -> Any:
        """Return a value as it is kept; ValueError says what is allowed."""

    def write(self, value: Any) -> str:
        """Return the text of a value."""


@dataclass(frozen=True)
class Number:
    """A number within a range; ``above`` leaves out the low end."""

    low: float
    high: float
    whole: bool = False
    above: bool = False

    def parse(self, text: str) -> float:
        """Read digits as a person writes them."""
        try:
            return self.check(float(text))
        except ValueError:
            raise ValueError(f"must be {self}") from None

    def check(self, value: Any) -> float:
        """Refuse what is no number, not finite, not whole where it must be, or out of range."""
        number = float(value)
        outside = not self.low <= number <= self.high or (self.above and number == self.low)
        if not math.isfinite(number) or outside or (self.whole and number != int(number)):
            raise ValueError(f"must be {self}")
        return int(number) if self.whole else number

    def write(self, value: float) -> str:
        """Return the shortest digits that give the same number again."""
        return format_number(value) if float(format_number(value)) == value else repr(value)

    def __str__(self) -> str:
        """Say the range."""
        kind = "a whole number" if self.whole else "a number"
        low, high = format_number(self.low), format_number(self.high)
        if self.above:
            return f"{kind} above {low}, up to {high}"
        return f"{kind} from {low} to {high}"


@dataclass(frozen=True)
class Choice:
    """One of some names."""

    names: tuple[str, ...]

    def parse(self, text: str) -> str:
        """Read a name."""
        return self.check(text)

    def check(self, value: Any) -> str:
        """Refuse another name."""
        if value not in self.names:
            raise ValueError(f"must be one of {', '.join(self.names)}")
        return str(value)

    def write(self, value: str) -> str:
        """Return the name."""
        return value


@dataclass(frozen=True)
class Some:
    """One to ``most`` of some names, in the order given."""

    names: tuple[str, ...]
    most: int

    def parse(self, text: str) -> tuple[str, ...]:
        """Read names between commas."""
        return self.check(text.split(","))

    def check(self, value: Sequence[str]) -> tuple[str, ...]:
        """Refuse none, too many, another name, or one twice."""
        names = tuple(value)
        known = set(names) <= set(self.names)
        if not (known and 1 <= len(names) <= self.most and len(set(names)) == len(names)):
            raise ValueError(
                f"must be 1 to {self.most} different names, with commas between them, of "
                f"{', '.join(self.names)}"
            )
        return names

    def write(self, value: Sequence[str]) -> str:
        """Return the names between commas."""
        return ",".join(value)


@dataclass(frozen=True)
class Point:
    """A point within a box: a number for each variable."""

    domain: tuple[tuple[float, float], ...]

    def parse(self, text: str) -> tuple[float, ...]:
        """Read numbers between commas."""
        try:
            return self.check([float(part) for part in text.split(",")])
        except ValueError:
            raise ValueError(f"must be {self}") from None

    def check(self, value: Sequence[float]) -> tuple[float, ...]:
        """Refuse what is outside of what is drawn."""
        point = tuple(float(number) for number in value)
        inside = len(point) == len(self.domain) and all(
            low <= number <= high for number, (low, high) in zip(point, self.domain, strict=True)
        )
        if not inside:
            raise ValueError(f"must be {self}")
        return point

    def write(self, value: Sequence[float]) -> str:
        """Return the numbers between commas."""
        return ",".join(repr(number).removesuffix(".0") for number in value)

    def __str__(self) -> str:
        """Say the box."""
        ends = [f"from {format_number(low)} to {format_number(high)}" for low, high in self.domain]
        if len(ends) == 1:
            return f"a number {ends[0]}, where the curve is drawn"
        return f"two numbers, like 1,2, the first {ends[0]} and the second {ends[1]}"
