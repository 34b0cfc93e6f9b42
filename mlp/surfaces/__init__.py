"""Descent on functions that can be drawn: curves, error surfaces, a fitted line."""

from mlp.surfaces.surfaces import SURFACES

__all__ = ["SURFACES"]
