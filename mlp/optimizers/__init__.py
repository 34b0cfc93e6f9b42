"""How a gradient becomes a step: the update rules, and their registry."""

from mlp.optimizers.registry import OPTIMIZERS

__all__ = ["OPTIMIZERS"]
