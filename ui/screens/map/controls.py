"""What a map is of, to be changed: its axes, its pixels, and what all networks have in common."""

import dataclasses
from collections.abc import Callable

import streamlit as st

from mlp.analysis.maps.plane import AXES, Axis
from mlp.experiment import ALLOWED
from ui.screens.map import words
from ui.screens.map.views import ADDRESS, MOST_STEPS, SIZES, base
from ui.settings import session
from ui.settings.binding import Binding
from ui.words.names import NAMES
from ui.words.numbers import counted

# Where an axis goes when its setting is chosen: a range that shows something.
USUAL: dict[str, tuple[float, float, str]] = {
    "learning_rate": (0.003, 3, "log"),
    "first_layer_rate": (0.01, 100, "log"),
    "init_scale": (0.1, 30, "log"),
    "hidden": (1, 60, "linear"),
    "points": (300, 2000, "linear"),
    "train_points": (1, 300, "linear"),
    "data_seed": (0, 255, "linear"),
    "init_seed": (0, 255, "linear"),
    "l1": (1e-3, 100, "log"),
    "l2": (1e-3, 100, "log"),
    "clip_norm": (0.01, 100, "log"),
    "batch_size": (0, 50, "linear"),
    "warmup_steps": (0, 400, "linear"),
    "transition_steps": (1, 400, "linear"),
    "decay_rate": (0.01, 1, "linear"),
}


def usual(name: str) -> Axis:
    """Return the axis that a setting gets at first."""
    allowed = ALLOWED[name]
    low, high, scale = USUAL.get(name, (allowed.low, allowed.high, "linear"))
    return Axis(name, float(low), float(high), scale)


def draw() -> None:
    """Draw the axes side by side, and below them what all pixels have in common."""
    for side, column in zip(("x", "y"), st.columns(2), strict=True):
        with column:
            _axis(side)
    _common()


def _axis(side: str) -> None:
    axis: Axis = ADDRESS.values[side]
    other: Axis = ADDRESS.values["y" if side == "x" else "x"]
    keys = {part: f"map_{side}_{part}" for part in ("name", "low", "high", "log")}
    st.session_state[keys["name"]] = axis.name
    st.session_state[keys["low"]] = axis.low
    st.session_state[keys["high"]] = axis.high
    st.session_state[keys["log"]] = axis.scale == "log"
    st.selectbox(
        "Across" if side == "x" else "Up",
        [name for name in AXES if name != other.name],
        format_func=words.SETTINGS.__getitem__,
        key=keys["name"],
        on_change=lambda: _choose(side, lambda: usual(st.session_state[keys["name"]])),
    )

    def limits() -> None:
        _choose(
            side,
            lambda: dataclasses.replace(
                axis,
                low=float(st.session_state[keys["low"]]),
                high=float(st.session_state[keys["high"]]),
                scale="log" if st.session_state[keys["log"]] else "linear",
            ),
        )

    with st.container(horizontal=True, vertical_alignment="bottom"):
        for part, label in (("low", "From"), ("high", "to")):
            st.number_input(
                label, step=None, format="%g", key=keys[part], on_change=limits, width=150
            )
        st.toggle("Logarithmic", key=keys["log"], on_change=limits)


def _choose(side: str, axis: Callable[[], Axis]) -> None:
    """Take an axis, or say why not."""
    try:
        ADDRESS.change(**{side: axis()})
    except (ValueError, TypeError) as error:
        ADDRESS.say(f"{error}. The axis was left as it is.")


def change(**changes: object) -> None:
    """Change what all pixels have in common, fitted to one another."""
    ADDRESS.change(experiment=session.fit(base(), changes))  # type: ignore[arg-type]


def _common() -> None:
    experiment = base()
    axes = {ADDRESS.values["x"].name, ADDRESS.values["y"].name}
    bind = Binding(experiment.to_dict(), ALLOWED, change, prefix="map_")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if "hidden" not in axes:
            bind.box("hidden", "Hidden neurons")
        bind.box("steps", f"Steps, up to {MOST_STEPS:,}", high=MOST_STEPS)
        if "train_points" not in axes:
            bind.box("train_points", "Training points", high=experiment.points)
        bind.box("init_seed", "Seed of the weights")
        with st.container(width=260):
            bind.choice("optimizer", "Optimizer", NAMES["optimizer"])
        with st.container(width=260):
            bind.choice("schedule", "Decay schedule", NAMES["schedule"])
    if st.button(
        "Take the settings of Train",
        key="map_from_train",
        icon=":material/input:",
        help="All networks of the map get the settings of the screen Train, but for the two axes "
        f"and at most {MOST_STEPS:,} steps.",
    ):
        current = session.current()
        ADDRESS.change(experiment=current.replace(steps=min(current.steps, MOST_STEPS)))
        st.rerun()


def view() -> None:
    """Draw what the map is coloured by, and its pixels."""
    values = ADDRESS.values
    bind = Binding(
        values, {name: f.kind for name, f in ADDRESS.fields.items()}, ADDRESS.change, prefix="map_"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bind.segments("colour", "Colour by", list(words.QUANTITIES), words.QUANTITIES.__getitem__)
        sizes = sorted({*SIZES, values["size"]})
        bind.segments("size", "Pixels a side", sizes, counted)
