"""Charts of finished runs as the browser gets them: made once, for all who look at the run."""

import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import altair as alt
import pyarrow as pa  # type: ignore[import-untyped]
from altair.utils import schemapi

from mlp import Run
from ui.charts.curves import Axes

Draw = Callable[[Run, Axes], alt.LayerChart]
Spec = dict[str, Any]
ROWS = "rows"

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


def _spec(chart: alt.LayerChart) -> Spec:
    table = pa.Table.from_pandas(chart.data, preserve_index=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    chart.data = alt.NamedData(name=ROWS)
    spec: Spec = chart.to_dict(validate=schemapi.DEBUG_MODE)  # in the tests
    spec.pop("config", None)  # Altair's own theme, which Streamlit's replaces
    return spec | {"datasets": {ROWS: sink.getvalue().to_pybytes()}}
