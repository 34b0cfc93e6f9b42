"""What a learner has set, without what the course set for its scenes."""

from mlp import Experiment
from mlp.experiment import ALLOWED, DEFAULTS, Value
from mlp.plan.scenes import SCENES
from ui.course import progress
from ui.course.steps import STEPS, Step

# The screens whose addresses set what all screens share, or lead to one that does.
SHARING = ("streamlit_app.py", "pages/1_Exploding_gradients.py", "pages/4_Chain_rule.py")


def own_choices(experiment: Experiment) -> Experiment:
    """Return an Experiment in which what a step of the course set is at its default.

    The latest step that the learner came to, and of whose settings more than half still stand; what
    was changed since then is the learner's own.
    """
    for step in reversed(STEPS[: progress.reached()]):
        for setting in _settings_of(step):
            standing = [
                name for name, value in setting.items() if getattr(experiment, name) == value
            ]
            if 2 * len(standing) > len(setting):
                return experiment.replace(**{name: DEFAULTS[name] for name in standing})
    return experiment


def _settings_of(step: Step) -> list[dict[str, Value]]:
    """Return what a step's addresses set, where that differs from the defaults."""
    found = []
    for page, params in (
        (step.after_page, step.after_params),
        (step.todo_page, step.todo_params),
        (step.page, step.params),
    ):
        if page not in SHARING:
            continue
        scene = SCENES.get(str(params.get("scene")))
        asked = {name: str(text) for name, text in params.items() if name in ALLOWED}
        experiment = scene.experiment if scene else Experiment.from_params(asked)
        found.append(experiment.changes())
    return found
