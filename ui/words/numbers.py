"""What the screens say about a run: every sentence computed from the run being shown."""

import math
from dataclasses import dataclass, replace

import numpy as np

from mlp import Experiment, Run
from mlp.analysis.stability import products, shares_left, sharpness_of_steps
from mlp.analysis.verdicts import dead, is_unsteady, stalled
from ui.words.glossary import define
from ui.words.optimizers import NAMES, gauge_limit, limit_formula, of_a_batch, why_no_limit
from ui.words.plain import capitalized


@dataclass(frozen=True)
class Number:
    """A number beside the player: its name, its value, and what it means here.

    ``terms`` are the words of its name that the glossary explains.
    """

    label: str
    value: str
    meaning: str
    terms: tuple[str, ...] = ()

    @property
    def help(self) -> str:
        """What its name means, for whoever points at it."""
        return define(*self.terms)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(value: float, digits: int = 4) -> str:
    """Write a number with so many digits, and as a power of ten where zeros would be counted.

    Examples
    --------
    >>> short(1.3), short(-4.913e-05), short(1e-06, 2)
    ('1.3', '−4.913 × 10⁻⁵', '10⁻⁶')
    """
    head, _, exponent = f"{value:.{digits}g}".partition("e")
    if exponent:
        power = f"10{str(int(exponent)).translate(_RAISED)}"
        head = power if head == "1" else f"{head} × {power}"
    return head.replace("-", "−")


ROUNDING = 4 * float(np.finfo(float).eps)  # of a way walked: a few roundings
TINY, TINY_WORDS = 1e-6, "a millionth"


def how_far(apart: float, walked: float, place: str) -> str:
    """Say how far from a place something is, where rounding or words tell it better than digits.

    ``walked`` is how far away it began: what is left of a double of that size is rounding.

    Examples
    --------
    >>> how_far(1.569e-15, 9.487, "the minimum"), how_far(0.0056, 9.487, "the minimum")
    ('at the minimum, to rounding', '0.0056 from the minimum')
    """
    if apart <= ROUNDING * walked:
        return f"at {place}, to rounding"
    if apart < TINY:
        return f"less than {TINY_WORDS} from {place}"
    return f"{short(apart)} from {place}"


NEARLY_NOTHING = 1e-9


def spoken(value: float, *, about: bool = False) -> str:
    """Write a number for a sentence: three digits, no exponent that has to be deciphered.

    ``about`` marks what rounding decides, and leaves two.

    Examples
    --------
    >>> spoken(0.052345), spoken(2.5e-139), spoken(5.43e12), spoken(1.35714, about=True)
    ('0.0523', 'nearly 0', '5.43 × 10¹²', 'about 1.4')
    """
    digits = 2 if about else 3
    text = f"{value:.{digits}g}"
    size = abs(float(text))
    if 0 < abs(value) < NEARLY_NOTHING:
        return "nearly 0"
    if 10**digits <= size < 1e6:
        text = f"{float(text) if about else value:,.0f}"
    elif "e" in text:
        text = short(value, digits)
    text = text.replace("-", "−")
    return f"about {text}" if about else text


_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def equals(value: float, shown: str) -> str:
    """Return a result with its sign: ≈ where the digits shown are not all there are.

    Examples
    --------
    >>> equals(1 - 3.0, "−2"), equals(1 - 5.4e-9, "1"), equals(4.77e12, "4.77 × 10¹²")
    ('= −2', '≈ 1', '= 4.77 × 10¹²')
    """
    try:
        told = float(shown.translate(_LOWERED).replace(",", "").replace(" × 10", "e"))
    except ValueError:  # "nearly 0"
        told = np.nan
    return f"{'=' if math.isclose(told, value, rel_tol=LAST_DIGIT) else '≈'} {shown}"


def in_latex(value: float, digits: int) -> str:
    r"""Write a number in LaTeX, without "e+03".

    Examples
    --------
    >>> in_latex(1366.7, 3), in_latex(0.25, 3), in_latex(2.5e-7, 3)
    ('1{,}370', '0.25', '2.5 \\times 10^{-7}')
    """
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    if not exponent:
        return mantissa
    if 1 <= abs(value) < MOST_WRITTEN_OUT:
        return f"{float(f'{value:.{digits}g}'):,.0f}".replace(",", "{,}")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}"


MOST_WRITTEN_OUT = 1e6


def one_minus(value: float) -> str:
    """Write 1 - value out, the result with no more decimals than the value is shown with.

    Examples
    --------
    >>> one_minus(1.2861), one_minus(3.0), one_minus(0.0123), one_minus(1e-12)
    ('1 − 1.29 ≈ −0.29', '1 − 3 = −2', '1 − 0.0123 ≈ 0.988', '1 − nearly 0 ≈ 1')
    """
    shown = spoken(value)
    decimals = len(shown.partition(".")[2])
    rounded = round(1 - value, decimals) + 0.0 if shown.replace(".", "").isdigit() else 1 - value
    return f"1 − {shown} {equals(1 - value, spoken(rounded))}"


LAST_DIGIT = 1e-14  # of a double: 0.1 × 3 is not quite 0.3


def percent(share: float) -> str:
    """Write a share as per cent, with a decimal only where there is one.

    Examples
    --------
    >>> percent(1.0), percent(0.4733)
    ('100%', '47.3%')
    """
    return f"{share:.1%}".replace(".0%", "%")


def plural(count: float, noun: str) -> str:
    """Write a number of things.

    Examples
    --------
    >>> plural(1, "step"), plural(20_000, "step")
    ('1 step', '20,000 steps')
    """
    return f"{count:,.0f} {noun}{'' if count == 1 else 's'}"


def times(count: int) -> str:
    """Write how often something happens.

    Examples
    --------
    >>> times(1), times(2000)
    ('once', '2,000 times')
    """
    return "once" if count == 1 else f"{count:,} times"


def counted(number: float) -> str:
    """Write a number of steps with a thousands separator."""
    return f"{number:,.0f}"


def numbers(run: Run, frame: int) -> list[Number]:
    """Return the numbers of one frame with their meaning; what rounding decides is marked."""
    loss, *others = _loss(run, frame), _gradient(run, frame), _stability(run, frame)
    if is_unsteady(run) and run.steps[frame] > (run.first_rise_at or 0):
        loss, *others = (replace(each, value=f"about {each.value}") for each in (loss, *others))
        loss = replace(loss, meaning=f"{loss.meaning} {ABOUT}")
    return [_accuracy(run, frame), loss, *others]


ABOUT = (
    "About: once the loss has risen, rounding errors can grow from step to step, and change digits."
)


ALL_OF_IT = 1 - 1e-9
HARDLY = 0.01


def _accuracy(run: Run, frame: int) -> Number:
    n_train, n = run.data.n_train, len(run.data.X)
    right = round(run.train_accuracy[frame] * n_train)
    meaning = f"{right} of {n_train} training points are classified right"
    if n_train < n:
        meaning += f"; of all {n} points, {run.accuracy[frame]:.1%}"
    name = "Accuracy" if n_train == n else "Accuracy on training points"
    return Number(name, f"{run.train_accuracy[frame]:.1%}", meaning + ".", ("accuracy",))


def _loss(run: Run, frame: int) -> Number:
    loss, penalty = run.loss[frame], run.penalty[frame]
    meaning = "Half the squared error of both outputs, per sample; no penalty is set."
    if run.experiment.l1 or run.experiment.l2:
        meaning = f"Data part {short(loss - penalty)} + penalty part {short(penalty)}."
    if penalty > ALL_OF_IT * loss:  # of their difference no digit would be right
        meaning = "Nearly all of it is the penalty part: the data part is below a billionth."
    return Number("Loss", short(loss), meaning, ("loss",))


def _gradient(run: Run, frame: int) -> Number:
    first, second = run.grad_norm_W1[frame], run.grad_norm_W2[frame]
    total = float(np.hypot(first, second))
    meaning = f"‖dL/dW1‖ = {short(first)}, ‖dL/dW2‖ = {short(second)}."
    longest = run.experiment.clip_norm
    if longest and total > longest and not run.experiment.takes_mini_batches:
        meaning += f" Clipping shortens it to {longest / total:.1%} of that."
    return Number("Gradient norm", short(total), meaning, ("gradient",))


def _stability(run: Run, frame: int) -> Number:
    experiment = run.settings_at(int(run.steps[frame]))
    rate, sharpness = run.learning_rates[frame], sharpness_of_steps(run)[frame]
    limit, batch = gauge_limit(experiment), of_a_batch(experiment)
    left = shares_left(run)[frame]
    product = products(run)[frame]
    meaning = f"{short(rate)} × {short(sharpness)}. "
    if left < 1:
        meaning = (
            f"{short(rate)} × {left:.1%} × {short(sharpness)}: clipped, the step is as short as at "
            f"rate {short(rate * left)}. "
        )
    if stalled(run)[frame] and limit is not None and product < limit:
        what = "has vanished" if dead(run)[frame] else "is nearly zero: a plateau, or a minimum"
        meaning += f"The gradient {what}. Steps along it move next to nothing."
    elif limit is None:
        meaning += _no_limit(experiment)
    elif experiment.optimizer != "gradient_descent":
        side = "below" if product < limit else "past"
        name = NAMES[experiment.optimizer] if experiment.optimizer != "momentum" else "momentum"
        meaning += f"That is {side} {name}’s limit, {limit_formula(experiment)} = {limit:.6g}."
    else:
        meaning += _factor(product)
    if batch:
        meaning += (
            f" The sharpness is that of a mini-batch, {batch}; that of all points is "
            f"{short(run.sharpness[frame])}. A single step may be longer or shorter than this says."
        )
    terms = ("sharpness", "rate × sharpness")
    return Number("Rate × sharpness", short(product), meaning, terms)


def _no_limit(experiment: Experiment) -> str:
    """Say why the product is held against nothing."""
    reason = why_no_limit(experiment)
    if experiment.optimizer in ("gradient_descent", "momentum", "nesterov"):
        return f"{capitalized(reason)}: the limit {limit_formula(experiment)} does not hold."
    return f"{reason}, by its past gradients: no fixed limit holds for this product."


def _factor(product: float) -> str:
    """Say what a plain step does along the sharpest direction."""
    factor = one_minus(product)
    if product <= 0:
        return "The loss curves upward in no direction here."
    if product < HARDLY:
        return (
            f"Far below the limit 2: along the sharpest direction a step multiplies a small error "
            f"by {factor}, so it hardly changes."
        )
    if product < 2:
        return (
            f"Below the limit 2: along the sharpest direction a step multiplies a small error by "
            f"{factor}, so it shrinks."
        )
    return (
        f"Past the limit 2: along the sharpest direction a step multiplies a small error by "
        f"{factor}, so it grows."
    )


def ending(run: Run) -> str | None:
    """Say how a run ended, where it did not just reach its last step."""
    if run.non_finite_at is None:
        return None
    return (
        f"The loss was no longer a finite number at step {run.non_finite_at:,}. What is shown ends "
        f"at step {run.steps[-1]:,}, the last with finite numbers, where the loss was "
        f"{short(run.loss[-1])}."
    )
