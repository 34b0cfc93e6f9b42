"""What a browser remembers of the course counts only as far as an address would."""

import pytest

from ui.course import memory


def test_progress_is_read_and_leads_to_the_next_open_step() -> None:
    params = {"course": ["3"], "passed": ["1.2"], "said": ["2-0"]}
    assert memory.read("course=3&passed=1.2&said=2-0") == params
    assert memory.read("course=2&passed=2.1&said=2-0") == params
    assert memory.read("course=9&passed=9.10") == {"course": ["1"], "passed": ["9.10"]}
    assert memory.read("said=2") == {"course": ["1"], "said": ["2"]}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        7,
        ["passed=1"],
        {"passed": "1"},
        "",
        "course=3",
        "passed=11",
        "passed=1&passed=2",
        "said=9",
        "said=<b>",
        "[1](https://example.org)",
        "passed=1&x=" + "1" * 200,
    ],
)
def test_what_is_no_progress_is_left_out(stored: object) -> None:
    assert memory.read(stored) is None


def test_of_what_is_stored_nothing_else_is_taken() -> None:
    stored = "passed=1&present=1&embed=true&course=%3Cb%3E&said=%5Bx%5D"
    assert memory.read(stored) == {"course": ["2"], "passed": ["1"]}
