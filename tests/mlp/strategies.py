"""What Hypothesis draws from: experiments of every kind, and networks of every small shape."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from mlp.base.arrays import Array
from mlp.data.shapes import DATASETS
from mlp.experiment import Experiment
from mlp.network import Objective
from mlp.optimizers.registry import OPTIMIZERS
from mlp.schedules import SCHEDULES

SEEDS = st.integers(0, 2**32 - 1)
# Every value that each field takes; the fields that limit one another are drawn in `experiments`.
ANY_VALUE: dict[str, st.SearchStrategy[Any]] = {
    "dataset": st.sampled_from(sorted(DATASETS.keys() - {"custom"})),
    "data_id": st.just(""),
    "points": st.integers(4, 2000),
    "noise": st.floats(0, 1),
    "data_seed": SEEDS,
    "init_seed": SEEDS,
    "hidden": st.integers(1, 200),
    "bias": st.booleans(),
    "init_scale": st.floats(0, 100),
    "learning_rate": st.floats(0, 100, exclude_min=True),
    "first_layer_rate": st.just(1.0) | st.floats(0, 1000),
    "schedule": st.sampled_from(list(SCHEDULES)),
    "decay_rate": st.floats(0, 1, exclude_min=True),
    "transition_steps": st.integers(0, 2_000_000),
    "end_fraction": st.floats(0, 1),
    "warmup_steps": st.integers(0, 2_000_000),
    "optimizer": st.sampled_from(list(OPTIMIZERS)),
    "momentum": st.floats(0, 0.999),
    "beta2": st.floats(0, 0.99999),
    "epsilon": st.floats(0, 1),
    "weight_decay": st.floats(0, 1),
    "ftrl_beta": st.floats(1e-6, 1000),
    "ftrl_l1": st.floats(0, 1000),
    "ftrl_l2": st.floats(0, 1000),
    "l1": st.floats(0, 1000),
    "l2": st.floats(0, 1000),
    "l2_gradient": st.sampled_from(["derived", "article"]),
    "clip_norm": st.floats(0, 1000),
    "steps": st.integers(1, 2_000_000),
    "frames": st.integers(2, 1000),
}


@st.composite
def experiments(draw: st.DrawFn, /, **limits: st.SearchStrategy[Any]) -> Experiment:
    """Any experiment that is allowed, its fields drawn from narrower strategies where given."""
    fields = {name: draw(limits.get(name, any_value)) for name, any_value in ANY_VALUE.items()}
    fields["train_points"] = draw(st.integers(1, fields["points"]))
    n_train = 4 if fields["dataset"] == "corners" else fields["train_points"]
    fields["batch_size"] = draw(st.just(0) | st.integers(0, n_train))
    return Experiment(**fields)


def powers_of_ten(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers from 10^low to 10^high, as likely small as large."""
    return st.floats(low, high).map(lambda exponent: float(10.0**exponent))


def short_experiments(**limits: st.SearchStrategy[Any]) -> st.SearchStrategy[Experiment]:
    """Experiments that train in a few milliseconds, with settings a person would try."""
    usual: dict[str, st.SearchStrategy[Any]] = {
        "points": st.integers(4, 40),
        "hidden": st.integers(1, 8),
        "init_scale": st.floats(0.1, 4),
        "learning_rate": powers_of_ten(-3, 0.5),
        "first_layer_rate": st.just(1.0) | powers_of_ten(-1, 1),
        "transition_steps": st.integers(0, 60),
        "warmup_steps": st.integers(0, 30),
        "l1": st.just(0.0) | powers_of_ten(-4, 0),
        "l2": st.just(0.0) | powers_of_ten(-4, 0),
        "clip_norm": st.just(0.0) | powers_of_ten(-2, 1),
        "steps": st.integers(1, 120),
        "frames": st.integers(2, 60),
    }
    return experiments(**(usual | limits))


def wild_experiments() -> st.SearchStrategy[Experiment]:
    """Short trainings of which most run away: steps, weights and penalties at their largest."""
    return short_experiments(
        init_scale=st.sampled_from([0.0, 1.0, 100.0]) | st.floats(0, 100),
        learning_rate=st.just(100.0) | powers_of_ten(-1, 2),
        schedule=st.just("constant") | ANY_VALUE["schedule"],
        warmup_steps=st.just(0),
        l1=st.sampled_from([0.0, 1000.0]) | st.floats(0, 1000),
        l2=st.sampled_from([0.0, 0.03, 1000.0]) | powers_of_ten(-3, 3),
        clip_norm=st.just(0.0),
        steps=st.integers(1, 1500),
    )


@st.composite
def networks(
    draw: st.DrawFn, *, article: bool = False, most_hidden: int = 8
) -> tuple[Objective, Array]:
    """What is descended, and weights (P,) of usual size, none of them within 0.01 of zero."""
    n, hidden = draw(st.integers(1, 12)), draw(st.integers(1, most_hidden))
    bias = draw(st.booleans())
    random = np.random.RandomState(draw(SEEDS))
    X = np.hstack([random.randn(n, 2), np.ones((n, int(bias)))])
    objective = Objective(
        X=np.asfortranarray(X),
        Y=np.asfortranarray(np.eye(2)[random.randint(0, 2, n)]),
        hidden=hidden,
        l1=draw(st.just(0.0) | powers_of_ten(-3, 0)),
        l2=draw(powers_of_ten(-2, 0) if article else st.just(0.0) | powers_of_ten(-3, 0)),
        article=article,
    )
    size = X.shape[1] * hidden + 2 * (hidden + int(bias))
    w = random.uniform(0.01, 1, size) * random.choice([-1.0, 1.0], size)
    w[X.shape[1] * hidden :] /= np.sqrt(hidden)
    return objective, w
