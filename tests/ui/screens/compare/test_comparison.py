"""What is said about a comparison holds of the runs; many seeds."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp import PRESETS, Experiment, Plan, Run, train, train_steps
from mlp.analysis.seeds import reseeded
from mlp.analysis.verdicts import typical_loss
from mlp.experiment import DEFAULTS
from tests.apps import warnings_of
from ui.screens.compare import comparison, many_seeds, seeds_view, side_by_side
from ui.words import outcomes, plan_names
from ui.words.names import SETTINGS
from ui.words.numbers import short, spoken

QUICK = Experiment(points=30, train_points=30, steps=300, frames=30, learning_rate=0.02)
WIDE = QUICK.replace(hidden=30)
ENDLESS = QUICK.replace(learning_rate=0.3, l2=10.0, steps=2000)


# --- words


def test_labels_tell_runs_apart_by_what_differs() -> None:
    assert plan_names.labels(
        [Plan(PRESETS["three_neurons"]), Plan(PRESETS["fifty_neurons"])], {}
    ) == [
        "3 neurons",
        "50 neurons",
    ]
    pair = [Plan(QUICK), Plan(QUICK.replace(learning_rate=0.05, schedule="cosine"))]
    assert plan_names.labels(pair, {}) == ["rate 0.02, constant", "rate 0.05, cosine decay"]
    rescue = Plan(QUICK).branch(100, {"learning_rate": 0.006})
    assert plan_names.labels([Plan(QUICK), rescue], {})[1] == "from step 100: rate 0.006"
    assert plan_names.labels(pair, {pair[0]: "mine"})[0] == "mine"
    assert len(set(plan_names.labels(pair, dict.fromkeys(pair, "same")))) == 2


def test_the_better_of_two_is_named_with_both_medians() -> None:
    found = [train(QUICK), train(QUICK.replace(init_scale=3.0, learning_rate=0.1))]
    losses = [typical_loss(run) for run in found]
    better = int(np.argmin(losses))
    for order in ([0, 1], [1, 0]):
        text = outcomes.headline([found[i] for i in order], [f"run{i}" for i in order])
        assert text.startswith(f"“run{better}” has the lower loss")
        assert spoken(min(losses)) in text
        assert spoken(max(losses)) in text
        assert f"{max(losses) / min(losses):.3g} times lower" in text


def test_a_run_that_ends_in_infinity_loses_and_equal_ones_are_called_alike() -> None:
    sick, calm = train(ENDLESS), train(QUICK)
    text = outcomes.headline([calm, sick], ["calm", "sick"])
    assert text.startswith("“sick” does not survive")
    assert f"{sick.non_finite_at:,}" in text
    assert "alike" in outcomes.headline([calm, train(QUICK)], ["a", "b"])
    order = outcomes.headline([sick, calm, train(WIDE)], ["sick", "calm", "wide"])
    assert order.index("“calm”") < order.index("“sick”")
    assert order.index("“wide”") < order.index("“sick”")


def test_good_from_is_the_first_frame_that_all_later_ones_follow() -> None:
    run = train(WIDE.replace(steps=3000))
    step = outcomes.good_from(run)
    assert step is not None
    frame = run.frame_at(step)
    assert np.all(run.train_accuracy[frame:] >= outcomes.GOOD)
    assert frame == 0 or run.train_accuracy[frame - 1] < outcomes.GOOD
    assert outcomes.good_from(train(QUICK.replace(steps=2))) is None


def test_every_setting_and_every_choice_is_called_as_the_controls_call_it() -> None:
    assert set(SETTINGS) == set(DEFAULTS)
    row = {"setting": "schedule", "a": "constant", "b": "cosine"}
    told = {"setting": "Decay schedule", "a": "Constant", "b": "Cosine decay"}
    assert side_by_side.readable(row) == told
    branch = {"setting": "from step 100", "a": "goes on", "b": "rate 0.006"}
    assert side_by_side.readable(branch) == branch


def test_what_differs_is_listed_and_nothing_else() -> None:
    rescue = Plan(QUICK.replace(hidden=9)).branch(100, {"learning_rate": 0.006})
    rows = outcomes.differences([Plan(QUICK), rescue], ["a", "b"])
    assert rows == [
        {"setting": "hidden", "a": "3", "b": "9"},
        {"setting": "from step 100", "a": "goes on", "b": "rate 0.006"},
    ]
    assert outcomes.differences([Plan(QUICK), Plan(QUICK)], ["a", "b"]) == []


def test_the_sentences_say_since_when_a_branch_is_calm() -> None:
    sick = train(PRESETS["exploding_late"])
    run = train(sick.plan.branch(1400, {"learning_rate": 0.006}))
    said = outcomes.sentences([sick, run], ["sick", "rescued"])
    assert "same seed on the same points" in said[0]
    assert any("“rescued”: since step 1,400 the loss never rises again" in s for s in said)
    assert any(f"at step {sick.risen_at:,}" in s for s in said)


def test_a_stopped_run_is_compared_as_such() -> None:
    stopped = Run.from_frames(QUICK, list(train_steps(QUICK))[:10])
    said = outcomes.sentences([stopped, train(WIDE)], ["half", "whole"])
    assert said[0].startswith(f"“half” was stopped at step {stopped.steps[-1]:,} of 300")
    assert not any("“whole” was stopped" in sentence for sentence in said)


def test_alike_gives_all_the_first_ones_data_and_seeds() -> None:
    first = QUICK.replace(init_seed=5, noise=0.2)
    other = Plan(WIDE.replace(points=100, train_points=80, batch_size=50)).branch(9, {"l2": 1.0})
    found = comparison.alike([Plan(first), other])
    assert found[0] == Plan(first)
    root = found[1].root
    assert all(getattr(root, name) == getattr(first, name) for name in outcomes.DATA_FIELDS)
    assert root.hidden == WIDE.hidden
    assert comparison.alike([Plan(first), Plan(first.replace(init_seed=6))]) == [Plan(first)]


# --- the address


def script() -> None:
    import streamlit as st

    from ui.screens.compare.comparison import ADDRESS

    ADDRESS.sync()
    st.text(" | ".join(plan.to_text() for plan in ADDRESS.values["run"]))
    st.text(ADDRESS.values["same"])
    ADDRESS.show_problems()


def read(**params: str | list[str]) -> tuple[list[str], bool, list[str], AppTest]:
    app = AppTest.from_function(script, default_timeout=30)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    plans, same = [text.value for text in app.text]
    return plans.split(" | "), same == "yes", warnings_of(app), app


def test_an_empty_address_compares_3_with_50_neurons() -> None:
    assert read()[:3] == (["three_neurons", "fifty_neurons"], True, [])


def test_an_address_is_read_and_written_the_same() -> None:
    wanted = ["exploding_late@1400~learning_rate:0.006", "hidden:9~l2:0.1"]
    plans, same, problems, app = read(run=wanted, same="no")
    assert (plans, same, problems) == (wanted, False, [])
    assert dict(app.query_params) == {"run": wanted, "same": "no"}


def test_what_cannot_be_used_is_named_and_the_rest_is_kept() -> None:
    plans, same, problems, _ = read(
        run=["hidden:9", "hidden:900", "three_neurons", "three_neurons"], same="maybe", zoom="1"
    )
    assert plans == ["hidden:9", "three_neurons"]
    assert same
    assert len(problems) == 3
    assert any("hidden = 900" in problem for problem in problems)
    assert any("maybe" in problem for problem in problems)
    assert any("zoom = 1" in problem for problem in problems)
    assert "at most 4" in read(run=["three_neurons"] * 5)[2][0]


# --- many seeds


def test_a_sweep_trains_every_plan_over_the_same_seeds() -> None:
    plans = [Plan(QUICK), Plan(WIDE).branch(100, {"l2": 0.1})]
    sweep = many_seeds.Sweep(plans, new_data=False)
    sweep.pool.start()
    sweep.pool.wait(120)
    assert sweep.pool.error is None
    assert sweep.seeds() == list(range(many_seeds.SEEDS))
    for lane, plan in enumerate(plans):
        for number in (0, 7):
            run = train(reseeded(plan, number, new_data=False))
            assert sweep.losses(lane)[number] == run.loss[-1]
            assert sweep.accuracies(lane)[number] == run.accuracy[-1]
    assert sweep.losses(0)[0] == train(QUICK).loss[-1]
    assert len(set(sweep.losses(0))) == many_seeds.SEEDS
    said = many_seeds.tell(sweep, ["a", "b"])
    assert short(float(np.median(sweep.losses(0)))) in said[0]
    wins = int((sweep.losses(0) < sweep.losses(1)).sum())
    assert f"{max(wins, 20 - wins)} of 20 seeds" in said[2]
    seeds_view.strips(
        "Loss", sweep.seeds(), ["a", "b"], [sweep.losses(0), sweep.losses(1)], percent=False
    ).to_dict()


def test_new_data_moves_both_seeds_and_otherwise_the_points_stay() -> None:
    kept = reseeded(Plan(QUICK), 3, new_data=False).root
    moved = reseeded(Plan(QUICK.replace(init_seed=2**32 - 1)), 3, new_data=True).root
    assert (kept.init_seed, kept.data_seed) == (QUICK.init_seed + 3, QUICK.data_seed)
    assert (moved.init_seed, moved.data_seed) == (2, 3)


def test_what_runs_to_infinity_is_counted_and_never_drawn() -> None:
    sweep = many_seeds.Sweep([Plan(ENDLESS), Plan(QUICK)], new_data=False)
    sweep.pool.start()
    sweep.pool.wait(120)
    said = many_seeds.tell(sweep, ["sick", "calm"])
    assert "not finite 20 times" in said[0]
    assert "“calm” has the lower loss with 20 of 20 seeds; that is no luck" in said[2]
    chart = seeds_view.strips(
        "Loss", sweep.seeds(), ["sick", "calm"], [sweep.losses(0), sweep.losses(1)], percent=False
    )
    assert "Infinity" not in chart.to_json()
    assert "sick never finite" in chart.to_dict()["description"]


def test_with_three_runs_the_seeds_end_with_whose_loss_is_lowest_and_whether_that_is_luck() -> None:
    def said(*losses: list[float]) -> str:
        return many_seeds._who_wins([np.array(each) for each in losses], ["a", "b", "c"])

    count = 12
    low, high = [1.0] * count, [2.0] * count
    assert said(high, low, high) == (
        "“b” has the lowest loss of the 3 with 12 of 12 seeds; that is no luck of one seed."
    )
    # 2 of 3 for one, 1 of 3 for another: likely among equals, so nothing is made of it.
    assert "up to 78% of the time" in said([1, 1, 2], [2, 2, 1], [3, 3, 3])
    assert "with 1 of 3 seeds; another as often" in said([1, 2, 3], [2, 1, 3], [3, 3, 2])
    # Where none is finite, no seed decides; one seed alone says little.
    endless = [np.inf] * count
    assert "with 1 of 12 seeds" in said([1.0, *endless[1:]], endless, endless)
    assert "say little" in said([1.0, *endless[1:]], endless, endless)
    assert said([3.0], [2.0], [1.0]).endswith("one run alone would say little.")


def test_the_title_of_the_strips_says_whose_median_is_best() -> None:
    def title(unit: str, *values: list[float], percent: bool = False) -> str:
        columns = [np.array(each) for each in values]
        labels = ["a", "b", "c"][: len(columns)]
        chart = seeds_view.strips(unit, [0, 1, 2], labels, columns, percent=percent).to_dict()
        return " ".join(chart["title"]["text"])

    loss = "loss at the end"
    assert title(loss, [3, 3, 3], [1, 2, 3], [4, 4, 4]) == f"Median {loss}: lowest with “b”, 2"
    assert title("accuracy", [0.5] * 3, [0.9] * 3, percent=True).endswith("highest with “b”, 90.0%")
    assert title(loss, [1] * 3, [1] * 3).endswith("the same for all, 1")
    assert title(loss, [1] * 3, [1] * 3, [2] * 3).endswith("lowest with 2 of 3 runs, 1")
    assert title(loss, [np.inf] * 3, [np.inf] * 3) == f"No run has a finite median {loss}"


def test_the_sign_test_is_that_of_a_fair_coin() -> None:
    # Of 4 tosses, 4 alike have probability 2/16, 3 or more alike 10/16, and 2 to 2 is no evidence.
    assert many_seeds.tail(4, 4) == pytest.approx(2 / 16)
    assert many_seeds.tail(3, 4) == pytest.approx(10 / 16)
    assert many_seeds.tail(2, 4) == 1.0
    # Of 3 equals, each wins 4 of 4 with probability 1/81.
    assert many_seeds.tail(4, 4, 3) == pytest.approx(3 / 81)
