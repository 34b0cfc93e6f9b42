"""ES modules joined into one text: one script for each component, without a build step.

A module names what it needs by the relative path of a file, so the imports alone say which files
make a bundle, and in which order. Only a strict subset of the language's imports is known, and a
declaration at the start of a line counts as one of the module's own scope.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

_NAME = r"[A-Za-z_$][\w$]*"
_IMPORT = re.compile(
    rf'^import \{{\s*({_NAME}(?:,\s*{_NAME})*),?\s*\}} from "(\.\.?/[^"]+)";\n', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|let|class|function)\b)", re.MULTILINE)
_DECLARED = re.compile(
    rf"^(export )?(?:default )?(?:async )?(?:const|let|var|class|function\*?) +({_NAME})",
    re.MULTILINE,
)
_MANY_NAMES = re.compile(rf"^(?:export )?(?:const|let|var) +(?:[\[{{]|{_NAME}\s*,).*", re.MULTILINE)
_LEFT_OVER = re.compile(r"^\s*(?:import|export)\b.*|\bimport(?:\(|\.meta).*", re.MULTILINE)


class Module(NamedTuple):
    """A file of JavaScript: its text as it is, and what it takes from which other files."""

    path: Path
    text: str
    imports: dict[Path, set[str]]

    @property
    def declared(self) -> list[str]:
        """The names of its own scope."""
        return [name for _, name in _DECLARED.findall(self.text)]

    @property
    def exported(self) -> set[str]:
        """Those of them that others may import."""
        return {name for export, name in _DECLARED.findall(self.text) if export}

    @property
    def body(self) -> str:
        """The text without imports and exports, but with a default export."""
        return _EXPORT.sub("", _IMPORT.sub("", self.text))


def bundle(entry: Path) -> str:
    """Join a module and all that it imports, directly or not, into one text.

    Parameters
    ----------
    entry : Path
        The module to begin with; it alone may have a default export.

    Returns
    -------
    str
        Source text: each module comes once, after those it imports, under a comment with its
        file's name. Without a default export it is a script as well as a module.

    Raises
    ------
    ValueError
        If an import names no file, or a name its file does not export; if imports go in a
        circle; if two modules declare the same name, since all share one scope; for ``as``,
        default, dynamic and bare imports, and for exports of another form than a declaration.
    """
    modules = modules_of(entry)
    _refuse_collisions(modules)
    return "\n".join(f"// {module.path.name}\n{module.body}" for module in modules)


def modules_of(entry: Path) -> list[Module]:
    """Return a module and all that it imports, depth first, each after those it imports.

    Parameters
    ----------
    entry : Path
        The module to begin with, and the last of the list.
    """
    found: dict[Path, Module] = {}
    _visit(_normal(entry), (), found)
    for module in found.values():
        for path, names in module.imports.items():
            if missing := names - found[path].exported:
                raise ValueError(f"{module.path}: {path.name} exports no {_listed(missing)}")
    return list(found.values())


def read(path: Path) -> Module:
    """Return one module, and refuse what the joined text could not hold.

    Parameters
    ----------
    path : Path
        The file.
    """
    text = path.read_text(encoding="utf-8")
    imports: dict[Path, set[str]] = {}
    for names, target in _IMPORT.findall(text):
        imports.setdefault(_normal(path.parent / target), set()).update(re.findall(_NAME, names))
    if several := _MANY_NAMES.search(text):
        raise ValueError(f"{path}: declare one name at a time, not {several[0]!r}")
    return Module(path, text, imports)


def _visit(path: Path, above: tuple[Path, ...], found: dict[Path, Module]) -> None:
    if path in found:
        return
    if path in above:
        circle = " -> ".join(step.name for step in (*above[above.index(path) :], path))
        raise ValueError(f"{path}: imports go in a circle: {circle}")
    if not path.is_file():
        by = f", imported by {above[-1]}" if above else ""
        raise ValueError(f"{path}{by}: there is no such file")
    module = read(path)
    _refuse_left_over(module, is_entry=not above)
    for target in module.imports:
        _visit(target, (*above, path), found)
    found[path] = module


def _refuse_left_over(module: Module, *, is_entry: bool) -> None:
    for line in _LEFT_OVER.findall(module.body):
        if not (is_entry and line.strip().startswith("export default ")):
            raise ValueError(f"{module.path}: {line.strip()!r} cannot be joined with others")


def _refuse_collisions(modules: list[Module]) -> None:
    owners: dict[str, Path] = {}
    for module in modules:
        for name in module.declared:
            if name in owners:
                raise ValueError(f"{module.path}: {owners[name]} declares {name} as well")
            owners[name] = module.path


def _normal(path: Path) -> Path:
    """The same path without "..", so that a file has one name."""
    return Path(os.path.normpath(path.absolute()))


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
