"""Tiles: every pixel once, coarse ones first, the same whatever trains them; limits and files."""

import io
import re
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp import Experiment
from mlp.analysis.maps import limits, picture, store, tiles
from mlp.analysis.maps.pixels import NEVER, VERDICTS, Pixels, is_trained
from mlp.analysis.maps.plane import Axis, Plane
from mlp.analysis.maps.tiles import (
    no_pixels,
    place,
    shown_from,
    strides,
    tiles_of,
    train_tile,
    train_tiles,
)
from mlp.training.inputs import initial_weights, make_objective
from mlp.training.steps import value_and_gradient

QUICK = Experiment(points=20, train_points=20, hidden=2, steps=30)
PLANE = Plane(QUICK, Axis("learning_rate", 0.01, 3, "log"), Axis("init_scale", 0.1, 10, "log"), 40)


def trained(plane: Plane, workers: int = 1) -> Pixels:
    pixels = no_pixels(plane)
    with ThreadPoolExecutor(workers) as executor:
        for tile, part in train_tiles(plane, tiles_of(plane), executor, in_flight=2):
            place(pixels, tile, part)
    return pixels


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    return trained(PLANE)


@settings(max_examples=30)
@given(st.integers(2, 300), st.sampled_from([50, 20_000, 2_000_000]), st.booleans())
def test_every_pixel_is_trained_exactly_once_coarse_ones_first(
    size: int, steps: int, by_neurons: bool
) -> None:
    other = Axis("hidden", 1, 9) if by_neurons else Axis("init_scale", 0.1, 10)
    plane = Plane(QUICK.replace(steps=steps), other, PLANE.x, min(size, 20) if steps > 50 else size)
    count = np.zeros((plane.size, plane.size), int)
    found = tiles_of(plane)
    for tile in found:
        rows, columns = tile.places(plane.size)
        np.add.at(count, (rows, columns), 1)
        assert not rows.size or rows.size <= 1024
    assert (count == 1).all()
    distances = [tile.stride for tile in found]
    assert distances == sorted(distances, reverse=True)


def test_the_first_round_is_a_picture_of_32_pixels_a_side() -> None:
    for size in (33, 64, 256, 4096):
        first = strides(size)[0]
        assert -(-size // first) <= 32 < -(-size // (first // 2 or 1)) or first == 1


def test_the_order_and_the_number_of_threads_change_no_digit(pixels: Pixels) -> None:
    np.testing.assert_array_equal(trained(PLANE, workers=3), pixels)
    assert is_trained(pixels).all()
    assert len(np.unique(pixels["verdict"])) >= 3


def test_what_is_not_trained_yet_is_painted_from_the_pixel_before_it() -> None:
    known = np.zeros((8, 8), bool)
    known[::4, ::4] = True
    known[2, 2] = True
    rows, columns = shown_from(known, 8)
    assert (rows[3, 3], columns[3, 3]) == (2, 2)
    assert (rows[1, 7], columns[1, 7]) == (0, 4)
    assert (rows[7, 3], columns[7, 3]) == (4, 0)
    rows, _ = shown_from(np.zeros((8, 8), bool), 8)
    assert (rows == NEVER).all()


class Refusing(ThreadPoolExecutor):
    """Counts how many tasks are handed over at a time."""

    most = 0
    now = 0

    def submit(self, *arguments, **options):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN003, ANN201
        self.now += 1
        self.most = max(self.most, self.now)
        future = super().submit(*arguments, **options)
        future.add_done_callback(lambda _: setattr(self, "now", self.now - 1))
        return future


def test_only_so_many_tiles_are_handed_over_and_a_stop_ends_it() -> None:
    seen: list[tiles.Tile] = []
    with Refusing(2) as executor:
        for tile, _ in train_tiles(
            PLANE, tiles_of(PLANE), executor, in_flight=3, stop=lambda: len(seen) >= 2
        ):
            seen.append(tile)
        assert executor.most <= 3
    assert 2 <= len(seen) < len(tiles_of(PLANE))


# --- the line of theory


def test_the_limit_is_two_over_the_sharpness_at_the_start() -> None:
    assert limits.rate_limit(Experiment()) == pytest.approx(2 / 32, rel=0.03)
    assert limits.rate_limit(Experiment(optimizer="momentum", momentum=0.5)) == pytest.approx(
        1.5 * (limits.rate_limit(Experiment()) or 0)
    )
    assert limits.rate_limit(Experiment(optimizer="adam")) is None
    assert limits.rate_limit(Experiment(warmup_steps=10)) == pytest.approx(
        10 * (limits.rate_limit(Experiment()) or 0)
    )


@pytest.mark.parametrize("factor", [0.1, 5.0])
def test_with_two_rates_the_sharpness_is_that_of_stretched_coordinates(factor: float) -> None:
    experiment = QUICK.replace(first_layer_rate=factor)
    objective, w = make_objective(experiment), initial_weights(experiment)
    step = 1e-6 * np.eye(len(w))
    columns = [
        (value_and_gradient(objective, w + s)[1] - value_and_gradient(objective, w - s)[1]) / 2e-6
        for s in step
    ]
    D = np.where(np.arange(len(w)) < 6, factor, 1.0)
    largest = np.linalg.eigvals(D[:, None] * np.array(columns)).real.max()
    assert limits.rate_limit(experiment) == pytest.approx(2 / largest, rel=1e-5)


def test_the_line_is_the_same_whichever_axis_the_rate_is_and_the_share_is_counted(
    pixels: Pixels,
) -> None:
    line = limits.limit_line(PLANE)
    turned = limits.limit_line(Plane(QUICK, PLANE.y, PLANE.x, 40))
    assert line is not None
    assert turned is not None
    assert (line.rate_axis, turned.rate_axis) == ("x", "y")
    np.testing.assert_array_equal(line.rates, turned.rates)
    share = limits.agreement(PLANE, pixels, line)
    never = [
        PLANE.xs()[c] < line.rates[r]
        for r in range(40)
        for c in range(40)
        if pixels["rises"][r, c] == 0
    ]
    assert share == pytest.approx(np.mean(never))
    assert limits.agreement(PLANE, no_pixels(PLANE), line) is None
    assert limits.limit_line(Plane(QUICK, PLANE.y, Axis("l2", 0, 1), 8)) is None


# --- files


def test_the_arrays_of_a_file_are_those_of_the_map(pixels: Pixels) -> None:
    arrays = store.arrays(PLANE, pixels)
    assert arrays["x"].shape == arrays["y"].shape == (40,)
    for name in ("loss", "mean_loss", "accuracy", "rises", "first_rise_at", "verdict"):
        assert arrays[name].shape == (40, 40)
    assert set(arrays["verdict"].ravel()) <= set(VERDICTS)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    file.seek(0)
    with np.load(file, allow_pickle=False) as read:
        assert set(read) == set(arrays)
    assert store.arrays(PLANE, no_pixels(PLANE))["verdict"][0, 0] == ""


def test_a_file_cut_off_in_the_middle_loses_only_its_last_record(
    tmp_path: Path, pixels: Pixels
) -> None:
    file = store.Store(tmp_path / "map.npz", PLANE)
    assert not is_trained(file.begin()).any()
    some = tiles_of(PLANE)[:3]
    for tile in some:
        file.append(tile, pixels[tile.places(40)])
    size = file.path.stat().st_size
    with file.path.open("ab") as handle:
        handle.write(b"half a record")
    again = file.resume()
    assert file.path.stat().st_size == size
    known = is_trained(again)
    assert known.sum() == sum(len(tile.places(40)[0]) for tile in some)
    np.testing.assert_array_equal(again[known], pixels[known])
    with pytest.raises(ValueError, match="unfinished map: go on with --resume"):
        file.begin()
    other = store.Store(tmp_path / "map.npz", Plane(QUICK, PLANE.x, PLANE.y, 41))
    with pytest.raises(ValueError, match="is of another map"):
        other.resume()


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    file = store.Store(tmp_path / "map.npz", PLANE)
    file.begin()
    with file.path.open("ab") as handle:
        handle.write(b"\x7f" * store.RECORD.itemsize)
    with pytest.raises(ValueError, match="is damaged"):
        file.resume()
    file.path.write_bytes(b"\xff\xfe nothing of ours\n")
    with pytest.raises(ValueError, match="is of another map"):
        file.resume()


@pytest.mark.parametrize("quantity", picture.QUANTITIES)
def test_a_png_file_has_the_colours_of_the_map(quantity: str, pixels: Pixels) -> None:
    painted = picture.colours(pixels, quantity)
    assert painted.shape == (40, 40, 4)
    assert (painted[..., 3] == 255).all()
    assert len(np.unique(painted.reshape(-1, 4), axis=0)) >= 3
    data = picture.png(painted, "a map")
    assert data[16:24] == struct.pack(">2I", 40, 40)
    [packed] = re.findall(rb"IDAT(.*)....\x00\x00\x00\x00IEND", data, re.DOTALL)
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(40, 161)
    np.testing.assert_array_equal(lines[::-1, 1:].reshape(40, 40, 4), painted)


def test_colours_go_with_the_quantity_and_what_is_not_trained_is_transparent(
    pixels: Pixels,
) -> None:
    order = np.argsort(pixels["loss"], axis=None)
    light = picture.colours(pixels, "loss")[..., :3].sum(axis=2).ravel()[order]
    assert (np.diff(light.astype(int)) >= -3).all()
    half = pixels.copy()
    half["verdict"][20:] = NEVER
    assert (picture.colours(half, "loss")[20:, :, 3] == 0).all()
    assert picture.extent(no_pixels(PLANE), "loss") is None
    assert not picture.colours(no_pixels(PLANE), "loss").any()


def test_a_tile_alone_is_what_it_is_in_the_map(pixels: Pixels) -> None:
    tile = tiles_of(PLANE)[1]
    np.testing.assert_array_equal(train_tile(PLANE, tile), pixels[tile.places(40)])
