"""Room for what a busy browser has not read yet.

Streamlit ends a session once 500 messages wait for its browser, and tells the page nothing: it
stays faded until it is loaded anew. A screen of this dashboard is 300 messages, and a telephone
that draws one may get two more meanwhile.
"""

from streamlit import runtime
from streamlit.web.server.starlette import starlette_websocket

ROOM = 5000  # messages, most of some hundred bytes
LIMIT = "WEBSOCKET_MAX_SEND_QUEUE_SIZE"  # of Streamlit, which has no option for it


def make_room() -> None:
    """Let so many messages wait, for who comes from now on and for those who are here."""
    setattr(starlette_websocket, LIMIT, ROOM)
    if not runtime.exists():
        return
    # Who came first was connected before any script was imported. There is no public way to them.
    sessions = getattr(runtime.get_instance(), "_session_mgr", None)
    for session in sessions.list_active_sessions() if sessions is not None else ():
        queue = getattr(session.client, "_send_queue", None)
        if queue is not None:
            queue._maxsize = ROOM
