"""The screen "Compare" without a browser."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mlp import PRESETS, Experiment, Plan, train
from tests.apps import arrive, as_read, texts_of, warnings_of
from ui.autopsy import what_if
from ui.jobs import runs
from ui.screens.compare import comparison, screen
from ui.shelf import shelf, shelf_file
from ui.words import outcomes

COMPARE = "pages/2_Compare.py"
SCHEDULES = "pages/3_Learning_rate_schedules.py"
FIRST = Experiment(points=30, train_points=30, steps=300, frames=20, learning_rate=0.02)
SECOND = FIRST.replace(hidden=12)
PAIR = [Plan(FIRST).to_text(), Plan(SECOND).to_text()]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Arrive at short runs, and keep none beyond a test."""
    monkeypatch.setattr(comparison, "ARRIVAL", (Plan(FIRST), Plan(SECOND)))
    yield
    runs.forget_all()


def visit(page: str, **params: str | list[str]) -> AppTest:
    """A new visitor who comes to a screen with this address."""
    return finish(arrive(page, **params))


def finish(app: AppTest) -> AppTest:
    """Run the script until what it trains is trained and shown."""
    app.run()
    for key in ("compare_jobs", "sched_jobs"):
        for job in dict(app.session_state.get(key, {})).values():
            job.wait(60)
    app.run()
    assert not app.exception, app.exception
    return app


def texts(app: AppTest) -> str:
    """Everything said in paragraphs, as it is read."""
    return "\n".join(texts_of(app))


def warned(app: AppTest) -> str:
    return "\n".join(warnings_of(app))


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    return finish(app)


def run_params(app: AppTest) -> list[str]:
    found = app.query_params.get("run", [])
    return [found] if isinstance(found, str) else list(found)


def test_who_arrives_sees_two_runs_and_what_their_difference_did() -> None:
    app = visit(COMPARE)
    found = [train(FIRST), train(SECOND)]
    labels = ["3 neurons", "12 neurons"]
    for sentence in (outcomes.headline(found, labels), *outcomes.sentences(found, labels)):
        assert sentence in texts(app)
    tables = [table.value.to_dict("records") for table in app.table]
    assert tables[0] == [{"setting": "Hidden neurons", "3 neurons": "3", "12 neurons": "12"}]
    assert tables[1] == outcomes.outcomes(found, labels)
    # They come late, and folded: nothing that is read meanwhile moves.
    folded = next(each for each in app.expander if each.label.startswith("What the difference did"))
    assert [table.value.to_dict("records") for table in folded.table] == tables
    assert not folded.proto.expanded
    kept = [entry.plan for entry in app.session_state["shelf"]]
    assert kept[:2] == [Plan(SECOND), Plan(FIRST)]


def test_the_address_reproduces_a_comparison_with_branches() -> None:
    branch = Plan(FIRST).branch(100, {"learning_rate": 0.005})
    app = visit(COMPARE, run=[PAIR[0], branch.to_text()])
    assert "from step 100: rate 0.005" in texts(app)
    assert "since step 100 the loss" in texts(app)
    [jobs] = [app.session_state["compare_jobs"]]
    assert list(jobs) == [Plan(FIRST), branch]
    run = jobs[branch].run()
    assert run.loss.tolist() == train(branch).loss.tolist()


def test_what_is_chosen_goes_into_the_address_and_at_least_one_run_stays() -> None:
    app = visit(COMPARE)
    picked = app.multiselect(key="compare_runs")
    named = "50 neurons, rate 0.3 · explodes, and dies"  # by its title, and by its ending
    assert named in picked.options
    picked.set_value([PAIR[1], "dead_network"])
    finish(app)
    assert run_params(app) == [PAIR[1], "dead_network"]
    app.multiselect(key="compare_runs").set_value([])
    finish(app)
    assert run_params(app) == [PAIR[1]]
    assert any("Choose another run" in info.value for info in app.info)


def test_the_same_data_and_seed_unless_the_visitor_wants_otherwise() -> None:
    other = SECOND.replace(init_seed=5, data_seed=6)
    app = visit(COMPARE, run=[PAIR[0], Plan(other).to_text()])
    assert list(app.session_state["compare_jobs"]) == [Plan(FIRST), Plan(SECOND)]
    app.toggle(key="compare_same").set_value(False)
    finish(app)
    assert app.query_params["same"] in ("no", ["no"])
    assert list(app.session_state["compare_jobs"]) == [Plan(FIRST), Plan(other)]
    assert "They differ in “Seed of the points”, “Seed of the weights”" in texts(app)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"run": "hidden:0"}, "run = hidden = 0: must be a whole number from 1 to 200"),
        ({"run": "<b>hi</b>"}, "<b>hi</b>"),
        ({"run": "three_neurons@1~hidden:4"}, "can change only"),
        ({"run": ["three_neurons"] * 6}, "run stands 6 times: must be at most 4"),
        ({"same": "perhaps"}, "same = perhaps: must be one of yes, no"),
        ({"hidden": "3"}, "hidden = 3: there is no setting of this name"),
    ],
)
def test_a_bad_address_is_named_and_the_rest_is_shown(
    params: dict[str, str | list[str]], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRESETS, "three_neurons", FIRST)
    app = visit(COMPARE, **params)
    assert words in warned(app)
    assert app.session_state["compare_jobs"]


def test_the_shelf_renames_pins_compares_removes_and_restores() -> None:
    app = visit(COMPARE)
    entry = shelf.Entry(Plan(SECOND), "", app.session_state["shelf"][0].digits)
    app.text_input(key=f"shelf_name_{entry.id}").set_value("The *wide* one")
    app.toggle(key=f"shelf_pin_{entry.id}").set_value(True)
    finish(app)
    kept = app.session_state["shelf"][0]
    assert (kept.name, kept.pinned) == ("The *wide* one", True)
    assert "The *wide* one" in texts(app)
    for done, kept_runs in (("Taken out", PAIR[:1]), ("Added", PAIR)):
        app.button(key=f"shelf_compare_{entry.id}").click().run()
        count = f"Compared above: {len(kept_runs)} of at most 4 runs."
        assert as_read(toast.value for toast in app.toast) == [f"{done} “The *wide* one”. {count}"]
        finish(app)
        assert run_params(app) == kept_runs
    press(app, f"shelf_remove_{entry.id}")
    # It is compared still, and stays off the shelf all the same.
    assert Plan(SECOND) not in [kept.plan for kept in app.session_state["shelf"]]
    assert run_params(app) == PAIR
    other = shelf.Entry(Plan(FIRST), "", entry.digits)
    app.button(key=f"shelf_restore_{other.id}").click()
    app.run()
    assert app.session_state["experiment"] == FIRST


def test_a_shelf_from_a_file_is_trained_again_and_a_broken_one_changes_nothing() -> None:
    app = visit(COMPARE)
    text = shelf_file.to_json(app.session_state["shelf"])
    fresh = visit(COMPARE, run="hidden:2~steps:50~points:20~train_points:20")
    before = list(fresh.session_state["shelf"])
    uploader: Any = fresh.get("file_uploader")[0]
    uploader.set_value([("shelf.json", b'{"format": "other"}', "application/json")])
    finish(fresh)
    assert any("nothing changed" in error.value for error in fresh.error)
    assert list(fresh.session_state["shelf"]) == before
    uploader = fresh.get("file_uploader")[0]
    uploader.set_value([("s.json", text.encode(), "application/json")])
    fresh.run()
    fresh.session_state[shelf_file.RESTORING].wait(60)
    finish(fresh)
    assert not fresh.error
    checks = [e.check for e in fresh.session_state["shelf"] if e.from_file]
    assert checks
    assert set(checks) == {"same"}
    assert "the digits are the same" in texts(fresh)


def test_many_seeds_are_trained_shown_and_cancelled() -> None:
    app = visit(COMPARE)
    app.button(key="seeds_start").click()
    app.run()
    app.session_state["many_seeds"].pool.wait(120)
    finish(app)
    assert "of 20 seeds" in texts(app)
    titles = [str(chart.proto) for chart in app.get("vega_lite_chart")]
    assert len(titles) == 2
    app.segmented_control(key="seeds_data").set_value("both")
    app.run()
    assert "many_seeds" not in app.session_state


def test_the_dialog_branches_and_goes_to_the_comparison() -> None:
    def opened(app: AppTest) -> None:
        run = train(FIRST)
        app.session_state[what_if.STATE] = {
            "plan": Plan(FIRST),
            "step": 100,
            "screen": "Compare",
            "beside": [Plan(SECOND)],
            "sharpness": float(run.sharpness[0]),
            "loss": float(run.loss[0]),
            "rate": 0.006,
            "step_rate": 0.0015,
            "earlier": (0, float(run.sharpness[0]) / 2),
            "values": {name: getattr(FIRST, name) for name in what_if.LABELS}
            | {"learning_rate": 0.005},
        }
        app.run()
        assert not app.exception

    app = visit(COMPARE)
    opened(app)
    assert "The sharpness is rising" in texts(app)
    assert "Clipping makes this step as short as at rate 0.0015." in texts(app)
    for share in (0.9, 0.5):  # stable here, and with a margin
        app.button(key=f"whatif_rate_{share:g}").click().run()
        rate = float(app.number_input(key="whatif_learning_rate").value or 0)
        sharpness = float(train(FIRST).sharpness[0])
        assert rate * sharpness == pytest.approx(2 * share, rel=0.06)
    opened(app)
    assert app.button(key="whatif_go").disabled is False
    assert "The schedule counts from this step." in texts(app)
    press(app, "whatif_go")
    branch = Plan(FIRST).branch(100, {"learning_rate": 0.005})
    assert run_params(app) == [PAIR[1], PAIR[0], branch.to_text()]
    app.run()
    opened(app)
    app.number_input(key="whatif_steps").set_value(50)
    app.run()
    assert app.button(key="whatif_go").disabled
    assert any("must be above 100" in re.sub(r"\\", "", e.value) for e in app.error)


def test_a_name_that_a_run_had_before_is_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser may send the names of the run before, which stand for nothing any more."""
    changed: list[object] = []
    monkeypatch.setattr(comparison.ADDRESS, "change", lambda **changes: changed.append(changes))
    for names, count in ((["3 neurons, rate 0.6186, …"], 0), (PAIR, 1)):
        monkeypatch.setattr(st, "session_state", {"compare_runs": names})
        screen.choose_runs()
        assert len(changed) == count
