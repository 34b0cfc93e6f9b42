"""The points that this visitor brought: kept in the session, known to nobody else."""

import streamlit as st

from mlp import Experiment
from mlp.data.own import OwnData
from mlp.experiment import OWN
from ui.words.plain import uncapitalized

MOST_SETS = 12  # of one visitor; the oldest goes first


def known() -> dict[str, OwnData]:
    """Return this visitor's own points by name, the newest last."""
    sets: dict[str, OwnData] = st.session_state.setdefault("own_points", {})
    return sets


def of(experiment: Experiment) -> OwnData | None:
    """Return the own points that an experiment is about; None where there are none, or gone."""
    return known().get(experiment.data_id)


def bring(own: OwnData) -> str:
    """Add points to this visitor's, and return their name."""
    sets = known()
    sets.pop(own.data_id, None)
    sets[own.data_id] = own
    while len(sets) > MOST_SETS:
        del sets[next(iter(sets))]
    return own.data_id


def title(own: OwnData) -> str:
    """Return what a list shows for points: their columns and how many there are."""
    return f"Own: {own.names[0]}, {own.names[1]} ({len(own.labels)})"


def missing(data_id: str) -> str:
    """Say that points of this name are not here, and what helps."""
    return (
        f"The points of this link are not here (data_id = {data_id}): a link does not carry own "
        "points. Ask whoever sent it for their file (there: Take home, Points, CSV), bring it on "
        "the screen Own data and press “Train on these points”: the link’s other settings stay."
    )


def are_here(experiment: Experiment) -> bool:
    """Whether an experiment needs no own points, or this visitor has brought them."""
    return experiment.dataset != OWN or of(experiment) is not None


def refuse_missing(experiment: Experiment) -> None:
    """Raise ValueError for settings that need points which this visitor has not brought."""
    if not are_here(experiment):
        raise ValueError(uncapitalized(missing(experiment.data_id)).removesuffix("."))
