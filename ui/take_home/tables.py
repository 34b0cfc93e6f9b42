"""Numbers for spreadsheets and data frames: CSV and Parquet, a row a frame or a row a point."""

from io import BytesIO

import numpy as np
import pandas as pd

from mlp import Run
from ui.charts import curves
from ui.take_home.entry import Tell

# A spreadsheet takes a cell that begins so for a formula. Source: OWASP, "CSV injection".
FORMULA_STARTS = ("=", "+", "-", "@")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, or for two cells.

    An apostrophe stands before what would begin a formula; what is no printable sign, a line
    break above all, becomes a blank.

    Examples
    --------
    >>> neutral("=1+1"), neutral("x0")
    ("'=1+1", 'x0')
    """
    plain = "".join(c if c.isprintable() else " " for c in text)
    return f"'{plain}" if plain.lstrip().startswith(FORMULA_STARTS) else plain


def to_csv(table: pd.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8; texts in it stay texts, numbers keep every digit."""
    safe = table.rename(columns=lambda name: neutral(str(name)))
    for position, dtype in enumerate(safe.dtypes):
        if not (pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)):
            texts = [neutral(str(value)) for value in safe.iloc[:, position]]
            safe.isetitem(position, texts)
    csv: str = safe.to_csv(index=False, lineterminator="\n")
    return csv.encode("utf-8")


def csv(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - all frames
    """Return every number of every frame but the weights, as CSV."""
    return to_csv(curves.table(run))


def parquet(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - all frames
    """Return the same numbers as a Parquet file, with their types."""
    buffer = BytesIO()
    curves.table(run).to_parquet(buffer, index=False)
    return buffer.getvalue()


def points(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - same points
    """Return the points of a run as CSV: coordinates, label, and whether they are trained on.

    Own points have their own names, original coordinates and classes.
    """
    data = run.data
    names = data.names or ("x0", "x1")
    labels = np.array(data.classes)[data.labels] if data.classes else data.labels
    table = pd.DataFrame(data.original(data.X))
    table["label"] = labels
    table["trained_on"] = np.arange(len(data.X)) < data.n_train
    # Named at last and by place: a column of own points may be called "label".
    return to_csv(table.set_axis([*names, "label", "trained_on"], axis="columns"))
