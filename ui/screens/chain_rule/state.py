"""What the screen "Chain rule" shows: a step, a point, a neuron, a phase and a mistake.

They live in the session and, with the settings, in the address, which reproduces the screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from mlp import Experiment, Run
from mlp.chain_rule.mistakes import MISTAKES
from ui.screens.chain_rule.catalog import PHASES
from ui.settings import session

LONGEST_NUMBER = 12  # digits; a longer text is no step of any run
CHOICES: Mapping[str, Sequence[str]] = {"phase": tuple(PHASES), "mistake": tuple(MISTAKES)}
DEFAULTS: Mapping[str, int | str | None] = {
    "step": 0,
    "point": 1,
    "neuron": 1,
    "phase": "forward",
    "mistake": None,
}


@dataclass(frozen=True)
class Shown:
    """What is looked at, in range: points and neurons from 0."""

    step: int
    point: int
    neuron: int


def key(name: str) -> str:
    """Return the session's key of a parameter, which is that of its widget."""
    return f"chain_{name}"


def get(name: str) -> int | str | None:
    """Return a parameter's value, seeded with its default."""
    value: int | str | None = st.session_state.setdefault(key(name), DEFAULTS[name])
    return value


def put(**values: int | str | None) -> None:
    """Change parameters; meant for callbacks."""
    for name, value in values.items():
        st.session_state[key(name)] = value


def read(params: Mapping[str, Sequence[str]]) -> tuple[dict[str, int | str | None], list[str]]:
    """Read this screen's own parameters from an address.

    Parameters
    ----------
    params : mapping of str to sequence of str
        Every parameter with all its values; those that are not this screen's are passed over.

    Returns
    -------
    dict
        Every parameter, with its default where the address gives none that can be used.
    list of str
        A sentence for each that cannot: its name, its value, what is allowed, what is used.
    """
    values, problems = dict(DEFAULTS), []
    for name, default in DEFAULTS.items():
        texts = params.get(name, [])
        used = "It was left out." if default is None else f"{default} is used instead."
        if len(texts) > 1:
            problems.append(f"{name} stands {len(texts)} times in the address; {used}")
        elif texts and name in CHOICES:
            if texts[0] in CHOICES[name]:
                values[name] = texts[0]
            else:
                allowed = ", ".join(CHOICES[name])
                problems.append(f"{name} = {texts[0][:40]}: must be one of {allowed}. {used}")
        elif texts:
            text = texts[0].strip()
            if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER:
                values[name] = int(text)
            else:
                problems.append(
                    f"{name} = {text[:40]}: must be a whole number from {default}. {used}"
                )
    return values, problems


def sync() -> None:
    """Take settings and parameters from an address that somebody has changed, and else keep them.

    The address counts when it is not the one written last, and no widget was used meanwhile.
    """
    state = st.session_state
    for name in DEFAULTS:
        state[key(name)] = get(name)
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    touched = state.pop("settings_touched", False) or state.pop("chain_touched", False)
    coming_back = state.get("arrived") and "experiment" in state and not params
    if params == state.get("chain_address") or touched or coming_back:
        return
    others = {name: texts for name, texts in params.items() if name not in DEFAULTS}
    state["experiment"], problems = session.read_params(others)
    values, own_problems = read(params)
    put(**values)
    state["chain_problems"] = problems + own_problems


def touch(*, command: bool = True) -> None:
    """Remember that a widget was used: it counts for more than the address.

    ``command``: the animation goes where the widget says; not so after its own reports.
    """
    st.session_state["chain_touched"] = True
    if command:
        st.session_state["chain_command"] = st.session_state.get("chain_command", 0) + 1
    st.session_state["chain_problems"] = []


def choose(experiment: Experiment) -> None:
    """Look at another network, from its first step on; meant for callbacks."""
    session.use(experiment)
    put(step=0)
    touch()


def clamp(run: Run, *, done: bool) -> Shown:
    """Bring everything into the range of a run, and say what was out of it.

    Parameters
    ----------
    run : Run
        As far as it is trained.
    done : bool
        Whether no more frames will come; until then a step beyond waits for its turn.
    """
    experiment = run.experiment
    largest = {
        "step": max(int(run.steps[-1]) - 1, 0),
        "point": experiment.n_train,
        "neuron": experiment.hidden,
    }
    found = {}
    for name, high in largest.items():
        low, value = int(DEFAULTS[name] or 0), st.session_state[key(name)]
        asked = value if isinstance(value, int) else low
        found[name] = min(max(asked, low), high)
        if found[name] != asked and (done or name != "step"):
            st.session_state.setdefault("chain_problems", []).append(
                f"{name} = {asked}: must be from {low} to {high} in this run. "
                f"{found[name]} is used instead."
            )
            put(**{name: found[name]})
    return Shown(found["step"], found["point"] - 1, found["neuron"] - 1)


def write_address() -> None:
    """Write settings and parameters into the address, leaving out defaults."""
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    wanted = {name: texts for name, texts in params.items() if name in session.OTHER_PARAMS}
    wanted |= {name: [text] for name, text in session.current().to_params().items()}
    wanted |= {
        name: [str(value)]
        for name, default in DEFAULTS.items()
        if (value := get(name)) is not None and value != default
    }
    if params != wanted:
        st.query_params.from_dict(wanted)
    st.session_state["chain_address"] = wanted
