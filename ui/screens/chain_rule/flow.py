"""The animated step: one training step in the network graph, the input plane and hidden space.

A Streamlit component that shares modules with the player: Python sends the numbers of the step,
JavaScript lets them flow.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from mlp import Run
from mlp.base.arrays import Array
from mlp.chain_rule.bricks import Bricks, TrainingStep
from mlp.experiment import MOST_STEPS
from ui.browser import fragments
from ui.browser.bundle import bundle
from ui.course import progress as course
from ui.player.payload import Lane, Options, build_payload
from ui.screens.chain_rule import one_weight, state
from ui.screens.chain_rule.catalog import BRICKS, UPDATE, phase_of
from ui.screens.chain_rule.sections import update_words
from ui.screens.chain_rule.state import Shown
from ui.words.numbers import plural

KEY = "chain_flow"
_HERE = Path(__file__).parent
# What stands at the nodes, by its name in mlp.chain_rule.bricks.Bricks.
NODE_NUMBERS = (
    "Z1",
    "H1",
    "Z2",
    "H2",
    "dL_dH2",
    "dH2_dZ2",
    "dL_dZ2",
    "dL_dH1",
    "dH1_dZ1",
    "dL_dZ1",
)

_mount = st.components.v2.component(
    "xor_chain",
    html=(_HERE / "chain.html").read_text(encoding="utf-8"),
    css=fragments.CSS + (_HERE / "chain.css").read_text(encoding="utf-8"),
    js=bundle(_HERE / "js" / "chain.js"),
)


def show_flow(run: Run, step: TrainingStep, shown: Shown, held: Sequence[str] = ()) -> None:
    """Draw the animated step; what is chosen in it is in ``state`` before the next run.

    The numbers of the bricks ``held`` are not sent.
    """
    _mount(key=KEY, data=build(run, step, shown, held), on_at_change=take_report)


def take_report() -> None:
    """Take over the step, point and brick that the browser reports, where they make sense."""
    result = st.session_state.get(KEY)
    at = result.get("at") if isinstance(result, Mapping) else getattr(result, "at", None)
    found = read_report(at)
    if found:
        state.follow(**found)


def read_report(at: object) -> dict[str, int | str | None]:
    """Turn what came back from the browser into parameters; anything may come.

    Steps and points are brought into the run's range by ``state.clamp``.
    """
    if not isinstance(at, Mapping):
        return {}
    step, point, brick = _count(at.get("step")), _count(at.get("point")), at.get("brick")
    if step is None or point is None or not isinstance(brick, str):
        return {}
    if brick not in BRICKS and brick != UPDATE:
        return {}
    return {"step": step, "point": point + 1, "brick": brick}


def _count(value: object) -> int | None:
    """Return a whole number from 0 as it is, and None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < MOST_STEPS or value != int(value):  # false for NaN
        return None
    return int(value)


def build(run: Run, step: TrainingStep, shown: Shown, held: Sequence[str] = ()) -> dict[str, Any]:
    """Return everything that the browser needs, as plain data; js/create_chain.js reads it.

    Parameters
    ----------
    run : Run
        The recorded frames, for the scrubber.
    step : TrainingStep
        The step that is shown.
    shown : Shown
        Its point and neuron.
    held : sequence of str
        Names of bricks whose numbers wait for an answer.
    """
    sample = step.sample(shown.point)
    after = step.w_after if step.is_finite() else step.w
    numbers: dict[str, list[float]] = {
        name: getattr(sample, name)[0].tolist() for name in NODE_NUMBERS if name not in held
    }
    return {
        "command": state.command(),
        "lane": lane_of(run),
        "place": {
            "step": shown.step,
            "last": max(int(run.steps[-1]) - 1, 0),
            "point": shown.point,
            "neuron": shown.neuron,
            "brick": state.brick(),
            "way": state.one_weight(),
        },
        "before": _matrices(step, step.w),
        "after": _matrices(step, after),
        "gradients": _matrices(step, step.gradient),
        "sample": {
            "input": run.data.X[shown.point].tolist(),
            "label": int(run.data.labels[shown.point]),
            "numbers": numbers,
            "gradients": {
                "first": sample.dL_dW1.ravel().tolist(),
                "second": sample.dL_dW2.ravel().tolist(),
            },
        },
        "bricks": bricks(run, step, sample, shown, held),
        "words": words(run, step, shown),
    }


def lane_of(run: Run) -> dict[str, Any]:
    """Return the run as the player's lane, without the gradients, which are shown step by step."""
    key = f"{run.experiment.to_params()} {len(run.steps)}"
    lane: dict[str, Any] = build_payload([Lane(key, "", run, run.experiment.steps)], Options())[
        "lanes"
    ][0]
    return lane | {"gradients": {"wide": False, "first": "", "second": ""}}


def bricks(
    run: Run, step: TrainingStep, sample: Bricks, shown: Shown, held: Sequence[str]
) -> list[dict[str, str]]:
    """Return the bricks in order, the update last, with what to say about each."""
    said = {name: brick.meaning for name, brick in BRICKS.items()}
    said[UPDATE] = update_words(step, run.experiment)
    if state.one_weight() and not course.is_open():
        told = one_weight.words(step, sample, shown)
        said |= {name: told[name] for name in one_weight.known(said, held)}
    return [
        {
            "name": name,
            "phase": phase_of(name),
            "symbol": BRICKS[name].symbol if name in BRICKS else "W",
            "words": text,
        }
        for name, text in said.items()
    ]


def words(run: Run, step: TrainingStep, shown: Shown) -> dict[str, str]:
    """Return what the pictures say, with their numbers."""
    label = int(run.data.labels[shown.point])
    sample = step.sample(shown.point)
    answer = int(sample.H2[0, 1] > sample.H2[0, 0])
    right = "right" if answer == label else "wrong"
    said = (
        f"Point {shown.point + 1}: {shown.names.classes[label]}, the network answers "
        f"{shown.names.answers[answer]}, which is {right}; "
        f"its loss is {sample.loss:.4g}."
    )
    hidden, summed = step.objective.hidden, plural(len(step.batch.Y), "point")
    return {
        "sample": f"{said} The numbers at the neurons are this point’s; a line of dL/dW is as "
        f"thick as the sum over all {summed} of the step.",
        "point": "Point at an edge, or tap it, for W and dL/dW.",
        "tap": "Tap an edge for W and dL/dW.",
        "sums": f"dL/dW: sum of {summed}",
        "graph": f"Network graph with {hidden} hidden neurons. {said}",
        "map": map_words(run, step),
        "hidden": hidden_words(step),
    }


def map_words(run: Run, step: TrainingStep) -> str:
    """Say what the input plane shows; where the boundary runs, the browser adds."""
    n, hidden = len(step.rows), step.objective.hidden
    loss = (step.batch.loss + step.penalty) / n
    return (
        f"Input plane at step {step.step:,} with {len(run.data.X)} points and the lines of "
        f"{plural(hidden, 'hidden neuron')}: loss {loss:.4g}, {right_ones(step)} of "
        f"{plural(n, 'point')} of the step right."
    )


def right_ones(step: TrainingStep) -> int:
    """Return how many points of the step are answered right."""
    batch = step.batch
    return int(np.sum((batch.H2[:, 1] > batch.H2[:, 0]) == (batch.Y[:, 1] > 0.5)))


def hidden_words(step: TrainingStep) -> str:
    """Say what hidden space shows, and on which side of its boundary the points are."""
    hidden = step.objective.hidden
    how = {1: "H1 itself", 2: "both activations H1"}.get(
        hidden, f"{hidden} activations H1, seen along the boundary"
    )
    return (
        f"Every point by {how}: there the boundary is straight. "
        f"{right_ones(step)} of {len(step.rows)} are on their side."
    )


def _matrices(step: TrainingStep, flat: Array) -> dict[str, list[float]]:
    first, second = step.layers(flat)
    return {"first": first.ravel().tolist(), "second": second.ravel().tolist()}
