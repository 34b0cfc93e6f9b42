"""A chart in two parts: how it looks, drawn once for many runs, and the numbers of one run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import pyarrow as pa  # type: ignore[import-untyped]
from altair.utils import schemapi

Spec = dict[str, Any]
Columns = Mapping[str, Any]  # arrays or lists of the same length
ROWS = "rows"
RESERVED = ("1", "2", "3", "4", "5")  # names that no series has; the sixth colour is the next


@dataclass(frozen=True)
class Picture:
    """A chart of a run.

    ``look`` names its data, and ``tables`` holds the columns of each name.
    """

    look: Spec
    tables: Mapping[str, Columns]
    title: str | list[str]
    description: str

    def plus(self, name: str, layer: Spec, columns: Columns) -> "Picture":
        """Return the chart with another layer on top, which has data of its own."""
        layers = [*self.look["layer"], layer | {"data": {"name": name}}]
        tables = {**self.tables, name: columns}
        return replace(self, look=self.look | {"layer": layers}, tables=tables)

    def spec(self) -> Spec:
        """Return it for ``st.vega_lite_chart``."""
        datasets = {name: arrow(columns) for name, columns in self.tables.items()}
        words = {"title": self.title, "description": self.description}
        return self.look | words | {"datasets": datasets}


def arrow(columns: Columns) -> bytes:
    """Return a table as Arrow's stream, which the browser reads."""
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    written: bytes = sink.getvalue().to_pybytes()
    return written


def spec_of(chart: alt.Chart | alt.LayerChart) -> Spec:
    """Return how a chart looks, without the theme that Streamlit replaces."""
    spec: Spec = chart.to_dict(validate=schemapi.DEBUG_MODE)  # in the tests
    return {name: value for name, value in spec.items() if name not in ("config", "$schema")}


def apart_from_runs(spec: Spec) -> Spec:
    """Return a chart whose series have other colours than the two runs that are played above it.

    The theme's first colours are those of the runs: its series take later ones.
    """
    return spec | {"layer": [_layer_apart(layer) for layer in spec["layer"]]}


def _layer_apart(layer: Spec) -> Spec:
    encoding = dict(layer["encoding"])
    for channel in ("color", "strokeDash"):
        if "scale" in (of := encoding.get(channel, {})):
            domain = of["scale"]["domain"]
            scale = of["scale"] | {"domain": [*RESERVED, *domain]}
            encoding[channel] = of | {"scale": scale, "legend": of["legend"] | {"values": domain}}
    return layer | {"encoding": encoding}
