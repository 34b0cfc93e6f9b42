"""What players share besides JavaScript."""

import re
from pathlib import Path
from string import Template

import pytest

from ui.browser import fragments

UI = Path(__file__).parents[3] / "ui"
PLAYERS = [UI / "player" / "player.html", UI / "screens" / "gradient_descent" / "descent.html"]


@pytest.mark.parametrize("path", PLAYERS, ids=lambda path: path.stem)
def test_a_player_has_one_transport_bar_with_a_label_of_its_own(path: Path) -> None:
    places = Template(path.read_text(encoding="utf-8")).get_identifiers()
    words = dict.fromkeys({*places} - {"transport"}, 'less "<" more')
    filled = fragments.fill(path, moment='Moment "of" it', scale='"log"', **words)
    assert '"<"' not in filled
    assert 'title="&quot;log&quot;"' in filled
    assert "$" not in filled
    assert filled.count('class="transport card"') == 1
    assert re.findall(r'class="scrubber"[^>]* aria-label="(.*?)"', filled) == [
        "Moment &quot;of&quot; it"
    ]
    assert filled.count("<div") == filled.count("</div>")


@pytest.mark.parametrize(
    "path",
    sorted([*UI.rglob("*.html"), *UI.rglob("*.css")]),
    ids=lambda path: path.relative_to(UI).as_posix(),
)
def test_nothing_is_loaded_from_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "https://" not in text
    assert "//cdn" not in text
    assert "@import" not in text
