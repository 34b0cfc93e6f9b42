"""Draw docs/architecture.svg, the rooms of the dashboard, from the imports of the code.

``python -m docs.draw_architecture``; the same code gives the same bytes.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

ROOT = Path(__file__).parents[1]
PICTURE = Path(__file__).with_name("architecture.svg")
# The house on the left stands on the one on the right.
HOUSES = {"ui": ("what a visitor sees", "#d6e7f5"), "mlp": ("what is computed", "#fbd3b4")}
APART, SIDE = 2.0, 7.0  # between rooms of one floor, and between the houses
Arrows = dict[str, set[str]]


def imported(path: Path) -> Iterator[str]:
    """Yield what a file imports, names included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows(top: str) -> Arrows:
    """Return every room of a house with the rooms of it that it uses."""
    files = [path for path in sorted((ROOT / top).rglob("*.py")) if path.parent != ROOT / top]
    files += [path for path in (ROOT / top).glob("*.py") if not path.stem.startswith("__")]
    rooms = {path.relative_to(ROOT / top).with_suffix("").parts[0]: set[str]() for path in files}
    for path in files:
        room = path.relative_to(ROOT / top).with_suffix("").parts[0]
        used = {name.split(".")[1] for name in imported(path) if name.startswith(f"{top}.")}
        rooms[room] |= (used & set(rooms)) - {room}
    return rooms


def floors(found: Mapping[str, set[str]]) -> dict[str, int]:
    """Return the floor of each room: one above the highest that it uses."""
    floor: dict[str, int] = {}

    def height(room: str) -> int:
        if room not in floor:
            floor[room] = 1 + max((height(other) for other in found[room]), default=-1)
        return floor[room]

    for room in sorted(found):
        height(room)
    return floor


def nearest(found: Mapping[str, set[str]]) -> Arrows:
    """Return only the arrows that no longer way replaces, so that the picture can be read."""

    def reach(room: str) -> set[str]:
        return found[room].union(*(reach(other) for other in found[room]))

    return {
        room: used - set[str]().union(*(reach(other) for other in used))
        for room, used in found.items()
    }


def told() -> str:
    """Say what the picture shows: every room with those it uses."""
    rooms = (
        f"{top}/{room} uses {', '.join(sorted(used)) or 'nothing'}"
        for top in HOUSES
        for room, used in sorted(arrows(top).items())
    )
    return "; ".join(rooms)


def draw_house(axes: Axes, top: str, middle: float) -> int:
    """Draw one house around a middle line; return its number of floors."""
    found = arrows(top)
    floor = floors(found)
    places = {}
    for level in range(max(floor.values()) + 1):
        rooms = sorted(room for room in floor if floor[room] == level)
        for i, room in enumerate(rooms):
            places[room] = (middle + APART * (i - (len(rooms) - 1) / 2), float(level))
    style = {"arrowstyle": "->", "color": "#8a96a3", "shrinkA": 13, "shrinkB": 13}
    for room, used in sorted(nearest(found).items()):
        for other in sorted(used):
            # A long one bends, so that it does not run through the rooms between.
            bend = 0.18 if floor[room] - floor[other] > 1 else 0.0
            shape = {"connectionstyle": f"arc3,rad={bend}"}
            axes.annotate("", places[other], places[room], arrowprops=style | shape)
    title, colour = HOUSES[top]
    box = {"boxstyle": "round,pad=0.5", "facecolor": colour, "edgecolor": "#5b6673"}
    for room, (x, y) in places.items():
        axes.text(x, y, room, ha="center", va="center", gid=f"{top}/{room}", bbox=box)
    levels = max(floor.values()) + 1
    axes.text(middle, levels - 0.1, f"{top}/: {title}", ha="center", va="bottom", weight="bold")
    return levels


def draw() -> None:
    """Write the picture."""
    figure = Figure(figsize=(11, 8))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    highest = max(draw_house(axes, top, i * SIDE) for i, top in enumerate(HOUSES))
    axes.set_xlim(-SIDE / 2, 1.6 * SIDE)
    axes.set_ylim(-0.6, highest + 0.5)
    with mpl.rc_context({"svg.hashsalt": "architecture", "svg.fonttype": "none"}):
        figure.savefig(PICTURE, metadata={"Date": None, "Description": told()}, facecolor="white")


if __name__ == "__main__":
    draw()
