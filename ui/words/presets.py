"""What the presets are called, and what to look for in each."""

from dataclasses import dataclass

from mlp import PRESETS, Experiment
from mlp.data.shapes import XOR_DATASETS


@dataclass(frozen=True)
class Preset:
    """How a preset is offered: its name, and what to look for in it."""

    label: str
    look_for: str


PRESET_WORDS: dict[str, Preset] = {
    "three_neurons": Preset(
        "3 neurons", "Three lines have to do: watch each neuron find its own and turn it."
    ),
    "fifty_neurons": Preset(
        "50 neurons", "The same learning rate, many more lines: watch the boundary bend freely."
    ),
    "exploding_wide": Preset(
        "50 neurons explode", "Rate 0.03 is too long a step: the loss jumps within 4 steps."
    ),
    "rescued_by_warmup": Preset(
        "… rescued by warm-up", "The same rate, reached slowly: the loss never rises."
    ),
    "rescued_by_clipping": Preset(
        "… rescued by clipping", "The same rate, long gradients shortened: the loss never rises."
    ),
    "exploding_late": Preset(
        "3 neurons explode late",
        "Smooth for over a thousand steps; then rate × sharpness reaches 2, and the loss wobbles.",
    ),
    "rescued_by_decay": Preset(
        "… calmed by decay", "The rate falls along a cosine; the wobble begins, and dies out."
    ),
    "dead_network": Preset(
        "Dead network", "One giant step saturates the outputs; no gradient is left to come back."
    ),
    "penalty_too_strong": Preset(
        "Penalty explodes", "Rate × l2 = 3: every step doubles the weights and flips their sign."
    ),
    "article_three": Preset(
        "Article: 3 neurons", "The article’s first run, 1,000,000 steps on 50 points without bias."
    ),
    "article_fifty_exploding": Preset(
        "Article: 50 explode",
        "The article’s L2 term as published: the run ends in infinity near step 102,695.",
    ),
    "article_fifty_fixed": Preset(
        "Article: smaller l2", "The article’s cure: the same L2 term, a hundred times weaker."
    ),
    "article_fifty_derived": Preset(
        "Article: derived L2", "The same strength of penalty with its true derivative."
    ),
}


def subject(experiment: Experiment) -> str:
    """Return what a network learns, for a heading: XOR only where the labels are one."""
    return "XOR" if experiment.dataset in XOR_DATASETS else "to tell two classes apart"


def preset_of(experiment: Experiment) -> str | None:
    """Return the name of the preset with exactly these settings, if there is one."""
    return next((name for name, preset in PRESETS.items() if preset == experiment), None)
