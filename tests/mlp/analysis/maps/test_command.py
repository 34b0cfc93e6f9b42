"""``python -m mlp map``: the file, what is refused, an interruption, a cluster that loses one."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import LocalCluster

from mlp import Experiment
from mlp.__main__ import main
from mlp.analysis.maps import command, tiles
from mlp.analysis.maps.pixels import VERDICTS, Pixels
from mlp.analysis.maps.plane import Axis, Plane
from mlp.analysis.maps.store import RECORD, SUFFIX
from mlp.analysis.maps.tiles import place
from mlp.analysis.maps.training import train_alone
from mlp.base import cluster

AXES = ["--x", "learning_rate:0.003:3:log", "--y", "init_scale:0.1:30:log"]
QUICK = ["--points", "20", "--hidden", "2", "--steps", "30"]
BOTH = Axis("learning_rate", 0.003, 3, "log"), Axis("init_scale", 0.1, 30, "log")
SHORT = Experiment(points=20, train_points=20, hidden=2, steps=30)  # QUICK
LONG = ["--points", "60", "--hidden", "3", "--steps", "300"]


def run(out: Path, *options: str) -> int:
    return main(["map", *AXES, *QUICK, "--size", "24", "--out", str(out), *options])


def refusal(capsys: pytest.CaptureFixture[str], out: Path, *options: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run(out, *options)
    assert ended.value.code == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1, said
    return said[0]


def test_the_file_holds_what_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.npz"
    assert run(out) == 0
    said = capsys.readouterr()
    assert "576 of 576 pixels" in said.err
    with np.load(out, allow_pickle=False) as file:
        arrays = dict(file)
    assert {name: arrays[name].shape for name in ("x", "y", "loss", "verdict")} == {
        "x": (24,), "y": (24,), "loss": (24, 24), "verdict": (24, 24),
    }  # fmt: skip
    assert f"calm       {(arrays['verdict'] == 'calm').sum()} " in said.out
    plane = Plane(SHORT, *BOTH, 24)
    for row, column in ((0, 0), (5, 3), (12, 1)):  # rows along y
        pixel = train_alone(plane.at(row, column))
        assert pixel is not None
        assert arrays["loss"][row, column] == pytest.approx(pixel["loss"][0], rel=1e-9)
        assert arrays["verdict"][row, column] == VERDICTS[pixel["verdict"][0]]
        assert arrays["first_rise_at"][row, column] == pixel["first_rise_at"][0]
    assert list(tmp_path.iterdir()) == [out]


def test_a_picture_where_the_file_ends_in_png(tmp_path: Path) -> None:
    out = tmp_path / "map.png"
    assert run(out, "--quiet", "--colour", "loss") == 0
    assert out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--x", "l2:1:1"], "axis l2 from 1 to 1: the first limit must be below the second"),
        (["--x", "l2:2:1"], "axis l2 from 2 to 1: the first limit must be below the second"),
        (["--x", "l2:0:1:log"], "axis l2 from 0: a logarithmic axis has no 0"),
        (["--x", "bias:0:1"], "axis 'bias': must be a setting that is a number"),
        (["--size", "4097"], "size = 4097: must be a whole number from 2 to 4096"),
        (["--out", "map.txt"], "--out map.txt: must end in .npz or .png"),
        (["--x", "init_scale:1:2"], "both axes are init_scale: take two different settings"),
        (["--scheduler", "tcp://127.0.0.1:1"], "scheduler tcp://127.0.0.1:1: nobody answers"),
        (["--scheduler", "nowhere"], "scheduler nowhere: nobody answers"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    said: str,
) -> None:
    monkeypatch.setattr(cluster, "TIMEOUT", "0.5s")
    assert said in refusal(capsys, tmp_path / "map.npz", *options)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_loses_at_most_the_tiles_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def size_64(out: Path, *options: str) -> int:
        return run(out, "--size", "64", *options)

    whole, out = tmp_path / "whole.npz", tmp_path / "map.npz"
    size_64(whole, "--quiet")
    taken: list[int] = []

    def placed(*arguments: object) -> None:
        taken.append(len(arguments))
        if len(taken) == 3:
            raise KeyboardInterrupt
        place(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(command, "place", placed)
    assert size_64(out, "--quiet") == 130
    assert "interrupted" in capsys.readouterr().err
    assert not out.exists()
    part = tmp_path / f"map.npz{SUFFIX}"
    assert part.stat().st_size > 3 * RECORD.itemsize
    assert "unfinished map: go on with --resume" in refusal(capsys, out, "--size", "64")
    assert "is of another map" in refusal(capsys, out, "--resume")
    monkeypatch.setattr(command, "place", place)
    trained: list[tiles.Tile] = []

    train_tile = tiles.train_tile

    def counted(*arguments: Any) -> Pixels | None:
        trained.append(arguments[1])
        return train_tile(*arguments)

    monkeypatch.setattr(tiles, "train_tile", counted)
    assert size_64(out, "--quiet", "--resume") == 0
    assert len(trained) == len(tiles.tiles_of(Plane(SHORT, *BOTH, 64))) - 3
    assert same(out, whole)
    assert not part.exists()


def same(first: Path, second: Path) -> bool:
    """Whether two files hold the same, to the last bit."""
    with np.load(first) as one, np.load(second) as other:
        return set(one) == set(other) and all(
            one[name].tobytes() == other[name].tobytes() for name in one
        )


@pytest.fixture
def two_workers() -> Iterator[LocalCluster]:
    """A real cluster: a scheduler, and two processes of one thread."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        yield cluster


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.timing  # alone: its processes come up in time only where nothing else runs
def test_a_cluster_that_loses_a_worker_makes_the_same_file(
    tmp_path: Path, two_workers: LocalCluster
) -> None:
    arguments = ["map", *AXES, *LONG, "--size", "96", "--quiet", "--out"]
    here, there = tmp_path / "here.npz", tmp_path / "there.npz"
    assert main([*arguments, str(here)]) == 0
    codes: list[int] = []
    ask = [*arguments, str(there), "--scheduler", two_workers.scheduler_address]
    asking = threading.Thread(target=lambda: codes.append(main(ask)))
    asking.start()
    part = tmp_path / f"there.npz{SUFFIX}"
    wait_until(lambda: part.exists() and part.stat().st_size > 1000 * RECORD.itemsize)
    lost = two_workers.workers[0].process.pid
    os.kill(lost, signal.SIGKILL)
    assert asking.is_alive()  # in the middle
    asking.join(60)
    assert codes == [0]
    assert same(there, here)


def test_a_cluster_without_workers_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1") as empty:
        address = empty.scheduler_address
        assert f"scheduler {address} has no workers" in refusal(
            capsys, tmp_path / "map.npz", "--scheduler", address
        )
