"""How a fragment that is run again and again, to look for what comes, ends that by itself."""

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState


class Looks:
    """The looks of a fragment, as the page around it knows them.

    Parameters
    ----------
    busy : bool
        Whether anything is still to come as the page is drawn: the fragment then has a timer.
    beyond : bool
        Whether the rest of the page shows some of it as well, and is to be drawn anew at the end.
    """

    def __init__(self, *, busy: bool, beyond: bool) -> None:
        """Note how the page was drawn."""
        self._busy, self._beyond = busy, beyond

    def go_on(self, *, busy: bool) -> None:
        """Leave the timer as it is, stop it, or draw the page anew; last in the fragment.

        A run of the whole page for what the fragment alone shows would be most of what a change of
        a setting costs.
        """
        if busy == self._busy:
            return
        if busy or self._beyond:
            st.rerun()
        self._busy = False
        _stop_timer()


def _stop_timer() -> None:
    """Tell the browser to leave the fragment that is drawn at this moment alone.

    As Streamlit does it for one that is no longer drawn.
    """
    context, fragment = get_script_run_ctx(), ThreadState.get().fragment_id
    if context is not None and fragment is not None:
        message = ForwardMsg()
        message.stop_auto_rerun.fragment_ids.append(fragment)
        context.enqueue(message)
