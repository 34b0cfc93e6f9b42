"""The settings of this visitor: one Experiment, kept in the session and in the address.

Settings flow one way. A widget's callback, a preset or an address changes the Experiment; the
widgets are then drawn from it, and the address is written from it. Addresses are parsed and
range-checked field by field; what cannot be used is named, and the default takes its place.
"""

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from mlp import Experiment
from mlp.analysis.cures import CURES
from mlp.data.own import UnknownDataError, own_data
from mlp.experiment import ALLOWED, DEFAULTS, Value, format_value, parse_field
from ui.address.choices import EMBEDDING
from ui.settings import own_points

# What a screen may add to an address beside an Experiment's fields.
OTHER_PARAMS = frozenset(EMBEDDING)
MOST_PROBLEMS = 8  # sentences shown about one address, which may have a thousand parameters


def current() -> Experiment:
    """Return this visitor's Experiment."""
    own_points.known()  # so that the training finds them
    experiment: Experiment = st.session_state.setdefault("experiment", Experiment())
    return experiment


def change(**changes: Value) -> None:
    """Change some settings, keeping the others; meant for the callbacks of widgets."""
    use(fit(current(), changes))


def use(experiment: Experiment) -> None:
    """Replace all settings; meant for callbacks of presets and buttons."""
    st.session_state["experiment"] = experiment
    st.session_state["cure"] = None
    st.session_state["settings_touched"] = True
    st.session_state["address_problems"] = []


def current_cure() -> str | None:
    """Return the name of the cure that this visitor plays beside the run, if any."""
    name: str | None = st.session_state.get("cure")
    return name


def choose_cure(name: str | None) -> None:
    """Play a cured run beside the run, or None; meant for callbacks of buttons."""
    st.session_state["cure"] = name
    st.session_state["settings_touched"] = True


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
    if values["dataset"] != "custom":
        values["data_id"] = ""
        return
    try:
        values["points"] = len(own_data(str(values["data_id"])).labels)
    except UnknownDataError:
        values["dataset"] = before if before != "custom" else DEFAULTS["dataset"]
        values["data_id"] = ""


def read_params(
    params: Mapping[str, Sequence[str]], own: Collection[str] = ()
) -> tuple[Experiment, list[str]]:
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
        With the default wherever a parameter cannot be used.
    list of str
        One sentence for each of those: its name, its value, what is allowed, what is used.
    """
    values: dict[str, Value] = {}
    problems = []
    for name, texts in params.items():
        if name in OTHER_PARAMS:
            continue
        if name not in ALLOWED:
            problems.append(
                f"{name[:40]} = {texts[0][:40]}: there is no setting of this name. It was left out."
            )
        elif len(texts) > 1:
            both = " and ".join(text[:20] for text in texts[:3])
            problems.append(
                f"{name} = {both}: must be given once, not {len(texts)} times, and be "
                f"{ALLOWED[name]}. {_used(name)}"
            )
        else:
            try:
                values[name] = parse_field(name, texts[0])
            except ValueError as error:
                problems.append(f"{error}. {_used(name)}")
    problems += _problems_of_own_points(values, own)
    asked = Experiment().to_dict() | values
    experiment = fit(Experiment(train_points=1), asked)
    for name, used in experiment.to_dict().items():
        if used != asked[name]:
            problems.append(
                f"{name} = {format_value(asked[name])}: must be from "
                f"{format_value(ALLOWED[name].low)} to {format_value(used)} with the other "
                f"settings. {format_value(used)} is used instead."
            )
    return experiment, problems


def _problems_of_own_points(values: dict[str, Value], own: Collection[str]) -> list[str]:
    """Leave out own points that cannot be used, and say which are missing."""
    data_id = values.get("data_id", "")
    if values.get("dataset") != "custom":
        values.pop("data_id", None)
        return [f"data_id = {data_id}: counts only with dataset = custom. It was left out."] * (
            data_id != ""
        )
    if data_id in own:
        return []
    del values["dataset"]
    values.pop("data_id", None)
    if not data_id:
        return [f"dataset = custom: needs the data_id of own points. {_used('dataset')}"]
    return [
        f"data_id = {data_id}: this address needs points that are not here. Bring their file on "
        f"the screen Own data and open the address again. dataset = {_used('dataset')}"
    ]


def read_cure(texts: Sequence[str]) -> tuple[str | None, list[str]]:
    """Read the address's ``cure``: its name, or None with a sentence where it cannot be used."""
    if not texts:
        return None, []
    if len(texts) > 1:
        return None, [f"cure stands {len(texts)} times in the address; give it once."]
    if texts[0] not in CURES:
        return None, [f"cure = {texts[0][:40]}: must be one of {', '.join(CURES)}; left out."]
    return texts[0], []


def _used(name: str) -> str:
    return f"{format_value(DEFAULTS[name])} is used instead."


def sync_address() -> None:
    """Take the settings from the address where a visitor has changed it, then write it.

    The address counts when it is not the one written last and no widget was used meanwhile
    (a run begun before the browser knew its new address still brings the old one). Coming back
    from another screen, the settings of the session stay.
    """
    state = st.session_state
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    known = params == state.get("address_written")
    asks_nothing = not params.keys() - OTHER_PARAMS
    coming_back = state.get("arrived") and "experiment" in state and asks_nothing
    touched = state.pop("settings_touched", False)
    if not (known or coming_back or touched):
        asked = {name: texts for name, texts in params.items() if name != "cure"}
        own = own_points.known()
        state["experiment"], state["address_problems"] = read_params(asked, own)
        state["cure"], problems = read_cure(params.get("cure", []))
        state["address_problems"] += problems
    kept = {name: texts for name, texts in params.items() if name in OTHER_PARAMS}
    wanted = kept | {name: [text] for name, text in current().to_params().items()}
    if (cure := current_cure()) is not None:
        wanted["cure"] = [cure]
    if params != wanted:
        st.query_params.from_dict(wanted)
    state["address_written"] = wanted


def show_problems(problems: Sequence[str]) -> None:
    """Say what in the address could not be used."""
    for problem in problems[:MOST_PROBLEMS]:
        st.warning(plain(problem), icon=":material/link_off:")
    if len(problems) > MOST_PROBLEMS:
        more = len(problems) - MOST_PROBLEMS
        st.warning(f"{more} more parameters could not be used.", icon=":material/link_off:")


def plain(text: str) -> str:
    """Escape what Markdown would turn into something else: the text may come from anywhere."""
    one_line = " ".join(text.split())
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|~:$&=" else c for c in one_line)
