"""How many digits a formula must show, so that a reader with a calculator gets its result.

Rounding every number to six digits would not do: where terms cancel, six digits of each leave
none of their sum. So the numbers put in get as many digits as their result needs.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ui.words.numbers import LAST_DIGIT

SHOWN = 6  # significant digits of a result
EXACT = 17  # as many as tell two different numbers apart
PLACE = "□"
ONE_LINE = 14  # digits of the numbers put in, up to which the result stands on the same line


@dataclass(frozen=True)
class Formula:
    """One number computed from others.

    Attributes
    ----------
    left : str
        LaTeX of what is computed.
    pattern : str
        LaTeX of how, with PLACE for each number.
    operands : tuple of float
        The numbers, in the order of their places.
    evaluate : callable
        Computes the result from such numbers.
    value : float
        The result as mlp has it.
    """

    left: str
    pattern: str
    operands: tuple[float, ...]
    evaluate: Callable[[Sequence[float]], float]
    value: float


def significant(value: float, digits: int = SHOWN) -> str:
    """Write a number with some significant digits, as Python and calculators read it.

    Examples
    --------
    >>> significant(1 / 3), significant(-2e-9 / 3), significant(1 / 3, EXACT), significant(-0.0)
    ('0.333333', '-6.66667e-10', '0.3333333333333333', '0')
    """
    if value == 0:
        return "0"
    return repr(float(value)).removesuffix(".0") if digits >= EXACT else f"{value:.{digits}g}"


def enough_digits(formula: Formula) -> tuple[int, int]:
    """Return the fewest digits of the operands, and those of the result, that agree.

    Six digits of the result, or fewer where rounding inside the computer has left fewer.

    Examples
    --------
    >>> difference = Formula("d", "□ - □", (1.00000012, 1.0), lambda v: v[0] - v[1], 1.2e-7)
    >>> enough_digits(difference)
    (9, 6)
    """
    for shown in range(SHOWN, 0, -1):
        target = significant(formula.value, shown)
        for digits in range(SHOWN, EXACT + 1):
            rounded = [float(significant(number, digits)) for number in formula.operands]
            if significant(formula.evaluate(rounded), shown) == target:
                return digits, shown
    return EXACT, EXACT


def in_latex(number: str) -> str:
    """Write a number of ``significant`` in LaTeX, its exponent as a power of ten."""
    mantissa, _, exponent = number.partition("e")
    return rf"{mantissa}\!\times\!10^{{{int(exponent)}}}" if exponent else mantissa


def put_in(formula: Formula, *, exact: bool = False) -> str:
    """Return a formula in LaTeX with its numbers put in, and the result; ≈ where one is rounded.

    Parameters
    ----------
    formula : Formula
        What is computed.
    exact : bool
        Show every digit that the computer has.
    """
    digits, shown = (EXACT, EXACT) if exact else enough_digits(formula)
    pieces = formula.pattern.split(PLACE)
    text = pieces[0]
    for number, piece in zip(formula.operands, pieces[1:], strict=True):
        shown_number = in_latex(significant(number, digits))
        text += (f"({shown_number})" if shown_number.startswith("-") else shown_number) + piece
    result = in_latex(significant(formula.value, shown))
    width = sum(len(significant(number, digits)) for number in formula.operands)
    put = [float(significant(number, digits)) for number in formula.operands]
    told = float(significant(formula.value, shown))
    first = _sign(exact or put == list(formula.operands))
    second = _sign(exact or math.isclose(formula.evaluate(put), told, rel_tol=LAST_DIGIT))
    line = "" if width <= ONE_LINE else r"\\ &"  # a telephone shows no longer lines
    return f"{formula.left} &{first} {text} {line}{second} {result}"


def _sign(same: bool) -> str:
    return "=" if same else r"\approx"
