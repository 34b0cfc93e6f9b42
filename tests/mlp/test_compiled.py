"""The compiled operations against the plain NumPy they stand for, and the package without numba."""

import importlib
import inspect
import itertools
import json
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.typing.templates import builtin_registry

from mlp import Experiment, train
from mlp.base import compiled
from mlp.base.arrays import Array
from mlp.base.compiled import MLP, cache_directory, compiled_sources, jit
from mlp.matrices import (
    add_bias,
    matmul,
    multiply,
    norm,
    norms,
    sigmoid,
    sigmoid_derivative,
    squared_distance,
)
from mlp.training.sharpness import hessian_vector_product
from mlp.training.steps import take_steps
from mlp.training.warm_up import warm_up
from tests.mlp import digits
from tests.mlp.strategies import SEEDS

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT),  # type: ignore[attr-defined]
    reason="nothing is compiled, so there is nothing to compare",
)
SMALLEST_NORMAL = np.finfo(np.float64).tiny
LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "rows side by side": np.ascontiguousarray,
    "columns side by side": np.asfortranarray,
    "neither": lambda A: np.repeat(np.repeat(A, 2, axis=0), 3, axis=1)[::2, ::3],
}


@jit
def compiled_sigmoid(Z: Array) -> Array:
    return sigmoid(Z)


@jit
def compiled_matmul(A: Array, B: Array) -> Array:
    return matmul(A, B)


@jit
def compiled_others(A: Array, B: Array, bias: Array) -> tuple[Array, Array, Array, float]:
    return add_bias(A + 0, bias), multiply(A, B), sigmoid_derivative(A), squared_distance(A, B)


@jit
def compiled_norm(vector: Array) -> float:
    return norm(vector)


def column(values: Any) -> Array:
    return np.asarray(values, dtype=np.float64).reshape(-1, 1)


def assert_agree(Z: Array) -> None:
    """4 units in the last place; where exp overflows soon, both are as good as zero."""
    plain = sigmoid(Z)
    error = np.abs(compiled_sigmoid(Z) - plain)
    assert np.all(error <= np.maximum(4 * np.spacing(plain), 2 * SMALLEST_NORMAL))


def test_the_compiled_sigmoid_is_within_4_units_in_the_last_place_everywhere() -> None:
    random = np.random.RandomState(0)
    assert_agree(column(np.linspace(-800, 800, 200_001)))
    assert_agree(column(3 * random.randn(100_000)))
    assert_agree(column(np.ldexp(random.uniform(-1, 1, 50_000), random.randint(-60, 10, 50_000))))


def test_above_minus_708_the_4_units_hold_without_exception() -> None:
    Z = column(np.linspace(-708, 800, 100_001))
    plain = sigmoid(Z)
    assert np.max(np.abs(compiled_sigmoid(Z) - plain) / np.spacing(plain)) <= 4


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_the_compiled_sigmoid_takes_any_number(values: list[float]) -> None:
    assert_agree(column(values))


@pytest.mark.parametrize("apply", [sigmoid, compiled_sigmoid])
def test_sigmoid_keeps_nan_and_takes_infinity(apply: Any) -> None:
    H = apply(column([np.nan, np.inf, -np.inf, 0.0, np.nan])).ravel()
    assert np.isnan(H).tolist() == [True, False, False, False, True]
    assert H[1] == 1.0
    assert 0 <= H[2] <= 2 * SMALLEST_NORMAL
    assert H[3] == 0.5


@pytest.mark.parametrize("apply", [sigmoid, compiled_sigmoid])
@given(values=st.lists(st.floats(-800, 800), min_size=1))
def test_sigmoid_of_minus_x_is_one_minus_sigmoid_of_x(apply: Any, values: list[float]) -> None:
    Z = column(values)
    np.testing.assert_allclose(apply(-Z), 1 - apply(Z), rtol=0, atol=4 * 2.0**-53)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(7, 3), (1, 5), (4, 0), (0, 4)])
def test_the_compiled_sigmoid_keeps_every_element_in_its_place(
    layout: str, shape: tuple[int, int]
) -> None:
    Z = LAYOUTS[layout](np.random.RandomState(1).randn(*shape))
    H = compiled_sigmoid(Z)
    assert H.shape == shape
    np.testing.assert_allclose(H, sigmoid(Z), rtol=1e-15)


@pytest.mark.parametrize("layout_of_B", LAYOUTS)
@pytest.mark.parametrize("layout_of_A", LAYOUTS)
def test_the_compiled_product_agrees_for_every_layout_and_inner_size(
    layout_of_A: str, layout_of_B: str
) -> None:
    random = np.random.RandomState(2)
    for inner in range(10):
        for n, m in ((1, 1), (5, 2), (33, 7)):
            A = LAYOUTS[layout_of_A](random.randn(n, inner))
            B = LAYOUTS[layout_of_B](random.randn(inner, m))
            np.testing.assert_allclose(compiled_matmul(A, B), A @ B, rtol=1e-13, atol=1e-13)


@settings(max_examples=30)
@given(seed=SEEDS, n=st.integers(0, 40), inner=st.integers(0, 60), m=st.integers(0, 40))
def test_the_compiled_product_agrees_for_every_shape(seed: int, n: int, inner: int, m: int) -> None:
    random = np.random.RandomState(seed)
    A, B = np.asfortranarray(random.randn(n, inner)), random.randn(inner, m)
    np.testing.assert_allclose(compiled_matmul(A, B), A @ B, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(compiled_matmul(B.T, A.T), (A @ B).T, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=20)
@given(seed=SEEDS, n=st.integers(0, 9), h=st.integers(0, 9), rows=st.integers(0, 1))
def test_the_other_operations_agree_with_their_line_of_numpy(
    layout: str, seed: int, n: int, h: int, rows: int
) -> None:
    random = np.random.RandomState(seed)
    A, B = (LAYOUTS[layout](random.randn(n, h)) for _ in range(2))
    bias = random.randn(rows, h)
    plain = (add_bias(A, bias), multiply(A, B), sigmoid_derivative(A), squared_distance(A, B))
    pairs: Any = zip(compiled_others(A, B, bias), plain, strict=True)
    for ours, numpys in pairs:
        np.testing.assert_allclose(ours, numpys, rtol=1e-13, atol=1e-13)


@given(st.lists(st.floats(), min_size=1))
def test_the_compiled_norm_agrees_for_any_numbers(values: list[float]) -> None:
    vector = np.array(values)
    with np.errstate(over="ignore"):  # as the norm itself may
        assert compiled_norm(vector) == pytest.approx(norm(vector), rel=1e-13, nan_ok=True)


def test_the_norms_of_rows_are_those_of_each_row_also_where_squares_would_overflow() -> None:
    rows = np.array([[3e200, -4e200], [0.0, 0.0], [np.inf, 1.0], [np.nan, 1.0], [3.0, 4.0]])
    np.testing.assert_allclose(norms(rows), [5e200, 0.0, np.inf, np.nan, 5.0], rtol=1e-15)
    np.testing.assert_allclose(norms(rows), [norm(row) for row in rows], rtol=1e-15)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nan_reaches_exactly_the_products_it_belongs_to(layout: str) -> None:
    A = np.ones((3, 5))
    A[1, 4] = np.nan
    C = compiled_matmul(LAYOUTS[layout](A), np.ones((5, 2)))
    assert np.isnan(C).all(axis=1).tolist() == [False, True, False]
    assert C[0, 0] == 5


def signatures() -> list[Any]:
    """The types of arguments that were compiled for so far."""
    dispatchers: tuple[Any, ...] = (take_steps, hessian_vector_product)
    return [list(dispatcher.signatures) for dispatcher in dispatchers]


def test_no_shape_makes_the_loop_or_the_curvature_compile_again() -> None:
    """A matrix of one row or one column counts as stored either way; numba tells the two apart."""
    list(warm_up())
    before = signatures()
    for hidden, train_points, bias in itertools.product((1, 3), (1, 300), (True, False)):
        train(Experiment(hidden=hidden, train_points=train_points, bias=bias, steps=3))
    train(Experiment(batch_size=1, steps=3))
    assert signatures() == before


def run_without_compiling(*command: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "NUMBA"))}
    environment["NUMBA_DISABLE_JIT"] = "1"
    done = subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_trainings_without_the_compiler_give_the_same_digits() -> None:
    plain = json.loads(run_without_compiling("-m", "tests.mlp.digits"))
    compiled = digits.of_every_setting()
    assert plain.keys() == compiled.keys()
    for name, columns in compiled.items():
        for quantity, values in columns.items():
            np.testing.assert_allclose(
                plain[name][quantity], values, rtol=1e-12, err_msg=f"{name}: {quantity}"
            )


def test_the_tests_of_the_network_pass_without_the_compiler() -> None:
    files = [
        "tests/mlp/test_network.py",
        "tests/mlp/optimizers/test_rules.py",
        "tests/mlp/training/test_sharpness.py",
    ]
    # PyTorch is asked about the compiled steps, which have the same digits.
    options = ["-q", "-p", "no:cacheprovider", "-k", "not pytorch"]
    output = run_without_compiling("-m", "pytest", *options, *files)
    assert "passed" in output


def compiled_functions() -> Iterator[Any]:
    """Every function of mlp that numba knows, whether or not the hashed files define it."""
    for module in pkgutil.walk_packages([str(MLP)], "mlp."):
        if not module.name.endswith("__main__"):
            for member in vars(importlib.import_module(module.name)).values():
                yield getattr(member, "py_func", None)
    for function, kind in builtin_registry.globals:
        yield function
        for template in getattr(kind, "templates", ()):
            yield getattr(template, "_overload_func", None)


def files_in_use(path: Path) -> set[Path]:
    """The files of mlp whose functions and classes a file has at hand."""
    name = "mlp." + ".".join(path.relative_to(MLP).with_suffix("").parts)
    members = vars(importlib.import_module(name)).values()
    owners = {getattr(member, "__module__", None) or "" for member in members}
    return {Path(str(sys.modules[o].__file__)) for o in owners if o.startswith("mlp.")}


def test_the_cache_is_named_after_all_that_compiled_code_is_made_of() -> None:
    hashed = set(compiled_sources())
    functions = [f for f in compiled_functions() if inspect.isfunction(f)]
    files = {Path(inspect.getfile(function)) for function in functions}
    ours = {file for file in files if file.is_relative_to(MLP)}
    assert ours >= {MLP / name for name in ("matrices.py", "network.py", "optimizers/rules.py")}
    assert ours <= hashed
    for file in hashed:
        assert files_in_use(file) <= hashed, file
    # Else every small change would make everybody wait for the compiler.
    assert not hashed & {MLP / "experiment.py", MLP / "training/loop.py", MLP / "data/shapes.py"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(MLP, tmp_path / "mlp", ignore=shutil.ignore_patterns("__pycache__"))


def test_the_caches_name_changes_with_each_of_its_sources_and_with_no_other(copy: Path) -> None:
    relative = {path.relative_to(MLP) for path in compiled_sources()}
    before = cache_directory(copy)
    for path in sorted(copy.rglob("*.py")):
        path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        after = cache_directory(copy)
        assert (after != before) == (path.relative_to(copy) in relative), path
        before = after


@pytest.mark.parametrize(
    "line",
    [
        "from mlp.constants import HALF",
        "from mlp.constants import (\n    HALF,\n)",
        "from mlp import constants",
        "import numpy, mlp.constants as constants",
        "if True:\n    import mlp.constants",
    ],
)
def test_no_way_to_import_hides_a_source(copy: Path, line: str) -> None:
    (copy / "constants.py").write_text("HALF = 0.5\n")
    network = copy / "network.py"
    network.write_text(f"{line}\n{network.read_text(encoding='utf-8')}", encoding="utf-8")
    assert copy / "constants.py" in compiled_sources(copy)


@pytest.mark.parametrize(
    "line", ["from mlp.base import compiled", "import mlp.base.compiled", "from numba import njit"]
)
def test_no_way_to_compile_hides_a_source(copy: Path, line: str) -> None:
    (copy / "fast.py").write_text(f"{line}\n")
    assert copy / "fast.py" in compiled_sources(copy)


def test_without_a_place_for_the_cache_it_compiles_at_every_start(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    told = "import mlp.base.compiled as c; print(c.CACHE, c.CACHED['cache'])"
    for place, said in (
        (file / "no", "None False"),
        (tmp_path / "yes", f"{tmp_path / 'yes'} True"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", told],
            env=os.environ | {"NUMBA_CACHE_DIR": str(place)},
            capture_output=True,
            check=True,
            text=True,
            cwd=MLP.parent,
        )
        assert done.stdout.split() == said.split()


def test_the_users_cache_is_used_where_the_program_cannot_write_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compiled, "_can_write", lambda folder: MLP not in folder.parents)
    assert compiled.usable_cache() == tmp_path / "xor-dashboard" / cache_directory().name
    monkeypatch.setattr(compiled, "_can_write", lambda _: True)
    assert compiled.usable_cache() == cache_directory()
