"""A real HAProxy before real dashboards, on this computer."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.browser.dashboard import ROOT, end, free_port

CONFIGURATION = ROOT / "deploy" / "haproxy.cfg"
AS_ROOT = re.compile(r"^\s*(user|group) .*\n", re.MULTILINE)
SERVER = re.compile(r"^ *server .*\n", re.MULTILINE)


def configuration(port: int, servers: Sequence[str]) -> str:
    """Return deploy/haproxy.cfg for a free port of this computer and some running servers."""
    text = AS_ROOT.sub("", CONFIGURATION.read_text(encoding="utf-8"))
    lines = (f"    server p{i} {at} cookie p{i}\n" for i, at in enumerate(servers, start=1))
    text = SERVER.sub("", text).replace("bind :80\n", f"bind 127.0.0.1:{port}\n")
    return text.rstrip() + "\n" + "".join(lines)


@contextmanager
def running_proxy(servers: Sequence[str]) -> Iterator[str]:
    """Start HAProxy before some servers, and end it afterwards; gives its host and port."""
    program = shutil.which("haproxy")
    if program is None:
        raise SystemExit("haproxy is not installed: apt-get install haproxy")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="proxy-") as folder:
        path = Path(folder) / "haproxy.cfg"
        path.write_text(configuration(port, servers), encoding="utf-8")
        process = subprocess.Popen(
            [program, "-q", "-db", "-f", str(path)], stdin=subprocess.DEVNULL
        )
        try:
            yield f"127.0.0.1:{port}"
        finally:
            end(process)
