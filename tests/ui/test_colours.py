"""Runs have colours of their own: seen on both themes, and none of them that of a class."""

import colorsys
import re
import tomllib
from itertools import pairwise, product
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
CSS = (ROOT / "ui/browser/shared.css").read_text(encoding="utf-8")
LIGHT, DARK = CSS[: CSS.index('[data-theme="dark"]')], CSS[CSS.index('[data-theme="dark"]') :]
LANES = (0, 1, 2, 6)  # places of the player's lanes among the colours of the charts


def rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def hue(colour: str) -> tuple[float, float]:
    """Hue in degrees, and saturation."""
    red, green, blue = rgb(colour)
    h, s, _ = colorsys.rgb_to_hsv(red, green, blue)
    return 360 * h, s


def lanes_of(css: str) -> list[str]:
    return [re.findall(rf"--lane-{i}: (#\w+)", css)[0] for i in (1, 2, 3, 4)]


@pytest.mark.parametrize(("theme", "css"), [("light", LIGHT), ("dark", DARK)])
def test_runs_are_seen_and_are_not_classes(theme: str, css: str) -> None:
    colours: list[str] = CONFIG[theme]["chartCategoricalColors"]
    lanes = lanes_of(css)
    assert lanes == [colours[i] for i in LANES]
    assert len(set(colours)) == len(colours) == 8
    assert min(contrast(c, CONFIG[theme]["backgroundColor"]) for c in colours) >= 3
    classes = [re.findall(rf"--{name}: (#\w+)", css)[0] for name in ("blue", "orange")]
    for colour, other in product(colours, classes):
        (one, saturation), (two, _) = hue(colour), hue(other)
        apart = min(abs(one - two), 360 - abs(one - two))
        assert apart > 15 or saturation < 0.35, (colour, other)


@pytest.mark.parametrize("css", [LIGHT, DARK], ids=["light", "dark"])
def test_what_is_undecided_is_neither_the_page_nor_a_class(css: str) -> None:
    background = CONFIG["light" if css is LIGHT else "dark"]["backgroundColor"]
    [undecided] = re.findall(r"--undecided: (#\w+)", css)
    assert contrast(undecided, background) > 1.15
    assert all(abs(a - b) < 0.12 for a, b in pairwise(rgb(undecided)))
