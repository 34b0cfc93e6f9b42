"""What the choices of a setting are called on the screens."""

from collections.abc import Mapping

from ui.words import optimizers

NAMES: Mapping[str, Mapping[str, str]] = {
    "dataset": {
        "gaussian": "Gaussian cloud, XOR of the signs",
        "corners": "Four corners, the table of XOR",
        "noisy_corners": "Around the four corners",
        "four_gaussians": "Four clouds, XOR with margins",
        "circles": "A disc in a ring",
        "moons": "Two moons",
        "spiral": "Two spirals",
    },
    "schedule": {
        "constant": "Constant",
        "step": "Step decay",
        "exponential": "Exponential decay",
        "inverse_time": "Inverse-time decay",
        "linear": "Linear decay",
        "cosine": "Cosine decay",
    },
    "optimizer": optimizers.NAMES,
    "l2_gradient": {"derived": "Derived: l2 W", "article": "As in the article: l2 ΣW²"},
}
