"""What the losses of a fitted line are called."""

LOSS_NAMES = {"squared": "Squared error", "absolute": "Absolute error", "huber": "Huber"}


def within_a_sentence(loss: str) -> str:
    """Return the name of a loss as it stands within a sentence: Huber is a person.

    Examples
    --------
    >>> within_a_sentence("squared"), within_a_sentence("huber")
    ('squared error', 'Huber')
    """
    name = LOSS_NAMES[loss]
    return name if loss == "huber" else name.lower()
