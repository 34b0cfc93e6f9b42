"""The bridge from f(g(x)) to matrices: one weight's way is filled in brick by brick."""

import dataclasses
import re
from collections.abc import Iterable

import numpy as np
import pytest

from mlp import Experiment, train
from mlp.chain_rule.bricks import take_apart
from mlp.chain_rule.one_weight import ways
from ui.screens.chain_rule import one_weight
from ui.screens.chain_rule.catalog import BRICKS
from ui.screens.chain_rule.state import Shown
from ui.words.naming import names_of

RUN = train(Experiment(hidden=4, steps=30, frames=5))
STEP = take_apart(RUN, 7)
WEIGHTS = (STEP.w, STEP.w_after)
SHOWN = Shown(7, 2, 1, names_of(RUN))


def words(brick: str) -> str:
    return one_weight.words(STEP, STEP.sample(2), SHOWN)[brick].replace("−", "-")


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+\.\d+(?:e-\d+)?", text)]


def test_the_table_is_filled_in_as_far_as_the_bricks_have_come() -> None:
    both = ways(STEP.sample(2), 1)
    filled = []
    for brick in one_weight.ORDER:
        known = one_weight.ORDER[: one_weight.ORDER.index(brick) + 1]
        table = one_weight.table(both, known, exact=False)
        filled.append(int((table != "").to_numpy().sum()))
        marked = (one_weight.style(table, brick)._compute().ctx).values()
        lit = sum(bool(cell) for cell in marked)
        own = brick in one_weight.VALUES + one_weight.SLOPES
        shared = brick in ("Z1", "H1", "dH1_dZ1", "dZ1_dW1")
        assert lit == (0 if not own else 1 if shared else 2), brick
    assert filled == sorted(filled)
    assert (filled[0], filled[-1]) == (0, 16)


@pytest.mark.parametrize("brick", one_weight.ORDER)
def test_every_brick_has_its_words(brick: str) -> None:
    assert len(words(brick)) > 30
    assert not re.search(r"\bnan\b|\{|\}", words(brick))


def test_the_words_hold_the_numbers_of_the_matrices() -> None:
    sample = STEP.sample(2)

    def rounded(values: Iterable[float]) -> object:
        return pytest.approx(list(values), rel=1e-3)

    *ways_, both = numbers(words("dL_dH1"))
    assert [both] == rounded(sample.dL_dH1[0, 1:2])
    assert sum(ways_) == pytest.approx(both, rel=1e-3)
    assert numbers(words("dL_dZ1"))[-1:] == rounded(sample.dL_dZ1[0, 1:2])
    assert numbers(words("dL_dW2"))[:2] == rounded(sample.dL_dW2[1])
    assert numbers(words("dL_dZ2")) == rounded(sample.dL_dZ2[0])
    assert numbers(words("dL_dW1"))[:1] == rounded(sample.dL_dW1[0, 1:2])
    assert "times that: the same." in words("dL_dW1")
    assert numbers(words("update"))[:2] == rounded(STEP.layers(w)[0][0, 1] for w in WEIGHTS)
    for k, line in enumerate(one_weight.products(sample, SHOWN, exact=True)):
        *slopes, product = numbers(line.replace("−", "-"))
        assert np.prod(slopes) == pytest.approx(product, rel=1e-12)
        assert product == ways(sample, 1)[k].back_to(0)
    told = one_weight.words_of_matrices(STEP, SHOWN, exact=True).replace("−", "-")
    assert numbers(told) == [STEP.batch.dL_dW1[0, 1]]


def test_a_step_to_no_finite_number_is_told_so() -> None:
    step = dataclasses.replace(STEP, w_after=STEP.w_after * np.nan)
    told = one_weight.words(step, step.sample(2), SHOWN)
    assert told["update"].endswith("no longer finite.")


def test_all_bricks_are_there() -> None:
    assert {*one_weight.VALUES, *one_weight.SLOPES} < set(BRICKS)
