"""What many visitors do at once, and how long each has to wait."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tests.browser.measured import Server
from tests.browser.visitor import SEED_BOX, Seen, Visitor, seed_of

GIVE_UP = 60.0  # seconds
SCREENS = (
    ("", ""),
    ("Exploding_gradients", "run=yes"),
    ("Compare", ""),
    ("Learning_rate_schedules", "trained=yes"),
    ("Chain_rule", ""),
    ("Gradient_descent", ""),
    ("Own_data", ""),
    ("Map", ""),
    ("Start_here", ""),
)
_seeds = itertools.count(1)


@dataclass
class Waits:
    """Seconds that visitors waited: for the first data, for the whole run, for the script."""

    player: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    script: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    gave_up: int = 0
    received: int = 0

    def add(self, seen: Seen) -> None:
        """Take over what one visitor saw after one wish."""
        self.player.append(seen.seconds(seen.player_at))
        self.whole.append(seen.seconds(seen.whole_at))
        self.script.append(seen.seconds(seen.finished_at))
        self.errors += seen.errors
        self.received += seen.received


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


async def at_once(visits: Sequence[Callable[[], Awaitable[None]]], within: float) -> None:
    """Begin all visits within some seconds, evenly, and wait until all have ended."""

    async def begin(number: int, visit: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(within * number / len(visits))
        await visit()

    await asyncio.gather(*(begin(number, visit) for number, visit in enumerate(visits)))


async def change_settings(
    server: Server, count: int, changes: int, pause: float, waits: Waits
) -> None:
    """Let visitors arrive within one pause, and change the seed again and again."""

    async def visit() -> None:
        visitor, seed = Visitor(server.address, "", ""), next(_seeds)
        visitor.query, visitor.wanted = f"init_seed={seed}", seed_of(seed)
        await visitor.arrive()
        for left in reversed(range(changes)):
            started = asyncio.get_running_loop().time()
            if not await visitor.until("whole_at", GIVE_UP):
                waits.gave_up += 1
            waits.add(visitor.seen)
            rest = pause * random.uniform(0.9, 1.1) - (asyncio.get_running_loop().time() - started)
            await asyncio.sleep(max(rest, 0))
            if not left or SEED_BOX not in visitor.boxes:
                break  # the last, or it never got the page
            seed = next(_seeds)
            visitor.wanted = seed_of(seed)
            await visitor.set_box(SEED_BOX, seed)
        await visitor.leave()

    await at_once([visit] * count, pause)


async def open_one_link(
    server: Server, count: int, within: float, steps: int, waits: Waits
) -> None:
    """Let visitors open one and the same address."""
    seed = next(_seeds)

    async def visit() -> None:
        visitor = Visitor(server.address, "", f"init_seed={seed}&steps={steps}")
        visitor.wanted = seed_of(seed)
        await visitor.arrive()
        if not await visitor.until("whole_at", GIVE_UP):
            waits.gave_up += 1
        waits.add(visitor.seen)
        await asyncio.sleep(within)
        await visitor.leave()

    await at_once([visit] * count, within)


async def browse(server: Server, count: int, pause: float, waits: Waits) -> None:
    """Let visitors go through all screens, a pause at each."""

    async def visit() -> None:
        page, query = SCREENS[0]
        visitor = Visitor(server.address, page, query)
        await visitor.arrive()
        for page, query in (*SCREENS[1:], SCREENS[0]):
            if not await visitor.until("finished_at", GIVE_UP):
                waits.gave_up += 1
            waits.add(visitor.seen)
            await asyncio.sleep(pause * random.uniform(0.9, 1.1))
            await visitor.go_to(page, query)
        await visitor.leave()

    await at_once([visit] * count, pause)


async def abandon(server: Server, count: int) -> float:
    """Let visitors close their tabs in the middle of long runs; return when the server is idle.

    Idle: it uses less than a tenth of a core for a second.
    """
    visitors = [
        Visitor(
            server.address,
            "",
            f"init_seed={next(_seeds)}&hidden=200&points=2000&train_points=2000&steps=200000",
        )
        for _ in range(count)
    ]
    await asyncio.gather(*(visitor.arrive() for visitor in visitors))
    await asyncio.gather(*(visitor.until("player_at", GIVE_UP) for visitor in visitors))
    await asyncio.sleep(1)
    await asyncio.gather(*(visitor.leave() for visitor in visitors))
    waited = 0.0
    while waited < GIVE_UP:
        before = server.processor_seconds()
        await asyncio.sleep(1)
        if server.processor_seconds() - before < 0.1:
            return waited
        waited += 1
    return waited
