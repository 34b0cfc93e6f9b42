"""The exported script, run by a fresh interpreter, ends with the loss of the run."""

import ast
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mlp import PRESETS, Experiment, Plan, Run, train
from mlp.experiment import ALLOWED
from mlp.optimizers.registry import OPTIMIZERS
from mlp.schedules import SCHEDULES
from ui.take_home import script as export
from ui.take_home import script_parts
from ui.take_home.entry import silent
from ui.take_home.formats import NotOfferedError

ADDRESS = "http://localhost:8501/"
SHORT = Experiment(steps=400, frames=10)
FEW = Experiment(steps=300, frames=10)
EXPERIMENTS = {
    "defaults": SHORT,
    "fifty neurons": SHORT.replace(hidden=50),
    "corners without bias": SHORT.replace(dataset="corners", bias=False, learning_rate=0.5),
    "noise, some points": SHORT.replace(noise=0.3, train_points=77, data_seed=5, init_seed=9),
    "article": SHORT.replace(bias=False, train_points=50, l2=1e-4, l2_gradient="article"),
    "both penalties": SHORT.replace(l1=0.01, l2=0.1),
    "clipped": SHORT.replace(hidden=50, learning_rate=0.03, clip_norm=1.0),
    "slow first layer": SHORT.replace(first_layer_rate=0.3),
    "fast first layer": FEW.replace(first_layer_rate=3.0, optimizer="adam", learning_rate=0.01),
    "mini-batches": SHORT.replace(batch_size=64, train_points=150),
    "momentum": SHORT.replace(optimizer="momentum", momentum=0.8, learning_rate=0.002),
    "nesterov": FEW.replace(optimizer="nesterov", momentum=0.7, learning_rate=0.003),
    "adagrad": FEW.replace(optimizer="adagrad", learning_rate=0.1, epsilon=1e-6),
    "adadelta": FEW.replace(optimizer="adadelta", learning_rate=1.0),
    "adadelta, shorter memory": FEW.replace(optimizer="adadelta", learning_rate=0.3, beta2=0.9),
    # Published RMSprop takes full steps however small the gradient is. After some 100 of them a
    # first W1 larger by 1e-15 of itself changes the loss by 1e-7: no digits could be asked for.
    "rmsprop": FEW.replace(optimizer="rmsprop", learning_rate=0.002, steps=100),
    "rmsprop, longer": FEW.replace(optimizer="rmsprop", learning_rate=0.02, beta2=0.99, epsilon=1),
    "adam": FEW.replace(optimizer="adam", learning_rate=0.01),
    "adam, all parameters": FEW.replace(
        optimizer="adam", learning_rate=0.01, momentum=0.8, beta2=0.99, epsilon=1e-3
    ),
    "adamax": FEW.replace(optimizer="adamax", learning_rate=0.01, momentum=0.8),
    "nadam": FEW.replace(optimizer="nadam", learning_rate=0.01, schedule="linear"),
    "adamw": FEW.replace(optimizer="adamw", learning_rate=0.01, weight_decay=0.1, batch_size=50),
    "ftrl": FEW.replace(optimizer="ftrl", learning_rate=0.1, ftrl_beta=2.0),
    "ftrl with penalties, at rate 0": FEW.replace(
        optimizer="ftrl",
        learning_rate=0.2,
        schedule="linear",
        transition_steps=250,
        ftrl_l1=0.5,
        ftrl_l2=0.1,
    ),
    "parameters of others": FEW.replace(
        optimizer="adagrad", learning_rate=0.2, momentum=0.5, beta2=0.9, weight_decay=0.5
    ),
    "warm-up": SHORT.replace(warmup_steps=100),
    "step": SHORT.replace(schedule="step", decay_rate=0.7, transition_steps=90),
    "exponential": SHORT.replace(schedule="exponential", decay_rate=0.3, end_fraction=0.1),
    "inverse time": SHORT.replace(schedule="inverse_time", transition_steps=33),
    "linear": SHORT.replace(schedule="linear", end_fraction=0.2, transition_steps=200),
    "cosine after warm-up": SHORT.replace(schedule="cosine", warmup_steps=50, init_scale=2.0),
    "everything": SHORT.replace(
        points=120,
        train_points=100,
        noise=0.1,
        hidden=7,
        optimizer="momentum",
        schedule="cosine",
        warmup_steps=20,
        batch_size=32,
        l1=1e-4,
        l2=1e-3,
        clip_norm=2.0,
    ),
}


def run_fresh(source: str, folder: Path) -> str:
    """What a script prints in an interpreter that has none of our code."""
    path = folder / "train_xor.py"
    path.write_text(source, encoding="utf-8")
    command = [sys.executable, "-I", "-W", "error", path.name]
    result = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def final_loss(printed: str) -> float:
    found = re.search(r"^final loss: (\S+)$", printed, re.MULTILINE)
    assert found, printed
    return float(found[1])


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Run, str]]:
    """Every run, and what its script prints; two at a time."""
    runs = {name: train(experiment) for name, experiment in EXPERIMENTS.items()}
    sources = [export.source(run, ADDRESS) for run in runs.values()]
    folders = [tmp_path_factory.mktemp("script") for _ in runs]
    with ThreadPoolExecutor(2) as pool:
        texts = pool.map(run_fresh, sources, folders)
    return {name: (run, text) for (name, run), text in zip(runs.items(), texts, strict=True)}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_script_ends_with_the_loss_of_the_run(
    name: str, printed: dict[str, tuple[Run, str]]
) -> None:
    run, text = printed[name]
    assert export.refusal(run) == ""
    assert final_loss(text) == pytest.approx(run.loss[-1], rel=1e-9)
    accuracy = f"accuracy on all {len(run.data.X)} points: {run.accuracy[-1]:.1%}"
    assert accuracy in text


def test_the_runs_of_these_tests_learn_something(printed: dict[str, tuple[Run, str]]) -> None:
    losses = [run.loss[-1] for run, _ in printed.values()]
    assert len({round(loss, 6) for loss in losses}) == len(losses)


def test_every_schedule_and_optimizer_is_tried() -> None:
    tried = EXPERIMENTS.values()
    assert {experiment.schedule for experiment in tried} == set(SCHEDULES)
    assert {experiment.optimizer for experiment in tried} == set(OPTIMIZERS)


def test_every_optimizer_has_the_parameters_it_uses() -> None:
    for name, optimizer in OPTIMIZERS.items():
        assert set(script_parts.OPTIMIZERS[name].constants) == set(optimizer.parameters)


def test_0_is_written_as_the_published_value() -> None:
    adam = SHORT.replace(optimizer="adam", steps=1, frames=2)
    for experiment, lines in {
        adam: ["BETA1 = 0.9", "BETA2 = 0.999", "EPSILON = 1e-08"],
        adam.replace(optimizer="rmsprop"): ["RHO = 0.9", "EPSILON = 1e-08"],
        adam.replace(optimizer="adadelta"): ["RHO = 0.95", "EPSILON = 1e-06"],
        adam.replace(optimizer="adadelta", beta2=0.7): ["RHO = 0.7", "EPSILON = 1e-06"],
    }.items():
        assert set(lines) <= set(export.source(train(experiment), ADDRESS).splitlines())


ADAMS = ("adam", "adamax", "nadam", "adamw")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_only_what_the_settings_need_is_written(name: str) -> None:
    experiment = EXPERIMENTS[name]
    source = export.source(train(experiment), ADDRESS)
    for word, needed in {
        "L1": experiment.l1,
        "L2": experiment.l2,
        "CLIP_NORM": experiment.clip_norm,
        "FIRST_LAYER_RATE": experiment.first_layer_rate != 1,
        "MOMENTUM": experiment.optimizer in ("momentum", "nesterov"),
        "BETA1": experiment.optimizer in ADAMS,
        "BETA2": experiment.optimizer in ADAMS,
        "RHO": experiment.optimizer in ("adadelta", "rmsprop"),
        "EPSILON": experiment.optimizer in (*ADAMS, "adagrad", "adadelta", "rmsprop"),
        "WEIGHT_DECAY": experiment.optimizer == "adamw",
        "FTRL_L1": experiment.optimizer == "ftrl",
        "t": experiment.optimizer in ADAMS or experiment.schedule != "constant",
        "BATCH_SIZE": experiment.takes_mini_batches,
        "WARMUP_STEPS": experiment.warmup_steps,
        "with_ones": experiment.bias,
        "NOISE": experiment.noise and experiment.dataset != "corners",
        "def learning_rate": experiment.schedule != "constant" or experiment.warmup_steps,
    }.items():
        assert bool(re.search(rf"\b{word}\b", source)) == bool(needed), word


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_script_is_tidy(name: str) -> None:
    source = export.source(train(EXPERIMENTS[name]), ADDRESS)
    tree = ast.parse(source)
    assert max(len(line) for line in source.splitlines()) <= 100
    assert "\n\n\n\n" not in source
    assert not [line for line in source.splitlines() if line != line.rstrip()]
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert [alias.name for node in imports for alias in node.names] == ["numpy"]
    constants = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert constants <= read  # no constant that nothing reads
    assert functions <= read  # no function that nothing calls


def test_a_data_set_that_the_script_cannot_draw_still_reproduces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train(SHORT.replace(points=30, train_points=20))
    monkeypatch.setattr(script_parts, "POINTS", {})
    source = export.source(run, ADDRESS)
    assert "DATA_SEED" not in source
    assert final_loss(run_fresh(source, tmp_path)) == pytest.approx(run.loss[-1], rel=1e-9)


def test_an_explosion_ends_the_script_too(tmp_path: Path) -> None:
    run = train(PRESETS["penalty_too_strong"].replace(points=20, train_points=20, steps=3000))
    source = export.source(run, ADDRESS)
    assert f"no longer a finite number at step {run.non_finite_at:,}" in source
    path = tmp_path / "train_xor.py"
    path.write_text(source, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-I", str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert not np.isfinite(final_loss(result.stdout))


def test_what_the_script_cannot_say_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = train(EXPERIMENTS["momentum"])
    assert export.refusal(run) == ""
    only_plain = {"gradient_descent": script_parts.OPTIMIZERS["gradient_descent"]}
    monkeypatch.setattr(script_parts, "OPTIMIZERS", only_plain)
    assert "optimizer = momentum" in export.refusal(run)
    with pytest.raises(NotOfferedError, match="the script knows gradient_descent"):
        export.script(run, 0, ADDRESS, silent)


def test_a_setting_without_words_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "SAID", export.SAID - {"clip_norm"})
    refusal = export.refusal(train(EXPERIMENTS["clipped"]))
    assert refusal.startswith("clip_norm = 1: ")
    assert "Set it back to 0" in refusal
    assert export.refusal(train(EXPERIMENTS["defaults"])) == ""


def test_a_parameter_that_the_optimizer_uses_is_said_or_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = train(SHORT.replace(optimizer="adamw", weight_decay=0.5, steps=1, frames=2))
    assert export.refusal(run) == ""
    as_adam = {**script_parts.OPTIMIZERS, "adamw": script_parts.OPTIMIZERS["adam"]}
    monkeypatch.setattr(script_parts, "OPTIMIZERS", as_adam)
    assert export.refusal(run).startswith("weight_decay = 0.5: ")


def test_a_branch_is_refused_rather_than_written_wrong() -> None:
    root = SHORT.replace(steps=50)
    run = train(Plan(root).branch(20, {"learning_rate": 0.003}))
    assert "its settings change at step 20" in export.refusal(run)
    with pytest.raises(NotOfferedError, match="the weights of this one as NPZ"):
        export.script(run, 0, ADDRESS, silent)


def test_every_field_is_said_or_belongs_to_an_optimizer() -> None:
    of_optimizers = {field for code in script_parts.OPTIMIZERS.values() for field in code.constants}
    assert set(ALLOWED) == export.SAID | of_optimizers


def test_an_address_cannot_leave_the_docstring() -> None:
    hostile = 'http://h/"""\nimport os\n\\'
    tree = ast.parse(export.source(train(SHORT.replace(steps=1, frames=2)), hostile))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert len(imports) == 1
