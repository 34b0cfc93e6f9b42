"""One HTML file that plays a run in any browser, without a server and without the internet.

It holds the dashboard's own player, the recorded run, and nothing that it would have to load: a
Content-Security-Policy forbids every connection, and every script but the one named by its hash.
"""

import base64
import hashlib
import html
import json
from datetime import date
from pathlib import Path
from string import Template
from typing import Any

from mlp import Experiment, Run
from mlp.base.version import __version__
from mlp.experiment import format_value
from ui.browser.bundle import bundle
from ui.player import Lane
from ui.player.assets import CSS, HTML
from ui.player.events import events_of
from ui.player.payload import Options, build_payload
from ui.take_home import citation
from ui.take_home.entry import Tell
from ui.words import numbers

_HERE = Path(__file__).parent


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def page(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - the whole run
    """Return the page; text in it is escaped, and a run in it cannot end its script."""
    experiment = run.experiment
    script = bundle(_HERE / "page.js")
    title = f"{experiment.hidden} hidden neurons, learning rate {experiment.learning_rate:g}"
    filled = Template(_read("page.html")).substitute(
        policy=policy(script),
        program=html.escape(f"xor-dashboard {__version__}"),
        title=html.escape(title),
        summary=html.escape(summary(run)),
        style=_read("page.css") + CSS,
        player=HTML,
        settings=settings(experiment),
        link=link(address),
        citation=html.escape(citation.line(address, date.today())),
        payload=in_script(build_payload([lane(run)], Options())),
        script=script,
    )
    return filled.encode("utf-8")


def policy(script: str) -> str:
    """Return a policy that lets this one script run, and nothing be loaded.

    Styles are free: the player sets sizes and colours of its elements.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'"


def lane(run: Run) -> Lane:
    """Return the run as the player takes it."""
    steps = run.experiment.steps
    return Lane("run", "", run, planned_steps=steps, follow=False, events=events_of(run))


def in_script(payload: dict[str, Any]) -> str:
    """Return JSON that no HTML parser sees an end of script or a comment in."""
    return json.dumps(payload, separators=(",", ":")).replace("<", "\\u003c")


def summary(run: Run) -> str:
    """Say in a sentence what is to be seen."""
    ended = numbers.ending(run)
    last = f"{run.steps[-1]:,} steps; then the loss is {numbers.short(run.loss[-1])}, and "
    last += f"{run.accuracy[-1]:.1%} of all {len(run.data.X):,} points are classified right."
    return ended or last


def settings(experiment: Experiment) -> str:
    """Return the rows of a table of all settings."""
    return "\n".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(format_value(value))}</td></tr>"
        for name, value in experiment.to_dict().items()
    )


def link(address: str) -> str:
    """Return an address as a link where it is one of the web, else as text."""
    text = html.escape(address)
    if not address.startswith(("http://", "https://")):
        return text
    return f'<a href="{text}" rel="noreferrer">{text}</a>'
