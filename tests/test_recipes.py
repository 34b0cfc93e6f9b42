"""Whoever adds something is told what is missing: the names that docs/recipes.md speaks of."""

from pathlib import Path

from mlp import PRESETS
from mlp.analysis.cures import CURES, FITTING
from mlp.chain_rule.mistakes import MISTAKES
from mlp.data import DATASETS
from mlp.experiment import ALLOWED
from mlp.optimizers import OPTIMIZERS
from mlp.plan import BRANCHABLE
from mlp.schedules import SCHEDULES
from mlp.surfaces import SURFACES
from mlp.surfaces.regression import LOSSES
from tests.apps import APP, PAGES
from ui.autopsy.what_if import LABELS
from ui.frame.shell import SCREENS
from ui.screens.chain_rule.checks import MISTAKE_WORDS
from ui.screens.exploding.scenes import SCENES
from ui.screens.gradient_descent import words as descent_words
from ui.screens.gradient_descent.line import LOSS_NAMES
from ui.screens.schedules.contests import CANDIDATES, CONTESTS
from ui.take_home.formats import FORMATS
from ui.take_home.panel import GROUPS
from ui.words import diagnoses, optimizers
from ui.words.names import NAMES
from ui.words.presets import PRESET_WORDS

TESTS = Path(__file__).parent


def test_everything_to_choose_has_a_name() -> None:
    assert set(NAMES["dataset"]) == set(DATASETS)
    assert set(NAMES["schedule"]) == set(SCHEDULES)
    assert set(optimizers.NAMES) == set(optimizers.IDEAS) == set(OPTIMIZERS)
    used = {name for entry in OPTIMIZERS.values() for name in entry.parameters}
    assert set(optimizers.PARAMETERS) == used
    assert set(PRESET_WORDS) == set(PRESETS)
    assert set(MISTAKE_WORDS) == set(MISTAKES)
    assert set(descent_words.SURFACES) == set(SURFACES)
    assert set(LOSS_NAMES) == set(LOSSES)
    assert set(LABELS) == BRANCHABLE
    for name, allowed in ALLOWED.items():
        assert not allowed.choices or name in NAMES, name


def test_every_schedule_can_be_drawn_and_every_contest_draws_known_ones() -> None:
    assert {candidate.schedule for candidate in CANDIDATES.values()} == set(SCHEDULES)
    for contest in CONTESTS.values():
        assert set(contest.show) <= set(CANDIDATES)


def test_every_cause_and_cure_has_words() -> None:
    assert set(diagnoses.CURES) == set(CURES)
    causes = {*FITTING, "saturation"}
    assert causes <= set(diagnoses.CAUSES)
    assert causes <= set(diagnoses._BY_CAUSE)
    assert {name for names in FITTING.values() for name in names} <= set(CURES)


def test_every_scene_of_an_explosion_is_a_preset_or_says_its_own_settings() -> None:
    for name, scene in SCENES.items():
        assert scene.question.endswith("?"), name
        assert scene.hint, name


def test_every_format_is_offered_in_one_group() -> None:
    offered = [name for names in GROUPS.values() for name in names]
    assert sorted(offered) == sorted(FORMATS)


def test_every_screen_has_a_folder_a_page_in_the_menu_and_a_visit() -> None:
    folders = {path.parent.name for path in (APP.parent / "ui/screens").glob("*/screen.py")}
    pages = [APP, *PAGES]
    shown = {
        word
        for page in pages
        for word in page.read_text(encoding="utf-8").split()
        if word.startswith("ui.screens.")
    }
    assert {word.removeprefix("ui.screens.") for word in shown} == folders
    assert [APP.parent / screen.path for screen in SCREENS] == pages
    for folder in folders:
        assert (TESTS / "ui/screens" / folder / "test_screen.py").exists(), folder
