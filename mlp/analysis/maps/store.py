"""A map on disk: tile by tile while it is trained, so that a crash loses only those under way."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlp.analysis.maps.pixels import PIXEL, VERDICTS, Pixels
from mlp.analysis.maps.plane import Plane
from mlp.analysis.maps.tiles import Tile, no_pixels
from mlp.experiment import parse_json

SUFFIX = ".part"
LONGEST_HEADER = 20_000
RECORD = np.dtype([("row", "<i4"), ("column", "<i4"), ("pixel", PIXEL)])


class Store:
    """The unfinished file of a map: a line that says which, then the pixels of tile after tile.

    A record that was cut off when the machine stopped is dropped on opening.
    """

    def __init__(self, out: Path, plane: Plane) -> None:
        """Remember where; ``resume`` or ``begin`` opens the file."""
        self.path = out.with_name(out.name + SUFFIX)
        self.plane = plane
        self.header = (json.dumps(plane.to_dict()) + "\n").encode()

    def begin(self) -> Pixels:
        """Start anew; ValueError where an unfinished map would be lost."""
        if self.path.exists():
            raise ValueError(
                f"{self.path} holds an unfinished map: go on with --resume, or delete it"
            )
        self.path.write_bytes(self.header)
        return no_pixels(self.plane)

    def resume(self) -> Pixels:
        """Return the pixels trained so far; ValueError where the file is of another map."""
        if not self.path.exists():
            return self.begin()
        with self.path.open("rb") as file:
            header = file.readline(LONGEST_HEADER)
            body = file.read()
        if _meaning(header) != self.plane.to_dict():
            raise ValueError(
                f"{self.path} is of another map; give the settings it was begun with, or delete it"
            )
        whole = len(body) // RECORD.itemsize
        os.truncate(self.path, len(header) + whole * RECORD.itemsize)
        records = np.frombuffer(body, RECORD, whole)
        pixels = no_pixels(self.plane)
        rows, columns = records["row"], records["column"]
        inside = (rows >= 0) & (rows < self.plane.size) & (columns >= 0)
        if not np.all(inside & (columns < self.plane.size)):
            raise ValueError(f"{self.path} is damaged; delete it and start anew")
        pixels[rows, columns] = records["pixel"]
        return pixels

    def append(self, tile: Tile, trained: Pixels) -> None:
        """Write a tile's pixels to the disk."""
        rows, columns = tile.places(self.plane.size)
        records = np.empty(len(rows), RECORD)
        records["row"], records["column"], records["pixel"] = rows, columns, trained
        with self.path.open("ab") as file:
            file.write(records.tobytes())
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """Remove the unfinished file, once the map is written."""
        self.path.unlink(missing_ok=True)


def _meaning(header: bytes) -> Any:
    try:
        return parse_json(header.decode(), LONGEST_HEADER)
    except (ValueError, UnicodeDecodeError):
        return None


def arrays(plane: Plane, pixels: Pixels) -> dict[str, NDArray[Any]]:
    """Return a map as what an NPZ file holds: x, y, and an array a number, rows along y.

    The verdict is text, "" where a pixel is not trained.
    """
    names = [name for name in PIXEL.names or () if name != "verdict"]
    texts = np.array([*VERDICTS, ""])  # -1, not trained yet, is the last
    return {
        "x": plane.xs(),
        "y": plane.ys(),
        **{name: pixels[name] for name in names},
        "verdict": texts[pixels["verdict"]],
        "settings": np.array(json.dumps(plane.to_dict())),
    }
