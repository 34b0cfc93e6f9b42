"""Dependencies point one way, pages -> ui -> mlp, and mlp stays pure (STYLE.md, rule 1)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    [
        ROOT / "streamlit_app.py",
        *(p for d in ("mlp", "ui", "pages") for p in (ROOT / d).rglob("*.py")),
    ]
)
ALLOWED_IN_MLP = sys.stdlib_module_names | {"mlp", "numpy", "numba", "scipy"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top_level(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported_modules(path)}


@pytest.mark.parametrize("path", sorted((ROOT / "mlp").rglob("*.py")), ids=relative)
def test_mlp_imports_numpy_numba_scipy_and_the_standard_library_only(path: Path) -> None:
    assert top_level(path) <= ALLOWED_IN_MLP


@pytest.mark.parametrize("path", sorted((ROOT / "ui").rglob("*.py")), ids=relative)
def test_ui_knows_no_page(path: Path) -> None:
    assert not top_level(path) & {"pages", "streamlit_app", "tests", "benchmarks"}


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_source_unpickles_executes_or_draws_with_pyplot(path: Path) -> None:
    names = set(imported_modules(path))
    assert not top_level(path) & {"pickle", "marshal", "shelve"}
    assert not {name for name in names if name.startswith("matplotlib.pyplot")}
    calls = [
        n.func for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)
    ]
    assert not {f.id for f in calls if isinstance(f, ast.Name)} & {"exec", "eval"}
