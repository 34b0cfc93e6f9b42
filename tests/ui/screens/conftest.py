"""What the AppTests of all screens have in common."""

import pytest

from ui.jobs import runs

LONG = 60.0  # seconds


@pytest.fixture(autouse=True)
def _short_runs_arrive_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page wait for a short run to its end: a test that looks must not race against it."""
    monkeypatch.setattr(runs, "PATIENCE", LONG)
