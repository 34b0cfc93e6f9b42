"""Short names for what is trained: what tells one plan from others."""

from collections.abc import Callable, Mapping, Sequence

from mlp import PRESETS, Experiment, Plan
from mlp.experiment import DEFAULTS, Value, format_value
from mlp.optimizers.registry import OPTIMIZERS, PARAMETERS
from mlp.plan.scenes import SCENES, scene_of
from ui.words.names import NAMES

LONGEST_NAME = 60

_WORDS: Mapping[str, Callable[[Value], str]] = {
    "hidden": lambda value: f"{value} neuron{'' if value == 1 else 's'}",
    "learning_rate": lambda value: f"rate {value:g}",
    "first_layer_rate": lambda value: f"first layer’s rate × {value:g}",
    "schedule": lambda value: f"{NAMES['schedule'].get(str(value), value)}".lower(),
    "optimizer": lambda value: f"{NAMES['optimizer'].get(str(value), value)}".lower(),
    "warmup_steps": lambda value: f"warm-up {value:,}" if value else "no warm-up",
    "clip_norm": lambda value: f"clipped at {value:g}" if value else "no clipping",
    "batch_size": lambda value: f"{value} samples a step" if value else "all samples a step",
    "steps": lambda value: f"{value:,} steps",
    "bias": lambda value: "bias" if value else "no bias",
    "init_seed": lambda value: f"seed {value}",
    "l1": lambda value: f"L1 penalty {format_value(value)}" if value else "no L1 penalty",
    "l2": lambda value: f"L2 penalty {format_value(value)}" if value else "no L2 penalty",
    "init_scale": lambda value: f"first weights × {format_value(value)}",
    "l2_gradient": lambda value: f"{value} L2 term",
}


def setting(name: str, value: Value) -> str:
    """Return one setting in a few words: "50 neurons", "rate 0.03"."""
    if name in _WORDS:
        return _WORDS[name](value)
    return f"{name.replace('_', ' ')} {format_value(value)}"


def _settings(experiment: Experiment, names: Sequence[str]) -> list[str]:
    told = [setting(name, getattr(experiment, name)) for name in names]
    # An optimizer and its own parameter may bear the same name: "momentum, momentum 0.99".
    return [one for one in told if not any(other.startswith(f"{one} ") for other in told)]


def cuts(plan: Plan) -> list[str]:
    """Return what each cut of a plan changes, and where."""
    return [
        f"from step {cut.step:,}: "
        + (", ".join(setting(name, value) for name, value in cut.changes) or "no change")
        for cut in plan.cuts
    ]


def name_of(plan: Plan) -> str:
    """Return a name for a plan alone: its scene's title, or what differs from the defaults."""
    root = plan.root
    scene = scene_of(root)
    settings = ", ".join(_settings(root, ["hidden", *_changed(root)]))
    return "; ".join([SCENES[scene].title if scene else settings, *cuts(plan)])


def _changed(root: Experiment) -> list[str]:
    return [name for name in root.changes() if name != "hidden" and is_used(root, name)]


def differing(plans: Sequence[Plan]) -> list[str]:
    """Return the fields in which the roots of some plans differ, in their usual order.

    What none of them uses, such as the momentum of plain descent, makes no difference.
    """
    roots = [plan.root for plan in plans]
    return [
        name
        for name in DEFAULTS
        if len({getattr(root, name) for root in roots}) > 1
        and any(is_used(root, name) for root in roots)
    ]


def is_used(root: Experiment, name: str) -> bool:
    """Whether a run depends on a field, as its other settings are."""
    if name in PARAMETERS:
        return name in OPTIMIZERS[root.optimizer].parameters
    if name in ("decay_rate", "transition_steps", "end_fraction"):
        return root.schedule != "constant"
    return name != "l2_gradient" or root.l2 > 0


def labels(plans: Sequence[Plan], names: Mapping[Plan, str]) -> list[str]:
    """Return short labels that tell some plans apart.

    Parameters
    ----------
    plans : sequence of Plan
        What is compared.
    names : mapping of Plan to str
        The names that the visitor gave to some.
    """
    fields = differing(plans)
    found = []
    for plan in plans:
        start = ", ".join(_settings(plan.root, fields[:3]))
        parts = [*([start] if start else []), *cuts(plan)]
        label = names.get(plan) or "; ".join(parts) or name_of(plan)
        found.append(label if len(label) <= LONGEST_NAME else f"{label[: LONGEST_NAME - 1]}…")
    return [
        label if found.count(label) == 1 else f"{'ABCD'[i]}: {label}"
        for i, label in enumerate(found)
    ]


def details(plan: Plan) -> str:
    """Return what differs from the defaults, and every cut."""
    root = plan.root
    changed = [f"{name} = {text}" for name, text in root.to_params().items()]
    return "; ".join([", ".join(changed) or "All settings at their defaults", *cuts(plan)]) + "."


def scene_names() -> dict[Plan, str]:
    """Return every scene's plan with its full title, by which it is searched for."""
    return {Plan(PRESETS[name]): scene.full_title for name, scene in SCENES.items()}
