"""The colours of a map, and a PNG file of them.

Quantities are shown on cividis, whose order is seen with every kind of colour vision (Nunez,
Anderton and Renslow 2018); verdicts in five colours that differ in lightness as well.
"""

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlp.analysis.maps.pixels import INFINITE, NEVER, VERDICTS, Pixels, is_trained
from mlp.base.arrays import Array, Flags

Colours = NDArray[np.uint8]
# Nine colours of cividis, from low to high.
SCALE = ("#00204d", "#0b3a6c", "#39486b", "#575c6d", "#757575", "#948e78", "#b7a76f", "#dcc45c",
         "#ffea46")  # fmt: skip
VERDICT_COLOURS = {
    "calm": "#0072b2",
    "survived": "#9ad0f5",
    "chaotic": "#e8750a",
    "dead": "#4a4a4a",
    "infinite": "#fff3b0",
}
NEVER_COLOUR = "#cfd6de"  # of a first rise that never came
SHADES = 256


@dataclass(frozen=True)
class Quantity:
    """What a map can be coloured by: its name, and whether its scale is logarithmic.

    ``shift`` is added before the logarithm, for numbers that may be 0.
    """

    name: str
    log: bool = False
    shift: float = 0.0


QUANTITIES: dict[str, Quantity] = {
    entry.name: entry
    for entry in (
        Quantity("verdict"),
        Quantity("loss", log=True),
        Quantity("mean_loss", log=True),
        Quantity("accuracy"),
        Quantity("rises", log=True, shift=1.0),
        Quantity("first_rise_at", log=True, shift=1.0),
    )
}


def rgb(colour: str) -> tuple[int, ...]:
    """Return the three bytes of a colour.

    Examples
    --------
    >>> rgb("#0072b2")
    (0, 114, 178)
    """
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def shades() -> Colours:
    """Return the scale as SHADES colours, (256, 3)."""
    anchors = np.array([rgb(colour) for colour in SCALE])
    at = np.linspace(0, len(anchors) - 1, SHADES)
    channels = [np.interp(at, np.arange(len(anchors)), channel) for channel in anchors.T]
    scale: Colours = np.rint(np.column_stack(channels)).astype(np.uint8)
    return scale


def measured(pixels: Pixels, quantity: str) -> Flags:
    """Return which pixels have the quantity: those that are trained, finite and did rise."""
    known: Flags = is_trained(pixels) & (pixels["verdict"] != INFINITE)
    if quantity == "first_rise_at":
        known &= pixels["first_rise_at"] != NEVER
    return known


def extent(pixels: Pixels, quantity: str) -> tuple[float, float] | None:
    """Return the lowest and highest value that is shown; None where there is none."""
    values = pixels[quantity][measured(pixels, quantity)]
    return (float(values.min()), float(values.max())) if len(values) else None


def colours(pixels: Pixels, quantity: str) -> Colours:
    """Return a colour for each pixel, (..., 4) with opacity; not trained is transparent."""
    palette = np.array([rgb(VERDICT_COLOURS[name]) for name in VERDICTS], np.uint8)
    painted = np.zeros((*pixels.shape, 4), np.uint8)
    trained = is_trained(pixels)
    painted[..., :3][trained] = palette[pixels["verdict"][trained]]
    painted[..., 3] = np.where(trained, 255, 0)
    ends = extent(pixels, quantity)
    if quantity == "verdict" or ends is None:
        return painted
    known = measured(pixels, quantity)
    if quantity == "first_rise_at":
        painted[..., :3][trained & (pixels["first_rise_at"] == NEVER)] = rgb(NEVER_COLOUR)
    shares = share_of(pixels[quantity][known].astype(np.float64), QUANTITIES[quantity], ends)
    painted[..., :3][known] = shades()[np.rint(shares * (SHADES - 1)).astype(np.int64)]
    return painted


def share_of(values: Array, quantity: Quantity, ends: tuple[float, float]) -> Array:
    """Return where values lie between two ends, 0 to 1, on the quantity's scale."""
    low, high = (np.array(end, np.float64) for end in ends)
    if quantity.log:
        smallest = np.finfo(np.float64).tiny
        values, low, high = (
            np.log(np.maximum(each + quantity.shift, smallest)) for each in (values, low, high)
        )
    if not high > low:
        return np.zeros_like(values)
    return np.asarray(np.clip((values - low) / (high - low), 0.0, 1.0))


def png(painted: Colours, text: str = "") -> bytes:
    """Return colours (rows, columns, 4), row 0 at the bottom, as a PNG file.

    ``text`` is written into it as its description. Source: the PNG specification, third edition.
    """
    rows, columns, _ = painted.shape
    flipped = painted[::-1].reshape(rows, columns * 4)
    lines = np.hstack([np.zeros((rows, 1), np.uint8), flipped])  # 0: a line without a filter
    header = struct.pack(">2I5B", columns, rows, 8, 6, 0, 0, 0)  # 8 bits; 6: with opacity
    chunks = [(b"IHDR", header)]
    if text:
        chunks.append((b"tEXt", b"Description\0" + text.encode("latin-1", "replace")))
    chunks += [(b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
