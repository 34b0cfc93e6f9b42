"""The training behind a pixel: played, diagnosed, and opened elsewhere."""

import numpy as np
import streamlit as st

from mlp import Plan
from mlp.analysis.maps.pixels import Pixels
from mlp.analysis.maps.plane import Plane
from ui.autopsy import autopsy
from ui.jobs import left_page, progress, redraw, runs
from ui.jobs.door import one_of_few
from ui.player import player
from ui.player.lane import lane_of
from ui.screens.map import words
from ui.words.plain import capitalized

JOB, ANCHOR = "map_run", "the-run-of-this-pixel"
COMPARE, TRAIN = "pages/2_Compare.py", "streamlit_app.py"
NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def neighbour(pixels: Pixels, row: int, column: int) -> tuple[int, int]:
    """Return the pixel beside one that ended most differently: another verdict, then the loss."""
    size = len(pixels)
    places = [(row + r, column + c) for r, c in NEIGHBOURS]
    inside = [place for place in places if min(place) >= 0 and max(place) < size]
    own = pixels[row, column]

    def difference(place: tuple[int, int]) -> tuple[bool, float]:
        other = pixels[place]
        losses = np.minimum([own["loss"], other["loss"]], np.finfo(float).max)
        return bool(other["verdict"] != own["verdict"]), float(abs(losses[0] - losses[1]))

    return max(inside, key=difference)


def show(plane: Plane, pixels: Pixels, row: int, column: int) -> None:
    """Play a pixel's training, say what it was, and offer to open it elsewhere."""
    st.markdown("##### The run of this pixel")  # where ANCHOR leads
    st.markdown(f"**{_sentence(plane, pixels, row, column)}**")
    job = runs.job_for(plane.at(row, column), key=JOB)
    job.start()
    _offer(plane, pixels, row, column)
    st.fragment(_watch)(job)


def _sentence(plane: Plane, pixels: Pixels, row: int, column: int) -> str:
    return capitalized(words.pixel_sentence(plane, pixels, row, column))


@one_of_few
def _watch(job: runs.Job) -> None:
    seconds = runs.poll_seconds(job)
    if job.error is not None:
        progress.show_error(job)
    elif job.compiling:
        progress.show_compiling(job)
    else:
        player([lane_of(job, "")], key="map_player")
        st.fragment(_tell)(job)
    redraw.again(seconds)


@one_of_few
def _tell(job: runs.Job) -> None:
    seconds = autopsy.seconds_to_trials(job)
    autopsy.show_verdict(job)
    redraw.again(seconds)


def _offer(plane: Plane, pixels: Pixels, row: int, column: int) -> None:
    """Draw the ways on: this training alone, and beside the one a pixel away."""
    experiment = plane.at(row, column)
    beside = neighbour(pixels, row, column)
    known = pixels[beside]["verdict"] >= 0
    with st.container(horizontal=True):
        if st.button("Open in Train", key="map_train", icon=":material/play_circle:"):
            left_page.leave_for(TRAIN, query_params=experiment.to_params())
        if st.button(
            "Compare with its neighbour",
            key="map_compare",
            icon=":material/compare_arrows:",
            disabled=not known,
            help="Of the four pixels beside it, the one that ended most differently.",
        ):
            plans = [Plan(experiment), Plan(plane.at(*beside))]
            texts = [plan.to_text() for plan in plans]
            left_page.leave_for(COMPARE, query_params={"run": texts, "same": "no"})
