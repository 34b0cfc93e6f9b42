"""The stability chart: the limit that theory sets, where it is crossed, and only finite numbers."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from mlp import PRESETS, Experiment, Run, train
from mlp.analysis.verdicts import saturated_shares
from tests.mlp.strategies import short_experiments, wild_experiments
from tests.ui.charts.rows import rows_of
from ui.charts import curves, stability
from ui.charts.picture import Picture, apart_from_runs

LATE = PRESETS["exploding_late"].replace(steps=3000, frames=60)


def drawn(picture: Picture) -> list[dict[str, Any]]:
    """Return all rows of data that a chart sends to the browser; every number finite."""
    rows = [row for name in picture.tables for row in rows_of(picture, name).to_dict("records")]
    json.dumps(rows, allow_nan=False)
    return rows


def series(picture: Picture) -> set[str]:
    return {row["series"] for row in drawn(picture) if "series" in row}


def test_the_limit_is_2_over_the_rate_of_each_step() -> None:
    run = train(LATE.replace(schedule="cosine", warmup_steps=500))
    np.testing.assert_allclose(curves.limits(run), 2 / run.learning_rates, rtol=1e-15)
    heavy = train(LATE.replace(optimizer="momentum", momentum=0.5, steps=20))
    np.testing.assert_allclose(curves.limits(heavy), 3 / 0.03, rtol=1e-15)


def test_the_limit_of_a_clipped_step_is_that_of_the_rate_it_comes_to() -> None:
    run = train(PRESETS["rescued_by_clipping"].replace(steps=20))
    norms = np.hypot(run.grad_norm_W1, run.grad_norm_W2)
    assert norms[0] > 1
    np.testing.assert_allclose(curves.limits(run), 2 / 0.03 * np.maximum(norms, 1), rtol=1e-14)
    assert "limit, 2 / learning rate of the clipped step" in series(stability.chart(run, None))


def test_where_the_rate_is_zero_there_is_no_limit() -> None:
    run = train(Experiment(schedule="linear", transition_steps=50, steps=100, frames=20))
    none = run.learning_rates == 0
    assert none.any()
    assert np.isinf(curves.limits(run)[none]).all()
    assert np.isfinite(curves.limits(run)[~none]).all()
    drawn(stability.chart(run, None))


def test_the_articles_term_has_no_limit_here() -> None:
    article = PRESETS["article_fifty_exploding"].replace(steps=100)
    run = train(article)
    assert np.isinf(curves.limits(run)).all()
    assert stability.first_crossing(run) is None
    assert series(stability.chart(run, None)) <= {"sharpness"}
    derived = train(article.replace(l2_gradient="derived"))
    assert series(stability.chart(derived, None)) == {"sharpness", "limit, 2 / learning rate"}


def test_the_crossing_is_the_first_frame_past_the_limit_and_comes_before_the_rise() -> None:
    run = train(LATE)
    crossing = stability.first_crossing(run)
    assert crossing is not None
    product = run.learning_rates * run.sharpness
    assert (product[:crossing] <= 2).all()
    assert product[crossing] > 2
    assert run.first_rise_at is not None
    assert run.steps[crossing] <= run.first_rise_at
    assert stability.first_crossing(train(LATE.replace(learning_rate=0.006))) is None


def test_the_crossing_and_the_chosen_step_are_marked() -> None:
    run = train(LATE)
    crossing = stability.first_crossing(run)
    alone = [row for row in drawn(stability.chart(run, None)) if "series" not in row]
    assert alone == [{"step": run.steps[crossing], "value": run.sharpness[crossing]}]
    legend = stability.chart(run, None).title[1]
    assert legend == f"◇ first recorded past the limit: step {run.steps[crossing]:,}"
    chosen = [row for row in drawn(stability.chart(run, 1234)) if "series" not in row]
    assert {"step": 1234} in chosen
    assert len(chosen) == 2
    calm = train(LATE.replace(learning_rate=0.006))
    assert [row for row in drawn(stability.chart(calm, None)) if "series" not in row] == []
    assert isinstance(stability.chart(calm, None).title, str)


def test_every_frame_is_drawn_with_its_own_sharpness() -> None:
    run = train(LATE)
    rows = [row for row in drawn(stability.chart(run, None)) if row.get("series") == "sharpness"]
    assert [row["step"] for row in rows] == run.steps.tolist()
    assert [row["value"] for row in rows] == run.sharpness.tolist()


def test_the_axes_are_logarithmic() -> None:
    layer = stability.chart(train(LATE), None).look["layer"][0]
    assert layer["encoding"]["y"]["scale"]["type"] == "log"
    assert layer["encoding"]["x"]["scale"]["type"] == "symlog"


def test_shares_are_those_of_every_frame() -> None:
    run = train(PRESETS["dead_network"].replace(steps=100, frames=20))
    shares = stability.shares_of(run)
    assert shares.shape == (len(run.steps), 2)
    for frame in (0, 3, -1):
        assert tuple(shares[frame]) == saturated_shares(run, frame)
    assert shares[0].tolist() == [0, 0]
    assert shares[-1].tolist() == [0, 1]
    rows = drawn(stability.saturation(run))
    assert [row["value"] for row in rows] == [*shares[:, 0], *shares[:, 1]]


def test_a_unit_counts_as_flat_below_a_hundredth() -> None:
    # H1 = sigmoid(5) has h (1 - h) = 0.0066, sigmoid(4) has 0.0177
    for scale, share in ((5.0, 1.0), (4.0, 0.0)):
        run = train(Experiment(dataset="corners", hidden=2, steps=1))
        w = np.zeros_like(run.w)
        w[:, 4:6] = scale  # the bias row of W1 alone, so that every Z1 is `scale`
        moved = replaced(run, w)
        assert saturated_shares(moved, 0) == (share, 0.0)


def replaced(run: Run, w: np.ndarray) -> Run:
    import dataclasses

    return dataclasses.replace(run, w=w)


@settings(max_examples=20, derandomize=True)
@given(short_experiments() | wild_experiments())
def test_whatever_the_run_only_finite_numbers_are_drawn(experiment: Experiment) -> None:
    run = train(experiment)
    for row in drawn(stability.chart(run, int(run.steps[-1]))):
        assert row["value"] > 0 if "value" in row else "step" in row
    for row in drawn(stability.saturation(run)):
        assert 0 <= row["value"] <= 1


def test_the_text_alternative_names_the_ends() -> None:
    run = train(LATE)
    description = stability.chart(run, None).description
    assert f"{run.sharpness[0]:.4g}" in description
    assert pytest.approx(66.67, abs=0.01) == 2 / 0.03
    assert "66.67" in description


def test_beside_two_runs_no_series_has_a_colour_of_theirs() -> None:
    spec = stability.saturation(train(LATE)).spec()
    names = ["hidden layer", "outputs"]
    apart = apart_from_runs(spec)
    for before, after in zip(spec["layer"], apart["layer"], strict=True):
        color = after["encoding"]["color"]
        assert before["encoding"]["color"]["scale"]["domain"] == names
        assert color["scale"]["domain"][-2:] == names
        assert len(color["scale"]["domain"]) == 7  # the sixth and the seventh colour
        assert color["legend"]["values"] == names
