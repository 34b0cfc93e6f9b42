"""The settings of this visitor: one Experiment, kept in the session for all screens.

Settings flow one way. A widget's callback, a preset or an address changes the Experiment; the
widgets are then drawn from it, and the address is written from it (``ui.address``).
"""

from collections.abc import Mapping

import streamlit as st

from mlp import Experiment
from mlp.experiment import ALLOWED, DEFAULTS, OWN, Value
from ui.address.address import touch
from ui.settings import own_points

DEFAULT = Experiment()


def current() -> Experiment:
    """Return this visitor's Experiment."""
    experiment: Experiment = st.session_state.setdefault("experiment", DEFAULT)
    if not own_points.are_here(experiment):  # the oldest of many sets, gone since
        experiment = st.session_state["experiment"] = fit(experiment, {})
    return experiment


def change(**changes: Value) -> None:
    """Change some settings, keeping the others; meant for the callbacks of widgets."""
    use(fit(current(), changes))


def use(experiment: Experiment) -> None:
    """Replace all settings; meant for callbacks of presets and buttons."""
    st.session_state["experiment"] = experiment
    touch()


def fit(experiment: Experiment, changes: Mapping[str, Value]) -> Experiment:
    """Return an Experiment with some changes, and with what depends on them fitted to them.

    A value that its field does not take is left out: the bounds of a widget hold in the browser
    only. All points stay training points when there were no others. Own points that are not here
    cannot be chosen.
    """
    values = experiment.to_dict()
    before = values["dataset"]
    for name, value in changes.items():
        try:
            values[name] = ALLOWED[name].convert(value)
        except ValueError:
            continue
    _settle_own_points(values, before)
    points, train_points = int(values["points"]), int(values["train_points"])
    follows = experiment.train_points == experiment.points and "train_points" not in changes
    values["train_points"] = points if follows else min(train_points, points)
    n_train = 4 if values["dataset"] == "corners" else int(values["train_points"])
    values["batch_size"] = min(int(values["batch_size"]), n_train)
    return Experiment(**values)  # type: ignore[arg-type]


def _settle_own_points(values: dict[str, Value], before: Value) -> None:
    """Make ``dataset``, ``data_id`` and ``points`` fit one another, in place."""
    own = own_points.known().get(str(values["data_id"]))
    if values["dataset"] == OWN and own is not None:
        values["points"] = len(own.labels)
        return
    values["data_id"] = ""
    if values["dataset"] == OWN:
        values["dataset"] = before if before != OWN else DEFAULTS["dataset"]
