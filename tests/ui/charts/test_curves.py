"""Charts of runs: nothing that is not finite, nothing lost, a text for those who cannot see."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from mlp import Experiment, train
from mlp.plan import learning_rates
from mlp.schedules import SCHEDULES
from tests.mlp.strategies import short_experiments, wild_experiments
from tests.ui.charts.rows import rows_of
from ui.charts import curves
from ui.charts.picture import Picture

PENALTY = Experiment(learning_rate=0.3, l2=10.0, steps=2000)
DRAWINGS = (
    curves.loss,
    curves.accuracy,
    curves.gradient_norms,
    curves.weight_norms,
    curves.sharpness,
)
ALL_AXES = [curves.Axes(log_steps=s, log_values=v) for s in (False, True) for v in (False, True)]


def assert_finite(chart: Picture) -> None:
    assert np.isfinite(rows_of(chart)["value"]).all()
    json.dumps(chart.look, allow_nan=False)
    assert "nan" not in chart.description
    assert "inf" not in chart.description.replace("infinity", "")


WILD = {
    "smooth": Experiment(steps=200),
    "ends in infinity": PENALTY,
    "all weights 0": Experiment(init_scale=0.0, steps=5),
    "saturated": Experiment(hidden=50, learning_rate=10.0, steps=50),
    "rate falls to 0": Experiment(schedule="linear", steps=100),
    "one step": Experiment(steps=1, frames=2),
}


@pytest.mark.parametrize("name", WILD)
def test_nothing_that_is_not_finite_is_drawn(name: str) -> None:
    run = train(WILD[name])
    for axes in (ALL_AXES[0], ALL_AXES[3]):
        for draw in DRAWINGS:
            assert_finite(draw(run, axes))


@settings(max_examples=30)
@given(wild_experiments())
def test_no_row_of_a_wild_run_is_lost_on_linear_axes_or_not_finite(experiment: Experiment) -> None:
    run = train(experiment)
    rates = run.learning_rates
    inverse = np.divide(1, rates, out=np.zeros_like(rates), where=rates > 0)  # it may end at 0
    series = {"loss": run.loss, "sharpness": run.sharpness, "inverse": inverse}
    linear = curves.long_table(run, series, curves.Axes())
    assert {len(column) for column in linear.values()} == {3 * len(run.steps)}
    assert np.isfinite(linear["value"]).all()
    assert (curves.long_table(run, series, ALL_AXES[3])["value"] > 0).all()


def test_a_logarithmic_axis_leaves_out_what_is_not_above_zero_and_nothing_else() -> None:
    run = train(Experiment(steps=100))
    series = {"some": np.where(np.arange(len(run.steps)) % 2, 1.0, 0.0), "none": -run.loss}
    drawn = curves.lines(run, series, title="x", unit="y", axes=curves.Axes(log_values=True))
    assert set(rows_of(drawn)["series"]) == {"some"}
    assert len(rows_of(drawn)) == len(run.steps) // 2
    linear = curves.lines(run, series, title="x", unit="y", axes=curves.Axes())
    assert len(rows_of(linear)) == 2 * len(run.steps)


def test_the_loss_of_a_smooth_run_is_one_line_and_that_of_a_penalty_three() -> None:
    smooth, penalised = train(Experiment(steps=500)), train(Experiment(steps=500, l2=0.01))
    assert list(rows_of(curves.loss(smooth, curves.Axes()))["series"].unique()) == ["loss"]
    names = set(rows_of(curves.loss(penalised, curves.Axes()))["series"])
    assert {"loss", "data part", "penalty part"} <= names


def test_a_spike_between_two_frames_is_drawn() -> None:
    run = train(Experiment(hidden=50, learning_rate=0.03, steps=400, frames=4))
    assert np.any(run.loss_max > run.loss)
    drawn = rows_of(curves.loss(run, curves.Axes()))
    assert drawn["value"].max() == run.loss_max.max()


def test_the_limit_of_momentum_is_its_own() -> None:
    run = train(Experiment(optimizer="momentum", momentum=0.5, steps=20))
    drawn = rows_of(curves.sharpness(run, curves.Axes()))
    limit = drawn[drawn["series"] == "limit, 3 / learning rate"]["value"]
    assert np.allclose(limit, 3 / 0.006)


@settings(max_examples=15)
@given(short_experiments())
def test_the_table_is_the_run(experiment: Experiment) -> None:
    run = train(experiment)
    table = curves.table(run)
    assert len(table) == len(run.steps)
    for column in ("loss", "penalty", "accuracy", "sharpness", "loss_max", "rises"):
        assert np.array_equal(table[column], getattr(run, column))
    assert np.array_equal(table["step"], run.steps)
    assert np.allclose(table["norm_W1"], np.linalg.norm(run.W1, axis=(1, 2)))


def test_every_chart_has_a_height_an_axis_title_and_a_description() -> None:
    run = train(PENALTY)
    for draw in DRAWINGS:
        spec = draw(run, curves.Axes()).spec()
        assert spec["height"] == curves.HEIGHT
        assert f"steps 0 to {run.steps[-1]:,}" in spec["description"]
        encoding = spec["layer"][0]["encoding"]
        assert encoding["x"]["title"] == "step"
        assert encoding["y"]["title"]
        assert encoding["tooltip"]


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_small_picture_of_a_schedule_shows_the_rates_of_the_run(name: str) -> None:
    experiment = Experiment(schedule=name, warmup_steps=100, steps=1000)
    rows: pd.DataFrame = curves.schedule(experiment, "dark").data
    assert np.array_equal(rows["rate"], learning_rates(experiment, rows["step"].to_numpy()))
    assert rows["step"].iloc[0] == 0
    assert rows["step"].iloc[-1] == 999
