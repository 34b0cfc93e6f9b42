"""The points: built-in shapes, a visitor's own, and how a table becomes points."""

from mlp.data.shapes import DATASETS

__all__ = ["DATASETS"]
