"""The presenter's view, and the printed page."""

import re

from playwright.sync_api import Locator, Page, expect

from mlp.plan.scenes import SCENES
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, open_curves, wait_until_idle
from tests.browser.player import Player
from ui.frame.present import KEYS
from ui.screens.exploding.answers import ANSWERS
from ui.words.scenes import LOOK_FOR, QUESTIONS

SHORT = "steps=3000&frames=60"


def font_size(text: Locator) -> float:
    """Height of the letters as they are seen, zoom included."""
    return float(
        text.evaluate("e => parseFloat(getComputedStyle(e).fontSize) * (e.currentCSSZoom ?? 1)")
    )


def keys_are_heard(page: Page) -> None:
    """Wait until the page listens to keys: it cannot before it has loaded."""
    expect(page.locator(".scene-keys[data-listening]")).to_have_count(1)


def key_before(answer: Locator) -> str:
    """What the style sheet writes before an answer."""
    return str(answer.evaluate("e => getComputedStyle(e, '::before').content"))


def test_a_telephone_has_no_keys_to_be_told(open_page: OpenPage) -> None:
    page = open_page("/Exploding_gradients", width=390, height=844, has_touch=True)
    assert key_before(page.get_by_role("button", name=ANSWERS["jumps"])) == "none"


def label_of(name: str) -> str:
    return SCENES[name].title


def test_controls_go_results_stay_and_the_type_grows(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}", width=1920, height=1080)
    player = Player(page)
    number, readout = page.get_by_test_id("stMetricValue").first, player.readout
    before = font_size(number), font_size(readout)
    page.get_by_role("button", name="Present").click()
    expect(page).to_have_url(re.compile(r"present=1"))
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("button", name="Take home")).to_be_hidden()
    expect(page.get_by_text("At the end: step 3,000")).to_be_visible()
    assert page.get_by_test_id("stMetricValue").count() == 4
    for switch in ("Sensitivity", "Log"):  # that the scenes' hints speak of
        expect(player.root.locator(".segments.small").get_by_text(switch)).to_be_visible()
    for old, text in zip(before, (number, readout), strict=True):
        assert font_size(text) > 1.2 * old
    wide = "() => document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(wide)
    page.get_by_role("button", name="End presenting").click()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))


def test_the_pointer_finds_its_place_in_the_larger_player(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}&present=1", width=1920, height=1080)
    player = Player(page)
    box = player.map.bounding_box()
    assert box is not None
    player.map.click(position={"x": 0.75 * box["width"], "y": 0.25 * box["height"]})
    x0, x1 = player.evaluate("p => p.probe")
    reach = player.evaluate("p => p.lanes[0].domain")
    where = player.evaluate(
        "p => { const m = p.stage.views[0].map, s = m.surface;"
        " return m.inputAt({ x: 0.75 * s.width, y: 0.25 * s.height }); }"
    )
    assert abs(x0 - where[0]) < 0.02, (x0, where, reach)
    assert abs(x1 - where[1]) < 0.02, (x1, where, reach)
    tooltip = player.root.locator(".tooltip")
    note, mouse = tooltip.bounding_box(), box["x"] + 0.75 * box["width"]
    assert note is not None
    assert 0 < note["x"] - mouse < 60 or note["x"] + note["width"] > box["x"] + box["width"]
    # Drawn at the screen's own resolution, not blown up.
    pixels = player.map.evaluate("c => c.width / c.getBoundingClientRect().width")
    assert abs(pixels - 1) < 0.02


def test_keys_go_through_the_scenes(open_page: OpenPage) -> None:
    page = open_page("/?present=1", width=1920, height=1080)
    Player(page)
    keys_are_heard(page)
    for key, name in (
        ("PageDown", "fifty_neurons"),
        ("]", "dead_network"),
        ("PageUp", "fifty_neurons"),
        ("[", "three_neurons"),
        ("[", "three_neurons"),
    ):
        page.keyboard.press(key)
        place = list(SCENES).index(name) + 1
        title = f"{label_of(name)} · {place} of {len(SCENES)}"
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=PATIENCE)
        wait_until_idle(page)
    expect(page).to_have_url(re.compile(r"/\?present=1$"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/$"))


def test_keys_are_told_and_one_pressed_twice_goes_on_once(open_page: OpenPage) -> None:
    page = open_page(f"/?present=1&{SHORT}", width=1400, height=900)
    player = Player(page)
    keys_are_heard(page)
    page.get_by_role("button", name="Keys").click()
    for key in KEYS:
        expect(page.get_by_text(key, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Home, End")).to_have_count(0)
    expect(page.get_by_role("button", name="Keys")).not_to_be_focused()
    assert "present" in page.url
    page.keyboard.press("End")
    expect(player.root).to_have_attribute("data-step", "3000")
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollTop") == 0
    page.keyboard.press("Home")
    expect(player.root).to_have_attribute("data-step", "0")
    page.get_by_role("button", name="Next").hover()
    expect(page.get_by_role("button", name="Next")).to_have_attribute("title", "Page Down")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")  # the page has not followed the first yet, and says so
    working = page.locator(".st-key-scene_place[data-working]")
    expect(working).to_have_count(1)
    expect(page.get_by_role("heading", name=label_of("three_neurons"))).to_be_visible()
    expect(working).to_have_count(0)
    wait_until_idle(page)
    expect(page.get_by_role("heading", name=label_of("three_neurons"))).to_be_visible()


def test_what_a_run_comes_to_is_told_before_the_next_scene(open_page: OpenPage) -> None:
    address = "/Exploding_gradients?present=1&scene=dead_network&run=yes&cure=warm_up"
    page = open_page(address, height=900, reduced_motion="no-preference")
    player = Player(page)
    player.wait_for_frame(3)
    keys_are_heard(page)
    wait_until_idle(page)
    verdict = page.locator(".st-key-verdict p").first
    expect(verdict).to_be_hidden()
    page.keyboard.press("PageDown")
    expect(verdict).to_be_visible()
    expect(player.root).to_have_attribute("data-step", "20000")
    page.keyboard.press("PageDown")
    second = list(QUESTIONS.values())[1]
    expect(page.get_by_role("heading", name=second.text)).to_be_visible(timeout=PATIENCE)


def test_a_press_that_is_being_followed_moves_nothing(open_page: OpenPage) -> None:
    path = (
        "/Exploding_gradients?present=1&scene=article_fifty_exploding"  # its title is the longest
    )
    page = open_page(path, width=1400, height=900)
    Player(page)
    keys_are_heard(page)
    wait_until_idle(page)
    before, after, told = page.evaluate(
        """() => {
            const told = document.querySelector(".st-key-told");
            const top = () => told.getBoundingClientRect().top;
            const before = top();
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "PageDown" }));
            const place = document.querySelector(".st-key-scene_place[data-working]");
            return [before, top(), getComputedStyle(place, "::after").content];
        }"""
    )
    assert (before, told) == (after, '"One moment …"')


def test_a_question_mark_stays_in_the_line_of_the_last_word(open_page: OpenPage) -> None:
    page = open_page("/Exploding_gradients?present=1&scene=penalty_too_strong", height=900)
    heading = page.get_by_role("heading", name=QUESTIONS["penalty_too_strong"].text)
    tops = """heading => {
        const [mark] = heading.getElementsByTagName("button");
        const words = document.createRange();
        words.selectNodeContents(heading.querySelector("[data-heading-text]").firstChild);
        const last = [...words.getClientRects()].at(-1), box = mark.getBoundingClientRect();
        return [box.top - last.top, last.bottom - box.bottom, box.left - last.right];
    }"""
    for width in range(1300, 1460, 8):  # at some of them the last word ends its line
        page.set_viewport_size({"width": width, "height": 900})
        above, below, beside = heading.evaluate(tops)
        assert above >= 0 <= below, width
        assert 0 <= beside < 20, width


def test_a_key_typed_into_a_field_stays_there(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}")
    Player(page)
    keys_are_heard(page)
    page.get_by_role("spinbutton", name="Learning rate, exactly").focus()
    page.keyboard.press("]")
    wait_until_idle(page)
    assert "hidden" not in page.url
    page.locator(".st-key-banner").click()
    page.keyboard.press("]")  # with the focus on nothing it goes to the first scene
    expect(page.get_by_text(LOOK_FOR["three_neurons"]).filter(visible=True)).to_have_count(1)


def test_a_scene_asks_runs_and_leads_to_the_next(open_page: OpenPage) -> None:
    page = open_page("/Exploding_gradients?present=1", width=1920, height=1080)
    first, second, *_ = QUESTIONS.values()
    expect(page.get_by_role("heading", name=first.text)).to_be_visible()
    keys_are_heard(page)
    page.keyboard.press("PageDown")
    Player(page)
    expect(page).to_have_url(re.compile(r"present=1&scene=dead_network&run=yes$"))
    wait_until_idle(page)
    page.keyboard.press("PageDown")  # before it is known what helps best, or after
    expect(page).to_have_url(re.compile(r"run=yes&cure=\w+$"), timeout=3 * PATIENCE)
    wait_until_idle(page)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name=second.text)).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile(r"present=1&scene=exploding_wide$"))
    wait_until_idle(page)
    answers = page.locator(".st-key-answers").get_by_role("button")
    assert [key_before(answer) for answer in answers.all()] == ['counter(answer) / ""'] * 4
    expect(page.get_by_role("button", name=ANSWERS["jumps"], exact=True)).to_be_visible()
    page.keyboard.press("2")  # the second answer
    expect(page).to_have_url(re.compile(r"scene=exploding_wide&run=yes$"), timeout=PATIENCE)
    expect(page.get_by_text("You expected:")).to_be_visible(timeout=PATIENCE)


def test_a_printed_page_has_the_results_and_no_controls(open_page: OpenPage) -> None:
    page = open_page(f"/?{SHORT}")
    player = Player(page)
    player.jump_to_end()
    charts = open_curves(page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    for gone in ("stSidebar", "stPageLink", "stButtonGroup", "stPopover", "stToolbar"):
        for part in page.get_by_test_id(gone).all():
            expect(part).to_be_hidden()
    expect(player.map).to_be_visible()
    expect(player.root.locator(".graph-box canvas")).to_be_visible()
    expect(player.root.locator(".transport")).to_be_hidden()
    for number in page.get_by_test_id("stMetricValue").all():
        expect(number).to_be_visible()
    for chart in charts.all():
        picture = chart.locator("canvas, svg").first
        expect(picture).to_be_visible()
        assert right_end(picture) <= 794
    assert is_whole(page)


def right_end(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"]


def is_whole(page: Page) -> bool:
    """Whether everything is in the page's own flow: what scrolls inside would be cut off."""
    return bool(
        page.evaluate(
            "() => { const main = document.querySelector('[data-testid=stMain]');"
            " return main.scrollHeight <= main.clientHeight + 1; }"
        )
    )
