"""What the screen "Chain rule" shows: a step, a point, a neuron, a brick and a mistake.

They live in the session and, with the settings, in the address, which reproduces the screen.
"""

from dataclasses import dataclass

import streamlit as st

from mlp import Experiment, Run
from mlp.chain_rule.mistakes import MISTAKES
from mlp.experiment import ALLOWED, MOST_STEPS
from ui.address import kinds
from ui.address.address import Address
from ui.address.form import Field
from ui.screens.chain_rule.catalog import BRICKS, UPDATE, phase_of
from ui.settings import session
from ui.settings.binding import Binding
from ui.settings.experiment_form import ExperimentForm
from ui.words.naming import Names, names_of

VIEWS = {"matrices": "Matrices", "one_weight": "One weight"}  # of a brick
FORM = ExperimentForm(
    lambda given: {  # noqa: ARG005 - no field depends on another
        "step": Field(kinds.whole(0, MOST_STEPS - 1), 0),
        "point": Field(kinds.whole(1, int(ALLOWED["train_points"].high)), 1),
        "neuron": Field(kinds.whole(1, int(ALLOWED["hidden"].high)), 1),
        "brick": Field(kinds.choice(*BRICKS, UPDATE), next(iter(BRICKS))),
        "mistake": Field(kinds.choice(*MISTAKES)),
        "view": Field(kinds.choice(*VIEWS), "matrices"),
    }
)
ADDRESS = Address("chain_rule", FORM, shared=["experiment"])


@dataclass(frozen=True)
class Shown:
    """What is looked at, in range: points and neurons from 0; and the data's own names."""

    step: int
    point: int
    neuron: int
    names: Names


def binding() -> Binding:
    """Return the binding of the screen's own widgets."""
    fields = {name: field.kind for name, field in ADDRESS.fields.items()}
    return Binding(ADDRESS.values, fields, change, prefix="chain_")


def brick() -> str:
    """Return the name of the brick that is looked at."""
    return str(ADDRESS.values["brick"])


def phase() -> str:
    """Return the name of its phase."""
    return phase_of(brick())


def one_weight() -> bool:
    """Whether one weight is followed, in place of the matrices of a brick."""
    return bool(ADDRESS.values["view"] == "one_weight")


def change(**changes: int | str | None) -> None:
    """Look at something else; the animation goes there. Meant for callbacks."""
    follow(**changes)
    st.session_state["chain_command"] = command() + 1


def follow(**changes: int | str | None) -> None:
    """Look at what the animation has gone to by itself; meant for callbacks."""
    ADDRESS.change(**changes)


def command() -> int:
    """Return how often the animation was told where to go."""
    return int(st.session_state.get("chain_command", 0))


def choose(experiment: Experiment) -> None:
    """Look at another network, from its first step on; meant for callbacks."""
    session.use(experiment)
    change(step=0)


def clamp(run: Run, *, done: bool) -> Shown:
    """Bring everything into the range of a run, and say what was out of it.

    Parameters
    ----------
    run : Run
        As far as it is trained.
    done : bool
        Whether no more frames will come; until then a step beyond waits for its turn.
    """
    lowest = {"step": 0, "point": 1, "neuron": 1}
    largest = {
        "step": max(int(run.steps[-1]) - 1, 0),
        "point": run.experiment.n_train,
        "neuron": run.experiment.hidden,
    }
    found = {}
    for name, high in largest.items():
        asked, low = int(ADDRESS.values[name]), lowest[name]
        found[name] = min(max(asked, low), high)
        if found[name] != asked and (done or name != "step"):
            ADDRESS.correct(
                f"{name} = {asked}: must be from {low} to {high} in this run. "
                f"{found[name]} is used instead.",
                **{name: found[name]},
            )
    return Shown(found["step"], found["point"] - 1, found["neuron"] - 1, names_of(run))
