"""The progress that a browser remembers: written as an address, and read as warily as one."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import streamlit as st

from ui.address import embedding
from ui.browser import signals
from ui.browser.bundle import bundle
from ui.course import progress
from ui.course.steps import STEPS

STORED, FORGOTTEN = "course_stored", "course_forgotten"
LONGEST = 200  # characters
NAMES = (embedding.COURSE, embedding.PASSED, embedding.SAID)

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "xor_course_memory",
    html='<span class="course-memory"></span>',
    js=bundle(_HERE / "memory.js"),
)


def keep() -> None:
    """Let the browser remember what was guessed or done in this session, if anything was."""
    if progress.has_begun() and progress.has_begun_here() and not embedding.presenting():
        at = progress.params(progress.reached() or 1)
        _call(progress=urlencode({name: at[name] for name in NAMES if name in at}))


def offer() -> bool:
    """Draw the way on from what the browser remembers, where nothing else is known; say whether."""
    if progress.has_begun() or embedding.presenting():
        return False
    if st.session_state.get(FORGOTTEN):
        _call(forget=True)
        return False
    stored = st.session_state.get(STORED)
    told = _call(asks=stored is None).get("stored")
    params = read(stored or told)
    if params is None:
        return False
    st.session_state[STORED] = stored or told
    done = len(embedding.passed_steps(params.get(embedding.PASSED, [])))
    number = int(params[embedding.COURSE][0])
    way = f"Go on with step {number}" if done < len(STEPS) else "See what came of it"
    view = {} if done < len(STEPS) else {"view": progress.END}
    with st.container(horizontal=True, vertical_alignment="center", key="course_offer"):
        st.button(
            f"**{way}** ({done} of {len(STEPS)} done in this browser)",
            key="course_go_on_from_memory",
            icon=":material/history:",
            on_click=st.query_params.update,
            args=({name: texts[0] for name, texts in params.items()} | view,),
        )
        st.button("Begin anew", key="course_forget", type="tertiary", on_click=_forget)
        st.caption("Only this browser remembers it.", width="content")
    return True


def read(stored: Any) -> dict[str, list[str]] | None:
    """Return the parameters of the step to go on with; None where what was stored holds none.

    What a browser has stored may be anything: it counts as far as it would in an address.
    """
    if not isinstance(stored, str) or len(stored) > LONGEST:
        return None
    given = parse_qs(stored)
    step = embedding.course_step(given.get(embedding.COURSE, []))
    done = embedding.passed_steps(given.get(embedding.PASSED, []))
    answers = embedding.said(given.get(embedding.SAID, []))
    if not (done or answers):
        return None
    still = [number for number in range(1, len(STEPS) + 1) if number not in done]
    later = [number for number in still if number >= (step or 1)]
    params = {embedding.COURSE: [str((later or still or [len(STEPS)])[0])]}
    if done:
        params[embedding.PASSED] = [".".join(map(str, done))]
    if answers:
        params[embedding.SAID] = [embedding.write_said(answers)]
    return params


def _forget() -> None:
    st.session_state[FORGOTTEN] = True


def _call(**data: Any) -> Any:
    with st.container(key="course_memory"):
        return _mount(key="course_memory_call", data=data, on_stored_change=signals.kept)
