"""What is trained: a plan is an Experiment, and the cuts at which settings change on the way."""

from mlp.plan.cut import BRANCHABLE, RATE_FIELDS, Cut
from mlp.plan.plan import MOST_CUTS, Plan, Segment
from mlp.plan.rates import learning_rates, transition_steps

__all__ = [
    "BRANCHABLE",
    "MOST_CUTS",
    "RATE_FIELDS",
    "Cut",
    "Plan",
    "Segment",
    "learning_rates",
    "transition_steps",
]
