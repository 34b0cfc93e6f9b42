"""What a run shows itself: the true cause where it is known, and none for those that are well."""

import functools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import PRESETS, Diagnosis, Experiment, Run, train, train_at, zoom
from mlp.analysis.findings import change_of_loss, first_look, highest_after_rise
from mlp.analysis.verdicts import VERDICTS, saturated_shares
from mlp.network import Objective
from mlp.training.inputs import make_data, make_objective
from mlp.training.loop import state_at
from mlp.training.steps import value_and_gradient
from tests.mlp.strategies import powers_of_ten, short_experiments
from tests.mlp.training.test_sharpness import exact_hessian

# Enough steps for the story of each to happen; its schedule does not depend on how many follow.
CUT = {
    "three_neurons": 3000,
    "fifty_neurons": 500,
    "exploding_wide": 300,
    "exploding_late": 3000,
    "rescued_by_warmup": 3000,
    "rescued_by_clipping": 500,
    "dead_network": 200,
    "article_three": 1000,
    "article_fifty_fixed": 1000,
    "article_fifty_derived": 1000,
}
# preset: verdict, cause, step
EXPECTED: dict[str, tuple[str, str | None, int | None]] = {
    "three_neurons": ("learning", None, None),
    "fifty_neurons": ("learning", None, None),
    "exploding_wide": ("learning", "step_too_long", 0),
    "exploding_late": ("oscillating", "step_too_long", 1388),
    "rescued_by_decay": ("converged", "step_too_long", 1404),
    "rescued_by_warmup": ("learning", None, None),
    "rescued_by_clipping": ("learning", None, None),
    "dead_network": ("saturated", "saturation", 2),
    "penalty_too_strong": ("non_finite", "penalty_step_too_long", 0),
    "article_three": ("stuck", None, None),
    "article_fifty_fixed": ("stuck", None, None),
    "article_fifty_derived": ("stuck", None, None),
}


@functools.cache
def run_of(name: str) -> Run:
    """Return the run of a preset, cut short where its story is told early."""
    experiment = PRESETS[name]
    return train(experiment.replace(steps=CUT.get(name, experiment.steps), frames=60))


def exact_sharpness(experiment: Experiment, step: int) -> float:
    """Return the largest eigenvalue of the exact Hessian at the weights of a step."""
    w = train_at(experiment, [step])[-1].w
    return float(np.linalg.eigvalsh(exact_hessian(make_objective(experiment), w))[-1])


def flat_share(H: np.ndarray) -> float:
    return float((H * (1 - H) < 0.01).mean())


def is_dead(run: Run) -> bool:
    """Judge the last weights by formulas of its own: sigmoids and chain rule in plain NumPy."""
    experiment, n = run.experiment, run.data.n_train
    data = make_data(experiment)
    X, Y = np.asarray(data.X[:n]), np.asarray(data.Y[:n])
    if experiment.bias:
        X = np.c_[X, np.ones(n)]
    W1, W2 = run.W1[-1], run.W2[-1]
    H1 = 0.5 * (1 + np.tanh(X @ W1 / 2))
    behind = np.c_[H1, np.ones(n)] if experiment.bias else H1
    H2 = 0.5 * (1 + np.tanh(behind @ W2 / 2))
    errors = (H2 - Y) * H2 * (1 - H2)
    dW2 = behind.T @ errors + experiment.l2 * W2
    back = errors @ W2[: experiment.hidden].T * H1 * (1 - H1)
    dW1 = X.T @ back + experiment.l2 * W1
    loss = 0.5 * ((H2 - Y) ** 2).sum() / n + 0.5 * experiment.l2 * (run.w[-1] ** 2).sum() / n
    vanished = np.sqrt((dW1**2).sum() + (dW2**2).sum()) < 1e-3 * n
    flat = max(flat_share(H1), flat_share(H2)) > 0.9
    late = run.steps >= 0.9 * run.steps[-1]
    late[np.argmax(late) - 1] |= run.steps[np.argmax(late)] > 0.9 * run.steps[-1]
    still = np.ptp(run.loss[late]) <= 0.01 * run.loss[late].min()
    return bool(vanished and flat and still and loss > 0.5 * run.loss[0])


# --- the presets


@pytest.mark.parametrize("name", EXPECTED)
def test_a_preset_gets_its_verdict_cause_and_step(name: str) -> None:
    verdict, cause, step = EXPECTED[name]
    diagnosis = first_look(run_of(name))
    assert (diagnosis.verdict, diagnosis.cause) == (verdict, cause)
    # where stability is lost slowly, the last bits of another processor move the step a little
    assert diagnosis.step == (None if step is None else pytest.approx(step, abs=10))
    assert (diagnosis.evidence == {}) == (cause is None)


@pytest.mark.parametrize(
    "name", ["exploding_wide", "exploding_late", "dead_network", "penalty_too_strong"]
)
def test_the_evidence_of_a_long_step_is_that_of_the_exact_hessian(name: str) -> None:
    run = run_of(name)
    evidence, step = first_look(run).evidence, run.first_rise_at
    assert step is not None
    sharpness = exact_sharpness(run.experiment, step)
    assert evidence["learning_rate"] == run.experiment.learning_rate
    assert evidence["sharpness"] == pytest.approx(sharpness, rel=1e-5)
    assert evidence["product"] == pytest.approx(run.experiment.learning_rate * sharpness, rel=1e-5)
    assert evidence["limit"] == 2
    assert evidence["largest_stable_rate"] == pytest.approx(2 / sharpness, rel=1e-5)
    assert evidence["guide_only"] == 0


def test_the_highest_loss_is_that_after_the_rise_and_not_the_first_one() -> None:
    run = run_of("exploding_late")
    rise = run.first_rise_at
    assert rise is not None
    losses = [frame.loss for frame in train_at(run.experiment, range(rise, 3001))[1:]]
    evidence = first_look(run).evidence
    assert evidence["highest_loss"] == highest_after_rise(run) == max(losses[1:]) < run.loss[0]
    assert highest_after_rise(run_of("three_neurons")) == 0


def test_a_decay_is_diagnosed_at_the_rate_that_it_has_come_down_to() -> None:
    diagnosis = first_look(run_of("rescued_by_decay"))
    assert diagnosis.step is not None
    rate = 0.03 * 0.5 * (1 + np.cos(np.pi * diagnosis.step / 20_000))
    sharpness = exact_sharpness(PRESETS["rescued_by_decay"], diagnosis.step)
    assert diagnosis.evidence["learning_rate"] == pytest.approx(rate, rel=1e-12) != 0.03
    assert diagnosis.evidence["product"] == pytest.approx(rate * sharpness, rel=1e-5)


def test_the_dead_network_is_dead_by_an_independent_judgement_too() -> None:
    run = run_of("dead_network")
    diagnosis = first_look(run)
    evidence = diagnosis.evidence
    assert is_dead(run)
    assert not is_dead(run_of("exploding_wide"))
    assert (evidence["hidden_share"], evidence["output_share"]) == saturated_shares(run, -1)
    assert evidence["output_share"] == 1
    norms = np.sqrt(run.grad_norm_W1**2 + run.grad_norm_W2**2)
    assert evidence["first_gradient_norm"] == pytest.approx(norms[0], rel=1e-14)
    assert evidence["gradient_norm"] == pytest.approx(norms[-1], rel=1e-14)
    assert evidence["loss"] == run.loss[-1]
    # dead from that step on, and not at the recorded one before
    assert diagnosis.step is not None
    begun = run.frame_at(diagnosis.step)
    assert run.steps[begun] == diagnosis.step
    assert np.all(norms[begun:] < 1e-3 * 300)
    assert norms[begun - 1] >= 1e-3 * 300


def test_the_penalty_that_is_too_strong_has_its_factor() -> None:
    evidence = first_look(run_of("penalty_too_strong")).evidence
    assert evidence["l2"] == 10
    assert evidence["penalty_product"] == pytest.approx(3)
    assert evidence["factor"] == pytest.approx(-2)


def test_the_articles_run_is_blamed_on_its_l2_term() -> None:
    run = train(PRESETS["article_fifty_exploding"])
    diagnosis = first_look(run)
    assert run.non_finite_at == pytest.approx(102_695, rel=0.005)
    assert (diagnosis.verdict, diagnosis.cause) == ("non_finite", "article_l2")
    assert diagnosis.step == run.first_rise_at
    evidence = diagnosis.evidence
    assert evidence["l2"] == 1e-4
    assert evidence["trained_steps"] == run.non_finite_at
    assert evidence["loss"] == run.loss[-1] > 1e100
    assert 0.2 < evidence["derived_loss"] < run.loss[0]


# --- the article's term: the second run is really trained

ARTICLE = Experiment(
    hidden=10, bias=False, points=20, train_points=20, l2=0.05, l2_gradient="article", steps=2000
)


def test_the_loss_with_the_derivative_is_that_of_the_run_with_it() -> None:
    run = train(ARTICLE.replace(learning_rate=0.05))
    diagnosis = first_look(run)
    last = run.non_finite_at
    assert last is not None
    assert diagnosis.cause == "article_l2"
    derived = train(run.experiment.replace(l2_gradient="derived", steps=last))
    assert derived.non_finite_at is None
    assert diagnosis.evidence["derived_loss"] == derived.loss[-1]
    assert diagnosis.evidence["trained_steps"] == last


def test_the_article_is_not_blamed_for_what_the_derivative_does_as_well() -> None:
    # the very first step is too long, with either term
    wide = PRESETS["exploding_wide"].replace(l2=1e-6, l2_gradient="article", steps=300)
    assert first_look(train(wide)).cause == "step_too_long"
    # learning rate x l2 = 3: with the derivative it runs to infinity too
    strong = PRESETS["penalty_too_strong"].replace(l2_gradient="article")
    assert first_look(train(strong)).cause == "penalty_step_too_long"


def test_the_article_is_not_blamed_where_nothing_goes_wrong() -> None:
    assert first_look(run_of("article_fifty_fixed")).cause is None


def test_the_article_is_blamed_for_a_rise_that_the_derivative_has_not() -> None:
    exploding = train(ARTICLE.replace(learning_rate=0.05))
    rise, end = exploding.first_rise_at, exploding.non_finite_at
    assert rise is not None
    assert end is not None
    stopped = train(exploding.experiment.replace(steps=(rise + end) // 2))
    assert stopped.non_finite_at is None
    assert train(stopped.experiment.replace(l2_gradient="derived")).first_rise_at is None
    diagnosis = first_look(stopped)
    assert (diagnosis.cause, diagnosis.step) == ("article_l2", rise)


# --- experiments whose cause is known by the way they are made

SMALL = {"points": (8, 40), "hidden": (1, 9)}


def generated(seed: int, count: int) -> Iterator[tuple[Experiment, np.random.RandomState]]:
    """Yield small experiments of 60 steps, and the numbers to vary them further."""
    random = np.random.RandomState(seed)
    for _ in range(count):
        points = int(random.randint(*SMALL["points"]))
        yield (
            Experiment(
                points=points,
                train_points=points,
                hidden=int(random.randint(*SMALL["hidden"])),
                bias=bool(random.randint(2)),
                data_seed=int(random.randint(1000)),
                init_seed=int(random.randint(1000)),
                steps=60,
                frames=20,
            ),
            random,
        )


def first_sharpness(experiment: Experiment) -> float:
    return train_at(experiment, [0])[0].sharpness


def long_steps(seed: int, count: int, limit: float = 2.0, **fields: object) -> Iterator[Run]:
    """Yield runs whose first step is 3 to 30 times as long as its limit, and raised the loss."""
    for experiment, random in generated(seed, count):
        times = 10 ** random.uniform(np.log10(3), np.log10(30))
        rate = times * limit / first_sharpness(experiment)
        run = train(experiment.replace(learning_rate=min(rate, 100.0), **fields))  # type: ignore[arg-type]
        if run.first_rise_at == 0:
            yield run


def test_80_penalties_past_their_limit_are_named_and_multiply_the_weights() -> None:
    for experiment, random in generated(1, 80):
        product = random.uniform(2.2, 6)
        rate = 10 ** random.uniform(-2, 0)
        run = train(experiment.replace(learning_rate=rate, l2=product / rate, steps=100))
        diagnosis = first_look(run)
        assert (diagnosis.cause, diagnosis.step) == ("penalty_step_too_long", 0), run.experiment
        assert diagnosis.evidence["penalty_product"] == pytest.approx(product)
        assert diagnosis.evidence["factor"] == pytest.approx(1 - product)
        # what the data adds is lost beside weights that have grown for 98 steps
        before, after = zoom(run, 98, 99).w
        np.testing.assert_allclose(after, (1 - product) * before, rtol=1e-3, atol=1e-3)


def test_penalties_within_their_limit_are_never_blamed() -> None:
    for experiment, random in generated(2, 40):
        rate = 10 ** random.uniform(-2, 0)
        l2 = random.uniform(0.1, 1.9) / rate
        assert first_look(train(experiment.replace(learning_rate=rate, l2=l2))).cause not in (
            "penalty_step_too_long",
            "article_l2",
        )


def test_long_first_steps_are_named_unless_they_killed_the_network() -> None:
    causes = []
    for run in long_steps(3, 140):
        diagnosis = first_look(run)
        causes.append(diagnosis.cause)
        assert diagnosis.cause == ("saturation" if is_dead(run) else "step_too_long")
        sharpness = first_sharpness(run.experiment)
        evidence = diagnosis.evidence
        if diagnosis.cause == "step_too_long":
            assert diagnosis.step == 0
        elif not diagnosis.stepped_too_far:  # it came below its start again, and died later
            died = run.frame_at(diagnosis.step or 0)
            assert run.loss[1 : died + 1].min() < run.loss[0]
            continue
        assert evidence["product"] == pytest.approx(run.experiment.learning_rate * sharpness)
        assert evidence["product"] > 5.99
    assert causes.count("step_too_long") >= 40
    assert causes.count("saturation") >= 5
    assert len(causes) >= 100


def test_long_first_steps_of_momentum_are_named() -> None:
    found = 0
    for run in long_steps(4, 30, limit=2 * 1.9, optimizer="momentum", momentum=0.9):
        diagnosis = first_look(run)
        if diagnosis.cause == "saturation" and not diagnosis.stepped_too_far:
            continue  # it came below its start again, and died later
        evidence = diagnosis.evidence
        found += 1
        assert evidence["limit"] == 2  # a first step, from rest
        assert evidence["product"] > 3 * 3.799
    assert found >= 20


def test_a_first_step_of_momentum_is_held_against_the_plain_limit_and_later_ones_are_not() -> None:
    firsts = 0
    for experiment, random in generated(5, 40):
        rate = random.uniform(2.05, 3.5) / first_sharpness(experiment)
        momentum = experiment.replace(learning_rate=rate, optimizer="momentum", momentum=0.9)
        run = train(momentum)
        found = first_look(run)
        if found.cause != "step_too_long":
            continue
        if run.first_rise_at == 0:  # from rest: nothing carries on yet
            firsts += 1
            assert found.evidence["limit"] == 2 < found.evidence["product"] < 3.6
            plain = train(momentum.replace(optimizer="gradient_descent", steps=1))
            assert plain.loss[1] == run.loss[1] > run.loss[0]
        else:
            assert found.evidence["product"] > found.evidence["limit"] == pytest.approx(3.8)
    assert firsts >= 5


def test_nesterovs_first_step_is_longer_by_its_momentum() -> None:
    ahead = Experiment(optimizer="nesterov", momentum=0.5, hidden=50, learning_rate=0.01, steps=20)
    found = first_look(train(ahead))
    assert (found.cause, found.step) == ("step_too_long", 0)
    assert found.evidence["limit"] == pytest.approx(2 / 1.5)


def test_huge_first_weights_are_named_exactly_where_they_leave_the_network_dead() -> None:
    dead = 0
    for experiment, random in generated(6, 120):
        points = int(random.randint(4, 9))
        huge = experiment.replace(
            points=points, train_points=points, hidden=20, init_scale=random.uniform(60, 100)
        )
        run = train(huge.replace(learning_rate=1e-4))
        diagnosis = first_look(run)
        assert (diagnosis.cause == "saturation") == is_dead(run), run.experiment
        dead += is_dead(run)
    assert 20 <= dead <= 110  # both kinds occur


def test_runs_far_below_the_limit_are_called_well() -> None:
    healthy = 0
    for experiment, random in generated(7, 80):
        rate = random.uniform(0.02, 0.3) * 2 / first_sharpness(experiment)
        run = train(experiment.replace(learning_rate=rate, steps=120))
        if (rate * run.sharpness).max() < 1 and run.first_rise_at is None:
            healthy += 1
            diagnosis = first_look(run)
            assert diagnosis.cause is None
            assert diagnosis.verdict in ("learning", "converged", "stuck")
    assert healthy >= 60


def test_a_warm_up_is_diagnosed_at_the_rate_of_its_step() -> None:
    risen = 0
    for experiment, random in generated(8, 20):
        rate = random.uniform(3, 6) * 2 / first_sharpness(experiment)
        run = train(experiment.replace(learning_rate=rate, warmup_steps=50))
        diagnosis = first_look(run)
        if run.first_rise_at is not None and diagnosis.cause is not None:
            risen += run.first_rise_at > 0
            share = min((run.first_rise_at + 1) / 50, 1)
            assert diagnosis.evidence["learning_rate"] == pytest.approx(rate * share, rel=1e-12)
    assert risen >= 10


def test_a_penalty_is_named_at_the_step_where_a_warm_up_takes_it_past_its_limit() -> None:
    # rate 1 x (t + 1) / 100 x l2 10 > 2 from t = 20 on
    run = train(Experiment(hidden=2, learning_rate=1.0, l2=10.0, warmup_steps=100, steps=200))
    diagnosis = first_look(run)
    assert (diagnosis.cause, diagnosis.step) == ("penalty_step_too_long", 20)
    assert diagnosis.evidence["learning_rate"] == pytest.approx(0.21)
    assert diagnosis.evidence["factor"] == pytest.approx(1 - 2.1)


# --- mini-batches


def test_with_mini_batches_the_limit_is_a_guide_only() -> None:
    found = 0
    for run in long_steps(9, 20, batch_size=6):
        diagnosis = first_look(run)
        if diagnosis.cause is not None:
            found += 1
            assert diagnosis.evidence["guide_only"] == 1
    assert found >= 5


def test_the_rises_of_chance_are_not_blamed_on_a_step_that_is_short_for_its_batch() -> None:
    # 10 of 300 points: rate x sharpness of all points is 7.6, of the points of a step about 0.25
    run = train(PRESETS["exploding_wide"].replace(batch_size=10, steps=600))
    assert run.first_rise_at is not None
    assert run.sharpness[0] * 0.03 > 7
    assert first_look(run).cause is None
    assert first_look(run).verdict != "oscillating"
    longer = train(run.experiment.replace(batch_size=150, steps=300))
    assert first_look(longer).cause == "step_too_long"


def test_where_a_thousandth_of_the_step_raises_the_loss_too_it_is_the_batch() -> None:
    batches = 0
    for run in long_steps(19, 40, batch_size=2):
        state = state_at(run, run.first_rise_at or 0)
        short = change_of_loss(state, times=1e-3)
        # by hand: the step's direction against the gradient of all points
        before = train_at(run.experiment, [state.step])[-1]
        after = train_at(run.experiment, [state.step + 1])[-1]
        slope = float((after.w - before.w) @ before.gradient)
        if abs(slope) > 0.05 * np.linalg.norm(after.w - before.w) * np.linalg.norm(before.gradient):
            assert (short > 0) == (slope > 0)
        if short > 0:
            batches += 1
            assert first_look(run).cause != "step_too_long"
    assert batches >= 3


# --- L1 is not curvature


def test_a_rise_that_l1_alone_makes_is_not_blamed_on_the_curvature() -> None:
    blamed = spared = 0
    for experiment, random in generated(21, 60):
        rate = 10 ** random.uniform(-1.5, 1)
        run = train(experiment.replace(learning_rate=rate, l1=10 ** random.uniform(-3, 0)))
        if run.first_rise_at is None:
            continue
        state = state_at(run, run.first_rise_at)
        smooth = state.objective._replace(l1=0.0)
        without = change_of_loss(state, l1=0.0)
        step = state.copy()
        step.objective = smooth
        step.advance(state.step + 1)
        assert without == pytest.approx(
            (value(smooth, step.w) - value(smooth, state.w)) / state.data.n_train, abs=1e-12
        )
        cause = first_look(run).cause
        blamed += cause == "step_too_long"
        spared += without <= 0
        if without <= 0:
            assert cause != "step_too_long"
    assert blamed >= 3
    assert spared >= 3


def value(objective: Objective, w: np.ndarray) -> float:
    return value_and_gradient(objective, w)[0]


# --- adaptive optimizers


def test_without_a_penalty_weights_beyond_all_squares_stay_finite() -> None:
    # their squares add up to infinity, and 0 times that would be no number
    wild = Experiment(
        optimizer="adam", learning_rate=100.0, beta2=0.5, epsilon=1e-300, steps=1100, frames=20
    )
    run = train(wild)
    assert run.non_finite_at is None
    assert np.isfinite(run.loss).all()
    assert (run.penalty == 0).all()


# --- what holds for every run


def assert_holds(run: Run, diagnosis: Diagnosis) -> None:
    evidence = diagnosis.evidence
    assert diagnosis.verdict in VERDICTS
    assert diagnosis.trials is None
    assert (diagnosis.verdict == "non_finite") == (run.non_finite_at is not None)
    if run.first_rise_at is None and run.non_finite_at is None:
        assert diagnosis.cause in (None, "saturation")
    if diagnosis.cause == "saturation":
        assert is_dead(run)
    if diagnosis.cause == "step_too_long":
        assert diagnosis.step == run.first_rise_at
        assert evidence["product"] == evidence["learning_rate"] * evidence["sharpness"]
        assert evidence["product"] > evidence["limit"] or evidence["guide_only"]
    if diagnosis.cause == "penalty_step_too_long":
        assert evidence["penalty_product"] > evidence["limit"]
    if diagnosis.cause is not None:
        assert diagnosis.step is not None
        assert 0 <= diagnosis.step <= run.steps[-1]


@settings(max_examples=80, derandomize=True)
@given(short_experiments(l1=st.just(0.0)))
def test_a_diagnosis_claims_only_what_the_run_shows(experiment: Experiment) -> None:
    run = train(experiment)
    assert_holds(run, first_look(run))


@settings(max_examples=60, derandomize=True)
@given(short_experiments(learning_rate=powers_of_ten(-3, -1.5), batch_size=st.just(0)))
def test_no_run_whose_loss_never_rose_is_called_exploding(experiment: Experiment) -> None:
    run = train(experiment.replace(batch_size=0, clip_norm=0.0))
    if run.first_rise_at is None and run.non_finite_at is None:
        assert first_look(run).cause in (None, "saturation")
        assert first_look(run).verdict not in ("oscillating", "non_finite")


# --- the limit itself: where only the penalty bends the loss, theory is exact


LIMITS: dict[str, tuple[str, Callable[[float], float]]] = {
    "gradient descent": ("gradient_descent", lambda _: 2.0),
    "momentum": ("momentum", lambda momentum: 2 * (1 + momentum)),
    "Nesterov": ("nesterov", lambda momentum: 2 * (1 + momentum) / (1 + 2 * momentum)),
}


@pytest.mark.parametrize("momentum", [0.5, 0.9])
@pytest.mark.parametrize("name", LIMITS)
def test_a_step_just_within_its_limit_converges_and_one_just_past_it_diverges(
    name: str, momentum: float
) -> None:
    optimizer, limit = LIMITS[name]
    stiff = Experiment(
        dataset="corners", hidden=3, optimizer=optimizer, momentum=momentum, l2=1000.0, steps=6000
    )
    minimum = train(stiff.replace(learning_rate=1e-3))
    sharpness = minimum.sharpness[-1]
    assert sharpness == pytest.approx(1000, rel=1e-3)
    edge = limit(momentum) / sharpness

    within = train(stiff.replace(learning_rate=1.99 / 2 * edge))
    assert within.loss[-1] == pytest.approx(minimum.loss[-1], rel=1e-9)
    past = train(stiff.replace(learning_rate=2.01 / 2 * edge))
    assert past.non_finite_at is not None or past.loss[-1] > 1e6 * past.loss[0]
    assert first_look(past).cause == "penalty_step_too_long"
    assert first_look(within).cause != "penalty_step_too_long"


def test_a_first_layer_with_a_faster_rate_has_a_lower_limit() -> None:
    stiff = Experiment(dataset="corners", hidden=3, first_layer_rate=4.0, l2=1000.0, steps=3000)
    edge = 2 / 1000 / 4
    past, within = (train(stiff.replace(learning_rate=edge * part)) for part in (1.01, 0.99))
    assert past.loss[-1] > 1e6 * past.loss[0]
    assert within.loss[-1] < within.loss[0]
    found = first_look(past)
    assert found.cause == "penalty_step_too_long"
    assert found.evidence["limit"] == 2 / 4
    assert first_look(within).cause is None
