"""A map trained in the background: one a visitor, later than all that visitors wait for."""

import threading
from collections import OrderedDict
from collections.abc import Iterator

import streamlit as st

from mlp.analysis.maps import lockstep
from mlp.analysis.maps.limits import LimitLine, limit_line
from mlp.analysis.maps.pixels import Pixels, is_trained
from mlp.analysis.maps.plane import Plane
from mlp.analysis.maps.tiles import Tile, no_pixels, place, tiles_of, train_tiles
from mlp.base.cluster import Workers
from mlp.base.tasks import Stop
from mlp.data.own import OwnData
from ui.jobs.door import DOOR
from ui.jobs.pool import Pool
from ui.jobs.workers import LATER

KEPT = 24  # finished maps, of 2 MB at 256 x 256
LARGEST_KEPT = 300  # pixels a side; larger ones stay with their visitor alone
SECONDS_OF_A_TILE = 0.3  # roughly, at most
KEY = "map_job"

_finished: "OrderedDict[Plane, MapJob]" = OrderedDict()
_lock = threading.Lock()


class MapJob:
    """A map under way or finished; its thread places pixels, others read them."""

    def __init__(self, plane: Plane, own: OwnData | None = None) -> None:
        """Prepare; ``start`` begins."""
        self.plane, self.own = plane, own
        self.pixels: Pixels = no_pixels(plane)
        self.line: LimitLine | None = None
        self._first = threading.Event()
        self._pool: Pool[tuple[Tile, Pixels]] = Pool(
            self._train, LATER, seconds=SECONDS_OF_A_TILE, take=self._place
        )

    @property
    def error(self) -> Exception | None:
        """What it failed with."""
        return self._pool.error

    @property
    def compiling(self) -> bool:
        """Whether the first map of a process still waits for its compiled code."""
        compiled = getattr(lockstep.advance_lanes, "signatures", [()])
        return not compiled and not self._first.is_set()

    @property
    def stopped(self) -> bool:
        """Whether somebody ended it before its last pixel."""
        return self._pool.stopped

    @property
    def done(self) -> bool:
        """Whether no more pixels will come."""
        return self._pool.has_ended()

    @property
    def complete(self) -> bool:
        """Whether every pixel is trained."""
        return bool(is_trained(self.pixels).all())

    def count(self) -> int:
        """Return how many pixels are trained."""
        return int(is_trained(self.pixels).sum())

    def start(self) -> None:
        """Begin, or go on after a stop."""
        if not self.complete:
            self._pool.start()

    def stop(self) -> None:
        """Ask it to end; what was trained stays."""
        self._pool.stop()

    def wait_for_a_picture(self, seconds: float) -> None:
        """Wait for the first tile, but no longer than this."""
        with DOOR.outside():
            self._first.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        self._pool.wait(seconds)

    def _train(self, workers: Workers, stop: Stop) -> Iterator[tuple[Tile, Pixels]]:
        known = is_trained(self.pixels)
        missing = [t for t in tiles_of(self.plane) if not known[t.places(self.plane.size)].all()]
        return train_tiles(
            self.plane,
            missing,
            workers.executor,
            in_flight=workers.in_flight,
            own=self.own,
            stop=stop,
        )

    def _place(self, result: tuple[Tile, Pixels]) -> None:
        place(self.pixels, *result)
        if not self._first.is_set():
            self._first.set()
            self.line = limit_line(self.plane, self.own)
        if self.complete:
            remember(self)


def remember(job: MapJob) -> None:
    """Keep a finished map for all visitors, unless it is of own points, or large."""
    if job.own is not None or job.plane.size > LARGEST_KEPT:
        return
    with _lock:
        _finished[job.plane] = job
        _finished.move_to_end(job.plane)
        while len(_finished) > KEPT:
            _finished.popitem(last=False)


def recall(plane: Plane) -> MapJob | None:
    """Return a finished map, if it is kept."""
    with _lock:
        if plane in _finished:
            _finished.move_to_end(plane)
        return _finished.get(plane)


def leave() -> None:
    """End the map that is trained for this visitor, who has moved on; what was trained stays."""
    job: MapJob | None = st.session_state.get(KEY)
    if job is not None:
        job.stop()


def job_for(plane: Plane, own: OwnData | None) -> MapJob:
    """Return this visitor's job for a map, ending the one it replaces."""
    job: MapJob | None = st.session_state.get(KEY)
    if job is None or job.plane != plane:
        leave()
        job = st.session_state[KEY] = recall(plane) or MapJob(plane, own)
        job.start()
    return job
