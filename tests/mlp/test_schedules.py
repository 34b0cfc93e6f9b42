"""Learning rates: whole curves by their formulas, hand numbers, ends, and the warm-up."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mlp import Experiment
from mlp.plan import learning_rates, transition_steps
from mlp.plan.rates import ENDING
from mlp.schedules import SCHEDULES
from tests.mlp.strategies import experiments

INIT, TRANSITION, DECAY, END = 1.0, 10, 0.5, 0.2
STEPS = np.arange(41)

# Restated a number at a time from optax (constant_schedule, exponential_decay with and without
# staircase, linear_schedule, cosine_decay_schedule with alpha = end / init) and Keras
# (InverseTimeDecay, with optax' lower bound).
FORMULAS: dict[str, Callable[[int], float]] = {
    "constant": lambda _: INIT,
    "step": lambda t: max(INIT * math.pow(DECAY, math.floor(t / TRANSITION)), END),
    "exponential": lambda t: max(INIT * math.pow(DECAY, t / TRANSITION), END),
    "inverse_time": lambda t: max(INIT / (1 + DECAY * t / TRANSITION), END),
    "linear": lambda t: (INIT - END) * (1 - min(t, TRANSITION) / TRANSITION) + END,
    "cosine": lambda t: (
        INIT
        * (
            (1 - END / INIT) * (1 + math.cos(math.pi * min(t, TRANSITION) / TRANSITION)) / 2
            + END / INIT
        )
    ),
}
BY_HAND = {
    "constant": {0: 1.0, 40: 1.0},
    "step": {0: 1.0, 9: 1.0, 10: 0.5, 19: 0.5, 20: 0.25, 30: 0.2, 40: 0.2},
    "exponential": {0: 1.0, 5: 0.7071067811865476, 10: 0.5, 20: 0.25, 30: 0.2},
    "inverse_time": {0: 1.0, 10: 2 / 3, 20: 0.5, 40: 1 / 3},
    "linear": {0: 1.0, 5: 0.6, 9: 0.28, 10: 0.2, 40: 0.2},
    "cosine": {0: 1.0, 5: 0.6, 10: 0.2, 40: 0.2},
}


def curve(name: str) -> np.ndarray:
    return SCHEDULES[name](
        STEPS, init_value=INIT, transition_steps=TRANSITION, decay_rate=DECAY, end_value=END
    )


def test_the_six_schedules_are_offered() -> None:
    assert set(SCHEDULES) == set(FORMULAS)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_that_stays_at_its_end_is_one_that_ends(name: str) -> None:
    """transition_steps is fitted to it accordingly."""
    later = SCHEDULES[name](
        [TRANSITION, 2 * TRANSITION],
        init_value=INIT,
        transition_steps=TRANSITION,
        decay_rate=DECAY,
        end_value=0.0,
    )
    assert bool(np.all(np.abs(later) < 1e-12)) == (name in ENDING)


@pytest.mark.parametrize("name", FORMULAS)
def test_the_whole_curve_follows_its_formula(name: str) -> None:
    expected = [FORMULAS[name](int(t)) for t in STEPS]
    np.testing.assert_allclose(curve(name), expected, rtol=1e-14)


@pytest.mark.parametrize("name", BY_HAND)
def test_the_curve_passes_through_numbers_worked_out_by_hand(name: str) -> None:
    steps = list(BY_HAND[name])
    np.testing.assert_allclose(curve(name)[steps], list(BY_HAND[name].values()), rtol=1e-14)


def test_a_quarter_of_the_cosine_is_where_the_cosine_is() -> None:
    # 1/2 (1 + cos(pi / 4)) = 0.8535533905932737
    rates = SCHEDULES["cosine"](
        [25], init_value=2.0, transition_steps=100, decay_rate=1.0, end_value=0.0
    )
    np.testing.assert_allclose(rates, [1.7071067811865475], rtol=1e-14)


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_an_ending_schedule_fits_the_run_by_default(name: str) -> None:
    experiment = Experiment(learning_rate=0.5, schedule=name, end_fraction=0.1, steps=1000)
    rates = learning_rates(experiment, [0, 500, 1000])
    np.testing.assert_allclose(rates, [0.5, 0.275, 0.05], rtol=1e-13)


@pytest.mark.parametrize("name", ["step", "exponential"])
def test_a_decaying_schedule_passes_four_transitions_a_run_by_default(name: str) -> None:
    experiment = Experiment(learning_rate=0.8, schedule=name, steps=1000)
    rates = learning_rates(experiment, [0, 250, 500, 750, 1000])
    np.testing.assert_allclose(rates, [0.8, 0.4, 0.2, 0.1, 0.05], rtol=1e-13)


def test_a_transition_that_is_set_is_kept() -> None:
    experiment = Experiment(learning_rate=0.8, schedule="step", transition_steps=100, steps=1000)
    assert learning_rates(experiment, [99, 100]).tolist() == [0.8, 0.4]


def test_the_warm_up_is_a_line_to_the_full_rate() -> None:
    rates = learning_rates(Experiment(learning_rate=0.1, warmup_steps=4), np.arange(6))
    np.testing.assert_allclose(rates, [0.025, 0.05, 0.075, 0.1, 0.1, 0.1], rtol=1e-14)


@pytest.mark.parametrize("name", FORMULAS)
def test_the_schedule_begins_when_the_warm_up_has_ended(name: str) -> None:
    experiment = Experiment(
        learning_rate=INIT,
        schedule=name,
        transition_steps=TRANSITION,
        decay_rate=DECAY,
        end_fraction=END / INIT,
        warmup_steps=7,
        steps=100,
    )
    rates = learning_rates(experiment, np.arange(7 + len(STEPS)))
    np.testing.assert_allclose(rates[:7], np.arange(1, 8) / 7, rtol=1e-14)
    np.testing.assert_allclose(rates[7:], [FORMULAS[name](int(t)) for t in STEPS], rtol=1e-14)


def test_a_cosine_after_a_warm_up_still_ends_with_the_run() -> None:
    experiment = Experiment(learning_rate=0.1, schedule="cosine", warmup_steps=400, steps=1000)
    assert transition_steps(experiment) == 600
    np.testing.assert_allclose(
        learning_rates(experiment, [399, 400, 700, 1000]), [0.1, 0.1, 0.05, 0.0], atol=1e-17
    )


def test_a_warm_up_longer_than_the_run_just_goes_on_rising() -> None:
    experiment = Experiment(learning_rate=0.1, schedule="cosine", warmup_steps=2000, steps=1000)
    np.testing.assert_allclose(learning_rates(experiment, [0, 999]), [0.00005, 0.05], rtol=1e-14)


@given(experiments(), st.floats(0, 1))
def test_every_rate_is_finite_and_between_zero_and_the_learning_rate(
    experiment: Experiment, share: float
) -> None:
    rates = learning_rates(experiment, [0, int(share * experiment.steps), experiment.steps - 1])
    assert np.isfinite(rates).all()
    assert np.all(rates >= 0)
    # 1e-320 is some units in the last place of the smallest numbers that there are.
    assert np.all(rates <= experiment.learning_rate * (1 + 1e-15) + 1e-320)


@given(experiments(end_fraction=st.floats(1e-6, 1), learning_rate=st.floats(1e-9, 100)))
def test_every_rate_is_positive_where_the_end_is(experiment: Experiment) -> None:
    assert np.all(learning_rates(experiment, [0, experiment.steps // 2, experiment.steps]) > 0)


@given(experiments(learning_rate=st.floats(1e-9, 100), transition_steps=st.just(0)))
def test_a_schedule_that_fits_the_run_stops_no_step_before_the_end(experiment: Experiment) -> None:
    assume(experiment.decay_rate > 1e-3)
    assert np.all(learning_rates(experiment, [0, experiment.steps - 1]) > 0)


@given(experiments())
def test_after_the_warm_up_no_rate_ever_rises(experiment: Experiment) -> None:
    steps = experiment.warmup_steps + np.linspace(0, 2 * experiment.steps, 50).astype(int)
    rates = learning_rates(experiment, steps)
    assert np.all(np.diff(rates) <= 1e-15 * experiment.learning_rate)


@given(experiments(), st.lists(st.integers(1, 4), max_size=3))
def test_the_rates_have_the_shape_of_the_steps(experiment: Experiment, shape: list[int]) -> None:
    steps = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)
    rates = learning_rates(experiment, steps)
    assert rates.shape == steps.shape
    assert rates.dtype == np.float64
    one_by_one = [float(learning_rates(experiment, int(step))) for step in steps.ravel()]
    np.testing.assert_allclose(rates.ravel(), one_by_one, rtol=1e-15)
