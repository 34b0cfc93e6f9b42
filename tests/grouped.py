"""In which groups a page offers what was tried."""

from collections.abc import Sequence
from typing import NamedTuple

from mlp import Diagnosis, Run
from mlp.analysis.diagnostics import answers_cause
from mlp.analysis.trials import Trial
from ui.words import cures


class Grouped(NamedTuple):
    """Trials worth showing, one group after the other."""

    against: list[Trial]  # they help against the cause
    others: list[Trial]  # they help as well
    no_more: list[Trial]  # they keep the run finite, or its loss lower, no more
    calmer: list[Trial]  # they only keep the loss from rising

    @classmethod
    def of(cls, shown: Sequence[Trial], run: Run, diagnosis: Diagnosis) -> "Grouped":
        """Part the trials that are shown of a run."""
        no_more = [trial for trial in shown if cures.judgement(trial) in cures.LEARNS_NO_MORE]
        helping = [trial for trial in shown if trial.helps and trial not in no_more]
        against = [trial for trial in helping if answers_cause(trial, run, diagnosis)]
        others = [trial for trial in helping if trial not in against]
        return cls(against, others, no_more, [trial for trial in shown if not trial.helps])

    def in_order(self) -> list[Trial]:
        """Return all of them as the page has them."""
        return [trial for group in self for trial in group]
