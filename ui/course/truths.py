"""The answers to the questions of the course, each computed by the model it is about."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, takewhile

import numpy as np

from mlp import Experiment, Frame, Run, train_steps
from mlp.chain_rule.bricks import lay_bricks
from mlp.chain_rule.gradient_check import TOLERANCE, Comparison, compare
from mlp.chain_rule.one_weight import MOVED, derivative, difference, ways
from mlp.network import forward
from mlp.optimizers.registry import OPTIMIZERS
from mlp.plan import learning_rates
from mlp.surfaces import regression
from mlp.surfaces.best_rate import ARRIVED, distances, score_of, suggested_rate
from mlp.surfaces.surfaces import SURFACES, Path, Surface, descend, first_outside
from mlp.training.inputs import make_objective
from ui.course.question import Truth
from ui.course.steps import Step
from ui.jobs import runs
from ui.words import deaths
from ui.words.losses import within_a_sentence
from ui.words.numbers import equals, plural, short
from ui.words.optimizers import NAMES
from ui.words.plain import listed

FEW, SOME = 4, 100  # steps
HALF, MOST, ALL = 0.6, 0.9, 0.98  # of the points
SEVERAL = 1.5  # times as sharp
FIRST_STEPS = 50
EARLY_STEPS = 20
RISE = 1e-12
RACE_STEPS, LAST_STEPS = 200, 50
LIMIT = 2  # of rate × curvature
LINES = 2
WHY = "\n\n"  # between what an answer says first, and its reasons
NEARLY_PARALLEL = 20  # degrees
PLACES = ("step", "brick", "view")  # on "Chain rule": what is looked at, no settings


def experiment_of(step: Step) -> Experiment:
    """Return the settings that a step's address asks for."""
    texts = {name: str(text) for name, text in step.params.items() if name not in PLACES}
    return Experiment.from_params(texts)


def _descent_steps(step: Step) -> Truth:
    rate = float(str(step.params["rate"]))
    surface = SURFACES["parabola"]
    path = descend(surface, surface.start, learning_rate=rate, steps=SOME, precision=1e-6)
    taken = len(path.points) - 1
    factor = 1 - 2 * rate
    told = f"Each step multiplies x by 1 − 2 × {short(rate)} {equals(factor, short(factor))}"
    told = told.replace(" -", " −")
    if path.ended != "precision":
        return "many", f"{told}; after {taken} steps it has not arrived."
    return ("few" if taken <= FEW else "some"), f"{told}: it takes {taken} steps."


def _valley(step: Step) -> Truth:
    rate = float(str(step.params["rate"]))
    surface = SURFACES["valley"]
    path = descend(surface, surface.start, learning_rate=rate, steps=500)
    if path.ended != "steps":
        return (
            "away",
            f"Step {first_outside(surface, path.points)} is the first outside of the map.",
        )
    factor = 1 - 25 * rate
    across = int(np.count_nonzero(np.diff(np.sign(path.points[: EARLY_STEPS + 1, 1]))))
    turns = ": below 0, so it changes sides" if factor < 0 else ""
    why = (
        f"Across the valley a step multiplies x1 by 1 − 25 × {short(rate)} "
        f"{equals(factor, f'{factor:.3g}')}{turns}. Along it, a step multiplies x0 by "
        f"{1 - rate:.3g}."
    ).replace(" -", " −")
    told = f"{across} of the first {EARLY_STEPS} steps cross to the other side.{WHY}{why}"
    return ("zigzag" if across > EARLY_STEPS // 4 else "straight"), told


def _race(step: Step) -> Truth:
    surface = SURFACES[str(step.params["surface"])]
    paths = {name: _raced(surface, name) for name in step.answers}
    arrivals = {name: score_of(surface, path).arrival for name, path in paths.items()}
    first = min(arrivals, key=arrivals.__getitem__)
    order = sorted(arrivals, key=arrivals.__getitem__)
    told = f"{NAMES[first]} is there first, at step {int(arrivals[first])}."
    late = [name for name in order if not np.isfinite(arrivals[name])]
    left = [name for name in late if np.any(distances(surface, paths[name].points) <= ARRIVED)]
    if never := [NAMES[name] for name in late if name not in left]:
        told += f" {listed(never)} did not come so near in {RACE_STEPS} steps."
    if left:
        told += f" {listed([NAMES[name] for name in left])} came, and did not stay."
    each = ", ".join(
        f"{NAMES[name]} at step {int(arrivals[name])}"
        if np.isfinite(arrivals[name])
        else f"{NAMES[name]} {_missed(surface, paths[name])}"
        for name in order
    )
    more = ""
    if "rmsprop" in arrivals and not np.isfinite(arrivals["rmsprop"]):
        more = _why_rmsprop_stays_away(surface, paths["rmsprop"])
    more = f"Within {ARRIVED:g} of the bottom: {each}.{more}"
    return first, f"{told}{WHY}{_why_first(paths)}{WHY}{more}"


def _raced(surface: Surface, name: str) -> Path:
    """Return the way that an optimizer takes at the rate suggested for it."""
    return descend(
        surface,
        surface.start,
        optimizer=name,
        learning_rate=suggested_rate(name, surface, surface.start),
        steps=RACE_STEPS,
        parameters=OPTIMIZERS[name].parameters,
    )


def _missed(surface: Surface, path: Path) -> str:
    """Say of an optimizer that did not arrive whether it came near at all."""
    near = np.flatnonzero(distances(surface, path.points) <= ARRIVED)
    return f"at step {near[0]}, not to stay" if len(near) else "not yet"


def _why_first(paths: Mapping[str, Path]) -> str:
    """Say what holds the others up: how they go along the valley, its first variable."""
    along = {
        name: paths[name].points[:, 0] for name in ("gradient_descent", "momentum", "nesterov")
    }
    swings = {name: int(np.count_nonzero(np.diff(np.sign(x)))) for name, x in along.items()}
    creeping = along["gradient_descent"]
    often = {name: plural(count, "time") for name, count in swings.items()}
    told = f"Along the valley momentum swings past the bottom {often['momentum']}, Nesterov "
    told += f"{often['nesterov']}."
    if swings["nesterov"] < swings["momentum"]:
        told = f"{told} Nesterov looks ahead, and turns sooner."
    left = float(creeping[1] / creeping[0])
    return f"{told} A step of gradient descent along the valley covers {1 - left:.2g} of the way."


def _why_rmsprop_stays_away(surface: Surface, path: Path) -> str:
    """Say how near RMSprop came, why it left, and how far it still jumps at the end."""
    rate = suggested_rate("rmsprop", surface, surface.start)
    told = _how_near(path, surface)
    moves = np.diff(path.points[-LAST_STEPS - 1 :], axis=0)
    short_, long_ = np.abs(moves).min(), np.abs(moves).max()
    turns = bool(np.all(moves[1:] * moves[:-1] < 0))
    if not (turns and rate / 2 < short_ <= long_ < 2 * rate):
        return told
    apart = distances(surface, path.points[-LAST_STEPS:])
    return (
        f"{told} Each of its last {LAST_STEPS} steps moves each variable by {short_:.2g} to "
        f"{long_:.2g}, about its rate of {short(rate)}, and the next leads back. So it jumps about "
        f"the bottom, {apart.min():.2g} to {apart.max():.2g} away."
    )


def _how_near(path: Path, surface: Surface) -> str:
    """Say how near RMSprop came before it left again, and by which step it was thrown out."""
    apart = distances(surface, path.points)
    at = int(np.argmin(apart))
    told = f" RMSprop came within {short(float(apart[at]), 2)} at step {at}, and did not stay"
    curvatures = np.diag(surface.hessian(path.points[at]))
    across = int(np.argmax(curvatures))
    slope = float(path.gradients[at, across])
    moved = abs(float(path.points[at + 1, across] - path.points[at, across])) if slope else 0.0
    times = moved / abs(slope) if slope else 0.0
    product = times * float(curvatures[across])
    if product <= LIMIT:
        return f"{told}."
    return (
        f"{told}. It divides the slope by its recent size, which shrinks with it. A step across "
        f"the valley became {times:.2g} times the slope. {times:.2g} × "
        f"{short(float(curvatures[across]))} {equals(product, f'{product:.2g}')} is past the "
        "limit 2."
    )


def _lesson_points(outliers: int) -> regression.Points:
    """Return the points of the lesson about losses."""
    return regression.make_points(40, noise=1.0, seed=0, outliers=outliers)


def moves_of_best_lines(outliers: int) -> dict[str, float]:
    """Return how far, in slope and intercept, outliers move the best line of each loss."""
    before, after = _lesson_points(0), _lesson_points(outliers)
    return {
        loss: float(
            np.linalg.norm(
                regression.best_line(after, loss=loss) - regression.best_line(before, loss=loss)
            )
        )
        for loss in regression.LOSSES
    }


TOGETHER = "That is how far slope and intercept move together."


def of_outliers(outliers: int) -> Truth:
    """Return whose best line outliers move least, and why."""
    moved = moves_of_best_lines(outliers)
    least = min(moved, key=moved.__getitem__)
    told = f"Its best line moves by {short(moved[least])}."
    others = [
        f"{short(far)} under {within_a_sentence(name)}"
        for name, far in moved.items()
        if name != least
    ]
    return least, f"{told}{WHY}{TOGETHER} It is {listed(others)}. {why_they_move(outliers)}"


def _pull(step: Step) -> Truth:
    """Say which of two losses lets its best line be moved farther by outliers, and how much."""
    outliers = int(str(step.params["outliers"]))
    moved = moves_of_best_lines(outliers)
    squared, absolute = moved["squared"], moved["absolute"]
    name = "equal"
    if max(squared, absolute) > SEVERAL * min(squared, absolute):
        name = "squared" if squared > absolute else "absolute"
    told = f"Squared error’s moves by {short(squared)}, absolute error’s by {short(absolute)}."
    shares = why_they_move(outliers, losses=("squared", "absolute"))
    return name, f"{told}{WHY}{TOGETHER} {shares}"


PULLS: Mapping[str, str] = {
    "squared": "Under squared error that is its miss.",
    "absolute": "Under absolute error it is 1, however far away the point is.",
    "huber": "Under Huber it is the miss, but 1 at most.",
}


def why_they_move(outliers: int, *, losses: Sequence[str] = tuple(regression.LOSSES)) -> str:
    """Say what share of the pull on a line comes from the outliers, under some losses."""
    before, after = _lesson_points(0), _lesson_points(outliers)
    shares = []
    for loss in losses:
        entry = regression.LOSSES[loss]
        line = regression.best_line(before, loss=loss)
        pull = np.abs(entry.slope(regression.residuals(after, line), 1.0))
        shares.append(f"{pull[-outliers:].sum() / pull.sum():.0%} under {within_a_sentence(loss)}")
    return (
        "A point pulls at the line as strongly as its loss is steep. "
        f"{' '.join(PULLS[loss] for loss in losses)} Of all the pull on the line as it was, the "
        f"{outliers} outliers have {listed(shares)}."
    )


def _ways(step: Step) -> Truth:
    run = runs.untrained(experiment_of(step))
    objective = make_objective(run.experiment, run.data)
    sample = lay_bricks(objective.X[:1], objective.Y[:1], run.W1[0], run.W2[0])
    leading = [way for way in ways(sample, 0) if way.slopes[2]]
    name = {1: "one", 2: "two", 3: "three"}.get(len(leading), "six")
    each = listed([f"{short(way.back_to(0))} by output {k}" for k, way in enumerate(leading)])
    moved = short(difference(sample, 0))
    return name, (
        "A line leads from neuron 1 to each output, and both answers count in the loss."
        f"{WHY}Along each way the slopes are multiplied: {each}. Both together are "
        f"{short(derivative(sample, 0))}. Moving w by ±{short(MOVED)} moves the loss by {moved} a "
        "unit of w."
    )


def _accuracy(step: Step) -> Truth | None:
    run = runs.recall(experiment_of(step))
    if run is None:
        return None
    right = float(run.train_accuracy[-1])
    bounds = {"half": HALF, "most": MOST, "nearly": ALL}
    name = next((name for name, bound in bounds.items() if right <= bound), "all")
    told = f"{right:.1%} are right after {int(run.steps[-1]):,} steps."
    lines = f"There are {plural(run.experiment.hidden, 'line')} to combine."
    return name, f"{told}{WHY}{lines} {_why_so_many(run)}".rstrip()


def _why_so_many(run: Run) -> str:
    """Say what two nearly parallel lines part, where those of the network end so; else nothing."""
    if run.experiment.hidden != LINES or not run.experiment.bias:
        return ""
    X, W1, W2 = make_objective(run.experiment, run.data).X, run.W1[-1], run.W2[-1]
    one, two = W1[:2].T / np.linalg.norm(W1[:2], axis=0)[:, None]
    angle = float(np.degrees(np.arccos(min(abs(float(one @ two)), 1.0))))
    if angle > NEARLY_PARALLEL:
        return ""
    first, second = (X @ W1).T * np.array([[1.0], [float(np.sign(one @ two))]])
    between = np.sign(first) != np.sign(second)
    answers = forward(X, W1, W2)[1].argmax(axis=1)
    inside = int(np.round(answers[between].mean()))
    told = [
        f"{answer} for {np.count_nonzero(answers[part] == answer)} of {np.count_nonzero(part)} "
        f"points {place}"
        for part, answer, place in (
            (between, inside, "between them"),
            (~between, 1 - inside, "outside"),
        )
    ]
    wrong = np.count_nonzero(answers != run.data.Y[: len(X)].argmax(axis=1))
    return (
        f"The two lines end {angle:.0f}° apart. The network answers {' and '.join(told)}. But XOR "
        f"changes at both axes: {wrong} of these {len(X)} answers are wrong."
    )


def _sharper(step: Step) -> Truth:  # noqa: ARG001
    three, fifty = (float(runs.untrained(Experiment(hidden=h)).sharpness[0]) for h in (3, 50))
    rate = Experiment().learning_rate
    told = f"At step 0 the sharpness is {short(three)} with 3 neurons, {short(fifty)} with 50."
    told += f"{WHY}Times the rate, {short(rate)}, that is {rate * three:.2f} and "
    told += f"{rate * fifty:.2f}. The limits of the rate there are 2 / sharpness, "
    told += f"{short(2 / three)} and {short(2 / fifty)}.{_sharper_in_the_end(fifty > three)}"
    if fifty > SEVERAL * three:
        return "fifty", f"{told} {_why_sharper(three, fifty)}"
    return ("three" if three > SEVERAL * fifty else "equal"), told


def _sharper_in_the_end(fifty_first: bool) -> str:
    """Say what the sharpness is where the player rests, once both runs are whole; else nothing."""
    runs_ = [runs.recall(Experiment(hidden=hidden)) for hidden in (3, 50)]
    if None in runs_:
        return ""
    three, fifty = (float(run.sharpness[-1]) for run in runs_ if run is not None)
    turned = (fifty > three) != fifty_first
    how = "it is the other way round: " if turned else "it is "
    return f" At the end {how}{short(three)} and {short(fifty)}."


def _why_sharper(three: float, fifty: float) -> str:
    """Say how much more an output adds up, which the loss bends with along W2.

    Near the first weights a change d of an output's weights moves its sum by h · d; the curvature
    along the best direction is then in proportion to |h|², the bias's 1 included.
    """
    squares = {}
    for hidden in (3, 50):
        run = runs.untrained(Experiment(hidden=hidden))
        X = make_objective(run.experiment, run.data).X
        H1 = forward(X, run.W1[0], run.W2[0])[0]
        squares[hidden] = float(np.mean(np.sum(H1**2, axis=1))) + int(run.experiment.bias)
    times = short(squares[50] / squares[3])
    return (
        "The curvature along the weights of an output grows with the squares of all that it adds "
        f"up. Their sum is {short(squares[3])} with 3 neurons and {short(squares[50])} with "
        f"50, {times} times as much. The sharpness is {short(fifty / three)} times as much."
    )


def _first_rise(experiment: Experiment) -> int | None:
    """Return the first recorded step with a higher loss than the one before, or None."""
    early: list[Frame] = list(
        takewhile(lambda frame: frame.step <= FIRST_STEPS, train_steps(experiment))
    )
    rising = (b.step for a, b in pairwise(early) if b.loss > a.loss + RISE)
    return next(rising, None)


def _first_steps(step: Step) -> Truth:
    base = Experiment(hidden=50, learning_rate=0.03)
    warmup = int(str(step.params["warmup_steps"]))
    rises = {
        "cosine": _first_rise(base.replace(schedule="cosine")),
        "warmup": _first_rise(base.replace(warmup_steps=warmup)),
    }
    calm = [name for name, at in rises.items() if at is None]
    told = "; ".join(
        f"{name.replace('warmup', 'warm-up')}: {'no rise' if at is None else f'rises at step {at}'}"
        for name, at in rises.items()
    )
    told = f"{told.capitalize()}.{WHY}{_why_calm(base, warmup)}"
    return ("both" if len(calm) > 1 else calm[0] if calm else "neither"), told


def _why_calm(base: Experiment, warmup: int) -> str:
    """Say what rate × sharpness is at the first step, with and without a warm-up."""
    sharpness = float(runs.untrained(base).sharpness[0])
    full, slow = (
        float(learning_rates(each, np.array([0]))[0]) * sharpness
        for each in (base.replace(schedule="cosine"), base.replace(warmup_steps=warmup))
    )
    return (
        f"The limit of rate × sharpness is {LIMIT}. At the first step it is {short(full)} with "
        f"cosine, which begins with the full rate, and {short(slow)} with warm-up, which begins "
        "near 0. "
        f"{_why_bearable(base.replace(warmup_steps=warmup), sharpness)}"
    ).rstrip()


def _why_bearable(experiment: Experiment, sharpness: float) -> str:
    """Say how sharp the loss is once the rate is full, where that lets the rate be borne."""
    frames = train_steps(experiment)
    risen = next((frame for frame in frames if frame.step >= experiment.warmup_steps), None)
    if risen is None or not risen.learning_rate * risen.sharpness < LIMIT:
        return ""
    product = risen.learning_rate * risen.sharpness
    return (
        f"At step {risen.step:,}, with the full rate, the sharpness has gone from "
        f"{short(sharpness)} to {short(risen.sharpness)}: {short(risen.learning_rate)} × "
        f"{short(risen.sharpness)} {equals(product, short(product))} is below the limit."
    )


def _explosion(step: Step) -> Truth | None:  # noqa: ARG001
    run = runs.recall(Experiment(hidden=50, learning_rate=0.3))
    if run is None:
        return None
    diagnosis = runs.first_look_of(run)
    told = f"The loss ends at {short(float(run.loss[-1]))}, {run.train_accuracy[-1]:.1%} right."
    # What led there stands in the verdict below, and is not told twice.
    told = f"{told}{WHY}{deaths.bound(run, diagnosis)}".rstrip()
    if diagnosis.verdict == "non_finite":
        return "infinity", told
    return ("dies" if diagnosis.verdict == "saturated" else "jumps"), told


def first_gradient(run: Run) -> Comparison:
    """Return the gradient of a run's first step, held against central differences."""
    return compare(make_objective(run.experiment, run.data), run.w[0], run.gradient[0])


def _article(step: Step) -> Truth:
    run = runs.untrained(experiment_of(step))
    compared = first_gradient(run)
    check, wrong = compared.check, int(np.count_nonzero(compared.relative_error > TOLERANCE))
    told = (
        f"{wrong} of its {len(compared.analytic)} entries differ.{WHY}Each is held against how "
        "much J rises when its weight alone is moved. J is the loss of all points together, with "
        f"the penalty, whose l2 is {short(run.experiment.l2)}. The largest relative error, the "
        f"difference divided by the size, is {short(check.max_relative_error, 2)}, in "
        f"dL/d{check.layer}."
    )
    return ("passes" if check.passed else "fails"), told


# None: the run that answers is still under way.
TRUTHS: Mapping[str, Callable[[Step], Truth | None]] = {
    "descent_steps": _descent_steps,
    "valley": _valley,
    "race": _race,
    "pull": _pull,
    "ways": _ways,
    "accuracy": _accuracy,
    "sharper": _sharper,
    "first_steps": _first_steps,
    "explosion": _explosion,
    "article": _article,
}
