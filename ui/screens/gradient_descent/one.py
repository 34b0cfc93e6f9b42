"""One variable: the curve, the tangent, the step, and the zones that the formula foretells."""

import numpy as np
import pandas as pd
import streamlit as st

from mlp.surfaces.best_rate import distances, suggested_rate
from mlp.surfaces.surfaces import SURFACES, Path, Surface, descend, sharpness_at
from ui.address import kinds
from ui.address.form import Values
from ui.course import box
from ui.screens.gradient_descent import common, controls, endings, payload, sheets, words
from ui.screens.gradient_descent.lesson_address import LessonAddress, lesson_form
from ui.screens.gradient_descent.updates import update_of

MOST_STEPS = 2000
FIRST_RATES = {"parabola": 0.2}  # as in the classic exercise


def _defaults(given: Values) -> Values:
    name = given.get("surface", "parabola")
    surface = SURFACES[name]
    rate = FIRST_RATES.get(name) or suggested_rate("gradient_descent", surface, surface.start)
    return {
        "surface": "parabola",
        "start": surface.start,
        "rate": rate,
        "precision": 1e-6,
        "steps": 100,
    }


FORM = lesson_form(
    kinds_of=lambda given: {
        "surface": common.surfaces(1, "parabola"),
        "start": common.start_on(given.get("surface", "parabola")),
        "rate": common.RATE,
        "precision": kinds.number(0, 1),
        "steps": kinds.whole(1, MOST_STEPS),
    },
    defaults=_defaults,
    resets={"surface": ("start", "rate")},
)


def path_of(values: Values) -> Path:
    """Return the descent of these settings."""
    return descend(
        SURFACES[values["surface"]],
        values["start"],
        learning_rate=values["rate"],
        steps=values["steps"],
        precision=values["precision"],
    )


def draw(address: LessonAddress) -> None:
    """Draw the scene."""
    values = address.values
    name, surface, path = values["surface"], SURFACES[values["surface"]], path_of(values)
    distance = distances(surface, path.points)
    # How many steps it takes may be what a step of the course asks.
    total = "" if common.is_open() else f"of {len(path.points) - 1:,}"
    nearest = "the minimum" if len(surface.minima) == 1 else "the nearest minimum"
    runner = common.runner_of(
        name,
        path,
        distance,
        label="Gradient descent",
        note=f"learning rate {words.signed(values['rate'])}",
        update=update_of(path, rate=values["rate"]),
    )
    common.show(
        address,
        payload.Picture(
            scene="one",
            views=("curve", "slope", "measure"),
            titles={
                "curve": words.SURFACES[name].label,
                "slope": "The derivative, the gradient of one variable",
                "measure": f"Distance to {nearest}",
                "arrows": "arrow: the step along the tangent, −rate × slope",
            },
            descriptions=_descriptions(path, nearest),
            words=common.STEP_WORDS | {"of": total, "measure": f"distance to {nearest}"},
        ),
        sheets.surface_payload(name),
        [runner],
        lambda: _panel(address, surface, path),
    )
    if not common.is_open():
        with box.at_rest("table"):
            _show_table(path)


def _descriptions(path: Path, nearest: str) -> dict[str, str]:
    first, last = words.point(path.points[0]), words.point(path.points[-1])
    taken = len(path.points) - 1
    return {
        "curve": f"The curve with the descent from x = {first} to x = {last} in {taken:,} steps",
        "slope": "The derivative at every x, with the points of the descent",
        "measure": f"Distance to {nearest} at each step",
    }


def _panel(address: LessonAddress, surface: Surface, path: Path) -> None:
    bind = controls.bind(address)
    values = address.values
    controls.surface(address)
    st.latex(words.SURFACES[values["surface"]].formula)
    controls.start(address, ("x",))
    controls.rate(address)
    show_ending(values, surface, path)
    with common.more("Precision and steps"):
        help_ = "Stop where |gradient| is below this."
        bind.log_slider("precision", "Precision", help_, low=1e-6, zero="off")
        bind.log_slider("steps", "Step limit", "The most steps to take.", low=1)


def show_ending(values: Values, surface: Surface, path: Path) -> None:
    """Say where the descent ended, and what a step of this rate does near the minimum."""
    if common.told_later():
        return
    with box.at_rest("panel"):
        _tell_ending(values, surface, path)


def _tell_ending(values: Values, surface: Surface, path: Path) -> None:
    common.show_arrival(endings.arrival(surface, path))
    quadratic = values["surface"] in words.QUADRATIC
    bottom = endings.nearest_minimum(surface, path.points[-1]).point
    curvature = sharpness_at(surface, bottom)
    where = "" if quadratic else f"near the minimum x = {words.point(bottom)}"
    away = None if quadratic else endings.away(surface, path)
    common.show_zone(words.zone(values["rate"], curvature, where=where, away=away))
    if not quadratic:
        st.caption(words.along_the_way(surface, path, values["rate"]))
    if quadratic and path.ended == "precision":
        slope = float(path.gradients[0, 0])
        product = values["rate"] * curvature
        st.caption(words.predicted(values["precision"], slope, product, len(path.points) - 1))


def _show_table(path: Path) -> None:
    """Draw all iterations as a table."""
    st.dataframe(
        table(path),
        key="descent_one_table",
        hide_index=True,
        height=260,
        column_config={
            name: st.column_config.NumberColumn(format="%.8g")
            for name in ("x", "f(x)", "f′(x)", "step to the next x")
        },
    )


def table(path: Path) -> pd.DataFrame:
    """Return all iterations of a descent in one variable, a row a step."""
    return pd.DataFrame(
        {
            "step": np.arange(len(path.points)),
            "x": path.points[:, 0],
            "f(x)": path.values,
            "f′(x)": path.gradients[:, 0],
            # The last point has no next one.
            "step to the next x": [*path.updates[:-1, 0], None],
        }
    )
