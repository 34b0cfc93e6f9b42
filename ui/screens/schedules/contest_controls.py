"""What is edited on the screen "Schedules", under the names of the fields."""

from collections.abc import Callable
from typing import Any

from mlp import Experiment
from mlp.experiment import ALLOWED
from ui.screens.schedules import contests
from ui.settings import session
from ui.settings.binding import Binding

STEPS = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000)


def draw(base: Experiment, use: Callable[[Experiment], None]) -> None:
    """Draw the controls; ``use`` is told the settings whenever one is changed."""

    def change(**changes: Any) -> None:
        new = session.fit(base, changes)
        use(new.replace(steps=min(new.steps, contests.MOST_STEPS)))

    bind = Binding(base.to_dict(), ALLOWED, change, prefix="sched_", show=_stop)
    bind.segments("hidden", "hidden", sorted({3, 10, 50, base.hidden}))
    bind.log_slider("learning_rate", "learning_rate", None, low=1e-3, high=1.0)
    bind.slider("decay_rate", "decay_rate", low=0.01)
    most = contests.MOST_STEPS
    fitted, none = "fitted to the run", "none"
    bind.log_slider("transition_steps", "transition_steps", None, low=100, high=most, zero=fitted)
    bind.slider("end_fraction", "end_fraction")
    bind.log_slider("warmup_steps", "warmup_steps", None, low=100, high=most, zero=none)
    bind.stops("steps", "steps", None, STEPS)
    bind.box("init_seed", "init_seed")


def _stop(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"
