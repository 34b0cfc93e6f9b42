"""The plane of the sharpest direction and the gradient: what it holds is true of the network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Experiment, Run, train
from mlp.analysis.loss_plane import LossPlane, axes, loss_at, loss_plane
from mlp.training.inputs import make_objective
from mlp.training.sharpness import random_direction, top_eigenpair
from tests.mlp.strategies import short_experiments

LATE = PRESETS["exploding_late"].replace(steps=3000, frames=60)
RUN = train(LATE)


def basis_of(run: Run, frame: int) -> np.ndarray:
    _, eigenvector = top_eigenpair(make_objective(run.experiment), run.w[frame].copy())
    return axes(eigenvector, run.gradient[frame])


def plane_of(run: Run, frame: int, scale: str = "step") -> LossPlane:
    plane = loss_plane(run, frame, scale=scale)
    assert plane is not None
    return plane


@settings(max_examples=15, deadline=None)
@given(experiment=short_experiments(l2_gradient=st.just("derived")), at=st.floats(0, 1))
def test_the_step_lies_in_the_plane_and_leads_where_the_network_says(
    experiment: Experiment, at: float
) -> None:
    run = train(experiment)
    frame = int(at * (len(run.steps) - 1))
    plane = loss_plane(run, frame)
    if plane is None:
        return
    basis = basis_of(run, frame)
    np.testing.assert_allclose(basis @ basis.T, np.eye(2), atol=1e-9)
    rate, gradient = run.learning_rates[frame], run.gradient[frame]
    length = np.linalg.norm(gradient)
    clipped = (
        gradient * min(1.0, experiment.clip_norm / length) if experiment.clip_norm else gradient
    )
    np.testing.assert_allclose(
        plane.gradient_step @ basis, -rate * clipped, atol=1e-8 * rate * length + 1e-150
    )
    assert plane.gradient_step[0] <= 0
    objective = make_objective(experiment)
    after = loss_at(objective, run.w[frame] - rate * clipped)
    assert plane.after == pytest.approx(after, rel=1e-6)
    assert plane.before == pytest.approx(loss_at(objective, run.w[frame].copy()), rel=1e-12)
    assert plane.product == pytest.approx(rate * run.sharpness[frame], rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("frame", [0, 3, 30, 59])
def test_the_cut_has_the_slope_and_the_curvature_of_the_network(frame: int) -> None:
    plane, objective = plane_of(RUN, frame), make_objective(LATE)
    w, e = RUN.w[frame].copy(), basis_of(RUN, frame)[0]
    h, n = 1e-3, len(objective.X)
    up, here, down = (n * loss_at(objective, w + s * h * e) for s in (1, 0, -1))
    assert (up - down) / (2 * h) == pytest.approx(plane.slope, rel=1e-3, abs=1e-3)
    assert (up - 2 * here + down) / h**2 == pytest.approx(plane.sharpness, rel=1e-3)
    a, loss, parabola = plane.cut.T
    near = np.abs(a) < 0.02
    np.testing.assert_allclose(loss[near], parabola[near], rtol=2e-3)


def test_the_map_is_the_loss_over_the_plane() -> None:
    plane, objective, basis = plane_of(RUN, 20), make_objective(LATE), basis_of(RUN, 20)
    for i, j in ((0, 0), (3, 11), (-1, -1)):
        place = np.array([plane.sharp[j], plane.across[i]])
        expected = loss_at(objective, RUN.w[20] + place @ basis)
        assert plane.loss[i, j] == pytest.approx(expected, rel=1e-12)


def test_the_path_is_the_projection_of_every_frame() -> None:
    plane, basis = plane_of(RUN, 20), basis_of(RUN, 20)
    moved = RUN.w - RUN.w[20]
    np.testing.assert_allclose(plane.path, moved @ basis.T, atol=1e-12)
    squares = (plane.path**2).sum(axis=1) + plane.outside**2
    np.testing.assert_allclose(squares, (moved**2).sum(axis=1), rtol=1e-9, atol=1e-15)
    assert not plane.path[20].any()


@pytest.mark.parametrize("scale", ["step", "run"])
def test_what_has_to_be_seen_is_on_the_map(scale: str) -> None:
    for frame in (0, 10, 59):
        plane = plane_of(RUN, frame, scale)
        seen = [np.zeros(2), plane.gradient_step]
        if plane.bottom is not None and plane.product > 0.1:
            seen.append(np.array([plane.bottom, 0.0]))
        if scale == "run":
            seen += list(plane.path)
        for sharp, across in seen:
            assert plane.sharp[0] < sharp < plane.sharp[-1]
            assert plane.across[0] < across < plane.across[-1]


def test_a_plain_step_past_the_limit_lands_higher_on_the_other_side() -> None:
    wide = plane_of(train(PRESETS["exploding_wide"].replace(steps=10)), 0)
    assert wide.product == pytest.approx(7.63, abs=0.01)
    assert wide.bottom is not None
    assert wide.gradient_step[0] / wide.bottom == pytest.approx(wide.product)
    assert wide.after > wide.before
    calm = plane_of(train(PRESETS["three_neurons"].replace(steps=10)), 0)
    assert calm.product < 2
    assert calm.after < calm.before


def test_where_the_gradient_vanishes_there_is_still_a_plane() -> None:
    e = random_direction(12).copy()
    for gradient in (np.zeros(12), 3.0 * e):
        basis = axes(e, gradient)
        np.testing.assert_allclose(basis @ basis.T, np.eye(2), atol=1e-12)
    dead = train(PRESETS["dead_network"].replace(steps=100))
    assert np.isfinite(plane_of(dead, len(dead.steps) - 1).loss).all()


def test_the_last_frames_of_an_explosion_are_drawn_or_said_to_be_too_large() -> None:
    run = train(PRESETS["penalty_too_strong"])
    for frame in (len(run.steps) - 1, len(run.steps) // 2):
        for scale in ("step", "run"):
            plane = loss_plane(run, frame, scale=scale)
            assert plane is None or not np.isnan(plane.loss).any()
    huge = Experiment(init_scale=100.0, learning_rate=100.0, l2=1000.0, steps=60)
    run = train(huge)
    assert run.non_finite_at is not None


def test_a_large_network_gets_a_coarser_map() -> None:
    large = train(
        Experiment(hidden=200, points=2000, train_points=2000, steps=1, learning_rate=1e-4)
    )
    assert len(plane_of(large, 0).sharp) < len(plane_of(RUN, 0).sharp)


def test_no_such_frame_or_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="frame = 99: the run has frames 0 to"):
        loss_plane(RUN, 99)
    with pytest.raises(ValueError, match="scale = 'all': must be one of step, run"):
        loss_plane(RUN, 0, scale="all")
