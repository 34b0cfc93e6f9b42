"""The command line: the same engine, its options from the fields, its errors as expected."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mlp import PRESETS, Experiment, Plan, diagnose, fitting_cures, train
from mlp.__main__ import OPTIONS, Progress, main, parser
from mlp.data.own import OwnData
from mlp.experiment import ALLOWED

SHORT = ["--steps", "50", "--frames", "10"]
Captured = pytest.CaptureFixture[str]


def flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def test_every_field_is_an_option_and_explained(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", "--help"])
    assert ended.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    assert {*OPTIONS, "data_id"} == set(ALLOWED)
    for name in OPTIONS:
        assert flag(name) in told
    assert "a whole number from 1 to 200 (default 3)" in told


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_sets_its_field(name: str) -> None:
    values = {"dataset": "moons", "bias": False, "train_points": 17, "points": 40, "frames": 7}
    allowed = ALLOWED[name]
    value = values.get(name, allowed.choices[-1] if allowed.choices else allowed.type(allowed.high))
    text = [flag(name).replace("--", "--no-")] if value is False else [flag(name), str(value)]
    if name == "batch_size":
        text = [flag(name), "30"]
        value = 30
    options = parser().parse_args(["train", *text])
    assert getattr(options, name) == value


def test_a_run_is_told_as_the_engine_gives_it(capsys: Captured) -> None:
    assert main(["train", "--hidden", "50", "--learning-rate", "0.03", *SHORT]) == 0
    run = train(Experiment(hidden=50, learning_rate=0.03, steps=50, frames=10))
    found = diagnose(run)
    told = capsys.readouterr().out
    assert f"-> {run.loss[-1]:.9g}" in told
    assert f"verdict    {found.verdict}, cause {found.cause} at step {found.step}" in told
    cures = list(fitting_cures(run, found))
    assert cures
    assert [line.split()[1] for line in told.splitlines() if line.startswith("cure")] == [
        f"{name}:" for name in cures
    ]
    assert "first rise step 1" in told


def test_the_json_holds_settings_curves_weights_and_diagnosis(
    tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "out.json"
    assert main(["train", "--hidden", "5", *SHORT, "--json", str(file)]) == 0
    assert "verdict" in capsys.readouterr().out
    result = json.loads(file.read_text(encoding="utf-8"))
    run = train(Experiment(hidden=5, steps=50, frames=10))
    assert Experiment(**result["experiment"]) == run.experiment
    assert result["series"]["loss"] == run.loss.tolist()
    assert np.array_equal(result["W1"], run.W1[-1])
    assert main(["train", "--hidden", "5", *SHORT, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == result


def test_presets_are_listed_and_used(capsys: Captured) -> None:
    assert main(["presets"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in PRESETS)
    assert "exploding_wide" in told
    assert "hidden=50 learning_rate=0.03" in told
    assert main(["presets", "--json", "-"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {name: Experiment(**fields) for name, fields in listed.items()} == PRESETS
    assert main(["train", "--preset", "penalty_too_strong", "--json", "-"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["diagnosis"]["cause"] == "penalty_step_too_long"
    assert result["non_finite_at"] is not None
    tried = result["diagnosis"]["tried"]
    assert tried[0]["helps"]
    assert tried[0]["loss_before"] is None  # infinity is no number in JSON
    assert Plan.from_text(tried[0]["plan"]).root != PRESETS["penalty_too_strong"]


def test_the_check_passes_and_fails_with_its_exit_code(capsys: Captured) -> None:
    assert main(["check", "--step", "20"]) == 0
    assert "passed at step 20" in capsys.readouterr().out
    assert main(["check", "--preset", "article_fifty_exploding"]) == 1
    assert "FAILED at step 0" in capsys.readouterr().out


def test_own_points_are_read(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "points.csv"
    rows = [f"{i / 7},{(i * 5) % 11},{'ab'[i % 2]}" for i in range(30)]
    file.write_text("\n".join(rows), encoding="utf-8")
    assert main(["train", "--data", str(file), "--train-points", "20", *SHORT, "--json", "-"]) == 0
    asked = json.loads(capsys.readouterr().out)["experiment"]
    assert (asked["dataset"], asked["points"], asked["train_points"]) == ("custom", 30, 20)
    X = np.array([[i / 7, (i * 5) % 11] for i in range(30)])
    own = OwnData(X, np.arange(30) % 2, ("column 1", "column 2"), ("a", "b"))
    assert asked["data_id"] == own.standardised().data_id


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--hidden", "0"], "hidden = 0: must be a whole number from 1 to 200"),
        (["train", "--learning-rate", "nan"], "learning_rate = nan: must be a number above 0"),
        (["train", "--schedule", "cosin"], "schedule = cosin: must be one of constant, step"),
        (["train", "--preset", "nonsense"], "invalid choice: 'nonsense'"),
        (["train", "--nonsense", "1"], "unrecognized arguments: --nonsense"),
        (["train", "--points", "10", "--train-points", "20"], "train_points = 20: must be at most"),
        (["train", "--dataset", "custom"], "data_id = '': must be given where dataset = custom"),
        (["check", "--step", "-1"], "--step -1: must be from 0 to 20000"),
        (["check", "--preset", "penalty_too_strong", "--step", "9999"], "the run is finite up to"),
        ([], "the following arguments are required: command"),
    ],
)
def test_a_wrong_option_is_refused_with_exit_code_2(
    arguments: list[str], message: str, capsys: Captured
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert message in told.err
    assert told.out == ""


def test_files_that_cannot_be_read_or_written_are_named(tmp_path: Path, capsys: Captured) -> None:
    missing = tmp_path / "missing" / "file"
    assert main(["train", *SHORT, "--json", str(missing)]) == 1
    assert str(missing) in capsys.readouterr().err
    assert main(["train", *SHORT, "--data", str(missing)]) == 1
    assert str(missing) in capsys.readouterr().err
    file = tmp_path / "bad.csv"
    file.write_bytes(b"1,2,a\n3,x,b\n5,6,a\n7,8,b\n")
    with pytest.raises(SystemExit) as ended:
        main(["train", *SHORT, "--data", str(file)])
    assert ended.value.code == 2
    assert "line 2, column 'column 2': 'x' is not a number" in capsys.readouterr().err


def test_progress_goes_to_its_stream_and_only_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    stream = io.StringIO()
    progress = Progress(1000, stream, quiet=False)
    for now[0], step in [(0.4, 100), (0.6, 200), (0.7, 300), (1.7, 800)]:
        progress.at(step)
    progress.done()
    assert stream.getvalue() == ("step 200 of 1,000, 333 steps/s\nstep 800 of 1,000, 471 steps/s\n")
    silent = io.StringIO()
    hushed = Progress(1000, silent, quiet=True)
    now[0] = 9.0
    hushed.at(500)
    assert silent.getvalue() == ""


def program(*arguments: str, stdout: int) -> tuple[int, str]:
    """Run the program; return its exit code, and what it says on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "mlp", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    return done.returncode, done.stderr


def test_a_closed_pipe_and_a_full_disk_cost_one_line_and_the_exit_code() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    code, said = program("presets", stdout=writing)
    os.close(writing)
    assert (code, said.count("\n")) == (1, 1), said
    assert "Broken pipe" in said
    if Path("/dev/full").exists():
        with Path("/dev/full").open("wb") as full:
            code, said = program("presets", stdout=full.fileno())
        assert (code, said.count("\n")) == (1, 1), said
        assert "No space left" in said


def test_a_file_stands_whole_under_its_name_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    path = tmp_path / "run.json"
    path.write_text("before")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails)
        assert main(["train", *SHORT, "--quiet", "--json", str(path)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "No space left" in line
    assert [file.name for file in tmp_path.iterdir()] == ["run.json"]
    assert path.read_text() == "before"
    assert main(["train", *SHORT, "--quiet", "--json", str(path)]) == 0
    assert json.loads(path.read_text())["experiment"]["steps"] == 50


def test_where_no_file_can_be_is_said_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr("mlp.__main__.train_steps", None)
    assert main(["train", "--json", str(tmp_path)]) == 1
    assert "is a folder; give the name of a file in it" in capsys.readouterr().err
    assert main(["train", "--json", str(tmp_path / "no" / "file")]) == 1
    assert "make it first" in capsys.readouterr().err


def test_an_interrupted_training_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mlp.__main__.train_steps", interrupted)
    assert main(["train", "--json", str(tmp_path / "run.json")]) == 130
    assert capsys.readouterr().err.splitlines() == ["python -m mlp train: interrupted"]
    assert list(tmp_path.iterdir()) == []


def test_it_runs_as_a_program_and_keeps_its_output_clean() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mlp", "train", *SHORT, "--quiet", "--json", "-"],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert json.loads(done.stdout)["experiment"]["steps"] == 50
    assert done.stderr == ""
