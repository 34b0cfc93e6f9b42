"""What stays in every address, whatever else it says: how the page is shown."""

import streamlit as st

PRESENT, ON = "present", "1"
# Streamlit's own, and the presenter's view.
EMBEDDING = ("embed", "embed_options", PRESENT)


def presenting() -> bool:
    """Return whether the address asks for the presenter's view."""
    return st.query_params.get_all(PRESENT) == [ON]


def kept() -> dict[str, list[str]]:
    """Return the parameters of this address that stay."""
    texts = {name: st.query_params.get_all(name) for name in EMBEDDING}
    return {name: found for name, found in texts.items() if found}


def problems() -> list[str]:
    """Return a sentence where the address asks for a view that there is not."""
    texts = st.query_params.get_all(PRESENT)
    if not texts or presenting():
        return []
    return [f"{PRESENT} = {texts[0][:40]}: must be {ON}, once. It was left out."]


def link_params() -> dict[str, str]:
    """Return what a link to another screen carries on of the presenter's view."""
    return {PRESENT: ON} if presenting() else {}
