"""The chain rule by lines is the one that trains, bit for bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlp.base.arrays import Array
from mlp.chain_rule.lines import backward_pass, forward_pass
from mlp.network import backward, forward
from tests.mlp.strategies import SEEDS


def a_pass(n: int, hidden: int, seed: int, *, bias: bool) -> tuple[Array, Array, Array, Array]:
    random = np.random.RandomState(seed)
    X = np.asfortranarray(np.hstack([random.randn(n, 2), np.ones((n, int(bias)))]))
    Y = np.asfortranarray(np.eye(2)[random.randint(0, 2, n)])
    return X, Y, random.randn(2 + bias, hidden), random.randn(hidden + bias, 2)


@given(st.integers(1, 40), st.integers(1, 12), SEEDS, st.booleans())
def test_every_line_gives_the_digits_of_the_networks_own(
    n: int, hidden: int, seed: int, bias: bool
) -> None:
    X, Y, W1, W2 = a_pass(n, hidden, seed, bias=bias)
    p = backward_pass(forward_pass(X, Y, W1, W2))
    H1, H2 = forward(X, W1, W2)
    assert np.array_equal(p.H1, H1)
    assert np.array_equal(p.H2, H2)
    dL_dW1, dL_dW2 = np.empty_like(W1), np.empty_like(W2)
    backward.py_func(X, Y, H1, H2, W2, dL_dW1, dL_dW2)  # type: ignore[attr-defined]
    assert np.array_equal(p.dL_dW1, dL_dW1)
    assert np.array_equal(p.dL_dW2, dL_dW2)
    # Compiled, the sums of a product are taken in lanes: the same but for rounding.
    backward(X, Y, H1, H2, W2, dL_dW1, dL_dW2)
    np.testing.assert_allclose(p.dL_dW1, dL_dW1, rtol=1e-12, atol=1e-14 * n)
    np.testing.assert_allclose(p.dL_dW2, dL_dW2, rtol=1e-12, atol=1e-14 * n)
