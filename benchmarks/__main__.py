"""``python -m benchmarks``: measure, and print Markdown tables to quote.

``load``, ``soak`` and ``proxy`` measure a server with many visitors.
"""

import argparse
import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from benchmarks import OF_MANY_VISITORS, all_cores
from benchmarks.cures import cure_rows
from benchmarks.load import report
from benchmarks.maps import NETWORKS, cost_rows, map_rows
from benchmarks.measure import (
    Timing,
    bare_loop,
    check_agreement,
    first_runs,
    interleaved,
    run_bytes,
    seconds,
    whole_training,
)
from benchmarks.peers import PEERS, make_task
from benchmarks.player import frame_rates
from benchmarks.tables import note, print_table, processor
from mlp import PRESETS, Experiment, train
from mlp.base.cluster import cores

STEPS = 200_000
ARTICLE_RUNS = {3: PRESETS["article_three"], 50: PRESETS["article_fifty_derived"]}
PARTS = ("map", "adam", "long", "start", "memory", "player", "cures")
LIBRARIES = ("numpy", "numba", "scipy", "scikit-learn", "torch", "jax", "jaxlib")
OURS, BARE = "ours", "bare"

# The targets, as ratios to a whole train() and as the most seconds.
TARGET_RATIOS = {"article": {3: 25.0, 50: 10.0}, "jax": {3: 1.3, 50: 1.3}}
TARGET_LONG = {3: 4.0, 50: 12.0}


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute; rougher figures")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=[*PEERS, *PARTS],
        default=[*PEERS, *PARTS],
        metavar="NAME",
        help=f"measure these alone: {', '.join([*PEERS, *PARTS])}",
    )
    parser.add_argument("--rounds", type=int, help="measurements, of which the best counts")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (2 if options.quick else 7)
    return options


def installed(libraries: Iterable[str]) -> Iterable[str]:
    for library in libraries:
        try:
            yield f"{library} {version(library)}"
        except PackageNotFoundError:
            continue


def print_conditions(options: argparse.Namespace) -> None:
    print(f"Measured on {datetime.now(UTC):%Y-%m-%d}, {processor()}, one process on one core.")
    print(f"Python {platform.python_version()}, {', '.join(installed(LIBRARIES))}.")
    if options.quick:
        print("\n**--quick: few rounds and short runs; rough figures, not to be quoted.**")


def measure_steps(options: argparse.Namespace, hidden: int) -> dict[str, Timing]:
    """Return the times of ours, of our bare loop and of the peers, as microseconds a step."""
    experiment = ARTICLE_RUNS[hidden].replace(steps=STEPS)
    task = make_task(experiment)
    calls = {OURS: whole_training(experiment), BARE: bare_loop(experiment)}
    steps = {OURS: STEPS, BARE: STEPS}
    for name in PEERS:
        if name in options.only:
            note(f"{hidden} neurons: does {name} compute the same?")
            check_agreement(PEERS[name], experiment)
            run, steps[name] = PEERS[name].prepare(task), PEERS[name].steps
            calls[name] = lambda run=run, count=steps[name]: run(count)  # type: ignore[misc]
    note(f"{hidden} neurons: measuring {', '.join(calls)}")
    timings = interleaved(calls, options.rounds)
    return {name: Timing(*(1e6 * time / steps[name] for time in timings[name])) for name in timings}


def print_steps(options: argparse.Namespace) -> None:
    timings = {hidden: measure_steps(options, hidden) for hidden in ARTICLE_RUNS}
    print(
        "\nMicroseconds a step of full-batch gradient descent on 50 samples, float64 throughout; "
        f"the shortest of {options.rounds} times, taken in turns, after one call to warm up. Ours "
        f"are whole `train()` calls of {STEPS:,} steps with 240 frames. Peers of which the same "
        "is asked end with the same weights (checked)."
    )
    header = ["", *(text for h in timings for text in (f"{h} neurons", "x ours", "target"))]
    rows = [(OURS, "This project: a whole `train()`"), (BARE, "This project: the bare loop")]
    rows += [(name, PEERS[name].title) for name in PEERS if name in timings[3]]
    print_table(header, ([title, *step_cells(timings, name)] for name, title in rows))
    print_first_calls(timings)


def step_cells(timings: dict[int, dict[str, Timing]], name: str) -> Iterable[str]:
    """Return the cells of one row: time, ratio and target for each number of neurons."""
    for hidden, timing in timings.items():
        yield f"{timing[name].best:.2f}"
        yield f"{timing[name].best / timing[OURS].best:.2f}"
        if name == BARE:
            yield f"≥ {1 / 1.3:.2f}"
        else:
            target = TARGET_RATIOS.get(name, {}).get(hidden)
            yield f"≥ {target}" if target else ""


def print_first_calls(timings: dict[int, dict[str, Timing]]) -> None:
    """Say what JAX's first call takes longer than the others: it compiles."""
    if "jax" in timings[3]:
        extra = (t["jax"].first - t["jax"].best for t in timings.values())
        compiling = " and ".join(f"{us * PEERS['jax'].steps / 1e6:.2f} s" for us in extra)
        print(f"\nNot counted: JAX compiles for {compiling}, in every process again.")


def long_rows(options: argparse.Namespace) -> Iterable[Sequence[str]]:
    for hidden, experiment in ARTICLE_RUNS.items():
        steps = experiment.steps // (10 if options.quick else 1)
        note(f"the article's run of {steps:,} steps with {hidden} neurons")
        call = whole_training(experiment.replace(steps=steps))
        train(experiment.replace(steps=10))
        taken = min(seconds(call) for _ in range(2))
        target = TARGET_LONG[hidden] * steps / experiment.steps
        yield f"`train()`, {steps:,} steps, {hidden} neurons", f"{taken:.2f} s", f"≤ {target:g} s"


def start_rows(_: argparse.Namespace) -> Iterable[Sequence[str]]:
    note("the first run of a new process")
    fresh, cached = first_runs()
    yield "First run on a fresh machine, compiling", f"{fresh.training:.2f} s", "≤ 10 s"
    yield "The same, importing included", f"{sum(fresh):.2f} s", ""
    yield "First run from the disk cache", f"{cached.training:.2f} s", "< 1 s"
    yield "The same, importing included", f"{sum(cached):.2f} s", ""


def memory_rows(_: argparse.Namespace) -> Iterable[Sequence[str]]:
    run = train(Experiment(hidden=200, steps=1000))
    yield (
        f"A run of {len(run.steps)} frames, 200 neurons",
        f"{run_bytes(run) / 1e6:.2f} MB",
        "< 5 MB",
    )


def adam_rows(options: argparse.Namespace) -> Iterable[Sequence[str]]:
    for hidden, experiment in ARTICLE_RUNS.items():
        note(f"Adam against plain descent, {hidden} neurons")
        plain = experiment.replace(steps=STEPS)
        adam = plain.replace(optimizer="adam", learning_rate=0.001)
        calls = {OURS: whole_training(plain), "adam": whole_training(adam)}
        times = interleaved(calls, options.rounds)
        ratio = times["adam"].best / times[OURS].best
        yield f"Adam, x plain descent, {hidden} neurons", f"{ratio:.2f}", "≤ 2"


def player_rows(_: argparse.Namespace) -> Iterable[Sequence[str]]:
    note("the players, in Chromium")
    for title, rate, target in frame_rates():
        yield f"{title}, pictures a second", f"{rate:.1f}", f"≥ {target}"


def audit_rows(options: argparse.Namespace) -> Iterable[Sequence[str]]:
    note("random runs, their verdicts and cures")
    yield from cure_rows(20 if options.quick else 100)


def print_maps(options: argparse.Namespace) -> None:
    """Measure networks in lockstep, as a map trains them."""
    note("many networks in lockstep")
    print(
        f"\nMicroseconds a network and step, {NETWORKS} networks that differ in their learning "
        f"rate, float64; the shortest of {options.rounds} times, taken in turns. JAX is vmap over "
        "lax.scan, and ends with the same losses (checked)."
    )
    header = ["", "lockstep", "JAX", "x lockstep", "target", "single runs", "x lockstep"]
    rows = (
        [title, f"{own:.3f}", f"{jax:.3f}", f"{jax / own:.2f}", f"≥ {target}", f"{alone:.2f}",
         f"{alone / own:.2f}"]
        for title, own, jax, alone, target in map_rows(options.rounds)
    )  # fmt: skip
    print_table(header, rows)
    with all_cores():
        print(
            f"\nWhole maps of 50 points, 3 neurons and 400 steps on the {cores()} cores here, "
            f"compiled before; the shortest of {options.rounds} times."
        )
        header = ["", "seconds", "of all cores together", "target"]
        print_table(header, cost_rows(options.rounds))


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in OF_MANY_VISITORS:
        report.main(sys.argv[1:])
        return
    options = parse()
    print_conditions(options)
    if any(name in PEERS for name in options.only):
        print_steps(options)
    if "map" in options.only:
        print_maps(options)
    parts = {
        "adam": adam_rows,
        "long": long_rows,
        "start": start_rows,
        "memory": memory_rows,
        "player": player_rows,
        "cures": audit_rows,
    }
    rows = [row for name in parts if name in options.only for row in parts[name](options)]
    if rows:
        print_table(["", "measured", "target"], rows)


if __name__ == "__main__":
    main()
