"""The ready sets: each as a small picture, the chosen one learning at once."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mlp import Experiment
from mlp.data import DATASETS
from mlp.training.inputs import make_data
from ui.charts.inline import inline_png
from ui.jobs import left_page, progress, runs
from ui.jobs.door import one_of_few
from ui.player import player
from ui.player.lane import lane_of
from ui.settings import session
from ui.shelf import shelf
from ui.words.names import NAMES

KEY = "own_data_ready"
SIDE = 120  # pixels of a picture
REACH = 3.2  # of the plane that it shows, in both directions
WIDTH = 138  # pixels of a picture and its name on the screen: eight in a row of 1400
DOT = 2  # pixels around a point
COLOURS = np.array([[232, 111, 0, 255], [31, 119, 180, 255]], np.uint8)

# Twelve neurons with momentum learn all of them in a second or less.
_LEARNER = Experiment(hidden=12, optimizer="momentum", learning_rate=0.003, steps=6000)
_FASTER = {"corners": 0.3}  # four points make small sums

READY: Mapping[str, Experiment] = {
    **{
        name: _LEARNER.replace(
            dataset=name, learning_rate=_FASTER.get(name, _LEARNER.learning_rate)
        )
        for name in DATASETS
    },
    "noisy": _LEARNER.replace(noise=0.2),
}
LABELS = {**NAMES["dataset"], "noisy": "Blurred cloud, points shifted after they were labelled"}


@lru_cache(maxsize=16)
def picture_of(name: str) -> NDArray[np.uint8]:
    """Return a set's points as a small picture, (SIDE, SIDE, 4), transparent between them."""
    data = make_data(READY[name])
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    middle = data.X.mean(axis=0)
    few = len(data.X) <= SIDE
    reach = min(REACH, (1.5 if few else 1.15) * float(np.abs(data.X - middle).max()))
    places = (data.X - middle) / reach * [1, -1] / 2 + 0.5
    dot = 3 * DOT if few else DOT
    below, beside = np.mgrid[:SIDE, :SIDE] + 0.5
    for (across, down), label in zip(places, data.labels, strict=True):
        x, y = abs(beside - int(across * SIDE)), abs(below - int(down * SIDE))
        square = np.maximum(x, y) < dot
        pixels[square if label else x**2 + y**2 < dot**2] = COLOURS[label]
    return pixels


def show_sets(chosen: str, choose: str) -> None:
    """Draw all sets as pictures with their names; ``choose`` is the key of what was pressed."""
    with st.container(horizontal=True, gap="small", key="ready_sets"):
        for name in READY:
            _show_set(name, chosen, choose)


def _show_set(name: str, chosen: str, choose: str) -> None:
    with st.container(width=WIDTH, gap="xsmall", key=f"ready_{name}"):
        st.image(inline_png(picture_of(name)), width="stretch", alt=f"{LABELS[name]}: points")
        st.button(
            LABELS[name].partition(",")[0],
            key=f"{choose}_{name}",
            type="primary" if name == chosen else "tertiary",
            help=LABELS[name],
            width="stretch",
            on_click=_take,
            args=(choose, name),
        )


def _take(choose: str, name: str) -> None:
    st.session_state[choose] = name


def show_learning(name: str) -> None:
    """Play the training of a set, and offer to go on with it on the Train screen."""
    job = runs.job_for(READY[name], key=f"{KEY}_job")
    running = runs.is_running(job)
    st.fragment(watch, run_every=runs.poll_seconds(job))(job, running)
    if st.button("Go on with it in Train", key=f"{KEY}_use", icon=":material/tune:"):
        session.use(READY[name])
        left_page.leave_for("streamlit_app.py")


@one_of_few
def watch(job: runs.Job, running: bool) -> None:
    """Draw the player; called again while frames still come."""
    if job.compiling:
        progress.show_compiling(job)
    elif job.error is not None:
        progress.show_error(job)
    else:
        shelf.keep_finished(job)
        player([lane_of(job, "")], key=f"{KEY}_player")
    if running != runs.is_running(job):
        st.rerun()
