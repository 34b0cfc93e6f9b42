"""Two variables: contours, the trajectory, the solid, exact or numeric gradients, the limit."""

import numpy as np
import streamlit as st

from mlp.surfaces.best_rate import distances, suggested_rate
from mlp.surfaces.surfaces import SURFACES, Path, Surface, descend
from ui.address import kinds
from ui.address.form import Values
from ui.course import box
from ui.screens.gradient_descent import common, controls, endings, payload, sheets, words
from ui.screens.gradient_descent.lesson_address import LessonAddress, lesson_form
from ui.screens.gradient_descent.updates import update_of
from ui.words import glossary

MOST_STEPS = 2000
FIRST_RATES = {"bowl": 0.1}  # as in the classic exercise
GRADIENTS = {"exact": "Exact", "numeric": "Numeric"}


def _defaults(given: Values) -> Values:
    name = given.get("surface", "bowl")
    surface = SURFACES[name]
    rate = FIRST_RATES.get(name) or suggested_rate("gradient_descent", surface, surface.start)
    return {
        "surface": "bowl",
        "start": surface.start,
        "rate": rate,
        "steps": 20 if name == "bowl" else 500,
        "gradient": "exact",
        "h": 1e-4,
    }


FORM = lesson_form(
    kinds_of=lambda given: {
        "surface": common.surfaces(2, "bowl"),
        "start": common.start_on(given.get("surface", "bowl")),
        "rate": common.RATE,
        "steps": kinds.whole(1, MOST_STEPS),
        "gradient": kinds.choice(*GRADIENTS),
        "h": kinds.number(1e-12, 1),
    },
    defaults=_defaults,
    resets={"surface": ("start", "rate", "steps")},
)


def path_of(values: Values) -> Path:
    """Return the descent of these settings."""
    return descend(
        SURFACES[values["surface"]],
        values["start"],
        learning_rate=values["rate"],
        steps=values["steps"],
        numeric_h=values["h"] if values["gradient"] == "numeric" else None,
    )


def draw(address: LessonAddress) -> None:
    """Draw the scene."""
    values = address.values
    name, surface, path = values["surface"], SURFACES[values["surface"]], path_of(values)
    steps = len(path.points) - 1
    nearest = "the minimum" if len(surface.minima) == 1 else "the nearest minimum"
    runner = common.runner_of(
        name,
        path,
        distances(surface, path.points),
        label="Gradient descent",
        note=f"learning rate {words.signed(values['rate'])}",
        update=update_of(path, rate=values["rate"]),
    )
    first, last = words.point(path.points[0]), words.point(path.points[-1])
    common.show(
        address,
        payload.Picture(
            scene="two",
            views=("map", "solid", "measure"),
            titles={
                "map": f"{words.SURFACES[name].label}: lines of equal value, and the way down",
                "solid": solid_title(name),
                "measure": f"Distance to {nearest}",
                "arrows": "dashed arrow: against the gradient, the steepest way down",
            },
            descriptions={
                "map": f"Map with the descent from {first} to {last} in {steps:,} steps",
                "solid": "The surface as a solid with the descent on it; the arrow keys turn it",
                "measure": f"Distance to {nearest} at each of {steps:,} steps",
            },
            words=common.STEP_WORDS | {"of": f"of {steps:,}", "measure": f"distance to {nearest}"},
        ),
        sheets.surface_payload(name),
        [runner],
        lambda: _panel(address, surface, path),
    )


def solid_title(name: str) -> str:
    """Say how heights are drawn."""
    log = sheets.map_of(name)["bend"] > 0
    return "The surface, its height on a log scale" if log else "The surface"


def _panel(address: LessonAddress, surface: Surface, path: Path) -> None:
    bind = controls.bind(address)
    values = address.values
    controls.surface(address)
    st.latex(words.SURFACES[values["surface"]].formula)
    controls.start(address, ("x0", "x1"))
    controls.rate(address)
    if not common.told_later():
        with box.at_rest("panel"):
            common.show_arrival(endings.arrival(surface, path))
            show_limit(values, surface, path)
            if values["surface"] not in words.QUADRATIC:
                st.caption(words.along_the_way(surface, path, values["rate"]))
            st.caption(words.minimum_of(values["surface"], surface))
    with common.more("Steps, exact or numeric gradient"):
        bind.log_slider("steps", "Steps", "How many steps to take.", low=1)
        bind.segments("gradient", "Gradient", list(GRADIENTS), GRADIENTS.__getitem__)
        if values["gradient"] == "numeric":
            help_ = "Central differences: (f(x + h) − f(x − h)) / 2h."
            bind.log_slider("h", "h", help_, low=1e-6)
    if values["gradient"] == "numeric":
        st.caption(numeric_error(values, surface, path))


def show_limit(values: Values, surface: Surface, path: Path) -> None:
    """Hold the learning rate against 2 / largest curvature, as for the network."""
    bottom = endings.nearest_minimum(surface, path.points[-1]).point
    eigenvalues, directions = np.linalg.eigh(surface.hessian(np.array(bottom)))
    flat, steep = float(eigenvalues[0]), float(eigenvalues[-1])
    quadratic = values["surface"] in words.QUADRATIC
    where = "" if quadratic else f"near the minimum {words.point(bottom)}"
    away = None if quadratic else endings.away(surface, path)
    apart = steep > 1.5 * flat
    along = f"{words.direction(directions[:, -1])}, where it bends most," if apart else ""
    common.show_zone(words.zone(values["rate"], steep, where=where, along=along, away=away))
    st.markdown(
        f"**Rate × largest curvature = {words.signed(values['rate'] * steep)}**, limit 2: the "
        "same limit as for the network, where the largest curvature is called sharpness.",
        help=glossary.define("curvature", "eigenvalue", "sharpness", "rate × sharpness"),
    )
    if flat > 0 and apart:
        slow = words.zone(values["rate"], flat)
        st.caption(
            f"{words.direction(directions[:, 0]).capitalize()}, where it bends least, the "
            f"curvature is {words.signed(flat)}, {words.signed(steep / flat)} times less: "
            f"{slow.heading.lower()} there with factor {words.signed(1 - values['rate'] * flat)}."
        )


def numeric_error(values: Values, surface: Surface, path: Path) -> str:
    """Say how far the numeric gradients of a path are from the exact ones."""
    exact = surface.gradient(path.points)
    difference = np.linalg.norm(path.gradients - exact, axis=1)
    size = float(np.max(np.linalg.norm(exact, axis=1)))
    return (
        f"With h = {words.signed(values['h'])} the numeric gradient differs from the exact one by "
        f"at most {words.signed(float(difference.max()))} on this way, where the longest gradient "
        f"is {words.signed(size)}. Too large an h, and the surface bends within it; too small, "
        "and rounding tells."
    )
