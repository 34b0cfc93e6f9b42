"""The measured comparisons that the README quotes: ``python -m benchmarks``.

One process on one core: that is settled here, because BLAS, PyTorch and XLA count the cores and
start their threads while they are imported. Processes that this one starts inherit it. Only a
server with many visitors (``load``, ``soak``, ``proxy``) and a whole map have all cores.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_ENABLE_X64": "true",
    "JAX_PLATFORMS": "cpu",
}
OF_MANY_VISITORS = ("load", "soak", "proxy")
CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def use_one_core() -> None:
    """Let this process and its children have one thread a library, and one core where we can."""
    os.environ.update(ONE_THREAD)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(CORES)})


@contextmanager
def all_cores() -> Iterator[None]:
    """Let the threads that are started within have all cores."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    one = os.sched_getaffinity(0)
    os.sched_setaffinity(0, CORES)
    try:
        yield
    finally:
        os.sched_setaffinity(0, one)


if not set(sys.argv[1:2]) & set(OF_MANY_VISITORS):
    use_one_core()
