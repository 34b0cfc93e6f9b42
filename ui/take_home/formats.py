"""Take a run home: every format is a function in a module of its own, and an entry of FORMATS."""

from collections.abc import Mapping

from ui.take_home import animation, page, pictures, script, tables, weights
from ui.take_home.entry import Format, NotOfferedError

__all__ = ["FORMATS", "Format", "NotOfferedError"]

FORMATS: Mapping[str, Format] = {
    "html": Format(
        "Web page that plays",
        "The player with this run in one file: opens in any browser, without a server.",
        "run.html",
        "text/html",
        page.page,
        ":material/play_circle:",
    ),
    "python": Format(
        "Python script",
        "This run's training written out, in NumPy alone; it prints the same final loss, as far as "
        "rounding does not grow in this run.",
        "train_xor.py",
        "text/x-python",
        script.script,
        ":material/code:",
        refusal=script.refusal,
    ),
    "png": Format(
        "Picture, PNG",
        "Accuracy, boundary and loss at this step, 2080 pixels wide.",
        "step_{step}.png",
        "image/png",
        pictures.png,
        ":material/image:",
    ),
    "svg": Format(
        "Picture, SVG",
        "The same picture, sharp at any size.",
        "step_{step}.svg",
        "image/svg+xml",
        pictures.svg,
        ":material/image:",
    ),
    "gif": Format(
        "Film, GIF",
        "The whole run in some seconds, for a slide or a chat.",
        "run.gif",
        "image/gif",
        animation.gif,
        ":material/movie:",
        slow=True,
    ),
    "mp4": Format(
        "Film, MP4",
        "The same film, smaller and in more colours.",
        "run.mp4",
        "video/mp4",
        animation.mp4,
        ":material/movie:",
        slow=True,
        refusal=animation.mp4_refusal,
    ),
    "csv": Format(
        "Numbers, CSV",
        "Everything recorded but the weights, a row a frame.",
        "run.csv",
        "text/csv",
        tables.csv,
        ":material/table:",
    ),
    "parquet": Format(
        "Numbers, Parquet",
        "The same table for pandas, Polars, DuckDB or R.",
        "run.parquet",
        "application/vnd.apache.parquet",
        tables.parquet,
        ":material/table:",
    ),
    "points": Format(
        "Points, CSV",
        "The points with their labels, and whether they are trained on.",
        "points.csv",
        "text/csv",
        tables.points,
        ":material/scatter_plot:",
    ),
    "json": Format(
        "Weights, JSON",
        "Settings, numbers, weights and gradients of this step.",
        "step_{step}.json",
        "application/json",
        weights.to_json,
        ":material/data_object:",
    ),
    "npz": Format(
        "Weights, NPZ",
        "All frames for NumPy: np.load('run.npz')['W1'] has a matrix a frame.",
        "run.npz",
        "application/octet-stream",
        weights.npz,
        ":material/data_array:",
    ),
}
