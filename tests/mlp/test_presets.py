"""The presets: DESIGN.md's settings, and that each behaves as its name promises."""

from typing import Any

import numpy as np
import pytest

from mlp import PRESETS, Experiment, Run, train, train_at

ARTICLE: dict[str, Any] = {
    "bias": False,
    "train_points": 50,
    "learning_rate": 0.003,
    "steps": 1_000_000,
}
FIFTY: dict[str, Any] = {**ARTICLE, "hidden": 50}
SETTINGS: dict[str, dict[str, Any]] = {
    "three_neurons": {"hidden": 3, "learning_rate": 0.006},
    "fifty_neurons": {"hidden": 50, "learning_rate": 0.006},
    "exploding_wide": {"hidden": 50, "learning_rate": 0.03},
    "exploding_late": {"hidden": 3, "learning_rate": 0.03},
    "rescued_by_decay": {"hidden": 3, "learning_rate": 0.03, "schedule": "cosine"},
    "rescued_by_warmup": {"hidden": 50, "learning_rate": 0.03, "warmup_steps": 5000},
    "rescued_by_clipping": {"hidden": 50, "learning_rate": 0.03, "clip_norm": 1.0},
    "dead_network": {"hidden": 50, "learning_rate": 0.3},
    "vanishing_gradient": {"hidden": 50, "init_scale": 100.0},
    "penalty_too_strong": {"hidden": 3, "learning_rate": 0.3, "l2": 10.0},
    "article_three": ARTICLE,
    "article_fifty_exploding": {**FIFTY, "l2": 1e-4, "l2_gradient": "article"},
    "article_fifty_fixed": {**FIFTY, "l2": 1e-6, "l2_gradient": "article"},
    "article_fifty_derived": {**FIFTY, "l2": 1e-4, "l2_gradient": "derived"},
}


def train_preset(name: str, steps: int, frames: int = 10) -> Run:
    """Train the first steps of a preset whose rate does not depend on how many follow."""
    assert PRESETS[name].schedule == "constant"
    return train(PRESETS[name].replace(steps=steps, frames=frames))


def test_the_presets_and_their_settings_are_those_of_the_design() -> None:
    assert {name: Experiment(**settings) for name, settings in SETTINGS.items()} == PRESETS


@pytest.mark.parametrize("name", SETTINGS)
def test_a_preset_survives_its_address(name: str) -> None:
    assert Experiment.from_params(PRESETS[name].to_params()) == PRESETS[name]


def test_three_neurons_learn_without_a_single_rise() -> None:
    run = train(PRESETS["three_neurons"].replace(frames=10))
    assert run.first_rise_at is None
    assert run.accuracy[-1] > 0.9
    assert run.loss[-1] < 0.07


def test_fifty_neurons_learn_all_points_without_a_single_rise() -> None:
    run = train_preset("fifty_neurons", 10_000)
    assert run.first_rise_at is None
    assert run.accuracy[-1] == 1.0


def test_fifty_neurons_are_eight_times_sharper_at_the_start_than_three() -> None:
    three, fifty = (
        train_at(PRESETS[name], [0])[0].sharpness for name in ("three_neurons", "fifty_neurons")
    )
    assert fifty / three == pytest.approx(8, abs=0.1)


def test_exploding_wide_doubles_its_loss_within_four_steps() -> None:
    run = train_preset("exploding_wide", 100, frames=101)
    assert run.first_rise_at == 0
    assert run.loss[0] == pytest.approx(0.25, abs=0.005)
    assert run.loss[:5].max() == run.loss.max() == pytest.approx(0.481, abs=0.001)
    assert run.learning_rates[0] * run.sharpness[0] == pytest.approx(7.6, abs=0.05)


def test_exploding_late_begins_to_rise_where_the_limit_of_stability_is_reached() -> None:
    run = train_preset("exploding_late", 3000, frames=400)
    assert run.first_rise_at == pytest.approx(1388, abs=10)
    assert run.first_rise_at is not None
    # the limit comes first, the swings need some steps to grow
    ratio = run.learning_rates * run.sharpness
    assert np.all(ratio[run.steps < 1000] < 2)
    assert ratio[0] < 1
    assert 2 < ratio[run.frame_at(run.first_rise_at)] < 2.5


def test_decay_rescues_three_neurons() -> None:
    late = train(PRESETS["exploding_late"].replace(frames=10))
    rescued = train(PRESETS["rescued_by_decay"].replace(frames=10))
    assert rescued.loss[-1] < late.loss[-1]
    assert rescued.accuracy[-1] > 0.93
    assert rescued.rises[-1] == 0  # steady at its end, where the other still swings
    assert late.rises[-1] > 100


@pytest.mark.parametrize("name", ["rescued_by_warmup", "rescued_by_clipping"])
def test_fifty_neurons_are_rescued_from_their_first_steps(name: str) -> None:
    run = train_preset(name, 8000)
    assert run.first_rise_at is None
    assert run.loss_max.max() == run.loss[0]
    assert run.accuracy[-1] == 1.0


def test_the_dead_network_saturates_in_a_few_steps_and_stays_dead() -> None:
    run = train_preset("dead_network", 2000)
    assert run.loss[-1] > run.loss[0]
    assert run.loss_max.max() == pytest.approx(0.5267, abs=0.001)
    assert run.accuracy[-1] < 0.55
    assert max(run.grad_norm_W1[-1], run.grad_norm_W2[-1]) < 1e-5
    assert run.loss[-1] == pytest.approx(run.loss_max.max(), rel=1e-6)
    assert run.non_finite_at is None


def test_a_penalty_too_strong_doubles_every_weight_at_each_step() -> None:
    run = train(PRESETS["penalty_too_strong"])
    assert run.non_finite_at == 509
    # 1 - learning_rate l2 = 1 - 0.3 * 10 = -2
    at = [run.frame_at(508), run.frame_at(507)]
    assert run.steps[at].tolist() == [508, 507]
    np.testing.assert_allclose(run.w[at[0]], -2 * run.w[at[1]], rtol=1e-9)


def test_the_articles_fifty_neurons_live_on_with_the_derived_gradient() -> None:
    run = train_preset("article_fifty_derived", 120_000)
    assert run.non_finite_at is None
    assert run.first_rise_at is None
    assert run.loss[-1] < 0.23
