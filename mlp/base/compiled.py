"""How the plain NumPy source becomes machine code.

``jit`` compiles a function with numba: without the GIL, so that many visitors train side by
side, and cached on disk, so that only the first start on a machine waits. What it calls is
``shared``. With NUMBA_DISABLE_JIT=1 nothing is compiled and the very same source runs as plain
NumPy.
"""

import ctypes
import hashlib
import os
import re
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
IMPORT = re.compile(r"^from (mlp\.[\w.]+) import", re.MULTILINE)


def compiled_sources(folder: Path = MLP) -> list[Path]:
    """Return the files that compiled code is made of: those that import this one, and what they do.

    numba by itself looks for changes in a caller's file only, not in its callees', nor in the
    constants that they import.
    """
    imports = {
        path: {_path_of(folder, name) for name in IMPORT.findall(path.read_text(encoding="utf-8"))}
        for path in folder.rglob("*.py")
    }
    here = _path_of(folder, __name__)
    found, waiting = set(), [path for path, used in imports.items() if here in used]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imports.get(path, ())
    return sorted(found)


def _path_of(folder: Path, module: str) -> Path:
    path = folder.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _cache_directory() -> Path:
    """A folder named after the compiled sources, so that an update never runs stale code."""
    source = b"".join(path.read_bytes() for path in compiled_sources())
    return MLP / "__pycache__" / f"numba-{hashlib.sha256(source).hexdigest()[:16]}"


if "NUMBA_CACHE_DIR" not in os.environ and os.access(MLP, os.W_OK):
    numba.config.CACHE_DIR = str(_cache_directory())  # type: ignore[attr-defined]


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
