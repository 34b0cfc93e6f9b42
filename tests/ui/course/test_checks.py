"""What the checks of the course say of numbers."""

import pytest

from ui.course.checks import how_far


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (1.569e-15, "at the minimum, to rounding"),
        (0.0, "at the minimum, to rounding"),
        (2e-11, "less than a millionth from the minimum"),
        (0.005568, "0.005568 from the minimum"),
    ],
)
def test_a_distance_is_said_as_a_person_would(away: float, told: str) -> None:
    assert how_far(away, 9.487) == told
