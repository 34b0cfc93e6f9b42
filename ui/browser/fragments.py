"""The HTML and CSS that several components share: colours, cards, and the transport bar."""

import html
from pathlib import Path
from string import Template

_HERE = Path(__file__).parent

CSS = (_HERE / "shared.css").read_text(encoding="utf-8")


def fill(path: Path, *, moment: str, scale: str = "", options: str = "", **words: str) -> str:
    """Return a player's HTML with the transport bar in place of ``$transport``.

    Parameters
    ----------
    path : Path
        The player's HTML.
    moment : str
        What the scrubber chooses, for who cannot see it.
    scale : str
        How much room the scrubber gives to what, for who points at it.
    options : str
        HTML of ours for what this player alone offers behind the button "More".
    words : str
        Text for the other places of this player's HTML, by their names.
    """
    bar = Template((_HERE / "transport.html").read_text(encoding="utf-8"))
    page = Template(path.read_text(encoding="utf-8"))
    return page.substitute(
        transport=bar.substitute(
            label=html.escape(moment), scale=html.escape(scale), options=options
        ).rstrip(),
        **{name: html.escape(text) for name, text in words.items()},
    )
