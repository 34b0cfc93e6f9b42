"""A map to take home: as numbers, as a picture, and the way into it as a film."""

import io
import json

import numpy as np
from PIL import Image

from mlp.analysis.maps import picture, store
from mlp.analysis.maps.pixels import Pixels
from mlp.analysis.maps.plane import Plane
from ui.screens.map.job import MapJob, recall
from ui.screens.map.views import Rectangle

SIDE = 384  # of the film, in pixels
PICTURES_A_ZOOM = 14
STILL = 6  # pictures that a level stands still
MILLISECONDS = 60


def npz(plane: Plane, pixels: Pixels) -> bytes:
    """Return all numbers as the command line writes them."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **store.arrays(plane, pixels))
    return file.getvalue()


def csv(plane: Plane, pixels: Pixels) -> bytes:
    """Return a line a pixel, rows from below; what is not finite is left empty."""
    arrays = store.arrays(plane, pixels)
    names = ["loss", "mean_loss", "accuracy", "rises", "first_rise_at", "verdict"]
    columns = [arrays[name].ravel().tolist() for name in names]
    across = np.tile(arrays["x"], plane.size).tolist()
    up = np.repeat(arrays["y"], plane.size).tolist()
    rows = zip(across, up, *columns, strict=True)
    head = [plane.x.name, plane.y.name, *names]
    lines = [",".join(head), *(",".join(_cell(value) for value in row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _cell(value: float | int | str) -> str:
    if isinstance(value, float) and not np.isfinite(value):
        return ""
    return value if isinstance(value, str) else repr(value)


def png(plane: Plane, pixels: Pixels, quantity: str) -> bytes:
    """Return the picture, its settings written into it."""
    return picture.png(picture.colours(pixels, quantity), json.dumps(plane.to_dict()))


def levels_of(planes: list[Plane], job: MapJob) -> list[Pixels] | None:
    """Return the pixels of every level of a dive; None where one is not at hand any more."""
    found = []
    for plane in planes:
        level = job if plane == job.plane else recall(plane)
        if level is None or not level.complete:
            return None
        found.append(level.pixels)
    return found


def film(levels: list[Pixels], zooms: tuple[Rectangle, ...], quantity: str) -> bytes:
    """Return the dive through the levels as a GIF: each picture grows into the next."""
    pictures: list[Image.Image] = []
    images = [Image.fromarray(picture.colours(pixels, quantity)[::-1, :, :3]) for pixels in levels]
    for image, rectangle in zip(images, zooms, strict=False):
        pictures += [_resized(image)] * STILL
        for k in range(1, PICTURES_A_ZOOM):
            pictures.append(_cut(image, rectangle, k / PICTURES_A_ZOOM))
    pictures += [_resized(images[-1])] * (3 * STILL)
    file = io.BytesIO()
    first, *rest = pictures
    first.save(file, "GIF", save_all=True, append_images=rest, duration=MILLISECONDS, loop=0)
    return file.getvalue()


def _resized(image: Image.Image) -> Image.Image:
    return image.resize((SIDE, SIDE), Image.Resampling.NEAREST)


def _cut(image: Image.Image, rectangle: Rectangle, way: float) -> Image.Image:
    """Return what of a picture is seen on the way to a rectangle, each side at its pace."""
    left, bottom, right, top = rectangle
    across, up = (right - left) ** way, (top - bottom) ** way  # lengths shrink evenly
    x = left * (1 - across) / (1 - (right - left)) if right - left < 1 else 0.0
    y = (1 - top) * (1 - up) / (1 - (top - bottom)) if top - bottom < 1 else 0.0
    side = image.width
    box = (x * side, y * side, (x + across) * side, (y + up) * side)
    return image.resize((SIDE, SIDE), Image.Resampling.NEAREST, box=box)
