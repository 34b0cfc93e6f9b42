"""Gradient descent from the ground up: one variable, two, the race, escape, few samples a step."""

import streamlit as st

from ui.frame import shell
from ui.screens.gradient_descent.scenes import SCENES
from ui.screens.gradient_descent.settings import Address
from ui.settings import session

KEY = "descent_scene"

shell.open_screen("Gradient descent")
address = Address({name: scene.settings for name, scene in SCENES.items()})
address.sync()


def choose_scene() -> None:
    """Go to the scene that was pressed, as it was left."""
    address.show(st.session_state[KEY])


st.markdown("### Gradient descent")
session.show_problems(address.problems)
st.session_state[KEY] = address.scene
names = list(SCENES)
st.pills(
    "Scenes",
    names,
    format_func=lambda name: f"{names.index(name) + 1} · {SCENES[name].title}",
    key=KEY,
    on_change=choose_scene,
    required=True,
    label_visibility="collapsed",
)
st.caption(SCENES[address.scene].idea)
SCENES[address.scene].draw(address)
