"""What all tests share: one thread a process, and the same Hypothesis examples on every machine."""

import os

import pytest
from hypothesis import settings

# Test processes run side by side, one a core; more threads in each only slow all of them down.
# Before NumPy is imported: its matrix product reads them once.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# No deadline: the first call of a compiled function takes seconds, the next one microseconds.
settings.register_profile("develop", deadline=None)
# The same examples every time, so that what fails on the server fails at home.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "develop")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Compile before the test processes start, as each would compile all of it for itself."""
    from mlp.training.warm_up import warm_up, warm_up_adaptive

    for _ in warm_up():
        pass
    warm_up_adaptive()


@pytest.fixture(autouse=True, scope="session")
def _hold_every_chart_against_its_schema() -> None:
    """Switch on what ui.charts switches off for the visitors."""
    from altair.utils import schemapi

    import ui.charts  # noqa: F401 - it switches that off

    schemapi.enable_debug_mode()
