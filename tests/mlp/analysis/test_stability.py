"""What one step descends: a mini-batch's sharpness on average, and where runs become unstable."""

import numpy as np
import pytest

from mlp import PRESETS, Experiment, Run, train
from mlp.analysis.findings import stability_at
from mlp.analysis.stability import (
    limit_of,
    products,
    shares_left,
    sharpness_of_a_step,
    sharpness_of_steps,
)
from mlp.plan import Plan
from mlp.training.loop import state_at
from mlp.training.sharpness import bend_at, hessian_vector_product, top_eigenpair

LEARNED = Experiment(hidden=8, learning_rate=0.01, steps=4000, frames=20)


@pytest.fixture(scope="module")
def learned() -> Run:
    return train(LEARNED)


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_mini_batches_of_an_epoch_bend_their_share_on_average(l2: float) -> None:
    experiment = Experiment(points=60, train_points=60, hidden=4, l2=l2, batch_size=6, steps=20)
    state = state_at(train(experiment), 20)
    curvature, v = top_eigenpair(state.objective, state.w)
    bends = []
    for rows in np.arange(60).reshape(10, 6):
        X, Y = state.objective.X[rows], state.objective.Y[rows]
        batch = state.objective._replace(X=X, Y=Y)
        bends.append(v @ hessian_vector_product(bend_at(batch.by_samples(), state.w), v))
    assert np.mean(bends) == pytest.approx(sharpness_of_a_step(experiment, curvature), rel=1e-5)


def test_the_settings_of_each_stretch_say_what_its_steps_see() -> None:
    base = Experiment(points=60, train_points=60, steps=40, frames=20)
    run = train(Plan(base).branch(20, {"batch_size": 15}))
    before, after = run.steps < 20, run.steps >= 20
    assert np.array_equal(sharpness_of_steps(run)[before], run.sharpness[before])
    assert np.allclose(sharpness_of_steps(run)[after], run.sharpness[after] / 4)
    assert np.array_equal(products(run), run.learning_rates * sharpness_of_steps(run))


def test_a_clipped_step_goes_as_far_as_one_at_the_rate_that_counts() -> None:
    clipped = PRESETS["dead_network"].replace(clip_norm=1.0, steps=1)
    run = train(clipped)
    [share, _] = shares_left(run)
    assert 0 < share < 0.1
    plain = train(clipped.replace(clip_norm=0.0, learning_rate=0.3 * share))
    assert np.allclose(run.w[1], plain.w[1], rtol=1e-12)
    assert products(run)[0] == pytest.approx(products(plain)[0])
    evidence = stability_at(run, 0)
    assert evidence["product"] == pytest.approx(products(run)[0])
    assert evidence["largest_stable_rate"] == pytest.approx(2 / (share * run.sharpness[0]))


def test_clipping_is_not_counted_where_the_length_of_a_step_is_not_known() -> None:
    base = Experiment(points=60, train_points=60, clip_norm=0.01, steps=20)
    assert (shares_left(train(base)) < 1).all()
    assert (shares_left(train(base.replace(batch_size=6))) == 1).all()
    assert (shares_left(train(base.replace(optimizer="adam"))) == 1).all()
    switched = train(Plan(base.replace(clip_norm=0.0)).branch(10, {"clip_norm": 0.01}))
    assert np.array_equal(shares_left(switched) < 1, switched.steps >= 10)


def highest_from_the_minimum(learned: Run, batch_size: int, times: float) -> float:
    """Go on from a minimum at so many times the limit; return the highest loss over the first."""
    curvature = sharpness_of_a_step(LEARNED.replace(batch_size=batch_size), learned.sharpness[-1])
    rate = times * limit_of(LEARNED) / curvature
    changes = {"learning_rate": rate, "batch_size": batch_size, "steps": LEARNED.steps + 300}
    run = train(Plan(LEARNED).branch(LEARNED.steps, changes))
    return float(run.loss_max[run.steps > LEARNED.steps].max() / learned.loss[-1])


@pytest.mark.parametrize("batch_size", [0, 150, 30])
def test_runs_leave_a_minimum_at_about_the_limit_and_not_at_that_of_all_points(
    learned: Run, batch_size: int
) -> None:
    # 0.3 times the limit of 30 of 300 points is 3 times that of all points.
    assert highest_from_the_minimum(learned, batch_size, 0.3) < 1.5
    assert highest_from_the_minimum(learned, batch_size, 1.5) > 4
