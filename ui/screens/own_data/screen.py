"""Own data: ready sets, one of them learning, and points of one's own beside it."""

from pathlib import Path

import numpy as np
import streamlit as st

from mlp.data import DATASETS
from mlp.data.own import FEWEST_POINTS, MOST_POINTS, OwnData
from mlp.data.table import (
    LARGEST_FILE,
    Table,
    TableError,
    decode,
    guess_columns,
    read_points,
    read_table,
)
from ui.address import kinds
from ui.address.address import Address
from ui.address.form import Field, Form
from ui.charts import curves
from ui.course import left_settings
from ui.frame import shell
from ui.jobs import left_page
from ui.jobs.door import one_of_few
from ui.screens.own_data import drawing, ready
from ui.settings import own_points, session
from ui.words import glossary
from ui.words.plain import named, plain

KEY = "own_data"
WAYS = {"draw": "Draw", "file": "A file", "paste": "Paste cells"}
CHOSEN = f"{KEY}_set"
SAMPLE_ROWS, SHOWN_ROWS = 40, 4
FORM = Form(lambda given: {"set": Field(kinds.choice(*ready.READY), "moons")})  # noqa: ARG005
ADDRESS = Address("own_data", FORM)


@one_of_few
def show() -> None:
    """Draw the screen."""
    shell.open_screen("Own data", Path(__file__).with_name("screen.css"))
    if CHOSEN in st.session_state:  # a picture was pressed
        ADDRESS.change(set=st.session_state.pop(CHOSEN))
    ADDRESS.sync()
    st.markdown("### Ready sets, and your own points")
    ADDRESS.show_problems()
    with st.container(key="own_jump"):
        st.markdown("[Draw or bring your own points ↓](#your-own-points)")
    name = ADDRESS.values["set"]
    ready.show_sets(name, CHOSEN)
    left, right = st.columns([3, 2], gap="medium")
    with right, st.container(key="own_points"):
        st.markdown("##### Your own points")
        bring_points()
    with left:
        st.caption(f"**{ready.LABELS[name]}**, learned by {ready.READY[name].hidden} neurons")
        ready.show_learning(name)


def bring_points() -> None:
    """Let points be drawn or brought, and show what they make."""
    st.markdown(
        "Two numbers and a class for every point. They stay in this browser’s session; nobody "
        "else sees them.",
        help=glossary.define("class"),
    )
    with st.container(horizontal=True, vertical_alignment="center", key="own_way"):
        way = choose_way()
        button = st.container(
            width="content"
        )  # above what it takes: below it would leave the screen
    if way == "draw":
        own = points_of_drawing()
    else:
        table = table_from_file() if way == "file" else table_from_paste()
        own = None if table is None else points_of(table)
        if table is None:
            show_format()
    with button:
        offer_training(own, waits=way != "paste")
    if own is not None:
        show_points(own)


def sample() -> str:
    """Return a CSV file that can be used, made of one of the ready sets.

    Examples
    --------
    >>> sample().splitlines()[0]
    'width,height,kind'
    """
    X, labels = DATASETS["moons"](SAMPLE_ROWS, 0.0, np.random.RandomState(0))
    rows = [f"{x:.2f},{y:.2f},{'ab'[label]}" for (x, y), label in zip(X, labels, strict=True)]
    return "\n".join(["width,height,kind", *rows]) + "\n"


def show_format() -> None:
    """Draw the beginning of a file to copy, and the whole of it to download."""
    st.caption(
        "One point in each row: two columns of numbers, one of two classes, names above if "
        "you like. Comma, semicolon or tab between them; decimal commas only with the last two."
    )
    st.code("\n".join(sample().splitlines()[:SHOWN_ROWS]), language="text")
    st.download_button(
        f"A sample of {SAMPLE_ROWS} rows",
        sample(),
        file_name="sample.csv",
        mime="text/csv",
        key=f"{KEY}_sample",
        icon=":material/download:",
        on_click="ignore",
    )


def choose_way() -> str:
    """Let it be chosen where the points come from."""
    way: str = st.segmented_control(
        "Where the points come from",
        list(WAYS),
        format_func=WAYS.__getitem__,
        default="draw",
        key=f"{KEY}_way",
        required=True,
        label_visibility="collapsed",
    )
    return way


def table_from_file() -> Table | None:
    """Let a file be chosen and return its table; a file that cannot be used is refused."""
    file = st.file_uploader(
        "CSV file",
        key=f"{KEY}_file",
        help=f"Two columns of numbers and one of two classes; at most {MOST_POINTS:,} rows and "
        f"{LARGEST_FILE / 1e6:g} MB. Comma, semicolon or tab, decimal point or comma.",
    )
    return None if file is None else read_or_refuse(file.getvalue())


def table_from_paste() -> Table | None:
    """Let cells be pasted and return their table."""
    text = st.text_area(
        "Cells from a spreadsheet",
        key=f"{KEY}_text",
        height=180,
        max_chars=LARGEST_FILE,
        placeholder="width,height,kind\n1.5,2.0,a\n…",
    )
    return read_or_refuse(text.encode()) if text else None


def read_or_refuse(content: bytes) -> Table | None:
    """Return the table of a file's bytes, or say why it cannot be used."""
    try:
        return read_table(decode(content))
    except TableError as refusal:
        refuse(refusal)
        return None


def refuse(refusal: Exception) -> None:
    """Say what is wrong, and with which file; the points in use stay as they are."""
    file = st.session_state.get(f"{KEY}_file") if st.session_state[f"{KEY}_way"] == "file" else None
    name = f"{named(file.name)}: " if file is not None else ""
    first, *others = str(refusal).splitlines()
    if not others:
        told = f"{plain(f'{name}{first}')}. The points in use stay."
    else:
        each = "\n".join(f"- {plain(line)}" for line in (first, *others))
        told = f"{plain(name)}Nothing was read, and the points in use stay.\n\n{each}"
    st.error(told, icon=":material/block:")


def points_of(table: Table) -> OwnData | None:
    """Let the columns be chosen and return the points, or say which cell cannot be used.

    That stands right below the cells, as it is their lines that it names.
    """
    below_cells = st.container()
    columns = range(len(table.names))
    guessed = guess_columns(table)
    places = st.columns(3)
    chosen = [
        place.selectbox(
            label,
            columns,
            index=guess,
            format_func=lambda i: table.names[i],
            key=f"{KEY}_column_{i}_{hash(table.names)}",
        )
        for i, (place, label, guess) in enumerate(
            zip(places, ("Across (x0)", "Upwards (x1)", "Class"), guessed, strict=True)
        )
    ]
    standardise = st.toggle(
        "Standardise both columns",
        value=True,
        key=f"{KEY}_standardise",
        help="Shift each to mean 0 and scale it to standard deviation 1, as the network learns "
        "best; the axes keep the original numbers.",
    )
    try:
        own = read_points(table, *chosen)
        return own.standardised() if standardise else own
    except ValueError as refusal:
        with below_cells:
            refuse(refusal)
        return None


def points_of_drawing() -> OwnData | None:
    """Let points be drawn and return them, or say what is still missing."""
    points = drawing.draw(st.session_state.get(f"{KEY}_drawn", []), key=f"{KEY}_drawing")
    st.session_state[f"{KEY}_drawn"] = points
    classes = {point.label for point in points}
    if len(points) < FEWEST_POINTS or len(classes) < len("01"):
        st.caption(f"At least {FEWEST_POINTS} points, and some of each class, make a data set.")
        return None
    X = np.array([[point.x, point.y] for point in points])
    labels = np.array([point.label for point in points])
    return OwnData(X, labels, classes=("class 0", "class 1"))


def offer_training(own: OwnData | None, *, waits: bool) -> None:
    """Draw the button that takes points to the Train screen; it ``waits`` for them, or not.

    Cells reach the server only once their field is left, as it is when the button is pressed: so
    this can be pressed before, and what is wrong with them is told below them.
    """
    pressed = st.button(
        "Train on these points",
        key=f"{KEY}_use",
        type="primary",
        icon=":material/play_arrow:",
        disabled=waits and own is None,
    )
    if pressed and own is not None:
        session.use(left_settings.own_choices(session.current()))
        session.change(dataset="custom", data_id=own_points.bring(own))
        left_page.leave_for("streamlit_app.py")
    elif pressed and not st.session_state[f"{KEY}_text"]:
        st.caption("No cells yet: paste some below.")


def show_points(own: OwnData) -> None:
    """Draw the points, and how many there are of each class."""
    counts = np.bincount(own.labels)
    st.markdown(
        f"**{len(own.labels)} points**: {counts[0]} of {plain(own.classes[0])}, {counts[1]} of "
        f"{plain(own.classes[1])}."
    )
    st.altair_chart(curves.points(own), key=f"{KEY}_points")
