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

# Every setting of an Experiment as the controls call it.
SETTINGS: Mapping[str, str] = {
    "dataset": "Points",
    "points": "Number of points",
    "train_points": "Training points",
    "noise": "Noise",
    "data_seed": "Seed of the points",
    "data_id": "Own points",
    "init_seed": "Seed of the weights",
    "hidden": "Hidden neurons",
    "bias": "Bias",
    "init_scale": "Scale of the first weights",
    "learning_rate": "Learning rate",
    "first_layer_rate": "First layer’s rate, as a factor",
    "schedule": "Decay schedule",
    "decay_rate": "Decay rate",
    "transition_steps": "Steps of a transition",
    "end_fraction": "Lowest rate, as a share",
    "warmup_steps": "Warm-up steps",
    "optimizer": "Optimizer",
    **{name: parameter.label for name, parameter in optimizers.PARAMETERS.items()},
    "batch_size": "Samples a step",
    "clip_norm": "Longest gradient",
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "l2_gradient": "Gradient of the L2 penalty",
    "steps": "Steps",
    "frames": "Recorded frames",
}
