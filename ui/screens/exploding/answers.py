"""What a visitor may expect of a scene, and which of it a diagnosis makes true."""

from collections.abc import Mapping

from mlp import Diagnosis

ANSWERS: Mapping[str, str] = {
    "smooth": "It learns smoothly",
    "jumps": "The loss jumps or swings",
    "dies": "It dies: nothing moves any more",
    "infinity": "It runs to infinity",
}


def answer_of(diagnosis: Diagnosis) -> str:
    """Return which of ANSWERS a diagnosis gives."""
    if diagnosis.verdict == "non_finite":
        return "infinity"
    if diagnosis.verdict == "saturated":
        return "dies"
    return "smooth" if diagnosis.cause is None else "jumps"
