"""The form of a screen about an Experiment: its fields, fitted to one another, and a few more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlp import Experiment
from mlp.experiment import ALLOWED, MOST_STEPS, Value, format_value
from mlp.plan.scenes import SCENES
from ui.address import kinds
from ui.address.form import LEFT_OUT, Field, Form, Params, Values, read_once, unknown
from ui.settings import own_points
from ui.settings.session import fit

NAME = "experiment"  # of the value, in the session too
DEFAULT = Experiment()
SCENE = "scene"  # whose settings count before those that an address names one by one
SCENE_FIELD = Field(kinds.choice(*SCENES))


@dataclass(frozen=True)
class ExperimentForm(Form):
    """A form whose value "experiment" has a parameter for each of its fields.

    Attributes
    ----------
    default : Experiment
        The settings without an address.
    most_steps : int
        More steps are refused on this screen.
    """

    default: Experiment = DEFAULT
    most_steps: int = MOST_STEPS

    def values(self, given: Values) -> Values:
        """Return every value, with the defaults of those that are not given."""
        return {NAME: self.default} | super().values(given)

    def read(self, params: Params) -> tuple[Values, list[str]]:
        """Read an address; where it names no setting at all, the default counts."""
        own = {name: texts for name, texts in params.items() if name in self.fields({})}
        given, problems = super().read(own)
        rest = {name: texts for name, texts in params.items() if name not in own}
        experiment, refused = read_experiment(rest, own_points.known())
        if experiment.steps > self.most_steps:
            refused.append(
                f"steps = {experiment.steps}: must be at most {self.most_steps} on this screen. "
                f"{self.most_steps} is used instead."
            )
            experiment = experiment.replace(steps=self.most_steps)
        if params:
            given[NAME] = experiment
        return given, refused + problems

    def write(self, given: Values) -> dict[str, list[str]]:
        """Return the parameters of an address: what differs from an Experiment's defaults."""
        own = {name: value for name, value in given.items() if name != NAME}
        experiment = given.get(NAME, self.default) if given else Experiment()
        settings = {name: [text] for name, text in experiment.to_params().items()}
        return settings | super().write(own)

    def changed(self, given: Values, changes: Mapping[str, Any]) -> Values:
        """Return what is given after some changes, also of the Experiment as a whole."""
        rest = {name: value for name, value in changes.items() if name != NAME}
        wanted = changes.get(NAME)
        if isinstance(wanted, Experiment) and wanted.steps <= self.most_steps:
            if wanted != self.values(given)[NAME]:
                given = self.reset(given, NAME)
            given = given | {NAME: wanted}
        return super().changed(given, rest)


def read_experiment(params: Params, own: Collection[str] = ()) -> tuple[Experiment, list[str]]:
    """Read an Experiment from an address.

    Parameters
    ----------
    params : mapping of str to sequence of str
        Every parameter with all its values.
    own : collection of str
        Names of the own points that this visitor has brought.

    Returns
    -------
    Experiment
        With the default, or the value of the scene that is named, wherever a parameter cannot be
        used.
    list of str
        One sentence for each of those: its name, its value, what is allowed, what is used.
    """
    values: dict[str, Value] = {}
    scene, problems = _read_scene(params)
    fields = fields_of(scene)
    for name, texts in params.items():
        if name == SCENE:
            continue
        if name not in fields:
            problems.append(unknown(name, texts))
            continue
        try:
            values[name] = read_once(name, fields[name], texts)
        except ValueError as problem:
            problems.append(str(problem))
    problems += _problems_of_own_points(values, own)
    asked = scene.to_dict() | values
    experiment = fit(Experiment(train_points=1), asked)
    problems += _what_was_fitted(asked, experiment)
    return experiment, problems


def fields_of(experiment: Experiment) -> dict[str, Field]:
    """Return the field of every setting; without it, that of the experiment counts."""
    return {name: Field(ALLOWED[name], value) for name, value in experiment.to_dict().items()}


def _read_scene(params: Params) -> tuple[Experiment, list[str]]:
    """Return the settings of the scene that an address names, or the defaults."""
    try:
        name = read_once(SCENE, SCENE_FIELD, params[SCENE]) if SCENE in params else None
    except ValueError as problem:
        return Experiment(), [str(problem)]
    return (SCENES[name].experiment if name else Experiment()), []


def _what_was_fitted(asked: Mapping[str, Value], experiment: Experiment) -> list[str]:
    """Return a sentence for every value that the other settings do not let stand."""
    return [
        f"{name} = {format_value(asked[name])}: must be from {format_value(ALLOWED[name].low)} to "
        f"{format_value(used)} with the other settings. {format_value(used)} is used instead."
        for name, used in experiment.to_dict().items()
        if used != asked[name]
    ]


def _problems_of_own_points(values: dict[str, Value], own: Collection[str]) -> Sequence[str]:
    """Leave out own points that cannot be used, and say which are missing."""
    data_id = values.get("data_id", "")
    if values.get("dataset") != "custom":
        values.pop("data_id", None)
        return [f"data_id = {data_id}: counts only with dataset = custom. {LEFT_OUT}"] * (
            data_id != ""
        )
    if data_id in own:
        return []
    del values["dataset"]
    values.pop("data_id", None)
    instead = fields_of(DEFAULT)["dataset"].instead
    if not data_id:
        return [f"dataset = custom: needs the data_id of own points. {instead}"]
    return [
        f"{own_points.missing(str(data_id))} Until then other points are shown, and all that "
        f"is said is about those: dataset = {instead}"
    ]
