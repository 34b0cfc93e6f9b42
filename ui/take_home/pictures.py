"""A picture for a slide: the three panels of the article at the chosen frame, PNG and SVG."""

from io import BytesIO

from mlp import Run
from mlp.base.version import __version__
from ui.charts import figures
from ui.take_home.entry import Tell

PNG_DPI = 160


def png(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - one picture
    """Return a PNG 2080 pixels wide, which names the run in its metadata."""
    about = {"Software": f"xor-dashboard {__version__}", "Source": address}
    buffer = BytesIO()
    figures.three_panels(run, frame).savefig(buffer, format="png", dpi=PNG_DPI, metadata=about)
    return buffer.getvalue()


def svg(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - one picture
    """Return an SVG; its letters are outlines, so that it looks the same everywhere."""
    about = {"Creator": f"xor-dashboard {__version__}", "Source": address, "Date": None}
    buffer = BytesIO()
    figures.three_panels(run, frame).savefig(buffer, format="svg", metadata=about)
    return buffer.getvalue()
