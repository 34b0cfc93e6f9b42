"""The bridge from f(g(x)) to matrices: the links multiply to what the matrices hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import Experiment, train
from mlp.chain_rule.bricks import take_apart
from ui.screens.chain_rule import bridge

RUN = train(Experiment(hidden=4, steps=30, frames=5))


@given(st.integers(0, 29), st.integers(0, 299), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_both_ways_add_up_to_the_entry_of_the_gradient(step: int, point: int, neuron: int) -> None:
    sample = take_apart(RUN, step).sample(point)
    total = sum(bridge.along(sample, neuron, output) for output in range(2))
    assert total == pytest.approx(sample.dL_dW1[0, neuron], rel=1e-12, abs=1e-18)


@given(st.integers(0, 29), st.integers(0, 299), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_differences_say_what_the_first_two_links_say(step: int, point: int, neuron: int) -> None:
    sample = take_apart(RUN, step).sample(point)
    assert bridge.squashed(sample, neuron, 0.0) == pytest.approx(sample.H1[0, neuron], rel=1e-12)
    moved = bridge.squashed(sample, neuron, 1e-5) - bridge.squashed(sample, neuron, -1e-5)
    first, second = bridge.links(sample, neuron, 0)[:2]
    assert moved / 2e-5 == pytest.approx(first.value * second.value, rel=1e-6, abs=1e-9)
