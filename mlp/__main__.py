"""The command line of the same engine: ``python -m mlp train --hidden 50 --learning-rate 0.03``.

Options are made from Experiment's fields, so they cannot drift from it. Results go to standard
output, progress and errors to standard error. Exit codes: 0 done, 1 a check that failed or a file
that cannot be read or written, 2 a wrong option, 130 interrupted.
"""

import argparse
import dataclasses
import json
import math
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, TextIO

from mlp import (
    PRESETS,
    Diagnosis,
    Experiment,
    Run,
    check_gradients,
    diagnose,
    train_at,
    train_steps,
)
from mlp.analysis.maps.command import add_options, make_map
from mlp.base import cluster
from mlp.base.files import refuse_unwritable, whole_file
from mlp.chain_rule.gradient_check import TOLERANCE
from mlp.data.own import OwnData
from mlp.data.table import LARGEST_FILE, decode, guess_columns, read_points, read_table
from mlp.experiment import ALLOWED, DEFAULTS, OWN, Value, format_value, parse_field
from mlp.plan.scenes import SCENES
from mlp.training.run import SERIES

OPTIONS = tuple(name for name in ALLOWED if name != "data_id")  # --data brings own points
FIRST_PROGRESS, EVERY = 0.5, 1.0  # seconds


def parser() -> argparse.ArgumentParser:
    """Return the parser: one subcommand each for training, presets, the check and maps."""
    top = argparse.ArgumentParser(
        prog="python -m mlp", description="Train a two-layer sigmoid network on XOR."
    )
    commands = top.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a run and tell how it went")
    add_settings(train)
    train.add_argument("--quiet", action="store_true", help="no progress")
    cluster.add_option(train)
    train.set_defaults(run=run_train)
    presets = commands.add_parser("presets", help="list the scenes: names, titles, settings")
    presets.set_defaults(run=run_presets)
    check = commands.add_parser(
        "check", help="compare the gradient with central differences; exit code 1 where it fails"
    )
    add_settings(check)
    check.add_argument("--step", type=int, default=0, help="training step to check at (default 0)")
    check.set_defaults(run=run_check)
    plane = commands.add_parser("map", help="train a network for every pixel of two settings")
    add_settings(plane)
    add_options(plane)
    cluster.add_option(plane)
    plane.set_defaults(run=run_map)
    for command in (train, presets, check):
        command.add_argument(
            "--json", metavar="FILE", help="write the result there too; - writes it alone, here"
        )
    return top


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add an option for every field of an Experiment, for presets, and for own points."""
    command.add_argument("--preset", choices=PRESETS, help="start from this scene’s settings")
    command.add_argument(
        "--data", metavar="FILE", help="CSV file with two columns of numbers and one of two classes"
    )
    command.add_argument(
        "--standardise",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="shift and scale the columns of --data to mean 0 and deviation 1 (default: yes)",
    )
    fields = command.add_argument_group("settings")
    for name in OPTIONS:
        flag = "--" + name.replace("_", "-")
        told = f"{ALLOWED[name]} (default {format_value(DEFAULTS[name])})".replace("%", "%%")
        if ALLOWED[name].type is bool:
            fields.add_argument(flag, action=argparse.BooleanOptionalAction, help=told)
        else:
            fields.add_argument(flag, type=_reader(name), metavar="VALUE", help=told)


def _reader(name: str) -> Any:
    def read(text: str) -> Value:
        try:
            return parse_field(name, text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def asked_for(options: argparse.Namespace) -> tuple[Experiment, OwnData | None]:
    """Return the Experiment asked for, and the own points that it is about, if it is.

    ValueError where its settings do not go together.
    """
    asked = {name: getattr(options, name) for name in OPTIONS}
    changes = {name: value for name, value in asked.items() if value is not None}
    base = PRESETS[options.preset] if options.preset else Experiment()
    own = None
    if options.data:
        own = own_points(Path(options.data), standardise=options.standardise)
        changes = settings_for(own) | changes
    elif "points" in changes and "train_points" not in changes:
        whole = base.train_points == base.points
        changes["train_points"] = changes["points"] if whole else base.train_points
    return base.replace(**changes), own


def own_points(path: Path, *, standardise: bool) -> OwnData:
    """Read own points from a file."""
    with path.open("rb") as file:
        table = read_table(decode(file.read(LARGEST_FILE + 1)))
    own = read_points(table, *guess_columns(table))
    return own.standardised() if standardise else own


def settings_for(own: OwnData) -> dict[str, Value]:
    """Return the settings that choose some own points."""
    n = len(own.labels)
    return {"dataset": OWN, "data_id": own.data_id, "points": n, "train_points": n}


class Progress:
    """Tells on standard error how far a training is, once it takes long enough to wonder."""

    def __init__(self, steps: int, stream: TextIO, *, quiet: bool) -> None:
        self.steps, self.stream, self.quiet = steps, stream, quiet
        self.began = time.monotonic()
        self.next = self.began + FIRST_PROGRESS
        self.shown = False

    def at(self, step: int) -> None:
        """Tell the step, if it is time to."""
        now = time.monotonic()
        if self.quiet or now < self.next:
            return
        speed = step / (now - self.began)
        end = "\r" if self.stream.isatty() else "\n"
        self.stream.write(f"step {step:,} of {self.steps:,}, {speed:,.0f} steps/s{end}")
        self.stream.flush()
        self.next, self.shown = now + EVERY, True

    def done(self) -> None:
        """Leave the line of progress."""
        if self.shown and self.stream.isatty():
            self.stream.write("\n")


def run_train(options: argparse.Namespace) -> int:
    """Train, and tell how the run went."""
    experiment, own = asked_for(options)
    progress = Progress(experiment.steps, sys.stderr, quiet=options.quiet)
    frames = []
    for frame in train_steps(experiment, own):
        frames.append(frame)
        progress.at(frame.step)
    progress.done()
    run = Run.from_frames(experiment, frames, own)
    with cluster.opened(options.scheduler) as workers:
        result = record(run, workers.executor)
    found = result["diagnosis"]
    emit(
        options,
        result,
        [
            f"steps      {run.steps[-1]:,} of {experiment.steps:,}",
            f"loss       {run.loss[0]:.9g} -> {run.loss[-1]:.9g}",
            f"accuracy   {run.train_accuracy[-1]:.1%} of the training points, "
            f"{run.accuracy[-1]:.1%} of all",
            f"first rise {'never' if run.risen_at is None else f'step {run.risen_at:,}'}",
            *in_words(found),
            *([f"not finite from step {run.non_finite_at:,} on"] if run.non_finite_at else []),
        ],
    )
    return 0


def record(run: Run, executor: Executor | None = None) -> dict[str, Any]:
    """Return what a run was and became, ready for JSON: settings, curves, weights, diagnosis."""
    return {
        "experiment": run.experiment.to_dict(),
        "diagnosis": told(diagnose(run, executor=executor)),
        "first_rise_at": run.first_rise_at,
        "non_finite_at": run.non_finite_at,
        "series": {name: getattr(run, name).tolist() for name in SERIES},
        "W1": run.W1[-1].tolist(),
        "W2": run.W2[-1].tolist(),
    }


def told(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis ready for JSON, what was tried included; what is not finite is null."""

    def finite(value: Any) -> Any:
        return None if isinstance(value, float) and not math.isfinite(value) else value

    fields = ("steps", "whole", "helps", "accuracy", "accuracy_before", "loss", "loss_before")
    return {
        "verdict": diagnosis.verdict,
        "cause": diagnosis.cause,
        "step": diagnosis.step,
        "evidence": {name: finite(value) for name, value in diagnosis.evidence.items()},
        "others": list(diagnosis.others),
        "tried": [
            {"name": trial.name, "plan": trial.plan.to_text()}
            | {name: finite(getattr(trial, name)) for name in fields}
            for trial in diagnosis.trials or ()
        ],
    }


def in_words(found: dict[str, Any]) -> list[str]:
    """Return the lines that tell a diagnosis: verdict, cause, and what was tried and helps."""
    cause = f", cause {found['cause']}" if found["cause"] else ""
    at = "" if found["step"] is None else f" at step {found['step']:,}"
    return [
        f"verdict    {found['verdict']}{cause}{at}",
        *(
            f"cure       {trial['name']}: accuracy {trial['accuracy_before']:.1%} -> "
            f"{trial['accuracy']:.1%}"
            for trial in found["tried"]
            if trial["helps"]
        ),
    ]


def run_presets(options: argparse.Namespace) -> int:
    """List the scenes by name, each with its title and what differs from the defaults."""
    name_width = max(map(len, SCENES))
    title_width = max(len(scene.full_title) for scene in SCENES.values())
    lines = [
        f"{name:{name_width}}  {scene.full_title:{title_width}}  "
        + (" ".join(f"{k}={v}" for k, v in scene.experiment.to_params().items()) or "-")
        for name, scene in SCENES.items()
    ]
    emit(options, {name: preset.to_dict() for name, preset in PRESETS.items()}, lines)
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Check the gradient at one step; exit code 1 where it fails."""
    experiment, own = asked_for(options)
    if not 0 <= options.step <= experiment.steps:
        raise ValueError(f"--step {options.step}: must be from 0 to {experiment.steps}")
    frame = train_at(experiment, [options.step], own)[-1]
    if frame.step != options.step:
        raise ValueError(f"--step {options.step}: the run is finite up to step {frame.step} only")
    check = check_gradients(Run.from_frames(experiment, [frame], own))
    emit(
        options,
        dataclasses.asdict(check) | {"step": options.step},
        [
            f"{'passed' if check.passed else 'FAILED'} at step {options.step:,}: largest relative "
            f"error {check.max_relative_error:.3g}, allowed {TOLERANCE:g}",
            f"dL/d{check.layer}[{check.row}, {check.column}]: chain rule {check.analytic!r}, "
            f"central difference {check.numeric!r}",
        ],
    )
    return 0 if check.passed else 1


def run_map(options: argparse.Namespace) -> int:
    """Train a map into its file."""
    print("\n".join(make_map(options, *asked_for(options))))
    return 0


def emit(options: argparse.Namespace, result: dict[str, Any], lines: Sequence[str]) -> None:
    """Print the lines, and write the result as JSON where that was asked for."""
    text = json.dumps(result, indent=1, allow_nan=False) if options.json else ""
    if options.json == "-":
        print(text)
        return
    if options.json:
        with whole_file(Path(options.json)) as file:
            file.write(f"{text}\n".encode())
    print("\n".join(lines))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    top = parser()
    options = top.parse_args(arguments)
    try:
        if (named := getattr(options, "json", None)) and named != "-":
            refuse_unwritable(Path(named))
        code = int(options.run(options))
        sys.stdout.flush()  # a full disk or a closed pipe may show only now
    except ValueError as error:
        top.exit(2, f"{top.prog} {options.command}: error: {error}\n")
    except OSError as error:
        print(f"{top.prog} {options.command}: {error}", file=sys.stderr)
        drop_output()
        return 1
    except KeyboardInterrupt:
        print(f"{top.prog} {options.command}: interrupted", file=sys.stderr)
        return 130
    return code


def drop_output() -> None:
    """Drop what cannot be written any more; else Python would complain of it again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
