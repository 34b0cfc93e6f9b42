"""A map trained in the background: shown one to a visitor, trained once for all who ask for it.

It ends when it is done, or when the last one who watches has gone.
"""

import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial

import streamlit as st

from mlp.analysis.maps import cluster, lockstep
from mlp.analysis.maps.limits import LimitLine, limit_line
from mlp.analysis.maps.pixels import Pixels, is_trained
from mlp.analysis.maps.plane import Plane
from mlp.analysis.maps.tiles import no_pixels, place, tiles_of, train_tile, train_tiles
from mlp.data.own import OwnData
from ui.jobs.presence import Presence

KEPT = 24  # finished maps, of 2 MB at 256 x 256
LARGEST_KEPT = 300  # pixels a side; larger ones stay with their visitor alone
KEY = "map_job"

_finished: "OrderedDict[Plane, MapJob]" = OrderedDict()
_under_way: "dict[Plane, MapJob]" = {}  # of no own points: those are their visitor's alone
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _executor() -> ThreadPoolExecutor:
    """Return the threads that train the tiles of all visitors, at a low priority."""
    return ThreadPoolExecutor(cluster.cores(), "map", cluster.yield_to_others)


class MapJob:
    """A map under way or finished; its thread places pixels, others read them."""

    def __init__(self, plane: Plane, own: OwnData | None = None) -> None:
        """Prepare; ``start`` begins."""
        self.plane, self.own = plane, own
        self.pixels: Pixels = no_pixels(plane)
        self.line: LimitLine | None = None
        self.error: Exception | None = None
        self.ended = False
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._first = threading.Event()
        self._thread: threading.Thread | None = None
        self._watchers: dict[str | None, Presence] = {}

    @property
    def compiling(self) -> bool:
        """Whether the first map of a process still waits for its compiled code."""
        compiled = getattr(lockstep.advance_lanes, "signatures", [()])
        return not compiled and not self._first.is_set()

    @property
    def stopped(self) -> bool:
        """Whether somebody ended it before its last pixel."""
        return self._stop.is_set()

    @property
    def done(self) -> bool:
        """Whether no more pixels will come."""
        return self.ended

    @property
    def complete(self) -> bool:
        """Whether every pixel is trained."""
        return bool(is_trained(self.pixels).all())

    def count(self) -> int:
        """Return how many pixels are trained."""
        return int(is_trained(self.pixels).sum())

    def start(self) -> None:
        """Begin, or go on after a stop."""
        with self._lock:
            if self._thread is None or (self.ended and not self.complete):
                self._stop.clear()
                self.ended = False
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Ask it to end; what was trained stays."""
        self._stop.set()

    def watch(self, watcher: Presence) -> None:
        """Train it for a visitor too."""
        self._watchers[watcher.visitor] = watcher
        self.start()

    def leave(self, watcher: Presence) -> bool:
        """Train it no longer for a visitor; return whether it goes on, for others."""
        self._watchers.pop(watcher.visitor, None)
        if not self._watchers:
            self.stop()
        return not self.stopped

    def as_far_as_now(self) -> "MapJob":
        """Return a stopped map of what is trained by now, which goes on apart from this one."""
        copy = MapJob(self.plane, self.own)
        copy.pixels, copy.line, copy.ended = self.pixels.copy(), self.line, True
        copy.stop()
        return copy

    def wait_for_a_picture(self, seconds: float) -> None:
        """Wait for the first tile, but no longer than this."""
        self._first.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self) -> None:
        try:
            self._train()
        except Exception as error:  # noqa: BLE001 - shown to the visitor, and the page lives on
            self.error = error
        finally:
            _forget(self)
            self.ended = True
            self._first.set()
        if self.error is None and self.complete:
            remember(self)

    def _is_unwanted(self) -> bool:
        watchers = list(self._watchers.values())
        return self.stopped or (
            bool(watchers) and not any(watcher.is_here() for watcher in watchers)
        )

    def _train(self) -> None:
        missing = [
            tile
            for tile in tiles_of(self.plane)
            if not is_trained(self.pixels)[tile.places(self.plane.size)].all()
        ]
        stop = self._is_unwanted
        for tile, trained in train_tiles(
            self.plane,
            missing,
            _executor(),
            in_flight=2 * cluster.cores(),
            own=self.own,
            train=partial(train_tile, stop=stop),
            stop=stop,
        ):
            place(self.pixels, tile, trained)
            if not self._first.is_set():
                self._first.set()
                self.line = limit_line(self.plane, self.own)


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


def job_for(plane: Plane, own: OwnData | None) -> MapJob:
    """Return this visitor's job for a map, begun or joined; the one it replaces is left."""
    job: MapJob | None = st.session_state.get(KEY)
    if job is None or job.plane != plane:
        if job is not None:
            job.leave(Presence())
        job = st.session_state[KEY] = recall(plane) or _shared(plane, own)
    if not (job.complete or job.stopped or job.error):  # what is stopped waits for its visitor
        job.watch(Presence())
    return job


def stop_for_me() -> None:
    """Stop this visitor's map; others who watch it go on."""
    job: MapJob = st.session_state[KEY]
    if job.leave(Presence()):
        st.session_state[KEY] = job.as_far_as_now()


def _shared(plane: Plane, own: OwnData | None) -> MapJob:
    """Return the map that others have under way, or a new one."""
    with _lock:
        job = _under_way.get(plane) if own is None else None
        if job is None or job.stopped or job.done:
            job = MapJob(plane, own)
            if own is None:
                _under_way[plane] = job
        return job


def _forget(job: MapJob) -> None:
    with _lock:
        if _under_way.get(job.plane) is job:
            del _under_way[job.plane]
