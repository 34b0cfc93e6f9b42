"""The loss surface on the screen: every sentence true of the plane, every number finite."""

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Experiment, Run, train
from mlp.analysis.loss_plane import LossPlane, loss_plane
from tests.mlp.strategies import short_experiments, wild_experiments
from ui.screens.train import loss_surface
from ui.words.numbers import short


def told(experiment: Experiment, frame: int = 0) -> tuple[Run, LossPlane, str]:
    run = train(experiment)
    plane = loss_plane(run, frame)
    assert plane is not None
    return run, plane, loss_surface.tell(run, plane)


def test_a_step_past_the_limit_is_told_with_its_numbers() -> None:
    run, _, text = told(PRESETS["exploding_wide"].replace(steps=10))
    assert "Step 0: learning rate × sharpness = 0.03 × 254.4 ≈ 7.631." in text
    assert "goes 7.631 times the way to the bottom of the parabola: it overshoots" in text
    assert "lands higher on the other side than it began" in text
    rise = short(run.loss[1] - run.loss[0])
    first, second = short(run.loss[0]), short(run.loss[1])
    assert f"leads from loss {first} to {second}, higher by {rise}." in text


@pytest.mark.parametrize(
    ("rate", "said"),
    [(0.01, "and stops short of it"), (0.04, "lands lower"), (0.08, "lands higher")],
)
def test_the_three_ways_of_landing(rate: float, said: str) -> None:
    _, plane, text = told(Experiment(learning_rate=rate, steps=5))
    assert said in text
    assert ("lands higher" in text) == (plane.product > 2)


def test_clipping_shortens_the_step_that_is_told() -> None:
    _, plane, text = told(PRESETS["rescued_by_clipping"].replace(steps=5))
    assert plane.product > 2
    assert "a step against the gradient, shortened by clipping, goes" in text
    assert "stops short of it" in text or "lands lower" in text
    assert plane.after < plane.before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"optimizer": "adam"}, "Adam makes another step of this gradient."),
        ({"batch_size": 30}, "the training’s steps see a mini-batch"),
        ({"l2": 0.01, "l2_gradient": "article"}, "the article’s L2 term"),
    ],
)
def test_where_the_training_steps_otherwise_it_is_said(changes: dict[str, str], said: str) -> None:
    assert said not in told(Experiment(steps=5))[2]
    assert said in told(Experiment(steps=5).replace(**changes))[2]


@settings(max_examples=12, deadline=None)
@given(experiment=short_experiments() | wild_experiments(), at=st.floats(0, 1))
def test_only_finite_numbers_reach_the_charts_and_the_sentences(
    experiment: Experiment, at: float
) -> None:
    run = train(experiment)
    frame = int(at * (len(run.steps) - 1))
    for scale in ("step", "run"):
        plane = loss_plane(run, frame, scale=scale)
        if plane is None:
            continue
        charts = (
            loss_surface.surface(run, plane, "dark", whole=scale == "run"),
            loss_surface.cut(plane, "light"),
        )
        for chart in charts:
            json.dumps(chart.to_dict(), allow_nan=False)
        text = loss_surface.tell(run, plane) + loss_surface.tell_path(run, plane)
        assert not re.search(r"\bnan\b|None", text)


def test_bands_are_logarithmic_where_the_loss_differs_by_much() -> None:
    even = loss_surface.levels(np.array([0.1, 0.2, 0.3]))
    np.testing.assert_allclose(np.diff(even), np.diff(even)[0])
    wide = np.array(loss_surface.levels(np.array([1e-3, 1e3])))
    np.testing.assert_allclose(np.diff(np.log(wide)), np.diff(np.log(wide))[0])


def test_around_one_step_only_the_neighbours_are_drawn() -> None:
    run = train(PRESETS["exploding_late"].replace(steps=3000, frames=60))
    plane = loss_plane(run, 30)
    assert plane is not None
    near = loss_surface.path_table(run, plane, whole=False)
    assert len(near) == 2 * loss_surface.NEIGHBOURS + 1
    assert run.steps[30] in near["step"].to_numpy()
    assert len(loss_surface.path_table(run, plane, whole=True)) == len(run.steps)


def test_the_path_is_told_to_the_next_frame_or_from_the_last() -> None:
    run = train(Experiment(steps=50, frames=10))
    for frame in (0, len(run.steps) - 1):
        plane = loss_plane(run, frame)
        assert plane is not None
        other = frame + 1 if frame == 0 else frame - 1
        text = loss_surface.tell_path(run, plane)
        distance = float(np.linalg.norm(run.w[other] - run.w[frame]))
        assert f"{'next' if frame == 0 else 'last'} recorded step, {run.steps[other]:,}," in text
        assert f"is {short(distance)} away" in text
    lonely = train(Experiment(steps=1))
    alone = loss_plane(lonely, 0)
    assert alone is not None
    assert "The next recorded step, 1," in loss_surface.tell_path(lonely, alone)
