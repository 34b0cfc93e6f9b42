"""The HTML, CSS and JavaScript of the player of descents: its own, and what the players share."""

from pathlib import Path

from ui.player import assets

HERE = Path(__file__).parent

# A file comes after those it needs when it is loaded.
SHARED = (
    "format",
    "decode",
    "theme",
    "surface",
    "scale",
    "chart",
    "contour",
    "tooltip",
    "timeline",
    "playback",
    "transport",
)
OWN = (
    "runners",
    "plot",
    "curves_of_one",
    "curve_view",
    "landscape",
    "map_view",
    "solid_view",
    "fit_view",
    "board",
    "measure_chart",
    "create_descent",
    "descent",
)


def _transport() -> str:
    """The transport bar as the live player has it."""
    start, end = (assets.HTML.index(f'<div class="{name}') for name in ("transport card", "stage"))
    return assets.HTML[start:end].replace("Moment of the training run", "Moment of the descent")


HTML = (HERE / "descent.html").read_text(encoding="utf-8").replace("TRANSPORT", _transport())


def bundle_css() -> str:
    """Return the style sheet: the live player's, then what differs."""
    return assets.bundle_css() + (HERE / "descent.css").read_text(encoding="utf-8")


def bundle_js() -> str:
    """Return the JavaScript as one module."""
    return assets.bundle(SHARED) + "\n" + assets.bundle(OWN, folder=HERE / "js")
