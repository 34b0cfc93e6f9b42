"""Branches: the parent's digits until the cut, the branch's own settings from there on."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Cut, Experiment, Plan, Run, check_gradients, diagnose, train, zoom
from mlp.plan import BRANCHABLE, MOST_CUTS, learning_rates
from mlp.training.inputs import make_data, make_objective
from mlp.training.loop import state_at
from mlp.training.state import TrainState
from mlp.training.steps import value_and_gradient
from tests.mlp.strategies import short_experiments

SHORT = Experiment(points=40, train_points=40, hidden=6, learning_rate=0.05, steps=400, frames=12)
EVERY_KIND = {
    "plain": SHORT,
    "momentum": SHORT.replace(optimizer="momentum", learning_rate=0.01),
    "mini-batches": SHORT.replace(batch_size=7),
    "cosine after warm-up": SHORT.replace(warmup_steps=150, schedule="cosine"),
    "penalties and clipping": SHORT.replace(l1=0.01, l2=0.01, clip_norm=0.5),
    "article": SHORT.replace(bias=False, l2=1e-4, l2_gradient="article"),
}


def common(first: Run, second: Run) -> tuple[list[int], list[int]]:
    """Frames of the same steps in two runs."""
    steps = np.intersect1d(first.steps, second.steps)
    return [first.frame_at(s) for s in steps], [second.frame_at(s) for s in steps]


@pytest.mark.parametrize("cut", [0, 1, 137, 400])
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_branch_without_changes_is_its_parent_to_the_digit(kind: str, cut: int) -> None:
    parent = EVERY_KIND[kind]
    if cut == parent.steps:
        longer = parent.replace(steps=450, transition_steps=250)
        parent = longer.replace(steps=400)
        branch = train(Plan(parent, (Cut(cut, (("steps", 450),)),)))
        run = train(longer)
    else:
        branch, run = train(Plan(parent, (Cut(cut),))), train(parent)
    mine, theirs = common(branch, run)
    assert len(mine) > 2
    for name in ("w", "gradient", "loss", "penalty", "sharpness", "accuracy", "learning_rates"):
        got, expected = getattr(branch, name)[mine], getattr(run, name)[theirs]
        keep = slice(None, -1) if name == "learning_rates" else slice(None)
        np.testing.assert_array_equal(got[keep], expected[keep], err_msg=name)
    assert branch.first_rise_at == run.first_rise_at
    assert branch.steps[-1] == run.steps[-1]


def by_hand(plan: Plan, step: int) -> np.ndarray[Any, Any]:
    """Weights of plain descent with the rates and penalties of each step, one step at a time."""
    w = TrainState.start(plan, make_data(plan.root)).w
    for t in range(step):
        objective = make_objective(plan.segment_at(t).experiment)
        w = w - plan.learning_rates(t) * value_and_gradient(objective, w)[1]
    return w


def test_a_chain_trains_as_steps_by_hand_with_the_settings_of_each_stretch() -> None:
    plan = Plan(SHORT).branch(50, {"learning_rate": 0.01, "schedule": "linear"})
    plan = plan.branch(120, {"l2": 0.5, "steps": 200})
    run = train(plan)
    for frame, step in enumerate(run.steps.tolist()):
        np.testing.assert_allclose(run.w[frame], by_hand(plan, step), rtol=1e-9, atol=1e-12)
    assert run.experiment == SHORT.replace(learning_rate=0.01, schedule="linear", l2=0.5, steps=200)
    # l2 is in the loss from the cut on: the frame there is the branch's own.
    at = run.frame_at(120)
    assert run.penalty[at] == pytest.approx(0.25 * np.sum(run.w[at] ** 2) / 40)
    assert np.all(run.penalty[:at] == 0)


def test_the_schedule_counts_from_a_cut_that_changes_it_and_goes_on_otherwise() -> None:
    parent = SHORT.replace(schedule="cosine")
    restarted = Plan(parent).branch(100, {"learning_rate": 0.02})
    own = learning_rates(parent.replace(learning_rate=0.02, steps=300), np.arange(300))
    np.testing.assert_array_equal(restarted.learning_rates(np.arange(100, 400)), own)
    np.testing.assert_array_equal(
        restarted.learning_rates(np.arange(100)), learning_rates(parent, np.arange(100))
    )
    goes_on = Plan(parent).branch(100, {"l2": 0.1})
    np.testing.assert_array_equal(
        goes_on.learning_rates(np.arange(400)), learning_rates(parent, np.arange(400))
    )


def test_an_optimizer_keeps_its_memory_unless_it_is_changed() -> None:
    heavy = SHORT.replace(optimizer="momentum", learning_rate=0.01)
    kept = Plan(heavy).branch(100, {"momentum": 0.5})
    before = state_at(train(heavy), 100)
    assert np.abs(before.memory).max() > 0
    np.testing.assert_array_equal(state_at(train(kept), 100).memory, before.memory)
    to_heavy = Plan(SHORT).branch(100, {"optimizer": "momentum"})
    state = state_at(train(to_heavy), 100)
    assert state.memory.shape == (1, state.w.size)
    assert np.all(state.memory == 0)


@settings(max_examples=25)
@given(short_experiments(optimizer=st.sampled_from(["gradient_descent", "momentum"])), st.data())
def test_any_window_over_any_branch_has_the_digits_of_its_run(
    root: Experiment, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, root.steps - 1))
    changes: dict[str, Any] = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "learning_rate": st.floats(0.001, 0.5),
                "l2": st.just(0.1),
                "optimizer": st.sampled_from(["gradient_descent", "momentum"]),
                "batch_size": st.just(1),
            },
        )
    )
    run = train(Plan(root).branch(cut, changes))
    first = data.draw(st.integers(0, int(run.steps[-1])))
    window = zoom(run, first, min(first + 20, int(run.steps[-1])))
    assert np.all(np.diff(window.steps) == 1)
    mine, theirs = common(window, run)
    for name in ("w", "gradient", "loss", "sharpness", "learning_rates"):
        np.testing.assert_array_equal(
            getattr(window, name)[mine], getattr(run, name)[theirs], err_msg=name
        )


def test_lowering_the_rate_rescues_a_run_that_is_exploding() -> None:
    sick = train(PRESETS["exploding_late"])
    rescue = sick.plan.branch(1400, {"learning_rate": 0.006})
    run = train(rescue)
    assert sick.rises[sick.steps > 1400].sum() > 1000
    assert run.rises[run.steps > 1400].sum() == 0
    assert run.loss[-1] < 0.85 * np.median(sick.loss[sick.steps > 10_000])
    # The rise was the parent's; the diagnosis names its step with the parent's rate.
    diagnosis = diagnose(run)
    assert (diagnosis.cause, diagnosis.step) == ("step_too_long", sick.first_rise_at)
    assert diagnosis.evidence["learning_rate"] == 0.03
    assert run.learning_rates[run.frame_at(1400)] == 0.006


def test_a_penalty_that_a_branch_sets_too_strong_is_named_with_the_step_of_the_branch() -> None:
    calm = Experiment(learning_rate=0.3, hidden=2, points=40, train_points=40, steps=2000)
    run = train(Plan(calm).branch(50, {"l2": 10.0}))
    diagnosis = diagnose(run)
    assert run.non_finite_at is not None
    assert diagnosis.cause == "penalty_step_too_long"
    assert diagnosis.step == 50
    assert diagnosis.evidence["penalty_product"] == pytest.approx(3)


def test_the_articles_term_set_by_a_branch_is_blamed_and_fails_the_check_from_there_on() -> None:
    root = Experiment(bias=False, hidden=50, learning_rate=0.02, steps=3000, frames=30, l2=0.003)
    run = train(Plan(root).branch(100, {"l2_gradient": "article"}))
    assert run.non_finite_at is not None
    assert diagnose(run).cause == "article_l2"
    assert run.plan.with_derivative() == Plan(root, (Cut(100),))
    assert check_gradients(run, frame=run.frame_at(99)).passed
    assert not check_gradients(run, frame=run.frame_at(100)).passed


def test_a_run_that_ends_in_infinity_before_the_cut_never_branches() -> None:
    exploding = PRESETS["penalty_too_strong"]
    run = train(Plan(exploding).branch(15_000, {"learning_rate": 0.006}))
    alone = train(exploding)
    assert run.non_finite_at == alone.non_finite_at
    np.testing.assert_array_equal(run.w[-1], alone.w[-1])


# --- as data: text, JSON, refusals

EXPERIMENTS = short_experiments() | st.sampled_from(list(PRESETS.values()))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    plan = Plan(draw(EXPERIMENTS))
    step = -1
    for _ in range(draw(st.integers(0, MOST_CUTS))):
        last = plan.experiment.steps
        if step + 1 > last - 1:
            break
        step = draw(st.integers(step + 1, last - 1))
        changes: dict[str, Any] = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "learning_rate": st.floats(1e-9, 100),
                    "schedule": st.sampled_from(["cosine", "step"]),
                    "clip_norm": st.floats(0, 1000),
                    "l1": st.floats(0, 1000),
                    "steps": st.integers(step + 1, 2_000_000),
                },
            )
        )
        plan = plan.branch(step, changes)
    return plan


@settings(max_examples=60)
@given(plans())
def test_a_plan_comes_back_the_same_from_text_and_from_json(plan: Plan) -> None:
    assert Plan.from_text(plan.to_text()) == plan
    assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


@settings(max_examples=80)
@given(st.text(max_size=60) | st.text("0123456789@~:._hidenlarg", max_size=80))
def test_any_text_gives_a_plan_or_a_refusal(text: str) -> None:
    try:
        plan = Plan.from_text(text)
    except ValueError:
        return
    assert isinstance(plan, Plan)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("nope", ["nope", "three_neurons"]),
        ("hidden:0", ["hidden = 0", "1 to 200"]),
        ("hidden:3~hidden:4", ["hidden", "more than once"]),
        ("three_neurons@", ["branch at step", "whole number"]),
        ("three_neurons@-1~l2:1", ["branch at step", "-1"]),
        ("three_neurons@20001~l2:1", ["20001", "at most step 20000"]),
        ("three_neurons@5~hidden:4", ["step 5", "hidden", "can change only"]),
        ("three_neurons@5~l2:1e9", ["l2 = 1e9", "0 to 1000"]),
        ("three_neurons@5~steps:5", ["step 5", "steps = 5"]),
        ("three_neurons@5~l2:1@5~l2:2", ["step 5", "must come after"]),
        ("three_neurons@5~l2:1@4~l2:2", ["step 4", "must come after the branch at step 5"]),
        ("three_neurons" + "@1~l2:1" * 5, ["5 branches", "at most 4"]),
        ("three_neurons@5~batch_size:301", ["batch_size = 301", "300"]),
        ("x" * 3000, ["3,000", "2,000"]),
        ("three_neurons@٣~l2:1", ["whole number"]),
    ],
)
def test_a_refusal_names_the_value_and_what_is_allowed(text: str, names: list[str]) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the words are checked below
        Plan.from_text(text)
    for name in names:
        assert name in str(refused.value)


HOSTILE_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["step", "changes", "self", "l2", "experiment", "branches"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(["experiment", "branches"]), HOSTILE_JSON))
def test_any_json_gives_a_plan_or_a_refusal(record: dict[str, Any]) -> None:
    try:
        plan = Plan.from_dict(record)
    except ValueError:
        return
    assert isinstance(plan, Plan)


def test_what_a_branch_may_change_leaves_data_and_shape_alone() -> None:
    kept = {field.name for field in dataclasses.fields(Experiment)} - BRANCHABLE
    assert kept >= {"hidden", "bias", "dataset", "points", "data_seed", "init_seed", "init_scale"}


def test_branching_at_a_cut_joins_it_and_before_it_replaces_it() -> None:
    first = Plan(SHORT).branch(100, {"l2": 0.1})
    assert first.branch(100, {"l1": 0.2}).cuts == (Cut(100, (("l2", 0.1), ("l1", 0.2))),)
    assert first.branch(50, {"l1": 0.2}).cuts == (Cut(50, (("l1", 0.2),)),)
    later = first.branch(200, {"l1": 0.2})
    assert (later.root, later.cuts[:-1], later.branch_step) == (first.root, first.cuts, 200)


def test_a_new_optimizer_counts_its_steps_from_the_cut() -> None:
    """One Adam step with an empty memory moves every weight by the rate, whatever came before."""
    root = Experiment(steps=50, frames=51, learning_rate=0.01)
    branch = Plan(root).branch(20, {"optimizer": "adam", "learning_rate": 0.001})
    run = train(branch)
    cut = int(np.flatnonzero(run.steps == 20)[-1])
    moved = np.abs(run.w[cut + 1] - run.w[cut])
    np.testing.assert_allclose(moved, 0.001, rtol=1e-4)
