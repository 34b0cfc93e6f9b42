"""What the screens say about the optimizers: their names, their parameters, and their limit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mlp import Experiment
from mlp.optimizers.registry import stability_limit

NAMES: Mapping[str, str] = {
    "gradient_descent": "Gradient descent",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "adadelta": "AdaDelta",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamax": "AdaMax",
    "nadam": "Nadam",
    "adamw": "AdamW",
    "ftrl": "FTRL",
}
# What one step does, in a line; the formulas stand in mlp.optimizers.registry.
IDEAS: Mapping[str, str] = {
    "gradient_descent": "Steps straight against the gradient, by rate × gradient.",
    "momentum": "Steps add up: a share of the last step goes on (Polyak 1964).",
    "nesterov": "Momentum that takes the gradient where the last step is about to carry it "
    "(Nesterov 1983).",
    "adagrad": "Each variable’s step is divided by all of its past gradients: steps only ever "
    "grow shorter (Duchi 2011).",
    "adadelta": "Past steps over past gradients set the length; the rate is 1 as a rule "
    "(Zeiler 2012).",
    "rmsprop": "Each variable’s step is divided by its recent gradients’ size (Hinton 2012).",
    "adam": "Momentum divided by the gradients’ recent size (Kingma and Ba 2015).",
    "adamax": "Adam with the largest recent gradient instead of a mean square.",
    "nadam": "Adam that looks ahead as Nesterov does (Dozat 2016).",
    "adamw": "Adam, and the weights shrink by a share of their own (Loshchilov and Hutter 2019).",
    "ftrl": "Solves for the weights that all past gradients ask for; its own L1 makes exact "
    "zeros (McMahan 2013).",
}

# The letters of the update formulas on "Gradient descent".
LETTERS: Mapping[str, str] = {
    "x": "the point",
    "g": "the gradient there",
    "η": "the learning rate",
    "β": "the share of v that goes on",
    "v": "the sum of past gradients, older ones counting less",
    "ρ": "the share of s that goes on",
    "β₁": "the share of m that goes on",
    "β₂": "the share of s that goes on",
    "s": "the mean of past g², older ones counting less",
    "m": "the mean of past gradients, older ones counting less",
    "m̂": "m, corrected for its start at 0",
    "ŝ": "s, corrected for its start at 0",
    "ε": "a tiny number, so that nothing is divided by 0",
    "t": "the number of the step",
    "Δ": "the step for a rate of 1",
    "n": "m, looked ahead",
    "a": "the shares of g and m in n",
    "b": "",  # told with a
    "λ": "the weight decay",
}
LETTERS_OF: Mapping[str, Mapping[str, str]] = {
    "adagrad": {"s": "the sum of all past g²"},
    "adadelta": {
        "s": "the mean of past g², older ones counting less",
        "u": "the same of the steps Δ",
    },
    "adamax": {
        "β₂": "the share of u that goes on",
        "u": "the largest past |g|, older ones counting less",
    },
    "ftrl": {
        "σ": "1 / the rate of each variable",
        "β": "keeps the first steps short",
        "z": "what all past gradients ask for together",
    },
}
_LETTER = re.compile(r"(?<![a-z])[a-zα-ωΔŝ]\u0302?[₁₂]?(?![a-z])")


def letters_in(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the letters in the lines of an update, each once.

    Examples
    --------
    >>> letters_in(["m̂ = m / (1 − β₁ᵗ) = {mean}"])
    ('m̂', 'm', 'β₁', 't')
    """
    text = re.sub(r"\{.*?\}", " ", " ".join(lines)).replace("ᵗ", " t ")
    return tuple(dict.fromkeys(_LETTER.findall(text)))


def name_letters(
    optimizer: str, lines: Sequence[str], own: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Say in a line what the letters of an update stand for, ``own`` ones first of all.

    Examples
    --------
    >>> name_letters("gradient_descent", ["x ← x − η g"])
    'x: the point; η: the learning rate; g: the gradient there.'
    """
    meanings = {**LETTERS, **LETTERS_OF.get(optimizer, {}), **own}
    told = {letter: meanings[letter] for letter in letters_in(lines)}
    if "b" in told:
        told = {"a, b" if name == "a" else name: said for name, said in told.items()}
    return f"{'; '.join(f'{letter}: {said}' for letter, said in told.items() if said)}."


@dataclass(frozen=True)
class Parameter:
    """How a parameter is offered: in words, where {:g} is the published value, and on what scale.

    ``stops`` are those of a slider with stops; else ``low`` is the smallest one above 0 of a
    logarithmic slider, or None for a linear one. ``zero`` says what 0 stands for.
    """

    label: str
    help: str
    low: float | None = None
    zero: str = ""
    stops: tuple[float, ...] = ()


PARAMETERS: Mapping[str, Parameter] = {
    "momentum": Parameter(
        "Momentum", "The share of the last steps that goes on (Adam’s β₁); {:g} is usual."
    ),
    "beta2": Parameter(
        "Memory of squared gradients",
        "The share of their mean that goes on each step (β₂, or ρ): closer to 1 is longer.",
        zero="published: {:g}",
        stops=(0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999),
    ),
    "epsilon": Parameter(
        "Epsilon",
        "Keeps the division by the gradients’ size finite; larger makes it plainer descent.",
        low=1e-12,
        zero="published: {:g}",
    ),
    "weight_decay": Parameter(
        "Weight decay",
        "Each step also multiplies the weights by 1 − rate × this; {:g} is usual.",
        low=1e-6,
        zero="off",
    ),
    "ftrl_beta": Parameter(
        "Smoothing β of FTRL",
        "Keeps the first steps from being too long; published with {:g}.",
        low=1e-6,
    ),
    "ftrl_l1": Parameter(
        "L1 of FTRL",
        "Weights that the gradients pull at by less than this are exactly 0.",
        low=1e-6,
        zero="off",
    ),
    "ftrl_l2": Parameter(
        "L2 of FTRL",
        "Pulls all weights towards 0 without being part of the loss.",
        low=1e-6,
        zero="off",
    ),
}


def gauge_limit(experiment: Experiment) -> float | None:
    """Return what learning_rate x sharpness must stay below in this run, where theory says so.

    None for the article's L2 term, which is not the gradient of J, for layers with rates of their
    own, and for the optimizers that scale each weight's step by its own past gradients.
    """
    if experiment.l2_gradient == "article" and experiment.l2 > 0:
        return None
    if experiment.first_layer_rate != 1:
        return None
    return stability_limit(experiment.optimizer, experiment.momentum)


def why_no_limit(experiment: Experiment) -> str:
    """Say why ``gauge_limit`` knows none, in a few words, or return ""."""
    if gauge_limit(experiment) is not None:
        return ""
    if stability_limit(experiment.optimizer, experiment.momentum) is None:
        return f"{NAMES[experiment.optimizer]} scales the step of each weight by itself"
    if experiment.first_layer_rate != 1:
        return "the two layers take steps of different lengths"
    return "the article’s L2 term is no gradient of the loss"


def of_a_batch(experiment: Experiment) -> str:
    """Say what the sharpness is that of, where steps are taken on mini-batches, or return ""."""
    if not experiment.takes_mini_batches:
        return ""
    return f"{experiment.batch_size} of {experiment.n_train} points, on average"


def limit_formula(experiment: Experiment) -> str:
    """Return the optimizer's limit as it is computed, for example 2 (1 + 0.9); "" without one."""
    m = f"{experiment.momentum:g}"
    formulas = {
        "gradient_descent": "2",
        "momentum": f"2 (1 + {m})",
        "nesterov": f"2 (1 + {m}) / (1 + 2 × {m})",
    }
    return formulas.get(experiment.optimizer, "")


def limit_in_latex(experiment: Experiment) -> str:
    """Return ``limit_formula`` as LaTeX; "" also where the layers have rates of their own."""
    if experiment.first_layer_rate != 1:
        return ""
    m = f"{experiment.momentum:g}"
    formulas = {
        "gradient_descent": "2",
        "momentum": rf"2\,(1 + {m})",
        "nesterov": rf"\frac{{2\,(1 + {m})}}{{1 + 2 \times {m}}}",
    }
    return formulas.get(experiment.optimizer, "")
