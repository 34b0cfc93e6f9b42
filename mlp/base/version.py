"""The version of this project, which stands in pyproject.toml alone."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
__version__: str = _PROJECT["project"]["version"]
