"""``python -m benchmarks load``, ``soak``, ``proxy``: many visitors at a server, in a table."""

import argparse
import asyncio
import math
import os
import platform
import sys
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.load import proxy
from benchmarks.load.scenarios import (
    GIVE_UP,
    Waits,
    abandon,
    browse,
    change_settings,
    open_one_link,
    percentile,
)
from benchmarks.tables import note, print_table, processor
from mlp import Experiment, train
from tests.browser.measured import Server, running_server

PAUSE = 10.0  # seconds between two changes of a visitor, and in which all arrive
LINK_STEPS = 20_000
SCENARIOS = ("own", "link", "browse", "closed")
Row = Sequence[str]


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line of ``load`` or ``soak``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    load = commands.add_parser("load", help="the table of README, about four minutes")
    load.add_argument("--only", nargs="+", choices=SCENARIOS, default=SCENARIOS)
    load.add_argument("--own", type=int, default=50, help="visitors with settings of their own")
    load.add_argument("--link", type=int, default=200, help="visitors who open one link")
    load.add_argument("--browse", type=int, default=100, help="visitors who go through all screens")
    load.add_argument("--closed", type=int, default=20, help="tabs closed during a run")
    load.add_argument("--changes", type=int, default=6, help="settings that each visitor changes")
    soak = commands.add_parser("soak", help="memory under visitors for an hour")
    soak.add_argument("--minutes", type=float, default=60.0)
    soak.add_argument("--visitors", type=int, default=50)
    through = commands.add_parser("proxy", help="two processes behind HAProxy, one killed")
    through.add_argument("--visitors", type=int, default=100)
    options = parser.parse_args(arguments)
    for name in ("own", "link", "browse", "closed", "changes", "minutes", "visitors"):
        value = getattr(options, name, 1)
        if not 1 <= value <= 1000:
            parser.error(f"--{name} is {value}; give 1 to 1000")
    return options


def main(arguments: Sequence[str]) -> None:
    """Measure what is asked for, and print it."""
    options = parse(arguments)
    print(
        f"Measured on {time.strftime('%Y-%m-%d')}, {processor()}, {os.cpu_count()} cores that the "
        f"server and its visitors share; Python {platform.python_version()}.",
        flush=True,
    )
    if options.command == "proxy":
        sys.exit(0 if asyncio.run(proxy.measure(options.visitors)) else 1)
    if options.command == "soak":
        asyncio.run(soak(options.visitors, options.minutes * 60))
    else:
        rows = (row for name in options.only for row in asyncio.run(MEASURES[name](options)))
        print_table(["", "measured", "target"], rows)


async def own(options: argparse.Namespace) -> list[Row]:
    """Measure visitors who each change a setting every PAUSE seconds."""
    alone = seconds_alone()
    with running_server() as server:
        await warm_up(server)
        waits, used = Waits(), Used(server)
        await change_settings(server, options.own, options.changes, PAUSE, waits)
        seconds, later, megabytes = used.seconds(), used.later(), used.megabytes()
    visits = len(waits.whole)
    pages = (seconds - later) / visits
    who = f"{options.own} visitors, own settings, a change every {PAUSE:g} s"
    return [
        *waited(who, waits, first="< 1 s", whole="< 4 s"),
        (
            "processor a change, x its training alone",
            f"{pages / alone:.2f} ({pages:.3f} s, {alone:.3f} s)",
            "< 1.3",
        ),
        ("besides, for what is tried in the background", f"{later / visits:.3f} s", ""),
        ("memory a visitor", f"{megabytes / options.own:.1f} MB", "< 4 MB"),
    ]


async def link(options: argparse.Namespace) -> list[Row]:
    """Measure visitors who open one address at once."""
    with running_server() as server:
        await warm_up(server)
        waits = Waits()
        await open_one_link(server, options.link, PAUSE, LINK_STEPS, waits)
    return waited(
        f"{options.link} visitors open one link within {PAUSE:g} s", waits, first="< 2 s", whole=""
    )


async def browse_all(options: argparse.Namespace) -> list[Row]:
    """Measure visitors who go through all screens."""
    with running_server() as server:
        await warm_up(server)
        waits, used = Waits(), Used(server)
        await browse(server, options.browse, PAUSE, waits)
        megabytes = used.megabytes()
    who = f"{options.browse} visitors browse all screens, {PAUSE:g} s each"
    return [
        (f"{who}: script, p95", f"{percentile(waits.script, 0.95):.2f} s", "< 2 s"),
        ("errors; visits given up", told(waits), "0; 0"),
        ("memory a visitor", f"{megabytes / options.browse:.1f} MB", "< 4 MB"),
    ]


async def closed(options: argparse.Namespace) -> list[Row]:
    """Measure when nothing is trained any more for tabs that were closed."""
    with running_server() as server:
        await warm_up(server)
        seconds = await abandon(server, options.closed)
    return [
        (f"{options.closed} tabs closed in long runs: quiet after", f"{seconds:.0f} s", "< 5 s")
    ]


MEASURES = {"own": own, "link": link, "browse": browse_all, "closed": closed}


def waited(who: str, waits: Waits, *, first: str, whole: str) -> list[Row]:
    """Return how long visitors waited for the first data of their run, and for all of it."""
    kilobytes = waits.received / max(len(waits.whole), 1) / 1000
    return [
        (f"{who}: first player data, p95", f"{percentile(waits.player, 0.95):.2f} s", first),
        ("the whole run, p95", f"{percentile(waits.whole, 0.95):.2f} s", whole),
        ("errors; visits given up", told(waits), "0; 0"),
        ("received a change", f"{kilobytes:.0f} kB", ""),
    ]


def told(waits: Waits) -> str:
    """Say how many errors there were, the first in words, and how many gave up."""
    first = f" ({waits.errors[0][:80]})" if waits.errors else ""
    return f"{len(waits.errors)}{first}; {waits.gave_up}"


async def warm_up(server: Server) -> None:
    """Let one visitor see a run and all screens, so that nothing is imported or compiled later."""
    note("one visitor, before the others")
    waits = Waits()
    await browse(server, 1, 0.5, waits)
    await change_settings(server, 1, 2, 1.0, waits)


def seconds_alone(runs: int = 9) -> float:
    """Return the processor time of one training as each visitor asks for it, without a page."""
    train(Experiment(steps=100))
    taken = []
    for seed in range(runs):
        before = time.process_time()
        train(Experiment(init_seed=seed))
        taken.append(time.process_time() - before)
    return float(np.median(taken))


class Used:
    """Processor time and memory that a server has used since this was made."""

    def __init__(self, server: Server) -> None:
        """Note what it has used so far."""
        self._server = server
        self._seconds, self._megabytes = server.processor_seconds(), server.megabytes()
        self._later = server.background_seconds()

    def seconds(self) -> float:
        """Return the processor time since."""
        return self._server.processor_seconds() - self._seconds

    def later(self) -> float:
        """Return the part of it that went into what is tried in the background."""
        return self._server.background_seconds() - self._later

    def megabytes(self) -> float:
        """Return how much its memory grew."""
        return self._server.megabytes() - self._megabytes


async def soak(visitors: int, seconds: float) -> None:
    """Let visitors come and go, and print memory and threads every twentieth of the time."""
    with running_server() as server:
        await warm_up(server)
        print_table(["minute", "memory, MB", "threads", "changes", "errors", "given up"], [])
        started, waits, changes = time.monotonic(), Waits(), 0
        while (now := time.monotonic() - started) < seconds:
            left = seconds - now
            rounds = max(min(math.ceil(seconds / 20 / PAUSE), math.ceil(left / PAUSE)), 1)
            waits = Waits()
            await change_settings(server, visitors, rounds, PAUSE, waits)
            changes += len(waits.whole)
            cells = (
                f"{(time.monotonic() - started) / 60:.1f}",
                f"{server.megabytes():.0f}",
                str(server.threads()),
                str(changes),
                str(len(waits.errors) + server.errors()),
                str(waits.gave_up),
            )
            print("| " + " | ".join(cells) + " |", flush=True)
    note(f"a visitor gives up after {GIVE_UP:g} s")
