"""What is compiled once a process, or loaded from disk, before the first training."""

import threading
from collections.abc import Callable, Iterator

from mlp import Plan
from mlp.training.warm_up import COMPILED_PARTS, needs_adaptive, warm_up, warm_up_adaptive


class Compiling:
    """Code to compile: whether it is ready, and how far it is."""

    def __init__(self, compile_parts: Callable[[], Iterator[str]], parts: int) -> None:
        """Prepare; ``finish`` compiles. ``compile_parts`` yields each part's name before it."""
        self.what = ""  # is being compiled
        self.share = 0.0
        self.ready = False
        self._compile, self._parts = compile_parts, parts
        self._lock = threading.Lock()

    def finish(self) -> None:
        """Compile, once; whoever comes meanwhile waits."""
        with self._lock:
            if self.ready:
                return
            for part, what in enumerate(self._compile()):
                self.what, self.share = what, part / self._parts
            self.what, self.ready = "", True


def _adaptive() -> Iterator[str]:
    yield "the loop of the adaptive optimizers"
    warm_up_adaptive()


TRAINING = Compiling(warm_up, COMPILED_PARTS)
ADAPTIVE = Compiling(_adaptive, 1)


def needed(plan: Plan) -> list[Compiling]:
    """Return what a plan needs that is not ready."""
    parts = [TRAINING, ADAPTIVE] if needs_adaptive(plan) else [TRAINING]
    return [part for part in parts if not part.ready]
