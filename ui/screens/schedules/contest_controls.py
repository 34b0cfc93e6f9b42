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
    bind.segments("hidden", "Hidden neurons", sorted({3, 10, 50, base.hidden}))
    bind.log_slider("learning_rate", "Learning rate", None, low=1e-3, high=1.0)
    bind.slider("decay_rate", "Decay rate", low=0.01)
    most = contests.MOST_STEPS
    fitted, none = "fitted to the run", "none"
    bind.log_slider(
        "transition_steps", "Steps of a transition", None, low=100, high=most, zero=fitted
    )
    bind.slider("end_fraction", "Lowest rate, as a share")
    bind.log_slider("warmup_steps", "Warm-up steps", None, low=100, high=most, zero=none)
    bind.stops("steps", "Steps", None, STEPS)
    bind.box("init_seed", "Seed of the weights")


def _stop(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"
