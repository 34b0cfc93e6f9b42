"""What is edited on the screen "Schedules", under the names of the fields."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from mlp import Experiment
from mlp.experiment import ALLOWED, LARGEST_SEED
from ui.screens.schedules import contests
from ui.settings import controls, session

Use = Callable[[Experiment], None]
STEPS = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000)


def draw(base: Experiment, use: Use) -> None:
    """Draw the controls; ``use`` is told the settings whenever one is changed."""
    hidden = sorted({3, 10, 50, base.hidden})
    st.segmented_control("hidden", hidden, required=True, **_bound("hidden", base, use))
    _log_slider("learning_rate", base, use, 1e-3, 1.0)
    st.slider("decay_rate", 0.01, 1.0, **_bound("decay_rate", base, use))
    _log_slider("transition_steps", base, use, 100, 200_000, zero="fitted to the run")
    st.slider("end_fraction", 0.0, 1.0, **_bound("end_fraction", base, use))
    _log_slider("warmup_steps", base, use, 100, 200_000, zero="none")
    _select("steps", sorted({*STEPS, base.steps}), base, use)
    st.number_input("init_seed", 0, LARGEST_SEED, **_bound("init_seed", base, use))


def _bound(name: str, base: Experiment, use: Use) -> dict[str, Any]:
    """Return the arguments that tie a widget to a setting: its key, seeded, and its callback."""
    key = f"sched_{name}"
    st.session_state[key] = getattr(base, name)

    def changed() -> None:
        value = st.session_state[key]
        if value is not None:
            new = session.fit(base, {name: value})
            use(new.replace(steps=min(new.steps, contests.MOST_STEPS)))

    return {"key": key, "on_change": changed}


def _log_slider(
    name: str, base: Experiment, use: Use, low: float, high: float, *, zero: str = ""
) -> None:
    value = getattr(base, name)
    stops = controls.log_options(name, low, value, zero=bool(zero))
    _select(name, [stop for stop in stops if stop <= high or stop == value], base, use, zero)


def _select(name: str, stops: Sequence[float], base: Experiment, use: Use, zero: str = "") -> None:
    whole = ALLOWED[name].type is int
    st.select_slider(
        name,
        stops,
        format_func=lambda n: zero if zero and n == 0 else f"{n:,}" if whole else f"{n:g}",
        **_bound(name, base, use),
    )
