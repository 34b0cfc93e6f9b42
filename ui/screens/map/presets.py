"""The maps to begin with: two axes, one question, and what answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlp import Experiment
from mlp.analysis.maps.pixels import Pixels
from mlp.analysis.maps.plane import Axis, Plane
from mlp.experiment import Value
from ui.course.question import Truth
from ui.screens.map import answers
from ui.screens.map.views import BASE, RATE, SCALE


@dataclass(frozen=True)
class Preset:
    """A map with a question: its settings and axes, the answers by name, and which is right."""

    title: str
    question: str
    x: Axis
    y: Axis
    experiment: Experiment
    answers: Mapping[str, str]
    truth: Callable[[Plane, Pixels], Truth]


_MORE: Mapping[str, Value] = {"bias": False, "l2_gradient": "article", "l2": 1e-3}
PRESETS: dict[str, Preset] = {
    "scale": Preset(
        "Rate × scale, 3 neurons",
        "How much of what trains calmly also learns?",
        RATE,
        SCALE,
        BASE,
        {
            "most": "More than three quarters",
            "some": "Between a quarter and three quarters",
            "few": "Less than a quarter",
        },
        answers.stable_and_learning,
    ),
    "neurons": Preset(
        "Rate × neurons",
        "Does a network of more neurons bear a longer step, or a shorter one?",
        RATE,
        Axis("hidden", 1, 60),
        BASE.replace(steps=200),
        {"longer": "A longer one", "shorter": "A shorter one", "same": "The same"},
        answers.widest_rate,
    ),
    "penalty": Preset(
        "Rate × l2",
        "What happens where learning rate × l2 passes 2?",
        Axis("learning_rate", 0.01, 3, "log"),
        Axis("l2", 0.1, 100, "log"),
        BASE.replace(steps=1000),
        {
            "infinite": "The weights run to infinity",
            "swings": "The loss swings, and stays finite",
            "calm": "Nothing: it stays calm",
        },
        answers.beyond_two,
    ),
    "momentum": Preset(
        "Rate × momentum",
        "Momentum’s limit is 2 (1 + m): does it bear longer steps from the start on?",
        Axis("learning_rate", 0.0003, 3, "log"),
        Axis("momentum", 0, 0.95),
        BASE.replace(optimizer="momentum"),
        {"longer": "Longer ones", "shorter": "Only shorter ones", "same": "The same"},
        answers.with_momentum,
    ),
    "layers": Preset(
        "Both layers’ rates",
        "Is the edge between steady and unsteady training a line?",
        Axis("learning_rate", 0.01, 10, "log"),
        Axis("first_layer_rate", 0.01, 100, "log"),
        BASE,
        {"line": "A line", "ragged": "Ragged, or full of islands"},
        answers.fringe,
    ),
    "article": Preset(
        "The article’s term",
        "From which l2 on does the article’s term make training explode?",
        RATE,
        Axis("l2", 1e-5, 10, "log"),
        BASE.replace(**{**_MORE, "steps": 1000}),
        {
            "low": "Less than 0.001",
            "middle": "0.001 to 0.1",
            "high": "More than 0.1",
            "never": "It never explodes here",
        },
        answers.article_harm,
    ),
}


def preset_of(plane: Plane) -> str | None:
    """Return the name of the preset that a map, before any zoom, is of."""
    for name, preset in PRESETS.items():
        if (plane.x, plane.y) == (preset.x, preset.y) and plane.experiment == preset.experiment:
            return name
    return None
