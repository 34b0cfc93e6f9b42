"""What the two inputs and the two classes of a run's points are called on the screens."""

from dataclasses import dataclass

from mlp import Run
from mlp.data.shapes import XOR_DATASETS


@dataclass(frozen=True)
class Names:
    """Names of the inputs, of the classes, and of the answers that stand for them."""

    inputs: tuple[str, ...]
    classes: tuple[str, ...]
    answers: tuple[str, ...]


def names_of(run: Run) -> Names:
    """Return the names: own points bring theirs, and only what is an XOR is called so."""
    data = run.data
    if data.classes:
        return Names(data.names, data.classes, data.classes)
    if run.experiment.dataset in XOR_DATASETS:
        return Names(("x0", "x1"), ("XOR = 0", "XOR = 1"), ("0", "1"))
    return Names(("x0", "x1"), ("class 0", "class 1"), ("0", "1"))
