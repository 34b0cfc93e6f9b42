"""Text that may come from anywhere, kept plain where Markdown is shown."""


def plain(text: str) -> str:
    r"""Escape what Markdown would turn into something else.

    Examples
    --------
    >>> print(plain("*rate*  = 1"))
    \*rate\* \= 1
    """
    one_line = " ".join(text.split())
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|~:$&=" else c for c in one_line)
