"""What if: the dialog that changes settings at a step and trains on from those very weights."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mlp import Plan, Run
from mlp.analysis.stability import sharpness_of_steps, step_rates
from mlp.experiment import ALLOWED, MOST_STEPS, Experiment, Value
from mlp.plan import MOST_CUTS, RATE_FIELDS
from ui.jobs import left_page
from ui.player import MAX_LANES
from ui.settings.binding import Binding
from ui.words import optimizers
from ui.words.names import NAMES, SETTINGS
from ui.words.numbers import equals, short
from ui.words.plain import plain

STATE = "what_if"
PAGE = "pages/2_Compare.py"
# The fields in the order of the dialog.
FIELDS = (
    "learning_rate",
    "first_layer_rate",
    "schedule",
    "decay_rate",
    "transition_steps",
    "end_fraction",
    "warmup_steps",
    "optimizer",
    *optimizers.PARAMETERS,
    "clip_norm",
    "l2",
    "l1",
    "l2_gradient",
    "batch_size",
    "steps",
)
NOTES: Mapping[str, str] = {  # what a number means here, beyond its name
    "transition_steps": " (0: fitted to what is left)",
    "warmup_steps": " (0: none)",
    "clip_norm": " (0: no clipping)",
    "steps": ", counted from the very beginning",
}
LABELS: Mapping[str, str] = {name: SETTINGS[name] + NOTES.get(name, "") for name in FIELDS}
LOOK_BACK = 0.8  # of the steps so far: where the sharpness is held against
RISING = 1.05  # times what it was there
CLOSE, MARGIN = 0.9, 0.5  # shares of the limit that are offered as rates
ALWAYS = ("learning_rate", "schedule", "optimizer", "clip_norm", "l2", "steps")


def ask(plan: Plan, run: Run, step: int, *, beside: Sequence[Plan] = ()) -> None:
    """Open the dialog with the whole page's next run.

    Parameters
    ----------
    plan : Plan
        What is to be left.
    run : Run
        Its record, for the sharpness at that step.
    step : int
        Where.
    beside : sequence of Plan
        What is compared already and should stay.
    """
    before = plan.segment_at(step).experiment
    values = {name: getattr(before, name) for name in LABELS}
    if step >= before.steps:  # a run that has ended goes on after its end
        values["steps"] = min(2 * before.steps, MOST_STEPS)
    frame = run.frame_at(step)
    st.session_state[STATE] = {
        "plan": plan,
        "step": step,
        "screen": st.session_state.get("screen"),
        "beside": [other for other in beside if other != plan],
        "sharpness": float(sharpness_of_steps(run)[frame]),
        "loss": float(run.loss[frame]),
        "rate": float(run.learning_rates[frame]),
        "step_rate": float(step_rates(run)[frame]),
        "earlier": _earlier(run, step),
        "values": values,
    }


def _earlier(run: Run, step: int) -> tuple[int, float]:
    """Return an earlier step of a run, and the sharpness there."""
    frame = run.frame_at(int(LOOK_BACK * step))
    return int(run.steps[frame]), float(sharpness_of_steps(run)[frame])


def show() -> None:
    """Draw the dialog where it was asked for; the last call of every screen with a player."""
    asked = st.session_state.get(STATE)
    if asked is None:
        return
    if asked["screen"] != st.session_state.get("screen"):
        _forget()
        return
    title = f"What if, from step {asked['step']:,} on?"
    st.dialog(title, width="medium", on_dismiss=_forget)(_form)(asked)


def _forget() -> None:
    st.session_state.pop(STATE, None)


def _form(asked: Mapping[str, Any]) -> None:
    plan, step = asked["plan"], asked["step"]
    before = plan.segment_at(step).experiment
    values: dict[str, Value] = asked["values"]
    st.markdown(_where(asked, before))
    _offer_rates(asked, before, values)
    bind = Binding(values, ALLOWED, values.update, prefix="whatif_")
    with st.container(horizontal=True):
        for name in ALWAYS:
            _widget(bind, name, before)
    with st.expander("More"), st.container(horizontal=True):
        for name in LABELS:
            if name not in ALWAYS:
                _widget(bind, name, before)
    changes = _changes(values, before)
    st.caption(_what_goes_on(changes))
    problem = _problem(plan, step, changes)
    if problem:
        st.error(plain(problem))
    if st.button(
        "Train on from here",
        key="whatif_go",
        type="primary",
        icon=":material/call_split:",
        disabled=bool(problem) or not changes,
    ):
        branch = plan.branch(step, changes)
        _forget()
        kept = asked["beside"][-(MAX_LANES - 2) :]
        lanes = [lane.to_text() for lane in (*kept, plan, branch)]
        left_page.leave_for(PAGE, query_params={"run": list(dict.fromkeys(lanes))})


def _where(asked: Mapping[str, Any], before: Experiment) -> str:
    text = f"At step {asked['step']:,} the loss is {short(asked['loss'])}."
    batch = optimizers.of_a_batch(before)
    of_batch = f" of a mini-batch, {batch}," if batch else ""
    if asked["sharpness"] > 0 and before.optimizer == "gradient_descent":
        stable = 2 / asked["sharpness"]
        text += (
            f" The sharpness{of_batch} is {short(asked['sharpness'])}: a learning rate below "
            f"2 / {short(asked['sharpness'])} {equals(stable, short(stable))} is stable here; "
            f"{before.learning_rate:g} is set."
        )
        if asked["step_rate"] < asked["rate"]:
            text += f" Clipping makes this step as short as at rate {short(asked['step_rate'])}."
        at, earlier = asked["earlier"]
        if _is_rising(asked):
            text += (
                f" The sharpness is rising: it was {short(earlier)} at step {at:,}. What is stable "
                "here may not stay so; leave a margin."
            )
    return text


def _is_rising(asked: Mapping[str, Any]) -> bool:
    return bool(asked["sharpness"] > RISING * asked["earlier"][1] > 0)


def _offer_rates(asked: Mapping[str, Any], before: Experiment, values: dict[str, Value]) -> None:
    """Draw a button for a rate that is stable here, and one with a margin where that is needed."""
    if asked["sharpness"] <= 0 or before.optimizer != "gradient_descent":
        return
    shares = {"Stable here": CLOSE} | ({"With a margin": MARGIN} if _is_rising(asked) else {})
    with st.container(horizontal=True):
        for label, share in shares.items():
            rate = float(f"{share * 2 / asked['sharpness']:.2g}")
            if not ALLOWED["learning_rate"].low < rate <= ALLOWED["learning_rate"].high:
                continue
            st.button(
                f"{label}: rate {rate:g}",
                key=f"whatif_rate_{share:g}",
                icon=":material/speed:",
                on_click=values.update,
                kwargs={"learning_rate": rate},
                help=f"{share:.0%} of 2 / sharpness.",
            )


def _widget(bind: Binding, name: str, before: Experiment) -> None:
    with st.container(width=230):
        if ALLOWED[name].choices:
            bind.choice(name, LABELS[name], NAMES[name])
        elif name == "batch_size":
            bind.log_slider(name, LABELS[name], None, low=1, high=before.n_train, zero="all")
        else:
            bind.box(name, LABELS[name])


def _changes(values: Mapping[str, Value], before: Experiment) -> dict[str, Value]:
    """Return what the widgets ask for and is not so already; what is no value is left out."""
    changes: dict[str, Value] = {}
    for name, value in values.items():
        try:
            wanted = ALLOWED[name].convert(value)
        except ValueError:
            continue
        if wanted != getattr(before, name):
            changes[name] = wanted
    return changes


def _problem(plan: Plan, step: int, changes: Mapping[str, Value]) -> str:
    if not changes:
        return ""
    kept = [cut for cut in plan.cuts if cut.step < step]
    if len(kept) >= MOST_CUTS:
        return f"A chain has at most {MOST_CUTS} branches; branch from an earlier step."
    try:
        plan.branch(step, changes)
    except ValueError as error:
        return str(error)
    return ""


def _what_goes_on(changes: Mapping[str, Value]) -> str:
    """Say what the changes mean for what has a memory."""
    if not changes:
        return "Change something: without a change the branch would be the very same run."
    rate = "The learning rate goes on along its schedule."
    if changes.keys() & RATE_FIELDS:
        rate = "The schedule counts from this step."
    if "optimizer" in changes:
        return f"{rate} The new optimizer starts with an empty memory."
    return f"{rate} An optimizer that remembers keeps its memory."
