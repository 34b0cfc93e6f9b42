"""Whoever adds something is told what is missing: the names that docs/recipes.md speaks of."""

import ast
import inspect
import pkgutil
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from mlp import Experiment
from mlp.analysis.cures import CURES, L1_STEP, REASONS, REMEDIES
from mlp.analysis.verdicts import VERDICTS
from mlp.chain_rule.mistakes import MISTAKES
from mlp.data import DATASETS
from mlp.experiment import ALLOWED
from mlp.optimizers import OPTIMIZERS
from mlp.optimizers.registry import stability_limit
from mlp.plan import BRANCHABLE
from mlp.plan.scenes import SCENES
from mlp.schedules import SCHEDULES
from mlp.surfaces import SURFACES
from mlp.surfaces.regression import LOSSES
from tests.apps import APP, PAGES
from tests.mlp.strategies import ANY_VALUE
from tests.ui.address.test_all_screens import LEFT
from tests.ui.charts.test_curves import DRAWINGS
from tests.ui.screens.exploding.test_scenes import TRUTHS
from ui.autopsy.what_if import LABELS
from ui.charts import curves
from ui.frame.shell import SCREENS
from ui.screens.chain_rule.checks import MISTAKE_WORDS
from ui.screens.gradient_descent import words as descent_words
from ui.screens.gradient_descent.lessons import LESSONS
from ui.screens.schedules.contests import CANDIDATES, CONTESTS, contest_of
from ui.screens.train import screen as train_screen
from ui.take_home.formats import FORMATS
from ui.take_home.panel import GROUPS
from ui.words import causes, cures, diagnoses, optimizers, stories
from ui.words.losses import LOSS_NAMES
from ui.words.names import NAMES
from ui.words.scenes import LOOK_FOR, QUESTIONS

TESTS = Path(__file__).parent
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve", "thirteen")  # fmt: skip


def functions(module: object) -> Iterator[ast.FunctionDef]:
    """The functions at the top of a module's source."""
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    yield from (node for node in tree.body if isinstance(node, ast.FunctionDef))


def texts(node: ast.AST) -> set[str]:
    """Every text that stands in some source."""
    found = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return {value for value in found if isinstance(value, str)}


CAUSES = {*REMEDIES, *REASONS.values(), L1_STEP, "start_too_large", "start_too_small"}


# What there is, and what the screens call it.
NAMED: Mapping[str, tuple[Collection[str], Collection[str]]] = {
    "data sets": (DATASETS, NAMES["dataset"]),
    "schedules": (SCHEDULES, NAMES["schedule"]),
    "optimizers": (OPTIMIZERS, optimizers.NAMES),
    "ideas of optimizers": (OPTIMIZERS, optimizers.IDEAS),
    "parameters of optimizers": (
        {name for entry in OPTIMIZERS.values() for name in entry.parameters},
        optimizers.PARAMETERS,
    ),
    "scenes": (SCENES, LOOK_FOR),
    "mistakes": (MISTAKES, MISTAKE_WORDS),
    "surfaces": (SURFACES, descent_words.SURFACES),
    "losses": (LOSSES, LOSS_NAMES),
    "what a cut can change": (BRANCHABLE, LABELS),
    "verdicts": (VERDICTS, stories.VERDICTS),
    "causes": ({"None", *CAUSES}, {str(cause) for cause in causes.CAUSES}),
    "cures": (CURES, cures.CURES),
    "settings with choices": ({name for name in ALLOWED if ALLOWED[name].choices}, NAMES),
}


@pytest.mark.parametrize("kind", NAMED)
def test_everything_to_choose_has_a_name(kind: str) -> None:
    things, names = NAMED[kind]
    assert set(things) == set(names)


def test_every_setting_is_explained_and_drawn_by_lot_in_the_tests() -> None:
    explained = set(re.findall(r"\w+", (inspect.getdoc(Experiment) or "").split("Raises")[0]))
    assert set(ALLOWED) <= explained, set(ALLOWED) - explained
    assert {*ANY_VALUE, "train_points", "batch_size"} == set(ALLOWED)


def test_every_optimizer_with_a_limit_has_its_formula() -> None:
    for name in OPTIMIZERS:
        limited = stability_limit(name, 0.9) is not None
        experiment = Experiment(optimizer=name)
        assert bool(optimizers.limit_formula(experiment)) == limited, name
        assert bool(optimizers.limit_in_latex(experiment)) == limited, name


def test_every_schedule_can_be_drawn_and_every_contest_draws_known_ones() -> None:
    assert {candidate.schedule for candidate in CANDIDATES.values()} == set(SCHEDULES)
    for name, contest in CONTESTS.items():
        assert set(contest.show) <= set(CANDIDATES)
        assert contest_of(contest.experiment, contest.show) == name
        assert contest.look_for, name


def test_every_cause_is_explained_and_every_cure_speaks_to_something() -> None:
    assert set(diagnoses._BY_CAUSE) == {None, *REMEDIES}
    assert set(causes.REASONS) == CAUSES - set(REMEDIES)
    assert set(CURES) == set(REASONS).union(*REMEDIES.values())


def test_every_scene_asks_hints_and_goes_wrong_as_a_test_says() -> None:
    # the article's trains for long: test_findings
    assert {*TRUTHS, "article_fifty_exploding"} == set(QUESTIONS)
    assert set(QUESTIONS) <= set(SCENES)
    for name, question in QUESTIONS.items():
        assert question.text.endswith("?"), name
        assert question.hint, name


def test_every_module_that_draws_a_lesson_is_one() -> None:
    modules = [
        path.stem
        for path in (APP.parent / "ui/screens/gradient_descent").glob("*.py")
        if re.search("^FORM = ", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    drawn = {lesson.draw.__module__.rpartition(".")[2] for lesson in LESSONS.values()}
    assert sorted(modules) == sorted(drawn)


def test_every_chart_of_a_run_is_drawn_on_train_and_held_to_be_finite() -> None:
    taking_axes = {
        function.name
        for function in functions(curves)
        if [argument.arg for argument in function.args.args] == ["run", "axes"]
    }
    assert taking_axes == {draw.__name__ for draw in DRAWINGS}
    source = inspect.getsource(train_screen.show_charts)
    assert taking_axes == set(re.findall(r"curves\.([a-z_]+),", source))


def test_every_format_is_offered_in_one_group() -> None:
    offered = [name for names in GROUPS.values() for name in names]
    assert sorted(offered) == sorted(FORMATS)


SCREEN_FILES = sorted((APP.parent / "ui/screens").glob("*/screen.py"))


def test_every_screen_has_a_folder_a_page_in_the_menu_and_a_visit() -> None:
    folders = {path.parent.name for path in SCREEN_FILES}
    pages = [APP, *PAGES]
    shown = {
        word
        for page in pages
        for word in page.read_text(encoding="utf-8").split()
        if word.startswith("ui.screens.")
    }
    assert {word.removeprefix("ui.screens.") for word in shown} == folders
    assert sorted(APP.parent / screen.path for screen in SCREENS) == sorted(pages)
    for folder in folders:
        assert (TESTS / "ui/screens" / folder / "test_screen.py").exists(), folder
    icons = [screen.icon for screen in SCREENS]
    assert len(set(icons)) == len(icons)
    assert all(re.fullmatch(r":material/\w+:", icon) for icon in icons)
    assert set(LEFT) == {screen.path for screen in SCREENS}


def test_every_screen_and_fragment_is_drawn_inside_the_door() -> None:
    drawn = {f"ui.screens.{path.parent.name}.screen.show" for path in SCREEN_FILES}
    for path in (APP.parent / "ui").rglob("*.py"):
        module = ".".join(path.relative_to(APP.parent).with_suffix("").parts)
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "st.fragment":
                drawn.add(f"{module}.{ast.unparse(call.args[0])}")
    assert len(drawn) > len(SCREEN_FILES)
    for name in drawn:
        assert hasattr(pkgutil.resolve_name(name), "__wrapped__"), f"{name} is not one_of_few"


# Where README counts something, and how many there are.
COUNTED = {
    "optimizers train it": len(OPTIMIZERS),
    "optimizers from the same start": len(OPTIMIZERS),
    "scenes, each beginning": len(QUESTIONS),
    "scenes that play": len(LESSONS),
    "classic mistakes": len(MISTAKES),
    "ready sets": len(DATASETS),
}


@pytest.mark.parametrize("counted", COUNTED)
def test_readme_counts_what_there_is(counted: str) -> None:
    text = " ".join((APP.parent / "README.md").read_text(encoding="utf-8").lower().split())
    assert f"{NUMBERS[COUNTED[counted]]} {counted}" in text
