"""The optimizers and the loss surface as a visitor sees them, in a real browser."""

import re

from playwright.sync_api import Page, expect

from mlp import Experiment, train
from mlp.analysis.loss_plane import loss_plane
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import choose, wait_until_idle, wait_until_redrawn
from tests.browser.player import Player
from ui.words.numbers import equals, short

SHORT = "steps=3000&frames=60"


def open_surface(page: Page) -> None:
    page.get_by_text("Loss surface around this step").click()
    wait_until_idle(page)


def test_adam_is_chosen_trained_and_held_against_no_limit(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}")
    choose(page, "Optimizer", "Adam")
    expect(page).to_have_url(re.compile("optimizer=adam"))
    player = Player(page)
    player.wait_for_key("adam")
    words = player.root.locator(".gauge-words")
    expect(words).to_have_text("No limit: Adam scales the step of each weight by itself")
    expect(player.root.locator(".gauge-scale")).not_to_contain_text("limit")
    expect(page.get_by_text("Memory of squared gradients")).to_be_visible()


def test_the_surface_follows_the_frame_chosen_in_the_player(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}&hidden=50&learning_rate=0.03")
    run = train(Experiment(steps=3000, frames=60, hidden=50, learning_rate=0.03))
    player = Player(page)
    player.button("Jump to the start").click()
    expect(page.get_by_text("Chosen step: 0", exact=True)).to_be_visible()
    open_surface(page)
    for action, frame in (("One frame forward", 1), ("One frame forward", 2)):
        player.button(action).click()
        plane = loss_plane(run, frame)
        assert plane is not None
        text = f"Step {run.steps[frame]:,}: learning rate × sharpness = "
        expect(page.get_by_text(text)).to_contain_text(
            f"{equals(plane.product, short(plane.product))}."
        )
    wait_until_idle(page)
    charts = page.locator('[aria-label^="Loss around step"], [aria-label^="Along the sharpest"]')
    expect(charts).to_have_count(2)
    before = charts.first.screenshot()
    page.get_by_text("The whole run", exact=True).first.click()
    wait_until_redrawn(charts.first, before)


def test_the_surface_does_not_restart_the_player(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}", reduced_motion="no-preference")
    player = Player(page)
    player.wait_for_frame(3)
    player.pause()
    player.settle()
    frame = player.frame
    player.evaluate("p => { p.root.dataset.seen = 'yes' }")
    open_surface(page)
    expect(page.get_by_text(re.compile(r"learning rate × sharpness = "))).to_be_visible()
    expect(player.root).to_have_attribute("data-seen", "yes")
    assert player.frame == frame
