"""The scenes of the screen "Exploding gradients", in the order that tells the story."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlp import PRESETS, Diagnosis, Experiment


@dataclass(frozen=True)
class Scene:
    """One scene: its name, its settings, and the question to answer before it runs."""

    title: str
    experiment: Experiment
    question: str
    hint: str


SCENES: Mapping[str, Scene] = {
    "late": Scene(
        "3 neurons, rate 0.03",
        PRESETS["exploding_late"],
        "3 neurons learn smoothly at a learning rate of 0.006. Five times that, 0.03, and 20,000 "
        "steps: what will happen?",
        "Watch the sharpness grow while the network learns.",
    ),
    "wide": Scene(
        "50 neurons, rate 0.03",
        PRESETS["exploding_wide"],
        "50 neurons, the same learning rate 0.03: will it survive?",
        "Watch the first steps. Then try the cures: one of them comes too late.",
    ),
    "dead": Scene(
        "50 neurons, rate 0.3",
        PRESETS["dead_network"],
        "50 neurons and ten times that rate, 0.3: will the loss run to infinity?",
        "Watch the outputs, and the gradient after the jump.",
    ),
    "starving": Scene(
        "Huge first weights",
        Experiment(hidden=50, init_scale=100.0),
        "50 neurons, the small learning rate 0.006 – but the first weights are 100 times larger. "
        "Will it learn?",
        "Switch the map to Sensitivity: where it is dark, the first layer hears nothing.",
    ),
    "penalty": Scene(
        "Rate × l2 = 3",
        PRESETS["penalty_too_strong"],
        "A penalty that keeps weights small, l2 = 10, at a learning rate of 0.3 – settings that "
        "visitors of another playground reported as broken. What will the weights do?",
        "Watch the sign of the weights from step to step.",
    ),
    "article": Scene(
        "The article’s run",
        PRESETS["article_fifty_exploding"],
        "50 neurons, 0.003, l2 = 0.0001, 1,000,000 steps: the run of an article that explains "
        "backpropagation, whose loss runs away at the end. It learns calmly for 90,000 steps. And "
        "then?",
        "The rate is small and the penalty tiny. Compare the gradient with its numeric check.",
    ),
}

ANSWERS: Mapping[str, str] = {
    "smooth": "It learns smoothly",
    "jumps": "The loss jumps or swings",
    "dies": "It dies: nothing moves any more",
    "infinity": "It runs to infinity",
}


def answer_of(diagnosis: Diagnosis) -> str:
    """Return which of ANSWERS a diagnosis gives."""
    if diagnosis.verdict == "non_finite":
        return "infinity"
    if diagnosis.verdict == "saturated":
        return "dies"
    return "smooth" if diagnosis.cause is None else "jumps"
