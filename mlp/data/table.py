"""Read points from a table: a CSV file, or cells pasted from a spreadsheet.

Comma, semicolon or tab; decimal point or, unless commas part the cells, decimal comma; with or
without a line of names. What cannot be used is refused by its line, column and value, with the
remedy. Nothing is guessed twice: ``read_table`` finds cells, ``read_points`` gives them meaning.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlp.data.own import FEWEST_POINTS, LARGEST, LONGEST_NAME, MOST_POINTS, OwnData

LARGEST_FILE = 1_000_000  # bytes
MOST_COLUMNS = 100
COLUMNS_NEEDED = 3
SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma"}
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|∞)", re.IGNORECASE)
MISSING = frozenset({"", "na", "n/a", "null", "none", "-", "?", "#n/a"})


class TableError(ValueError):
    """A table that cannot be used: says where, what stands there, and what to do."""


class Row(NamedTuple):
    """One row of cells, and the line of the file where it ends."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """Cells of a table, all rows as long as ``names``; decimal commas are allowed or not."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    decimal_comma: bool

    def number(self, row: Row, column: int) -> float:
        """Return a cell as a number, or raise TableError with its place."""
        text = row.cells[column].strip()
        plain = text.replace(",", ".") if self.decimal_comma and text.count(",") == 1 else text
        plain = plain.replace("−", "-")
        if NUMBER.fullmatch(plain):
            value = float(plain)
            if abs(value) <= LARGEST:
                return value
            raise self._refusal(row, column, f"must be from -{LARGEST:g} to {LARGEST:g}")
        if text.lower() in MISSING:
            raise self._refusal(row, column, "a number is missing; fill it in or remove the row")
        if NOT_FINITE.fullmatch(text):
            raise self._refusal(row, column, "must be finite; correct it or remove the row")
        raise self._refusal(
            row, column, "is not a number such as 1.5; correct it or choose another column"
        )

    def _refusal(self, row: Row, column: int, why: str) -> TableError:
        value = row.cells[column].strip()[:LONGEST_NAME]
        return TableError(f"line {row.line}, column {self.names[column]!r}: {value!r} {why}")

    def label(self, row: Row, column: int) -> str:
        """Return a cell as the name of a class, or raise TableError where it is empty."""
        text = row.cells[column].strip()
        if text.lower() in MISSING - {"-", "none"}:
            raise self._refusal(row, column, "a class is missing; fill it in or remove the row")
        return text[:LONGEST_NAME]

    def is_numeric(self, column: int) -> bool:
        """Whether every cell of a column is a number."""
        try:
            for row in self.rows:
                self.number(row, column)
        except TableError:
            return False
        return True

    def has_two_classes(self, column: int) -> bool:
        """Whether a column holds exactly two different values."""
        return len({row.cells[column].strip() for row in self.rows}) == len("01")


def decode(content: bytes) -> str:
    """Return the text of a file, or raise TableError where it is empty, too large or no text."""
    if len(content) > LARGEST_FILE:
        raise TableError(
            f"{len(content):,} bytes: a file must have at most {LARGEST_FILE:,}; remove rows or "
            "columns that are not needed"
        )
    if b"\0" in content:
        raise TableError(
            "this is not a text file but a binary one (an Excel workbook?); save it as CSV UTF-8"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"line {line}: byte 0x{content[error.start]:02x} is not UTF-8; save the file as CSV "
            "UTF-8"
        ) from None


def read_table(text: str) -> Table:
    r"""Find the cells of a table.

    Raises
    ------
    TableError
        No separator, a row of another length, too few or too many rows or columns.

    Examples
    --------
    >>> table = read_table("x;y;kind\n0,5;1;a\n1;2;b\n0;3;a\n2;2;b")
    >>> table.names, table.number(table.rows[0], 0)
    (('x', 'y', 'kind'), 0.5)
    """
    if len(text) > LARGEST_FILE:
        raise TableError(f"{len(text):,} characters: there must be at most {LARGEST_FILE:,}")
    if not text.strip():
        raise TableError("the file is empty; it needs rows of two numbers and a class")
    separator = _separator(text)
    rows = _rows(text, separator)
    width = len(rows[0].cells)
    if not COLUMNS_NEEDED <= width <= MOST_COLUMNS:
        raise TableError(
            f"line {rows[0].line} has {width} columns: there must be {COLUMNS_NEEDED} to "
            f"{MOST_COLUMNS}, two of numbers and one of classes"
        )
    for row in rows:
        if len(row.cells) != width:
            raise TableError(
                f"line {row.line} has {len(row.cells)} cells, and line {rows[0].line} has {width}: "
                f"every row needs the same number, parted by a {SEPARATORS[separator]}"
            )
    table = Table(tuple(f"column {i + 1}" for i in range(width)), tuple(rows), separator != ",")
    if not any(_looks_numeric(table, rows[0], i) for i in range(width)):
        names = _names(rows[0].cells)
        table = Table(names, table.rows[1:], table.decimal_comma)
    if not FEWEST_POINTS <= len(table.rows) <= MOST_POINTS:
        raise TableError(
            f"{len(table.rows):,} rows: there must be {FEWEST_POINTS} to {MOST_POINTS:,}"
        )
    return table


def _separator(text: str) -> str:
    """Return what parts the cells: of tab, semicolon and comma the first that most lines have."""
    lines = [line for line in text.splitlines() if line.strip()][:50]
    for separator in SEPARATORS:
        if sum(line.count(separator) >= COLUMNS_NEEDED - 1 for line in lines) > len(lines) / 2:
            return separator
    raise TableError(
        f"line 1: {text.strip().splitlines()[0][:LONGEST_NAME]!r} has fewer than "
        f"{COLUMNS_NEEDED} columns; part the cells by commas, semicolons or tabs"
    )


def _rows(text: str, separator: str) -> list[Row]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(reader.line_num, cells))
            if len(rows) > MOST_POINTS + 1:
                raise TableError(f"more than {MOST_POINTS:,} rows: remove some")
    except csv.Error as error:
        raise TableError(f"line {reader.line_num}: {error}; check the quotation marks") from None
    if not rows:
        raise TableError("all cells are empty; there must be rows of two numbers and a class")
    return rows


def _looks_numeric(table: Table, row: Row, column: int) -> bool:
    try:
        table.number(row, column)
    except TableError:
        return False
    return True


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns, made different where they are not."""
    names: list[str] = []
    for i, cell in enumerate(cells):
        name = cell.strip()[:LONGEST_NAME] or f"column {i + 1}"
        names.append(name if name not in names else f"{name} (column {i + 1})")
    return tuple(names)


def guess_columns(table: Table) -> tuple[int, int, int]:
    """Return the columns of the two coordinates and of the class that are most likely meant.

    The class is the last column with exactly two values, else the last; the coordinates are the
    first two other columns of numbers, else the first two others.
    """
    columns = range(len(table.names))
    classes = [i for i in columns if table.has_two_classes(i)]
    label = classes[-1] if classes else columns[-1]
    others = [i for i in columns if i != label]
    numeric = [i for i in others if table.is_numeric(i)]
    first, second = (numeric + [i for i in others if i not in numeric])[:2]
    return first, second, label


def read_points(table: Table, first: int, second: int, label: int) -> OwnData:
    """Read points from three different columns of a table.

    Raises
    ------
    TableError
        With the line, the column and the value of the first cell that cannot be used.
    """
    if len({first, second, label}) < COLUMNS_NEEDED:
        raise TableError("choose three different columns: two of numbers and one of classes")
    X = [[table.number(row, first), table.number(row, second)] for row in table.rows]
    texts = [table.label(row, label) for row in table.rows]
    classes = _two_classes(table, texts, label)
    return OwnData(
        np.array(X),
        np.array([classes.index(text) for text in texts]),
        (table.names[first], table.names[second]),
        classes,
    )


def _two_classes(table: Table, texts: list[str], column: int) -> tuple[str, str]:
    found = list(dict.fromkeys(texts))
    name = table.names[column]
    if len(found) == 1:
        raise TableError(
            f"column {name!r} holds one class only, {found[0]!r}: two are needed; choose another "
            "column or add rows"
        )
    if len(found) > len("01"):
        third = table.rows[texts.index(found[2])]
        raise TableError(
            f"line {third.line}, column {name!r}: {found[2]!r} is a third class beside "
            f"{found[0]!r} and {found[1]!r}; two are needed: remove rows or choose another column"
        )
    low, high = sorted(found, key=_class_order)
    return low, high


def _class_order(text: str) -> tuple[float, str]:
    """Order numbers by size, before all other texts by the alphabet."""
    return (float(text), text) if NUMBER.fullmatch(text) else (np.inf, text)
