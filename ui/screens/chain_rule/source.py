"""The lines of mlp that compute each brick, read from the source so that they never go stale."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

from mlp import network
from mlp.optimizers import rules
from mlp.training import steps

# Brick -> module, function, and what the line assigns (or "return").
PLACES: Mapping[str, tuple[ModuleType, str, str]] = {
    "Z1": (network, "forward", "Z1"),
    "H1": (network, "forward", "H1"),
    "Z2": (network, "forward", "Z2"),
    "H2": (network, "forward", "H2"),
    "loss": (network, "data_loss", "return"),
    "dL_dH2": (network, "backward", "dL_dH2"),
    "dH2_dZ2": (network, "backward", "dH2_dZ2"),
    "dL_dZ2": (network, "backward", "dL_dZ2"),
    "dL_dW2": (network, "backward", "dL_dW2"),
    "dL_dH1": (network, "backward", "dL_dH1"),
    "dH1_dZ1": (network, "backward", "dH1_dZ1"),
    "dL_dZ1": (network, "backward", "dL_dZ1"),
    "dL_dW1": (network, "backward", "dL_dW1"),
    "penalty": (network, "add_penalty_gradient", "gradient"),
    "article_l2": (network, "add_article_l2", "dL_dW"),
    "clipping": (steps, "clip", "gradient"),
    "momentum": (rules, "heavy_ball", "velocity"),
    "momentum_update": (rules, "heavy_ball", "w"),
    "update": (rules, "gradient_descent", "w"),
}


@dataclass(frozen=True)
class Code:
    """Some lines of source: where they stand, and what they say."""

    file: str
    function: str
    lines: tuple[str, ...]
    numbers: tuple[int, ...]


@lru_cache(maxsize=64)
def code_of(brick: str) -> Code:
    """Return the lines that compute a brick.

    Raises
    ------
    LookupError
        If the source has no such line any more.

    Examples
    --------
    >>> code_of("Z1").lines
    ('Z1 = matmul(X, W1)  # (n, h)',)
    """
    module, function, target = PLACES[brick]
    source = inspect.getsource(module)
    numbers = tuple(_lines_assigning(source, function, target))
    if not numbers:
        raise LookupError(f"no line of {module.__name__}.{function} assigns {target}")
    lines = source.splitlines()
    return Code(
        file=module.__name__.replace(".", "/") + ".py",
        function=function,
        lines=tuple(lines[number - 1].strip() for number in numbers),
        numbers=numbers,
    )


def _lines_assigning(source: str, function: str, target: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            statements = [part for part in ast.walk(node) if isinstance(part, ast.stmt)]
            yield from sorted(part.lineno for part in statements if _assigns(part, target))


def _assigns(statement: ast.stmt, target: str) -> bool:
    """Whether a statement gives a name its value, also in place or as a product's destination."""
    if isinstance(statement, ast.Return):
        return target == "return"
    if isinstance(statement, ast.Assign):
        return any(_name(place) == target for place in statement.targets)
    if isinstance(statement, ast.AugAssign):
        return _name(statement.target) == target
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        return _name(call.func) == "matmul_into" and _name(call.args[0]) == target
    return False


def _name(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
