"""What matters is on one screen: bounding boxes at three sizes, nothing cut off or covered."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from mlp.plan.scenes import SCENES
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, swipe, wait_until, wait_until_idle
from tests.browser.player import Player
from ui.course.steps import STEPS
from ui.frame.shell import SCREENS
from ui.screens.gradient_descent.lessons import LESSONS
from ui.words.scenes import QUESTIONS

SHORT = "steps=3000&frames=60"
SIZES = [(1400, 900), (1920, 1080)]
PHONE = (390, 844)
THUMB = "[data-rac]:not([data-orientation])"
# All that is tapped, but the marks on a time line and the remedy in a line, which have room around.
PRESSED = (
    "[data-testid=stMain] :is(button:not(.chip, .go-on), select, summary, .scrubber, "
    "[role=combobox]):not([data-testid=stMultiSelect] *)"
)
WHAT_MATTERS = (".transport", ".map-box", ".accuracy", ".loss", ".gauge", ".stability")


def expect_in_view(page: Page, *parts: Locator) -> None:
    """Every part is seen whole, without scrolling."""
    size = page.viewport_size
    assert size is not None
    for part in parts:
        expect(part).to_be_visible(timeout=PATIENCE)
        box = part.bounding_box()
        assert box is not None
        inside = (
            box["x"] >= 0
            and box["y"] >= 0
            and box["x"] + box["width"] <= size["width"] + 0.5
            and box["y"] + box["height"] <= size["height"] + 0.5
        )
        assert inside, (part, box, size)


def expect_no_sideways(page: Page) -> None:
    wider = """() => [document.documentElement, document.querySelector("[data-testid=stMain]")]
        .filter(element => element.scrollWidth > element.clientWidth).length"""
    assert page.evaluate(wider) == 0


def expect_one_line(page: Page) -> None:
    """Menu, scene and actions stand side by side in one line."""
    line = page.locator(".st-key-header").bounding_box()
    assert line is not None
    assert line["height"] <= 70


def parts_of(player: Player) -> list[Locator]:
    """What matters, of every run that is shown."""
    return [part for name in WHAT_MATTERS for part in player.root.locator(name).all()]


def at_every_size(page: Page) -> Iterator[tuple[int, int]]:
    """Give the page one size after the other, and the player time to fit in."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        yield width, height


def box_of(part: Locator) -> FloatRect:
    """Where a part is seen."""
    box = part.bounding_box()
    assert box is not None
    return box


def maps_side_by_side(player: Player, lanes: int) -> None:
    """All maps in one row, the curves below them, or right of them."""
    boxes = [box_of(part) for part in player.root.locator(".map-box").all()]
    assert len(boxes) == lanes
    assert max(box["y"] for box in boxes) - min(box["y"] for box in boxes) < 2
    curve = box_of(player.root.locator(".loss"))
    below = curve["y"] >= max(box["y"] + box["height"] for box in boxes)
    right = curve["x"] >= max(box["x"] + box["width"] for box in boxes)
    assert below or right


@pytest.mark.parametrize("size", SIZES)
def test_train_shows_all_that_matters(open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(f"/?{SHORT}", width=size[0], height=size[1])
    entrance = page.get_by_role("link", name="Start here").locator("visible=true")
    expect(entrance).to_have_count(1)
    expect_in_view(page, entrance, *parts_of(Player(page)))
    expect_one_line(page)


@pytest.mark.parametrize("size", SIZES)
def test_a_scene_shows_its_question_over_the_untrained_network(
    open_page: OpenPage, size: tuple[int, int]
) -> None:
    page = open_page("/Exploding_gradients", width=size[0], height=size[1])
    question = page.get_by_role("heading", name=next(iter(QUESTIONS.values())).text)
    answer = page.get_by_role("button", name="It runs to infinity")
    expect_in_view(page, question, answer, *parts_of(Player(page)))
    expect_one_line(page)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_scene_shows_verdict_and_best_cure_and_then_both_maps(
    open_page: OpenPage, name: str
) -> None:
    page = open_page(
        f"/Exploding_gradients?scene={name}&run=yes", width=1400, height=900, wait=False
    )
    player = Player(page)
    best = page.locator(".st-key-best_cure").get_by_role("button").first
    expect(best).to_be_visible(timeout=3 * PATIENCE)  # the cures are tried first
    banner = page.locator(".st-key-verdict")
    told = [banner.locator("strong").first, *banner.get_by_test_id("stCaptionContainer").all()]
    assert len(told) == 3  # the verdict, its reason, where to look
    parts = parts_of(player)
    maps = {}
    for size in at_every_size(page):
        expect_in_view(page, best, *told, *parts)
        expect_one_line(page)
        maps[size] = box_of(parts[1])["width"]
    page.get_by_role("button", name="Present").click()
    way = page.get_by_role("button", name="Next")
    expect(way).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    network = player.root.locator(".network")
    for size in at_every_size(page):
        room = size == SIZES[1] or SCENES[name].experiment.hidden == 3
        expect_in_view(page, best, way, *told, *parts, *([network] if room else []))
        expect_one_line(page)
        assert box_of(parts[1])["width"] > 1.1 * maps[size]
    best.click()
    expect(player.root).to_have_attribute("data-lanes", "many", timeout=PATIENCE)
    wait_until_idle(page)
    shown = []
    for _ in at_every_size(page):
        expect_in_view(page, told[0], *parts_of(player))
        maps_side_by_side(player, 2)
        shown.append(box_of(player.root.locator(".map-box").first)["width"])
    page.get_by_role("button", name="End presenting").click()
    expect(way).to_be_hidden(timeout=PATIENCE)
    wait_until_idle(page)
    for larger, _ in zip(shown, at_every_size(page), strict=True):
        expect_in_view(page, told[0], *parts_of(player))
        maps_side_by_side(player, 2)
        assert box_of(player.root.locator(".map-box").first)["width"] < larger


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", [2, 4])
def test_compare_shows_all_maps_side_by_side_and_the_curves_below(
    open_page: OpenPage, size: tuple[int, int], lanes: int
) -> None:
    runs = "&".join(f"run=hidden:{hidden}~steps:3000~frames:60" for hidden in range(3, 3 + lanes))
    page = open_page(f"/Compare?{runs}", width=size[0], height=size[1])
    player = Player(page)
    answer = page.locator(".st-key-verdict strong")
    expect(answer).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    expect_in_view(page, answer, *parts_of(player))
    maps_side_by_side(player, lanes)


@pytest.mark.parametrize("answer", ["", "Just watch", "first"])
@pytest.mark.parametrize(
    ("number", "path"),
    [(6, f"/?{SHORT}"), (7, "/Compare?run=steps:3000~frames:60&run=hidden:5~steps:3000~frames:60")],
)
def test_a_step_of_the_course_leaves_the_player_whole(
    open_page: OpenPage, number: int, path: str, answer: str
) -> None:
    page = open_page(f"{path}&course={number}", width=1400, height=900)
    box = page.locator(".st-key-course_box")
    if answer:
        first = next(iter(STEPS[number - 1].answers.values()))
        answered = first if answer == "first" else answer
        box.get_by_role("button", name=answered).click()
        expect(box.get_by_text("Predict.")).to_be_hidden()
    wait_until_idle(page)
    player = Player(page)
    # The gauge is hidden before the guess, as it may be what is asked, and before its step.
    tells = answer and STEPS[number - 1].tells_sharpness
    shown = parts_of(player) if tells else player.root.locator(".map-box, .accuracy, .loss").all()
    expect_in_view(page, box, *shown)


def test_on_a_telephone_a_step_leaves_the_map_in_view(open_page: OpenPage) -> None:
    width, height = PHONE
    page = open_page(f"/?{SHORT}&course=6", width=width, height=height, has_touch=True)
    box = page.locator(".st-key-course_box")
    for name in ("About half", "Check"):
        maps = Player(page).root.locator(".map-box")
        expect(maps).to_be_in_viewport(ratio=0.8)
        expect_no_sideways(page)
        box.get_by_role("button", name=name).click()
        wait_until_idle(page)
    expect(Player(page).root.locator(".map-box")).to_be_in_viewport(ratio=0.8)


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("course", ["", "&course=3"])
def test_a_descent_shows_surface_and_distances_together(
    open_page: OpenPage, lesson: str, course: str
) -> None:
    page = open_page(f"/Gradient_descent?scene={lesson}{course}", width=1400, height=900)
    descents = page.locator(".player.descent")
    expect(descents.locator(".readout-step")).to_have_text(re.compile(r"^(Step|Sample) \d"))
    views = [view for view in descents.locator("[data-view]").all() if view.is_visible()]
    told = {str(view.get_attribute("data-view")) for view in views}
    assert "measure" in told
    assert told & {"curve", "map"}
    expect_in_view(page, descents.locator(".transport"), *views)


@pytest.mark.parametrize(
    "path",
    [f"/?{SHORT}", "/?hidden=50&learning_rate=0.3", "/Compare?run=steps:3000~frames:60"],
)
def test_presenting_shows_the_same_in_larger_type(open_page: OpenPage, path: str) -> None:
    page = open_page(f"{path}&present=1", width=1400, height=900)
    expect_in_view(page, *parts_of(Player(page)))
    expect_one_line(page)
    expect_no_sideways(page)


CURED = "/Exploding_gradients?scene=dead_network&run=yes&cure=warm_up"


@pytest.mark.parametrize("path", [f"/?{SHORT}", CURED, "/Compare"])
def test_a_telephone_shows_the_player_and_its_maps_first(open_page: OpenPage, path: str) -> None:
    width, height = PHONE
    page = open_page(path, width=width, height=height, has_touch=True)
    player = Player(page)
    expect_in_view(page, player.root.locator(".transport"), *player.root.locator(".map-box").all())
    expect_no_sideways(page)
    assert box_of(page.locator(".st-key-header"))["height"] < 100  # a line, and one for the scene
    label = page.get_by_test_id("stExpandSidebarButton")
    if re.match(r"/\?", path):
        expect_in_view(page, label, page.locator(".st-key-entrance").get_by_role("link"))
        told = label.evaluate("e => getComputedStyle(e, '::after').content")
        assert told == '"Settings"'


def centre_of(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_on_a_telephone_taps_reach_the_menu_the_actions_and_the_settings(
    open_page: OpenPage,
) -> None:
    width, height = PHONE
    page = open_page(f"/?{SHORT}", width=width, height=height, has_touch=True)
    player = Player(page)
    page.touchscreen.tap(*centre_of(page.locator(".st-key-menu_folded").get_by_role("button")))
    opened = page.get_by_test_id("stPopoverBody")
    expect(opened.get_by_role("link", name="Compare")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    page.touchscreen.tap(*centre_of(page.locator(".st-key-words").get_by_role("button")))
    expect(opened.get_by_text("decision boundary")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    page.touchscreen.tap(*centre_of(page.get_by_test_id("stExpandSidebarButton")))
    settings = page.get_by_test_id("stSidebar").get_by_text("Hidden neurons")
    expect(settings).to_be_in_viewport()
    expect(page.locator(".st-key-header")).to_be_hidden()
    page.touchscreen.tap(*centre_of(player.root.locator(".play")))
    expect(player.root).to_have_attribute("data-playing", "true")
    expect(settings).to_be_in_viewport()  # the sheet stays
    page.touchscreen.tap(*centre_of(page.get_by_test_id("stSidebarCollapseButton")))
    expect(settings).not_to_be_in_viewport()


def test_on_a_telephone_the_settings_leave_the_verdict_in_view(open_page: OpenPage) -> None:
    width, height = PHONE
    page = open_page("/?hidden=50&learning_rate=0.3", width=width, height=height, has_touch=True)
    player = Player(page)
    verdict = page.locator(".st-key-verdict strong")
    expect(verdict).to_contain_text("Died at step 2", timeout=PATIENCE)
    wait_until_idle(page)
    page.get_by_test_id("stExpandSidebarButton").tap()
    sheet = page.get_by_test_id("stSidebar")
    expect(sheet.get_by_text("Hidden neurons")).to_be_in_viewport()
    line, maps = page.locator(".st-key-verdict p").first, player.root.locator(".map-box")
    wait_until(page, lambda: box_of(line)["height"] < 25, "a headline of one line")
    expect_in_view(page, line, maps)
    assert box_of(line)["y"] + box_of(line)["height"] <= box_of(player.root)["y"]
    assert box_of(maps)["y"] + box_of(maps)["height"] <= box_of(sheet)["y"] + 1


def test_a_long_run_to_infinity_ends_with_verdict_cure_and_gauge_in_view(
    open_page: OpenPage,
) -> None:
    settings = SCENES["article_fifty_exploding"].experiment.to_params()
    path = "/?" + "&".join(f"{name}={value}" for name, value in settings.items())
    page = open_page(path, width=1400, height=900)
    train = page.locator(".st-key-train button").first
    best = page.locator(".st-key-best_cure").get_by_role("button").first
    expect(train.or_(best).first).to_be_visible(timeout=PATIENCE)
    if train.is_visible():  # else somebody has trained it before, and it is kept for all
        train.click()
    expect(best).to_be_visible(timeout=3 * PATIENCE)
    wait_until_idle(page)
    expect_in_view(page, best, page.locator(".st-key-verdict strong"), *parts_of(Player(page)))
    page.get_by_text("The loss was no longer a finite number").scroll_into_view_if_needed()


@pytest.mark.parametrize(
    ("scene", "words"),
    [("article_fifty_exploding", "No limit holds here"), ("dead_network", "The limit is 2")],
)
def test_a_question_is_not_answered_by_the_gauge(
    open_page: OpenPage, scene: str, words: str
) -> None:
    path = f"/Exploding_gradients?scene={scene}&present=1"
    page = open_page(path, width=1400, height=900)
    player = Player(page)
    expect(player.root.locator(".gauge-words")).to_have_text(words)
    heard = player.root.locator(".gauge-track").get_attribute("aria-label")
    assert heard is not None
    assert heard.endswith(words)
    text = QUESTIONS[scene].text
    question = page.get_by_role("heading", name=text)
    lines = question.evaluate("e => e.clientHeight / parseFloat(getComputedStyle(e).lineHeight)")
    assert lines < 3


def test_on_a_telephone_a_hint_says_where_its_picture_is(open_page: OpenPage) -> None:
    width, height = PHONE
    path = "/Exploding_gradients?scene=exploding_late&run=yes"
    page = open_page(path, width=width, height=height, has_touch=True)
    where = page.locator(".st-key-verdict em")
    expect(where).to_have_text("The bar below the map tells it.", timeout=PATIENCE)
    expect(where).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1400, "height": 900})
    expect(where).to_be_hidden()


def test_on_a_telephone_the_settings_button_scrolls_away_and_comes_back(
    open_page: OpenPage,
) -> None:
    width, height = PHONE
    page = open_page(f"/?{SHORT}", width=width, height=height, has_touch=True)
    Player(page)
    button = page.get_by_test_id("stExpandSidebarButton")
    main = page.get_by_test_id("stMain")
    expect(button).to_be_in_viewport()
    main.evaluate("e => e.scrollTo(0, 600)")
    expect(button).not_to_be_in_viewport()
    main.evaluate("e => e.scrollTo(0, 0)")
    expect(button).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("path", [CURED, "/Compare"])
def test_half_a_telephone_shows_no_network_cut_off(open_page: OpenPage, path: str) -> None:
    width, height = PHONE
    page = open_page(path, width=width, height=height, has_touch=True)
    player = Player(page)
    expect(player.root.locator(".lane")).to_have_count(2, timeout=PATIENCE)
    for network in player.root.locator(".network").all():
        expect(network).to_be_hidden()
    page.set_viewport_size({"width": 1400, "height": 900})
    for network in player.root.locator(".network").all():
        expect(network).to_be_visible()


def test_a_telephone_shows_the_names_of_the_runs_compared(open_page: OpenPage) -> None:
    width, height = PHONE
    names = ("three_neurons", "fifty_neurons", "rescued_by_warmup", "exploding_late")
    path = f"/Compare?{'&'.join(f'run={name}' for name in names)}"
    page = open_page(path, width=width, height=height, has_touch=True)
    Player(page)
    cut = """tags => tags.flatMap(tag => [tag, ...tag.querySelectorAll("*")])
        .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).length"""
    tags = page.get_by_test_id("stMultiSelectTagsContainer").locator("> span > span")
    expect(tags).to_have_text([SCENES[name].full_title for name in names])
    assert tags.evaluate_all(cut) == 0
    for tag in tags.all():
        expect(tag).to_be_in_viewport(ratio=1)  # counts what a box around it cuts off
    expect_in_view(page, *tags.all())


def test_on_a_telephone_nothing_moves_or_is_cut_off(open_page: OpenPage) -> None:
    width, height = PHONE
    path = "/Compare?run=steps:3000~frames:60&run=learning_rate:0.03~steps:3000~frames:60"
    page = open_page(path, width=width, height=height, has_touch=True)
    player = Player(page)
    page.get_by_text("What the difference did, in numbers").click()
    table = page.get_by_test_id("stTable").last
    expect(table.locator("th")).to_have_count(10, timeout=PATIENCE)
    for cell in table.locator("th, td").all():
        box = box_of(cell)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    looks = """cells => [...new Set(cells.map(cell => {
        const { borderBottomWidth, borderBottomStyle } = getComputedStyle(cell);
        const { fontSize } = getComputedStyle(cell.querySelector("p"));
        return [fontSize, borderBottomWidth, borderBottomStyle].join(" ");
    }))]"""
    assert table.locator("th, td").evaluate_all(looks) == ["14px 1px solid"]
    # A question mark of 16 pixels is pressed wherever a finger finds it.
    mark = page.get_by_role("button", name="Help").first
    mark.evaluate("mark => mark.scrollIntoView({ block: 'center' })")
    reached = """(mark, by) => { const { left, top } = mark.getBoundingClientRect();
        return mark.contains(document.elementFromPoint(left + by, top + by)); }"""
    assert mark.evaluate(reached, 1)
    box = box_of(mark)
    assert (box["width"], box["height"]) == (40, 40)
    expect_no_sideways(page)
    bar = player.root.locator(".transport")
    before = box_of(bar)["height"]
    player.evaluate("p => p.transport.showPosition(0, 1, 1000000, 'of 1,000,000')")
    assert box_of(bar)["height"] == before
    more, play = box_of(bar.locator(".more")), box_of(bar.locator(".play"))
    assert more["y"] < play["y"] + play["height"]


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("name", QUESTIONS)
def test_on_a_telephone_an_answer_moves_nothing_below_it(
    open_page: OpenPage, name: str, width: int
) -> None:
    path = f"/Exploding_gradients?scene={name}"
    page = open_page(path, width=width, height=PHONE[1], has_touch=True)
    player = Player(page)
    player.root.evaluate("""root => {
        window.places = new Set();
        const look = () => {
            if (root.isConnected) window.places.add(Math.round(root.getBoundingClientRect().y));
            requestAnimationFrame(look);
        };
        look();
    }""")
    page.get_by_role("button", name="It runs to infinity").tap()
    expect(page.locator(".st-key-best_cure")).to_be_visible(timeout=3 * PATIENCE)
    wait_until_idle(page)
    expect_in_view(page, player.root.locator(".map-box"))
    assert page.evaluate("[...window.places]") == pytest.approx([box_of(player.root)["y"]], abs=1)


def test_on_a_telephone_scrolling_over_the_player_changes_nothing_in_it(
    open_page: OpenPage,
) -> None:
    width, height = PHONE
    page = open_page(f"/?{SHORT}&at=500", width=width, height=height, has_touch=True)
    player = Player(page)
    player.settle()
    step, probe = player.step, player.root.locator(".probe").inner_text()
    assert step > 0
    main = page.get_by_test_id("stMain")
    chart = player.root.locator(".chart.loss canvas")
    for canvas in (player.map, chart):
        canvas.evaluate("(canvas) => canvas.scrollIntoView({ block: 'center' })")
        before = main.evaluate("(main) => main.scrollTop")
        swipe(page, centre_of(canvas), (3, -200))

        def scrolled(before: float = before) -> bool:
            return bool(main.evaluate("(main) => main.scrollTop") > before + 50)

        wait_until(page, scrolled, "the page scrolled")
        assert player.step == step
        assert player.root.locator(".probe").inner_text() == probe
    chart.evaluate("(canvas) => canvas.scrollIntoView({ block: 'center' })")
    x, y = centre_of(chart)
    page.touchscreen.tap(x - 60, y)
    wait_until(page, lambda: player.step != step, "a tap went to another step")
    tapped = player.step
    swipe(page, (x - 60, y), (120, 2))
    wait_until(page, lambda: player.step > tapped, "a finger moved sideways went on")


def test_on_a_telephone_the_map_is_seen_above_the_settings(open_page: OpenPage) -> None:
    width, height = PHONE
    page = open_page(f"/?{SHORT}", width=width, height=height, has_touch=True)
    player = Player(page)
    page.get_by_test_id("stExpandSidebarButton").tap()
    sheet = page.get_by_test_id("stSidebar")
    close = sheet.get_by_role("button", name="Collapse sidebar")
    expect(close).to_be_in_viewport()
    page.wait_for_timeout(500)  # the sheet has come to rest
    top = box_of(sheet)["y"]
    shown = box_of(player.root.locator(".map-box"))
    assert shown["y"] >= 0
    assert shown["y"] + shown["height"] <= top
    assert min(box_of(close)["width"], box_of(close)["height"]) >= 44
    close.tap()
    expect(page.locator(".st-key-header")).to_be_visible()
    expect(page.locator(".st-key-banner")).to_be_visible()


def test_on_a_telephone_a_slider_scrolls_and_only_its_thumb_sets_it(open_page: OpenPage) -> None:
    width, height = PHONE
    page = open_page("/Gradient_descent", width=width, height=height, has_touch=True)
    expect(page.locator(".player.descent .transport")).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    slider = page.locator(".st-key-descent_one_start_0").get_by_test_id("stSlider")
    main = page.get_by_test_id("stMain")
    told, thumb = slider.get_by_test_id("stSliderThumbValue"), slider.locator(THUMB)
    before = told.inner_text()

    def swipe_up(x: float) -> None:
        slider.evaluate("slider => slider.scrollIntoView({ block: 'center' })")
        at = main.evaluate("main => main.scrollTop")
        swipe(page, (x, centre_of(thumb)[1]), (3, -200))

        def scrolled() -> bool:
            return bool(main.evaluate("main => main.scrollTop") > at + 50)

        wait_until(page, scrolled, "the page scrolled")
        assert told.inner_text() == before

    swipe_up(box_of(slider)["x"] + 80)
    swipe_up(centre_of(thumb)[0])
    slider.evaluate("slider => slider.scrollIntoView({ block: 'center' })")
    page.touchscreen.tap(box_of(slider)["x"] + 80, centre_of(thumb)[1])
    assert told.inner_text() == before
    swipe(page, centre_of(thumb), (-100, 2))
    expect(told).not_to_have_text(before)


def test_a_telephone_shows_the_rate_and_the_whole_curve_together(open_page: OpenPage) -> None:
    width, height = PHONE
    page = open_page("/Gradient_descent", width=width, height=height, has_touch=True)
    curve = page.locator(".player.descent .main:not([hidden])")
    function = page.locator(".st-key-descent_one_surface")
    expect_in_view(page, function, page.locator(".st-key-descent_rate"), curve)
    expect_no_sideways(page)


def test_on_a_telephone_the_rate_stays_under_the_finger_that_changes_it(
    open_page: OpenPage,
) -> None:
    """The question folds as soon as another rate is set; its topic is read in its place."""
    width, height = PHONE
    page = open_page("/Gradient_descent", width=width, height=height, has_touch=True)
    more = page.locator(".st-key-descent_rate").get_by_test_id("stNumberInputStepUp")
    topic, player = page.locator(".st-key-descent_idea"), page.locator(".player.descent")
    expect(page.locator(".st-key-descent_one_question_box")).to_be_visible(timeout=PATIENCE)
    expect(topic).to_be_hidden()
    before = box_of(more)["y"], box_of(player)["y"]
    more.tap()
    expect(page.locator(".st-key-descent_one_question_open")).to_be_visible(timeout=PATIENCE)
    expect(topic).to_be_visible()
    wait_until_idle(page)
    assert (box_of(more)["y"], box_of(player)["y"]) == pytest.approx(before, abs=2)


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/Gradient_descent", "[data-testid=stButtonGroup] button"),
        (f"/?{SHORT}&course=6", ".st-key-course_answers button"),
        (f"/?{SHORT}", ".st-key-entrance a"),
        (f"/?{SHORT}", ".st-key-menu_list a"),
        ("/Own_data", ".st-key-own_jump a"),
        ("/Compare", "[data-testid=stMultiSelect] button[aria-label^=Remove]"),
        (f"/?{SHORT}", "[data-testid=stNumberInput] button[aria-label$=crement]"),
    ],
)
def test_what_a_finger_presses_is_40_pixels_high_and_8_apart(
    open_page: OpenPage, path: str, parts: str
) -> None:
    width, height = PHONE
    page = open_page(path, width=width, height=height, has_touch=True)
    if "menu_list" in parts:
        page.locator(".st-key-menu_folded").get_by_role("button").tap()
    if "stNumberInput" in parts:
        page.get_by_test_id("stExpandSidebarButton").tap()
    shown = page.locator(parts).locator("visible=true")
    expect(shown.first).to_be_visible(timeout=PATIENCE)
    boxes = [box_of(part) for part in shown.all()]
    assert min(box["height"] for box in boxes) >= 40
    below = [b["y"] - a["y"] - a["height"] for a in boxes for b in boxes if b["y"] > a["y"] + 1]
    assert min(below, default=8) >= 8 - 0.01


@pytest.mark.parametrize(
    "path",
    [screen.path for screen in SCREENS[1:]]
    + [f"Gradient_descent?scene={name}" for name in LESSONS],
)
def test_what_a_finger_presses_is_40_pixels_high_on_every_screen(
    open_page: OpenPage, path: str
) -> None:
    width, height = PHONE
    path = re.sub(r"^pages/\d_|\.py$", "", path).replace("streamlit_app", "")
    page = open_page(f"/{path}", width=width, height=height, has_touch=True)
    expect(page.locator(PRESSED).locator("visible=true").first).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)

    def low() -> list[tuple[str, float]]:
        parts = page.locator(PRESSED).locator("visible=true")
        found = parts.evaluate_all(
            "parts => parts.map(e => [e.getAttribute('aria-label') || e.innerText, "
            "e.getBoundingClientRect().height]).filter(([name, height]) => height < 39.9)"
        )
        return [part for part in found if not part[0].startswith("Help")]

    wait_until(page, lambda: not low(), "everything pressed is high enough")  # its style is there


def test_what_a_finger_presses_in_a_player_is_40_pixels_wide_and_high(open_page: OpenPage) -> None:
    width, height = PHONE
    page = open_page(f"/?{SHORT}", width=width, height=height, has_touch=True)
    player = Player(page)
    for name in (".segments button", ".speed", ".more-button"):
        boxes = [box_of(part) for part in player.root.locator(name).locator("visible=true").all()]
        assert boxes
        assert min(min(box["width"], box["height"]) for box in boxes) >= 40
    page.locator(".st-key-menu_folded").get_by_role("button").tap()
    expect(page.locator(".st-key-menu_icons")).to_contain_text("Copy")


@pytest.mark.parametrize(("path", "takes"), [(f"/?{SHORT}", True), ("/Chain_rule", False)])
def test_on_a_telephone_the_menu_names_the_icons_above_it(
    open_page: OpenPage, path: str, *, takes: bool
) -> None:
    width, height = PHONE
    page = open_page(path, width=width, height=height, has_touch=True)
    page.locator(".st-key-menu_folded").get_by_role("button").tap()
    legend = page.locator(".st-key-menu_icons")
    expect(legend).to_contain_text("The icons above:")
    expect(legend.get_by_text("Take home")).to_be_visible(visible=takes)
    entries = legend.locator("em").locator("visible=true")
    expect(entries).to_have_count(4 if takes else 3)
    for entry in entries.all():
        assert box_of(entry)["height"] < 30  # icon and word in one line
        expect(entry).to_be_in_viewport(ratio=1)


def test_on_a_telephone_the_button_that_goes_on_touches_nothing_and_moves_nothing(
    open_page: OpenPage,
) -> None:
    width, height = PHONE
    path = "/Exploding_gradients?scene=dead_network"
    page = open_page(
        path, width=width, height=height, has_touch=True, reduced_motion="no-preference"
    )
    player = Player(page)
    places = box_of(player.root.locator(".map-box"))
    page.get_by_role("button", name="It runs to infinity").tap()
    go_on = player.root.locator(".go-on")
    expect(go_on).to_be_visible(timeout=PATIENCE)
    button, tabs = box_of(go_on), box_of(player.root.locator(".map .segments"))
    assert button["height"] >= 40
    assert button["y"] >= tabs["y"] + tabs["height"] + 3
    assert button["y"] + button["height"] + 3 <= box_of(player.root.locator(".map-box"))["y"]
    wait_until_idle(page)
    assert box_of(player.root.locator(".map-box")) == pytest.approx(places, abs=1)
    # Nor does the longest that is said there, which takes two lines.
    told = "Not finite from step 102,695 on: this is the last finite frame"
    player.root.locator(".lane-status").evaluate("(line, told) => line.textContent = told", told)
    assert box_of(player.root.locator(".map-box")) == pytest.approx(places, abs=1)
