"""The scenes: experiments with a name, which is the same wherever they can be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlp.experiment import Experiment


@dataclass(frozen=True)
class Scene:
    """An experiment worth watching, under the title it has for everybody.

    Attributes
    ----------
    title : str
        What is set: it gives away nothing of what happens.
    experiment : Experiment
        The settings.
    ending : str
        What happens, for whoever looks for it.
    """

    title: str
    experiment: Experiment
    ending: str = ""

    @property
    def full_title(self) -> str:
        """The title with its ending, by which a scene is found where nothing is asked."""
        return f"{self.title} · {self.ending}" if self.ending else self.title


_DEAD = Experiment(hidden=50, learning_rate=0.3)
_SHOCK = Experiment(hidden=50, learning_rate=0.03)
_LATE = Experiment(learning_rate=0.03)
_ARTICLE = Experiment(bias=False, train_points=50, learning_rate=0.003, steps=1_000_000)
_ARTICLE_50 = _ARTICLE.replace(hidden=50)

# By the name that stands in addresses and on the command line.
SCENES: Mapping[str, Scene] = {
    "three_neurons": Scene("3 neurons, rate 0.006", Experiment(), "learns"),
    "fifty_neurons": Scene("50 neurons, rate 0.006", Experiment(hidden=50), "learns"),
    "dead_network": Scene("50 neurons, rate 0.3", _DEAD, "explodes, and dies"),
    "exploding_wide": Scene("50 neurons, rate 0.03", _SHOCK, "a shock, survived"),
    "rescued_by_warmup": Scene(
        "50 neurons, rate 0.03, warm-up", _SHOCK.replace(warmup_steps=5000), "no shock: warm-up"
    ),
    "rescued_by_clipping": Scene(
        "50 neurons, rate 0.03, clipping", _SHOCK.replace(clip_norm=1.0), "no shock: clipping"
    ),
    "exploding_late": Scene("3 neurons, rate 0.03", _LATE, "turns unstable late"),
    "rescued_by_decay": Scene(
        "3 neurons, rate 0.03, cosine", _LATE.replace(schedule="cosine"), "calmed by decay"
    ),
    "vanishing_gradient": Scene(
        "50 neurons, first weights × 100",
        Experiment(hidden=50, init_scale=100.0),
        "the gradient vanishes",
    ),
    "penalty_too_strong": Scene(
        "3 neurons, rate 0.3, l2 = 10",
        Experiment(learning_rate=0.3, l2=10.0),
        "the penalty doubles the weights",
    ),
    "article_three": Scene("The article’s 3 neurons", _ARTICLE),
    "article_fifty_exploding": Scene(
        "The article’s run, l2 = 0.0001",
        _ARTICLE_50.replace(l2=1e-4, l2_gradient="article"),
        "to infinity",
    ),
    "article_fifty_fixed": Scene(
        "The article’s run, l2 = 0.000001",
        _ARTICLE_50.replace(l2=1e-6, l2_gradient="article"),
        "the article’s cure: a smaller l2",
    ),
    "article_fifty_derived": Scene("The article’s run, derived L2", _ARTICLE_50.replace(l2=1e-4)),
}
PRESETS: dict[str, Experiment] = {name: scene.experiment for name, scene in SCENES.items()}


def scene_of(experiment: Experiment) -> str | None:
    """Return the name of the scene with exactly these settings, if there is one."""
    return next((name for name, preset in PRESETS.items() if preset == experiment), None)
