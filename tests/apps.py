"""Visitors without a browser: what the AppTests of all screens share."""

import base64
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from mlp import Experiment

APP = Path(__file__).parents[1] / "streamlit_app.py"
PAGES = sorted((APP.parent / "pages").glob("*.py"))
TIMEOUT = 120  # seconds; the first run of a machine compiles


def arrive(page: str = "", /, **params: str | list[str]) -> AppTest:
    """A new visitor at the door of a screen, with this address; nothing has run yet."""
    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
    if page:
        app.switch_page(page)
    for name, value in params.items():
        app.query_params[name] = value
    return app


def payloads_of(app: AppTest) -> list[dict[str, Any]]:
    """What the players, and all else that is drawn by scripts of ours, are sent."""
    sent = [json.loads(entry.proto.json or "{}") for entry in app.get("bidi_component")]
    return [payload for payload in sent if isinstance(payload, dict)]


def frames_of(payload: dict[str, Any]) -> list[int]:
    """How many moments of each run a player is sent."""
    lanes = payload.get("lanes", [])
    steps = [lane["steps"] if "steps" in lane else lane["series"]["steps"] for lane in lanes]
    return [len(base64.b64decode(block)) // 8 for block in steps]


def params_of(app: AppTest) -> dict[str, str]:
    """The address, where each parameter must stand once."""
    params = {}
    for name, value in app.query_params.items():
        [params[name]] = [value] if isinstance(value, str) else value
    return params


def experiment_of(app: AppTest) -> Experiment:
    experiment: Experiment = app.session_state["experiment"]
    return experiment


def as_read(texts: Iterable[str]) -> list[str]:
    """Markdown without the escapes that keep it plain."""
    return [re.sub(r"\\([\W_])", r"\1", text) for text in texts]


def warnings_of(app: AppTest) -> list[str]:
    return as_read(warning.value for warning in app.warning)


def texts_of(app: AppTest) -> list[str]:
    """Everything said in paragraphs and captions, as it is read."""
    return as_read(element.value for element in (*app.markdown, *app.caption))
