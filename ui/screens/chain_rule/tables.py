"""Matrices as tables of HTML, which screen readers read: heat-map cells, the chosen row marked."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.io.formats.style import Styler

from mlp.base.arrays import Array, Steps
from ui.screens.chain_rule.digits import EXACT, SHOWN, significant
from ui.words.naming import Names
from ui.words.plain import plain

INPUTS = ("x0", "x1")
MOST_ROWS = 7
MOST_COLUMNS = 8
STRONGEST = 0.42  # opacity of a cell's colour; text on it keeps a contrast of 7:1 in both themes
BLUE, ORANGE = "0, 114, 178", "213, 94, 0"
STRIP_WIDTH, STRIP_HEIGHT = 1200, 96  # pixels of a whole matrix as a picture, at least and at most
MARK = 6  # pixels of the mark over the chosen point


def window(chosen: int, count: int, most: int) -> slice:
    """Return at most ``most`` neighbours around a place, of ``count``.

    Examples
    --------
    >>> window(0, 300, 7), window(299, 300, 7), window(1, 3, 7)
    (slice(0, 7, None), slice(293, 300, None), slice(0, 3, None))
    """
    start = min(max(chosen - most // 2, 0), max(count - most, 0))
    return slice(start, min(start + most, count))


def page_of(chosen: int, count: int, most: int) -> slice:
    """Return the page of at most ``most`` that a place is on.

    Examples
    --------
    >>> page_of(9, 50, 8), page_of(49, 50, 8)
    (slice(8, 16, None), slice(48, 50, None))
    """
    start = chosen - chosen % most
    return slice(start, min(start + most, count))


def neuron_names(hidden: int, *, bias: bool = False) -> list[str]:
    """Return the names of the hidden neurons, and of the constant beside them."""
    return [f"neuron {j + 1}" for j in range(hidden)] + ["bias"] * bias


def input_names(count: int, names: Names) -> list[str]:
    """Return the names of the rows of W1, or of the columns of X, as Markdown.

    Examples
    --------
    >>> input_names(3, Names(("height", "x1"), ("cat", "dog"), ("cat", "dog")))
    ['x0, height', 'x1', '1 (bias)']
    """
    pairs = zip(INPUTS, names.inputs, strict=True)
    own = [symbol if name == symbol else f"{symbol}, {plain(name)}" for symbol, name in pairs]
    return [*own, "1 (bias)"][:count]


def class_names(names: Names) -> list[str]:
    """Return the names of the outputs, as Markdown."""
    return [plain(name) for name in names.classes]


def style(table: pd.DataFrame, *, marked: str | None = None, exact: bool = False) -> Styler:
    """Colour the cells by sign and size, and mark a row.

    Parameters
    ----------
    table : pandas.DataFrame
        Numbers.
    marked : str, optional
        The name of the row to be set in bold.
    exact : bool
        Show all digits instead of six.
    """
    digits = EXACT if exact else SHOWN
    values = table.to_numpy(float)
    largest = float(np.max(np.abs(values), initial=0.0, where=np.isfinite(values))) or 1.0

    def colours(column: pd.Series) -> list[str]:
        return [cell_style(float(value) / largest) for value in column]

    def weight(row: pd.Series) -> list[str]:
        return ["font-weight: 700" if row.name == marked else ""] * len(row)

    return (
        table.style.apply(colours, axis=0)
        .apply(weight, axis=1)
        .format(lambda value: significant(value, digits).replace("-", "−"))
    )


def cell_style(share: float) -> str:
    """Return a cell's CSS: blue for positive, orange for negative, as strong as its share."""
    if not np.isfinite(share):
        return ""
    colour = BLUE if share >= 0 else ORANGE
    return f"background-color: rgba({colour}, {STRONGEST * abs(share):.3f}); text-align: right"


def samples_table(
    matrix: Array,
    rows: Steps,
    chosen: int,
    names: Sequence[str],
    columns: slice,
    *,
    most: int = MOST_ROWS,
) -> tuple[pd.DataFrame, str | None]:
    """Return the rows of a matrix around the chosen point, and the name of that point's row.

    Parameters
    ----------
    matrix : (n, m)
        A row a sample.
    rows : (n,) int
        Which training points they are, from 0.
    chosen : int
        The selected point; where it is none of them, no row is marked.
    names : sequence of str
        Of all m columns.
    columns : slice
        Those to show.
    most : int
        The most rows to show.
    """
    found = np.flatnonzero(rows == chosen)
    at = int(found[0]) if len(found) else 0
    shown = window(at, len(rows), most)
    labels = [f"point {row + 1}" for row in rows[shown]]
    marked = None
    if len(found):
        marked = labels[at - shown.start] = f"▶ point {chosen + 1}"
    return pd.DataFrame(matrix[shown, columns], labels, list(names)[columns]), marked


def heat_map(matrix: Array, chosen: int | None) -> NDArray[np.uint8]:
    """Return a whole matrix as a picture: a column a sample, a row a column of the matrix.

    Parameters
    ----------
    matrix : (n, m)
        A row a sample.
    chosen : int or None
        The row whose place is marked on top.

    Returns
    -------
    (height, width, 4) uint8
        Blue for positive, orange for negative, transparent for 0.
    """
    n, m = matrix.shape
    wide, high = max(1, STRIP_WIDTH // n), max(2, min(12, STRIP_HEIGHT // m))
    largest = float(np.max(np.abs(matrix), initial=0.0)) or 1.0
    share = np.clip(matrix.T / largest, -1, 1)
    colours = np.array([[int(part) for part in name.split(",")] for name in (ORANGE, BLUE)])
    pixels = np.empty((m, n, 4), np.uint8)
    pixels[..., :3] = colours[(share >= 0).astype(int)]
    pixels[..., 3] = np.rint(255 * np.abs(share))
    pixels = pixels.repeat(high, axis=0).repeat(wide, axis=1)
    mark = np.zeros((MARK, pixels.shape[1], 4), np.uint8)
    if chosen is not None:
        middle = chosen * wide + wide // 2
        mark[:, max(middle - MARK // 2, 0) : middle + MARK // 2 + 1] = (128, 128, 128, 255)
    return np.concatenate([mark, pixels])
