"""A job's run as the player shows it, as far as it is trained."""

from ui.jobs import runs
from ui.player.events import events_of
from ui.player.payload import Lane
from ui.words import plan_names


def waiting_lane(job: runs.Job, label: str = "") -> Lane:
    """Return the lane of a job's untrained network, whether it is trained already or not."""
    return Lane(
        key=f"{job.plan.root.to_params()} waits",
        label=label,
        run=job.untrained(),
        planned_steps=job.experiment.steps,
    )


def lane_of(job: runs.Job, label: str) -> Lane:
    """Return the lane that shows a job's run, as far as it is trained."""
    trained = job.run()
    run = trained or job.untrained()
    return Lane(
        key=f"{job.plan.root.to_params()} {plan_names.cuts(job.plan)} {job.number} "
        f"{'trained' if job.started else 'waits'}",
        label=label,
        run=run,
        planned_steps=job.experiment.steps,
        streaming=job.started and not job.done,
        follow=job.experiment.steps > runs.MOST_STEPS_AT_ONCE,
        events=events_of(run, whole=job.done and trained is not None),
        parent_until=job.plan.branch_step,
    )
