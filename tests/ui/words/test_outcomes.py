"""What a comparison asks, what to watch in it, and the answer."""

from mlp import PRESETS, Experiment, Plan, Run, train
from ui.words import outcomes

SHORT = Experiment(points=30, train_points=30, steps=300, frames=20, learning_rate=0.02)


def runs_of(*plans: Experiment | Plan) -> list[Run]:
    return [train(plan) for plan in plans]


def test_a_branch_is_answered_by_what_happened_since() -> None:
    branch = Plan(SHORT).branch(100, {"learning_rate": 0.005})
    found = runs_of(SHORT, branch)
    assert outcomes.answer(found, ["A", "B"]).startswith("“B”: since step 100 the loss")
    assert "from step 100 on" in outcomes.watch_for([Plan(SHORT), branch])


def test_another_way_of_stepping_is_answered_by_its_calm() -> None:
    wild = SHORT.replace(hidden=50, learning_rate=0.3)
    found = runs_of(wild, wild.replace(warmup_steps=200))
    told = outcomes.answer(found, ["no warm-up", "warm-up"])
    assert told == outcomes._rises(found, ["no warm-up", "warm-up"])
    assert "rises first at step 1" in told
    assert "near 0" in outcomes.watch_for([run.plan for run in found])


def test_another_network_is_answered_by_which_is_sooner_right() -> None:
    found = runs_of(SHORT, SHORT.replace(hidden=12))
    assert outcomes.answer(found, ["3", "12"]) == outcomes._speed(found, ["3", "12"])
    assert "boundary" in outcomes.watch_for([run.plan for run in found])


def test_more_than_two_are_answered_by_what_is_to_be_watched_or_put_in_order() -> None:
    labels = ["A", "B", "C"]
    seeds = runs_of(*(SHORT.replace(init_seed=seed) for seed in range(3)))
    assert outcomes.answer(seeds, labels) == outcomes.headline(seeds, labels)
    wide = SHORT.replace(hidden=50, steps=2000)
    widths = runs_of(SHORT, SHORT.replace(hidden=4), wide.replace(learning_rate=0.02))
    told = outcomes.answer(widths, labels)
    assert told == outcomes._speed(widths, labels)
    assert told.endswith("; “A” and “B” never get there.")
    rates = runs_of(*(SHORT.replace(learning_rate=rate, hidden=50) for rate in (0.001, 0.5, 0.002)))
    step = rates[1].risen_at
    assert outcomes.answer(rates, labels) == (
        f"The loss rises with “B” (first at step {step}); it never does with “A” and “C”."
    )
    assert outcomes._calm(rates[::2], labels[::2]) == "The loss never rises in any of them."


def test_infinity_is_told_before_all_else() -> None:
    sick = PRESETS["penalty_too_strong"].replace(steps=2000)
    found = runs_of(sick, sick.replace(l2=0.1))
    assert "does not survive" in outcomes.answer(found, ["strong", "weak"])
    found = [*runs_of(sick.replace(init_seed=1)), *found]
    told = outcomes.headline(found, ["other", "strong", "weak"])
    assert told.index("“weak” (") < told.index("“other” (not finite at step")
    assert "“strong” (not finite at step" in told
    assert told.endswith(" What ends in infinity stands last.")
    assert "infinity" not in outcomes.headline(found[2:] * 3, ["a", "b", "c"])


def test_a_table_tells_the_data_loss_from_the_loss_with_its_penalty() -> None:
    plain = train(Experiment(steps=60, frames=20))
    penalised = train(Experiment(steps=60, frames=20, l2=0.1))
    names = outcomes.outcomes([plain, penalised], ["a", "b"])[0]
    assert {"median data loss", "last loss with penalty", "highest loss with penalty"} <= set(names)
    assert {"median loss", "last loss"} <= set(outcomes.outcomes([plain], ["a"])[0])
