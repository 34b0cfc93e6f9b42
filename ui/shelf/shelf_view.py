"""The shelf on the screen: a card a run, with what can be done with it."""

from collections.abc import Callable, Sequence

import streamlit as st

from mlp import Plan
from ui.charts.inline import inline_png
from ui.jobs import left_page
from ui.jobs.door import one_of_few
from ui.settings import session
from ui.shelf import shelf, shelf_file
from ui.words import plan_names, stories
from ui.words.numbers import short
from ui.words.plain import named, plain

COLUMNS = 4
POLL_SECONDS = 0.4


def draw_file() -> None:
    """Draw how the shelf goes into a file and comes back from one."""
    entries = shelf.entries()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Save the shelf (JSON)",
            lambda: shelf_file.to_json(entries),  # called where there is no session
            "shelf.json",
            "application/json",
            key="shelf_save",
            icon=":material/download:",
            on_click="ignore",
            disabled=not entries,
        )
        with st.popover("Load a shelf", icon=":material/upload:"):
            st.file_uploader("A file saved here", type="json", key="shelf_upload", on_change=_load)
            st.caption("Its runs join those here, are trained again, and their digits compared.")
        long = shelf_file.unchecked(long=True)
        if long and st.button(f"Train the {len(long)} long runs from the file", key="shelf_long"):
            shelf_file.restore(long)
            st.rerun()
    if refusal := st.session_state.get("shelf_refusal"):
        st.error(plain(refusal), icon=":material/block:")
    pool = shelf_file.restoring()
    running = pool is not None and pool.is_running()
    shelf_file.keep_restored()
    if pool is not None:
        st.fragment(_restoring, run_every=POLL_SECONDS if running else None)(pool, running)


def _load() -> None:
    """Read the file that was chosen; one that cannot be used changes nothing."""
    uploaded = st.session_state["shelf_upload"]
    st.session_state["shelf_refusal"] = ""
    if uploaded is None:
        return
    try:
        found = shelf_file.from_bytes(uploaded.getvalue())
    except ValueError as error:
        st.session_state["shelf_refusal"] = (
            f"{named(uploaded.name)} was refused, and nothing changed: {error}."
        )
        return
    st.session_state["shelf_notice"] = shelf_file.take(found)
    if short_ones := shelf_file.unchecked(long=False):
        shelf_file.restore(short_ones)


@one_of_few
def _restoring(pool: shelf_file.Restoring, running: bool) -> None:
    if pool.error is not None:
        st.error(plain(f"Training failed: {pool.error}."))
    if pool.is_running():
        done = len(pool.results)
        st.progress(done / pool.total, f"Trained {done} of {pool.total} runs of the file again")
    elif running:
        st.rerun()


def draw(chosen: Sequence[Plan], choose: Callable[[Plan], None]) -> None:
    """Draw the shelf.

    Parameters
    ----------
    chosen : sequence of Plan
        What is compared now.
    choose : callable
        Told the plan whose "Compare" was pressed, to add it or to take it out.
    """
    draw_file()
    if shelf.notice():
        st.info(plain(shelf.notice()), icon=":material/info:")
    entries = shelf.entries()
    if not entries:
        st.caption(
            "Nothing here yet: every run that ends on any screen is put here. A shelf lasts as "
            "long as your visit: after a restart of the server, bring back the file you kept."
        )
        return
    st.caption(
        f"{len(entries)} of at most {shelf.MOST_ENTRIES} runs, the newest first. The oldest that "
        "is not pinned goes first. Nobody but you sees them."
    )
    for first in range(0, len(entries), COLUMNS):
        columns = st.columns(COLUMNS)
        for column, entry in zip(columns, entries[first : first + COLUMNS], strict=False):
            with column, st.container(border=True, key=f"shelf_card_{entry.id}"):
                _card(entry, entry.plan in chosen, choose)


def _card(entry: shelf.Entry, is_chosen: bool, choose: Callable[[Plan], None]) -> None:
    digits = entry.digits
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if entry.picture is not None:
            said = f"The boundary at the end: {digits.accuracy:.1%} right"
            st.image(inline_png(entry.picture), width=64, alt=said)
        with st.container(gap=None):
            st.markdown(f"**{plain(entry.name)}**")
            told = entry.story or stories.VERDICTS[digits.verdict]
            st.caption(f"{told} · {digits.accuracy:.1%} right")
            st.caption(f"loss {short(digits.loss)} at step {digits.step:,}")
    if entry.from_file:
        _show_check(entry)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Compare",
            key=f"shelf_compare_{entry.id}",
            type="primary" if is_chosen else "secondary",
            icon=":material/compare_arrows:",
            help="Take it into the comparison above, or out of it.",
            on_click=choose,
            args=(entry.plan,),
        )
        with st.popover("", icon=":material/more_horiz:", help="Rename, pin, restore, remove"):
            _menu(entry)


def _show_check(entry: shelf.Entry) -> None:
    if not entry.check:
        st.caption(":material/description: From a file; not trained here yet.")
    elif entry.check == "same":
        st.caption(":material/check: From a file; trained here, the digits are the same.")
    else:
        st.caption(f":material/warning: From a file: {plain(entry.check)}.")


def _menu(entry: shelf.Entry) -> None:
    name_key, pin_key = f"shelf_name_{entry.id}", f"shelf_pin_{entry.id}"
    st.session_state[name_key], st.session_state[pin_key] = entry.name, entry.pinned
    st.text_input(
        "Name",
        key=name_key,
        max_chars=shelf.LONGEST_NAME,
        on_change=lambda: shelf.rename(entry.plan, st.session_state[name_key]),
    )
    st.toggle(
        "Pinned: stays when the shelf is full",
        key=pin_key,
        on_change=lambda: shelf.pin(entry.plan, st.session_state[pin_key]),
    )
    st.caption(plan_names.details(entry.plan))
    restore = "Restore into the controls"
    if entry.plan.is_branch:
        restore = "Restore its first settings into the controls"
    if st.button(restore, key=f"shelf_restore_{entry.id}", icon=":material/tune:", width="stretch"):
        session.use(entry.plan.root)
        left_page.leave_for("streamlit_app.py")
    st.button(
        "Remove from the shelf",
        key=f"shelf_remove_{entry.id}",
        icon=":material/delete:",
        on_click=shelf.remove,
        args=(entry.plan,),
        width="stretch",
    )
