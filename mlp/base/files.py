"""Files that stand whole under their names, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

SUFFIX = ".new"


def refuse_unwritable(path: Path) -> None:
    """Raise OSError, naming the remedy, where a file cannot be: better before hours of training."""
    folder = path.parent
    if not folder.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {folder}; make it first")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; give the name of a file in it")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise PermissionError(f"{path} cannot be written to; give another place")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name once all of it is on the disk.

    What is no file, such as /dev/stdout, is written to directly.

    Raises
    ------
    OSError
        It cannot be written; what stood under the name before stands there still.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    temporary = path.with_name(path.name + SUFFIX)
    try:
        with temporary.open("wb") as file:
            yield file
        os.replace(temporary, path)  # noqa: PTH105 - over a file that is there, on Windows too
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
