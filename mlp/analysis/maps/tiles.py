"""A map cut into tiles, coarse pixels first, and the tiles trained on any Executor.

A map is trained in rounds: first every 2^k-th pixel of every 2^k-th row, then those between, down
to every single one, so that a coarse picture of the whole stands early and no pixel is trained
twice. A tile is what one task trains: some rows of one round. What a tile gives depends on the map
alone, not on where or when it is trained.
"""

import itertools
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np

from mlp.analysis.maps.lockstep import LANES
from mlp.analysis.maps.pixels import Pixels, empty_pixels
from mlp.analysis.maps.plane import Plane
from mlp.analysis.maps.training import LANE_SETTINGS, is_in_lockstep, train_pixels
from mlp.base.arrays import Flags, Labels
from mlp.base.tasks import Stop, each_done, never
from mlp.data.own import OwnData
from mlp.training.state import work_of_a_step

COARSE = 32  # pixels a side of the first round
COARSEST = 8  # the same, where a network takes long
SHORT_SIDE = 16  # of a tile, in pixels of its round; the long side is LANES
WORK_OF_A_TILE = 450_000_000  # in units of work_of_a_step: half a second, or less


@dataclass(frozen=True)
class Tile:
    """Some pixels of a map: those of one round within a rectangle.

    Every ``stride``-th pixel of ``rows`` rows from ``row`` on and ``columns`` columns from
    ``column`` on; but those that a coarser round has trained, unless ``stride`` is the coarsest.
    """

    row: int
    column: int
    rows: int
    columns: int
    stride: int
    is_first: bool

    def places(self, size: int) -> tuple[Labels, Labels]:
        """Return rows and columns of its pixels within a map of some size."""
        rows = np.arange(self.row, min(self.row + self.rows * self.stride, size), self.stride)
        ends = min(self.column + self.columns * self.stride, size)
        columns = np.arange(self.column, ends, self.stride)
        r, c = (grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij"))
        new = (r % (2 * self.stride) > 0) | (c % (2 * self.stride) > 0) | self.is_first
        return r[new], c[new]


def strides(size: int, coarse: int = COARSE) -> list[int]:
    """Return the distances of the pixels of each round, halved from one to the next.

    Examples
    --------
    >>> strides(256), strides(20)
    ([8, 4, 2, 1], [1])
    """
    first = 1
    while -(-size // first) > coarse:
        first *= 2
    return [first >> k for k in range(first.bit_length())]


def tiles_of(plane: Plane) -> list[Tile]:
    """Return all tiles of a map, in the order in which they are trained."""
    work = work_of_a_step(plane.experiment) * plane.experiment.steps
    fewest = LANES if is_in_lockstep(plane.experiment) else 1
    pixels = int(np.clip(WORK_OF_A_TILE // work, fewest, LANES * SHORT_SIDE))
    long = min(pixels, LANES)
    short = max(pixels // long, 1)
    along_x = plane.x.name in LANE_SETTINGS or plane.y.name not in LANE_SETTINGS
    rows, columns = (short, long) if along_x else (long, short)
    coarse = COARSE if pixels >= 4 * LANES else COARSEST
    rounds = strides(plane.size, coarse)
    found = []
    for stride in rounds:
        starts = (range(0, plane.size, side * stride) for side in (rows, columns))
        for row, column in itertools.product(*starts):
            tile = Tile(row, column, rows, columns, stride, stride == rounds[0])
            if len(tile.places(plane.size)[0]):
                found.append(tile)
    return found


def train_tile(
    plane: Plane, tile: Tile, own: OwnData | None = None, stop: Stop = never
) -> Pixels | None:
    """Train the networks of a tile, in the order of its places; None where ``stop`` said so."""
    rows, columns = tile.places(plane.size)
    values = {plane.x.name: plane.xs()[columns], plane.y.name: plane.ys()[rows]}
    return train_pixels(plane.experiment, values, own, stop=stop)


def train_tiles(
    plane: Plane,
    tiles: Iterable[Tile],
    executor: Executor | None = None,
    *,
    in_flight: int | None = None,
    own: OwnData | None = None,
    stop: Stop = never,
) -> Iterator[tuple[Tile, Pixels]]:
    """Train tiles on an executor, yielding each as it is done.

    Parameters
    ----------
    plane, tiles
        The map, and which of its tiles, in the order in which they are begun.
    own : OwnData, optional
        A visitor's own points, where the map is about them.
    executor, in_flight, stop
        As for ``mlp.base.tasks.each_done``.
    """
    task = partial(_train_tile, plane, own)
    return each_done(task, tiles, executor, in_flight=in_flight, stop=stop)


def _train_tile(plane: Plane, own: OwnData | None, tile: Tile, stop: Stop) -> Pixels | None:
    return train_tile(plane, tile, own, stop)


def place(whole: Pixels, tile: Tile, pixels: Pixels) -> None:
    """Put a tile's pixels into the map's (size, size), row 0 the lowest."""
    whole[tile.places(len(whole))] = pixels


def no_pixels(plane: Plane) -> Pixels:
    """Return the pixels of a map of which none is trained."""
    return empty_pixels((plane.size, plane.size))


def shown_from(trained: Flags, size: int) -> tuple[Labels, Labels]:
    """Return, for every pixel, from which trained one it is painted; -1 where from none.

    ``trained`` (size, size). What is not trained yet is painted as the finest pixel of a
    coarser round whose square it lies in.
    """
    rows, columns = np.indices((size, size))
    from_row, from_column = np.full((2, size, size), -1)
    stride = 1 << (size - 1).bit_length()
    while stride:
        r, c = rows // stride * stride, columns // stride * stride
        known = trained[r, c]
        from_row, from_column = np.where(known, r, from_row), np.where(known, c, from_column)
        stride //= 2
    return from_row, from_column
