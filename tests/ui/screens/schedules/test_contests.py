"""The schedules' formulas are those that train, and what is said of a contest holds."""

import dataclasses

import numpy as np
import pytest

from mlp import Experiment, Run, train
from mlp.analysis.stability import limit_of, sharpness_of_steps
from mlp.analysis.verdicts import typical_loss
from mlp.plan import learning_rates
from ui.charts.curves import limits
from ui.screens.schedules import answers, contest_charts, contests
from ui.words.numbers import percent, spoken

QUICK = Experiment(points=30, train_points=30, steps=300, frames=30, learning_rate=0.02)
WIDE = QUICK.replace(hidden=30)
PENALISED = QUICK.replace(l2=0.1)
PARTED = QUICK.replace(learning_rate=0.2)  # no schedule does as well as another
ENDLESS = QUICK.replace(learning_rate=0.3, l2=10.0, steps=2000)


def evaluate(name: str, e: Experiment, t: int) -> float:
    """The formulas as they stand on the screen, written out again by hand."""
    s = t / e.transition_steps
    eta, d, f = e.learning_rate, e.decay_rate, e.end_fraction
    c = 0.5 * (1 + np.cos(np.pi * min(s, 1)))
    values: dict[str, float] = {
        "constant": eta,
        "step": max(eta * d ** np.floor(s), f * eta),
        "exponential": max(eta * d**s, f * eta),
        "inverse_time": max(eta / (1 + d * s), f * eta),
        "linear": eta * (1 - min(s, 1) + f * min(s, 1)),
        "cosine": eta * (f + (1 - f) * c),
        "warmup": min(eta * (t + 1) / e.warmup_steps, eta),
        "warmup_cosine": min((t + 1) / e.warmup_steps, 1) * eta,  # during the warm-up
    }
    return values[name]


@pytest.mark.parametrize("name", contests.CANDIDATES)
def test_a_candidate_follows_the_formula_beside_it(name: str) -> None:
    base = QUICK.replace(
        decay_rate=0.4, transition_steps=90, end_fraction=0.3, warmup_steps=40, steps=300
    )
    [experiment] = contests.experiments(base, [name]).values()
    steps = range(40) if name == "warmup_cosine" else range(300)
    for t in steps:
        assert learning_rates(experiment, t) == pytest.approx(evaluate(name, base, t))
    chart = contest_charts.rates({name: experiment}, log_steps=False).spec()
    assert "transition" not in chart["description"]


@pytest.mark.parametrize("log", [False, True])
def test_the_axis_of_the_rates_ends_at_the_number_of_steps(*, log: bool) -> None:
    """The last rate is that of the step before: without this, the last tick would be missing."""
    experiments = contests.experiments(QUICK, ["cosine"])
    x = contest_charts.rates(experiments, log_steps=log).spec()["encoding"]["x"]
    assert x["scale"]["domainMax"] == QUICK.steps


def test_a_schedule_has_one_colour_in_every_chart_whichever_are_drawn() -> None:
    found = {k: train(e) for k, e in contests.experiments(PARTED, ["step", "cosine"]).items()}
    alone = contests.experiments(QUICK, ["cosine"])
    top = contest_charts.shared_ends(found)
    small = contest_charts.stability(found["Cosine"], "Cosine", top).spec()
    drawn = [
        contest_charts.rates(alone, log_steps=False).spec()["encoding"],
        contest_charts.losses(found).spec()["encoding"],
        small["layer"][1]["encoding"],
    ]
    labels = [candidate.label for candidate in contests.CANDIDATES.values()]
    assert [encoding["color"]["scale"]["domain"] for encoding in drawn] == [labels] * 3
    assert [encoding["color"]["field"] for encoding in drawn] == ["schedule"] * 3
    key = contest_charts.legend(list(found)).spec()["encoding"]  # one for all three
    assert key["color"]["legend"]["values"] == key["strokeDash"]["legend"]["values"] == list(found)
    assert key["color"]["scale"]["domain"] == labels
    assert drawn[1]["color"]["legend"] is None
    best = min(found, key=lambda label: typical_loss(found[label]))
    title = f"Loss: lowest median with {best}"
    assert contest_charts.losses(found).spec()["title"] == title
    assert "color" not in small["layer"][0]["encoding"]  # the limit is no schedule


def test_steps_are_held_against_the_limit_of_gradient_descent() -> None:
    found = {k: train(e) for k, e in contests.experiments(PARTED, ["step", "cosine"]).items()}
    picture = contest_charts.steps_held_against_the_limit(found)
    band, line, limit = picture.spec()["layer"]
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")
    assert line["encoding"]["y"]["field"] == "value"
    assert limit["data"] == {"name": "at_limit"}
    assert picture.tables["at_limit"] == {"value": [2]}
    assert all(limit_of(run.experiment) == 2 for run in found.values())
    rows = picture.tables["rows"]
    for label, run in found.items():
        own, drawn = rows["schedule"] == label, run.learning_rates * run.sharpness
        assert rows["high"][own].max() == pytest.approx(drawn.max())  # who crosses is seen to
        assert rows["low"][own].min() == pytest.approx(drawn[drawn > 0].min())
    for label, run in found.items():
        most = spoken(float((run.learning_rates * run.sharpness).max()))
        assert f"{label} at most {most}" in picture.description
    assert (
        "at most" not in contest_charts.steps_held_against_the_limit(found, told=False).description
    )


@pytest.mark.parametrize("log", [False, True])
def test_each_window_of_steps_has_its_median_and_its_ends(log: bool) -> None:
    steps, values = np.arange(126), np.tile([1.0, 4.0, 3.0], 42)
    parts = contest_charts.in_windows(steps, values, log=log)
    assert len(parts["step"]) <= contest_charts.WINDOWS
    assert (np.diff(parts["step"]) > 0).all()
    assert parts["step"][[0, -1]].tolist() == [0, 125]
    if log:
        assert parts["value"][0] == parts["low"][0] == parts["high"][0] == 1
    else:  # five steps a window, the last step in the last of them
        assert parts["step"][1:-1].tolist() == list(range(7, 120, 5))
        assert parts["low"].tolist() == [1] * 25
        assert parts["high"].tolist() == [4] * 25
        assert parts["value"][:3].tolist() == [3, 3, 3]
    assert contest_charts.in_windows(steps[:1], values[:1], log=log)["value"].tolist() == [1]


def test_the_losses_are_those_whose_medians_are_compared_on_an_axis_that_parts_them() -> None:
    found = {k: train(e) for k, e in contests.experiments(PARTED, ["step", "cosine"]).items()}
    best = contest_charts.ahead(found)
    picture = contest_charts.losses(found)
    rows = picture.tables["rows"]
    late = np.concatenate([run.loss[run.steps >= run.steps[-1] / 2] for run in found.values()])
    assert rows["value"] == pytest.approx(late)
    encoding = picture.spec()["encoding"]
    low, high = encoding["y"]["scale"]["domain"]
    assert low == pytest.approx(0.98 * late.min())
    assert high == pytest.approx(late.max())
    strong = encoding["strokeWidth"]
    assert strong["condition"]["value"] > strong["value"]
    assert f"'{best}'" in strong["condition"]["test"]
    untold = contest_charts.losses(found, told=False).spec()
    assert "condition" not in untold["encoding"]["strokeWidth"]
    assert best is not None
    assert best not in f"{untold['title']} {untold['description']}"


def test_a_run_without_an_end_does_not_set_the_axis_of_the_losses() -> None:
    found = {"Constant": train(ENDLESS), "Step": train(QUICK)}
    assert found["Constant"].non_finite_at is not None
    half = found["Constant"].steps[-1] / 2  # the longer run
    high = contest_charts.losses(found).spec()["encoding"]["y"]["scale"]["domain"][1]
    assert high == pytest.approx(found["Step"].loss[found["Step"].steps >= half].max())
    alone = contest_charts.losses({"Constant": found["Constant"]}).spec()["encoding"]["y"]["scale"]
    assert "domain" not in alone


def few(scene: contests.Contest) -> Experiment:
    """The scene with fewer frames, which cost most of the time."""
    return scene.experiment.replace(frames=50)


def test_in_the_scenes_decay_calms_3_neurons_and_comes_too_late_for_50() -> None:
    late = contests.CONTESTS["decay_too_late"]
    found = {k: train(e) for k, e in contests.experiments(few(late), late.show).items()}
    said = contests.tell(list(found.values()), list(found))
    assert said[-2].startswith("The loss never rises with Warm-up;")
    assert said[-1] == (
        "First rise of the loss: Constant at step 1, Step at step 1, Exponential at step 1, "
        "Cosine at step 1."
    )
    assert answers.answer("decay_too_late", found) == (
        "Nothing: where the loss first rises, Step, Exponential and Cosine still have their full "
        "rate. It never rises with Warm-up: there the sharpness stays below 2 / rate."
    )
    calm = contests.CONTESTS["decay_wins"]
    found = {k: train(e) for k, e in contests.experiments(few(calm), calm.show).items()}
    said = contests.tell(list(found.values()), list(found))
    losses = {label: typical_loss(run) for label, run in found.items()}
    order = sorted(losses, key=lambda label: losses[label])
    assert order[0] in ("Cosine", "Step", "Exponential")
    assert said[0].startswith(f"**{order[0]} ")
    assert spoken(losses[order[0]], about=True) in said[0]
    for label, run in found.items():
        assert f"{label} {percent(run.train_accuracy[-1])}" in said[1]
    worst = order[-1]
    assert worst in ("Constant", "Warm-up")  # both swing to the end: rounding decides which
    assert said[2].endswith(f"{worst} {spoken(losses[worst], about=True)}.")
    assert "Constant at step" in said[-1]
    last = {}
    for label, run in found.items():
        past = sharpness_of_steps(run) > limits(run)
        last[label] = int(run.steps[past][-1])
        assert f"{label} at step {last[label]:,}" in answers.last_past(found)
    first = min(last, key=lambda label: last[label])
    back = f"{first} is the first to be back below it for good, after step {last[first]:,}"
    assert answers.answer("decay_wins", found) == (
        f"Under every schedule trained the sharpness passes 2 / rate; {back}."
    )
    top = contest_charts.shared_ends(found)
    assert top[0] < top[1]
    for label, run in found.items():
        contest_charts.stability(run, label, top).spec()


def test_who_comes_to_rest_and_what_is_not_asked() -> None:
    fast = contests.CONTESTS["decay_wins_fast"]
    shown = contests.experiments(few(fast), ["constant", "cosine"])
    found = {label: train(experiment) for label, experiment in shown.items()}
    said = "Cosine comes to rest; Constant still swings."
    assert answers.answer("decay_wins_fast", found) == said
    calm = {"Constant": train(QUICK)}
    assert answers.answer("decay_wins_fast", calm) == "All come to rest."
    assert answers.last_past(calm) == ""
    stays = "The sharpness stays below 2 / rate under every schedule trained."
    assert answers.answer("decay_wins", calm) == stays
    assert answers.answer("decay_too_late", calm) == "With no decay does the loss rise."
    assert answers.answer(None, found) == ""


def test_who_does_equally_well_is_named_together() -> None:
    run = train(QUICK)
    told = contests.tell([run, run], ["Constant", "Warm-up"])
    assert told[0].startswith("**Constant and Warm-up do equally well here:**")
    assert not any("others:" in sentence for sentence in told)


def test_a_schedule_that_is_the_very_run_of_another_is_left_out_and_said_to_be() -> None:
    shown = ["constant", "cosine", "warmup", "warmup_cosine"]
    assert list(contests.experiments(QUICK, shown)) == ["Constant", "Cosine"]
    both = "Warm-up is the same as Constant; Warm-up, then cosine is the same as Cosine"
    assert contests.same_as(QUICK, shown) == f"{both}: no warm-up steps are set."
    one = "Warm-up is the same as Constant: 1 warm-up step has the full rate."
    assert contests.same_as(QUICK.replace(warmup_steps=1), ["constant", "warmup"]) == one
    assert contests.same_as(QUICK, ["step", "warmup"]) == ""
    warm = QUICK.replace(warmup_steps=100)
    assert contests.same_as(warm, shown) == ""
    assert len(contests.experiments(warm, shown)) == 4


def ended(loss: float, last: float, right: float = 0.9) -> Run:
    """A run with this median over its second half, which ends with another loss."""
    run = train(QUICK)
    losses = np.full(len(run.steps), loss)
    losses[-1] = last
    accuracy = np.full(len(run.steps), right)
    zero = np.zeros(len(run.steps))
    return dataclasses.replace(run, loss=losses, penalty=zero, train_accuracy=accuracy)


def lead_of(found: dict[str, Run]) -> str:
    return contests.tell(list(found.values()), list(found))[0]


def test_who_is_lowest_is_said_of_what_where_the_median_and_the_end_disagree() -> None:
    found = {"Step": ended(0.067, 0.069), "Cosine": ended(0.06, 0.059)}
    best = (
        "**Cosine does best here:** over the second half of the steps the median of its loss is "
        "0.06, the lowest. It ends at 0.059: no other ends lower, and none has more training "
        "points right."
    )
    assert lead_of(found) == best
    found["Step"] = ended(0.067, 0.05904)  # the same in the digits that are told
    assert "does best" in lead_of(found | {"Cosine": ended(0.06, 0.059042)})
    found["Step"] = ended(0.067, 0.058)
    lowest = (
        "**Cosine is lowest over the second half of the steps:** the median of its loss is 0.06."
    )
    assert lead_of(found) == f"{lowest} At the end it is Step, 0.058 against 0.059."
    found["Step"] = ended(0.067, 0.069, 0.95)
    more = " Most training points are right with Step, 95% against 90%."
    assert lead_of(found) == f"{lowest}{more}"
    assert contest_charts.losses(found).spec()["title"] == "Loss: lowest median with Cosine"


def test_medians_that_differ_by_little_are_a_tie_where_as_many_points_are_right() -> None:
    found = {
        "Step": ended(0.0612, 0.05),
        "Cosine": ended(0.06, 0.05),
        "Constant": ended(0.07, 0.05),
    }
    [lead, _, others, *_] = contests.tell(list(found.values()), list(found))
    assert lead == (
        "**Cosine and Step do equally well here:** the medians of their losses over the second "
        "half of the steps, 0.06 and 0.0612, are at most 3% above the lowest, with 90% of the "
        "training points right."
    )
    assert others == "The medians of the others: Constant 0.07."
    assert contest_charts.ahead(found) is None
    found["Constant"] = ended(0.07, 0.04)
    assert lead_of(found).endswith(" At the end it is Constant, 0.04 against 0.05.")
    for other in (ended(0.0619, 0.05), ended(0.0612, 0.05, 0.8)):  # too far, fewer right
        assert contests.leaders({"Step": other, "Cosine": ended(0.06, 0.05)}) == ["Cosine"]


def test_with_a_penalty_the_medians_are_said_to_be_of_the_data_loss() -> None:
    found = {k: train(e) for k, e in contests.experiments(PENALISED, ["step", "cosine"]).items()}
    assert "data loss" in contests.tell(list(found.values()), list(found))[0]


def test_every_contest_gets_an_answer() -> None:
    assert set(answers.ANSWERS) == set(contests.CONTESTS)
