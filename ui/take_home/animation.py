"""A run as a film, GIF or MP4: the article's three panels moving together.

Axes, curves in full and their labels are drawn once; for each picture only what moves is drawn
again on a copy of them, which is some twenty times faster than drawing whole figures.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import imageio_ffmpeg  # type: ignore[import-untyped]
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from PIL import Image

from mlp import Run
from mlp.base.arrays import Array
from ui.charts import figures
from ui.take_home.entry import NotOfferedError, Tell

Picture = NDArray[np.uint8]  # (height, width, 4)

MOST_PICTURES = 96  # 8 seconds; a chat or a slide takes a file of a few MB
A_SECOND = 12
LAST_SECONDS = 2.0  # the end stands still before it begins again
SIZE = (13.0, 4.2)  # inches
DPI = 80
COLOURS = 128
GRID = 120
NO_ENCODER = (
    "MP4 needs the program ffmpeg, which is not on the computer that runs this dashboard. Install "
    "it there (apt-get install ffmpeg, brew install ffmpeg), or take the GIF."
)


def frames_to_draw(run: Run) -> NDArray[np.int64]:
    """Return which frames become pictures: evenly many, the first and the last among them."""
    count = min(len(run.steps), MOST_PICTURES)
    return np.rint(np.linspace(0, len(run.steps) - 1, count)).astype(np.int64)


class Film:
    """Draws the pictures of a run."""

    def __init__(self, run: Run) -> None:
        """Draw once what stands still."""
        self.run = run
        figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
        self.canvas = cast("Any", FigureCanvasAgg(figure))  # Matplotlib types no canvas
        left, self.map, right = figure.subplots(1, 3)
        values = (100 * run.accuracy, run.loss)
        figures.accuracy_axes(left, run)
        figures.loss_axes(right, run)
        self.curves = [_moving_curve(axes) for axes in (left, right)]
        self.values = values
        self.reach, self.points = self._prepare_map()
        self.title = figure.text(0.5, 0.985, "", ha="center", va="top", fontsize=13, animated=True)
        figure.suptitle(" ")  # keeps the place
        self.canvas.draw()
        figure.set_layout_engine("none")
        self.background = self.canvas.copy_from_bbox(figure.bbox)

    def _prepare_map(self) -> tuple[Array, list[Artist]]:
        line = figures.map_axis(self.run, GRID)
        self.columns, self.rows = columns, rows = figures.map_places(self.run, line)
        self.image = self.map.imshow(
            np.zeros((GRID, GRID)),
            extent=(columns[0], columns[-1], rows[0], rows[-1]),
            origin="lower",
            cmap=figures.CLASSES,
            vmin=-1,
            vmax=1,
            interpolation="bilinear",
            animated=True,
        )
        points = figures.draw_points(self.map, self.run)
        for artist in points:
            artist.set_animated(True)
        figures.label_map(self.map, self.run)
        return line, points

    def picture(self, frame: int) -> Picture:
        """Return the picture of one frame."""
        canvas, run = self.canvas, self.run
        canvas.restore_region(self.background)
        difference = figures.output_difference(run, frame, self.reach)
        self.image.set_data(difference)
        self.map.draw_artist(self.image)
        if difference.min() < 0 < difference.max():
            contour = self.map.contour(
                self.columns, self.rows, difference, levels=[0], colors="0.2", linewidths=1.5
            )
            self.map.draw_artist(contour)
            contour.remove()
        for artist in self.points:
            self.map.draw_artist(artist)
        for (curve, dot), values in zip(self.curves, self.values, strict=True):
            curve.set_data(run.steps[: frame + 1], values[: frame + 1])
            dot.set_data(run.steps[frame : frame + 1], values[frame : frame + 1])
            for artist in (curve, dot):
                artist.axes.draw_artist(artist)  # type: ignore[union-attr]
        self.title.set_text(figures.title(run, frame))
        self.title.figure.draw_artist(self.title)  # type: ignore[union-attr]
        return np.array(canvas.buffer_rgba())

    def pictures(self, tell: Tell) -> Iterator[Picture]:
        """Yield every picture, telling the share that is done."""
        frames = frames_to_draw(self.run)
        for number, frame in enumerate(frames):
            yield self.picture(int(frame))
            tell((number + 1) / len(frames))


def _moving_curve(axes: Axes) -> tuple[Line2D, Line2D]:
    """Return the part of a curve that is drawn already, and the dot at its end."""
    for line in axes.lines:
        line.set_alpha(0.25)
    (curve,) = axes.plot([], [], color=figures.BLUE, linewidth=2.5, animated=True)
    (dot,) = axes.plot([], [], "o", color=figures.BLUE, markersize=8, animated=True)
    return curve, dot


def gif(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - the whole run
    """Return the film as a GIF that repeats."""
    film = Film(run)
    palette = _palette(film)
    images = [
        Image.fromarray(picture).convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)
        for picture in film.pictures(tell)
    ]
    durations = [1000 // A_SECOND] * (len(images) - 1) + [int(1000 * LAST_SECONDS)]
    with tempfile.SpooledTemporaryFile(max_size=50_000_000) as file:
        images[0].save(
            file,
            format="GIF",
            save_all=True,
            append_images=images[1:],
            duration=durations,
            loop=0,
            comment=address.encode("ascii", errors="replace"),
        )
        file.seek(0)
        return file.read()


def _palette(film: Film) -> Image.Image:
    """Return colours that suit the first, the middle and the last picture alike."""
    last = len(film.run.steps) - 1
    some = np.concatenate([film.picture(frame) for frame in (0, last // 2, last)])
    return Image.fromarray(some).convert("RGB").quantize(COLOURS)


def encoder() -> str | None:
    """Return the program that writes MP4: this machine's, else that of imageio-ffmpeg's wheel.

    None where neither is there; the wheel has none for some rare processors.
    """
    found = shutil.which("ffmpeg")
    if found is not None:
        return found
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None


def mp4_refusal(run: Run) -> str:  # noqa: ARG001 - the machine decides
    """Return why there is no MP4, or ""."""
    return "" if encoder() else NO_ENCODER


def mp4(run: Run, frame: int, address: str, tell: Tell) -> bytes:  # noqa: ARG001 - the whole run
    """Return the film as MP4 (H.264), which every player and every slide program plays."""
    program = encoder()
    if program is None:
        raise NotOfferedError(NO_ENCODER)
    film = Film(run)
    height, width = film.picture(0).shape[:2]
    with tempfile.TemporaryDirectory(prefix="film-") as folder:
        path = Path(folder) / "run.mp4"
        command = [program, *ffmpeg_options(width, height), str(path)]
        process = subprocess.Popen(  # noqa: S603 - fixed options, no shell, nothing of a visitor
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            _, messages = process.communicate(b"".join(_raw_pictures(film, tell)))
        finally:
            process.kill()
        if process.returncode != 0 or not path.exists():
            said = messages.decode("utf-8", errors="replace").strip().splitlines()
            raise NotOfferedError(f"ffmpeg could not write the film: {' '.join(said[-1:])[:200]}")
        return path.read_bytes()


def _raw_pictures(film: Film, tell: Tell) -> Iterator[bytes]:
    last = b""
    for picture in film.pictures(tell):
        last = picture.tobytes()
        yield last
    yield from [last] * round(LAST_SECONDS * A_SECOND)


def ffmpeg_options(width: int, height: int) -> list[str]:
    """Return ffmpeg's options: raw pictures in, H.264 of even size that starts to play at once."""
    return [
        *("-y", "-loglevel", "error", "-f", "rawvideo", "-pixel_format", "rgba"),
        *("-video_size", f"{width}x{height}", "-framerate", str(A_SECOND), "-i", "-"),
        *("-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264", "-pix_fmt", "yuv420p"),
        *("-movflags", "+faststart"),
    ]
