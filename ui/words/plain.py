"""Text that may come from anywhere, kept plain where Markdown is shown."""

from collections.abc import Iterable


def plain(text: str) -> str:
    r"""Escape what Markdown would turn into something else.

    Examples
    --------
    >>> print(plain("*rate*  = 1"))
    \*rate\* \= 1
    """
    one_line = " ".join(text.split())
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|~:$&=" else c for c in one_line)


def uncapitalized(text: str) -> str:
    """Return a text as it goes on within a sentence: its first letter is small.

    Examples
    --------
    >>> uncapitalized("Calm, but learned nothing")
    'calm, but learned nothing'
    """
    return f"{text[0].lower()}{text[1:]}"


def capitalized(text: str) -> str:
    """Return a text as a sentence begins: its first letter is a capital, the others stay.

    Examples
    --------
    >>> capitalized("the limit of SGD")
    'The limit of SGD'
    """
    return f"{text[0].upper()}{text[1:]}"


def listed(names: Iterable[str]) -> str:
    """Name some things in a sentence.

    Examples
    --------
    >>> listed(["Step", "Linear", "Cosine"]), listed(["Step"])
    ('Step, Linear and Cosine', 'Step')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


LONGEST_NAME = 60  # signs


def named(file: str) -> str:
    r"""Return a file's name as a sentence can tell it: what cannot be written is a ?.

    Examples
    --------
    >>> named("points.csv"), named("a\ud800.csv"), named(100 * "a")[-2:]
    ('points.csv', 'a?.csv', 'a…')
    """
    short = file if len(file) <= LONGEST_NAME else f"{file[: LONGEST_NAME - 1]}…"
    return short.encode("utf-8", "replace").decode()
