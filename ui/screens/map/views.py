"""What the address of the screen says: settings, two axes, size, colour, and the path of zooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlp import Experiment
from mlp.analysis.maps.picture import QUANTITIES
from mlp.analysis.maps.plane import Axis, Plane
from mlp.experiment import format_number, format_value, parse_number
from ui.address import kinds
from ui.address.address import Address
from ui.address.form import Field, Form, Params, Values
from ui.address.kinds import RefusalError
from ui.settings.experiment_form import NAME, ExperimentForm

SIZES = (64, 128, 256, 512)
MOST_STEPS = 5000
MOST_ZOOMS = 60
NEXT = "~"
DIGITS = 4  # of a share: fine enough for a rectangle of pixels
Rectangle = tuple[float, float, float, float]  # left, bottom, right, top, in shares of the sides

RATE = Axis("learning_rate", 0.003, 3, "log")
SCALE = Axis("init_scale", 0.1, 30, "log")
BASE = Experiment(hidden=3, train_points=50, steps=400)


@dataclass(frozen=True)
class AxisText:
    """The kind of an axis: a setting and its limits."""

    def parse(self, text: str) -> Axis:
        """Read an axis; a RefusalError says what is wrong."""
        try:
            return Axis.parse(text)
        except ValueError as error:
            raise RefusalError(f"{text[:40]}: {error}") from None

    def convert(self, value: Any) -> Axis:
        """Refuse what is no axis."""
        if not isinstance(value, Axis):
            raise ValueError
        return value

    def write(self, value: Axis) -> str:
        """Return the text of an axis."""
        return str(value)

    def __str__(self) -> str:
        """Say it by an example."""
        return "a setting and its limits, such as learning_rate:0.003:3:log"


@dataclass(frozen=True)
class ZoomPath:
    """The kind of a path of zooms: rectangles, each within the one before."""

    def parse(self, text: str) -> tuple[Rectangle, ...]:
        """Read rectangles of four shares each."""
        parts = text.split(NEXT)[: MOST_ZOOMS + 1]
        return self.convert([[parse_number(n) for n in part.split(",")] for part in parts])

    def convert(self, value: Sequence[Sequence[float]]) -> tuple[Rectangle, ...]:
        """Refuse what is no rectangle within the unit square, and more than MOST_ZOOMS."""
        path = []
        for entry in value:
            left, bottom, right, top = (round(float(share), DIGITS) for share in entry)
            if not (0 <= left < right <= 1 and 0 <= bottom < top <= 1):
                raise ValueError
            path.append((left, bottom, right, top))
        if len(path) > MOST_ZOOMS:
            raise ValueError
        return tuple(path)

    def write(self, value: Sequence[Rectangle]) -> str:
        """Return the text of a path."""
        return NEXT.join(",".join(format_number(share) for share in entry) for entry in value)

    def __str__(self) -> str:
        """Say it by an example."""
        return (
            f"up to {MOST_ZOOMS} rectangles of left,bottom,right,top between 0 and 1, with {NEXT} "
            "between them, such as 0.25,0.25,0.5,0.5"
        )


@dataclass(frozen=True)
class MapForm(ExperimentForm):
    """The form of the screen: an address says in what its settings differ from ``default``."""

    def read(self, params: Params) -> tuple[Values, list[str]]:
        """Read an address on top of the default."""
        if not params:
            return {}, []
        settings = {name: [text] for name, text in self.default.to_params().items()}
        return super().read(settings | dict(params))

    def write(self, given: Values) -> dict[str, list[str]]:
        """Return the parameters of an address: what differs from the default."""
        usual = self.default.to_dict()
        settings = given.get(NAME, self.default).to_dict()
        changed = {n: [format_value(v)] for n, v in settings.items() if v != usual[n]}
        own = {name: value for name, value in given.items() if name != NAME}
        return changed | Form.write(self, own)


FORM = MapForm(
    lambda given: {  # noqa: ARG005 - no field depends on another
        "x": Field(AxisText(), RATE),
        "y": Field(AxisText(), SCALE),
        "size": Field(kinds.whole(SIZES[0], SIZES[-1]), 256),
        "colour": Field(kinds.choice(*QUANTITIES), "verdict"),
        "run": Field(kinds.choice("yes")),
        "zoom": Field(ZoomPath(), ()),
        "pixel": Field(kinds.Point(((0, SIZES[-1] - 1),) * 2)),
    },
    resets={
        NAME: ("run", "zoom", "pixel"),
        "x": ("run", "zoom", "pixel"),
        "y": ("run", "zoom", "pixel"),
        "zoom": ("pixel",),
        "size": ("pixel",),
    },
    default=BASE,
    most_steps=MOST_STEPS,
)
ADDRESS = Address("map", FORM)


def base() -> Experiment:
    """Return the settings that all pixels share."""
    experiment: Experiment = ADDRESS.values[NAME]
    return experiment


def whole() -> Plane:
    """Return the map as it is before any zoom; ValueError where its settings do not fit."""
    values = ADDRESS.values
    return Plane(values[NAME], values["x"], values["y"], values["size"])


def path() -> tuple[Rectangle, ...]:
    """Return the zooms of this visitor."""
    zooms: tuple[Rectangle, ...] = ADDRESS.values["zoom"]
    return zooms
