"""Charts as the browser gets them: made once, for all who look at the same."""

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import altair as alt
import pyarrow as pa  # type: ignore[import-untyped]
from altair.utils import schemapi

from mlp import Experiment, Run
from ui.charts import curves
from ui.charts.curves import Axes

Draw = Callable[[Run, Axes], alt.LayerChart]
Spec = dict[str, Any]
ROWS = "rows"
KEPT_SCHEDULES = 200  # of 10 kB each
# The settings that a learning rate over the steps comes from.
RATES = ("steps", "learning_rate", "schedule", "decay_rate", "transition_steps", "end_fraction",
         "warmup_steps")  # fmt: skip

_made: WeakKeyDictionary[Run, dict[tuple[Draw, Axes], Spec]] = WeakKeyDictionary()
_lock = threading.Lock()


def spec_of(draw: Draw, run: Run, axes: Axes) -> Spec:
    """Return a chart for ``st.vega_lite_chart``, kept as long as its run.

    Parameters
    ----------
    draw : callable
        One of ``ui.charts.curves``, whose layers share one table.
    run : Run
        A finished run.
    axes : Axes
        Linear or logarithmic.
    """
    with _lock:
        specs = _made.setdefault(run, {})
    if (draw, axes) not in specs:
        specs[draw, axes] = _spec(draw(run, axes))
    return dict(specs[draw, axes])


def schedule_spec(experiment: Experiment, theme: str) -> Spec:
    """Return the picture of a run's learning rates for ``st.vega_lite_chart``."""
    rates = {name: getattr(experiment, name) for name in RATES}
    return dict(_schedule_spec(Experiment(**rates), theme))


@lru_cache(maxsize=KEPT_SCHEDULES)
def _schedule_spec(experiment: Experiment, theme: str) -> Spec:
    return _spec(curves.schedule(experiment, theme))


def _spec(chart: alt.Chart | alt.LayerChart) -> Spec:
    table = pa.Table.from_pandas(chart.data, preserve_index=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    chart.data = alt.NamedData(name=ROWS)
    spec: Spec = chart.to_dict(validate=schemapi.DEBUG_MODE)  # in the tests
    spec.pop("config", None)  # Altair's own theme, which Streamlit's replaces
    return spec | {"datasets": {ROWS: sink.getvalue().to_pybytes()}}
