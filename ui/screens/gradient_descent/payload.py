"""From descents to the plain data that the player of descents in the browser reads.

Numbers travel as base64 blocks inside JSON, as for the live player.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mlp.base.arrays import Array, Labels
from ui.player.payload import _block as block
from ui.screens.gradient_descent.updates import Update


@dataclass(frozen=True)
class Event:
    """A moment worth jumping to: a step and the words for its button."""

    step: float
    label: str


@dataclass(frozen=True, eq=False)
class Runner:
    """One descent shown in the player.

    Attributes
    ----------
    label, note : str
        Its name, and its settings in a few words.
    steps : Array
        What the clock of the player counts at each point, (T + 1,), rising.
    points, values, gradients : Array
        (T + 1, d), (T + 1,), (T + 1, d).
    measure : Array
        What the chart shows, (T + 1,), for example the distance to a minimum.
    pushes : Array or None
        What the optimizer remembers of earlier gradients, (T + 1, d).
    ending : str
        Said beside its name when its last step is shown.
    events : tuple of Event
        Moments offered as buttons.
    batches : tuple of Labels or None
        The samples that each step used.
    curve : int
        Which curve it is on, where a scene draws several.
    idea : str
        What its optimizer does, in a sentence.
    update : Update or None
        Its update, with the numbers of each step.
    floor : float
        The value of the minimum it is near: values are written with digits enough to tell them
        from it.
    look : int or None
        Which colour, mark and dashes it has; None for those of its place.
    """

    label: str
    note: str
    steps: Array
    points: Array
    values: Array
    gradients: Array
    measure: Array
    pushes: Array | None = None
    ending: str = ""
    events: tuple[Event, ...] = ()
    batches: tuple[Labels, ...] | None = None
    curve: int = 0
    idea: str = ""
    update: Update | None = None
    floor: float = 0.0
    look: int | None = None


@dataclass(frozen=True)
class Picture:
    """What the player shows around the runners.

    Attributes
    ----------
    scene : str
        Its name; the player's key begins with it.
    views : tuple of str
        Of "curve", "slope", "map", "solid", "fit", "measure".
    titles, descriptions : mapping of str to str
        Above each view, and for who cannot see it.
    words : mapping of str to str
        "unit" (what the clock counts), "of" (out of how many), "value", "measure".
    axis : str
        "linear" or "log": how the measure is drawn at first.
    """

    scene: str
    views: tuple[str, ...]
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    words: Mapping[str, str]
    axis: str = "log"
    data: Mapping[str, Any] | None = field(default=None)


def at_start(runner: Runner) -> Runner:
    """Return a runner that stands at its first point, and tells nothing of where it will go."""
    first = {name: getattr(runner, name)[:1] for name in ("steps", "points", "values", "gradients")}
    return replace(
        runner,
        **first,
        measure=runner.measure[:1],
        pushes=None if runner.pushes is None else runner.pushes[:1],
        batches=None if runner.batches is None else runner.batches[:1],
        update=None,  # of the step to come
        ending="",
        events=(),
    )


def veil(picture: Picture) -> Picture:
    """Return a picture whose words tell nothing of where the runners will end."""
    told = {view: f"{picture.titles.get(view, 'The descent')}." for view in picture.descriptions}
    return replace(picture, descriptions=told)


def build_payload(
    key: str,
    picture: Picture,
    surface: Mapping[str, Any],
    runners: Sequence[Runner],
    *,
    veiled: bool = False,
    in_suspense: bool = False,
    told_at: int | None = None,
) -> dict[str, Any]:
    """Everything the browser needs, as JSON-able data.

    Parameters
    ----------
    key : str
        Identity of the paths: with another key the player starts over.
    picture : Picture
        What is shown around.
    surface : mapping
        From `ui.screens.gradient_descent.sheets`.
    runners : sequence of Runner
        1 to 6 descents.
    veiled : bool
        Whether nothing of what is still to come is drawn.
    in_suspense : bool
        Whether that is drawn only once it has played to its end.
    told_at : int or None
        The step at which that is early enough, where a question is about the first steps.

    Returns
    -------
    dict
        The payload; ui/descent/js reads it.
    """
    return {
        "key": key,
        "autoplay": True,
        "veiled": veiled,
        "in_suspense": in_suspense,
        "told_at": told_at,
        "scene": picture.scene,
        "views": list(picture.views),
        "titles": dict(picture.titles),
        "descriptions": dict(picture.descriptions),
        "words": dict(picture.words),
        "axis": picture.axis,
        "data": None if picture.data is None else dict(picture.data),
        "surface": dict(surface),
        "lanes": [_runner_payload(runner) for runner in runners],
    }


def _runner_payload(runner: Runner) -> dict[str, Any]:
    return {
        "key": runner.label,
        "label": runner.label,
        "note": runner.note,
        "ending": runner.ending,
        "curve": runner.curve,
        "idea": runner.idea,
        "floor": runner.floor,
        "look": runner.look,
        "update": _update_payload(runner.update),
        "dimensions": int(runner.points.shape[1]),
        "events": [
            {"step": float(e.step), "kind": "event", "label": f"{e.label}, step {e.step:,.0f}"}
            for e in runner.events
        ],
        "steps": block(runner.steps, "<f8"),
        "points": block(runner.points, "<f8"),
        "values": block(runner.values, "<f8"),
        "gradients": block(runner.gradients, "<f8"),
        "measure": block(runner.measure, "<f8"),
        "pushes": None if runner.pushes is None else block(runner.pushes, "<f8"),
        "batches": None if runner.batches is None else [b.tolist() for b in runner.batches],
    }


def _update_payload(update: Update | None) -> dict[str, Any] | None:
    if update is None:
        return None
    places = {name: block(numbers, "<f8") for name, numbers in update.places.items()}
    return {"lines": list(update.lines), "places": places, "letters": update.letters}
