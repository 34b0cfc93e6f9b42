"""Escape: a local minimum holds plain descent; momentum and noise can leave it."""

import streamlit as st

from mlp.surfaces.surfaces import SURFACES, Path, descend
from ui.address import kinds
from ui.address.form import Values
from ui.screens.gradient_descent import common, controls, endings, payload, sheets, two, words
from ui.screens.gradient_descent.lesson_address import LessonAddress, lesson_form
from ui.screens.gradient_descent.updates import update_of

MOST_STEPS = 2000
NAMES = ("rugged", "wavy", "double_well")
LABELS = {"plain": "Plain descent", "momentum": "Momentum", "noisy": "Noisy gradients"}

OPTIMIZER = {"plain": "gradient_descent", "momentum": "momentum", "noisy": "gradient_descent"}


def _defaults(given: Values) -> Values:
    name = given.get("surface", NAMES[0])
    surface = SURFACES[name]
    return {
        "surface": NAMES[0],
        "start": (8.0, 7.0) if name == "rugged" else surface.start,
        "rate": 0.02 if name == "double_well" else 0.2,
        "momentum": 0.9,
        "noise": 8.0 if name == "double_well" else 2.0,
        "seed": 0,
        "steps": 200,
    }


FORM = lesson_form(
    kinds_of=lambda given: {
        "surface": kinds.choice(*NAMES),
        "start": common.start_on(given.get("surface", NAMES[0])),
        "rate": common.RATE,
        "momentum": common.MOMENTUM,
        "noise": kinds.number(0, 100),
        "seed": common.SEED,
        "steps": kinds.whole(1, MOST_STEPS),
    },
    defaults=_defaults,
    resets={"surface": ("start", "rate", "noise")},
)


def paths_of(values: Values) -> dict[str, Path]:
    """Return the three ways: plain, with momentum, with noise."""
    surface, start = SURFACES[values["surface"]], values["start"]
    rate, steps = values["rate"], values["steps"]
    return {
        "plain": descend(surface, start, learning_rate=rate, steps=steps),
        "momentum": descend(
            surface,
            start,
            optimizer="momentum",
            learning_rate=rate,
            steps=steps,
            parameters={"momentum": values["momentum"]},
        ),
        "noisy": descend(
            surface,
            start,
            learning_rate=rate,
            steps=steps,
            noise=values["noise"],
            seed=values["seed"],
        ),
    }


def draw(address: LessonAddress) -> None:
    """Draw the scene."""
    values = address.values
    name, surface = values["surface"], SURFACES[values["surface"]]
    paths = paths_of(values)
    notes = {
        "plain": f"rate {words.signed(values['rate'])}",
        "momentum": f"momentum {words.signed(values['momentum'])}",
        "noisy": f"noise {words.signed(values['noise'])}",
    }
    deepest = surface.minima[0].value
    runners = [
        common.runner_of(
            name,
            path,
            path.values - deepest,
            label=LABELS[kind],
            note=notes[kind],
            update=update_of(
                path,
                optimizer=OPTIMIZER[kind],
                rate=values["rate"],
                parameters={"momentum": values["momentum"]},
            ),
            optimizer=OPTIMIZER[kind],
        )
        for kind, path in paths.items()
    ]
    flat = surface.dimensions == 1
    main = "curve" if flat else "map"
    common.show(
        address,
        payload.Picture(
            scene="escape",
            views=("curve", "slope", "measure") if flat else ("map", "solid", "measure"),
            titles={
                main: f"{words.SURFACES[name].label}: {len(surface.minima)} minima",
                "solid": "" if flat else two.solid_title(name),
                "slope": "The derivative, and the gradients as used",
                "measure": "Height above the deepest minimum",
                "arrows": "tangents and steps"
                if flat
                else "dashed: against the gradient as used; solid: momentum",
            },
            descriptions={
                main: "The surface with the ways of plain descent, momentum and noisy gradients",
                "solid": "The surface as a solid with all ways on it; the arrow keys turn it",
                "slope": "The derivative, with the gradients that each step used",
                "measure": "Height above the deepest minimum at each step of the three ways",
            },
            words=common.STEP_WORDS
            | {"of": f"of {values['steps']:,}", "measure": "above the deepest minimum"},
            axis="linear",
        ),
        sheets.surface_payload(name),
        runners,
        lambda: _panel(address, paths),
    )


def _panel(address: LessonAddress, paths: dict[str, Path]) -> None:
    bind = controls.bind(address)
    values = address.values
    surface = SURFACES[values["surface"]]
    controls.surface(address)
    left, right = st.columns(2)
    with left:
        low = common.lowest_rate(values["surface"])
        bind.log_slider("rate", "Learning rate", "The same for all three.", low=low)
    with right:
        help_ = "The share of the last step that goes on."
        bind.slider("momentum", "Momentum", help_)
    bind.log_slider(
        "noise",
        "Noise",
        "Standard deviation of what chance adds to each number of the gradient, as a few samples "
        "instead of all would.",
        low=0.01,
        zero="none",
    )
    st.button(
        "Other noise",
        key="descent_escape_dice",
        icon=":material/casino:",
        help="The next seed.",
        on_click=address.change,
        kwargs={"seed": (values["seed"] + 1) % 2**32},
        width="stretch",
    )
    for kind, path in ({} if common.told_later() else paths).items():
        st.markdown(endings.resting_place(LABELS[kind], surface, path))
    with common.more("Start, steps, seed"):
        controls.start(address, ("x",) if surface.dimensions == 1 else ("x0", "x1"))
        bind.log_slider("steps", "Steps", "How many steps to take.", low=1)
        bind.box("seed", "Seed of the noise")
