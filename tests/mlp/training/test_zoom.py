"""Slow motion: every single step again, to the last digit; and the first rise as a frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Experiment, Run, train, train_at, zoom
from mlp.training.loop import state_at
from mlp.training.recording import RISE_FRAMES, frame_steps
from tests.mlp.strategies import short_experiments

SHORT = Experiment(points=40, train_points=40, hidden=6, learning_rate=0.05, steps=400, frames=12)
EVERY_KIND = {
    "plain": SHORT,
    "wide": PRESETS["exploding_wide"].replace(steps=200, frames=10),
    "momentum": SHORT.replace(optimizer="momentum", learning_rate=0.01),
    "adam": SHORT.replace(optimizer="adam", learning_rate=0.01),
    "nadam": SHORT.replace(optimizer="nadam", learning_rate=0.01),
    "mini-batches": SHORT.replace(batch_size=7),
    "mini-batches and momentum": SHORT.replace(
        batch_size=16, optimizer="momentum", learning_rate=0.01
    ),
    "decay": SHORT.replace(schedule="exponential"),
    "warm-up and cosine": SHORT.replace(warmup_steps=150, schedule="cosine"),
    "clipping": SHORT.replace(clip_norm=0.1),
    "article": SHORT.replace(bias=False, l2=1e-4, l2_gradient="article"),
    "l1 and l2": SHORT.replace(l1=0.01, l2=0.01),
}


def assert_same_as_trained(window: Run, experiment: Experiment) -> None:
    """Compare every digit of a window with a training from step 0 that records its steps."""
    steps = window.steps.tolist()
    trained = [frame for frame in train_at(experiment, steps) if frame.step in steps]
    assert [frame.step for frame in trained] == steps
    for i, frame in enumerate(trained):
        np.testing.assert_array_equal(window.w[i], frame.w)
        np.testing.assert_array_equal(window.gradient[i], frame.gradient)
        for name in ("loss", "penalty", "sharpness", "accuracy", "grad_norm_W1", "grad_norm_W2"):
            assert getattr(window, name)[i] == getattr(frame, name), (name, frame.step)
        assert window.learning_rates[i] == frame.learning_rate


@pytest.mark.parametrize("first", [0, 1, 137])
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_single_step_is_a_frame_with_the_digits_of_the_run(kind: str, first: int) -> None:
    run = train(EVERY_KIND[kind])
    window = zoom(run, first, first + 30)
    assert window.steps.tolist() == list(range(first, first + 31))
    assert_same_as_trained(window, run.experiment)


@settings(max_examples=25, derandomize=True)
@given(short_experiments(), st.data())
def test_any_window_of_any_run_has_its_digits(experiment: Experiment, data: st.DataObject) -> None:
    run = train(experiment)
    first = data.draw(st.integers(0, int(run.steps[-1])))
    last = data.draw(st.integers(first, int(run.steps[-1])))
    window = zoom(run, first, last)
    assert window.steps[0] == first
    assert np.all(np.diff(window.steps) == 1)
    assert_same_as_trained(window, experiment)


def test_the_rise_of_a_run_is_the_rise_of_the_window_around_it() -> None:
    run = train(PRESETS["exploding_late"].replace(steps=2000))
    rise = run.first_rise_at
    assert rise is not None
    window = zoom(run, rise - 30, rise + 60)
    assert window.first_rise_at == rise
    losses = dict(zip(window.steps.tolist(), window.loss.tolist(), strict=True))
    assert losses[rise + 1] > losses[rise]
    assert all(losses[t + 1] <= losses[t] + 1e-12 for t in range(rise - 30, rise))


def test_a_window_ends_before_what_is_not_finite() -> None:
    run = train(PRESETS["penalty_too_strong"])
    assert run.non_finite_at is not None
    window = zoom(run, run.non_finite_at - 20, run.non_finite_at + 50)
    assert window.steps[-1] == run.steps[-1] == run.non_finite_at - 1
    assert len(window.steps) == 20
    for values in (window.loss, window.w, window.gradient, window.sharpness, window.loss_max):
        assert np.isfinite(values).all()
    np.testing.assert_array_equal(window.w[-1], run.w[-1])


def test_a_descent_stands_where_the_run_did_and_goes_on_as_it_did() -> None:
    for kind in ("plain", "momentum", "mini-batches"):
        run = train(EVERY_KIND[kind])
        descent = state_at(run, 123)
        at, later = train_at(run.experiment, [123, 200])[1:]
        assert descent.step == 123
        assert descent.loss == at.loss
        np.testing.assert_array_equal(descent.w, at.w)
        assert descent.advance(200)[-1] == later.loss
        np.testing.assert_array_equal(descent.w, later.w)


# --- the first rise is recorded


def rising() -> list[Experiment]:
    """Return experiments whose loss first rises at very different steps."""
    late = [PRESETS["exploding_late"].replace(steps=3000, frames=n) for n in (2, 3, 20, 240)]
    seeds = [
        Experiment(learning_rate=0.06, init_seed=seed, steps=1500, frames=9) for seed in range(8)
    ]
    warming = PRESETS["exploding_wide"].replace(warmup_steps=200, steps=400, frames=7)
    return [*late, *seeds, warming]


def test_the_first_rise_is_a_frame_of_its_own_with_those_just_after_it() -> None:
    rises = set()
    for experiment in rising():
        run = train(experiment)
        rise = run.first_rise_at
        if rise is None:
            continue
        rises.add(rise)
        told = [rise, *(rise + 2**i for i in range(RISE_FRAMES))]
        assert set(told[:2]) <= set(run.steps.tolist()), experiment
        at, after = run.frame_at(rise), run.frame_at(rise + 1)
        assert run.loss[after] > run.loss[at] + 1e-12
        assert run.rises[: at + 1].sum() == 0  # none before: it is the first
        planned = frame_steps(experiment.steps, experiment.frames)
        until = planned[planned > rise][0]  # up to the planned frame that found it
        assert {step for step in told if step <= until} <= set(run.steps.tolist())
    assert len(rises) >= 5
