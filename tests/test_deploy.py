"""What an administrator is given: it names what is there, and its programs take it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from streamlit import config

from tests.browser.proxy import configuration

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
PROXY, UNIT = DEPLOY / "haproxy.cfg", DEPLOY / "xor-dashboard@.service"
CONTAINER = DEPLOY / "Containerfile"
NEEDED = {"mlp", "ui", "pages", "streamlit_app.py", ".streamlit", "requirements.txt"}


def text(path: Path) -> str:
    """A file without its comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def test_haproxy_takes_the_configuration_as_it_stands_and_as_it_is_tested(tmp_path: Path) -> None:
    program = shutil.which("haproxy")
    if program is None:
        pytest.skip("haproxy is not installed: apt-get install haproxy")
    tested = tmp_path / "haproxy.cfg"
    tested.write_text(configuration(18501, ["127.0.0.1:18502", "127.0.0.1:18503"]))
    for path in (PROXY, tested):
        subprocess.run([program, "-c", "-q", "-f", str(path)], check=True)


def test_the_tested_configuration_differs_in_addresses_alone() -> None:
    tested = configuration(18501, ["127.0.0.1:18502"])
    assert "    bind 127.0.0.1:18501\n" in tested
    assert re.findall(r"^ *server (.*)$", tested, re.MULTILINE) == ["p1 127.0.0.1:18502 cookie p1"]
    kept = [line for line in text(PROXY).splitlines() if line.strip()]
    other = re.compile(r" *(bind|server|user|group) ")
    assert [line for line in kept if not other.match(line) and line not in tested] == []


def test_every_process_has_a_cookie_of_its_own() -> None:
    servers = re.findall(r"^ *server (\S+) (\S+) cookie (\S+)$", text(PROXY), re.MULTILINE)
    assert len(servers) >= 2
    assert all(name == cookie for name, _, cookie in servers)
    assert len({at for _, at, _ in servers}) == len(servers)


def test_the_options_that_are_set_are_streamlits() -> None:
    for path in (UNIT, CONTAINER):
        for option in re.findall(r"--([a-z]+\.[a-zA-Z]+)", text(path)):
            config.get_option(option)
    [name] = re.findall(r"STREAMLIT_(\w+)=", text(UNIT))
    assert name == "BROWSER_SERVER_ADDRESS"
    config.get_option("browser.serverAddress")


def test_the_container_holds_what_the_dashboard_needs_and_no_more() -> None:
    copied = re.findall(r"^COPY (\S+) \S+$", text(CONTAINER), re.MULTILINE)
    assert set(copied) == NEEDED
    assert all((ROOT / name).exists() for name in copied)
    assert "USER dashboard" in text(CONTAINER)
