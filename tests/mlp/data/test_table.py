"""Tables: every usual form is read, and everything else refused by line, column and value."""

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlp.data.own import OwnData
from mlp.data.table import (
    LARGEST_FILE,
    TableError,
    decode,
    guess_columns,
    read_points,
    read_table,
    short_names,
)

ROWS = [("0.5", "1", "a"), ("-1", "2e0", "b"), (".25", "+3", "a"), ("4.", "-0", "b")]
POINTS = [[0.5, 1.0], [-1.0, 2.0], [0.25, 3.0], [4.0, 0.0]]


def text(separator: str = ",", header: str = "x,y,kind") -> str:
    lines = ([header] if header else []) + [",".join(row) for row in ROWS]
    return "\n".join(lines).replace(",", separator)


def read(content: bytes | str) -> OwnData:
    table = read_table(decode(content) if isinstance(content, bytes) else content)
    return read_points(table, *guess_columns(table))


@pytest.mark.parametrize("header", ["x,y,kind", ""])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_usual_form_gives_the_same_points(
    separator: str, header: str, newline: str, mark: bytes
) -> None:
    own = read(mark + text(separator, header).replace("\n", newline).encode())
    assert own.X.tolist() == POINTS
    assert own.labels.tolist() == [0, 1, 0, 1]
    assert own.classes == ("a", "b")
    assert own.names == (("x", "y") if header else ("column 1", "column 2"))


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_read(separator: str) -> None:
    own = read(text(separator).replace(".", ","))
    assert own.X.tolist() == POINTS


@pytest.mark.parametrize(
    ("content", "first"),
    [
        ("a,b,c,d,kind\n1,5,2,0,u\n2,5,3,0,v\n0,5,1,0,v\n1,0,1,0,u\n", [1, 5]),  # named
        ("1,5,2,-1,u\n2,5,3,0,v\n0,5,1,0,v\n1,0,1,0,u\n", [1, 5]),  # no number ends in ,-1
        ("1,5,2.5,0,u\n2,5,3,0,v\n0,5,1,0,v\n1,0,1,0,u\n", [1, 5]),  # a decimal point
    ],
)
def test_commas_that_only_part_cells_are_read(content: str, first: list[float]) -> None:
    table = read_table(content)
    assert read_points(table, 0, 1, 4).X[0].tolist() == first


def test_cells_in_quotation_marks_and_around_blanks_are_read() -> None:
    own = read('"width, cm","height, cm",kind\n"1", 2 ,"a, b"\n3,4,c\n5,6,c\n7,8,c\n')
    assert own.names == ("width, cm", "height, cm")
    assert own.X.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert own.classes == ("a, b", "c")


def test_numbers_that_name_classes_are_ordered_by_size() -> None:
    assert read("1,2,10\n3,4,9\n5,6,10\n7,8,9\n").classes == ("9", "10")


def test_the_columns_meant_are_guessed_and_can_be_chosen() -> None:
    table = read_table("id,kind,a,b,c\nq,yes,1,2,3\nr,no,4,5,6\ns,no,7,8,9\nt,yes,1,1,1\n")
    assert guess_columns(table) == (2, 3, 1)
    assert read_points(table, 4, 2, 1).X.tolist() == [[3, 1], [6, 4], [9, 7], [1, 1]]
    with pytest.raises(TableError, match="choose three different columns"):
        read_points(table, 2, 2, 1)


def test_columns_of_one_name_are_told_apart() -> None:
    table = read_table("x,x,\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n")
    assert table.names == ("x", "x (column 2)", "column 3")


def broken(line: int, column: int, value: str) -> str:
    rows = [list(row) for row in ROWS]
    rows[line - 2][column] = value
    return "\n".join(["x,y,kind", *(",".join(row) for row in rows)])


@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("line", [2, 3, 5])
@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("", "a number is missing; fill it in or remove the row"),
        ("NA", "a number is missing; fill it in or remove the row"),
        ("inf", "must be finite; correct it or remove the row"),
        ("-Infinity", "must be finite; correct it or remove the row"),
        ("NaN", "must be finite; correct it or remove the row"),
        ("1e999", "must be from -1e+09 to 1e+09"),
        ("2000000000", "must be from -1e+09 to 1e+09"),
        ("twelve", "is not a number such as 1.5; correct it or choose another column"),
        ("1.2.3", "is not a number such as 1.5; correct it or choose another column"),
        ("1_000", "is not a number such as 1.5; correct it or choose another column"),
        ("0x10", "is not a number such as 1.5; correct it or choose another column"),
        ("١٢", "is not a number such as 1.5; correct it or choose another column"),
        ("=1+1", "is not a number such as 1.5; correct it or choose another column"),
        ("<b>1</b>", "is not a number such as 1.5; correct it or choose another column"),
    ],
)
def test_a_cell_that_is_no_number_is_named_with_its_place(
    value: str, remedy: str, line: int, column: int
) -> None:
    table = read_table(broken(line, column, value))
    with pytest.raises(TableError) as refusal:
        read_points(table, 0, 1, 2)
    shown = f"{value!r} " if value else ""
    assert str(refusal.value) == f"line {line}, column {'xy'[column]!r}: {shown}{remedy}"


def test_of_several_mistakes_all_are_told_in_the_order_of_the_file() -> None:
    content = "x;y;kind\n1,5;?;a\n2.5;2;b\n3;four;\n5;6;c\n7;8;a\n"
    with pytest.raises(TableError) as refusal:
        read_points(read_table(content), 0, 1, 2)
    assert str(refusal.value).splitlines() == [
        "line 2, column 'y': '?' a number is missing; fill it in or remove the row",
        "line 3, column 'x': '2.5' has a decimal point, and '1,5' in line 2 has none; write all "
        "numbers alike",
        "line 4, column 'y': 'four' is not a number such as 1.5; correct it or choose another "
        "column",
        "line 4, column 'kind': a class is missing; fill it in or remove the row",
        "line 5, column 'kind': 'c' is a third class beside 'a' and 'b'; two are needed: remove "
        "rows or choose another column",
    ]


@pytest.mark.parametrize("row", ["x,2,a", "1,2,a,b"])
@pytest.mark.parametrize(("count", "last"), [(10, "line 13"), (11, "and 1 more")])
def test_after_ten_mistakes_their_number_is_told(row: str, count: int, last: str) -> None:
    content = "\n".join(["x,y,kind", "1,2,a", "3,4,b", *[row] * count])
    with pytest.raises(TableError) as refusal:
        read_points(read_table(content), 0, 1, 2)
    lines = str(refusal.value).splitlines()
    assert len(lines) == min(count, 11)
    assert lines[-1].startswith(last)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \n\r\n ", "the file is empty"),
        (b"\x1c", "the file is empty"),
        (b"PK\x03\x04\x00\x00", "binary one"),
        (text().encode("utf-16"), "binary one"),
        ("x,y,kind\n1,2,größe\n".encode("latin-1"), "line 2: byte 0xf6 is not UTF-8; save"),
        (b"1,2,a\n" * 200_000, "1,200,000 bytes: a file must have at most 1,000,000"),
        (b"1,2,a\n" * 2001, "more than 2,000 rows|2,001 rows"),
        (b"1,2,a\n" * 5000, "more than 2,000 rows"),
        (b"1,2,a\n3,4,b\n5,6,a\n", "3 rows: there must be 4 to 2,000"),
        (b"x,y,kind\n", "0 rows: there must be 4 to 2,000"),
        (b"hello", "line 1: 'hello' has fewer than 3 columns; part the cells by commas"),
        (b"1 2 a\n3 4 b\n", "line 1: '1 2 a' has fewer than 3 columns"),
        (b"1,2\n3,4\n5,6\n7,8\n", "has fewer than 3 columns"),
        (b"1,2,a\n3,4\n5,6,b\n7,8,a\n", "line 2 has 2 cells, and line 1 has 3"),
        (b"1,2,a\n3,4,b,\n5,6,b\n7,8,a\n", "line 2 has 4 cells, and line 1 has 3"),
        (
            b'1,2,"a\n3,4,b\n5,6,b\n7,8,a\n',
            "line 1: a quotation mark opens here and is never closed",
        ),
        (b'1,2,"a"b\n3,4,b\n5,6,b\n7,8,a\n', "line 1: .*check the quotation marks"),
        (b"1,2,a\n3,4,a\n5,6,a\n7,8,a\n", "column 'column 3' holds one class only, 'a'"),
        (b"1,2,a\n3,4,b\n5,6,c\n7,8,a\n", "line 3, column 'column 3': 'c' is a third class"),
        (b"1,2,a\n3,4,\n5,6,b\n7,8,a\n", "line 2, column 'column 3': a class is missing"),
        (b"1,5,2,0,a\n2,5,3,0,b\n0,5,1,0,b\n1,0,1,0,a\n", "line 1: '1,5,2,0,a' can be read in two"),
        (b"1,5,-2,a\n2,5,3,b\n0,5,1,b\n1,0,1,a\n", "line 1: '1,5,-2,a' can be read in two ways"),
        (b"," * 200 + b"\n" + b"," * 200 + b"\n", "all cells are empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_remedy(
    content: bytes, message: str
) -> None:
    with pytest.raises(TableError, match=message):
        read(content)


def test_the_largest_file_is_read() -> None:
    rows = 2000
    content = b"x,y,kind\n" + b"".join(b"%d,%d,%d\n" % (i, i % 7, i % 2) for i in range(rows))
    assert len(content) < LARGEST_FILE
    assert len(read(content).labels) == rows


def attempt(content: bytes) -> tuple[OwnData | None, str]:
    """The points, or the sentence that refuses them; any other error fails the test."""
    try:
        return read(content), ""
    except TableError as error:
        return None, str(error)


CELLS = st.sampled_from(
    [
        "",
        "1",
        "-2.5",
        "a",
        "b",
        "nan",
        "1e400",
        '"',
        '""',
        "=cmd()",
        "x,y",
        "1;2",
        "\x00",
        "é",
        "<i>",
    ]
)


@settings(max_examples=150)
@given(
    rows=st.lists(st.lists(CELLS, max_size=5), max_size=12),
    separator=st.sampled_from([",", ";", "\t", "|", ", "]),
    encoding=st.sampled_from(["utf-8", "latin-1", "utf-16"]),
)
@example(rows=[["1", "2", "a"]] * 4, separator=",", encoding="utf-8")
def test_any_text_is_points_or_a_refusal_in_a_sentence_each(
    rows: list[list[str]], separator: str, encoding: str
) -> None:
    content = "\n".join(separator.join(row) for row in rows).encode(encoding)
    own, refusal = attempt(content)
    assert (own is None) != (refusal == "")
    assert own is None or np.isfinite(own.X).all()
    assert len(refusal.splitlines()) <= 11
    assert all(len(line) < 300 for line in refusal.splitlines())


@settings(max_examples=60)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_points_or_a_refusal(content: bytes) -> None:
    own, refusal = attempt(content)
    assert (own is None) != (refusal == "")


# --- what was decided about the corners of the format


def points_in(text: str) -> OwnData:
    table = read_table(text)
    return read_points(table, *guess_columns(table))


def test_classes_that_differ_late_stay_apart() -> None:
    long = "the same long beginning of both the names "
    own = points_in("".join(f"{i},{i * i},{long}{'AB'[i % 2]}\n" for i in range(8)))
    assert own.labels.tolist() == [0, 1] * 4
    assert own.classes[0] != own.classes[1]
    assert own.classes[0].endswith("A")
    assert all(len(name) <= 40 for name in own.classes)
    prefix = "p" * 45
    ends = points_in("".join(f"{i},{i * i},{prefix}{'q' * (i % 2)}\n" for i in range(8)))
    assert len(set(ends.classes)) == 2


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_short_names_of_different_classes_are_different(low: str, high: str) -> None:
    low, high = low.strip(), high.strip()
    if low != high:
        a, b = short_names(low, high)
        assert a != b
        assert len(a) <= 40 >= len(b)


def test_an_unclosed_quotation_mark_is_reported_where_it_opens() -> None:
    rows = ["x,y,c", "1,2,a", '3,4,"b', "5,6,a", "7,8,b", "9,9,a"]
    with pytest.raises(TableError, match=r"line 3: a quotation mark opens here and is never"):
        read_table("\n".join(rows))
    closed = ["x,y,c", '1,2,"a', 'a"', "3,4,b", '5,6,"c', "7,8,b"]
    with pytest.raises(TableError, match="line 5: a quotation mark opens"):
        read_table("\n".join(closed))


def test_an_unclosed_quotation_mark_is_reported_with_the_mistakes_above_it() -> None:
    rows = ["x,y,c", "1,2,a", "x,4,b", "5,6", '5,6,"a', "7,y,b", "9,9,a"]
    with pytest.raises(TableError) as refusal:
        read_table("\n".join(rows))
    told = str(refusal.value).split("\n")
    assert [line.partition(":")[0] for line in told] == [
        "line 3, column 'x'",
        "line 4 has 2 cells, and line 1 has 3",
        "line 5",
    ]
    assert told[2].startswith("line 5: a quotation mark opens here and is never closed")


def test_of_rows_cut_short_no_class_is_called_a_third_that_may_be_a_number() -> None:
    rows = ["kind,x,y", "0,1,4", "0,2,5", "0,3,6", '1,"7,8', "1,3,4", "1,5,9"]
    with pytest.raises(TableError) as refusal:
        read_table("\n".join(rows))
    assert str(refusal.value).startswith("line 5: a quotation mark opens here")
    assert "\n" not in str(refusal.value)


def test_1_and_1_0_are_the_same_class() -> None:
    own = points_in("0,1,1\n1,1,2\n2,0,1.0\n3,1,2.00\n")
    assert own.classes == ("1", "2")
    assert own.labels.tolist() == [0, 1, 0, 1]
    assert points_in("0;1;1,0\n1;1;2\n2;0;1\n3;1;2\n").labels.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "0,5;1;a\n1.5;2;b\n0;3;a\n2;2;b\n",
            "line 2, column 'column 1': '1.5' has a decimal p",
        ),
        ("0.5;1;a\n1;2;b\n0;3,25;a\n2;2;b\n", "line 3, column 'column 2': '3,25' has a decimal c"),
    ],
)
def test_two_decimal_marks_in_one_table_are_refused(text: str, said: str) -> None:
    with pytest.raises(TableError, match=re.escape(said)):
        points_in(text)


def test_thousands_beside_decimals_are_no_numbers() -> None:
    table = read_table("x;y;c\n1.234,5;1;a\n1;2;b\n0;3;a\n2;2;b\n")
    with pytest.raises(TableError, match="is not a number"):
        read_points(table, 0, 1, 2)


def test_byte_order_marks_are_dropped_wherever_they_stand() -> None:
    part = "1,2,a\n3,4,b\n".encode("utf-8-sig")
    own = points_in(decode("\ufeff".encode() + part + part + part))
    assert own.X.tolist() == [[1, 2], [3, 4]] * 3


def test_a_line_separator_of_unicode_is_part_of_its_cell() -> None:
    lines = ["x,y,c", "1,2,a\u2028a", "3,4,b", "5,6,a\u2028a", "7,8,b", "bad,9,b"]
    table = read_table("\n".join(lines))
    with pytest.raises(TableError, match="line 6, column 'x': 'bad'"):
        read_points(table, 0, 1, 2)
    assert points_in("\n".join(lines[:-1])).classes == ("a\u2028a", "b")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_in_an_editor(end: str) -> None:
    rows = ["x,y,c", "", '1,2,"a', 'a"', "3,4,b", "5,six,b", "7,8,b"]
    table = read_table(end.join(rows))
    assert [row.line for row in table.rows] == [3, 5, 6, 7]
    with pytest.raises(TableError, match="line 6, column 'y': 'six'"):
        read_points(table, 0, 1, 2)


def test_rows_of_another_length_and_cells_that_cannot_be_used_are_told_at_once() -> None:
    with pytest.raises(TableError) as refusal:
        read_table("x,y,kind\n1,2,a\n3,4\nfive,6,b\n7,8,a\n9,1,b\n2,2,c\n1,2,3,b\n4,4,a\n5,5,b\n")
    first, second, third, fourth = str(refusal.value).splitlines()
    assert first.startswith("line 3 has 2 cells, and line 1 has 3")
    assert second.startswith("line 4, column 'x': 'five' is not a number")
    assert third.startswith("line 7, column 'kind': 'c' is a third class beside 'a' and 'b'")
    assert fourth.startswith("line 8 has 4 cells")


@pytest.mark.parametrize("text", ["1,2,a\n3,4\n5,6,a\n7,6,a\n", "x,y,z,kind\n1,2,q,a\n3,4\n"])
def test_where_the_columns_are_in_doubt_rows_of_another_length_are_told_alone(text: str) -> None:
    with pytest.raises(TableError, match=r"\Aline \d has 2 cells[^\n]*\Z"):
        read_table(text)
