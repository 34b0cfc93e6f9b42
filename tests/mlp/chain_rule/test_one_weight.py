"""One weight's ways to the loss multiply and add up to what the matrices hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import Experiment, train
from mlp.chain_rule.bricks import lay_bricks, take_apart
from mlp.chain_rule.one_weight import derivative, difference, ways

RUN = train(Experiment(hidden=4, steps=30, frames=5))
INPUT, NEURON = st.integers(0, 2), st.integers(0, 3)


@given(st.integers(0, 29), st.integers(0, 299), NEURON, INPUT)
@settings(max_examples=30, deadline=None)
def test_all_ways_add_up_to_the_entry_of_the_gradient(
    step: int, point: int, neuron: int, source: int
) -> None:
    sample = take_apart(RUN, step).sample(point)
    entry = sample.dL_dW1[source, neuron]
    assert derivative(sample, neuron, source) == pytest.approx(entry, rel=1e-12, abs=1e-18)
    moved = difference(sample, neuron, source)
    assert moved == pytest.approx(entry, rel=1e-6, abs=1e-9)


@given(st.integers(0, 29), st.integers(0, 299), NEURON)
@settings(max_examples=30, deadline=None)
def test_on_the_way_back_stand_the_entries_of_the_bricks(
    step: int, point: int, neuron: int
) -> None:
    sample = take_apart(RUN, step).sample(point)
    both = ways(sample, neuron)
    assert [way.back_to(3) for way in both] == pytest.approx(sample.dL_dZ2[0], rel=1e-12)
    arrived = sum(way.back_to(2) for way in both)
    assert arrived == pytest.approx(sample.dL_dH1[0, neuron], rel=1e-12)
    assert sum(way.values[4] for way in both) == pytest.approx(sample.loss, rel=1e-12)


def test_a_weight_of_a_saturated_neuron_hardly_counts() -> None:
    sample = take_apart(RUN, 0).sample(0)
    W1 = sample.W1.copy()
    W1[:, 0] *= 1000 * np.sign(sample.Z1[0, 0])
    [first, *_] = ways(lay_bricks(sample.X, sample.Y, W1, sample.W2), 0)
    assert first.back_to(0) == 0
