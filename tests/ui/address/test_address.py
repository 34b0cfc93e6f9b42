"""The address protocol: what may be asked, what is refused, coming back, and what embeds it."""

from collections.abc import Mapping

import pytest
from streamlit.testing.v1 import AppTest

from tests.apps import warnings_of

TIMEOUT = 30


def script() -> None:
    import streamlit as st

    from ui.address import kinds
    from ui.address.address import Address
    from ui.address.form import Field, Form

    fields = {
        "scene": Field(kinds.choice("late", "wide"), "late"),
        "rate": Field(kinds.number(0, 10, above=True), 1.0),
        "run": Field(kinds.choice("yes")),
        "seeds": Field(kinds.whole(0, 9), (), most=3),
    }
    form = Form(lambda given: fields, resets={"scene": ("run",)})  # noqa: ARG005
    address = Address(st.session_state.get("screen", "one"), form)
    address.sync()
    st.text(repr(address.given))
    st.button("wide", key="wide", on_click=lambda: address.change(scene="wide"))
    st.button("start", key="start")  # sets nothing
    st.button("run", key="run", on_click=lambda: address.change(run="yes"))
    st.button("bad", key="bad", on_click=lambda: address.change(rate=11.0, scene="up", color=1))
    address.show_problems()


def visit(**params: str | list[str]) -> AppTest:
    return go(AppTest.from_function(script, default_timeout=TIMEOUT), params)


def go(app: AppTest, params: Mapping[str, str | list[str]], *, screen: str = "one") -> AppTest:
    """Go to an address in the same session."""
    app.session_state["screen"] = screen
    app.query_params.clear()
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def address(app: AppTest) -> dict[str, list[str]]:
    texts = app.query_params.items()
    return {name: [text] if isinstance(text, str) else text for name, text in texts}


def given(app: AppTest) -> str:
    return str(app.text[0].value)


def test_an_empty_address_asks_for_nothing() -> None:
    app = visit()
    assert (given(app), warnings_of(app), dict(app.query_params)) == ("{}", [], {})


def test_what_is_allowed_is_used_and_stands_in_the_address_again() -> None:
    app = visit(scene="wide", rate=" 5e-1 ", run="yes", seeds=["3", "1", "3"])
    assert given(app) == "{'scene': 'wide', 'rate': 0.5, 'run': 'yes', 'seeds': (3, 1)}"
    assert address(app) == {
        "scene": ["wide"], "rate": ["0.5"], "run": ["yes"], "seeds": ["3", "1"],
    }  # fmt: skip


@pytest.mark.parametrize("value", ["nope", "", "Late", "0", "nan", "l" * 500])
def test_another_value_is_refused_with_what_is_allowed_and_what_is_used(value: str) -> None:
    app = visit(scene=value, run="yes")
    assert given(app) == "{'run': 'yes'}"
    assert warnings_of(app) == [
        f"scene = {value[:40]}: must be one of late, wide. late is used instead."
    ]


@pytest.mark.parametrize("text", ["٣", "1_0", "1" * 40, "0", "inf", "nan", "-1", "", "1e400"])
def test_there_is_one_grammar_for_numbers(text: str) -> None:
    [warning] = warnings_of(visit(rate=text))
    assert warning == (
        f"rate = {text[:40]}: must be a number above 0 and at most 10. 1 is used instead."
    )


def test_a_single_choice_without_a_default_is_left_out() -> None:
    assert warnings_of(visit(run="no")) == ["run = no: must be yes. It was left out."]


def test_an_unknown_name_is_refused_with_its_value() -> None:
    app = visit(color="red", scene="wide")
    assert given(app) == "{'scene': 'wide'}"
    assert warnings_of(app) == ["color = red: there is no setting of this name. It was left out."]
    assert len(warnings_of(visit(**{"x" * 500: "1" * 500}))[0]) < 150


def test_a_repeated_name_is_refused_even_where_its_values_agree() -> None:
    for texts in (["late", "wide"], ["wide", "wide"]):
        app = visit(scene=texts)
        assert given(app) == "{}"
        assert warnings_of(app) == [
            f"scene = {' and '.join(texts)}: must be given once, not 2 times, and be one of late, "
            "wide. late is used instead."
        ]


def test_what_may_be_repeated_may_be_so_only_so_often() -> None:
    app = visit(seeds=["1", "x", "2", "3"])
    assert given(app) == "{'seeds': (1, 2)}"
    assert warnings_of(app) == [
        "seeds = x: must be a whole number from 0 to 9. It was left out.",
        "seeds stands 4 times: must be at most 3. The others were left out.",
    ]


def test_what_embeds_the_page_stays_and_is_no_setting() -> None:
    app = visit(embed="true", embed_options=["dark_theme", "show_padding"], present="1")
    assert (given(app), warnings_of(app)) == ("{}", [])
    app.button(key="wide").click().run()
    assert address(app)["scene"] == ["wide"]
    assert address(app)["embed_options"] == ["dark_theme", "show_padding"]


def test_a_view_that_there_is_not_is_named() -> None:
    assert warnings_of(visit(present="2")) == ["present = 2: must be 1, once. It was left out."]


def test_a_widget_counts_for_more_than_the_address_and_clears_its_problems() -> None:
    app = visit(run="yes", color="red")
    app.button(key="wide").click().run()
    assert given(app) == "{'scene': 'wide'}"  # another scene is not yet run
    assert not warnings_of(app)
    app.button(key="run").click().run()
    assert given(app) == "{'scene': 'wide', 'run': 'yes'}"


def bring(app: AppTest, *, key: str = "start", **params: str) -> AppTest:
    """Press a button, by default one that sets nothing, in a browser that has this address."""
    app.query_params.clear()
    for name, value in params.items():
        app.query_params[name] = value
    return app.button(key=key).click().run()


def test_a_run_that_still_brings_the_replaced_address_takes_nothing_back() -> None:
    app = visit(rate="2")
    app.button(key="wide").click().run()
    bring(app, rate="2")
    assert given(app) == "{'rate': 2.0, 'scene': 'wide'}"
    assert address(app) == {"rate": ["2"], "scene": ["wide"]}
    bring(app, key="run", rate="2")
    for outdated in ({"rate": "2", "scene": "wide"}, {"rate": "2"}):  # two changes ago
        assert "run" in given(bring(app, **outdated))


def test_who_goes_back_to_a_replaced_address_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = visit(rate="2")
    app.button(key="wide").click().run()
    bring(app, rate="2", scene="wide")  # by now the browser knows
    assert given(bring(app, rate="2")) == "{'rate': 2.0}"
    app.button(key="wide").click().run()
    monkeypatch.setattr("ui.address.address.NEWS_SECONDS", 0)
    assert given(bring(app, rate="2")) == "{'rate': 2.0}"


def test_what_a_widget_may_not_send_changes_nothing() -> None:
    app = visit(rate="2")
    app.button(key="bad").click().run()
    assert given(app) == "{'rate': 2.0}"


@pytest.mark.parametrize("kept", [{}, {"present": "1"}, {"embed": "true"}])
def test_who_comes_back_finds_what_was_left(kept: dict[str, str]) -> None:
    app = visit(rate="2")
    go(app, {"scene": "wide", **kept}, screen="two")
    assert given(app) == "{'scene': 'wide'}"
    go(app, kept)
    assert given(app) == "{'rate': 2.0}"
    assert address(app)["rate"] == ["2"]
    go(app, {"rate": "3"}, screen="two")  # an address that asks for something is obeyed
    assert given(app) == "{'rate': 3.0}"


def test_who_empties_the_address_bar_gets_the_defaults() -> None:
    app = visit(rate="2")
    go(app, {})
    assert given(app) == "{}"
