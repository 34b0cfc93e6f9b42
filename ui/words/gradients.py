"""Gradients held against central differences, in words: which entry, and how far off."""

import numpy as np

from mlp.base.arrays import Array
from mlp.chain_rule.gradient_check import TOLERANCE, Comparison
from mlp.network import unpack
from ui.words.naming import Names
from ui.words.numbers import short


def entry_words(hidden: int, names: Names, layer: str, row: int, column: int) -> str:
    """Name an entry of the gradient by the edge of the graph that it belongs to.

    ``hidden`` neurons; ``layer`` "W1" or "W2", ``row`` and ``column`` in it, from 0.
    """
    if layer == "W1":
        inputs = [*names.inputs, "bias"]
        return f"dL/dW1, {inputs[row]} → neuron {column + 1}"
    source = "bias" if row == hidden else f"neuron {row + 1}"
    return f"dL/dW2, {source} → {names.classes[column]}"


def off_by(comparison: Comparison) -> str:
    """Say by how much the entries of each layer are off, after "off": a layer may not be."""
    objective = comparison.objective
    rows, hidden = objective.X.shape[1], objective.hidden
    off = unpack(comparison.analytic - comparison.numeric, rows, hidden)
    errors = unpack(comparison.relative_error, rows, hidden)
    first, second = (
        f"{_between(differences, error)} W{layer}"
        for layer, (differences, error) in enumerate(zip(off, errors, strict=True), 1)
    )
    return f"{first}, and {second}"


def _between(differences: Array, errors: Array) -> str:
    """Say between which numbers the entries of a layer are off, and how many of them."""
    wrong = int(np.count_nonzero(errors > TOLERANCE))
    if not wrong:
        return "in no entry of"
    which = "every entry" if wrong == errors.size else f"{wrong:,} of {errors.size:,} entries"
    return f"by {short(differences.min(), 2)} to {short(differences.max(), 2)} in {which} of"
