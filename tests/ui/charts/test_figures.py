"""Pictures to take away: a real PNG of the right frame, for every run, in any thread."""

from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from mlp import Experiment, train
from mlp.data.own import OwnData
from ui.charts import figures
from ui.take_home import animation, pictures
from ui.take_home.entry import silent

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


OWN = OwnData(
    np.array([[60.5, 1e5], [70.25, 9e5], [81.0, 2e5], [95.0, 8e5]]),
    np.array([0, 1, 1, 0]),
    ("cost in $, \\frac{$", "two\nlines\x00"),
)


def test_the_map_of_own_points_has_their_names_and_original_coordinates() -> None:
    own = OWN.standardised()
    settings = {"data_id": own.data_id, "points": 4, "train_points": 4, "steps": 5}
    run = train(Experiment(dataset="custom", **settings), own)  # type: ignore[arg-type]
    boundary = figures.three_panels(run, 0).axes[1]
    assert boundary.get_xlabel() == "cost in $, \\frac{$"
    assert boundary.get_ylabel() == "two lines "
    drawn = [np.asarray(collection.get_offsets()) for collection in boundary.collections]
    points = np.concatenate([offsets for offsets in drawn if len(offsets) == 2])
    np.testing.assert_allclose(np.sort(points, axis=0), np.sort(OWN.X, axis=0))
    (left, right), (bottom, top) = boundary.get_xlim(), boundary.get_ylim()
    assert left < 60.5
    assert right > 95.0
    assert bottom < 1e5
    assert top > 9e5
    # As tall as wide: the network sees both inputs at the same scale.
    assert (top - bottom) * float(boundary.get_aspect()) / (right - left) == pytest.approx(1)
    assert pictures.png(run, 0, "", silent)[:4] == b"\x89PNG"
    ET.fromstring(pictures.svg(run, 0, "", silent))  # noqa: S314 - our own file


def test_a_film_of_own_points_has_the_axes_of_the_picture() -> None:
    own = OWN.standardised()
    settings = {"data_id": own.data_id, "points": 4, "train_points": 4, "steps": 5}
    run = train(Experiment(dataset="custom", **settings), own)  # type: ignore[arg-type]
    film = animation.Film(run)
    film.picture(1)
    boundary = figures.three_panels(run, 1).axes[1]
    assert film.map.get_xlabel() == boundary.get_xlabel()
    assert film.map.get_aspect() == boundary.get_aspect()
    drawn = [np.asarray(artist.get_offsets()) for artist in film.points]  # type: ignore[attr-defined]
    np.testing.assert_allclose(np.sort(np.concatenate(drawn), axis=0), np.sort(OWN.X, axis=0))
    np.testing.assert_allclose(film.map.get_xlim(), boundary.get_xlim())
    np.testing.assert_allclose(film.map.get_ylim(), boundary.get_ylim())


def test_pictures_are_made_in_several_threads_at_once() -> None:
    run = train(EXPERIMENTS["corners without bias"])
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda frame: pictures.png(run, frame, "", silent), [0, 0]))
    assert made[0][:8] == b"\x89PNG\r\n\x1a\n"
    assert made[0] == made[1]
