"""How to cite a run: its program, version and address, as a line and as BibTeX."""

from datetime import date
from urllib.parse import urlencode, urlsplit, urlunsplit

from mlp import Experiment
from mlp.base.version import __version__

TITLE = "xor-dashboard: watch a neural network learn XOR, and see why its training explodes"
AUTHORS = "The xor-dashboard authors"
LOCAL_ADDRESS = "http://localhost:8501/"  # where the dashboard stands unless it is told otherwise


def address_of(experiment: Experiment, url: str | None, *, sub_page: bool = False) -> str:
    """Return the address that brings a run back: that of the Train screen with its settings.

    Parameters
    ----------
    experiment : Experiment
        The run's settings; what is at its default does not appear.
    url : str or None
        Address of the screen that asks; None where there is no browser.
    sub_page : bool
        Whether that is another screen, which stands one level below the Train screen.
    """
    parts = urlsplit(url or LOCAL_ADDRESS)
    path = parts.path.rstrip("/")
    if sub_page:
        path = path.rpartition("/")[0]
    query = urlencode(experiment.to_params())
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/", query, ""))


def line(address: str, today: date) -> str:
    """Return a citation as a line of text."""
    return f"{AUTHORS}. {TITLE}. Version {__version__}. {address} (visited {today.isoformat()})."


def bibtex(address: str, today: date) -> str:
    """Return a citation as an entry of BibTeX."""
    return (
        "@software{xor_dashboard,\n"
        f"  author  = {{{{{AUTHORS}}}}},\n"
        f"  title   = {{{TITLE}}},\n"
        f"  version = {{{__version__}}},\n"
        f"  year    = {{{today.year}}},\n"
        f"  url     = {{{address}}},\n"
        f"  urldate = {{{today.isoformat()}}}\n"
        "}\n"
    )
