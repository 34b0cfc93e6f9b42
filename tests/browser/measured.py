"""The real dashboard as a process of its own, and what it takes of processor and memory."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.browser.dashboard import (
    ROOT,
    Dashboard,
    end,
    free_port,
    server_command,
    wait_until_healthy,
)

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Server:
    """A running dashboard: where it answers, and its process."""

    dashboard: Dashboard
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """Host and port."""
        return self.dashboard.url.removeprefix("http://")

    def processor_seconds(self) -> float:
        """Return the processor time that it has used so far."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND

    def background_seconds(self) -> float:
        """Return the part of it in threads of low priority, which try what nobody waits for."""
        ticks = 0
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with suppress(OSError):  # it has just ended
                fields = (thread / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
                ticks += (int(fields[11]) + int(fields[12])) * (int(fields[16]) > 0)
        return ticks / TICKS_A_SECOND

    def megabytes(self) -> float:
        """Return its resident memory."""
        return int(self._proc("statm").split()[1]) * PAGE / 1e6

    def threads(self) -> int:
        """Return how many threads it has."""
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def errors(self) -> int:
        """Return how often the script raised something that nobody caught."""
        return self.dashboard.log().count("Uncaught app execution")

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self.process.pid}/{name}").read_text(encoding="ascii")


@contextmanager
def running_server(port: int | None = None) -> Iterator[Server]:
    """Start the dashboard on a port of this computer, a free one by itself; end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="load-", ignore_cleanup_errors=True) as folder:
        dashboard = Dashboard(f"http://127.0.0.1:{port or free_port()}", Path(folder) / "log.txt")
        with dashboard.log_path.open("wb") as log:
            process = subprocess.Popen(
                server_command(dashboard.url),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until_healthy(process, dashboard)
            yield Server(dashboard, process)
        finally:
            end(process)
