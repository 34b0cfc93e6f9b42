"""Everything that decides a run, in one flat and frozen record.

The same Experiment gives the same digits. It is checked when it is made, and travels as JSON and
as URL parameters; what arrives from outside is parsed, range-checked, and refused by name.
"""

import dataclasses
import json
import math
import numbers
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from mlp.data.own import ID_LENGTH
from mlp.data.shapes import DATASETS
from mlp.optimizers.registry import OPTIMIZERS, PARAMETERS, RANGES, parameters_of
from mlp.optimizers.rules import Parameters
from mlp.schedules import SCHEDULES

OWN = "custom"  # the data set of own points
L2_GRADIENTS = ("derived", "article")
LARGEST_SEED = 2**32 - 1
MOST_STEPS = 2_000_000

Value = str | bool | int | float


@dataclass(frozen=True)
class Allowed:
    """What a field accepts: a type, and either a range or a list of choices."""

    type: type
    low: float = -math.inf
    high: float = math.inf
    above: bool = False  # the lower end itself is refused
    choices: tuple[str, ...] = ()
    pattern: str = ""  # of a text, in full
    meaning: str = ""  # of that pattern, in words

    def __str__(self) -> str:
        """Say what is allowed, as an error message continues after "must be"."""
        if self.type is bool:
            return "true or false"
        if self.choices:
            return ("one of " if len(self.choices) > 1 else "") + ", ".join(self.choices)
        if self.type is str:
            return self.meaning
        low, high = format_number(self.low), format_number(self.high)
        kind = "a whole number" if self.type is int else "a number"
        return f"{kind} {f'above {low} and at most' if self.above else f'from {low} to'} {high}"

    def convert(self, value: object) -> Value:
        """Return the value as the field's own type, or raise ValueError where it is not allowed."""
        if self.type is bool or isinstance(value, bool):
            if self.type is bool and isinstance(value, bool):
                return value
            raise ValueError
        if self.type is str:
            if isinstance(value, str) and (value in self.choices or self._fits(value)):
                return value
            raise ValueError
        number = _number(value)
        inside = self.low < number if self.above else self.low <= number
        if not (inside and number <= self.high):  # false for NaN
            raise ValueError
        if self.type is int and not isinstance(number, int):
            raise ValueError
        return int(number) if self.type is int else float(number)

    def _fits(self, text: str) -> bool:
        return bool(self.pattern and re.fullmatch(self.pattern, text))

    def parse(self, text: str) -> Value:
        """Return the value that a text means, or raise ValueError where it means none allowed."""
        text = text.strip()
        if self.type is bool and text.lower() in TRUTH:
            return TRUTH[text.lower()]
        if self.type in (bool, str):
            return self.convert(text)
        return self.convert(parse_number(text, whole=self.type is int))

    def write(self, value: Value) -> str:
        """Return the text that ``parse`` reads as this value."""
        return format_value(value)


TRUTH = {"true": True, "false": False}
LONGEST_NUMBER = 32
LONGEST_JSON = 10_000
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def parse_number(text: str, *, whole: bool = False) -> int | float:
    """Read a number as a person types it: ASCII digits, at most 32 signs, no underscore.

    Raises
    ------
    ValueError
        It is none, or not a whole one where that is asked for.

    Examples
    --------
    >>> parse_number(" 3e-2 ")
    0.03
    """
    text = text.strip()
    if len(text) > LONGEST_NUMBER or not text.isascii() or "_" in text:
        raise ValueError
    return int(text) if whole else float(text)


def _parse_int(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits)


def _number(value: object) -> int | float:
    if isinstance(value, int | float) and type(value) in (int, float):  # nearly always
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    raise ValueError


def format_number(number: float) -> str:
    """Write a number as briefly as it reads back the same: 20000, 0.006, 1e-06."""
    return f"{number:.0f}" if number == int(number) and abs(number) < 1e15 else repr(float(number))


def _field(default: Value, *range_: float, above: bool = False, choices: Iterable[str] = ()) -> Any:
    low, high = range_ if range_ else (-math.inf, math.inf)
    allowed = Allowed(type(default), low, high, above, tuple(choices))
    return dataclasses.field(default=default, metadata={"allowed": allowed})


def _text(pattern: str, meaning: str) -> Any:
    """Return a field of text, by default empty."""
    allowed = Allowed(str, pattern=pattern, meaning=meaning)
    return dataclasses.field(default="", metadata={"allowed": allowed})


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One training run, described completely.

    Parameters
    ----------
    dataset : str
        A name of DATASETS: the points to learn from. "corners" has four, and ignores points,
        train_points and noise; "custom" are own points, which ``data_id`` names.
    data_id : str
        Name of own points, see ``mlp.data.own``; "" for every other data set.
    points, train_points : int
        Points drawn (4 to 2000), and how many of them, from the first, are trained on.
    noise : float
        Standard deviation of a shift applied after labelling, 0 to 1.
    data_seed, init_seed : int
        Seeds of the points, and of the first weights (and of the mini-batches' order).
    hidden : int
        Hidden neurons, 1 to 200.
    bias : bool
        Whether a column of ones is appended to X and to H1.
    init_scale : float
        Multiplies the first weights, 0 to 100.
    learning_rate : float
        Above 0, at most 100; multiplies the gradient of the sum over the samples.
    first_layer_rate : float
        A factor on the learning rate of W1, 0 to 1000: 1 treats both layers alike, 0 freezes it.
    schedule : str
        A name of SCHEDULES, with ``decay_rate``, ``transition_steps`` (0 fits it to the run),
        ``end_fraction`` of the learning rate, and ``warmup_steps`` before it.
    optimizer : str
        A name of OPTIMIZERS.
    momentum, beta2, epsilon, weight_decay, ftrl_beta, ftrl_l1, ftrl_l2 : float
        Its parameters, where they apply; 0 for ``beta2`` and ``epsilon`` is what each optimizer was
        published with.
    batch_size : int
        Samples a step; 0 takes all.
    l1, l2 : float
        Weights of the penalties, 0 to 1000.
    l2_gradient : {"derived", "article"}
        The derivative of the L2 penalty, or the term that the article published.
    clip_norm : float
        Longest gradient allowed, both layers together; 0 is off.
    steps, frames : int
        Steps to take (1 to 2,000,000) and states to record (2 to 1000).

    Raises
    ------
    ValueError
        Names the field, the value, and what is allowed.

    Examples
    --------
    >>> Experiment(hidden=50, learning_rate=0.03).to_params()
    {'hidden': '50', 'learning_rate': '0.03'}
    >>> Experiment(hidden=0)
    Traceback (most recent call last):
    ValueError: hidden = 0: must be a whole number from 1 to 200
    """

    dataset: str = _field("gaussian", choices=(*DATASETS, OWN))
    data_id: str = _text(
        f"([0-9a-f]{{{ID_LENGTH}}})?",
        f"the name of own points, {ID_LENGTH} of the signs 0 to 9 and a to f, or empty",
    )
    points: int = _field(300, 4, 2000)
    train_points: int = _field(300, 1, 2000)
    noise: float = _field(0.0, 0, 1)
    data_seed: int = _field(0, 0, LARGEST_SEED)
    init_seed: int = _field(2017, 0, LARGEST_SEED)
    hidden: int = _field(3, 1, 200)
    bias: bool = _field(True)
    init_scale: float = _field(1.0, 0, 100)
    learning_rate: float = _field(0.006, 0, 100, above=True)
    first_layer_rate: float = _field(1.0, 0, 1000)
    schedule: str = _field("constant", choices=SCHEDULES)
    decay_rate: float = _field(0.5, 0, 1, above=True)
    transition_steps: int = _field(0, 0, MOST_STEPS)
    end_fraction: float = _field(0.0, 0, 1)
    warmup_steps: int = _field(0, 0, MOST_STEPS)
    optimizer: str = _field("gradient_descent", choices=OPTIMIZERS)
    momentum: float = _field(PARAMETERS["momentum"], *RANGES["momentum"])
    beta2: float = _field(PARAMETERS["beta2"], *RANGES["beta2"])
    epsilon: float = _field(PARAMETERS["epsilon"], *RANGES["epsilon"])
    weight_decay: float = _field(PARAMETERS["weight_decay"], *RANGES["weight_decay"])
    ftrl_beta: float = _field(PARAMETERS["ftrl_beta"], *RANGES["ftrl_beta"])
    ftrl_l1: float = _field(PARAMETERS["ftrl_l1"], *RANGES["ftrl_l1"])
    ftrl_l2: float = _field(PARAMETERS["ftrl_l2"], *RANGES["ftrl_l2"])
    batch_size: int = _field(0, 0, 2000)
    l1: float = _field(0.0, 0, 1000)
    l2: float = _field(0.0, 0, 1000)
    l2_gradient: str = _field("derived", choices=L2_GRADIENTS)
    clip_norm: float = _field(0.0, 0, 1000)
    steps: int = _field(20_000, 1, MOST_STEPS)
    frames: int = _field(240, 2, 1000)

    def __post_init__(self) -> None:
        """Convert every field to its own type, or say which one is wrong."""
        for name, allowed in ALLOWED.items():
            value = getattr(self, name)
            try:
                object.__setattr__(self, name, allowed.convert(value))
            except ValueError:
                raise ValueError(refusal(name, value)) from None
        if (self.dataset == OWN) != bool(self.data_id):
            raise ValueError(
                f"data_id = {self.data_id!r}: must be given where dataset = custom, and only there"
            )
        if self.dataset != "corners" and self.train_points > self.points:
            raise ValueError(
                f"train_points = {self.train_points}: must be at most points = {self.points}; "
                "lower train_points or raise points"
            )
        if self.batch_size > self.n_train:
            raise ValueError(
                f"batch_size = {self.batch_size}: must be from 0 to the {self.n_train} training "
                "points; 0 takes all of them"
            )

    @property
    def n_train(self) -> int:
        """Samples that are trained on."""
        return 4 if self.dataset == "corners" else self.train_points

    @property
    def takes_mini_batches(self) -> bool:
        """Whether a step sees only some of the training points."""
        return 0 < self.batch_size < self.n_train

    @property
    def parameters(self) -> Parameters:
        """What the optimizer works with: published values where nothing else is set."""
        return parameters_of(self.optimizer, {name: getattr(self, name) for name in RANGES})

    @property
    def input_rows(self) -> int:
        """Rows of W1: two inputs, and one for the bias."""
        return 3 if self.bias else 2

    def replace(self, **changes: Value) -> Self:
        """Return a copy with some fields changed, checked again."""
        _refuse_unknown(changes)
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, Value]:
        """Return every field by name."""
        return {name: getattr(self, name) for name in ALLOWED}

    def changes(self) -> dict[str, Value]:
        """Return the fields that differ from their defaults."""
        return {name: value for name, value in self.to_dict().items() if value != DEFAULTS[name]}

    def to_params(self) -> dict[str, str]:
        """Return the fields that differ from their defaults, as URL parameters."""
        return {name: format_value(value) for name, value in self.changes().items()}

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> Self:
        """Read URL parameters; an unknown name or a value out of range raises ValueError."""
        _refuse_unknown(params)
        return cls(**{name: parse_field(name, text) for name, text in params.items()})  # type: ignore[arg-type]

    def to_json(self) -> str:
        """Return every field as a JSON object."""
        return json.dumps(self.to_dict(), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a JSON object of fields; what is missing keeps its default.

        Raises
        ------
        ValueError
            Not JSON, not an object, a name twice, an unknown name, or a value not allowed.
        """
        fields = parse_json(text, LONGEST_JSON)
        if not isinstance(fields, dict):
            raise ValueError('an experiment must be a JSON object such as {"hidden": 3}')
        return cls.from_fields(fields)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Return the experiment of some fields; what is missing keeps its default."""
        _refuse_unknown(fields)
        return cls(**fields)


def parse_json(text: str, longest: int) -> Any:
    """Read JSON of at most so many characters that may come from anywhere.

    Raises
    ------
    ValueError
        Too long, not JSON, nested too deeply, an object with a name twice, or text with half of a
        surrogate pair, which no page and no file can hold.
    """
    if len(text) > longest:
        raise ValueError(f"JSON of {len(text):,} characters: must be at most {longest:,}")
    try:
        value = json.loads(text, object_pairs_hook=_refuse_repeated, parse_int=_parse_int)
        if SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    except UnicodeEncodeError as error:
        half = ascii(error.object[error.start])
        raise ValueError(f"{half} is half of a character: write the whole one, or none") from None
    return value


ALLOWED: dict[str, Allowed] = {
    field.name: field.metadata["allowed"] for field in dataclasses.fields(Experiment)
}
DEFAULTS: dict[str, Value] = {
    field.name: field.default  # type: ignore[misc]
    for field in dataclasses.fields(Experiment)
}


def format_value(value: Value) -> str:
    """Write a field's value as a URL shows it, so that it reads back the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else format_number(value)


def refusal(name: str, value: object) -> str:
    """Return the sentence that names a field, a value it does not take, and what it takes."""
    try:
        shown = value if isinstance(value, str) else repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        shown = "a number of thousands of digits"
    return f"{name} = {shown[:40]}: must be {ALLOWED[name]}"


def parse_field(name: str, text: str) -> Value:
    """Read one field from text, or raise ValueError with the whole sentence."""
    try:
        return ALLOWED[name].parse(text)
    except (ValueError, OverflowError):
        raise ValueError(refusal(name, text)) from None


def _refuse_unknown(fields: Iterable[str]) -> None:
    unknown = [name for name in fields if name not in ALLOWED]
    if unknown:
        raise ValueError(f"unknown field {unknown[0][:40]!r}; the fields are {', '.join(ALLOWED)}")


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:40]!r} stands more than once")
        found[name] = value
    return found
