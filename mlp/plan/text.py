"""A plan as text, for addresses, and as plain values, for JSON: its parts, written and read."""

from collections.abc import Iterator

from mlp.experiment import ALLOWED, Experiment, format_value, parse_field, parse_number
from mlp.plan.cut import Cut, not_a_step
from mlp.plan.scenes import PRESETS, scene_of

LONGEST_TEXT = 2000
# The signs of a plan as text; a browser's address bar keeps them readable.
AT, NEXT, IS = "@", "~", ":"


def format_root(root: Experiment) -> str:
    """Return the settings that a plan starts with: a preset's name, or what differs."""
    name = scene_of(root)
    return name or NEXT.join(f"{field}{IS}{text}" for field, text in root.to_params().items())


def format_cut(cut: Cut) -> str:
    """Return a cut: its step, and what changes there."""
    changes = (f"{name}{IS}{format_value(value)}" for name, value in cut.changes)
    return NEXT.join([str(cut.step), *changes])


def parse_root(text: str) -> Experiment:
    """Read the settings that a plan starts with; ValueError names what cannot be used."""
    if text in PRESETS:
        return PRESETS[text]
    if IS not in text:
        raise ValueError(
            f"{text[:40]!r}: must be one of {', '.join(PRESETS)}, or settings such as "
            f"hidden{IS}50{NEXT}learning_rate{IS}0.03"
        )
    return Experiment.from_params(dict(_parse_pairs(text.split(NEXT))))


def parse_cut(text: str) -> Cut:
    """Read a cut; ValueError names what cannot be used."""
    step_text, *pairs = text.split(NEXT)
    try:
        step = int(parse_number(step_text, whole=True))
    except ValueError:
        raise ValueError(not_a_step(step_text)) from None
    return Cut(step, tuple((name, parse_field(name, value)) for name, value in _parse_pairs(pairs)))


def _parse_pairs(pairs: list[str]) -> Iterator[tuple[str, str]]:
    seen = set()
    for pair in pairs:
        name, sign, value = pair.partition(IS)
        if not sign or name not in ALLOWED:
            raise ValueError(
                f"{pair[:40]!r}: must be a setting and its value, such as hidden{IS}50; the "
                f"settings are {', '.join(ALLOWED)}"
            )
        if name in seen:
            raise ValueError(f"{name} stands more than once; give it once")
        seen.add(name)
        yield name, value


def cut_from_dict(entry: object) -> Cut:
    """Read a cut from what JSON held; ValueError names what cannot be used."""
    if not isinstance(entry, dict) or set(entry) != {"step", "changes"}:
        raise ValueError('a branch must be an object of "step" and "changes"')
    if not isinstance(entry["changes"], dict):
        raise ValueError('the "changes" of a branch must be an object such as {"l2": 0.1}')
    return Cut(entry["step"], tuple(entry["changes"].items()))
