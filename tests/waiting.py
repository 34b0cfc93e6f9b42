"""Waiting for what another thread does."""

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds; far more than anything takes


def wait_until(happened: Callable[[], bool]) -> None:
    """Look again and again until something has happened."""
    deadline = time.monotonic() + PATIENCE
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert happened()
