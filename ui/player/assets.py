"""The player's own HTML and CSS."""

from pathlib import Path

_HERE = Path(__file__).parent

HTML = (_HERE / "player.html").read_text(encoding="utf-8")
CSS = (_HERE / "player.css").read_text(encoding="utf-8")
