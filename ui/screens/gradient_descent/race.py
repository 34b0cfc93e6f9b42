"""The race: several optimizers from one start, each with its own rate, or its best by search."""

import streamlit as st

from mlp.optimizers.registry import OPTIMIZERS
from mlp.surfaces.best_rate import ARRIVED, HIGHEST, LOWEST, distances, search, suggested_rate
from mlp.surfaces.surfaces import SURFACES, Path, descend
from ui.address import kinds
from ui.address.form import Values
from ui.course import box
from ui.jobs.share import Share, workers_of
from ui.jobs.workers import WORKERS
from ui.screens.gradient_descent import MOST_RUNNERS, common, controls, payload, sheets, two, words
from ui.screens.gradient_descent import late as late_runners
from ui.screens.gradient_descent.lesson_address import LessonAddress, lesson_form
from ui.screens.gradient_descent.updates import update_of
from ui.words.numbers import short
from ui.words.optimizers import NAMES

MOST_STEPS = 2000
SECONDS_OF_A_DESCENT = 0.05  # roughly
RUNNERS = ("gradient_descent", "momentum", "nesterov", "rmsprop", "adam")
# An optimizer looks the same whoever else runs: so many colours, then each with another mark.
LOOKS = (*RUNNERS, *(name for name in OPTIMIZERS if name not in RUNNERS))
FIRST_SURFACE = "valley"
FOUND = "descent_race_found"  # the rates of the last search, and what it was about
RATE = kinds.number(0, 100, above=True)


def _defaults(given: Values) -> Values:
    name = given.get("surface", FIRST_SURFACE)
    start = given.get("start", SURFACES[name].start)
    rates = {
        f"rate_{optimizer}": suggested_rate(optimizer, SURFACES[name], start)
        for optimizer in OPTIMIZERS
    }
    return {
        "surface": FIRST_SURFACE,
        "start": SURFACES[name].start,
        "runners": RUNNERS,
        "steps": 200,
        "momentum": 0.9,
        **rates,
    }


FORM = lesson_form(
    kinds_of=lambda given: {
        "surface": common.surfaces(2, FIRST_SURFACE),
        "start": common.start_on(given.get("surface", FIRST_SURFACE)),
        "runners": kinds.Some(tuple(OPTIMIZERS), MOST_RUNNERS),
        "steps": kinds.whole(1, MOST_STEPS),
        "momentum": common.MOMENTUM,
        **{f"rate_{optimizer}": RATE for optimizer in OPTIMIZERS},
    },
    defaults=_defaults,
    resets={"surface": ("start", *(f"rate_{optimizer}" for optimizer in OPTIMIZERS))},
)


def parameters_of(values: Values, optimizer: str) -> dict[str, float]:
    """Return the parameters set here that an optimizer uses."""
    uses = "momentum" in OPTIMIZERS[optimizer].parameters
    return {"momentum": values["momentum"]} if uses else {}


def path_of(values: Values, optimizer: str) -> Path:
    """Return one optimizer's way."""
    return descend(
        SURFACES[values["surface"]],
        values["start"],
        optimizer=optimizer,
        learning_rate=values[f"rate_{optimizer}"],
        steps=values["steps"],
        parameters=parameters_of(values, optimizer),
    )


def draw(address: LessonAddress) -> None:
    """Draw the scene."""
    values = address.values
    name, surface = values["surface"], SURFACES[values["surface"]]
    paths = {optimizer: path_of(values, optimizer) for optimizer in values["runners"]}
    apart = {optimizer: distances(surface, path.points) for optimizer, path in paths.items()}
    nearest = "the minimum" if len(surface.minima) == 1 else "the nearest minimum"
    runners = [
        common.runner_of(
            name,
            path,
            apart[optimizer],
            label=NAMES[optimizer],
            note=f"rate {words.signed(values[f'rate_{optimizer}'])}",
            update=update_of(
                path,
                optimizer=optimizer,
                rate=values[f"rate_{optimizer}"],
                parameters=parameters_of(values, optimizer),
            ),
            optimizer=optimizer,
            look=LOOKS.index(optimizer),
        )
        for optimizer, path in paths.items()
    ]
    labels = [NAMES[optimizer] for optimizer in paths]
    late = [
        late_runners.told(
            NAMES[optimizer],
            optimizer,
            path,
            apart[optimizer],
            rate=values[f"rate_{optimizer}"],
            axes=("x0", "x1"),
        )
        for optimizer, path in paths.items()
        if words.arrival(apart[optimizer], ARRIVED) is None
    ]
    common.show(
        address,
        payload.Picture(
            scene="race",
            views=("map", "solid", "measure"),
            titles={
                "map": f"{words.SURFACES[name].label}: tap or click to set the start",
                "solid": two.solid_title(name),
                "measure": f"Distance to {nearest}",
                "arrows": "dashed: against the gradient; solid: momentum, where there is one",
            },
            descriptions={
                "map": f"Map of the surface with the ways of {', '.join(labels)}",
                "solid": "The surface as a solid with all ways on it; the arrow keys turn it",
                "measure": f"Distance to {nearest} at each step of {', '.join(labels)}",
            },
            words=common.STEP_WORDS
            | {"of": f"of {values['steps']:,}", "measure": f"distance to {nearest}"},
        ),
        sheets.surface_payload(name),
        runners,
        lambda: _panel(address, words.race_result(labels, list(apart.values()), ARRIVED), late),
    )


def _panel(address: LessonAddress, result: str, late: list[str]) -> None:
    bind = controls.bind(address)
    controls.surface(address)
    st.latex(words.SURFACES[address.values["surface"]].formula)
    help_ = f"Up to {MOST_RUNNERS} at a time. What each does stands below the pictures."
    with box.led_to("best-rates"):
        bind.some("runners", "Optimizers", NAMES, help_)
    if not common.told_later():
        with box.at_rest("panel"):
            st.markdown(f":material/flag: {result}")
            for told in late:
                st.caption(told)
    _search_button(address)
    if told := _found(address.values):
        st.caption(f":material/check: {told}")
    box.show_way_back("best-rates")
    with common.more("Each one’s learning rate"):
        for optimizer in address.values["runners"]:
            bind.box(f"rate_{optimizer}", NAMES[optimizer])
    with common.more("Start, steps, momentum"):
        controls.start(address, ("x0", "x1"))
        bind.log_slider("steps", "Steps", "How many steps to take.", low=1)
        bind.slider("momentum", "Momentum", "The share of the last step that goes on; Adam’s β₁.")


def _search_button(address: LessonAddress) -> None:
    values = address.values
    pressed = st.button(
        "Find each one’s best rate",
        key="descent_race_search",
        icon=":material/search:",
        help=(
            f"Tries rates from {short(LOWEST)} to {short(HIGHEST)} and takes the one that "
            f"arrives within {ARRIVED:g} of a minimum soonest, or else ends nearest to one."
        ),
        width="stretch",
    )
    if pressed:
        try:
            _find_rates(address, values)
        except ValueError as error:  # of a cluster
            address.say(f"The rates were left as they are: {error}.")
        st.rerun()


def _find_rates(address: LessonAddress, values: Values) -> None:
    """Search for every runner's best rate, showing how far that is."""
    count = len(values["runners"])
    bar = st.progress(0.0, "Searching …")
    workers = workers_of(Share(WORKERS, seconds=SECONDS_OF_A_DESCENT))
    found = {}
    for i, optimizer in enumerate(values["runners"]):
        surface, start = SURFACES[values["surface"]], values["start"]
        parameters = parameters_of(values, optimizer)
        rate = values[f"rate_{optimizer}"]
        for share, best in search(
            surface,
            start,
            optimizer,
            steps=values["steps"],
            parameters=parameters,
            executor=workers.executor,
        ):
            rate = best
            label = NAMES[optimizer]
            bar.progress((i + share) / count, f"{label}: best so far {words.signed(best)}")
        found[f"rate_{optimizer}"] = rate
    address.change(**found)
    st.session_state[FOUND] = found, searched_on(values)


def searched_on(values: Values) -> Values:
    """Return all that best rates depend on, of those who run."""
    return {name: values[name] for name in ("surface", "start", "steps", "momentum")}


def _found(values: Values) -> str:
    """Say which rates a search found, as long as they are set; "" without one."""
    found, on = st.session_state.get(FOUND, ({}, None))
    stand = {name: rate for name, rate in found.items() if values[name] == rate}
    running = [f"rate_{optimizer}" for optimizer in values["runners"]]
    if on != searched_on(values) or not all(name in stand for name in running):
        return ""
    rates = [f"{NAMES[o]} {words.signed(values[f'rate_{o}'])}" for o in values["runners"]]
    return f"Found, the best rates: {', '.join(rates)}."
