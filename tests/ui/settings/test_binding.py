"""Widgets for settings: how far the buttons beside a number go."""

import pytest

from ui.settings.binding import step_of


@pytest.mark.parametrize("value", [1e-5, 0.006, 0.03, 0.3, 1.0, 100.0])
def test_a_press_beside_a_number_changes_it_by_at_most_a_tenth_and_keeps_it_above_0(
    value: float,
) -> None:
    assert value / 100 < step_of(value) <= 0.1 * value * (1 + 1e-12)
