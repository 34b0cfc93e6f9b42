"""``python -m benchmarks proxy``: two processes behind a real HAProxy, one killed while in use."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

from websockets.exceptions import InvalidHandshake

from benchmarks.load.scenarios import GIVE_UP, at_once, percentile
from benchmarks.tables import print_table
from tests.browser.measured import running_server
from tests.browser.proxy import running_proxy
from tests.browser.visitor import Visitor, seed_of

WITHIN = 20.0  # seconds in which all arrive
FEWEST = 0.4  # of the visitors, on each of two processes
PROXY_STARTS = 10.0  # seconds, at most


async def measure(visitors: int) -> bool:
    """Let visitors come through the proxy, kill one process, and print what they saw.

    Returns whether all is as it should be.
    """
    with (
        running_server() as first,
        running_server() as second,
        running_proxy([first.address, second.address]) as proxy,
    ):
        pages = [page(proxy, seed) for seed in range(visitors)]
        await up(pages[0])
        arrivals = await come(pages)
        places = Counter(each.cookie for each in pages)
        lost = [each for each in pages if each.cookie.endswith("p1")]
        first.process.kill()
        returns, moved = await come_back(lost)
        stayed = sum(not each.closed.is_set() for each in pages if each not in lost)
        await asyncio.gather(*(each.leave() for each in pages))
    spread = " and ".join(map(str, places.values()))
    few = min(places.values()) if len(places) == 2 else 0
    checks = [
        ("visitors on each of two processes", spread, few >= FEWEST * visitors),
        ("whole run, p95", f"{percentile(arrivals, 0.95):.2f} s", max(arrivals) < GIVE_UP),
        ("back at the other process with the same run, of those on the killed one",
         f"{moved} of {len(lost)}", moved == len(lost)),
        ("seconds from the kill to the restored run, p95",
         f"{percentile(returns, 0.95):.2f} s", max(returns) < GIVE_UP),
        ("pages on the other process that noticed nothing",
         f"{stayed} of {visitors - len(lost)}", stayed == visitors - len(lost)),
    ]  # fmt: skip
    rows = ([what, found, "yes" if good else "NO"] for what, found, good in checks)
    print_table([f"{visitors} visitors, two processes", "measured", "as it should be"], rows)
    return all(good for *_, good in checks)


def page(proxy: str, seed: int) -> Visitor:
    """Return a visitor of Train with settings of their own."""
    visitor = Visitor(proxy, "", f"init_seed={seed}&steps=5000")
    visitor.wanted = seed_of(seed)
    return visitor


async def up(visitor: Visitor) -> None:
    """Wait until the proxy lets visitors through."""
    deadline = time.monotonic() + PROXY_STARTS
    while True:
        try:
            await visitor.fetch_page()
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            visitor.cookie = ""
            return


async def come(pages: Sequence[Visitor]) -> list[float]:
    """Open pages as a browser does; return how long each waited for its whole run."""

    async def visit(visitor: Visitor) -> None:
        await visitor.fetch_page()
        await visitor.arrive()
        await visitor.until("whole_at", GIVE_UP)

    await at_once([lambda each=each: visit(each) for each in pages], WITHIN)  # type: ignore[misc]
    return [each.seen.seconds(each.seen.whole_at) for each in pages]


async def come_back(pages: Sequence[Visitor]) -> tuple[list[float], int]:
    """Let pages connect again as they lose their server, each with the address that it shows.

    Returns the seconds since the loss, and how many have their run back.
    """
    killed = time.monotonic()

    async def reconnect(visitor: Visitor) -> None:
        await asyncio.wait_for(visitor.closed.wait(), GIVE_UP)
        while time.monotonic() - killed < GIVE_UP:
            try:
                await visitor.arrive(session=visitor.session)
            except (OSError, InvalidHandshake):  # a browser tries again too
                await asyncio.sleep(0.5)
            else:
                break
        await visitor.until("whole_at", GIVE_UP)

    await asyncio.gather(*(reconnect(each) for each in pages))
    waits = [(each.seen.whole_at or float("inf")) - killed for each in pages]
    back = [each for each in pages if each.seen.whole_at is not None and not each.seen.errors]
    return waits, len(back)
