"""Numbers for spreadsheets and data frames: CSV and Parquet, a row a frame or a row a point."""

from io import BytesIO

import pandas as pd

from mlp import Run
from ui import charts
from ui.export.entry import Tell

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
    return to_csv(charts.table(run))


def parquet(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - all frames
    """Return the same numbers as a Parquet file, with their types."""
    buffer = BytesIO()
    charts.table(run).to_parquet(buffer, index=False)
    return buffer.getvalue()


def points(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - same points
    """Return the points of a run as CSV: coordinates, label, and whether they are trained on."""
    X, labels = run.data.X, run.data.labels
    trained = [i < run.data.n_train for i in range(len(X))]
    return to_csv(
        pd.DataFrame({"x0": X[:, 0], "x1": X[:, 1], "label": labels, "trained_on": trained})
    )
