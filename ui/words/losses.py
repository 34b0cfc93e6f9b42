"""What losses are called."""

from collections.abc import Iterable

from mlp.experiment import Experiment

LOSS_NAMES = {"squared": "Squared error", "absolute": "Absolute error", "huber": "Huber"}
MISS = "r is the miss: how far a point is above or below the line."
LOSS_IDEAS = {
    "squared": "half the square of the miss",
    "absolute": "the size of the miss",
    "huber": "half the square of a small miss; a large one counts in proportion to its size",
}


def within_a_sentence(loss: str) -> str:
    """Return the name of a loss as it stands within a sentence: Huber is a person.

    Examples
    --------
    >>> within_a_sentence("squared"), within_a_sentence("huber")
    ('squared error', 'Huber')
    """
    name = LOSS_NAMES[loss]
    return name if loss == "huber" else name.lower()


def told_apart() -> str:
    """Say what r is, and what each loss of a line takes of it."""
    each = (f"**{LOSS_NAMES[loss]}**: {idea}." for loss, idea in LOSS_IDEAS.items())
    return " ".join((MISS, *each))


def loss_name(experiments: Iterable[Experiment]) -> str:
    """Return what the loss without penalties is called: data loss where there are any.

    Examples
    --------
    >>> loss_name([Experiment()]), loss_name([Experiment(), Experiment(l2=0.1)])
    ('loss', 'data loss')
    """
    return "data loss" if any(each.l1 > 0 or each.l2 > 0 for each in experiments) else "loss"
