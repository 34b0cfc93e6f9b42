"""Nothing more of a page that was left.

A browser that goes to another screen has not heard of it yet, and goes on asking for the fragments
of the old one. Streamlit answers those after the new page has begun, under the old page's name; the
browser then clears what it shows, and the new screen stays blank for ever. So the fragments of a
page are forgotten as soon as another is asked for: Streamlit ignores who asks for a forgotten one.
"""

from collections.abc import Mapping, Sequence
from typing import NoReturn
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.address import embedding

_seen: WeakKeyDictionary[AppSession, str] = WeakKeyDictionary()
"""The page that a session's browser last said it shows, where it has; the page of its latest run
otherwise. Used on the event loop alone."""

_request_rerun = AppSession.request_rerun


def request_rerun(session: AppSession, client_state: ClientState | None) -> None:
    """Ask for a run, as ``AppSession.request_rerun``; forget a page that is left with it."""
    page = client_state.page_script_hash if client_state else ""
    fragment = client_state.fragment_id if client_state else ""
    if page and not fragment and page != _seen.get(session, session.page_script_hash):
        # There is no public way to a session's fragments.
        fragments = getattr(session, "_fragment_storage", None)
        if fragments is not None:
            fragments.clear()
    if page and (not fragment or session.has_fragment(fragment)):
        _seen[session] = page
    _request_rerun(session, client_state)


def leave_for(page: str, query_params: Mapping[str, str | Sequence[str]] | None = None) -> NoReturn:
    """Go to another page, as ``st.switch_page``, and forget the page that is left.

    What stays in every address, the place in the course first, goes along.
    """
    if (context := get_script_run_ctx()) is not None:
        context.fragment_storage.clear()
    st.switch_page(page, query_params={**embedding.link_params(), **(query_params or {})})


def forget() -> None:
    """Forget the fragments of pages that are left, from now on."""
    # Streamlit has no hook for it, and mypy takes the function for a bound one.
    AppSession.request_rerun = request_rerun  # type: ignore[method-assign, assignment]
