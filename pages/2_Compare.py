"""Compare: runs side by side on one time line, and what their difference did."""

import streamlit as st

from mlp import Plan
from mlp.plan import format_plan, parse_plan
from ui.autopsy import autopsy, what_if
from ui.frame import shell
from ui.jobs import runs
from ui.screens.compare import comparison, seeds_view, side_by_side
from ui.settings import session
from ui.shelf import shelf, shelf_view
from ui.words import plan_names

KEY = "compare"

shell.open_screen("Compare")
if st.session_state["arrived"] and not st.query_params and "compare_plans" in st.session_state:
    last_plans, last_same = st.session_state["compare_plans"]
    comparison.write(last_plans, same=last_same)
wanted, same, problems = comparison.read()
plans = comparison.alike(wanted) if same else wanted
st.session_state["compare_plans"] = (wanted, same)


def choose_runs() -> None:
    """Compare the runs that were picked; at least one stays."""
    picked = [parse_plan(text) for text in st.session_state["compare_runs"]]
    comparison.write(picked or wanted[:1], same=same)


def toggle_run(plan: Plan) -> None:
    """Take a run of the shelf into the comparison, or out of it; the oldest makes room."""
    if plan in wanted:
        kept = [other for other in wanted if other != plan] or wanted
    else:
        kept = [*wanted, plan][-comparison.MOST_RUNS :]
    comparison.write(kept, same=same)


def choose_same() -> None:
    """Start all from the same data and seed, or each from its own."""
    comparison.write(wanted, same=bool(st.session_state["compare_same"]))


def show_choice() -> None:
    """Draw what is compared, to be changed."""
    names = plan_names.preset_names() | {entry.plan: entry.name for entry in shelf.entries()}
    names |= {plan: names.get(plan) or plan_names.name_of(plan) for plan in wanted}
    texts = {format_plan(plan): name for plan, name in names.items()}
    st.session_state["compare_runs"] = [format_plan(plan) for plan in wanted]
    st.session_state["compare_same"] = same
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.multiselect(
            f"Runs to compare, up to {comparison.MOST_RUNS}: scenes, and the runs on your shelf",
            list(texts),
            format_func=lambda text: texts.get(text, text),
            key="compare_runs",
            max_selections=comparison.MOST_RUNS,
            on_change=choose_runs,
            width=880,  # on a narrow screen all of it, and the switch goes below
        )
        st.toggle(
            "Same data and seed",
            key="compare_same",
            on_change=choose_same,
            help="All start from the points and the seed of the first run, so that luck is equal.",
        )
    if len(plans) < len(wanted):
        st.info("With the same data and seed some of these runs are one and the same.")
    elif len(plans) == 1:
        st.info("Choose another run to compare it with.", icon=":material/add:")


st.markdown("### Compare runs")
session.show_problems(problems)
show_choice()
labels = plan_names.labels(plans, shelf.names())
jobs = runs.jobs_for(plans, key=f"{KEY}_jobs")
running = side_by_side.is_running(jobs)
# Every look sends all runs again: the more there are, the less often.
st.fragment(side_by_side.live, run_every=autopsy.POLL_SECONDS * len(jobs) if running else None)(
    KEY, jobs, labels, running
)
seeds_view.draw(plans, labels)
what_if.show()
st.subheader("The shelf")
shelf_view.draw(wanted, toggle_run)
