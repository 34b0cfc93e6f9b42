"""The form of an address: its fields by name, read with a sentence for all that cannot be used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ui.address.kinds import Kind, RefusalError

Values = dict[str, Any]
Params = Mapping[str, Sequence[str]]
LONGEST_SHOWN = 40  # characters of a name or a value that is refused
LEFT_OUT = "It was left out."


@dataclass(frozen=True)
class Field:
    """One parameter: what it may be, and what counts without it.

    ``most`` above 1: it may stand so many times, and its value is a tuple.
    """

    kind: Kind
    default: Any = None
    most: int = 1

    @property
    def instead(self) -> str:
        """What is done where the address gives nothing that can be used, as a sentence."""
        if self.default is None or self.most > 1:
            return LEFT_OUT
        return f"{self.kind.write(self.default)} is used instead."

    def check(self, value: Any) -> Any:
        """Return a value as it is kept, or raise ValueError."""
        if self.most == 1:
            return self.kind.convert(value)
        return tuple(dict.fromkeys(self.kind.convert(entry) for entry in value))[: self.most]

    def texts(self, value: Any) -> list[str]:
        """Return the texts of a value."""
        values = [value] if self.most == 1 else value
        return [self.kind.write(entry) for entry in values]


Fields = Mapping[str, Field]


@dataclass(frozen=True)
class Form:
    """What one screen keeps in its address.

    Attributes
    ----------
    fields : callable
        From what is given to all fields: the box of a start depends on the surface. Fields that
        others depend on are keys of ``resets``.
    resets : mapping of str to tuple of str
        A value that changed, and those that then return to their defaults.
    """

    fields: Callable[[Values], Fields]
    resets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def values(self, given: Values) -> Values:
        """Return every value, with the defaults of those that are not given."""
        return {name: entry.default for name, entry in self.fields(given).items()} | given

    def read(self, params: Params) -> tuple[Values, list[str]]:
        """Read an address that may say anything.

        Parameters
        ----------
        params : mapping of str to sequence of str
            Every parameter with all its values, without those that embed the page.

        Returns
        -------
        dict
            The values that are given and can be used.
        list of str
            A sentence for each that cannot: its name, its value, what is allowed, what is done.
        """
        given: Values = {}
        problems: list[str] = []
        first = list(self.resets)  # what others depend on, in its own order
        for name in sorted(params, key=lambda n: first.index(n) if n in first else len(first)):
            entry = self.fields(given).get(name)
            if entry is None:
                problems.append(unknown(name, params[name]))
            elif entry.most > 1:
                problems += _take_many(given, name, entry, params[name])
            else:
                problems += _take(given, name, entry, params[name])
        return given, problems

    def write(self, given: Values) -> dict[str, list[str]]:
        """Return the parameters of an address: what differs from its default.

        And what that depends on, so that a link to a scene that runs names its scene; and what may
        stand several times, wherever it is given.
        """
        values = self.values(given)
        changed = {
            name
            for name, entry in self.fields(given).items()
            if name in given and (entry.most > 1 or given[name] != entry.default)
        }
        changed |= {
            name
            for name, after in self.resets.items()
            if values.get(name) not in (None, ()) and changed.intersection(after)
        }
        return {
            name: entry.texts(values[name])
            for name, entry in self.fields(given).items()
            if name in changed
        }

    def changed(self, given: Values, changes: Mapping[str, Any]) -> Values:
        """Return what is given after some changes.

        A value that its field does not take is left out: the bounds of a widget hold in the
        browser only. None returns a field to its default.
        """
        result = dict(given)
        for name, value in changes.items():
            before = self.values(result).get(name)
            try:
                accepted = None if value is None else self.fields(result)[name].check(value)
            except (KeyError, TypeError, ValueError):
                continue
            if accepted != before:
                result = self.reset(result, name)
            result.pop(name, None)
            if accepted is not None:
                result[name] = accepted
        return result

    def reset(self, given: Values, name: str) -> Values:
        """Return what is given without what a change of ``name`` returns to its default."""
        dependent = self.resets.get(name, ())
        return {key: kept for key, kept in given.items() if key not in dependent}


def unknown(name: str, texts: Sequence[str]) -> str:
    """Return the sentence about a parameter that there is not."""
    shown = f"{name[:LONGEST_SHOWN]} = {texts[0][:LONGEST_SHOWN]}"
    return f"{shown}: there is no setting of this name. {LEFT_OUT}"


def read_once(name: str, entry: Field, texts: Sequence[str]) -> Any:
    """Return the value of a parameter that may stand once; ValueError has the whole sentence."""
    if len(texts) > 1:
        several = " and ".join(text[:20] for text in texts[:3])
        raise ValueError(
            f"{name} = {several}: must be given once, not {len(texts)} times, and be "
            f"{entry.kind}. {entry.instead}"
        )
    return _parse(name, entry, texts[0])


def _parse(name: str, entry: Field, text: str) -> Any:
    """Return the value of one text; ValueError has the whole sentence."""
    try:
        return entry.kind.parse(text)
    except RefusalError as refusal:
        said = f"{name} = {refusal}"
    except (ValueError, OverflowError):
        said = f"{name} = {text[:LONGEST_SHOWN]}: must be {entry.kind}"
    raise ValueError(f"{said}. {entry.instead}")


def _take(given: Values, name: str, entry: Field, texts: Sequence[str]) -> list[str]:
    """Read one parameter into ``given``; return the sentence where it cannot be used."""
    try:
        given[name] = read_once(name, entry, texts)
    except ValueError as problem:
        return [str(problem)]
    return []


def _take_many(given: Values, name: str, entry: Field, texts: Sequence[str]) -> list[str]:
    """Read a parameter that may stand several times; each that cannot be used is left out."""
    values, problems = [], []
    for text in texts[: entry.most]:
        try:
            values.append(_parse(name, entry, text))
        except ValueError as problem:
            problems.append(str(problem))
    if len(texts) > entry.most:
        problems.append(
            f"{name} stands {len(texts)} times: must be at most {entry.most}. "
            "The others were left out."
        )
    if values:
        given[name] = tuple(dict.fromkeys(values))
    return problems
