"""What every screen opens with: its title, its width, the menu, and what it offers to all."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.address import embedding
from ui.frame import present

# A file of ours: Streamlit would fetch a Material icon for the tab from the internet.
ICON = Path(__file__).with_name("icon.svg")


@dataclass(frozen=True)
class Screen:
    """One screen: its file, and how the menu shows it."""

    path: str
    title: str
    icon: str
    help: str


SCREENS = (
    Screen(
        "streamlit_app.py",
        "Train",
        ":material/play_circle:",
        "Watch a network learn XOR, and change everything that matters.",
    ),
    Screen(
        "pages/1_Exploding_gradients.py",
        "Exploding gradients",
        ":material/warning:",
        "Provoke an explosion, read its cause, and cure it.",
    ),
    Screen(
        "pages/2_Compare.py",
        "Compare",
        ":material/compare_arrows:",
        "Play up to four runs side by side, and see what the difference did.",
    ),
    Screen(
        "pages/3_Learning_rate_schedules.py",
        "Schedules",
        ":material/show_chart:",
        "Draw schedules, train them from the same seed, and see which one wins.",
    ),
    Screen(
        "pages/4_Chain_rule.py",
        "Chain rule",
        ":material/account_tree:",
        "Take one training step apart, brick by brick, with its numbers.",
    ),
    Screen(
        "pages/5_Gradient_descent.py",
        "Gradient descent",
        ":material/trending_down:",
        "From one variable to the race of the optimizers.",
    ),
    Screen(
        "pages/6_Own_data.py",
        "Own data",
        ":material/upload:",
        "Bring points of your own: a file, cells of a spreadsheet, or drawn by hand.",
    ),
    Screen(
        "pages/7_Map.py",
        "Map",
        ":material/grid_on:",
        "Two settings span a plane, and every pixel is a training.",
    ),
)


def open_screen(title: str) -> DeltaGenerator:
    """Set up the page and draw the menu; the first call of every screen.

    Returns the place at the menu's end, for what the screen offers to do with all it shows.
    """
    st.set_page_config(
        page_title=f"{title} · XOR network",
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state="auto",
    )
    present.add_styles()
    st.session_state["screen"] = title
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="menu"):
        for entry in SCREENS:
            st.page_link(
                entry.path,
                label=entry.title,
                icon=entry.icon,
                help=entry.help,
                query_params=embedding.link_params(),
            )
        return _draw_actions()


def _draw_actions() -> DeltaGenerator:
    """Draw what every screen offers; return the place for more."""
    if embedding.presenting():
        st.button(
            "End presenting",
            key="present_end",
            icon=":material/close_fullscreen:",
            type="tertiary",
            on_click=present.end,
        )
    with st.container(horizontal=True, gap="small", horizontal_alignment="right", key="actions"):
        place = st.container(width="content")
        present.copy_link()
        st.button(
            "Present",
            key="present_start",
            icon=":material/co_present:",
            on_click=present.start,
            help="Hide the controls and enlarge the type. Page Down and Page Up, or ] and [, go "
            "through the scenes.",
        )
    return place
