"""Steps of the course that train, done as a person does them: predicted, tried, checked."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import PATIENCE, wait_until, wait_until_idle
from tests.browser.player import Player
from ui.course.steps import STEPS
from ui.screens.chain_rule.catalog import BRICKS

TOLD = re.compile(r"Done\.|Not yet\.|It still trains|still being tried")


def predict(open_page: OpenPage, number: int, answer: str) -> Page:
    """Come to the step's screen by an answer to its question."""
    page = open_page(f"/Start_here?course={number}")
    expect(page.get_by_text(STEPS[number - 1].question)).to_be_visible()
    page.get_by_role("button", name=answer, exact=True).click()
    expect(box_of(page)).to_contain_text(f"Step {number} of 10", timeout=PATIENCE)
    return page


def box_of(page: Page) -> Locator:
    return page.locator(".st-key-course_box")


# How many pixels of a canvas have a colour, as its lines have, and letters and axes have not.
COLOURED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const rgb = data.slice(i, i + 3);
    if (data[i + 3] > 100 && Math.max(...rgb) - Math.min(...rgb) > 30) count += 1;
  }
  return count;
}"""


MOVING = "no-preference"


def words_of_the_end(page: Page) -> Locator:
    return page.locator(".st-key-course_told_now, [class*=st-key-at_rest]").locator(
        "p:visible, h5:visible"
    )


def guessed(open_page: OpenPage, number: int, answer: str) -> tuple[Page, Locator, Locator]:
    """The page of a step that plays once it was guessed, its box, and that the answer comes."""
    page = open_page(scene_address(number), reduced_motion=MOVING)
    box = box_of(page)
    box.get_by_role("button", name=answer).click()
    waits = box.get_by_text(f"You said “{answer}”. Watch: the answer comes as it rests.")
    expect(waits).to_be_visible(timeout=PATIENCE)
    return page, box, waits


def test_the_answer_comes_once_it_has_played_to_its_end(open_page: OpenPage) -> None:
    page, box, waits = guessed(open_page, 1, "At most 4")
    wait_until_idle(page)
    player = Player(page)
    chart = player.root.locator("[data-view=measure] canvas")
    wait_until(page, lambda: player.last_frame > 0, "the run")
    wait_until(page, lambda: player.step > 2, "the play")
    assert player.evaluate("player => [player.playback.playing, player.veiled]") == [True, True]
    expect(words_of_the_end(page)).to_have_count(0)
    player.choose_speed("8×")
    happens = box.get_by_text("What happens: “5 to 100”.")
    expect(happens).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="At the minimum")).to_be_visible()
    expect(waits).to_be_hidden()
    whole = chart.evaluate(COLOURED)
    player.button("Play").click()  # it has been seen: it stays told, and drawn
    wait_until(page, lambda: 0 < player.step < 20, "it plays again")
    expect(happens).to_be_visible()
    assert chart.evaluate(COLOURED) > whole / 2


def test_the_answer_about_the_first_steps_comes_after_them(open_page: OpenPage) -> None:
    page = open_page(scene_address(2), reduced_motion=MOVING)
    box, player = box_of(page), Player(page)
    player.choose_speed("¼×")
    box.get_by_role("button", name="A zig-zag").click()
    expect(box.get_by_text("Watch: the answer comes after 40 steps.")).to_be_visible(
        timeout=PATIENCE
    )
    expect(box.get_by_text("That is what happens.")).to_be_visible(timeout=PATIENCE)
    assert 40 <= player.step < 400
    assert player.evaluate("player => [player.playback.playing, player.veiled]") == [True, False]


def test_the_answer_comes_when_a_training_is_paused(open_page: OpenPage) -> None:
    page, box, waits = guessed(open_page, 6, "About half")
    Player(page).wait_for_frame(3)
    wait_until_idle(page)
    expect(waits).to_be_visible()
    expect(words_of_the_end(page)).to_have_count(0)
    expect(page.locator(".strip.rate")).to_be_visible()
    for told_later in (".gauge", ".strip.stability"):  # a later step says what sharpness is
        expect(page.locator(told_later)).to_be_hidden()
    Player(page).button("Pause").click()
    expect(box.get_by_text("What happens: “60 % to 90 %”.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".st-key-at_rest_numbers p").first).to_be_visible()
    set_steps = page.get_by_role("slider", name="Hidden neurons")
    set_steps.focus()
    set_steps.press("ArrowRight")  # another run plays: what was told stays
    expect(page).to_have_url(re.compile("hidden=3|/\\?(?!.*hidden)"), timeout=PATIENCE)
    expect(box.get_by_text("What happens: “60 % to 90 %”.")).to_be_visible()


@pytest.mark.parametrize("number", [2, 4, 5])
def test_nobody_waits_for_what_does_not_move(open_page: OpenPage, number: int) -> None:
    motion = MOVING if number == 5 else "reduce"
    page = open_page(scene_address(number), reduced_motion=motion)
    box = box_of(page)
    box.locator(".st-key-course_answers button").first.click()
    expect(box.get_by_text("You said “").first).to_be_visible(timeout=PATIENCE)
    expect(box.get_by_text(re.compile("What happens: |That is what|It is 2"))).to_be_visible()
    expect(box.get_by_text("Watch: the answer")).to_be_hidden()


def test_one_weight_is_followed_brick_by_brick_to_where_both_of_its_ways_meet(
    open_page: OpenPage,
) -> None:
    page = open_page(scene_address(5))
    box, panel = box_of(page), page.locator(".st-key-chain_panel")
    expect(panel.get_by_text("is the weight from x0 to neuron 1.")).to_be_visible(timeout=PATIENCE)
    expect(panel.get_by_role("table")).to_have_count(0)
    box.get_by_role("button", name="2", exact=True).click()
    marked = panel.locator("td").filter(has_text="w2₀ ≈")
    expect(panel.get_by_role("table")).to_be_visible(timeout=PATIENCE)
    expect(marked).to_have_count(0)
    told = page.get_by_text("Here, at h1, both ways meet")
    for name in list(BRICKS)[1 : list(BRICKS).index("dL_dH1") + 1]:
        page.get_by_role("button", name="One brick on").click()
        expect(page).to_have_url(re.compile(rf"brick={name}(&|$)"), timeout=PATIENCE)
    expect(told).to_be_visible(timeout=PATIENCE)
    expect(told).to_be_in_viewport()
    expect(marked).to_be_in_viewport()
    box.get_by_role("button", name="Check").click()
    expect(box).to_contain_text("Done. In dL/dH1 what comes back", timeout=PATIENCE)


def test_the_way_to_the_best_lines_comes_with_them(open_page: OpenPage) -> None:
    page, box, waits = guessed(open_page, 4, "Squared error’s, several times as far")
    way = box.get_by_role("link", name="To the lines")
    expect(way).to_be_hidden()
    expect(waits).to_be_hidden(timeout=PATIENCE)
    way.click()
    expect(page.get_by_text("The best line of each loss:")).to_be_in_viewport()


@pytest.mark.parametrize(("number", "places"), [(3, ["best-rates"]), (4, ["loss", "best-lines"])])
def test_on_a_telephone_what_a_task_names_leads_back_to_it(
    open_page: OpenPage, number: int, places: list[str]
) -> None:
    page = open_page(f"{scene_address(number)}&said={'-' * (number - 1)}0")
    ways = page.get_by_text("Back to the task ↑")
    expect(ways).to_have_count(len(places), timeout=PATIENCE)
    expect(ways.locator("visible=true")).to_have_count(0)
    page = open_page(page.url, width=390, height=844, has_touch=True)
    check_button = box_of(page).get_by_role("button", name="Check")
    for name in places:
        page.evaluate("name => { location.hash = name; }", name)
        expect(check_button).not_to_be_in_viewport()
        way = page.locator(f".st-key-way_back_{name}").get_by_role("link")
        place = way.bounding_box()
        assert place
        assert place["height"] >= 40
        way.tap()
        expect(check_button).to_be_in_viewport()


@pytest.mark.parametrize("number", [3, 9])
def test_on_a_telephone_a_step_chosen_from_a_list_comes_into_view(
    open_page: OpenPage, number: int
) -> None:
    page = open_page("/Start_here", width=390, height=844, has_touch=True)
    chosen = page.get_by_role("heading", name=STEPS[number - 1].title)
    again = page.locator(f".st-key-course_go_{number} button")
    again.tap()
    expect(chosen).to_be_in_viewport(timeout=PATIENCE)
    wait_until_idle(page)
    page.locator(".st-key-course_go_10").scroll_into_view_if_needed()
    expect(chosen).not_to_be_in_viewport()
    again.tap()
    expect(chosen).to_be_in_viewport(timeout=PATIENCE)
    page.get_by_role("radio", name="What came of it").tap()
    page.locator(f".st-key-course_end_next_{number} button").tap()
    expect(page.get_by_text(STEPS[number - 1].question)).to_be_in_viewport(timeout=PATIENCE)


REMEMBERED = "localStorage.getItem('xor-course')"


def test_the_browser_remembers_what_was_done_until_it_is_told_to_forget(
    open_page: OpenPage,
) -> None:
    page = open_page(f"{scene_address(1)}&passed=2", width=390, height=844, has_touch=True)
    assert page.evaluate(REMEMBERED) is None
    box_of(page).get_by_role("button", name="5 to 100").tap()
    wait_until(page, lambda: bool(page.evaluate(REMEMBERED)), "it is kept")
    assert page.evaluate(REMEMBERED) == "course=1&passed=2&said=2"
    page.goto("/Start_here")
    way = page.get_by_role("button", name="Go on with step 1 (1 of 10 done in this browser)")
    expect(way).to_be_visible(timeout=PATIENCE)
    place = page.locator(".st-key-course_answers").bounding_box()
    page.get_by_role("button", name="Begin anew").tap()
    expect(way).to_be_hidden(timeout=PATIENCE)
    expect(page.get_by_text("steps on the real screens")).to_be_visible()
    wait_until(page, lambda: page.evaluate(REMEMBERED) is None, "it is forgotten")
    assert page.locator(".st-key-course_answers").bounding_box() == place
    page.reload()
    expect(page.get_by_text("0 of 10 done")).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    expect(way).to_have_count(0)


def test_a_browser_that_lets_nothing_be_kept_is_left_in_peace(open_page: OpenPage) -> None:
    blocked = (
        "const get = Storage.prototype.getItem; Storage.prototype.getItem = function (key) {"
        " if (key === 'xor-course') throw new Error('blocked'); return get.call(this, key); };"
    )
    page = open_page("/Start_here", script=blocked)
    page.get_by_role("button", name="5 to 100").click()
    expect(box_of(page).get_by_text("You said “5 to 100”").first).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_on_a_telephone_the_way_on_stands_beside_the_name_and_nothing_is_cut(
    open_page: OpenPage, number: int
) -> None:
    page = open_page(scene_address(number), width=390, height=844, has_touch=True)
    box = box_of(page)
    expect(box.get_by_role("button", name="Just watch")).to_be_visible(timeout=PATIENCE)
    name, way_on = (
        box.locator(f".st-key-course_{part}").bounding_box() for part in ("name", "next")
    )
    assert name
    assert way_on
    assert name["x"] + name["width"] <= way_on["x"]
    assert name["y"] <= way_on["y"] + way_on["height"] / 2 <= name["y"] + name["height"]
    for pressed in box.locator("button:visible, a:visible").all():
        place = pressed.bounding_box()
        assert place
        assert 0 <= place["x"] < place["x"] + place["width"] <= 390
        for words in pressed.locator("p:visible").all():
            assert words.evaluate("words => words.scrollWidth <= words.clientWidth + 1")


@pytest.mark.parametrize("number", [3, 4, 9, 10])  # the longest
def test_on_a_telephone_a_task_is_told_whole(open_page: OpenPage, number: int) -> None:
    page = open_page(scene_address(number), width=390, height=844, has_touch=True)
    box_of(page).locator(".st-key-course_answers button").first.tap()
    task = box_of(page).locator("p", has_text="Do.").first
    expect(task).to_be_in_viewport(ratio=1, timeout=PATIENCE)
    assert task.evaluate("p => getComputedStyle(p).overflow") == "visible"


def test_on_a_telephone_a_screen_that_the_step_is_not_about_has_a_line_of_it(
    open_page: OpenPage,
) -> None:
    page = open_page("/Map?course=6", width=390, height=844, has_touch=True)
    box, question = box_of(page), STEPS[5].question
    name = box.get_by_role("button", name="Step 6 of 10")
    expect(name).to_be_visible(timeout=PATIENCE)
    expect(box.get_by_role("link", name="Skip")).to_be_visible()
    expect(box.get_by_text(question)).to_be_hidden()
    expect(box.get_by_role("button", name="Just watch")).to_be_hidden()
    place = box.bounding_box()
    assert place
    assert place["height"] < 64
    name.tap()
    unfolded = page.get_by_test_id("stPopoverBody")
    expect(unfolded.get_by_text(question)).to_be_visible()
    expect(unfolded.get_by_role("button", name="Back to the scene")).to_be_visible()


@pytest.mark.parametrize("number", [1, 2])
def test_on_a_telephone_an_answer_and_its_ending_move_nothing(
    open_page: OpenPage, number: int
) -> None:
    page = open_page(
        scene_address(number), width=390, height=844, has_touch=True, reduced_motion=MOVING
    )
    player = page.locator(".player.descent")
    box_of(page).locator(".st-key-course_answers button").first.tap()
    told = page.locator(".st-key-course_told_now")
    expect(box_of(page).get_by_text("Watch: the answer")).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    before = player.bounding_box()
    assert before
    expect(told).to_have_css("visibility", "visible")
    expect(told.get_by_text("You said")).to_be_visible(timeout=PATIENCE)
    ending = page.locator(".st-key-descent_arrival").get_by_text("In the end")
    expect(ending).to_be_visible(timeout=PATIENCE)
    after = player.bounding_box()
    assert after
    assert after["y"] == before["y"]
    box, picture = (
        box_of(page).bounding_box(),
        player.locator("canvas:visible").first.bounding_box(),
    )
    assert box
    assert picture
    assert box["height"] < 200
    assert picture["y"] + picture["height"] < 844


@pytest.mark.parametrize("number", [1, 2, 6])
def test_a_check_moves_nothing_and_the_answer_stays_behind_a_button(
    open_page: OpenPage, number: int
) -> None:
    page = open_page(scene_address(number), width=1400, height=900)
    box, player = box_of(page), page.locator(".player").first
    box.locator(".st-key-course_answers button").first.click()
    expect(box.get_by_text("You said “").first).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    page.wait_for_timeout(1000)  # its pictures have found their size
    before = player.bounding_box()
    check(page, "Not yet")
    assert before
    assert player.bounding_box() == before
    box.get_by_role("button", name="Guess").click()
    answer = page.get_by_test_id("stPopoverBody").locator(".st-key-course_told_now")
    expect(answer.get_by_text("You said “")).to_be_visible()


@pytest.mark.parametrize("number", [1, 2, 4])
def test_on_a_telephone_a_check_moves_nothing_where_it_finds_little(
    open_page: OpenPage, number: int
) -> None:
    guess = f"said={'-' * (number - 1)}1"
    page = open_page(f"{scene_address(number)}&{guess}", width=390, height=844, has_touch=True)
    player = page.locator(".player").first
    expect(box_of(page).get_by_text("You said “").first).to_be_visible(timeout=PATIENCE)
    Player(page)
    page.wait_for_timeout(1000)  # its pictures have found their size
    before = player.bounding_box()
    assert before
    check(page, "Not yet")
    assert player.bounding_box() == before
    whole = box_of(page).bounding_box()
    assert whole
    assert whole["height"] < 200
    if number == 1:
        page.goto(f"{scene_address(1)}&{guess}&rate=0.5".replace("&rate=0.2", ""))
        check(page, "Done")
        after = box_of(page).bounding_box()
        assert after
        assert after["height"] == whole["height"]


def test_on_a_telephone_a_check_counts_beside_the_sheet_of_settings(open_page: OpenPage) -> None:
    page = open_page(f"{scene_address(6)}&said=-----1", width=390, height=844, has_touch=True)
    Player(page)
    settings = page.get_by_test_id("stExpandSidebarButton")
    settings.tap()
    expect(settings).to_be_hidden(timeout=PATIENCE)
    page.wait_for_timeout(600)  # the sheet has come up
    button = box_of(page).get_by_role("button", name="Check")
    button.tap()
    expect(box_of(page)).to_contain_text("Not yet. 2 neurons", timeout=PATIENCE)
    expect(button).to_be_in_viewport()
    expect(settings).to_be_hidden()


def test_a_screen_left_while_it_trains_leaves_no_empty_settings(open_page: OpenPage) -> None:
    page = open_page("/?course=7&hidden=50&steps=200000", wait=False)
    way_on = box_of(page).locator(".st-key-course_next").get_by_role("link")
    expect(way_on).to_be_visible(timeout=PATIENCE)
    way_on.click()
    expect(page.get_by_text(STEPS[7].question)).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()


def scene_address(number: int) -> str:
    step = STEPS[number - 1]
    path = "/" if step.page == "streamlit_app.py" else f"/{step.page[8:-3]}"
    return f"{path}?{urlencode({**step.params, 'course': number}, doseq=True)}"


def check(page: Page, told: str) -> None:
    """Press "Check", again while something trains or has not arrived, until this is told."""
    box = box_of(page)
    for _ in range(40):
        wait_until_idle(page)
        box.get_by_role("button", name="Check", exact=True).click()
        expect(box).to_contain_text(TOLD)
        page.wait_for_timeout(300)
        wait_until_idle(page)
        if re.search(told, box.inner_text()):
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"{told!r} is not told: {box.inner_text()}")


def set_rate(page: Page, rate: str) -> None:
    field = page.get_by_role("spinbutton", name="Learning rate, exactly")
    field.fill(rate)
    field.press("Enter")
    expect(page).to_have_url(re.compile(f"learning_rate={re.escape(rate)}"), timeout=PATIENCE)


def test_fifty_neurons_are_trained_up_to_their_limit(open_page: OpenPage) -> None:
    page = predict(open_page, 7, "50 neurons, several times as sharp")
    expect(box_of(page)).to_contain_text("That is what happens. At step 0 the sharpness is 31.94")
    player = Player(page)  # the moment that the answer speaks of, with its numbers
    expect(player.readout).to_have_text("Step 0")
    for product in ("0.19", "1.53"):
        expect(page.get_by_text(product).first).to_be_visible()
    page.get_by_role("button", name="Go to Train").click()
    page.wait_for_url(re.compile(r"/\?(?=.*hidden=50)(?=.*course=7)"))
    Player(page)
    check(page, r"Not yet\. 50 neurons, rate 0\.006, .*Try a rate above 0\.0065\.")
    set_rate(page, "0.009")
    check(page, r"Not yet\. 50 neurons, rate 0\.009, 20,000 steps: 100\.0% right, the loss rises")
    page.get_by_role("spinbutton", name="Learning rate, exactly").fill("0.0075")  # and no Enter
    box_of(page).get_by_role("button", name="Check", exact=True).click()
    expect(box_of(page)).to_contain_text(
        re.compile(r"Done\. 50 neurons, rate 0\.0075"), timeout=PATIENCE
    )
    expect(page).to_have_url(re.compile(r"learning_rate=0\.0075"))
    expect(page).to_have_url(re.compile("passed=7"))


def test_a_shorter_warm_up_is_found(open_page: OpenPage) -> None:
    page = predict(open_page, 8, "Cosine decay")
    expect(box_of(page)).to_contain_text(
        "What happens: “Warm-up”. Cosine: rises at step 1; warm-up"
    )
    check(
        page, r"Not yet\. 50 neurons, rate 0\.03, 5,000 steps of warm-up, .*Try a shorter warm-up"
    )
    slider = page.get_by_role("slider", name="Warm-up steps")
    slider.focus()
    while int((slider.get_attribute("aria-valuetext") or "9999").replace(",", "")) > 4000:
        slider.press("ArrowLeft")
    wait_until_idle(page)
    check(page, r"Done\. 50 neurons, rate 0\.03, [34],\d00 steps of warm-up, ")


def test_the_explosion_is_cured(open_page: OpenPage) -> None:
    page = predict(open_page, 9, "It runs to infinity")
    box = box_of(page)
    happens = "What happens: “It jumps, and then nothing moves any more”. The loss ends at 0.5267"
    expect(box).to_contain_text(happens, timeout=3 * PATIENCE)
    check(page, r"Not yet\. No cure is pressed yet: ")
    best = page.locator(".st-key-best_cure").get_by_role("button").first
    expect(best).to_be_visible(timeout=3 * PATIENCE)  # the cures are tried first
    best.click()
    expect(page).to_have_url(re.compile("cure="), timeout=PATIENCE)
    check(page, r"Done\. With the cure “.*”: 50 neurons.*\b(9[5-9]|100)\.\d% right")
    box.get_by_role("button", name="Next step").click()
    expect(page.get_by_text(STEPS[9].question)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("1 of 10 done")).to_be_visible()


def test_the_articles_error_is_found_and_its_end_is_the_main_way_on(open_page: OpenPage) -> None:
    page = predict(open_page, 10, "Some or all differ")
    box = box_of(page)
    page.get_by_role("button", name="Check every entry at this step").click()
    expect(page.get_by_text("200 of 200 entries differ")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("The penalty’s slope: l2").click()
    expect(page).to_have_url(re.compile("mistake=article_l2"), timeout=PATIENCE)
    colour = "element => getComputedStyle(element).backgroundColor"
    strong = box.get_by_role("button", name="Check").evaluate(colour)
    check(page, r"Done\. That is it: to all slopes of a layer it adds one number")
    onward = box.get_by_role("button", name="See its loss run away")
    page.mouse.move(0, 0)
    assert onward.evaluate(colour) == strong
    assert box.get_by_role("button", name="To the end").evaluate(colour) != strong
    onward.click()
    expect(page).to_have_url(re.compile("Exploding_gradients.*scene=article_fifty_exploding"))


def test_a_question_mark_stays_beside_its_last_word_at_every_width(open_page: OpenPage) -> None:
    page = open_page(scene_address(10), width=390, height=844)
    asked = box_of(page).locator("p", has_text=STEPS[9].question)
    mark = asked.get_by_test_id("stTooltipIcon")
    expect(mark).to_be_visible(timeout=PATIENCE)
    for width in range(430, 318, -3):
        page.set_viewport_size({"width": width, "height": 844})
        line, place = asked.bounding_box(), mark.bounding_box()
        assert line
        assert place
        assert place["y"] + place["height"] / 2 < line["y"] + line["height"], width
        words = asked.evaluate(
            "p => { const r = document.createRange(); r.selectNodeContents(p);"
            " r.setEndBefore(p.querySelector('label').parentElement);"
            " return [...r.getClientRects()].at(-1).bottom; }"
        )
        assert place["y"] < words - 4, width
