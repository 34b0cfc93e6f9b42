"""Pictures to take away: a real PNG of the right frame, for every run, in any thread."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mlp import Experiment, train
from ui import figures
from ui.export import pictures
from ui.export.entry import silent

EXPERIMENTS = {
    "plain": Experiment(steps=200),
    "corners without bias": Experiment(dataset="corners", bias=False, steps=50),
    "ends in infinity": Experiment(learning_rate=0.3, l2=10.0, steps=2000),
    "untrained, all weights 0": Experiment(init_scale=0.0, steps=1),
    "some points not trained on": Experiment(train_points=20, steps=50),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_run_gives_a_picture_of_its_first_and_last_frame(name: str) -> None:
    run = train(EXPERIMENTS[name])
    for frame in (0, len(run.steps) - 1):
        figure = figures.three_panels(run, frame)
        accuracy, boundary, loss = figure.axes
        assert f"step {run.steps[frame]:,}" in figure.get_suptitle()
        assert np.array_equal(accuracy.lines[0].get_ydata(), 100 * run.accuracy)
        assert np.array_equal(loss.lines[0].get_ydata(), run.loss)
        assert len(boundary.collections) >= 3  # the answer, and the points of both labels
        assert np.isfinite(loss.get_ylim()).all()


def test_the_boundary_shows_every_point() -> None:
    run = train(EXPERIMENTS["plain"])
    boundary = figures.three_panels(run, 0).axes[1]
    drawn = [np.asarray(collection.get_offsets()) for collection in boundary.collections]
    points = np.concatenate([offsets for offsets in drawn if len(offsets) > 1])
    assert np.array_equal(np.sort(points, axis=0), np.sort(run.data.X, axis=0))


def test_pictures_are_made_in_several_threads_at_once() -> None:
    run = train(EXPERIMENTS["corners without bias"])
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda frame: pictures.png(run, frame, "", silent), [0, 0]))
    assert made[0][:8] == b"\x89PNG\r\n\x1a\n"
    assert made[0] == made[1]
