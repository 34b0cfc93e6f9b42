"""What is drawn anew: the whole page, or only some fragments of it, at once or again and again.

Whatever a visitor does draws the fragment anew in which it was done, or the page where it was in
none. A run of the whole page is most of what a change of a setting costs beside its training.
"""

from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState


def is_whole() -> bool:
    """Whether the run that goes on is one of the whole page."""
    context = get_script_run_ctx()
    return context is None or not context.fragment_ids_this_run


def page() -> None:
    """Draw the whole page anew, where only fragments of it are drawn."""
    if not is_whole():
        st.rerun()


def only(*fragments: str) -> None:
    """Draw these fragments anew, by their keys, and nothing else; last in a callback.

    A run of the whole page draws them in any case, and goes on. The fragments of a page that is
    just being left are forgotten.
    """
    if not is_whole():
        with suppress(StreamlitAPIException):
            st.rerun(fragments)


def again(seconds: float | None) -> None:
    """Let the browser draw the fragment around this call every so many seconds; None: no more.

    As the option ``run_every`` of a fragment does, which only a run of what is around it can
    change.
    """
    context = get_script_run_ctx()
    fragment = None if context is None else ThreadState.get().fragment_id
    if context is None or fragment is None:
        return
    message = ForwardMsg()
    if seconds is None:
        message.stop_auto_rerun.fragment_ids.append(fragment)
    else:
        message.auto_rerun.fragment_id, message.auto_rerun.interval = fragment, seconds
    context.enqueue(message)
