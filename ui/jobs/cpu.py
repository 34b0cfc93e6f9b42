"""Which cores the server's threads run on.

Python does one thread's work at a time, so that scripts gain nothing from a second core; and where
each waits for the interpreter on a core of its own, handing it over takes longer than what is done
with it. 200 visitors of one link wait 31 s for their player on two cores, 0.4 s on one.
"""

import os
import threading

import streamlit as st
from streamlit import runtime

CORES = frozenset(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ())


def keep_scripts_on_one_core() -> None:
    """Keep the server's threads, and those that they start, on one core; workers have all.

    Servers side by side, as behind a proxy, take cores in the order of their ports.
    """
    if not CORES or not is_server():
        return
    core = sorted(CORES)[int(st.get_option("server.port")) % len(CORES)]
    for thread in threading.enumerate():
        if thread.native_id is not None:
            os.sched_setaffinity(thread.native_id, {core})


def use_all_cores() -> None:
    """Let the present thread, mostly at compiled work, run anywhere."""
    if CORES and is_server():
        os.sched_setaffinity(0, CORES)


def is_server() -> bool:
    """Whether this process serves a page; tests of a script put something else in its place."""
    return runtime.exists() and isinstance(runtime.get_instance(), runtime.Runtime)
