"""Read points from a table: a CSV file, or cells pasted from a spreadsheet.

Comma, semicolon or tab; decimal point or, unless commas part the cells, decimal comma; with or
without a line of names. What cannot be used is refused by its line, column and value, with the
remedy. Nothing is guessed twice: ``read_table`` finds cells, ``read_points`` gives them meaning.

A line ends where an editor ends it, at CR, LF or both; U+2028 and its like are part of a cell. A
row has the number of the line on which it begins. Byte order marks are dropped wherever they stand,
as files that were put together have several. Classes that are written as numbers are the same where
the numbers are: 1 and 1.0. A table has one decimal mark: 1,5 beside 1.5 is refused, as is 1,5,2,0,a
without a line of names, which can be read in two ways.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlp.data.own import FEWEST_POINTS, LARGEST, LONGEST_NAME, MOST_POINTS, OwnData

LARGEST_FILE = 1_000_000  # bytes
MOST_COLUMNS = 100
MOST_TOLD = 10  # mistakes
COLUMNS_NEEDED = 3
SHARED_SHOWN = 10  # characters before where two long names differ
SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma"}
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"[+-]?[0-9]+")
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|∞)", re.IGNORECASE)
BYTE_ORDER_MARK = "\ufeff"
MISSING = frozenset({"", "na", "n/a", "null", "none", "-", "?", "#n/a"})


class TableError(ValueError):
    """A table that cannot be used: says where, what stands there, and what to do.

    Of several mistakes each has a line of the text; after ten comes how many more there are.
    """


# What is wrong with a table, by the line of the file and the column, -1 for a row as a whole.
Mistakes = dict[tuple[int, int], str]


def _refuse(mistakes: Mistakes) -> None:
    """Raise TableError where there are mistakes, in the order of the file."""
    told = [mistakes[place] for place in sorted(mistakes)]
    if len(told) > MOST_TOLD:
        told = [*told[:MOST_TOLD], f"and {len(told) - MOST_TOLD:,} more"]
    if told:
        raise TableError("\n".join(told))


class Row(NamedTuple):
    """One row of cells, and the line of the file where it begins, from 1."""

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
        shown = f"{value!r} " if value else ""
        return TableError(f"line {row.line}, column {self.names[column]!r}: {shown}{why}")

    def label(self, row: Row, column: int) -> str:
        """Return a cell as the name of a class, or raise TableError where it is empty."""
        text = row.cells[column].strip()
        if text.lower() in MISSING - {"-", "none"}:
            raise self._refusal(row, column, "a class is missing; fill it in or remove the row")
        return text

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
        return len({self.class_key(row.cells[column]) for row in self.rows}) == len("01")

    def class_key(self, text: str) -> str | float:
        """Return what tells a class from another: its number where it is one, else its text."""
        text = text.strip()
        plain = text.replace(",", ".") if self.decimal_comma else text
        return float(plain) if NUMBER.fullmatch(plain) else text

    def mixed_marks(self, columns: Sequence[int]) -> Mistakes:
        """Return the cells with another decimal mark than the first that has one."""
        first: tuple[Row, int] | None = None
        mistakes: Mistakes = {}
        for row in self.rows if self.decimal_comma else ():
            for column in columns:
                marks = {mark for mark in ".," if mark in row.cells[column]}
                if not marks:
                    continue
                first = first or (row, column)
                text = first[0].cells[first[1]].strip()
                if not marks <= set(text):
                    mark = "comma" if "," in marks else "point"
                    why = (
                        f"has a decimal {mark}, and {text!r} in line {first[0].line} has none; "
                        "write all numbers alike"
                    )
                    mistakes[row.line, column] = str(self._refusal(row, column, why))
        return mistakes

    def unreadable(self, columns: Sequence[int], label: int) -> Mistakes:
        """Return the cells that are no number, or no class, where there has to be one."""
        mistakes: Mistakes = {}
        for row in self.rows:
            for column in (*columns, label):
                try:
                    self.label(row, column) if column == label else self.number(row, column)
                except TableError as refusal:
                    mistakes[row.line, column] = str(refusal)
        return mistakes


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
        return content.decode("utf-8").replace(BYTE_ORDER_MARK, "")
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
    rows, broken = _rows(text, separator)
    width = len(rows[0].cells)
    if not COLUMNS_NEEDED <= width <= MOST_COLUMNS:
        raise TableError(
            f"line {rows[0].line} has {width} columns: there must be {COLUMNS_NEEDED} to "
            f"{MOST_COLUMNS}, two of numbers and one of classes"
        )
    uneven = {
        (row.line, -1): f"line {row.line} has {len(row.cells)} cells, and line {rows[0].line} "
        f"has {width}: every row needs the same number, parted by a {SEPARATORS[separator]}"
        for row in rows
        if len(row.cells) != width
    }
    even = tuple(row for row in rows if len(row.cells) == width)
    table = Table(tuple(f"column {i + 1}" for i in range(width)), even, separator != ",")
    named = not any(_looks_numeric(table, rows[0], i) for i in range(width))
    if named:
        table = Table(_names(rows[0].cells), table.rows[1:], table.decimal_comma)
    wrong = uneven | broken
    _refuse(wrong and wrong | _mistakes_as_guessed(table, whole=not broken))
    if separator == "," and not named:
        _refuse_two_readings(rows)
    if not FEWEST_POINTS <= len(table.rows) <= MOST_POINTS:
        raise TableError(
            f"{len(table.rows):,} rows: there must be {FEWEST_POINTS} to {MOST_POINTS:,}"
        )
    return table


def _separator(text: str) -> str:
    """Return what parts the cells: of tab, semicolon and comma the first that most lines have."""
    lines = [line for line in _lines(text) if line.strip()][:50]
    for separator in SEPARATORS:
        if sum(line.count(separator) >= COLUMNS_NEEDED - 1 for line in lines) > len(lines) / 2:
            return separator
    raise TableError(
        f"line 1: {lines[0].strip()[:LONGEST_NAME]!r} has fewer than "
        f"{COLUMNS_NEEDED} columns; part the cells by commas, semicolons or tabs"
    )


def _lines(text: str) -> list[str]:
    """Return the lines as an editor counts them, with what ends them."""
    return list(io.StringIO(text, newline=""))


def _rows(text: str, separator: str) -> tuple[list[Row], Mistakes]:
    """Return the rows that are not empty, and the quotation mark that ended them too early."""
    rows: list[Row] = []
    broken: Mistakes = {}
    for row in _records(_lines(text), separator, broken):
        if any(cell.strip() for cell in row.cells):
            rows.append(row)
        if len(rows) > MOST_POINTS + 1:
            raise TableError(f"more than {MOST_POINTS:,} rows: remove some")
    if not rows:
        _refuse(broken)
        raise TableError("all cells are empty; there must be rows of two numbers and a class")
    return rows, broken


def _records(lines: Sequence[str], separator: str, broken: Mistakes) -> Iterator[Row]:
    """Yield each record; end at one with a wrong quotation mark, and tell ``broken`` of it."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        begin = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            opens = _open_quotation(lines, begin)
            line, why = reader.line_num, f"{error}; check the quotation marks"
            if opens is not None:
                line = opens
                why = "a quotation mark opens here and is never closed; close it or remove it"
            broken[line, -1] = f"line {line}: {why}"
            return
        yield Row(begin, cells)


def _open_quotation(lines: Sequence[str], begin: int) -> int | None:
    """Return the line, from 1, of a quotation mark without its partner from line ``begin`` on."""
    opens = None
    for number, line in enumerate(lines[begin - 1 :], begin):
        if line.count('"') % 2:
            opens = number if opens is None else None
    return opens


def _looks_numeric(table: Table, row: Row, column: int) -> bool:
    try:
        table.number(row, column)
    except TableError:
        return False
    return True


def _refuse_two_readings(rows: Sequence[Row]) -> None:
    """Raise TableError where every comma between whole numbers may be a decimal comma as well.

    1,5,2,0,a is two numbers and a class, or four numbers and a class; a line of names decides.
    """
    numbers = [row.cells[:-1] for row in rows]
    fractions = {4: ((1, 3),), 3: ((1,), (2,))}.get(len(numbers[0]), ())
    whole = all(WHOLE.fullmatch(cell.strip()) for cells in numbers for cell in cells)
    if whole and any(
        all(cells[place].strip().isdigit() for cells in numbers for place in places)
        for places in fractions
    ):
        line = ",".join(rows[0].cells)[:LONGEST_NAME]
        raise TableError(
            f"line {rows[0].line}: {line!r} can be read in two ways, its commas between cells or "
            "in numbers; part the cells by semicolons, or put a line of names above"
        )


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
        With the line, the column and the value of each cell that cannot be used.
    """
    if len({first, second, label}) < COLUMNS_NEEDED:
        raise TableError("choose three different columns: two of numbers and one of classes")
    _refuse(_mistakes(table, first, second, label))
    texts = _texts(table, table.rows, label)
    X = [[table.number(row, first), table.number(row, second)] for row in table.rows]
    classes = _two_classes(table, texts, label)
    return OwnData(
        np.array(X),
        np.array([classes.index(text) for text in texts]),
        (table.names[first], table.names[second]),
        short_names(*classes),
    )


def _mistakes(table: Table, first: int, second: int, label: int) -> Mistakes:
    """Return all that is wrong with the cells of three columns."""
    mistakes = table.mixed_marks((first, second)) | table.unreadable((first, second), label)
    classed = [row for row in table.rows if (row.line, label) not in mistakes]
    return mistakes | _other_classes(table, classed, _texts(table, classed, label), label)


def _mistakes_as_guessed(table: Table, *, whole: bool) -> Mistakes:
    """Return what is wrong with the cells, where it can be told which columns are meant.

    Of a table that is not whole, only where the classes are no numbers: more rows might show that
    another column has them.
    """
    first, second, label = guess_columns(table)
    numeric = (any(_looks_numeric(table, row, i) for row in table.rows) for i in (first, second))
    told = all(numeric) and (whole or not table.is_numeric(label))
    if len(table.names) > COLUMNS_NEEDED or not told:
        return {}
    return _mistakes(table, first, second, label)


def _texts(table: Table, rows: Sequence[Row], label: int) -> list[str]:
    """Return the class of each row, as it is written first."""
    written: dict[str | float, str] = {}
    for row in rows:
        written.setdefault(table.class_key(row.cells[label]), table.label(row, label))
    return [written[table.class_key(row.cells[label])] for row in rows]


def short_names(low: str, high: str) -> tuple[str, str]:
    """Return the names of two classes short, and still different.

    Examples
    --------
    >>> short_names("a" * 50 + "1", "a" * 50 + "2")
    ('…aaaaaaaaaa1', '…aaaaaaaaaa2')
    """
    if low[:LONGEST_NAME] != high[:LONGEST_NAME]:
        return low[:LONGEST_NAME], high[:LONGEST_NAME]
    pairs = zip(low, high, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(low), len(high)))
    begin = same - SHARED_SHOWN
    return f"…{low[begin:]}"[:LONGEST_NAME], f"…{high[begin:]}"[:LONGEST_NAME]


def _other_classes(
    table: Table, rows: Sequence[Row], texts: Sequence[str], column: int
) -> Mistakes:
    """Return the rows of a third class, and of any more; ``texts`` are the classes of ``rows``."""
    kept = list(dict.fromkeys(texts))[: len("01")]
    shown = [text[:LONGEST_NAME] for text in kept]
    return {
        (row.line, column): f"line {row.line}, column {table.names[column]!r}: "
        f"{text[:LONGEST_NAME]!r} is a third class beside {shown[0]!r} and {shown[1]!r}; two are "
        "needed: remove rows or choose another column"
        for row, text in zip(rows, texts, strict=True)
        if text not in kept
    }


def _two_classes(table: Table, texts: list[str], column: int) -> tuple[str, str]:
    found = list(dict.fromkeys(texts))
    name = table.names[column]
    if len(found) == 1:
        raise TableError(
            f"column {name!r} holds one class only, {found[0][:LONGEST_NAME]!r}: two are needed; "
            "choose another column or add rows"
        )
    low, high = sorted(found, key=lambda text: _order(table.class_key(text)))
    return low, high


def _order(key: str | float) -> tuple[float, str]:
    """Order numbers by size, before all other texts by the alphabet."""
    return (np.inf, key) if isinstance(key, str) else (key, "")
