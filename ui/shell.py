"""What every screen opens with: its title, its width, and the menu."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

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
        "Learning-rate schedules",
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
)


def open_screen(title: str) -> None:
    """Set up the page and draw the menu; the first call of every screen."""
    st.set_page_config(
        page_title=f"{title} · XOR network",
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state="auto",
    )
    st.session_state["arrived"] = st.session_state.get("screen") != title
    st.session_state["screen"] = title
    with st.container(horizontal=True, gap="small", key="menu"):
        for entry in SCREENS:
            st.page_link(entry.path, label=entry.title, icon=entry.icon, help=entry.help)
