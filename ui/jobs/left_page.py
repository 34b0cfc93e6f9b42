"""A page that was left asks for nothing more.

What the server had sent before may set a timer of the left page in the browser, which then asks for
a fragment of it while the new page is being drawn. Streamlit would answer after the new page, under
the name of the old one, and the browser would take away all that it shows, for ever.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

PAGE = "page_drawn"  # where a session remembers the page that it draws


def forget() -> None:
    """Forget the fragments of the page before, where another one is drawn: none can be asked for.

    Streamlit itself forgets them at the end of the script. It has no public way to them.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    if st.session_state.get(PAGE, context.page_script_hash) != context.page_script_hash:
        context.fragment_storage.clear()
    st.session_state[PAGE] = context.page_script_hash
