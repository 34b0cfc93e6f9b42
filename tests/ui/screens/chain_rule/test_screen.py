"""The screen "Chain rule" without a browser: phases, numbers, check, mistakes, addresses."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp import PRESETS, Experiment, train
from mlp.chain_rule.bricks import take_apart
from mlp.chain_rule.gradient_check import compare
from mlp.chain_rule.mistakes import MISTAKES
from mlp.data.own import OwnData
from tests.apps import arrive, as_read, params_of, payloads_of, warnings_of
from tests.said import said
from tests.waiting import wait_until
from ui.course.box import GUESS_FIRST
from ui.jobs import runs
from ui.screens.chain_rule import checks, flow, questions
from ui.screens.chain_rule.catalog import BRICKS, bricks_of
from ui.screens.chain_rule.digits import significant
from ui.screens.chain_rule.state import Shown
from ui.words.naming import names_of

PAGE = "pages/4_Chain_rule.py"
SHORT = {"steps": "60", "frames": "20"}
EXPERIMENT = Experiment(steps=60, frames=20)


def visit(**params: str | list[str]) -> AppTest:
    """A new visitor who comes to the screen with this address."""
    return finish(arrive(PAGE, **params))


def finish(app: AppTest) -> AppTest:
    app.run()
    job = app.session_state["chain_job"]
    if job.compiling:
        wait_until(lambda: not job.compiling)
        app.run()
    if job.started and not job.done:
        job.wait(60)
        app.run()
    assert not app.exception, app.exception
    return app


def watch(app: AppTest) -> AppTest:
    """Choose to watch what the first question asks about: nothing is held back then."""
    app.button(key="chain_question_watch").click()
    return finish(app)


def markdowns(app: AppTest) -> list[str]:
    return [element.value for element in app.markdown]


@pytest.mark.parametrize("phase", ["forward", "backward"])
def test_a_phase_shows_its_bricks_in_order_with_mlps_numbers(phase: str) -> None:
    first = next(iter(bricks_of(phase)))
    app = watch(visit(**SHORT, step="17", point="5", brick=first))
    app.toggle(key="chain_all").set_value(True)
    finish(app)
    step = take_apart(train(EXPERIMENT), 17)
    headings = [text.removeprefix("##### ") for text in markdowns(app) if text.startswith("#####")]
    symbols = [brick.symbol for brick in bricks_of(phase).values()]
    assert headings == [symbols[0], *symbols]  # the one beside the animation, then all
    shown = [table.value for table in app.table]
    for brick in bricks_of(phase).values():
        matrix = getattr(step.batch, brick.matrix)
        if brick.symbol == "L":
            assert any((step.batch.loss == table.to_numpy()).any() for table in shown)
        elif len(matrix) == 300:
            assert any(np.array_equal(matrix[1:8], table.to_numpy()) for table in shown)
        else:  # a gradient: the point's own and the sum
            own = getattr(step.sample(4), brick.matrix)
            assert any(np.array_equal(matrix, table.to_numpy()) for table in shown)
            assert any(np.array_equal(own, table.to_numpy()) for table in shown)
    assert sum("▶ point 5" in table.index for table in shown) >= 4
    code = "\n".join(block.value for block in app.code)
    assert ("H1 = sigmoid(Z1)" in code) == (phase == "forward")
    assert ("dL_dZ1 = multiply(dL_dH1, dH1_dZ1)" in code) == (phase == "backward")


def test_the_update_leads_from_the_weights_before_to_those_after() -> None:
    app = visit(**SHORT, step="17", brick="update", l2="0.1")
    app.toggle(key="chain_all").set_value(True)
    finish(app)
    run = train(EXPERIMENT.replace(l2=0.1))
    step, after = take_apart(run, 17), take_apart(run, 18)
    shown = [table.value.to_numpy() for table in app.table]
    for matrix in (step.batch.W1, step.batch.W2, after.batch.W1, after.batch.W2):
        assert any(np.array_equal(matrix, table) for table in shown)
    for flat in (step.data_gradient, step.penalty_gradient, step.gradient):
        for matrix in step.layers(flat):
            assert any(np.array_equal(matrix, table) for table in shown)
    assert any(
        text.startswith("Step 17 leads to the weights of step 18") for text in markdowns(app)
    )
    assert "w -= learning_rate * gradient" in [block.value.split("  #")[0] for block in app.code]


@pytest.mark.parametrize("name", [*BRICKS, "update"])
def test_the_brick_of_the_address_stands_beside_the_animation(name: str) -> None:
    app = watch(visit(**SHORT, step="17", point="5", neuron="2", brick=name))
    step = take_apart(train(EXPERIMENT), 17)
    shown = [table.value.to_numpy() for table in app.table]
    latex = " ".join(formula.value for formula in app.latex)
    if name == "update":
        changes = step.layers(step.w_after - step.w)
        assert all(any(np.array_equal(change, table) for table in shown) for change in changes)
        return
    matrix = getattr(step.batch, BRICKS[name].matrix)
    if name == "loss":
        assert step.batch.loss / 300 in shown[0]
    elif len(matrix) == 300:
        assert np.array_equal(matrix[3:6], shown[0])
    else:
        assert np.array_equal(matrix, shown[1])
    assert BRICKS[name].formula in latex
    assert "phase" not in [element.key for element in app.segmented_control]


def test_the_loss_tells_a_points_the_sum_and_the_mean_apart() -> None:
    app = visit(**SHORT, brick="loss", l2="0.1")
    step = take_apart(train(EXPERIMENT.replace(l2=0.1)), 0)
    [table] = app.table
    named = dict(zip(table.value.index, table.value["value"], strict=True))
    J = step.batch.loss + step.penalty
    assert named == {
        "L of this point": step.sample(0).loss,
        "L of all 300 points, summed": step.batch.loss,
        "penalty on the weights": step.penalty,
        "J = L of all + penalty, what is descended": J,
        "J / 300, “the loss” on other screens": J / 300,
    }


def test_the_questions_are_answered_by_the_step() -> None:
    app = visit(**SHORT, step="17")
    step = take_apart(train(EXPERIMENT), 17)
    after = take_apart(train(EXPERIMENT), 18).batch.loss
    run = train(EXPERIMENT)
    *_, last = questions.questions(step, Shown(17, 0, 0, names_of(run)))
    assert significant(after) in last.truth()[1]
    for asked in questions.questions(step, Shown(17, 0, 0, names_of(run))):
        right, told = asked.truth()
        app.button(key=f"chain_question_{right}").click()
        finish(app)
        [reveal] = [text for text in markdowns(app) if "You said" in text]
        assert "That is what happens" in reveal
        assert told in reveal
        app.button(key="chain_question_next").click()
        finish(app)


def test_a_brick_with_the_answer_among_its_numbers_waits_for_the_guess() -> None:
    app = visit(**SHORT, brick="dH1_dZ1")
    assert GUESS_FIRST in " ".join(caption.value for caption in app.caption)
    assert not app.table
    assert "dH1_dZ1" not in flow_of(app)["sample"]["numbers"]
    app.toggle(key="chain_all").set_value(True)
    assert not finish(app).table
    app.button(key="chain_question_little").click()
    finish(app)
    assert app.table
    assert "dH1_dZ1" in flow_of(app)["sample"]["numbers"]
    app.button(key="chain_question_next").click()  # asks about the longer gradient
    app.query_params["brick"] = "dL_dW1"
    assert not finish(app).table
    app.button(key="chain_question_watch").click()
    assert finish(app).table


def flow_of(app: AppTest) -> dict[str, Any]:
    return next(payload for payload in payloads_of(app) if "sample" in payload)


def test_the_widgets_choose_step_point_neuron_and_brick() -> None:
    app = visit(**SHORT)
    app.number_input(key="chain_step").set_value(3)
    app.selectbox(key="chain_point").set_value(9)
    app.number_input(key="chain_neuron").set_value(2)
    finish(app)
    assert dict(app.query_params) == SHORT | {"step": "3", "point": "9", "neuron": "2"}
    app.query_params["brick"] = "dL_dZ1"
    finish(app)
    sample = take_apart(train(EXPERIMENT), 3).sample(8)
    latex = " ".join(formula.value for formula in app.latex)
    assert significant(sample.dL_dZ1[0, 1]) in latex


def test_a_preset_starts_at_its_first_step() -> None:
    app = visit(**SHORT, step="9")
    app.selectbox(key="chain_network").set_value("article_fifty_exploding")
    finish(app)
    assert app.session_state["experiment"] == PRESETS["article_fifty_exploding"]
    assert "step" not in app.query_params
    assert app.button(key="chain_train").label == (
        "Take later steps apart too: train all 1,000,000"
    )


def test_fifty_neurons_show_a_page_with_the_chosen_one() -> None:
    app = watch(visit(**SHORT, hidden="50", neuron="20", brick="dL_dW1"))
    app.toggle(key="chain_all").set_value(True)
    finish(app)
    columns = {name for table in app.table for name in table.value.columns}
    assert {f"neuron {j}" for j in range(17, 25)} <= columns
    assert "neuron 16" not in columns
    assert "neuron 25" not in columns


@pytest.mark.parametrize("form", ["derived", "article"])
def test_one_button_checks_the_gradient_of_this_step(form: str) -> None:
    app = visit(**SHORT, step="5", l2="0.01", l2_gradient=form)
    assert not app.success
    assert not app.error
    app.button(key="chain_check").click()
    finish(app)
    run = train(EXPERIMENT.replace(l2=0.01, l2_gradient=form))
    step = take_apart(run, 5)
    words = checks.verdict_words(compare(step.objective, step.w, run.gradient[5]), names_of(run))
    verdicts = app.success if form == "derived" else app.error
    assert as_read(element.value for element in verdicts) == [words]
    app.number_input(key="chain_step").set_value(6)
    finish(app)
    assert not app.success  # another step is another gradient
    assert not app.error


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_shows_both_lines_its_training_and_its_failed_check(name: str) -> None:
    app = visit(**SHORT, mistake=name)
    assert app.selectbox(key="chain_mistake").value == name
    mistake = MISTAKES[name]
    sources = [checks.function_source(mistake.right), checks.function_source(mistake.wrong)]
    assert [block.value for block in app.code][-2:] == sources
    result = checks.trial(name, EXPERIMENT)
    assert checks.loss_words(result) in markdowns(app)
    told = checks.verdict_words(result.comparison, names_of(train(EXPERIMENT)), of=checks.WRONG)
    assert "gradient with the mistake " in told
    assert "chain rule" not in told
    assert as_read(element.value for element in app.error) == [told]


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"step": "60"}, "step = 60: must be from 0 to 59 in this run. 59 is used instead."),
        ({"point": "0"}, "point = 0: must be a whole number from 1 to 2000. 1 is used instead."),
        ({"neuron": "4"}, "neuron = 4: must be from 1 to 3 in this run. 3 is used instead."),
        ({"brick": "Z3"}, "brick = Z3: must be one of X, Z1, H1"),
        ({"mistake": "<b>"}, "mistake = <b>: must be one of slope_of_z"),
        ({"hidden": "0"}, "hidden = 0: must be a whole number from 1 to 200. 3 is used instead."),
        ({"speed": "9"}, "speed = 9: there is no setting of this name. It was left out."),
    ],
)
def test_a_bad_address_loses_nothing_but_itself(params: dict[str, str], sentence: str) -> None:
    app = visit(**(SHORT | {"l2": "0.1"} | params))
    [warning] = warnings_of(app)
    assert warning.startswith(sentence)
    assert app.query_params["l2"] == "0.1"
    assert len(app.table) > 0


def test_all_digits_are_there_for_the_asking() -> None:
    app = visit(**SHORT, brick="Z1")
    app.toggle(key="chain_exact").set_value(True)
    finish(app)
    sample = take_apart(train(EXPERIMENT), 0).sample(0)
    assert repr(float(sample.Z1[0, 0])) in " ".join(formula.value for formula in app.latex)


def teardown_module() -> None:
    runs.forget_all()


def test_a_long_run_waits_for_its_button_and_then_shows_the_step_asked_for() -> None:
    app = visit(steps="200001", frames="5", dataset="corners", step="150000", brick="Z1")
    assert app.number_input(key="chain_step").value == 150_000
    app.button(key="chain_train").click()
    app.run()
    finish(app)
    assert app.query_params["step"] == "150000"
    run = train(Experiment(steps=200_001, frames=5, dataset="corners"))
    W1 = take_apart(run, 150_000).batch.W1
    assert any(np.array_equal(W1, table.value.to_numpy()) for table in app.table)


def test_own_data_are_called_by_their_own_names() -> None:
    X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]])
    own = OwnData(X, np.array([0, 1, 0, 1]), ("weight", "x1"), ("cat", "dog"))
    experiment = Experiment(
        dataset="custom", data_id=own.data_id, points=4, train_points=4, steps=20, frames=5
    )
    app = arrive(PAGE, **{name: str(value) for name, value in experiment.to_params().items()})
    app.session_state["own_points"] = {own.data_id: own}
    finish(app)
    app.toggle(key="chain_all").set_value(True)
    finish(app)
    run = train(experiment, own)
    (x0, x1), label = run.data.X[0], run.data.labels[0]
    told = f"1: x0 = {x0:g}, x1 = {x1:g}, {own.classes[label]}"
    assert app.selectbox(key="chain_point").options[0] == told
    columns = {name for table in app.table for name in table.value.columns}
    assert {"x0, weight", "x1"} <= columns
    app.query_params["brick"] = "H2"
    finish(app)
    assert {"cat", "dog"} <= {name for table in app.table for name in table.value.columns}
    app.button(key="chain_check").click()
    finish(app)
    [verdict] = as_read(element.value for element in app.success)
    tables = " ".join(table.value.to_string() for table in app.table)
    assert not [text for text in (said(app), verdict, tables) if "XOR" in text]
    words = flow.words(run, take_apart(run, 0), Shown(0, 0, 0, names_of(run)))
    assert words["sample"].startswith(f"Point 1: {own.classes[label]}, the network answers ")
    assert "XOR" not in " ".join(words.values())


def test_one_weight_is_told_beside_the_player_as_far_as_no_question_waits() -> None:
    app = visit(**SHORT, brick="dL_dZ1", view="one_weight")
    told = {each["name"]: each["words"] for each in flow_of(app)["bricks"]}
    assert told["dL_dH1"].startswith("Times w2₀ and w2₁: ")
    assert told["dH1_dZ1"] == BRICKS["dH1_dZ1"].meaning
    assert told["dL_dZ1"] == BRICKS["dL_dZ1"].meaning  # its factor is the answer
    [way] = (table.value for table in app.table)
    assert list(way["slope"][:2]) == ["", ""]
    assert GUESS_FIRST in said(app)
    watch(app)
    told = {each["name"]: each["words"] for each in flow_of(app)["bricks"]}
    assert told["dL_dZ1"].startswith("Multiplied: ")
    [way] = (table.value for table in app.table)
    assert way["slope"].iloc[1].startswith("h1 (1 − h1) ")


def test_matrices_are_told_where_they_are_shown() -> None:
    app = visit(**SHORT)
    assert {each["words"] for each in flow_of(app)["bricks"]} >= {
        brick.meaning for brick in BRICKS.values()
    }
    app.segmented_control(key="chain_view").set_value("one_weight")
    finish(app)
    assert params_of(app)["view"] == "one_weight"
    assert [table.value.shape for table in app.table] == [(8, 2)]
