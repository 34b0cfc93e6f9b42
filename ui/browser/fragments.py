"""The HTML and CSS that several components share: colours, cards, and the transport bar."""

import html
from pathlib import Path
from string import Template

_HERE = Path(__file__).parent

CSS = (_HERE / "shared.css").read_text(encoding="utf-8")


def fill(path: Path, *, moment: str, options: str = "") -> str:
    """Return a player's HTML with the transport bar in place of ``$transport``.

    Parameters
    ----------
    path : Path
        The player's HTML.
    moment : str
        What the scrubber chooses, for who cannot see it.
    options : str
        HTML of ours for what this player alone offers behind the button "More".
    """
    bar = Template((_HERE / "transport.html").read_text(encoding="utf-8"))
    page = Template(path.read_text(encoding="utf-8"))
    return page.substitute(
        transport=bar.substitute(label=html.escape(moment), options=options).rstrip()
    )
