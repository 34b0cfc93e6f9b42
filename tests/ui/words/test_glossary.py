"""The words: one short definition each, of words that the screens really say."""

import re
from pathlib import Path

import pytest

from ui.frame.shell import SCREENS
from ui.words import glossary
from ui.words.glossary import ON_SCREEN, TERMS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("term", TERMS)
def test_a_definition_is_a_sentence_or_three_and_does_not_begin_with_itself(term: str) -> None:
    told = TERMS[term]
    assert told.endswith(".")
    assert 1 <= len(re.findall(r"[.:](?: |$)", told)) <= 7
    assert len(told) <= 220
    assert not told.lower().startswith(term.lower())


def test_no_two_words_have_the_same_definition() -> None:
    assert len(set(TERMS.values())) == len(TERMS)


def test_every_screen_has_its_words() -> None:
    titles = {screen.title for screen in SCREENS}
    assert set(ON_SCREEN) <= titles
    for title in titles:
        words = glossary.words_of(title)
        assert set(words) <= set(TERMS)
        assert len(words) == len(set(words))


def test_the_words_of_a_screen_stand_in_what_it_says() -> None:
    """Somewhere in the source of the screen, or of what all screens share."""
    shared = [
        *(ROOT / "ui").glob("[!s]*/**/*.py"),
        *(ROOT / "ui/shelf").glob("*.py"),
        ROOT / "ui/player/player.html",
    ]
    common = "".join(p.read_text(encoding="utf-8") for p in shared if p.name != "glossary.py")
    for title, terms in ON_SCREEN.items():
        folder = title.lower().replace(" ", "_").replace("exploding_gradients", "exploding")
        sources = (ROOT / "ui/screens" / folder).rglob("*.[pj][ys]")
        own = "".join(path.read_text(encoding="utf-8") for path in sources)
        for term in terms:
            stem = re.split(r"[ ,]", term)[0].lower().rstrip("s")
            written = (own + common).lower()
            form = re.compile(glossary.FORMS.get(term, re.escape(stem)), re.IGNORECASE)
            assert stem in written or form.search(written), (title, term)


PAGE = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")


def test_the_page_of_the_code_has_the_words_of_the_screens_as_the_screens_say_them() -> None:
    assert PAGE.endswith(f"\n## The words of visitors\n\n{glossary.listed()}\n"), (
        "docs/glossary.md ends with ui.words.glossary.listed(): print it, and put it there"
    )


def test_no_word_of_the_screens_is_defined_a_second_time_on_the_page() -> None:
    written = PAGE.partition("## The words of visitors")[0]
    twice = {term.lower() for term in TERMS} & {
        name.strip().lower()
        for names in re.findall(r"\*\*(.+?)\*\*:", written)
        for name in names.split(",")
    }
    assert not twice
