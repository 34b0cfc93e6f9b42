"""Presenting: ``?present=1`` hides the controls, enlarges the type, and lets keys change scenes.

Streamlit has no option for any of this, nor for what a printed page leaves out. So two style
sheets of ours, files that hold no text of a visitor, go into the page; they name only what
Streamlit marks for tests and styles of its users (``data-testid`` and ``st-key-...``).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from ui.address.embedding import ON, PRESENT, presenting
from ui.browser import signals
from ui.browser.bundle import bundle
from ui.frame.present import qr

_HERE = Path(__file__).parent

# What they do while presenting: scene_keys.js, and the player's transport.js.
KEYS: Mapping[str, str] = {
    "Page Down, Page Up": "to the end of the run, its cure, the next scene; back. So do ] and [",
    "1 to 9": "answer a question",
    "Space": "play, pause",
    "← →": "one frame back, one on",
    "Home, End": "the start and the end of the run",
    "Escape": "end presenting",
}

_keys = st.components.v2.component(
    "xor_scene_keys",
    html='<span class="scene-keys"></span>',
    js=bundle(_HERE / "scene_keys.js"),
)
_copy = st.components.v2.component(
    "xor_copy_link",
    html=(_HERE / "copy_link.html").read_text(encoding="utf-8"),
    css=(_HERE / "copy_link.css").read_text(encoding="utf-8"),
    js=bundle(_HERE / "copy_link.js"),
)


def add_styles(of_screen: Path | None) -> None:
    """Add the style sheets: of every page, of a screen, of the presenter's view where it is on."""
    st.html(_HERE / "page.css")
    if of_screen is not None:
        st.html(of_screen)
    if presenting():
        st.html(_HERE / "present.css")


def start() -> None:
    """Begin to present; meant for callbacks."""
    st.query_params[PRESENT] = ON


def end() -> None:
    """End presenting; meant for callbacks."""
    st.query_params.pop(PRESENT, None)


def tell_keys() -> None:
    """Draw a button behind which stands what the keys do."""
    with st.container(width="content", key="keys"), st.popover("Keys", icon=":material/keyboard:"):
        st.markdown("\n".join(f"- **{key}**: {does}" for key, does in KEYS.items()))


def copy_link(screen: str) -> None:
    """Draw the buttons that copy the page's address, and show it as a QR code.

    The address brings back everything on the page, with the moment that its player shows.
    """
    result = _copy(key="copy_link", width="content", height="content", on_qr_change=signals.kept)
    qr.ask(result.get("qr"), screen)


def slide_keys(
    names: Sequence[str],
    current: str | None,
    go: Callable[[str], None],
    *,
    titles: Sequence[str],
    key: str,
    beside: Callable[[], None] | None = None,
) -> None:
    """Let keys go through the scenes of a screen; in the presenter's view say which one it is.

    ] and [ always do; Page Down and Page Up, which remote controls send, in the presenter's view,
    since elsewhere they scroll.

    Parameters
    ----------
    names : sequence of str
        The scenes in their order.
    current : str or None
        The scene shown; None where it is none of them, and the next is the first.
    go : callable
        Told the name of the scene to go to; the page then runs again.
    titles : sequence of str
        A title for each, shown in the presenter's view; a scene of several stops repeats its own.
    key : str
        Of the component; call it in the page's script, not in a fragment.
    beside : callable, optional
        Draws what stands beside the buttons of the presenter's view.
    """
    place = names.index(current) if current in names else None
    with st.container(key="scene_keys"):
        result = _keys(
            key=key,
            data={"pages": presenting(), "place": place, "count": len(names)},
            on_move_change=signals.kept,
        )
    target = _target(result.get("move"), place, len(names))
    if target is not None and target != place:
        go(names[target])
        st.rerun()
    if presenting():
        with st.container(horizontal=True, vertical_alignment="center", key="scene_place"):
            _draw_place(place, names, go, titles)
            if beside is not None:
                beside()


def _draw_place(
    place: int | None, names: Sequence[str], go: Callable[[str], None], titles: Sequence[str]
) -> None:
    """Draw which scene it is, and buttons that do what the keys do.

    A tooltip would cover what is told below them.
    """
    if place is not None:
        scenes = list(dict.fromkeys(titles))
        number = scenes.index(titles[place]) + 1
        st.markdown(f"#### {titles[place]} :gray[· {number} of {len(scenes)}]", width="content")
    for by, way, icon in ((-1, "Back", "chevron_left"), (1, "Next", "chevron_right")):
        target = _target({"by": by, "from": place}, place, len(names))
        st.button(
            way,
            key=f"scene_{way.lower()}",
            icon=f":material/{icon}:",
            disabled=target is None or target == place,
            on_click=go,
            args=(names[target or 0],),
        )


def _target(move: Any, place: int | None, count: int) -> int | None:
    """Return the place that a move leads to: what comes from a browser may be anything.

    It counts where it was made from this place: whoever presses twice while the page works on the
    first press has gone on once.
    """
    by, seen = (move.get("by"), move.get("from")) if isinstance(move, dict) else (None, None)
    if by not in (-1, 1) or isinstance(by, bool) or seen != place:
        return None
    if place is None:
        return 0 if by > 0 else None
    return min(max(place + int(by), 0), count - 1)
