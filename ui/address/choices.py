"""What a screen of scenes keeps in its address: a few names, each one of a list."""

from collections.abc import Mapping, Sequence

import streamlit as st

Choices = Mapping[str, Sequence[str]]
# Streamlit's own, and the presenter's view: they stay whatever else the address says.
EMBEDDING = ("embed", "embed_options", "present")


def read(choices: Choices) -> tuple[dict[str, str], list[str]]:
    """Read the address.

    Parameters
    ----------
    choices : mapping of str to sequence of str
        The parameters known, and the values each may have.

    Returns
    -------
    dict of str to str
        The parameters that could be used.
    list of str
        A sentence for each that could not: its name, its value, and what is allowed.
    """
    values, problems = {}, []
    for name in st.query_params:
        texts = st.query_params.get_all(name)
        if name in EMBEDDING:
            continue
        if name not in choices:
            problems.append(f"There is no parameter named {name[:40]!r}; it was left out.")
        elif len(texts) > 1:
            problems.append(
                f"{name} stands {len(texts)} times in the address; give it once. It was left out."
            )
        elif texts[0] not in choices[name]:
            problems.append(
                f"{name} = {texts[0][:40]}: must be {_any_of(choices[name])}. It was left out."
            )
        else:
            values[name] = texts[0]
    return values, problems


def _any_of(choices: Sequence[str]) -> str:
    return choices[0] if len(choices) == 1 else f"one of {', '.join(choices)}"


def write(**values: str | None) -> None:
    """Replace the address by these parameters, leaving out None; what embeds the page stays."""
    replace({name: value for name, value in values.items() if value is not None})


def replace(params: Mapping[str, str | list[str]]) -> None:
    """Replace the address by these parameters; what embeds the page stays."""
    kept = {name: st.query_params.get_all(name) for name in EMBEDDING}
    st.query_params.from_dict({name: texts for name, texts in {**kept, **params}.items() if texts})
