"""The moment that a link carries: which step, playing or paused, and what the player shows."""

from collections.abc import Mapping
from typing import Any

from mlp.experiment import MOST_STEPS
from ui.address import kinds
from ui.address.form import Field, Fields, Values

# The button "Copy link" (ui/frame/present/copy_link.js) writes these, from what the player tells.
FIELDS: Fields = {
    "at": Field(kinds.whole(0, MOST_STEPS)),
    "play": Field(kinds.choice("yes", "no")),
    "map": Field(kinds.choice("output", "classes", "sensitivity")),
    "edges": Field(kinds.choice("weights", "gradients")),
    "loss_axis": Field(kinds.choice("linear", "log")),
    "step_axis": Field(kinds.choice("linear", "log")),
    "by": Field(kinds.choice("step", "share")),
}
NAMES = tuple(FIELDS)  # for the resets of a form: another run has other moments


def asked_for(values: Values) -> Mapping[str, Any] | None:
    """Return what an address asks for, by name; None where it asks for no moment."""
    found = {name: values[name] for name in NAMES if values.get(name) is not None}
    return found or None
