"""Training: the same digits every time, and a record that loses nothing that happened."""

import dataclasses
import itertools
import math
import time
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Experiment, Plan, Run, train, train_at, train_steps
from mlp.base.arrays import Array
from mlp.network import accuracy, penalty, predict, unpack
from mlp.optimizers import OPTIMIZERS
from mlp.plan import learning_rates
from mlp.training.inputs import initial_weights, make_data, make_objective
from mlp.training.recording import frame_steps
from mlp.training.state import TrainState, mini_batches
from mlp.training.steps import RISE, clip, value_and_gradient
from tests.mlp.strategies import SEEDS, powers_of_ten, short_experiments, wild_experiments

ARRAYS = [field.name for field in dataclasses.fields(Run) if "Array" in str(field.type)] + ["rises"]
# The last finite step is a recorded one in some of these, and lies between two in the others.
EXPLOSIONS = [
    PRESETS["penalty_too_strong"],
    Experiment(learning_rate=0.3, l2=10.0, steps=600, frames=601),
    Experiment(learning_rate=0.1, l2=21.0, steps=50_000, frames=2),
    Experiment(learning_rate=100.0, l2=1000.0, init_scale=100.0, steps=100),
    Experiment(learning_rate=0.3, l2=10.0, steps=600, frames=20, points=60, train_points=40),
    Experiment(hidden=50, bias=False, learning_rate=1.0, l2=0.05, l2_gradient="article"),
    Experiment(learning_rate=0.3, l2=15.0, batch_size=32, optimizer="momentum", steps=2000),
]


def every_loss(experiment: Experiment) -> Array:
    """Return the loss of every step from 0 on, up to the first that is not finite."""
    descent = TrainState.start(Plan(experiment), make_data(experiment))
    first = descent.loss
    return np.append(first, descent.advance(experiment.steps))


def first_non_finite(losses: Array) -> int | None:
    return next((t for t, loss in enumerate(losses) if not np.isfinite(loss)), None)


def assert_same(one: Run, other: Run) -> None:
    assert one.first_rise_at == other.first_rise_at
    assert one.non_finite_at == other.non_finite_at
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def assert_finite(run: Run) -> None:
    for name in ARRAYS:
        assert np.isfinite(getattr(run, name)).all(), name


# --- the first weights


def test_a_seed_gives_the_digits_of_the_frozen_stream() -> None:
    # 2 * [0.02088, 0.76706, ...] - 1, over the root of the 2 inputs, and then of the 2 neurons
    W1, W2 = unpack(initial_weights(Experiment(hidden=2, init_seed=2017)), 3, 2)
    stream = 2 * np.random.RandomState(2017).random_sample(8) - 1
    np.testing.assert_allclose(W1[:2].ravel(), stream[:4] / np.sqrt(2), rtol=1e-15)
    np.testing.assert_allclose(W2[:2].ravel(), stream[4:] / np.sqrt(2), rtol=1e-15)
    assert W1[0, 0] == pytest.approx(-0.67746455, abs=1e-8)


@given(SEEDS, st.integers(1, 200), st.booleans(), st.just(0.0) | powers_of_ten(-6, 2))
def test_first_weights_fill_their_range_and_the_bias_rows_are_zero(
    seed: int, hidden: int, bias: bool, scale: float
) -> None:
    experiment = Experiment(init_seed=seed, hidden=hidden, bias=bias, init_scale=scale)
    W1, W2 = unpack(initial_weights(experiment), experiment.input_rows, hidden)
    assert W1.shape == (3 if bias else 2, hidden)
    assert W2.shape == (hidden + 1 if bias else hidden, 2)
    assert not W1[2:].any()
    assert not W2[hidden:].any()
    assert np.abs(W1).max() <= scale / np.sqrt(2) * (1 + 1e-15)
    assert np.abs(W2).max() <= scale / np.sqrt(hidden) * (1 + 1e-15)
    plain = initial_weights(experiment.replace(init_scale=1.0))
    np.testing.assert_allclose(np.concatenate([W1.ravel(), W2.ravel()]), scale * plain, rtol=1e-14)


# --- which steps are recorded


@given(st.integers(1, 2_000_000), st.integers(2, 1000))
def test_frames_rise_from_the_first_step_to_the_last(steps: int, frames: int) -> None:
    planned = frame_steps(steps, frames)
    assert planned[0] == 0
    assert planned[-1] == steps
    assert len(planned) == min(frames, steps + 1)
    assert np.all(np.diff(planned) >= 1)


@given(st.integers(1000, 2_000_000), st.integers(20, 1000))
def test_frames_are_every_step_at_first_and_grow_apart(steps: int, frames: int) -> None:
    gaps = np.diff(frame_steps(steps, frames))
    assert gaps[0] == 1 or steps > (frames - 1) ** 3
    assert np.all(np.diff(gaps) >= -1)  # but for rounding
    assert gaps[-1] >= gaps.max() - 1


def test_the_default_run_records_its_first_ten_steps_one_by_one() -> None:
    assert frame_steps(20_000, 240)[:11].tolist() == list(range(11))


# --- the same digits


@settings(max_examples=25)
@given(short_experiments())
def test_the_same_experiment_gives_the_same_digits(experiment: Experiment) -> None:
    assert_same(train(experiment), train(Experiment.from_params(experiment.to_params())))


@settings(max_examples=40)
@given(short_experiments(), st.lists(st.integers(1, 120)))
def test_the_parts_of_a_training_do_not_change_its_digits(
    experiment: Experiment, stops: list[int]
) -> None:
    frames = {frame.step: frame for frame in train_steps(experiment)}
    whole = TrainState.start(Plan(experiment), make_data(experiment))
    losses = whole.advance(experiment.steps)
    parts = TrainState.start(Plan(experiment), make_data(experiment))
    pieces = []
    for step in sorted({*stops, experiment.steps}):
        if parts.step < step <= experiment.steps and np.isfinite(parts.loss):
            pieces.append(parts.advance(step))  # noqa: PERF401 - the condition changes on the way
    np.testing.assert_array_equal(np.concatenate(pieces), losses)
    np.testing.assert_array_equal(parts.w, whole.w)
    for frame in train_at(experiment, frames):
        np.testing.assert_array_equal(frame.w, frames[frame.step].w)
        assert frame.loss == frames[frame.step].loss
        assert frame.sharpness == frames[frame.step].sharpness


def test_a_frame_is_the_same_however_many_are_recorded() -> None:
    experiment = Experiment(hidden=10, learning_rate=0.02, batch_size=32, steps=500)
    dense = train(experiment.replace(frames=501))
    sparse = train(experiment.replace(frames=7))
    np.testing.assert_array_equal(sparse.w, dense.w[sparse.steps])
    np.testing.assert_array_equal(sparse.sharpness, dense.sharpness[sparse.steps])


# --- what a frame says


@settings(max_examples=25)
@given(short_experiments())
def test_the_numbers_of_a_frame_belong_to_its_weights(experiment: Experiment) -> None:
    run, data, objective = train(experiment), make_data(experiment), make_objective(experiment)
    n = data.n_train
    for i in range(len(run.steps)):
        J, gradient = value_and_gradient(objective, run.w[i].copy())
        assert run.loss[i] == pytest.approx(J / n, rel=1e-12)
        price = penalty(run.w[i], experiment.l1, experiment.l2)
        assert run.penalty[i] == pytest.approx(price / n, rel=1e-12)
        np.testing.assert_array_equal(run.gradient[i], gradient)
        assert run.grad_norm_W1[i] == pytest.approx(math.hypot(*run.dL_dW1[i].flat), rel=1e-12)
        assert run.grad_norm_W2[i] == pytest.approx(math.hypot(*run.dL_dW2[i].flat), rel=1e-12)
        H2 = predict(data.X, run.W1[i], run.W2[i])
        assert run.accuracy[i] == accuracy(H2, data.labels)
        assert run.train_accuracy[i] == accuracy(H2[:n], data.labels[:n])
        steps = min(int(run.steps[i]), experiment.steps - 1)
        # alone and among others, a power may differ in its last digit
        assert run.learning_rates[i] == pytest.approx(learning_rates(experiment, steps), rel=1e-14)


def test_frame_zero_is_the_untrained_network() -> None:
    experiment = Experiment(steps=100, frames=5)
    run = train(experiment)
    assert run.steps[0] == 0
    np.testing.assert_array_equal(run.w[0], initial_weights(experiment))


@settings(max_examples=60)
@given(short_experiments(steps=st.integers(1, 400), frames=st.integers(2, 20)))
def test_no_spike_between_frames_is_lost(experiment: Experiment) -> None:
    run = train(experiment)
    losses = every_loss(experiment)
    assert_record_is_complete(run, losses)


def assert_record_is_complete(run: Run, losses: Array) -> None:
    """Compare extremes, rises and ends with a brute-force look at every step's loss."""
    assert run.non_finite_at == first_non_finite(losses)
    finite = losses[np.isfinite(losses)]
    np.testing.assert_array_equal(run.loss, finite[run.steps])
    assert run.loss_max[0] == finite[0]
    assert run.rises[0] == 0
    rises = np.diff(finite) > RISE
    for i in range(1, len(run.steps)):
        since = range(run.steps[i - 1] + 1, run.steps[i] + 1)
        assert run.loss_max[i] == max(finite[t] for t in since)
        assert run.rises[i] == rises[run.steps[i - 1] : run.steps[i]].sum()
    first = np.flatnonzero(rises[: run.steps[-1]])
    assert run.first_rise_at == (first[0] if len(first) else None)


def test_a_spike_of_one_step_is_kept_with_two_frames_only() -> None:
    # DESIGN.md, claim 3: within 4 steps the loss jumps from 0.25 to 0.48, and comes back.
    run = train(PRESETS["exploding_wide"].replace(steps=2000, frames=2))
    assert run.steps[[0, -1]].tolist() == [0, 2000]
    assert run.loss_max.max() == pytest.approx(0.481, abs=0.001)
    assert run.loss[-1] < 0.1
    assert run.first_rise_at == 0


# --- explosions


@pytest.mark.parametrize("experiment", EXPLOSIONS, ids=range(len(EXPLOSIONS)))
def test_an_explosion_is_recorded_completely_and_told_finely(experiment: Experiment) -> None:
    run, losses = train(experiment), every_loss(experiment)
    assert run.non_finite_at is not None
    assert run.steps[-1] < run.non_finite_at
    assert_record_is_complete(run, losses)
    assert_finite(run)
    assert_last_growth_is_told(run, losses)


def assert_last_growth_is_told(run: Run, losses: Array) -> None:
    """At least 30 frames, or every step, over the last hundredfold growth of what is recorded."""
    last = len(losses) - 2
    calm = [t for t in range(last) if losses[t] <= losses[last] / 100]
    begin = calm[-1] if calm else 0
    told = [t for t in run.steps if begin < t <= last]
    assert len(told) >= min(30, last - begin)


def test_the_step_of_an_explosion_agrees_with_a_loop_in_plain_numpy() -> None:
    experiment = PRESETS["penalty_too_strong"]
    objective, w = make_objective(experiment), initial_weights(experiment)
    step = 0
    with np.errstate(over="ignore"):
        while True:
            J, gradient = value_and_gradient(objective, w)
            if not np.isfinite(J):
                break
            w = w - experiment.learning_rate * gradient
            step += 1
    assert train(experiment).non_finite_at == step


@settings(max_examples=150)
@given(wild_experiments())
def test_however_wild_the_record_is_finite_and_complete(experiment: Experiment) -> None:
    run, losses = train(experiment), every_loss(experiment)
    assert_finite(run)
    assert_record_is_complete(run, losses)
    assert np.all(np.diff(run.steps) > 0)
    if run.non_finite_at is None:
        assert run.steps[-1] == experiment.steps
    else:
        assert run.steps[-1] < run.non_finite_at


def test_a_stream_that_explodes_is_the_run_that_train_returns() -> None:
    experiment = PRESETS["penalty_too_strong"]
    frames = list(train_steps(experiment))
    assert_same(Run.from_frames(experiment, frames), train(experiment))
    assert [f.non_finite_at for f in frames if f.non_finite_at is not None] == [509]
    assert frames[-1].non_finite_at == 509


# --- streaming and stopping


def test_frames_come_while_training_goes_on() -> None:
    frames = train_steps(Experiment(steps=2_000_000, hidden=50))
    assert [next(frames).step for _ in range(3)] == [0, 1, 2]


def stop_after(answers: int) -> Iterable[bool]:
    yield from [False] * answers
    while True:
        yield True


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_stopped_training_keeps_what_was_trained(asked: int) -> None:
    # 2000 samples and 200 neurons: far fewer than the 3000 steps fit between two questions.
    experiment = Experiment(
        points=2000, train_points=2000, hidden=200, learning_rate=1e-4, steps=3000, frames=2
    )
    answers = iter(stop_after(asked))
    frames = list(train_steps(experiment, stop=lambda: next(answers)))
    reached = frames[-1].step
    assert (reached == 0) if asked == 0 else (0 < reached < 100 * asked)
    assert [frame.step for frame in frames] == sorted({0, reached})
    again = train_at(experiment, [reached])[-1]
    np.testing.assert_array_equal(frames[-1].w, again.w)
    assert frames[-1].loss_max == again.loss_max


def test_a_training_that_is_told_to_stop_at_a_frame_records_it_once() -> None:
    # Some ten frames fit between two questions.
    experiment = Experiment(
        points=2000, train_points=2000, hidden=50, learning_rate=1e-4, steps=999, frames=1000
    )
    answers = iter(stop_after(3))
    steps = [frame.step for frame in train_steps(experiment, stop=lambda: next(answers))]
    assert steps == list(range(len(steps)))
    assert 3 < len(steps) < 100


@pytest.mark.timing
@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(points=2000, train_points=2000, hidden=200, steps=2_000_000),
        Experiment(points=2000, train_points=2000, hidden=200, batch_size=1, steps=2_000_000),
        Experiment(dataset="corners", hidden=1, steps=2_000_000),
        Experiment(dataset="corners", hidden=1, steps=2_000_000, batch_size=3),
    ],
    ids=["large", "large, single samples", "small", "small, batches"],
)
def test_stop_is_asked_about_often_enough_to_end_within_300_ms(experiment: Experiment) -> None:
    next(train_steps(experiment))  # compiled now
    asked = [time.perf_counter()]

    def stop() -> bool:
        asked.append(time.perf_counter())
        return asked[-1] - asked[0] > 0.5

    for _ in train_steps(experiment.replace(frames=2), stop=stop):
        pass
    asked.append(time.perf_counter())
    assert np.max(np.diff(asked)) < 0.3


@pytest.mark.timing
def test_a_late_explosion_between_two_frames_is_told_without_a_long_silence() -> None:
    experiment = PRESETS["article_fifty_exploding"].replace(frames=2)
    heard = [time.perf_counter()]

    def stop() -> bool:
        heard.append(time.perf_counter())
        return False

    heard.extend(time.perf_counter() for _ in train_steps(experiment, stop=stop))
    assert np.max(np.diff(heard)) < 0.3


def test_a_frame_asked_for_beyond_an_explosion_is_never_one_that_is_not_finite() -> None:
    frames = train_at(PRESETS["penalty_too_strong"], [508, 509, 600, 700])
    assert [frame.step for frame in frames] == [0, 508]
    assert np.isfinite([frame.loss for frame in frames]).all()


# --- mini-batches


@given(st.integers(1, 200), st.integers(1, 200), SEEDS, st.integers(0, 30), st.integers(1, 30))
def test_every_epoch_takes_each_sample_once(
    n: int, size: int, seed: int, first: int, epochs: int
) -> None:
    size = min(size, n)
    experiment = Experiment(points=2000, train_points=n, batch_size=size, init_seed=seed)
    a_epoch = -(-n // size)
    rows, starts = mini_batches(experiment, first * a_epoch, (first + epochs) * a_epoch)
    if size == n:  # all samples, in no order
        assert len(rows) == len(starts) == 0
        return
    batches = [rows[a:b] for a, b in itertools.pairwise(starts)]
    assert len(batches) == epochs * a_epoch
    assert max(len(batch) for batch in batches) == size
    for epoch in range(epochs):
        taken = np.concatenate(batches[epoch * a_epoch : (epoch + 1) * a_epoch])
        assert sorted(taken) == list(range(n))


def test_epochs_differ_and_their_order_comes_from_the_seed_of_the_weights() -> None:
    experiment = Experiment(batch_size=50)  # 6 batches an epoch
    rows, _ = mini_batches(experiment, 0, 12)
    assert rows[:300].tolist() != rows[300:].tolist()
    same, _ = mini_batches(experiment.replace(data_seed=5, hidden=9), 0, 12)
    other, _ = mini_batches(experiment.replace(init_seed=1), 0, 12)
    assert rows.tolist() == same.tolist()
    assert rows.tolist() != other.tolist()


@given(st.integers(5, 60), st.integers(1, 59), st.integers(0, 100), st.integers(1, 60))
def test_a_step_takes_the_same_batch_wherever_a_part_begins(
    n: int, size: int, start: int, length: int
) -> None:
    experiment = Experiment(train_points=n, batch_size=min(size, n - 1))
    rows, starts = mini_batches(experiment, 0, start + length)
    part, part_starts = mini_batches(experiment, start, start + length)
    for t in range(length):
        whole = rows[starts[start + t] : starts[start + t + 1]]
        np.testing.assert_array_equal(part[part_starts[t] : part_starts[t + 1]], whole)


def test_a_step_descends_the_batch_and_the_loss_is_that_of_all_samples() -> None:
    experiment = Experiment(
        points=40, train_points=30, hidden=4, batch_size=8, learning_rate=0.1, l2=0.01, steps=9
    )
    objective, w = make_objective(experiment), initial_weights(experiment)
    rows, starts = mini_batches(experiment, 0, 9)
    for t, frame in enumerate(train_at(experiment, range(10))):
        np.testing.assert_allclose(frame.w, w, rtol=1e-12)
        J, _ = value_and_gradient(objective, w)
        assert frame.loss == pytest.approx(J / 30, rel=1e-12)
        if t < 9:
            batch = rows[starts[t] : starts[t + 1]]
            X, Y = (np.asfortranarray(A[batch]) for A in (objective.X, objective.Y))
            _, gradient = value_and_gradient(objective._replace(X=X, Y=Y), w)
            w = w - 0.1 * gradient


def test_a_batch_of_all_samples_is_plain_gradient_descent() -> None:
    experiment = Experiment(points=20, train_points=20, steps=50, frames=10)
    assert_same_numbers(train(experiment), train(experiment.replace(batch_size=20)))


def assert_same_numbers(one: Run, other: Run) -> None:
    np.testing.assert_array_equal(one.w, other.w)
    np.testing.assert_array_equal(one.loss, other.loss)


# --- clipping


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=20),
    powers_of_ten(-150, 200),
    powers_of_ten(-3, 3),
)
def test_clipping_keeps_the_direction_and_the_bound(
    direction: list[float], size: float, longest: float
) -> None:
    gradient = size * np.array(direction)
    largest = np.abs(gradient).max()
    length = largest * np.linalg.norm(gradient / largest) if largest > 0 else 0.0
    clipped = gradient.copy()
    clip(clipped, longest)
    if length <= longest * (1 - 1e-14):
        np.testing.assert_array_equal(clipped, gradient)
    elif length > longest * (1 + 1e-14):
        assert np.linalg.norm(clipped) == pytest.approx(longest, rel=1e-12)
        np.testing.assert_allclose(clipped / longest, gradient / length, rtol=1e-12, atol=1e-300)


def test_clipping_leaves_zero_and_nan_alone() -> None:
    zero, nan = np.zeros(3), np.array([1.0, np.nan])
    clip(zero, 1.0)
    clip(nan, 1.0)
    assert not zero.any()
    assert np.isnan(nan).any()


def test_a_clipped_step_is_as_long_as_allowed_over_both_layers_together() -> None:
    experiment = Experiment(hidden=50, learning_rate=0.03, clip_norm=1.0, steps=1)
    before, after = train_at(experiment, [0, 1])
    assert np.linalg.norm(before.gradient) > 1
    step = after.w - before.w
    assert np.linalg.norm(step) == pytest.approx(0.03, rel=1e-12)
    cosine = -step @ before.gradient / np.linalg.norm(step) / np.linalg.norm(before.gradient)
    assert cosine == pytest.approx(1, rel=1e-12)


def test_what_is_recorded_is_the_gradient_before_clipping() -> None:
    clipped = train_at(Experiment(hidden=50, clip_norm=1.0), [0])[0]
    free = train_at(Experiment(hidden=50), [0])[0]
    np.testing.assert_array_equal(clipped.gradient, free.gradient)


# --- whole steps by another hand


@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum"])
def test_the_first_layer_takes_steps_of_its_own_rate(optimizer: str) -> None:
    experiment = Experiment(
        points=40, train_points=30, hidden=4, learning_rate=0.1, first_layer_rate=0.25,
        optimizer=optimizer, momentum=0.5, steps=20,
    )  # fmt: skip
    objective, w = make_objective(experiment), initial_weights(experiment)
    rates = np.array([0.025] * 12 + [0.1] * 10)  # W1 is (3, 4), W2 (5, 2)
    velocity, kept = np.zeros_like(w), 0.5 if optimizer == "momentum" else 0.0
    for frame in train_at(experiment, range(21)):
        np.testing.assert_allclose(frame.w, w, rtol=1e-11)
        _, gradient = value_and_gradient(objective, w)
        velocity = kept * velocity + gradient
        w = w - rates * velocity


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_first_layer_of_rate_0_stays_where_it_is(optimizer: str) -> None:
    experiment = Experiment(
        points=40, train_points=30, learning_rate=0.01, first_layer_rate=0.0, optimizer=optimizer
    )
    before, after = train_at(experiment.replace(steps=30), [0, 30])
    np.testing.assert_array_equal(after.w[:9], before.w[:9])
    assert (after.w[9:] != before.w[9:]).all()


def test_warm_up_momentum_and_clipping_work_together_as_written_in_numpy() -> None:
    experiment = Experiment(
        points=40,
        train_points=30,
        hidden=4,
        learning_rate=0.2,
        schedule="step",
        transition_steps=5,
        warmup_steps=4,
        optimizer="momentum",
        momentum=0.5,
        clip_norm=0.7,
        steps=20,
    )
    objective, w = make_objective(experiment), initial_weights(experiment)
    velocity = np.zeros_like(w)
    for t, frame in enumerate(train_at(experiment, range(21))):
        np.testing.assert_allclose(frame.w, w, rtol=1e-11)
        _, gradient = value_and_gradient(objective, w)
        rate = 0.2 * (t + 1) / 4 if t < 4 else 0.2 * 0.5 ** ((t - 4) // 5)
        velocity = 0.5 * velocity + gradient * min(1.0, 0.7 / float(np.linalg.norm(gradient)))
        w = w - rate * velocity
