"""Charts as the browser gets them: made once, for all who look at the same."""

import threading
from collections.abc import Callable
from functools import lru_cache
from weakref import WeakKeyDictionary

import altair as alt

from mlp import Experiment, Run
from ui.charts import curves
from ui.charts.curves import Axes
from ui.charts.picture import ROWS, Picture, Spec, arrow, spec_of

Draw = Callable[[Run, Axes], Picture]
KEPT_SCHEDULES = 200  # of 10 kB each
# The settings that a learning rate over the steps comes from.
RATES = ("steps", "learning_rate", "schedule", "decay_rate", "transition_steps", "end_fraction",
         "warmup_steps")  # fmt: skip

_made: WeakKeyDictionary[Run, dict[tuple[Draw, Axes], Spec]] = WeakKeyDictionary()
_lock = threading.Lock()


def chart_of(draw: Draw, run: Run, axes: Axes) -> Spec:
    """Return a chart for ``st.vega_lite_chart``, kept as long as its run.

    Parameters
    ----------
    draw : callable
        One of ``ui.charts.curves``.
    run : Run
        A finished run.
    axes : Axes
        Linear or logarithmic.
    """
    with _lock:
        specs = _made.setdefault(run, {})
    if (draw, axes) not in specs:
        specs[draw, axes] = draw(run, axes).spec()
    return dict(specs[draw, axes])


def schedule_chart(experiment: Experiment, theme: str) -> Spec:
    """Return the picture of a run's learning rates for ``st.vega_lite_chart``."""
    rates = {name: getattr(experiment, name) for name in RATES}
    return dict(_schedule_chart(Experiment(**rates), theme))


@lru_cache(maxsize=KEPT_SCHEDULES)
def _schedule_chart(experiment: Experiment, theme: str) -> Spec:
    chart = curves.schedule(experiment, theme)
    rows = arrow(chart.data)
    chart.data = alt.NamedData(name=ROWS)
    return spec_of(chart) | {"datasets": {ROWS: rows}}
