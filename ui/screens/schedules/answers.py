"""What the questions of the contests come to, computed from the runs: the headline above them."""

from collections.abc import Callable, Mapping

import numpy as np

from mlp import Run
from mlp.analysis.stability import sharpness_of_steps
from mlp.analysis.verdicts import oscillates
from ui.charts.curves import limits
from ui.screens.schedules import contests
from ui.words.plain import listed

NEARLY_ALL = 0.995  # of the rate: rounded it reads 100%


def answer(contest: str | None, found: Mapping[str, Run]) -> str:
    """Return the answer to the question that a contest asks, or "" where nothing is asked."""
    return ANSWERS[contest](found) if contest else ""


def _stays_below(found: Mapping[str, Run]) -> str:
    below = [label for label, run in found.items() if _last_past(run) is None]
    if len(below) == len(found):
        return "The sharpness stays below 2 / rate under every schedule trained."
    if not below:
        return f"Under every schedule trained the sharpness passes 2 / rate{_first_back(found)}."
    return f"Only under {listed(below)} does the sharpness stay below 2 / rate."


def _first_back(found: Mapping[str, Run]) -> str:
    """Say who is the first to stay below the limit again, where anyone is."""
    last = {label: step for label, run in found.items() if (step := _last_past(run)) is not None}
    label = min(last, key=lambda name: last[name])
    if last[label] == found[label].steps[-1]:
        return ""
    return f"; {label} is the first to be back below it for good, after step {last[label]:,}"


def last_past(found: Mapping[str, Run]) -> str:
    """Say where the sharpness was last above 2 / rate, or "" where it never was."""
    last = {label: _last_past(run) for label, run in found.items()}
    told = ", ".join(
        f"{label} at step {step:,}" for label, step in last.items() if step is not None
    )
    return f"The sharpness was last recorded above 2 / rate with {told}." if told else ""


def _last_past(run: Run) -> int | None:
    past = np.flatnonzero(sharpness_of_steps(run) > limits(run))
    return int(run.steps[past[-1]]) if len(past) else None


def _comes_to_rest(found: Mapping[str, Run]) -> str:
    swing = [label for label, run in found.items() if _is_restless(run)]
    rest = [label for label in found if label not in swing]
    if not swing:
        return "All come to rest."
    if not rest:
        return "None comes to rest."
    come = "comes" if len(rest) == 1 else "come"
    swings = "swings" if len(swing) == 1 else "swing"
    return f"{listed(rest)} {come} to rest; {listed(swing)} still {swings}."


def _is_restless(run: Run) -> bool:
    return run.non_finite_at is not None or oscillates(run)


def _has_decayed(found: Mapping[str, Run]) -> str:
    shares = {
        label: float(run.plan.learning_rates(run.first_rise_at)) / run.experiment.learning_rate
        for label, run in found.items()
        if run.first_rise_at is not None and run.experiment.schedule != "constant"
    }
    if not shares:
        return "With no decay does the loss rise."
    if min(shares.values()) >= NEARLY_ALL:
        return (
            f"Nothing: where the loss first rises, {listed(shares)} still have their full rate."
            f"{_never_rises(found)}"
        )
    told = ", ".join(f"{label} {share:.0%}" for label, share in shares.items())
    return (
        f"Where the loss first rises, this much of the rate is left: {told}.{_never_rises(found)}"
    )


def _never_rises(found: Mapping[str, Run]) -> str:
    """Say with which schedules the loss never rises, and whether the limit held there."""
    calm = contests.never_rising(found)
    if not calm:
        return ""
    below = all(_last_past(found[label]) is None for label in calm)
    why = ": there the sharpness stays below 2 / rate" if below else ""
    return f" It never rises with {listed(calm)}{why}."


ANSWERS: Mapping[str, Callable[[Mapping[str, Run]], str]] = {
    "decay_wins": _stays_below,
    "decay_wins_fast": _comes_to_rest,
    "decay_too_late": _has_decayed,
}
