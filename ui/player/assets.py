"""The player's own HTML, CSS and JavaScript, joined without a build step.

The JavaScript is written as ES modules, one idea a file. Joined into one text,
imports among them fall away and so do all exports but the default one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    return bundle((*SCRIPTS, "player") if streamlit else SCRIPTS)


def bundle(names: Sequence[str], folder: Path = _HERE / "js") -> str:
    """Join ES modules into one text, without the imports and exports among them.

    Parameters
    ----------
    names : sequence of str
        Modules without ".js", each after those it needs when it is loaded.
    folder : Path
        Where they are; the player's by default.

    Returns
    -------
    str
        Source text: imports fall away, and all exports but the default one.
    """
    modules = ((folder / f"{name}.js").read_text(encoding="utf-8") for name in names)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in modules)
