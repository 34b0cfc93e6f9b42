"""What a changed run did beside the run that it is to better, and whether that helps.

Nothing here is promised: a change helps where its own run ends with less loss, or without the
rises.
"""

from dataclasses import dataclass

import numpy as np

from mlp.analysis.verdicts import (
    LEARNED_ACCURACY,
    UNSOLVED_SHARE,
    beats_one_answer,
    data_losses,
    is_unsteady,
    oscillates,
    typical_loss,
)
from mlp.base.arrays import Array, Steps
from mlp.data.own import OwnData
from mlp.experiment import Experiment
from mlp.plan import Plan
from mlp.training.run import Run

BETTER = 0.9  # of the loss: an improvement
CLEARLY_BETTER = 0.8  # of the loss: an improvement, where only the first part was tried
CLEARLY = 0.02  # of the training points: so many fewer right is no help, whatever the loss
A_POINT = 0.01  # of them: with more fewer right, it may help, and is not as good
AS_GOOD = 1.1  # of the loss: no worse, where the rises are gone


@dataclass(frozen=True)
class Trial:
    """A changed plan, and what its run did beside the run that it changes.

    Attributes
    ----------
    name : str
        Of the change.
    plan : Plan
        What was trained.
    steps : int
        The last step that was trained, of ``plan`` and of the run it is held against; less than
        all of them where the work allowed no more.
    whole : bool
        Whether it was trained to its end.
    loss, loss_before : float
        Median data loss over the second half of those steps, with the change and without;
        infinity for a run that was no longer finite by then.
    accuracy, accuracy_before : float
        Share of the training points right at the last of those steps.
    rose, rose_before : bool
        Whether the loss ever rose, but for the chance of mini-batches, or was no longer finite.
    swings, swung_before : bool
        Whether it swings over the last tenth of those steps, with the change and without.
    non_finite_at : int or None
        The step at which the changed run's loss was no longer finite.
    first_loss : float
        Data loss at the changed run's own start.
    beats_one_answer : bool
        Whether the changed run does clearly better than one answer to all points.
    """

    name: str
    plan: Plan
    steps: int
    whole: bool
    loss: float
    loss_before: float
    accuracy: float
    accuracy_before: float
    rose: bool
    rose_before: bool
    non_finite_at: int | None = None
    first_loss: float = np.inf
    swings: bool = False
    swung_before: bool = False
    beats_one_answer: bool = True

    @property
    def ratio(self) -> float:
        """The loss with the change as a share of that without; 0 of an infinite one."""
        return self.loss / self.loss_before if self.loss_before > 0 else np.inf

    @property
    def helps(self) -> bool:
        """Whether it ends with a tenth less loss, or without the rises at a tenth more at most.

        With no fewer points right. Of a part alone more is asked: a fifth less loss, as the rest
        may take some of it back.
        """
        if self.non_finite_at is not None or self.gets_fewer_right:
            return False
        if not self.whole:
            return self.ratio <= CLEARLY_BETTER
        return self.ratio <= BETTER or (self.calms and self.ratio <= AS_GOOD)

    @property
    def learns(self) -> bool:
        """Whether the changed run learned, by what is asked of a whole one."""
        solved = self.loss <= UNSOLVED_SHARE * self.first_loss
        return self.non_finite_at is None and solved and self.accuracy >= LEARNED_ACCURACY

    @property
    def gets_fewer_right(self) -> bool:
        """Whether clearly fewer of the training points are right with the change.

        Never than of an infinite run, whose answers are chance.
        """
        return np.isfinite(self.loss_before) and self.accuracy < self.accuracy_before - CLEARLY

    @property
    def is_less_right(self) -> bool:
        """Whether so many fewer are that nobody would call it as good."""
        return np.isfinite(self.loss_before) and self.accuracy < self.accuracy_before - A_POINT

    @property
    def gets_more_right(self) -> bool:
        """Whether clearly more of them are."""
        return self.accuracy > self.accuracy_before + CLEARLY

    @property
    def calms(self) -> bool:
        """Whether the loss rose before and never does with the change."""
        return self.rose_before and not self.rose


@dataclass(frozen=True, eq=False)
class Before:
    """What trials are held against: a run without its weights, so that it travels lightly."""

    experiment: Experiment
    own: OwnData | None
    steps: Steps
    losses: Array  # the data's part
    accuracies: Array
    rose: bool
    swings: bool
    non_finite_at: int | None

    @classmethod
    def of(cls, run: Run) -> "Before":
        """Take it from a run."""
        return cls(
            experiment=run.experiment,
            own=run.own,
            steps=run.steps,
            losses=data_losses(run),
            accuracies=run.train_accuracy,
            rose=is_unsteady(run),
            swings=oscillates(run),
            non_finite_at=run.non_finite_at,
        )


def held_against(run: Run, changed: Run, name: str = "") -> Trial:
    """Return what a changed run did beside a run, both as far as they are trained."""
    return Trial(
        name=name,
        plan=changed.plan,
        steps=int(changed.steps[-1]),
        whole=True,
        loss=typical_loss(changed),
        loss_before=np.inf if run.non_finite_at is not None else typical_loss(run),
        accuracy=float(changed.train_accuracy[-1]),
        accuracy_before=float(run.train_accuracy[-1]),
        rose=is_unsteady(changed),
        rose_before=is_unsteady(run),
        swings=oscillates(changed),
        swung_before=oscillates(run),
        non_finite_at=changed.non_finite_at,
        first_loss=float(data_losses(changed)[0]),
        beats_one_answer=beats_one_answer(
            changed.data, accuracy=float(changed.train_accuracy[-1]), loss=typical_loss(changed)
        ),
    )


def rank(trial: Trial) -> tuple[bool, bool, float, float]:
    """Return what sorts trials, best first: those that learn, then those with the least loss."""
    if trial.non_finite_at is not None:
        return True, True, np.inf, np.inf
    return not trial.helps, not trial.learns, trial.ratio, trial.loss
