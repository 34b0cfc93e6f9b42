"""Answers: counted by class, agreeing with the recorded accuracy, and calibration by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import Experiment, train
from mlp.analysis.evaluation import BINS, Answers, answers
from tests.mlp.strategies import short_experiments
from ui.screens.train import results


def of(output: list[float], labels: list[int]) -> Answers:
    one = np.array(output)
    return Answers(np.column_stack([1 - one, one]), np.array(labels))


def test_a_hand_worked_case() -> None:
    found = of([0.1, 0.2, 0.9, 0.4, 0.9], [0, 1, 1, 0, 0])
    # answers 0 0 1 0 1; of class 0: two right, one wrong; of class 1: one wrong, one right
    assert found.confusion().tolist() == [[2, 1], [1, 1]]
    table = found.calibration()
    assert table.output == pytest.approx([0.1, 0.2, 0.4, 0.9])
    assert table.share == pytest.approx([0, 1, 0, 0.5])
    assert table.count.tolist() == [1, 1, 1, 2]


def test_certain_outputs_stay_in_the_last_range() -> None:
    table = of([1.0, 0.0], [1, 0]).calibration()
    assert table.output.tolist() == [0, 1]
    assert table.share.tolist() == [0, 1]


@settings(max_examples=25)
@given(short_experiments(steps=st.integers(1, 40), frames=st.integers(2, 6)), st.data())
def test_what_is_right_in_the_table_is_the_recorded_accuracy(
    experiment: Experiment, draw: st.DataObject
) -> None:
    run = train(experiment)
    frame = draw.draw(st.integers(-len(run.steps), len(run.steps) - 1))
    training, test = answers(run, frame)
    n = run.data.n_train
    assert np.trace(training.confusion()) == round(run.train_accuracy[frame] * n)
    right = np.trace(training.confusion()) + (0 if test is None else np.trace(test.confusion()))
    assert right == round(run.accuracy[frame] * len(run.data.X))
    assert (test is None) == (n == len(run.data.X))
    for part in (training, test) if test is not None else (training,):
        table = part.calibration()
        assert table.count.sum() == len(part.labels)
        assert len(table.count) <= BINS
        assert table.count @ table.share == pytest.approx(part.labels.sum())
        assert table.count @ table.output == pytest.approx(part.H2[:, 1].sum())


def test_the_chart_tells_its_points_and_draws_nothing_else() -> None:
    training, test = answers(train(Experiment(train_points=200, steps=2000, frames=20)), -1)
    chart = results.calibration_chart(training, test).to_dict()
    rows = [row for rows in chart["datasets"].values() for row in rows if "points" in row]
    assert test is not None
    assert sum(row["count"] for row in rows) == 300
    assert {row["points"] for row in rows} == {"training points", "test points"}
    assert f"output {training.calibration().output[0]:.0%}" in chart["description"]
