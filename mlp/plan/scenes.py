"""The scenes: experiments with a name, which is the same wherever they can be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlp.experiment import Experiment


@dataclass(frozen=True)
class Scene:
    """An experiment worth watching, under the title it has for everybody."""

    title: str
    experiment: Experiment


_DEAD = Experiment(hidden=50, learning_rate=0.3)
_SHOCK = Experiment(hidden=50, learning_rate=0.03)
_LATE = Experiment(learning_rate=0.03)
_ARTICLE = Experiment(bias=False, train_points=50, learning_rate=0.003, steps=1_000_000)
_ARTICLE_50 = _ARTICLE.replace(hidden=50)

# By the name that stands in addresses and on the command line.
SCENES: Mapping[str, Scene] = {
    "three_neurons": Scene("3 neurons learn", Experiment()),
    "fifty_neurons": Scene("50 neurons learn", Experiment(hidden=50)),
    "dead_network": Scene("50 neurons explode", _DEAD),
    "exploding_wide": Scene("A shock, survived", _SHOCK),
    "rescued_by_warmup": Scene("No shock: warm-up", _SHOCK.replace(warmup_steps=5000)),
    "rescued_by_clipping": Scene("No shock: clipping", _SHOCK.replace(clip_norm=1.0)),
    "exploding_late": Scene("3 neurons turn unstable late", _LATE),
    "rescued_by_decay": Scene("3 neurons, calmed by decay", _LATE.replace(schedule="cosine")),
    "vanishing_gradient": Scene("The gradient vanishes", Experiment(hidden=50, init_scale=100.0)),
    "penalty_too_strong": Scene(
        "The penalty doubles the weights", Experiment(learning_rate=0.3, l2=10.0)
    ),
    "article_three": Scene("The article’s 3 neurons", _ARTICLE),
    "article_fifty_exploding": Scene(
        "The article’s run to infinity", _ARTICLE_50.replace(l2=1e-4, l2_gradient="article")
    ),
    "article_fifty_fixed": Scene(
        "The article’s cure: a smaller l2", _ARTICLE_50.replace(l2=1e-6, l2_gradient="article")
    ),
    "article_fifty_derived": Scene("The article’s run, derived L2", _ARTICLE_50.replace(l2=1e-4)),
}
PRESETS: dict[str, Experiment] = {name: scene.experiment for name, scene in SCENES.items()}


def scene_of(experiment: Experiment) -> str | None:
    """Return the name of the scene with exactly these settings, if there is one."""
    return next((name for name, preset in PRESETS.items() if preset == experiment), None)
