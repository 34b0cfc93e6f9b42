"""Everything that a screen says: words that stand on it, and what opens by a click."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from ui import screens
from ui.player.assets import HTML
from ui.words.glossary import TERMS

SAID = {"body", "label", "text", "options", "content", "title", "value", "caption", "alt"}
DRAWN = {"title", "titles", "descriptions", "words", "idea", "note", "label", "meaning", "text"}
WORDS = "Words"  # the popover that explains
MENU = "menu_list"  # the key of what says what other screens are for
SCREENS = Path(screens.__file__).parent
# What is written into the page of a player.
WRITTEN = {
    name: re.sub(r"<[^>]*>", "\n", text)
    for name, text in {
        "xor_player": HTML,
        "descent_player": (SCREENS / "gradient_descent/descent.html").read_text(encoding="utf-8"),
        "xor_chain": (SCREENS / "chain_rule/chain.html").read_text(encoding="utf-8"),
    }.items()
}


def said(app: AppTest) -> str:
    """Return all texts of a screen but the explanations: as one text, without marks."""
    texts = [text for block in (app.main, app.sidebar) for text in _of_block(block)]
    return re.sub(r"[*_`#]|:[a-z]+\[|:material/\w+:|\$", " ", "\n".join(texts))


def explained(app: AppTest) -> list[str]:
    """Return the terms that the list "Words" of a screen explains."""
    texts = "\n".join(element.value for element in app.markdown)
    return [term for term in TERMS if f"**{term}**: {TERMS[term]}" in texts]


def _of_block(block: Block) -> Iterator[str]:
    proto = getattr(block, "proto", None)
    if proto is not None:
        told = MessageToDict(proto)
        if told.get("popover", {}).get("label") == WORDS or told.get("id", "").endswith(MENU):
            return
        yield from _strings(told, SAID)
    for child in block.children.values():
        if isinstance(child, Block):
            yield from _of_block(child)
        else:
            yield from _of_element(child)


def _of_element(element: Element) -> Iterator[str]:
    told = MessageToDict(element.proto)
    if "json" in told and "componentName" in told:
        yield from _strings(json.loads(told["json"] or "{}"), DRAWN)
        yield WRITTEN.get(told["componentName"], "")
    elif "spec" in told:
        yield from _strings(json.loads(told["spec"]), DRAWN)
    elif element.type not in ("html", "page_link"):  # a link has the name of its screen
        yield from _strings(told, SAID)


def _strings(value: Any, names: set[str], *, inside: bool = False) -> Iterator[str]:
    """Find all texts under some names."""
    if isinstance(value, str):
        if inside:
            yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _strings(entry, names, inside=inside)
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _strings(entry, names, inside=inside or name in names)
