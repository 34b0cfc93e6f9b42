"""The address as a QR code, for telephones in a lecture hall; drawn here, without the internet."""

import io
from typing import Any
from urllib.parse import urlsplit

import segno
import streamlit as st

STATE = "qr_address"
LONGEST = 2000  # characters; the largest code of this kind holds 2,331 bytes
ALONE = ("localhost", "127.0.0.1", "::1")
OPEN_TO_ALL = 'make run ARGS="--server.address 0.0.0.0"'


def ask(told: Any, screen: str) -> None:
    """Show the code from now on, for an address that a browser tells; it may tell anything."""
    if isinstance(told, str) and urlsplit(told).scheme in ("http", "https"):
        st.session_state[STATE] = (screen, told)


def show(screen: str) -> None:
    """Draw the dialog where it was asked for on this screen."""
    asked_on, address = st.session_state.get(STATE, (None, ""))
    if asked_on == screen:
        st.dialog("Take this page with you", width="large", on_dismiss=_forget)(_draw)(address)
    elif asked_on is not None:
        _forget()


def _forget() -> None:
    st.session_state.pop(STATE, None)


def _draw(address: str) -> None:
    if len(address) > LONGEST:
        st.warning(
            f"The address has {len(address):,} characters; a QR code that can be read from afar "
            f"takes at most {LONGEST:,}. Copy the link instead."
        )
        return
    host = urlsplit(address).hostname
    with st.container(key="qr_code", gap="xsmall"):  # as large as the style sheet finds room
        st.image(drawing(address), width="stretch")
        st.code(address, language=None, wrap_lines=True)
        if host is not None and host in ALONE:
            _tell_how_others_reach_it(host)
        if "data_id" in address:
            st.caption("Your own points are not in the address: send their file too.")


def _tell_how_others_reach_it(host: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="qr_alone"):
        st.caption("Only this computer can open this address.", width="content")
        with st.popover("How others can", type="tertiary"):
            st.markdown(
                "For telephones and other computers in your network, start the dashboard once "
                "more, open to all of them, and come here under this computer’s name or number in "
                f"the network in place of {host}."
            )
            st.code(OPEN_TO_ALL, language=None, wrap_lines=True)


def drawing(address: str) -> str:
    """Return the code as SVG: dark on white with its margin, as cameras expect in any theme.

    Parameters
    ----------
    address : str
        At most ``LONGEST`` characters.
    """
    code = segno.make(address, error="m", micro=False)
    out = io.BytesIO()
    code.save(out, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=False)
    return out.getvalue().decode("utf-8").strip()
