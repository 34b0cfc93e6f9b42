"""The HTML and CSS of the player of descents: its own, and what the players share."""

from pathlib import Path

from ui.player import assets

_HERE = Path(__file__).parent


def _transport() -> str:
    """The transport bar as the live player has it."""
    start, end = (assets.HTML.index(f'<div class="{name}') for name in ("transport card", "stage"))
    return assets.HTML[start:end].replace("Moment of the training run", "Moment of the descent")


HTML = (_HERE / "descent.html").read_text(encoding="utf-8").replace("TRANSPORT", _transport())
CSS = assets.CSS + (_HERE / "descent.css").read_text(encoding="utf-8")
