"""The screen "Compare": runs side by side on one time line, and what their difference did."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from mlp import Plan
from ui.autopsy import what_if
from ui.course import progress as course
from ui.frame import shell
from ui.jobs import runs
from ui.jobs.door import one_of_few
from ui.player import MAX_LANES
from ui.screens.compare import seeds_view, side_by_side
from ui.screens.compare.comparison import ADDRESS, alike
from ui.settings import own_points
from ui.shelf import shelf, shelf_view
from ui.words import plan_names
from ui.words.plain import plain

KEY = "compare"


@one_of_few
def show() -> None:
    """Draw the screen."""
    shell.open_screen("Compare", Path(__file__).with_name("screen.css"))
    ADDRESS.sync()
    with st.container():
        ADDRESS.show_problems()
    plans = alike(wanted()) if same() else wanted()
    show_choice(plans)
    jobs, labels = show_runs(plans)
    what_if.show()
    if not course.is_open():
        with st.expander("What the difference did, in numbers"):
            side_by_side.show_difference(jobs, labels)
        seeds_view.draw(plans, labels)
        st.subheader("The shelf")
        shelf_view.draw(wanted(), toggle_run)


def wanted() -> list[Plan]:
    """Return what is asked for, as far as its points are here."""
    asked = [plan for plan in ADDRESS.values["run"] if own_points.are_here(plan.root)]
    return asked or list(ADDRESS.fields["run"].default)


def same() -> bool:
    """Return whether all are to start from the same data and seed."""
    return bool(ADDRESS.values["same"] == "yes")


def choose_runs() -> None:
    """Compare the runs that were picked; at least one stays."""
    try:
        picked = [Plan.from_text(text) for text in st.session_state["compare_runs"]]
    except ValueError:  # a name that a run had before it was on the shelf: nobody picked anything
        return
    ADDRESS.change(run=tuple(picked or wanted()[:1]))


def toggle_run(plan: Plan) -> None:
    """Take a run of the shelf into the comparison, or out of it; the oldest makes room."""
    before = wanted()
    if plan in before:
        kept = [other for other in before if other != plan] or before
    else:
        kept = [*before, plan][-MAX_LANES:]
    ADDRESS.change(run=tuple(kept))
    st.toast(plain(_what_changed(before, kept)), icon=":material/compare_arrows:")


def _what_changed(before: Sequence[Plan], kept: Sequence[Plan]) -> str:
    """Say which runs came into the comparison above the shelf, and which left it."""
    names = shelf.names()

    def told(plans: Sequence[Plan]) -> str:
        return ", ".join(f"“{names.get(plan) or plan_names.name_of(plan)}”" for plan in plans)

    came = [plan for plan in kept if plan not in before]
    left = [plan for plan in before if plan not in kept]
    count = f"Compared above: {len(kept)} of at most {MAX_LANES} runs."
    if came and left:
        return f"Added {told(came)}; {told(left)}, the first, made room. {count}"
    if came:
        return f"Added {told(came)}. {count}"
    if left:
        return f"Taken out {told(left)}. {count}"
    return f"{told(kept)} stays: one run has to."


def choose_same() -> None:
    """Start all from the same data and seed, or each from its own."""
    ADDRESS.change(same="yes" if st.session_state["compare_same"] else "no")


def show_choice(plans: Sequence[Plan]) -> None:
    """Draw what is compared, to be changed; ``plans`` are those that are trained for it."""
    asked = wanted()
    names = plan_names.scene_names()
    names |= {
        entry.plan: entry.name
        for entry in shelf.entries()
        if entry.named or entry.plan not in names
    }
    names |= {plan: names.get(plan) or plan_names.name_of(plan) for plan in asked}
    texts = {plan.to_text(): name for plan, name in names.items()}
    st.session_state["compare_runs"] = [plan.to_text() for plan in asked]
    st.session_state["compare_same"] = same()
    with st.container(horizontal=True, vertical_alignment="center", key="compare_choice"):
        st.multiselect(
            f"Runs to compare, up to {MAX_LANES}: scenes, and the runs on your shelf",
            list(texts),
            format_func=lambda text: texts.get(text, text),
            key="compare_runs",
            max_selections=MAX_LANES,
            on_change=choose_runs,
            label_visibility="collapsed",
        )
        st.toggle(
            "Same data and seed",
            key="compare_same",
            on_change=choose_same,
            help="All start from the points and the seed of the first run, so that luck is equal.",
            width="content",
        )
    if len(plans) < len(asked):
        st.info("With the same data and seed some of these runs are one and the same.")
    elif len(plans) == 1:
        st.info("Choose another run to compare it with.", icon=":material/add:")


def show_runs(plans: Sequence[Plan]) -> tuple[list[runs.Job], list[str]]:
    """Train the plans and play them side by side; return their jobs and what they are called."""
    labels = plan_names.labels(plans, shelf.names())
    jobs = runs.jobs_for(plans, key=f"{KEY}_jobs")
    running = runs.is_running(*jobs)
    # Every look sends all runs again: the more there are, the less often.
    period = runs.poll_seconds(*jobs)
    st.fragment(side_by_side.watch_lanes, run_every=period)(KEY, jobs, labels, running)
    return jobs, labels
