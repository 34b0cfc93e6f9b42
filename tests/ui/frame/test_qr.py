"""The QR code: what is drawn of an address, and what is not."""

import xml.etree.ElementTree as ET

import pytest
import segno
import streamlit as st

from ui.frame.present import qr

ADDRESS = "http://127.0.0.1:8501/?hidden=50&at=1388&play=no"


def test_the_drawing_is_a_picture_of_the_code_with_its_margin() -> None:
    root = ET.fromstring(qr.drawing(ADDRESS))  # noqa: S314 - made here
    modules = segno.make(ADDRESS, error="m", micro=False).symbol_size(border=4)[0]
    assert float(root.attrib["width"]) == 8 * modules
    assert "#fff" in qr.drawing(ADDRESS)


def test_the_longest_address_still_fits() -> None:
    assert qr.drawing("http://a/?" + "x" * (qr.LONGEST - 10)).startswith("<svg")


@pytest.mark.parametrize("told", [None, 7, {"a": 1}, "javascript:alert(1)", "", "ftp://x/y"])
def test_what_is_no_address_of_the_web_is_not_drawn(told: object) -> None:
    st.session_state.pop(qr.STATE, None)
    qr.ask(told, "Train")
    assert qr.STATE not in st.session_state
