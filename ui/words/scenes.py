"""What the scenes say: what to look for in each, and what some ask before they run."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlp import Experiment
from mlp.data.shapes import XOR_DATASETS

ARTICLE = "Omar U. Florez’s article “One LEGO at a time”"
LOOK_FOR: Mapping[str, str] = {
    "three_neurons": "A network learns XOR: blue is where just one of x0 and x1 is positive. Three "
    "neurons, three dashed lines: watch them turn, and the solid one between the colours follow.",
    "fifty_neurons": "The same learning rate, many more lines: watch the boundary bend freely.",
    "dead_network": "One giant step saturates the outputs; no gradient is left to come back.",
    "exploding_wide": "Rate 0.03 is too long a step: the loss jumps within 4 steps, and recovers.",
    "rescued_by_warmup": "The same rate, reached slowly: the loss never rises.",
    "rescued_by_clipping": "The same rate, long gradients shortened: the loss never rises.",
    "exploding_late": "Smooth for over a thousand steps; then rate × sharpness reaches 2, and the "
    "loss wobbles.",
    "rescued_by_decay": "The rate falls along a cosine; the wobble begins, and dies out.",
    "vanishing_gradient": "Weights a hundred times larger: the first layer hears nothing, and "
    "learns nothing.",
    "penalty_too_strong": "Rate × l2 = 3: every step doubles the weights and flips their sign.",
    "article_three": f"The first run of {ARTICLE}: 1,000,000 steps on 50 points without bias.",
    "article_fifty_exploding": f"The L2 term as published in {ARTICLE}: the run ends in infinity "
    "near step 102,695.",
    "article_fifty_fixed": f"The cure of {ARTICLE}: the same L2 term, a hundred times weaker.",
    "article_fifty_derived": f"The penalty of {ARTICLE}, as strong, with its true derivative.",
}


@dataclass(frozen=True)
class Question:
    """What a scene asks before it runs, where to look while it does, and where it is from.

    What is emphasised in a hint is for a telephone alone, where a picture may be out of sight.
    """

    text: str
    hint: str
    source: str = ""


# The scenes that go wrong, in the order in which "Exploding gradients" tells them.
QUESTIONS: Mapping[str, Question] = {
    "dead_network": Question(
        "50 neurons, and a learning rate of 0.3: what will the training do?",
        "Watch the map and the accuracy: everything happens within two steps.",
    ),
    "exploding_wide": Question(
        "50 neurons at a tenth of that rate, 0.03: will it survive?",
        "Watch the first steps of the loss, then where it ends. *Its curve stands below.*",
    ),
    "exploding_late": Question(
        "3 neurons at the same rate, 0.03, for 20,000 steps: what will happen?",
        "Watch the sharpness grow while the network learns. *The bar below the map tells it.*",
    ),
    "vanishing_gradient": Question(
        "50 neurons, the small rate 0.006, but first weights 100 times larger: will it learn?",
        "Switch the map to Sensitivity: where it is saturated, the first layer hears nothing.",
    ),
    "penalty_too_strong": Question(
        "A penalty that keeps weights small, l2 = 10, at a rate of 0.3: what will the weights do?",
        "Watch the sign of the weights from step to step. *The network is the last picture below.*",
    ),
    "article_fifty_exploding": Question(
        "The article’s 50 neurons: the loss never rises for 90,000 steps. And then?",
        "The rate is small and the penalty tiny. Compare the gradient with central differences.",
        f"A run of {ARTICLE}: rate 0.003, l2 = 0.0001.",
    ),
}


def subject(experiment: Experiment) -> str:
    """Return what a network learns, for a heading: XOR only where the labels are one."""
    return "XOR" if experiment.dataset in XOR_DATASETS else "to tell two classes apart"
