"""Every term of the glossary that a screen says is explained there."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from tests.apps import arrive
from tests.said import explained, said
from ui.course.progress import REVEALED
from ui.course.steps import STEPS
from ui.frame.shell import SCREENS
from ui.jobs import runs
from ui.screens.gradient_descent.lessons import LESSONS
from ui.words import glossary
from ui.words.scenes import QUESTIONS

PAGES = {screen.title: screen.path for screen in SCREENS}
VISITS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Train", {"steps": "500", "frames": "20"}),
    ("Train", {"hidden": "50", "learning_rate": "0.3", "steps": "500", "frames": "20"}),
    ("Exploding gradients", {}),
    *(
        ("Exploding gradients", {"scene": name, "run": "yes"})
        for name in QUESTIONS
        if not name.startswith("article")  # a million steps
    ),
    ("Compare", {}),
    ("Schedules", {}),
    ("Chain rule", {}),
    ("Chain rule", {"brick": "dL_dW1"}),
    ("Chain rule", {"brick": "update", "mistake": "article_l2"}),
    *(("Gradient descent", {"scene": name}) for name in LESSONS),
    ("Own data", {}),
    ("Map", {}),
)


@pytest.fixture(autouse=True)
def _forget_runs() -> Iterator[None]:
    yield
    runs.forget_all()


def visit(title: str, **params: str | list[str]) -> AppTest:
    """The screen at an address, once what it trains has ended."""
    page = PAGES[title]
    app = arrive("" if page == "streamlit_app.py" else page, **params)
    app.run()
    state = app.session_state
    jobs = [state[key] for key in ("job", "scene_job", "chain_job") if key in state]
    for key in ("compare_jobs", "sched_jobs"):
        jobs += state[key].values() if key in state else []
    for job in jobs:
        if job.started:
            job.wait(60)
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize(("title", "params"), VISITS)
def test_every_term_that_a_screen_says_is_explained_on_it(
    title: str, params: dict[str, str]
) -> None:
    app = visit(title, **params)
    terms = glossary.terms_in(said(app))
    assert len(terms) > 2
    assert set(terms) <= set(explained(app))


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_every_term_of_a_step_is_explained_where_it_plays(number: int) -> None:
    step = STEPS[number - 1]
    title = next(title for title, page in PAGES.items() if page == step.page)
    app = arrive(
        "" if step.page == "streamlit_app.py" else step.page,
        **{**step.params, "course": str(number)},
    )
    app.session_state[f"course_guess_{number}"] = REVEALED
    app.run()
    assert set(glossary.terms_in(said(app))) <= set(explained(app)), title
    shown = {element.value: element.help for element in app.markdown}
    [todo] = [text for text in shown if "**Do.**" in text and "**Predict" not in text][-1:]
    assert (shown[todo] or None) == glossary.explain(todo)


def test_a_term_is_found_in_its_forms_and_not_within_other_words() -> None:
    found = glossary.terms_in("Losses and minima; a classic, a bottleneck, overweight, J / n.")
    assert found == ("loss", "minimum", "L, J and J / n")
    assert glossary.explain("Nothing to explain.") is None
