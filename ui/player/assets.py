"""The player's HTML and CSS: its own, and what it shares."""

from pathlib import Path

from ui.browser import fragments
from ui.words.glossary import TERMS

_HERE = Path(__file__).parent

HTML = fragments.fill(
    _HERE / "player.html",
    moment="Moment of the training run",
    scale="Every recorded frame has the same room: early steps more, later ones less",
    options=(_HERE / "options.html").read_text(encoding="utf-8"),
    accuracy=TERMS["accuracy"],
    loss=TERMS["loss"],
    rate=TERMS["learning rate"],
    product=f"{TERMS['rate × sharpness']} Sharpness: {TERMS['sharpness']}",
    boundary=TERMS["decision boundary"],
    norm=f"Norms of the two gradients at this step. Norm: {TERMS['norm']}",
)
CSS = fragments.CSS + (_HERE / "player.css").read_text(encoding="utf-8")
