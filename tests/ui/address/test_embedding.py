"""The address of a screen of scenes: a few names, each one of a list; the rest is named."""

import pytest
from streamlit.testing.v1 import AppTest

TIMEOUT = 30


def script() -> None:
    import streamlit as st

    from ui.address import choices

    values, problems = choices.read({"scene": ("late", "wide"), "run": ("yes",)})
    st.text(repr(values))
    for problem in problems:
        st.text(problem)


def read(**params: str | list[str]) -> tuple[str, list[str]]:
    app = AppTest.from_function(script, default_timeout=TIMEOUT)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    values, *problems = [text.value for text in app.text]
    return values, problems


def test_an_empty_address_asks_for_nothing() -> None:
    assert read() == ("{}", [])


def test_what_is_on_the_list_is_used() -> None:
    assert read(scene="wide", run="yes") == ("{'scene': 'wide', 'run': 'yes'}", [])


@pytest.mark.parametrize("value", ["nope", "", "Late", "late ", "0", "nan", "l" * 500])
def test_another_value_is_refused_with_what_is_allowed(value: str) -> None:
    values, problems = read(scene=value, run="yes")
    assert values == "{'run': 'yes'}"
    assert problems == [f"scene = {value[:40]}: must be one of late, wide. It was left out."]


def test_a_single_choice_is_named_as_such() -> None:
    assert read(run="no")[1] == ["run = no: must be yes. It was left out."]


def test_an_unknown_name_is_refused() -> None:
    values, problems = read(color="red", scene="late")
    assert values == "{'scene': 'late'}"
    assert problems == ["There is no parameter named 'color'; it was left out."]
    assert len(read(**{"x" * 500: "1"})[1][0]) < 100


def test_a_repeated_name_is_refused_even_where_its_values_agree() -> None:
    for texts in (["late", "wide"], ["late", "late"]):
        values, problems = read(scene=texts)
        assert values == "{}"
        assert problems == ["scene stands 2 times in the address; give it once. It was left out."]


def test_what_embeds_the_page_is_streamlits_own() -> None:
    assert read(embed="true", embed_options=["dark_theme", "show_padding"]) == ("{}", [])


def write_script() -> None:
    import streamlit as st

    from ui.address import choices

    choices.write(scene="wide", run="yes", cure=None)
    st.text("written")


def test_writing_replaces_the_address_and_leaves_out_none() -> None:
    app = AppTest.from_function(write_script, default_timeout=TIMEOUT)
    app.query_params["scene"] = "late"
    app.query_params["cure"] = "decay"
    app.run()
    assert dict(app.query_params) == {"scene": "wide", "run": "yes"}
