"""How the plain NumPy source becomes machine code.

``jit`` compiles a function with numba: without the GIL, so that many visitors train side by
side, and cached on disk, so that only the first start on a machine waits. What it calls is
``shared``. With NUMBA_DISABLE_JIT=1 nothing is compiled and the very same source runs as plain
NumPy.
"""

import ast
import ctypes
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.extending import register_jitable

# LLVM's third level would compile for half as long again and make no step shorter, as the matrices
# that matter have loops of their own (mlp.matrices).
os.environ.setdefault("NUMBA_OPT", "2")
numba.config.reload_config()  # type: ignore[no-untyped-call]

Function = TypeVar("Function", bound=Callable[..., Any])

# "contract" lets a multiply and an add become one instruction; NaN and infinity keep their
# meaning. error_model "numpy": 1 / 0 is infinity, and no test for it breaks vectorisation.
# Nobody calls these functions from C.
OPTIONS: Any = {"error_model": "numpy", "fastmath": {"contract"}, "no_cfunc_wrapper": True}
CACHED: Any = OPTIONS | {"nogil": True, "cache": True}
# A dot product may be summed in several lanes at once.
DOT_OPTIONS: Any = OPTIONS | {"fastmath": {"contract", "reassoc"}}


MLP = Path(__file__).parents[1]


def compiled_sources(folder: Path = MLP) -> list[Path]:
    """Return the files that compiled code is made of.

    Those that import numba or this module, and whatever they import of mlp: numba by itself looks
    for changes in a caller's file only, not in its callees', nor in the constants they import.
    """
    # Parsing every file would take too long at each start; without these words none is compiled.
    texts = {path: path.read_bytes() for path in folder.rglob("*.py")}
    maybe = [path for path, text in texts.items() if b"numba" in text or b"compiled" in text]
    imports = {path: _imports(texts[path]) for path in maybe}
    waiting = [path for path, names in imports.items() if _compiles(names)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            names = imports.get(path) or _imports(texts[path])
            waiting += [file for name in names if (file := _file_of(folder, name)) in texts]
    return sorted(found)


def _imports(source: bytes) -> set[str]:
    """Return what a file imports, wherever in it: "mlp.network.forward" for a name of a module."""
    nodes = list(ast.walk(ast.parse(source)))
    whole = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    parts = (n for n in nodes if isinstance(n, ast.ImportFrom))
    return whole | {f"{n.module}.{alias.name}" for n in parts for alias in n.names}


def _compiles(imports: set[str]) -> bool:
    return any(f"{name}.".startswith(("numba.", f"{__name__}.")) for name in imports)


def _file_of(folder: Path, name: str) -> Path | None:
    """Return the file of the module, or of the module with the name, or None outside mlp."""
    top, *inside = name.split(".")
    if top != "mlp":
        return None
    path = folder.joinpath(*inside)
    options = (path.with_suffix(".py") if inside else path, path / "__init__.py")
    file = next((option for option in options if option.is_file()), None)
    return file or (_file_of(folder, name.rpartition(".")[0]) if inside else None)


def cache_directory(folder: Path = MLP) -> Path:
    """Return a folder named after the compiled sources, so that an update runs no stale code."""
    source = b"".join(path.read_bytes() for path in compiled_sources(folder))
    return folder / "__pycache__" / f"numba-{hashlib.sha256(source).hexdigest()[:16]}"


def usable_cache() -> Path | None:
    """Return the folder for compiled code: what is asked for, ours, or the user's; None: nowhere.

    Not one that others can write to, such as /tmp: what lies there is run.
    """
    if asked := os.environ.get("NUMBA_CACHE_DIR"):
        folders = [Path(asked)]
    else:
        ours = cache_directory()
        users = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111 - without a home, "~" stays
        folders = [ours] + [users / "xor-dashboard" / ours.name] * users.is_absolute()
    return next(filter(_can_write, folders), None)


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


if CACHE := usable_cache():
    numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]
else:  # it starts all the same, and compiles at every start
    CACHED["cache"] = False


# glibc's names and numbers for mallopt, and what they are set to (bytes).
M_TRIM_THRESHOLD, MOST_KEPT = -1, 32 * 2**20
M_MMAP_THRESHOLD, LARGEST_KEPT = -3, 4 * 2**20  # beyond 2000 samples of 200 neurons


def _keep_freed_memory() -> None:
    """Let the memory of one step serve the next one, where the C library is glibc.

    By itself it gives the intermediate matrices of a wide network back to the system after every
    step and asks for them again: with 200 neurons and 300 samples, seven times the time.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library; Windows
        return
    mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)
    mallopt(M_TRIM_THRESHOLD, MOST_KEPT)


_keep_freed_memory()


def jit(function: Function) -> Function:
    """Compile a function on its first call, or leave it alone under NUMBA_DISABLE_JIT=1."""
    return numba.njit(**CACHED)(function)  # type: ignore[no-any-return]


def shared(function: Function) -> Function:
    """Leave a function as plain NumPy for Python, and compile it within compiled callers."""
    return register_jitable(**OPTIONS)(function)
