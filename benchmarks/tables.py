"""Tables to quote, and the machine they were measured on."""

import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import llvmlite.binding  # type: ignore[import-untyped]


def processor() -> str:
    """Return the processor's name, and what LLVM takes it for."""
    name, cpuinfo = platform.processor() or platform.machine(), Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        name = next(iter(names), name)
    return f"{name} ({llvmlite.binding.get_host_cpu_name()})"


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    print("\n| " + " | ".join(header) + " |")
    print("|---" + "|---:" * (len(header) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def note(text: str) -> None:
    """Say on stderr, which no README quotes, what is going on."""
    print(text, file=sys.stderr, flush=True)
