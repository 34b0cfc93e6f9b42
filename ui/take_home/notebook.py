"""A run in a cell of a notebook: the same page that plays without a server, in a frame."""

import html
from dataclasses import dataclass, field

from mlp import Run
from ui.take_home import page
from ui.take_home.entry import silent

HEIGHT = 900  # pixels of the frame


@dataclass(frozen=True, eq=False)
class Replay:
    """A run as a notebook displays it."""

    run: Run = field(repr=False)
    height: int = HEIGHT

    def _repr_html_(self) -> str:
        """Return the frame; the page in it is escaped, and may load nothing."""
        inside = html.escape(page.page(self.run, 0, "", silent).decode("utf-8"))
        return (
            f'<iframe srcdoc="{inside}" sandbox="allow-scripts" width="100%" '
            f'height="{int(self.height)}" style="border: 0" title="The run"></iframe>'
        )


def replay(run: Run, *, height: int = HEIGHT) -> Replay:
    """Show a run in a notebook: the last line of a cell is enough.

    Parameters
    ----------
    run : Run
        From ``mlp.train``.
    height : int
        Of the frame, in pixels.

    Examples
    --------
    >>> from mlp import Experiment, train
    >>> replay(train(Experiment(steps=10)))  # doctest: +ELLIPSIS
    Replay(...)
    """
    return Replay(run, height)
