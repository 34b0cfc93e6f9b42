"""Take a run home: one button that opens every format, and the citation."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

from mlp import Run
from ui.jobs.door import one_of_few
from ui.take_home import citation
from ui.take_home.formats import FORMATS
from ui.take_home.making import Making

POLL_SECONDS = 0.3
GROUPS: Mapping[str, Sequence[str]] = {
    "To show and to read": ("html", "python", "png", "svg", "gif", "mp4"),
    "To compute with": ("csv", "parquet", "json", "npz", "points"),
}
Shown = Callable[[], tuple[Run, int]]


def remember_shown(key: str, run: Run, frame: int | None) -> None:
    """Note what a player shows, for ``shown_by``: its run, and the chosen frame or the last."""
    last = len(run.steps) - 1
    st.session_state[f"{key}_shown"] = (run, last if frame is None else min(frame, last))


def shown_by(key: str) -> Shown:
    """Return a function that tells what the player of this key shows now."""

    def shown() -> tuple[Run, int]:
        run, frame = st.session_state[f"{key}_shown"]
        return run, frame

    return shown


def take_home(shown: Shown, *, key: str, sub_page: bool = False) -> None:
    """Draw the button "Take home"; what is in it is made when it is asked for, not before.

    Parameters
    ----------
    shown : callable
        Returns the run and the index of its chosen frame, asked for when the button is pressed.
        For a player: ``shown_by(key)``.
    key : str
        Prefix of the keys of everything in it.
    sub_page : bool
        Whether this is another screen than Train, where the addresses lead to.

    Notes
    -----
    It is a fragment: call it in the page's script, not inside another fragment.
    """
    making = _making(key)
    busy = making is not None and not making.done
    draw = st.fragment(_draw, run_every=POLL_SECONDS if busy else None)
    draw(shown, key, sub_page, busy)


def hold_place(key: str) -> None:
    """Draw the button where there is nothing to take home yet, so that nothing moves later."""
    with st.container(key=f"{key}_take_home"):
        st.button(
            "Take home",
            key=f"{key}_later",
            icon=":material/download:",
            disabled=True,
            help="Once the training has ended.",
        )


def _making(key: str) -> Making | None:
    making: Making | None = st.session_state.get(f"{key}_making")
    return making


@one_of_few
def _draw(shown: Shown, key: str, sub_page: bool, busy: bool) -> None:
    with st.container(key=f"{key}_take_home"):
        opened = st.popover(
            "Take home",
            icon=":material/download:",
            key=f"{key}_open",
            on_change="rerun",
        )
    if opened.open or busy:
        with opened:
            _draw_formats(*shown(), key, sub_page)
    making = _making(key)
    if busy and (making is None or making.done):
        st.rerun()  # the whole page, so that the fragment's timer ends


def _draw_formats(run: Run, frame: int, key: str, sub_page: bool) -> None:
    address = citation.address_of(run.experiment, st.context.url, sub_page=sub_page)
    st.markdown(f"**Step {run.steps[frame]:,}, and the whole run around it**")
    for title, names in GROUPS.items():
        st.caption(title)
        for pair in range(0, len(names), 2):  # a row each: a narrow screen keeps their order
            for name, column in zip(names[pair : pair + 2], st.columns(2), strict=False):
                with column:
                    _draw_format(name, run, frame, address, key)
    today = date.today()
    st.caption("To cite")
    st.code(citation.line(address, today), language=None, wrap_lines=True)
    st.code(citation.bibtex(address, today), language="latex", wrap_lines=True)


def _draw_format(name: str, run: Run, frame: int, address: str, key: str) -> None:
    """Draw the button of one format, or why there is none."""
    entry = FORMATS[name]
    if refusal := entry.refusal(run):
        st.button(
            entry.label, key=f"{key}_take_{name}", icon=entry.icon, disabled=True, width="stretch"
        )
        st.caption(refusal)
    elif entry.slow:
        _draw_slow(name, run, frame, address, key)
    else:
        st.download_button(
            entry.label,
            lambda: entry.make(run, frame, address, lambda _: None),
            entry.name_for(run, frame),
            entry.mime,
            key=f"{key}_take_{name}",
            icon=entry.icon,
            help=entry.help,
            on_click="ignore",
            width="stretch",
        )


def _draw_slow(name: str, run: Run, frame: int, address: str, key: str) -> None:
    """Draw the button that makes a file, its progress, or the button that saves it."""
    entry, making = FORMATS[name], _making(key)
    mine = making is not None and making.name == name and making.run is run
    if making is not None and mine and making.result is not None:
        st.download_button(
            f"Save: {entry.label}",
            making.result,
            making.file_name,
            entry.mime,
            key=f"{key}_take_{name}_save",
            icon=":material/check:",
            type="primary",
            on_click="ignore",
            width="stretch",
        )
    elif making is not None and mine and not making.done:
        st.progress(making.share, f"{entry.label}: {making.share:.0%}")
        if st.button(
            "Stop", key=f"{key}_take_{name}_stop", icon=":material/stop:", width="stretch"
        ):
            making.stop()
            st.rerun()
    else:
        if making is not None and mine and making.error is not None:
            st.caption(f"{making.error} Try again, or take another format.")
        if st.button(
            f"Make: {entry.label}",
            key=f"{key}_take_{name}",
            icon=entry.icon,
            help=f"{entry.help} Takes some seconds.",
            width="stretch",
        ):
            if making is not None:
                making.stop()
            started = st.session_state[f"{key}_making"] = Making(name, entry, run, frame, address)
            started.start()
            st.rerun()  # the whole page, so that the fragment gets its timer
