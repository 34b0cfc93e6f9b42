"""The command ``python -m mlp map``: a map trained into a file, on one machine or on many."""

import argparse
import json
import sys
import time
from concurrent.futures import CancelledError
from pathlib import Path
from threading import Event
from typing import TextIO

import numpy as np

from mlp.analysis.maps import picture, store
from mlp.analysis.maps.pixels import VERDICTS, Pixels, is_trained
from mlp.analysis.maps.plane import LARGEST_SIZE, SCALES, Axis, Plane
from mlp.analysis.maps.tiles import place, tiles_of, train_tiles
from mlp.base import cluster
from mlp.base.files import whole_file
from mlp.data.own import OwnData
from mlp.experiment import Experiment

ENDINGS = (".npz", ".png")
BAR = 30  # signs
EVERY = 0.2  # seconds between two looks at the progress; ten times as long in a file


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of the command, beside those of the settings."""
    axis = f"SETTING:LOW:HIGH[:{'|'.join(SCALES)}]"
    command.add_argument("--x", required=True, metavar=axis, help="the setting across")
    command.add_argument("--y", required=True, metavar=axis, help="the setting up")
    command.add_argument(
        "--size", type=int, default=256, help=f"pixels a side, 2 to {LARGEST_SIZE}"
    )
    command.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="where to: .npz, or .png for a picture",
    )
    command.add_argument(
        "--colour", choices=picture.QUANTITIES, default="verdict", help="of the picture"
    )
    command.add_argument("--resume", action="store_true", help="go on with an unfinished map")
    command.add_argument("--quiet", action="store_true", help="no progress")


class Bar:
    """Tells on standard error how much of a map is trained."""

    def __init__(self, total: int, done: int, stream: TextIO, *, quiet: bool) -> None:
        self.total, self.before, self.stream, self.quiet = total, done, stream, quiet
        self.began = time.monotonic()
        self.next = self.began

    def at(self, done: int) -> None:
        """Draw the bar, if it is time to or all is done."""
        now = time.monotonic()
        if self.quiet or (now < self.next and done < self.total):
            return
        filled = BAR * done // self.total
        speed = (done - self.before) / max(now - self.began, 1e-9)
        left = f", {(self.total - done) / speed:,.0f} s left" if speed and done < self.total else ""
        is_terminal = self.stream.isatty()
        text = f"[{'#' * filled}{'.' * (BAR - filled)}] {done:,} of {self.total:,} pixels{left}"
        self.stream.write(f"\r{text:<78}" if is_terminal else f"{text}\n")
        self.stream.flush()
        self.next = now + EVERY * (1 if is_terminal else 10)

    def done(self) -> None:
        """Leave the line."""
        if not self.quiet and self.stream.isatty():
            self.stream.write("\n")


def make_map(options: argparse.Namespace, experiment: Experiment, own: OwnData | None) -> list[str]:
    """Train the map asked for into its file; return what to say of it.

    Raises
    ------
    ValueError
        An option that is wrong, in a sentence.
    OSError
        The file cannot be written.
    KeyboardInterrupt
        What was trained is kept beside the file, for ``--resume``.
    """
    out: Path = options.out
    if out.suffix not in ENDINGS:
        raise ValueError(f"--out {out}: must end in {' or '.join(ENDINGS)}")
    plane = Plane(experiment, Axis.parse(options.x), Axis.parse(options.y), options.size)
    file = store.Store(out, plane)
    with cluster.opened(options.scheduler) as workers:
        pixels = file.resume() if options.resume else file.begin()
        train(plane, own, workers, file, pixels, quiet=options.quiet)
    write(out, plane, pixels, options.colour)
    file.close()
    return told(plane, pixels, out)


def train(
    plane: Plane,
    own: OwnData | None,
    workers: cluster.Workers,
    file: store.Store,
    pixels: Pixels,
    *,
    quiet: bool,
) -> None:
    """Train the tiles that are missing, each written to the disk as it is done."""
    known = is_trained(pixels)
    missing = [tile for tile in tiles_of(plane) if not known[tile.places(plane.size)].all()]
    done = int(known.sum())
    bar = Bar(plane.size**2, done, sys.stderr, quiet=quiet)
    stopping = Event()
    try:
        for tile, trained in train_tiles(
            plane,
            missing,
            workers.executor,
            in_flight=workers.in_flight,
            own=own,
            stop=stopping.is_set,
        ):
            file.append(tile, trained)
            place(pixels, tile, trained)
            done += len(trained)
            bar.at(done)
    except CancelledError:
        raise OSError("the cluster went away; --resume goes on with what is trained") from None
    finally:
        stopping.set()
        bar.done()


def write(out: Path, plane: Plane, pixels: Pixels, colour: str) -> None:
    """Write the finished map, whole or not at all."""
    with whole_file(out) as file:
        if out.suffix == ".png":
            text = json.dumps(plane.to_dict())
            file.write(picture.png(picture.colours(pixels, colour), text))
        else:
            np.savez_compressed(file, allow_pickle=False, **store.arrays(plane, pixels))


def told(plane: Plane, pixels: Pixels, out: Path) -> list[str]:
    """Return the lines that a map ends with."""
    counts = np.bincount(pixels["verdict"].ravel(), minlength=len(VERDICTS))
    verdicts = [
        f"{name:10} {count:,} ({count / pixels.size:.1%})"
        for name, count in zip(VERDICTS, counts, strict=True)
    ]
    return [f"{plane.x} across, {plane.y} up, {plane.size} x {plane.size}", *verdicts, f"in {out}"]
