"""Whether visitors' pages are still open: nobody needs a training that nobody will see."""

import time

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

GRACE = 2.0  # seconds for a page to come back, after its connection was lost for a moment


class Presence:
    """The visitor whose script makes this; outside any, somebody who never leaves."""

    def __init__(self) -> None:
        """Note whose script this thread runs."""
        context = get_script_run_ctx(suppress_warning=True)
        self.visitor: str | None = None if context is None else context.session_id
        self._seen_at = time.monotonic()

    def is_here(self) -> bool:
        """Whether the page is open, or was a moment ago; any thread may ask."""
        if self.visitor is None or not runtime.exists():
            return True
        now = time.monotonic()
        if runtime.get_instance().is_active_session(self.visitor):
            self._seen_at = now
        return now - self._seen_at < GRACE


class Audience:
    """All visitors who wait for the same; it is wanted as long as one of them is here."""

    def __init__(self) -> None:
        """Begin without any."""
        self._present: list[Presence] = []

    @property
    def visitor(self) -> str | None:
        """The one who came first."""
        return self._present[0].visitor if self._present else None

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._present)

    def add(self, presence: Presence) -> None:
        """Let one more wait."""
        self._present.append(presence)

    def remove(self, presence: Presence) -> None:
        """Let one go."""
        self._present.remove(presence)

    def is_here(self) -> bool:
        """Whether any page is open, or was a moment ago; any thread may ask."""
        return any(presence.is_here() for presence in list(self._present))
