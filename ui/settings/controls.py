"""The controls: widgets that show this visitor's Experiment, and change it when used."""

import math
from bisect import insort
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from mlp import Experiment
from mlp.data.shapes import DATASETS
from mlp.experiment import ALLOWED, LARGEST_SEED, format_number
from mlp.optimizers.registry import OPTIMIZERS
from ui.charts import curves
from ui.settings import own_points, session
from ui.words import optimizers

HIDDEN_CHOICES = (3, 10, 50)
MANTISSAS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)

NAMES: Mapping[str, Mapping[str, str]] = {
    "dataset": {
        "gaussian": "Gaussian cloud, XOR of the signs",
        "corners": "Four corners, the table of XOR",
        "noisy_corners": "Around the four corners",
        "four_gaussians": "Four clouds, XOR with margins",
        "circles": "A disc in a ring",
        "moons": "Two moons",
        "spiral": "Two spirals",
    },
    "schedule": {
        "constant": "Constant",
        "step": "Step decay",
        "exponential": "Exponential decay",
        "inverse_time": "Inverse-time decay",
        "linear": "Linear decay",
        "cosine": "Cosine decay",
    },
    "optimizer": optimizers.NAMES,
    "l2_gradient": {"derived": "Derived: l2 W", "article": "As in the article: l2 ΣW²"},
}


def log_options(name: str, low: float, value: float, *, zero: bool = False) -> list[float]:
    """Return the stops of a logarithmic slider from ``low`` to a field's largest value.

    Parameters
    ----------
    name : str
        A field of Experiment.
    low : float
        Smallest stop above 0.
    value : float
        The value to show; it becomes a stop of its own where it is none.
    zero : bool
        Whether the first stop is 0, for what can be switched off.
    """
    allowed = ALLOWED[name]
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(allowed.high)) + 1)
    numbers = [float(f"{mantissa}e{decade}") for decade in decades for mantissa in MANTISSAS]
    stops = [number for number in numbers if low <= number <= allowed.high]
    if allowed.type is int:
        stops = sorted({round(stop) for stop in stops})
    for extra in (allowed.high, value, *([0] if zero else [])):
        if extra not in stops:
            insort(stops, allowed.type(extra))
    return stops


def _bound(name: str, key: str = "") -> dict[str, Any]:
    """Return the arguments that tie a widget to a field: its key, seeded, and its callback."""
    key = key or name
    st.session_state[key] = getattr(session.current(), name)

    def changed() -> None:
        value = st.session_state[key]
        if value is not None:  # a segmented control can be emptied; it then shows the old value
            session.change(**{name: value})

    return {"key": key, "on_change": changed}


def slider(
    name: str, label: str, help_: str, *, high: float | None = None, step: float | None = None
) -> None:
    """Draw a linear slider over a field's range."""
    allowed = ALLOWED[name]
    low, top = allowed.type(allowed.low), allowed.type(allowed.high if high is None else high)
    if low == top:
        return
    st.slider(label, low, top, step=step, help=help_, **_bound(name))


def log_slider(
    name: str,
    label: str,
    help_: str,
    *,
    low: float,
    zero: str = "",
    show: Callable[[float], str] = format_number,
) -> None:
    """Draw a logarithmic slider; ``zero`` names what 0 means where 0 is a choice."""
    value = getattr(session.current(), name)
    st.select_slider(
        label,
        log_options(name, low, value, zero=bool(zero)),
        format_func=lambda number: zero if number == 0 and zero else show(number),
        help=help_,
        **_bound(name),
    )


def choice(name: str, label: str, help_: str) -> None:
    """Draw a list of a field's choices under their readable names."""
    names = NAMES[name]
    st.selectbox(
        label,
        list(ALLOWED[name].choices),
        format_func=lambda entry: names.get(entry, entry.replace("_", " ").capitalize()),
        help=help_,
        **_bound(name),
    )


def number(name: str, label: str, help_: str) -> None:
    """Draw a box for a whole number."""
    allowed = ALLOWED[name]
    st.number_input(label, int(allowed.low), int(allowed.high), help=help_, **_bound(name))


def with_unit(number: float) -> str:
    """Write a number of steps with a thousands separator."""
    return f"{number:,.0f}"


def draw() -> None:
    """Draw all controls; the sidebar of a screen about one Experiment."""
    experiment = session.current()
    with st.expander("Network", icon=":material/hub:", expanded=True):
        _network(experiment)
    with st.expander("Training", icon=":material/trending_down:", expanded=True):
        _training(experiment)
    with st.expander("Regularisation", icon=":material/compress:"):
        _regularisation(experiment)
    with st.expander("Data", icon=":material/scatter_plot:"):
        _data(experiment)
    st.button(
        "Back to the defaults",
        icon=":material/restart_alt:",
        on_click=session.use,
        args=(Experiment(),),
        disabled=experiment == Experiment(),
        width="stretch",
    )


def _network(experiment: Experiment) -> None:
    with st.container(horizontal=True, gap="small"):
        for hidden in HIDDEN_CHOICES:
            st.button(
                f"{hidden}",
                key=f"hidden_{hidden}",
                on_click=session.change,
                kwargs={"hidden": hidden},
                type="primary" if experiment.hidden == hidden else "secondary",
                help=f"{hidden} hidden neurons, everything else unchanged",
                width="stretch",
            )
    slider("hidden", "Hidden neurons", "How many sigmoids stand between inputs and outputs.")
    st.button(
        "New weights",
        key="new_weights",
        icon=":material/casino:",
        on_click=session.change,
        kwargs={"init_seed": (experiment.init_seed + 1) % (LARGEST_SEED + 1)},
        help="Start from the next seed's random weights; everything else stays.",
        width="stretch",
    )
    number("init_seed", "Seed of the weights", "The same seed, the same first weights.")
    log_slider(
        "init_scale",
        "Scale of the first weights",
        "1 is usual; large first weights saturate the sigmoids before training begins.",
        low=0.01,
        zero="0",
    )
    st.toggle(
        "Bias",
        help="Append a 1 to the inputs and to the hidden layer, so that lines need not pass 0.",
        **_bound("bias"),
    )


def _training(experiment: Experiment) -> None:
    log_slider("learning_rate", "Learning rate", "How far a step goes: W − rate × dL/dW.", low=1e-5)
    st.number_input(
        "Learning rate, exactly",
        min_value=1e-9,
        max_value=float(ALLOWED["learning_rate"].high),
        format="%g",
        step=None,
        help="Type any rate above 0 and up to 100.",
        **_bound("learning_rate", key="learning_rate_exact"),
    )
    choice("schedule", "Decay schedule", "How the learning rate changes while training goes on.")
    if experiment.schedule in ("step", "exponential", "inverse_time"):
        slider("decay_rate", "Decay rate", "What one transition multiplies, or divides, by.")
    if experiment.schedule != "constant":
        log_slider(
            "transition_steps",
            "Steps of a transition",
            "How long the decay takes; automatic fits it to the run.",
            low=1,
            zero="automatic",
            show=with_unit,
        )
        slider("end_fraction", "Lowest rate, as a share", "The rate never falls below this share.")
    log_slider(
        "warmup_steps",
        "Warm-up steps",
        "The rate grows from near 0 to its full size over so many steps.",
        low=1,
        zero="none",
        show=with_unit,
    )
    st.altair_chart(curves.schedule(experiment, _theme()), key="schedule_picture")
    _optimizer(experiment)
    log_slider(
        "steps",
        "Steps",
        "How many updates of the weights; above 200,000 a button starts the training.",
        low=1,
        show=with_unit,
    )
    slider(
        "batch_size",
        "Samples a step",
        "0 takes all training points; fewer make every step a guess from a few (SGD).",
        high=experiment.n_train,
    )
    log_slider(
        "clip_norm",
        "Longest gradient (clipping)",
        "A longer gradient, both layers together, is shortened to this norm.",
        low=0.001,
        zero="off",
    )


def _optimizer(experiment: Experiment) -> None:
    choice("optimizer", "Optimizer", "How a gradient becomes a step.")
    st.caption(optimizers.IDEAS[experiment.optimizer])
    entry = OPTIMIZERS[experiment.optimizer]
    for name, published in entry.parameters.items():
        _parameter(name, published)
    if entry.learning_rate not in (None, experiment.learning_rate):
        st.button(
            f"Use its published rate {entry.learning_rate:g}",
            key="published_rate",
            icon=":material/menu_book:",
            on_click=session.change,
            kwargs={"learning_rate": entry.learning_rate},
            help="Published for large networks and means over a batch; here a place to start.",
            width="stretch",
        )


def _parameter(name: str, published: float) -> None:
    """Draw one parameter of an optimizer on the scale that suits it."""
    words = optimizers.PARAMETERS[name]
    help_, zero = words.help.format(published), words.zero.format(published)
    if words.stops:
        st.select_slider(
            words.label,
            sorted({*words.stops, getattr(session.current(), name)}),
            format_func=lambda stop: zero if stop == 0 else f"{stop:g}",
            help=help_,
            **_bound(name),
        )
    elif words.low is None:
        slider(name, words.label, help_)
    else:
        log_slider(name, words.label, help_, low=words.low, zero=zero)


def _regularisation(experiment: Experiment) -> None:
    log_slider(
        "l2", "L2 penalty", "Adds l2/2 ΣW² to the loss: large weights cost.", low=1e-7, zero="off"
    )
    if experiment.l2 > 0:
        choice(
            "l2_gradient",
            "Gradient of the L2 penalty",
            "The derivative of the penalty, or the term the article published, which is not it.",
        )
    log_slider(
        "l1", "L1 penalty", "Adds l1 Σ|W| to the loss: drives weights to 0.", low=1e-7, zero="off"
    )


def _data(experiment: Experiment) -> None:
    _dataset(experiment)
    st.page_link("pages/6_Own_data.py", label="Bring your own points", icon=":material/upload:")
    if experiment.dataset == "corners":
        return
    if experiment.dataset != "custom":
        slider("points", "Number of points", "How many are drawn.")
    slider(
        "train_points",
        "Training points",
        "So many are trained on; the others test. Accuracy is also measured on all.",
        high=experiment.points,
    )
    test = experiment.points - experiment.n_train
    st.caption(f"{test} test points, {test / experiment.points:.0%} of all.")
    slider("noise", "Noise", "Standard deviation of a shift applied after labelling.", step=0.01)
    number("data_seed", "Seed of the points", "The same seed, the same points.")


def _dataset(experiment: Experiment) -> None:
    """Draw the list of data sets, this visitor's own points among them."""
    own = own_points.known()
    names = [name for name in DATASETS if name != "custom"]
    st.session_state["dataset"] = experiment.data_id or experiment.dataset

    def changed() -> None:
        chosen = st.session_state["dataset"]
        session.change(dataset="custom" if chosen in own else chosen, data_id=chosen)

    st.selectbox(
        "Points",
        [*names, *own],
        format_func=lambda name: (
            own_points.title(own[name]) if name in own else NAMES["dataset"][name]
        ),
        key="dataset",
        on_change=changed,
        help="XOR in several guises, other shapes, and your own.",
    )


def _theme() -> str:
    return str(st.context.theme.type or "light")
