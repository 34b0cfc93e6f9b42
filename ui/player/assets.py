"""The player's own HTML, CSS and JavaScript, joined without a build step.

The JavaScript is written as ES modules, one idea a file. Joined into one text,
imports among them fall away and so do all exports but the default one.
"""

from __future__ import annotations

import re
from pathlib import Path

_HERE = Path(__file__).parent

# A file comes after those it needs when it is loaded.
SCRIPTS = (
    "format",
    "decode",
    "network",
    "theme",
    "surface",
    "scale",
    "chart",
    "curves",
    "contour",
    "boundary",
    "graph_layout",
    "graph_words",
    "graph",
    "tooltip",
    "timeline",
    "playback",
    "transport",
    "gauge",
    "readout",
    "lane_view",
    "pointing",
    "stage",
    "create_player",
)

_IMPORT = re.compile(r"^import\s[^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


HTML = _read("player.html")


def bundle_css() -> str:
    """Return the style sheet."""
    return _read("player.css")


def bundle_js(*, streamlit: bool) -> str:
    """Return the JavaScript as one text.

    Parameters
    ----------
    streamlit : bool
        With Streamlit's side, as a module with a default export; without it,
        a script that defines `createPlayer(root, hooks)`, for a page of its own.

    Returns
    -------
    str
        Source text.
    """
    names = (*SCRIPTS, "player") if streamlit else SCRIPTS
    modules = (_read(f"js/{name}.js") for name in names)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in modules)
