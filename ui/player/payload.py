"""From recorded runs to the plain data that the player in the browser reads.

Numbers travel as base64 blocks inside JSON, since raw bytes inside a dict do
not arrive. Series are float64. Weights and gradients are float32, half the
size, unless one is so large that float32 would shift an activation by more than
1e-5 (or could not hold it: weights reach 1e154 in a run that explodes).
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlp import Experiment, Run
from mlp.analysis.stability import shares_left, sharpness_of_steps
from mlp.analysis.verdicts import dead, stalled
from mlp.training.run import SERIES
from ui.words.naming import names_of
from ui.words.optimizers import NAMES, gauge_limit, limit_formula, of_a_batch, why_no_limit

# float32 keeps 6e-8 of a number: 6e-6 of a sum near 100, of which a sigmoid passes on a quarter.
LARGEST_IN_FLOAT32 = 100.0


@dataclass(frozen=True)
class Event:
    """A moment worth jumping to.

    Attributes
    ----------
    step : int
        Training step of the event.
    kind : str
        "dead", "first_rise", "highest_loss", "non_finite" or "branch".
    label : str
        Words for its mark, the step in them: "First rise, step 1".
    note : str
        What to say beside the gauge at that moment, or "".
    """

    step: int
    kind: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class Lane:
    """One run shown in the player.

    Attributes
    ----------
    key : str
        Identity of the run: the same key is the same run, perhaps with more frames.
    label : str
        Name of the lane; "" when it is alone.
    run : Run
        The recorded frames.
    planned_steps : int
        Steps the training is meant to take.
    streaming : bool
        Whether it still trains.
    follow : bool
        Show the newest frame while it trains; else play from the first.
    events : tuple of Event
        Moments offered as buttons.
    parent_until : int or None
        Step up to which the run is its parent's, drawn in grey; None for a run of its own.
    """

    key: str
    label: str
    run: Run
    planned_steps: int
    streaming: bool = False
    follow: bool = True
    events: tuple[Event, ...] = ()
    parent_until: int | None = None


@dataclass(frozen=True)
class Options:
    """How the player behaves; see `ui.player.player`."""

    autoplay: bool = True
    loop: bool = False
    pause_at: int | None = None
    zoomed: tuple[int, int] | None = None
    can_zoom: bool = False
    can_branch: bool = False
    moment: Mapping[str, Any] | None = None
    veiled: bool = False
    asks: bool = False
    in_suspense: bool = False
    leads_here: bool = False


def build_payload(lanes: Sequence[Lane], options: Options) -> dict[str, Any]:
    """Everything the browser needs, as JSON-able data.

    Parameters
    ----------
    lanes : sequence of Lane
        1 to 4 runs.
    options : Options
        How the player behaves.

    Returns
    -------
    dict
        The payload; ui/player/js/decode.js reads it.
    """
    zoomed = options.zoomed
    return {
        "autoplay": options.autoplay,
        "loop": options.loop,
        "pause_at": options.pause_at,
        "zoomed": None if zoomed is None else {"from": zoomed[0], "to": zoomed[1]},
        "can_zoom": options.can_zoom,
        "can_branch": options.can_branch,
        "moment": options.moment,
        "veiled": options.veiled,
        "asks": options.asks,
        "in_suspense": options.in_suspense,
        "leads_here": options.leads_here,
        "lanes": [_lane_payload(lane) for lane in lanes],
    }


def _lane_payload(lane: Lane) -> dict[str, Any]:
    run = lane.run
    experiment = run.experiment
    return {
        "key": lane.key,
        "label": lane.label,
        "streaming": lane.streaming,
        "follow": lane.follow,
        "planned_steps": int(lane.planned_steps),
        "events": [
            {
                "step": int(event.step),
                "kind": event.kind,
                "label": event.label,
                "note": event.note,
            }
            for event in lane.events
        ],
        "hidden": int(experiment.hidden),
        "bias": bool(experiment.bias),
        "limit": gauge_limit(experiment),
        "limits": [
            [
                segment.start,
                gauge_limit(segment.experiment),
                why_no_limit(segment.experiment),
                _of_limit(segment.experiment),
            ]
            for segment in run.plan.segments
        ],
        "parent_until": lane.parent_until,
        "non_finite_at": None if run.non_finite_at is None else int(run.non_finite_at),
        "points": {
            "X": _block(run.data.X, "<f8"),
            "labels": _block(run.data.labels, "u1"),
            "n_train": int(run.data.n_train),
            "shift": list(run.data.shift),
            "scale": list(run.data.scale),
        },
        "names": dataclasses.asdict(names_of(run)),
        "series": {
            **{name: _block(getattr(run, name), "<f8") for name in SERIES},
            "sharpness": _block(sharpness_of_steps(run), "<f8"),
        },
        "shares_left": _block(shares_left(run), "<f8"),
        "stalled": _block(stalled(run), "u1"),
        "dead": _block(dead(run), "u1"),
        "weights": _matrices(run.W1, run.W2),
        "gradients": _matrices(run.dL_dW1, run.dL_dW2),
    }


def _of_limit(experiment: Experiment) -> str:
    """Say why the limit is not 2, and of what the sharpness is that is held against it.

    With mini-batches, how far that tells of one step.
    """
    batch, said = of_a_batch(experiment), []
    if experiment.optimizer != "gradient_descent" and gauge_limit(experiment) is not None:
        said.append(f"{NAMES[experiment.optimizer]}: {limit_formula(experiment)}")
    if batch:
        clipped = ", clipping not counted" if experiment.clip_norm > 0 else ""
        said.append(f"{batch}{clipped}; single steps differ")
    return "; ".join(said)


def _block(values: NDArray[Any], dtype: str) -> str:
    contiguous = np.ascontiguousarray(values, dtype=dtype)
    return base64.b64encode(contiguous.tobytes()).decode("ascii")


def _matrices(first: NDArray[np.float64], second: NDArray[np.float64]) -> dict[str, Any]:
    """Two matrices a frame, as exact as the activations need."""
    wide = max(np.abs(first).max(), np.abs(second).max()) > LARGEST_IN_FLOAT32
    dtype = "<f8" if wide else "<f4"
    return {"wide": bool(wide), "first": _block(first, dtype), "second": _block(second, dtype)}
