"""The controls of the Train screen: widgets for every setting of this visitor's Experiment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from mlp import Experiment
from mlp.data.shapes import DATASETS
from mlp.experiment import ALLOWED, LARGEST_SEED, Value
from mlp.optimizers import OPTIMIZERS
from ui.address.embedding import link_params
from ui.charts import shared
from ui.jobs.door import one_of_few
from ui.settings import own_points, session
from ui.settings.binding import Binding
from ui.settings.session import DEFAULT
from ui.words import optimizers
from ui.words.names import NAMES
from ui.words.numbers import counted

HIDDEN_CHOICES = (3, 10, 50)


def draw(changed: Callable[..., None]) -> None:
    """Draw all controls, each group a fragment; the sidebar of a screen about one Experiment.

    ``changed`` is told the keys of the groups to be drawn anew after a setting was changed.
    """
    for name, group in GROUPS.items():
        with st.expander(group.title, icon=group.icon, expanded=group.expanded):
            st.fragment(_draw_group, key=name)(name, changed)
    st.button(
        "Back to the defaults",
        icon=":material/restart_alt:",
        on_click=session.use,
        args=(DEFAULT,),
        width="stretch",
    )


@one_of_few
def _draw_group(name: str, changed: Callable[..., None]) -> None:
    """Draw the controls of one group."""
    group, experiment = GROUPS[name], session.current()

    def change(**changes: Value) -> None:
        session.change(**changes)
        changed(name, *group.bounds)

    group.draw(Binding(experiment.to_dict(), ALLOWED, change), experiment)


def _network(bind: Binding, experiment: Experiment) -> None:
    with st.container(horizontal=True, gap="small"):
        for hidden in HIDDEN_CHOICES:
            st.button(
                f"{hidden}",
                key=f"hidden_{hidden}",
                on_click=bind.change,
                kwargs={"hidden": hidden},
                type="primary" if experiment.hidden == hidden else "secondary",
                width="stretch",
            )
    bind.slider("hidden", "Hidden neurons", "How many sigmoids stand between inputs and outputs.")
    st.button(
        "New weights",
        key="new_weights",
        icon=":material/casino:",
        on_click=bind.change,
        kwargs={"init_seed": (experiment.init_seed + 1) % (LARGEST_SEED + 1)},
        help="Start from the next seed's random weights; everything else stays.",
        width="stretch",
    )
    bind.box("init_seed", "Seed of the weights", "The same seed, the same first weights.")
    bind.log_slider(
        "init_scale",
        "Scale of the first weights",
        "1 is usual; large first weights saturate the sigmoids before training begins.",
        low=0.01,
        zero="0",
    )
    bind.toggle(
        "bias",
        "Bias",
        "Append a 1 to the inputs and to the hidden layer, so that lines need not pass 0.",
    )


def _training(bind: Binding, experiment: Experiment) -> None:
    bind.log_slider(
        "learning_rate", "Learning rate", "How far a step goes: W − rate × dL/dW.", low=1e-5
    )
    bind.box(
        "learning_rate",
        "Learning rate, exactly",
        "Type any rate above 0 and up to 100.",
        key="learning_rate_exact",
    )
    bind.log_slider(
        "first_layer_rate",
        "First layer’s rate, as a factor",
        "W1 takes steps of the learning rate times this; 1 treats both layers alike.",
        low=0.001,
        zero="0, frozen",
    )
    bind.choice(
        "schedule",
        "Decay schedule",
        NAMES["schedule"],
        "How the learning rate changes while training goes on.",
    )
    if experiment.schedule in ("step", "exponential", "inverse_time"):
        bind.slider("decay_rate", "Decay rate", "What one transition multiplies, or divides, by.")
    if experiment.schedule != "constant":
        bind.log_slider(
            "transition_steps",
            "Steps of a transition",
            "How long the decay takes; automatic fits it to the run.",
            low=1,
            zero="automatic",
            show=counted,
        )
        bind.slider(
            "end_fraction", "Lowest rate, as a share", "The rate never falls below this share."
        )
    bind.log_slider(
        "warmup_steps",
        "Warm-up steps",
        "The rate grows from near 0 to its full size over so many steps.",
        low=1,
        zero="none",
        show=counted,
    )
    st.vega_lite_chart(shared.schedule_chart(experiment, _theme()), key="schedule_picture")
    _optimizer(bind, experiment)
    bind.log_slider(
        "steps",
        "Steps",
        "How many updates of the weights; above 200,000 a button starts the training.",
        low=1,
        show=counted,
    )
    bind.log_slider(
        "batch_size",
        "Samples a step",
        "Fewer than all training points make every step a guess from a few (SGD).",
        low=1,
        high=experiment.n_train,
        zero="all",
        show=counted,
    )
    bind.log_slider(
        "clip_norm",
        "Longest gradient (clipping)",
        "A longer gradient, both layers together, is shortened to this norm.",
        low=0.001,
        zero="off",
    )


def _optimizer(bind: Binding, experiment: Experiment) -> None:
    bind.choice("optimizer", "Optimizer", NAMES["optimizer"], "How a gradient becomes a step.")
    st.caption(optimizers.IDEAS[experiment.optimizer])
    entry = OPTIMIZERS[experiment.optimizer]
    for name, published in entry.parameters.items():
        _parameter(bind, name, published)
    if entry.learning_rate not in (None, experiment.learning_rate):
        st.button(
            f"Use its published rate {entry.learning_rate:g}",
            key="published_rate",
            icon=":material/menu_book:",
            on_click=bind.change,
            kwargs={"learning_rate": entry.learning_rate},
            help="Published for large networks and means over a batch; here a place to start.",
            width="stretch",
        )


def _parameter(bind: Binding, name: str, published: float) -> None:
    """Draw one parameter of an optimizer on the scale that suits it."""
    words = optimizers.PARAMETERS[name]
    help_, zero = words.help.format(published), words.zero.format(published)
    if words.stops:
        bind.stops(name, words.label, help_, words.stops, zero=zero, show=lambda n: f"{n:g}")
    elif words.low is None:
        bind.slider(name, words.label, help_)
    else:
        bind.log_slider(name, words.label, help_, low=words.low, zero=zero)


def _regularisation(bind: Binding, experiment: Experiment) -> None:
    bind.log_slider(
        "l2", "L2 penalty", "Adds l2/2 ΣW² to the loss: large weights cost.", low=1e-7, zero="off"
    )
    if experiment.l2 > 0:
        bind.choice(
            "l2_gradient",
            "Gradient of the L2 penalty",
            NAMES["l2_gradient"],
            "The derivative of the penalty, or the term the article published, which is not it.",
        )
    bind.log_slider(
        "l1", "L1 penalty", "Adds l1 Σ|W| to the loss: drives weights to 0.", low=1e-7, zero="off"
    )


def _data(bind: Binding, experiment: Experiment) -> None:
    _dataset(bind, experiment)
    st.page_link(
        "pages/6_Own_data.py",
        label="Bring your own points",
        icon=":material/upload:",
        query_params=link_params(),
    )
    if experiment.dataset == "corners":
        return
    if experiment.dataset != "custom":
        bind.slider("points", "Number of points", "How many are drawn.")
    bind.slider(
        "train_points",
        "Training points",
        "So many are trained on; the others test. Accuracy is also measured on all.",
        high=experiment.points,
    )
    test = experiment.points - experiment.n_train
    st.caption(f"{test} test points, {test / experiment.points:.0%} of all.")
    bind.slider(
        "noise", "Noise", "Standard deviation of a shift applied after labelling.", step=0.01
    )
    bind.box("data_seed", "Seed of the points", "The same seed, the same points.")


def _dataset(bind: Binding, experiment: Experiment) -> None:
    """Draw the list of data sets, this visitor's own points among them."""
    own = own_points.known()
    names = [name for name in DATASETS if name != "custom"]
    st.session_state["dataset"] = experiment.data_id or experiment.dataset

    def changed() -> None:
        chosen = st.session_state["dataset"]
        bind.change(dataset="custom" if chosen in own else chosen, data_id=chosen)

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


@dataclass(frozen=True)
class Group:
    """Some controls under one title.

    ``bounds`` are the groups in which a control's range depends on a setting of this one.
    """

    title: str
    icon: str
    draw: Callable[[Binding, Experiment], None]
    expanded: bool = False
    bounds: tuple[str, ...] = ()


GROUPS: Mapping[str, Group] = {
    "network": Group("Network", ":material/hub:", _network, expanded=True),
    "training": Group("Training", ":material/trending_down:", _training, expanded=True),
    "regularisation": Group("Regularisation", ":material/compress:", _regularisation),
    "data": Group("Data", ":material/scatter_plot:", _data, bounds=("training",)),
}
