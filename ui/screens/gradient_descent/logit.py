"""Yes or no: squared error against cross-entropy, as curves with their derivatives."""

import numpy as np
import streamlit as st

from mlp.base.arrays import Array
from mlp.surfaces.logistic import LOGIT_LOSSES, descend_logit, probability
from ui.address.form import Values
from ui.screens.gradient_descent import common, controls, payload, sheets, words
from ui.screens.gradient_descent.lesson_address import LessonAddress
from ui.screens.gradient_descent.updates import plain_update

LOGITS = (-8.0, 8.0)
MOST_STEPS = 2000
DEFAULTS: Values = {"start": (-5.0,), "rate": 1.0, "steps": 60}
LABELS = {"squared_error": "Squared error", "cross_entropy": "Cross-entropy"}
FORMULAS = {
    "squared_error": r"\tfrac12 (p - 1)^2,\quad \text{slope } (p - 1)\,p\,(1 - p)",
    "cross_entropy": r"-\ln p,\quad \text{slope } p - 1",
}
RIGHT = 0.9  # of the probability: an answer that counts as learned


def ways_of(values: Values) -> dict[str, Array]:
    """Return the logits of both descents, (steps + 1,) each."""
    return {
        name: descend_logit(
            name, values["start"][0], learning_rate=values["rate"], steps=values["steps"]
        )
        for name in LOGIT_LOSSES
    }


def draw(address: LessonAddress) -> None:
    """Draw the scene."""
    values = address.values
    ways = ways_of(values)
    runners = [_runner(i, name, z, values["rate"]) for i, (name, z) in enumerate(ways.items())]
    common.show(
        address,
        payload.Picture(
            scene="logit",
            views=("curve", "slope", "measure"),
            titles={
                "curve": "The loss of one answer that should be yes, over its logit z",
                "slope": "The derivatives: where the curve is flat, nothing is learned",
                "measure": "1 − p, how far the output is from yes",
                "arrows": "dashed: the tangents; arrows: the steps along them",
            },
            descriptions={
                "curve": "Squared error and cross-entropy over the logit, with both descents",
                "slope": "The derivatives of both losses over the logit",
                "measure": "1 − p at each step of both descents",
            },
            words=common.STEP_WORDS
            | {"of": f"of {values['steps']:,}", "value": "loss", "measure": "1 − p ="},
            axis="linear",
        ),
        curves(),
        runners,
        lambda: _panel(address, ways),
    )


def curves() -> dict[str, object]:
    """Return both losses over the logit for the browser."""
    z = np.linspace(*LOGITS, sheets.CURVE)
    return sheets.curve_payload(
        "logit",
        z,
        [loss.value(z) for loss in LOGIT_LOSSES.values()],
        [loss.slope(z) for loss in LOGIT_LOSSES.values()],
        names=("logit z", "loss", "slope"),
        minima=[],
        slope="slope",
    )


def _runner(i: int, name: str, z: Array, rate: float) -> payload.Runner:
    loss = LOGIT_LOSSES[name]
    return payload.Runner(
        label=LABELS[name],
        note="",
        steps=np.arange(len(z), dtype=np.float64),
        points=z[:, None],
        values=loss.value(z),
        gradients=loss.slope(z)[:, None],
        measure=1 - probability(z),
        curve=i,
        update=plain_update(
            "z",
            z[:, None],
            loss.slope(z)[:, None],
            rate,
            letters={"z": "the logit, p = σ(z)", "g": "the slope of the loss there"},
        ),
    )


def _panel(address: LessonAddress, ways: dict[str, Array]) -> None:
    bind = controls.bind(address)
    bind.segments("what", "What is fitted", list(common.WHAT), common.WHAT.__getitem__)
    for name, label in LABELS.items():
        st.markdown(f"**{label}**")
        st.latex(FORMULAS[name])
    controls.start(address, ("z",))
    left, right = st.columns(2)
    with left:
        bind.log_slider("rate", "Learning rate", "The same for both.", low=1e-3)
    with right:
        bind.log_slider("steps", "Steps", "How many steps to take.", low=1)
    for sentence in sentences(ways):
        st.markdown(sentence)


def sentences(ways: dict[str, Array]) -> list[str]:
    """Compare the first gradients, and when each answer counts as learned."""
    z = float(next(iter(ways.values()))[0])
    slopes = {name: float(LOGIT_LOSSES[name].slope(np.array([z]))[0]) for name in ways}
    p = float(probability(np.array([z]))[0])
    ratio = slopes["cross_entropy"] / slopes["squared_error"]
    told = [
        f"At the start p = {words.signed(p)}. The slope is "
        f"{words.signed(slopes['squared_error'])} for squared error and "
        f"{words.signed(slopes['cross_entropy'])} for cross-entropy, {ratio:,.4g} times as steep: "
        "the factor 1 / (p (1 − p)) that the sigmoid’s own slope takes away."
    ]
    for name, way in ways.items():
        there = np.flatnonzero(probability(way) >= RIGHT)
        told.append(
            f"**{LABELS[name]}** reaches p = {RIGHT:g} at step {int(there[0]):,}."
            if len(there)
            else f"**{LABELS[name]}** is at p = {words.signed(float(probability(way)[-1]))} after "
            f"{len(way) - 1:,} steps, not yet {RIGHT:g}."
        )
    return told
