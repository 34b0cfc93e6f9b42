"""The house: which room may use which, no circles, and what no source may do."""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from docs.draw_architecture import PICTURE, told

ROOT = Path(__file__).parents[1]
OF_MLP = sys.stdlib_module_names | {"mlp", "numpy", "numba", "scipy"}
# From the ground up: a room uses only those before it. A room is a package, or a module in sight.
MLP = (
    "base",
    "matrices",
    "network",
    "data",
    "optimizers",
    "schedules",
    "experiment",
    "plan",
    "training",
    "chain_rule",
    "analysis",
    "surfaces",
    "__init__",
    "__main__",
)
UI = (
    "__init__",
    "browser",
    "words",
    "address",
    "settings",
    "jobs",
    "player",
    "charts",
    "shelf",
    "course",
    "frame",
    "take_home",
    "autopsy",
    "screens",
)


def modules() -> dict[str, Path]:
    """Every module of the dashboard by its name."""
    paths = [ROOT / "streamlit_app.py"]
    paths += [path for top in ("mlp", "ui", "pages") for path in sorted((ROOT / top).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}


def imports_of(path: Path) -> Iterator[str]:
    """What a file imports, names included, those for the type checker too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def used_by(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of ours that a module imports."""
    found = set()
    for imported in imports_of(path):
        whole, parent = imported, imported.rpartition(".")[0]
        options = (whole, f"{whole}.__init__", parent, f"{parent}.__init__")
        found |= {next((option for option in options if option in known), "")}
    return found - {"", name}


def room(module: str) -> str:
    """The room of a module: "training" of mlp.training.loop."""
    return module.split(".")[1]


def test_pages_use_ui_and_ui_uses_mlp_which_is_pure() -> None:
    for name, path in modules().items():
        tops = {imported.partition(".")[0] for imported in imports_of(path)}
        if name.startswith("mlp."):
            extra = {"distributed"} if name == "mlp.base.cluster" else set()
            assert tops <= OF_MLP | extra, name
        elif name.startswith("ui."):
            assert not tops & {"pages", "streamlit_app", "tests", "benchmarks"}, name
        else:
            assert tops <= {"ui"}, name
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 10, name


def test_rooms_stand_in_one_order_without_circles_and_screens_apart() -> None:
    known = modules()
    graph = {name: used_by(name, path, known) for name, path in known.items()}
    for name, others in graph.items():
        for top, order in (("mlp", MLP), ("ui", UI)):
            if name.startswith(f"{top}."):
                mine = order.index(room(name))
                above = {
                    o for o in others if o.startswith(f"{top}.") and order.index(room(o)) > mine
                }
                assert not above, f"{name} uses what stands above it: {above}"
        if name.startswith("ui.screens."):
            screens = {other.split(".")[2] for other in others if other.startswith("ui.screens.")}
            assert screens <= {name.split(".")[2], "__init__"}, f"{name} uses another screen"
    list(TopologicalSorter(graph).static_order())  # CycleError names the modules of a circle
    for top in ("mlp", "ui"):
        entries = [p for p in (ROOT / top).iterdir() if p.name != "__pycache__"]
        assert len(entries) <= 14, entries


def test_the_picture_of_the_house_is_that_of_the_code() -> None:
    """``make picture`` renews it."""
    assert told() in PICTURE.read_text(encoding="utf-8")


def test_no_source_unpickles_executes_or_draws_with_pyplot() -> None:
    for name, path in modules().items():
        imported = set(imports_of(path))
        assert not {i.partition(".")[0] for i in imported} & {"pickle", "marshal", "shelve"}, name
        assert not any(i.startswith("matplotlib.pyplot") for i in imported), name
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert not {f.id for f in calls if isinstance(f, ast.Name)} & {"exec", "eval"}, name
