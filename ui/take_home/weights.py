"""Weights and settings for other programs: JSON of one frame, NPZ of all."""

import json
from io import BytesIO
from typing import Any

import numpy as np

from mlp import Run
from mlp.base.version import __version__
from mlp.training.run import SERIES
from ui.take_home.entry import Tell

# Attributes of a Run that are one array with a row a frame, in the order of the file.
ARRAYS = (*SERIES, "W1", "W2", "dL_dW1", "dL_dW2")


def to_json(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - it is quick
    """Return the settings, and the numbers and weights of the chosen frame, as JSON."""
    content: dict[str, Any] = {
        "program": f"xor-dashboard {__version__}",
        "address": address,
        "settings": run.experiment.to_dict(),
        "first_rise_at": run.first_rise_at,
        "non_finite_at": run.non_finite_at,
        "frame": frame,
        **{name: getattr(run, name)[frame].tolist() for name in ARRAYS},
    }
    if run.own is not None:
        content["own_data"] = run.own.to_dict()
    return json.dumps(content, indent=1, allow_nan=False).encode("utf-8")


def npz(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - all frames
    """Return all frames as a NumPy archive, and the settings as JSON in its entry "settings".

    ``np.load(file)["W1"][frame]`` is a matrix; nothing in it needs pickle. Weights do not
    compress, so it is not compressed.
    """
    buffer = BytesIO()
    np.savez(
        buffer,
        settings=np.array(run.experiment.to_json()),
        address=np.array(address),
        program=np.array(f"xor-dashboard {__version__}"),
        X=run.data.X,
        labels=run.data.labels,
        **{name: getattr(run, name) for name in ARRAYS},
    )
    return buffer.getvalue()
