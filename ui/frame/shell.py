"""What every screen opens with: its title, its width, the menu, and what it offers to all."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.address import embedding
from ui.course import box, progress
from ui.course.steps import MINUTES
from ui.frame import present
from ui.frame.present import qr
from ui.jobs import tryouts
from ui.words import glossary

# A file of ours: Streamlit would fetch a Material icon for the tab from the internet.
ICON = Path(__file__).with_name("icon.svg")
COURSE, FIRST = "Start here", "Train"


@dataclass(frozen=True)
class Screen:
    """One screen: its file, and how the menu shows it and says what it is for."""

    path: str
    title: str
    icon: str
    help: str


SCREENS = (
    Screen(
        progress.PAGE,
        COURSE,
        ":material/school:",
        "A course of ten short steps on these screens, from one variable to the explosion.",
    ),
    Screen(
        "streamlit_app.py",
        FIRST,
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


# On a telephone they have none; the first is not on every screen.
ICONS_IN_WORDS = (
    ":material/download: Take home",
    ":material/menu_book: Words",
    ":material/link: Copy link",
    ":material/co_present: Present",
)


@dataclass(frozen=True)
class Header:
    """The places in a screen's first line: for its choice of scene, and for what it offers."""

    scene: DeltaGenerator
    actions: DeltaGenerator


def open_screen(title: str, styles: Path | None = None) -> Header:
    """Set up the page and draw its first line; the first call of every screen.

    ``styles`` is the style sheet of what stands on that screen alone.
    """
    st.set_page_config(
        page_title=f"{title} · XOR network",
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state="auto",
    )
    present.add_styles(styles)
    if st.session_state.get("screen") != title:
        tryouts.leave()
    st.session_state["screen"] = title
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="header"):
        entrance = _entrance(title)
        _draw_menu(title, entrance)
        if entrance and title == FIRST:
            with st.container(width="content", key="entrance"):
                _draw_course_link(_invitation(entrance), icon=":material/school:")
        scene = st.container(gap=None, key="header_scene")
        actions = _draw_actions(title)
    qr.show(title)
    if title != COURSE:
        box.show(next(entry.path for entry in SCREENS if entry.title == title))
    return Header(scene, actions)


def _entrance(title: str) -> str:
    """Return the way into the course, or back to it; "" within it, and where it is presented."""
    if title == COURSE or progress.current() is not None or embedding.presenting():
        return ""
    if not progress.has_begun():
        return COURSE
    number = progress.next_open()
    return "What came of the course" if number is None else f"Go on with step {number}"


def _invitation(entrance: str) -> str:
    """Return what the first screen's own way into the course says; italics go on a telephone."""
    if entrance != COURSE:
        return entrance
    return f"*New here?* {COURSE} *· {MINUTES} min*"


def _draw_course_link(label: str, *, icon: str | None = None) -> None:
    """Draw the way to the step to go on with, or to what came of all."""
    number = progress.next_open()
    params = embedding.link_params()
    if progress.has_begun():
        params = progress.end() if number is None else progress.params(number)
    st.page_link(progress.PAGE, label=label, icon=icon, query_params=params)


def _draw_menu(title: str, entrance: str) -> None:
    """Draw the screens side by side, and as one button; the style sheet shows what has room.

    What a screen is for stands in the list behind the button, as italics, which the style sheet
    sets below its name: a tooltip would cover what is below, and texts of their own would be sent
    to every page with each change.
    """
    params = embedding.link_params()
    with st.container(horizontal=True, gap=None, width="content", key="menu"):
        for entry in SCREENS:
            if entry.title == COURSE and entrance:
                _draw_course_link(entrance)
            else:
                _draw_link(entry, params)
    with (
        st.container(width="content", key="menu_folded"),
        st.popover(title, icon=":material/menu:"),
        st.container(gap=None, key="menu_list"),
    ):
        for entry in SCREENS:
            _draw_link(entry, params, icon=entry.icon, help_=f" *{entry.help}*")
        with st.container(key="menu_icons"):
            st.markdown(f"The icons above: {' '.join(f'*{words}*' for words in ICONS_IN_WORDS)}")


def _draw_link(
    entry: Screen, params: Mapping[str, str], *, icon: str | None = None, help_: str = ""
) -> None:
    st.page_link(entry.path, label=f"{entry.title}{help_}", icon=icon, query_params=params)


def _draw_actions(title: str) -> DeltaGenerator:
    """Draw what every screen offers; return the place for more."""
    with st.container(horizontal=True, gap="xsmall", width="content", key="actions"):
        place = st.container(width="content", key="more_actions")
        with st.container(width="content", key="words"):
            _draw_words()
        present.copy_link(title)
        if embedding.presenting():
            present.tell_keys()
            st.button(
                "End presenting",
                key="present_end",
                icon=":material/close_fullscreen:",
                on_click=present.end,
            )
        else:
            st.button(
                "Present",
                key="present_start",
                icon=":material/co_present:",
                on_click=present.start,
                help="Hide the controls and enlarge the type. Page Down and Page Up, or ] and [, "
                "go through the scenes, 1 to 9 answer a question, Space plays and pauses, Escape "
                "ends presenting.",
            )
    return place


def _draw_words() -> None:
    """Draw the definitions of the words that stand on this screen, behind a button."""
    place = progress.current()
    asked = "" if place is None else " ".join(place[1].texts)
    terms = (*glossary.words_of(st.session_state["screen"]), *glossary.terms_in(asked))
    with st.popover("Words", icon=":material/menu_book:", help="What the words here mean."):
        st.markdown("**Words on this screen**")
        st.markdown(glossary.define(*dict.fromkeys(terms)))
