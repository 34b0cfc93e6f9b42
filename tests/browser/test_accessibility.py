"""Keyboard and screen reader: axe-core finds nothing serious on any screen, and canvases speak."""

import re
from collections.abc import Mapping
from importlib.resources import files

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import wait_until, wait_until_idle

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# Half faded in, a text has another contrast: all fading is brought to its end.
FADED = """() => { for (const each of document.getAnimations())
  if (Number.isFinite(each.effect.getComputedTiming().endTime)) each.finish(); }"""
REST = 600  # milliseconds, for what begins to fade only now
STANDARDS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
# All that another colour scheme changes.
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
DIGITS = re.compile(r"\d+")
SERIOUS = ("serious", "critical")
VISITS = {
    "Train": "/?steps=500&frames=20",
    "Start here": "/Start_here?course=2",
    "Exploding gradients": "/Exploding_gradients?scene=penalty_too_strong&run=yes",
    "Compare": "/Compare?run=steps:300~frames:10&run=hidden:8~steps:300~frames:10",
    "Schedules": "/Learning_rate_schedules",
    "Chain rule": "/Chain_rule?steps=300&frames=10&brick=Z1",
    "Gradient descent": "/Gradient_descent?scene=race",
    "Own data": "/Own_data",
}


def findings(page: Page, rules: Mapping[str, object]) -> list[str]:
    """What axe-core finds, a line each: rule, what it means, and where."""
    page.wait_for_timeout(REST)
    page.evaluate(FADED)
    result = page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", rules
    )
    return [
        f"{found['id']}: {found['help']}: {node['target']} {node['html'][:160]}"
        for found in result["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("screen", VISITS)
def test_nothing_serious_stands_in_the_way(open_page: OpenPage, screen: str) -> None:
    page = open_page(VISITS[screen], color_scheme="light")
    page.evaluate(AXE)
    assert "\n".join(findings(page, STANDARDS)) == ""
    page.emulate_media(color_scheme="dark")
    dark = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    wait_until(page, lambda: sum(map(int, DIGITS.findall(page.evaluate(dark)))) < 200, "dark")
    wait_until_idle(page)
    assert "\n".join(findings(page, CONTRAST)) == ""
