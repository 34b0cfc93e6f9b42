"""Visitors who come and go, in the server's own protocol: nothing of them stays behind."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from mlp.training.warm_up import warm_up
from tests.apps import PAGES
from tests.browser.measured import Server, running_server
from tests.browser.visitor import SEED_BOX, Visitor, seed_of

pytestmark = pytest.mark.timing  # many visitors want both cores for themselves

T = TypeVar("T")
WAIT = 60.0  # seconds
AT_ONCE = 10
UNREAD = 20  # changes of a setting, some 300 messages each, some megabytes together
KEPT_SESSIONS = 128  # Streamlit keeps so many of pages that have gone, for two minutes
LONG = "hidden=200&points=2000&train_points=2000&steps=200000"
IDLE, IDLE_WITHIN = 0.2, 15.0  # of a core; seconds


def run(task: Coroutine[Any, Any, T]) -> T:
    """Run a task to its end in a thread: Playwright's own loop may be running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, task).result()


@pytest.fixture(scope="module")
def alone() -> Iterator[Server]:
    """A server that only these visitors come to."""
    for _ in warm_up():
        pass
    with running_server() as server:
        yield server


async def visit(server: Server, query: str) -> None:
    visitor = Visitor(server.address, "", query)
    await visitor.arrive()
    assert await visitor.until("whole_at", WAIT)
    assert not visitor.seen.errors
    await visitor.leave()


async def visits(server: Server, count: int) -> None:
    for _ in range(count // AT_ONCE):
        each = visit(server, "steps=200&frames=20&points=50&train_points=50")
        await asyncio.gather(
            each, *(visit(server, f"init_seed={i}&steps=200&frames=20") for i in range(AT_ONCE - 1))
        )


def test_after_three_hundred_visits_memory_and_threads_are_back(alone: Server) -> None:
    run(visits(alone, KEPT_SESSIONS + 2))
    threads, megabytes = alone.threads(), alone.megabytes()
    run(visits(alone, 170))
    run(quiet(alone))
    assert alone.threads() <= threads + 2
    assert alone.megabytes() <= megabytes + 30
    assert alone.errors() == 0


async def quiet(server: Server) -> float:
    """Wait until the server does nothing; return the seconds that took."""
    started = time.monotonic()
    while time.monotonic() - started < WAIT:
        before, at = server.processor_seconds(), time.monotonic()
        await asyncio.sleep(1)
        if server.processor_seconds() - before < IDLE * (time.monotonic() - at):
            break
    return time.monotonic() - started - 1


async def abandon(server: Server, tabs: int) -> float:
    """Close tabs in the middle of long trainings; return the seconds until the server is quiet."""
    visitors = [Visitor(server.address, "", f"init_seed={i}&{LONG}") for i in range(tabs)]
    await asyncio.gather(*(visitor.arrive() for visitor in visitors))
    await asyncio.gather(*(visitor.until("player_at", WAIT) for visitor in visitors))
    await asyncio.gather(*(visitor.leave() for visitor in visitors))
    return await quiet(server)


def test_the_trainings_of_twenty_closed_tabs_end(alone: Server) -> None:
    assert run(abandon(alone, 20)) < IDLE_WITHIN


async def neighbours(server: Server) -> tuple[float, list[str]]:
    """Ask for a short run beside the longest ones there are; return the wait, and any errors."""
    heavy = [
        Visitor(server.address, "", f"{LONG}&optimizer={name}")
        for name in ("adam", "adamw", "ftrl", "momentum")
    ]
    await asyncio.gather(*(visitor.arrive() for visitor in heavy))
    await asyncio.gather(*(visitor.until("player_at", WAIT) for visitor in heavy))
    light = Visitor(server.address, "", "init_seed=77&steps=2000")
    await light.arrive()
    await light.until("whole_at", WAIT)
    waited = light.seen.seconds(light.seen.whole_at)
    errors = [error for visitor in (light, *heavy) for error in visitor.seen.errors]
    await asyncio.gather(*(visitor.leave() for visitor in (light, *heavy)))
    return waited, errors


def test_the_longest_trainings_hold_nobody_else_up(alone: Server) -> None:
    waited, errors = run(neighbours(alone))
    assert not errors
    assert waited < 15  # they take minutes each


async def restored() -> bool:
    """Kill a server under an open page, start it again, and connect as the page does."""
    with running_server() as first:
        visitor = Visitor(first.address, "", "hidden=7&steps=200000")
        visitor.wanted = "'hidden': '7'"
        await visitor.arrive()
        assert await visitor.until("player_at", WAIT)
        first.process.kill()
        first.process.wait()
        await asyncio.wait_for(visitor.closed.wait(), WAIT)
    port = int(first.address.rpartition(":")[2])
    with running_server(port):
        await visitor.arrive(session=visitor.session)
        found = await visitor.until("player_at", WAIT)
        await visitor.leave()
    return found and not visitor.seen.errors


def test_a_page_comes_back_after_its_server_was_killed() -> None:
    assert run(restored())


async def first_visitors() -> list[str]:
    """Let a visitor come to every screen at once, at a server that has read none; return errors."""
    names = ["", *(path.stem.partition("_")[2] for path in PAGES)]
    with running_server() as server:
        visitors = [Visitor(server.address, name, "") for name in names]
        await asyncio.gather(*(visitor.arrive() for visitor in visitors))
        await asyncio.gather(*(visitor.until("finished_at", WAIT) for visitor in visitors))
        errors = [error for visitor in visitors for error in visitor.seen.errors]
        await asyncio.gather(*(visitor.leave() for visitor in visitors))
        return errors + ["see the log"] * server.errors()


def test_the_first_visitors_of_a_server_may_come_to_every_screen_at_once() -> None:
    """Screens that read the code side by side would get half of it: see ``ui.reading``."""
    assert run(first_visitors()) == []


async def reads_late(server: Server) -> bool:
    """Change settings again and again without reading, then read; return whether all came."""
    visitor = Visitor(server.address, "", "")
    await visitor.arrive()
    assert await visitor.until("whole_at", WAIT)
    visitor.reads.clear()
    for seed in range(9001, 9001 + UNREAD):
        await visitor.set_box(SEED_BOX, seed)
        await asyncio.sleep(0.6)
    visitor.wanted = seed_of(seed)
    visitor.reads.set()
    whole = await visitor.until("whole_at", WAIT)
    await visitor.leave()
    return whole


def test_a_browser_that_is_busy_for_seconds_gets_everything_once_it_reads(alone: Server) -> None:
    """Streamlit by itself would end the session, and the page would stay faded for ever."""
    assert run(reads_late(alone))


async def pages_after_leaving(server: Server, late: float, *, by_button: bool) -> list[str]:
    """Go to another screen during a training; a poll of the old one comes ``late`` by seconds.

    Return the page of each run from the new one's on.
    """
    seed = round(late * 1000) + 10 * by_button
    visitor = Visitor(server.address, "", f"{LONG}&init_seed={seed}&course=2")
    await visitor.arrive()
    assert await visitor.until("player_at", WAIT)
    while not (polls := visitor.polls()):
        await asyncio.sleep(0.01)
    before = len(visitor.runs_of)
    if by_button:
        await visitor.press("Back to the scene")
    else:
        await visitor.go_to("Gradient_descent")
    await asyncio.sleep(late)
    await visitor.ask(polls[0], by_timer=True)
    await asyncio.sleep(2.0)  # an answer to the poll would have come
    await visitor.leave()
    pages = [page for page, _ in visitor.runs_of[before:]]
    new = visitor.pages["Gradient_descent"]
    return pages[pages.index(new) :]


@pytest.mark.parametrize("by_button", [False, True])
@pytest.mark.parametrize("late", [0.0, 0.005, 0.01, 0.03, 0.06])
def test_a_screen_that_was_left_is_not_heard_of_again(
    alone: Server, late: float, by_button: bool
) -> None:
    """A browser that hears of the old page after the new one clears what it shows, for ever."""
    assert len(set(run(pages_after_leaving(alone, late, by_button=by_button)))) == 1


async def until_still(visitor: Visitor) -> None:
    """Wait until a page asks for nothing any more by itself."""
    looked_at = time.monotonic()
    while visitor.polls() and time.monotonic() - looked_at < WAIT:
        await asyncio.sleep(0.05)
    assert not visitor.polls()


async def runs_until_it_is_still(server: Server) -> list[bool]:
    """Watch a short run until all has come; tell of each run of a script if it was a page’s."""
    await visit(server, "steps=300&frames=20")  # now all is compiled
    visitor = Visitor(server.address, "", "steps=300&frames=20&init_seed=11")
    await visitor.arrive()
    assert await visitor.until("whole_at", WAIT)
    await until_still(visitor)
    await asyncio.sleep(3.0)  # another look would have come
    await visitor.leave()
    assert not visitor.polls()
    return [not fragments for _, fragments in visitor.runs_of]


def test_what_was_tried_is_told_without_a_run_of_the_whole_page(alone: Server) -> None:
    first, *later = run(runs_until_it_is_still(alone))
    assert first
    assert later
    assert not any(later)


async def runs_of_a_change(server: Server, query: str, seed: int) -> list[bool]:
    """Change the seed once all has come; tell of each run of a script from there if the page’s."""
    await visit(server, query)  # now all is compiled
    visitor = Visitor(server.address, "", f"{query}&init_seed=11")
    await visitor.arrive()
    assert await visitor.until("whole_at", WAIT)
    await until_still(visitor)
    before = len(visitor.runs_of)
    visitor.wanted = seed_of(seed)
    await visitor.set_box(SEED_BOX, seed)
    assert await visitor.until("whole_at", WAIT)
    assert await visitor.until("finished_at", WAIT)
    await until_still(visitor)
    await visitor.leave()
    assert not visitor.seen.errors
    assert f"init_seed={seed}" in visitor.query
    return [not fragments for _, fragments in visitor.runs_of[before:]]


def test_a_change_draws_only_what_tells_of_it(alone: Server) -> None:
    assert not any(run(runs_of_a_change(alone, "steps=300&frames=20", 12)))


async def address_after(server: Server, changes: list[tuple[str, float]]) -> set[str]:
    """Set one box after the other; return what the address says then."""
    visitor = Visitor(server.address, "", "steps=300&frames=20&schedule=step&dataset=moons")
    await visitor.arrive()
    assert await visitor.until("whole_at", WAIT)
    for label, value in changes:
        await visitor.set_box(label, value)
        assert await visitor.until("finished_at", WAIT)
        await asyncio.sleep(0.5)
    await visitor.leave()
    assert not visitor.seen.errors
    return set(visitor.query.split("&"))


def test_changes_of_several_groups_add_up(alone: Server) -> None:
    changes = [
        (SEED_BOX, 3.0),
        ("Learning rate, exactly", 0.02),
        ("Seed of the points", 5.0),
        (SEED_BOX, 4.0),
        ("Learning rate, exactly", 0.03),
    ]
    address = run(address_after(alone, changes))
    assert {"init_seed=4", "learning_rate=0.03", "data_seed=5", "schedule=step"} <= address


@pytest.mark.parametrize("query", ["steps=300&frames=20&course=2", "steps=300&frames=20&nope=1"])
def test_a_change_draws_the_whole_page_where_more_of_it_tells_of_it(
    alone: Server, query: str
) -> None:
    """The course judges what is set; what was wrong with an address is no longer said."""
    assert any(run(runs_of_a_change(alone, query, 13)))


async def typed_and_pressed(server: Server, seed: int) -> bool:
    """Type a number and press at once; return whether the run of that number begins."""
    visitor = Visitor(server.address, "", "steps=400000")
    await visitor.arrive()
    assert await visitor.until("finished_at", WAIT)
    await visitor.set_box(SEED_BOX, seed)
    visitor.wanted = seed_of(seed)
    await visitor.press("Train 400,000 steps")
    begins = await visitor.until("whole_at", WAIT / 4)
    await visitor.leave()
    return begins


def test_a_button_pressed_right_after_a_number_was_typed_counts(alone: Server) -> None:
    assert all(run(typed_and_pressed(alone, seed)) for seed in range(11, 14))
