"""The rows of a chart, read back from what is sent to the browser."""

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]

from ui.charts.picture import ROWS, Picture


def rows_of(chart: Picture, name: str = ROWS) -> pd.DataFrame:
    sent: pd.DataFrame = pa.ipc.open_stream(chart.spec()["datasets"][name]).read_pandas()
    return sent
