"""Whether a visitor's page is still open: nobody needs a training that nobody will see."""

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
