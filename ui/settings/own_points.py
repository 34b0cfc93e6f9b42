"""The points that this visitor brought: kept in the session, known to nobody else."""

import streamlit as st

from mlp import Experiment
from mlp.data.own import OwnData, keep

MOST_SETS = 12  # of one visitor; the oldest goes first


def known() -> dict[str, OwnData]:
    """Return this visitor's own points by name, the newest last.

    They are kept where the training looks for them again, which forgets those of other days.
    """
    sets: dict[str, OwnData] = st.session_state.setdefault("own_points", {})
    for own in sets.values():
        keep(own)
    return sets


def bring(own: OwnData) -> str:
    """Add points to this visitor's, and return their name."""
    sets = known()
    data_id = keep(own)
    sets.pop(data_id, None)
    sets[data_id] = own
    while len(sets) > MOST_SETS:
        del sets[next(iter(sets))]
    return data_id


def title(own: OwnData) -> str:
    """Return what a list shows for points: their columns and how many there are."""
    return f"Own: {own.names[0]}, {own.names[1]} ({len(own.labels)})"


def missing(data_id: str) -> str:
    """Say that points of this name are not here, and what helps."""
    return (
        f"data_id = {data_id}: this address needs points that are not here. Bring their file on "
        "the screen Own data and open the address again."
    )


def refuse_missing(experiment: Experiment) -> None:
    """Raise ValueError for settings that need points which this visitor has not brought."""
    if experiment.dataset == "custom" and experiment.data_id not in known():
        raise ValueError(missing(experiment.data_id).removesuffix("."))
