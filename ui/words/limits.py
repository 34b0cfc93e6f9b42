"""How the limit of a step is told, and what clipping left of it."""

from collections.abc import Mapping

from mlp import Run
from ui.words.numbers import spoken
from ui.words.optimizers import gauge_limit


def limit(run: Run, value: float) -> str:
    """Tell a limit; that of a first step where those after it, with a velocity, have another."""
    later = gauge_limit(run.settings_at(0))
    first = run.first_rise_at == 0 and later is not None and later > value
    return f"{spoken(value)}{' of a first step, from rest' if first else ''}"


def clipped(e: Mapping[str, float]) -> str:
    """Say how long clipping left the step whose learning rate x sharpness is told."""
    if not e.get("share_left", 1.0) < 1:
        return ""
    rate = spoken(e["share_left"] * e["learning_rate"])
    return f" That step was clipped, as short as at a learning rate of {rate}, which is counted."
