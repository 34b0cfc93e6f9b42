"""Which runs are compared: what the address may ask for, and how all start alike."""

from collections.abc import Sequence

from mlp import PRESETS, Experiment, Plan
from ui.address import kinds
from ui.address.address import Address
from ui.address.form import Field, Form
from ui.player import MAX_LANES, moment
from ui.settings import own_points, session
from ui.words.outcomes import DATA_FIELDS

ARRIVAL = (Plan(PRESETS["three_neurons"]), Plan(PRESETS["fifty_neurons"]))


def refuse_missing_points(plan: Plan) -> None:
    """Raise ValueError for a plan on points that this visitor has not brought."""
    own_points.refuse_missing(plan.root)


FORM = Form(
    lambda given: {  # noqa: ARG005 - no field depends on another
        "run": Field(kinds.PlanText(refuse_missing_points), ARRIVAL, most=MAX_LANES),
        "same": Field(kinds.choice("yes", "no"), "yes"),
        **moment.FIELDS,
    },
    resets={"run": moment.NAMES, "same": moment.NAMES},
)
ADDRESS = Address("compare", FORM)


def alike(plans: Sequence[Plan]) -> list[Plan]:
    """Return the plans with the data and the seeds of the first; those then equal fall together."""
    first = plans[0].root
    changes = {name: getattr(first, name) for name in DATA_FIELDS}
    found = []
    for plan in plans:
        root = session.fit(plan.root, changes)
        found.append(plan if root == plan.root else _with_root(plan, root))
    return list(dict.fromkeys(found))


def _with_root(plan: Plan, root: Experiment) -> Plan:
    """Return the plan with another root, or as it is where a cut's batches do not fit its data."""
    try:
        return plan.with_root(root)
    except ValueError:
        return plan
