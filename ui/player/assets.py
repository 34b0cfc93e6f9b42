"""The player's HTML and CSS: its own, and what it shares."""

from pathlib import Path

from ui.browser import fragments

_HERE = Path(__file__).parent

HTML = fragments.fill(
    _HERE / "player.html",
    moment="Moment of the training run",
    options=(_HERE / "options.html").read_text(encoding="utf-8"),
)
CSS = fragments.CSS + (_HERE / "player.css").read_text(encoding="utf-8")
