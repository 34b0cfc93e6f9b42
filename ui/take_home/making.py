"""A file that takes longer than a second: made in the background, its progress shown."""

import threading

from mlp import Run
from ui.take_home.formats import Format


class _EndedError(Exception):
    """Somebody asked the making to end."""


class Making:
    """One file being made; a thread works on it, others read how far it is."""

    def __init__(self, name: str, entry: Format, run: Run, frame: int, address: str) -> None:
        """Prepare; ``start`` begins."""
        self.name = name
        self.run = run
        self.file_name = entry.name_for(run, frame)
        self.share = 0.0
        self.result: bytes | None = None
        self.error: Exception | None = None
        self._entry, self._frame, self._address = entry, frame, address
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self.result is not None or self.error is not None or self._stop.is_set()

    def start(self) -> None:
        """Begin, once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; nothing is kept."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        self._thread.join(seconds)

    def _tell(self, share: float) -> None:
        self.share = share
        if self._stop.is_set():
            raise _EndedError

    def _work(self) -> None:
        try:
            make = self._entry.make
            self.result = make(self.run, self._frame, self._address, self._tell)
        except _EndedError:
            return
        except Exception as error:  # noqa: BLE001 - shown to the visitor, and the page lives on
            self.error = error
