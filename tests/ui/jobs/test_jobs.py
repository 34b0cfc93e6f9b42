"""Training in the background: it starts, stops, is kept within bounds, and says when it fails."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import streamlit as st

from mlp import Experiment, Run, train
from mlp.data.own import OwnData, UnknownDataError
from ui.jobs import finished as store
from ui.jobs import presence, progress, runs, training
from ui.jobs.workers import WORKERS

QUICK = Experiment(steps=50, frames=10)
LONG = Experiment(hidden=50, steps=2_000_000)


@pytest.fixture(autouse=True)
def _own_session_and_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(st, "session_state", {})
    runs.forget_all()
    yield
    jobs = [value for value in st.session_state.values() if isinstance(value, runs.Job)]
    for job in jobs:
        job.stop()
        job.wait(5)


def finished(job: runs.Job) -> Run:
    job.wait(60)
    run = job.run()
    assert job.error is None
    assert job.done
    assert run is not None
    return run


def wait_for_frames(job: runs.Job, count: int) -> None:
    deadline = time.monotonic() + 60
    while frames_of(job) < count and time.monotonic() < deadline:
        time.sleep(0.005)
    assert frames_of(job) >= count


def frames_of(job: runs.Job) -> int:
    run = job.run()
    return 0 if run is None else len(run.steps)


def test_a_short_run_starts_by_itself_and_equals_train() -> None:
    run = finished(runs.job_for(QUICK))
    assert run.steps.tolist() == train(QUICK).steps.tolist()
    assert run.loss.tolist() == train(QUICK).loss.tolist()


def test_more_steps_than_a_moment_takes_wait_for_the_button() -> None:
    job = runs.job_for(Experiment(steps=runs.MOST_STEPS_AT_ONCE + 1))
    assert not job.started
    assert not job.done
    assert job.run() is None
    assert job.untrained().steps.tolist() == [0]
    assert runs.job_for(Experiment(init_seed=1, steps=runs.MOST_STEPS_AT_ONCE)).started


def test_the_same_settings_keep_their_job_and_starting_twice_trains_once() -> None:
    job = runs.job_for(LONG)
    job.start()
    at = job._training
    job.start()
    assert job._training is at
    assert runs.job_for(LONG) is job


@pytest.mark.timing
def test_stop_ends_within_300_ms_and_keeps_what_was_trained() -> None:
    job = runs.job_for(LONG)
    job.start()
    wait_for_frames(job, 5)
    started = time.perf_counter()
    job.stop()
    job.wait(10)
    took = time.perf_counter() - started
    run = finished(job)
    assert took < 0.3
    assert job.stopped
    assert 0 < run.steps[-1] < LONG.steps
    assert len(run.steps) >= 5
    assert runs.recall(LONG) is None  # a part is not kept for others as if it were the whole


def test_frames_can_be_read_while_they_still_come() -> None:
    job = runs.job_for(LONG)
    job.start()
    wait_for_frames(job, 3)
    run = job.run()
    assert run is not None
    assert len(run.steps) >= 3
    assert 0 < job.progress()[0] < LONG.steps
    assert job.progress()[1] > 0


def test_other_settings_end_the_run_that_they_replace() -> None:
    job = runs.job_for(LONG)
    job.start()
    wait_for_frames(job, 2)
    other = runs.job_for(QUICK)
    job.wait(5)
    assert other is not job
    assert job.stopped
    assert job.done


def test_train_again_starts_over() -> None:
    job = runs.job_for(LONG)
    job.start()
    wait_for_frames(job, 2)
    job.stop_now()
    runs.restart(LONG)
    again = runs.job_for(LONG)
    assert again is not job
    assert again.started
    assert not again.stopped


def test_all_who_ask_for_the_same_plan_share_one_training() -> None:
    first, second = runs.Job(LONG), runs.Job(LONG)
    first.start()
    wait_for_frames(first, 3)
    second.start()
    assert second._training is first._training
    assert frames_of(second) >= 3  # what was trained before it came, too
    second.stop()  # the other one looks on
    assert second.done
    assert second.stopped
    assert not first.stopped
    seen = frames_of(second)
    wait_for_frames(first, seen + 3)
    assert frames_of(second) == seen
    first.stop()
    first.wait(10)
    assert first.done
    assert runs.recall(LONG) is None


def test_a_training_ends_when_the_page_of_the_last_who_watched_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = {"first", "second"}
    monkeypatch.setattr(presence, "GRACE", 0.0)
    monkeypatch.setattr(presence.Presence, "is_here", lambda self: self.visitor in here)
    first, second = runs.Job(LONG), runs.Job(LONG)
    first._presence.visitor, second._presence.visitor = "first", "second"
    first.start()
    second.start()
    wait_for_frames(first, 2)
    here.remove("first")
    wait_for_frames(second, frames_of(second) + 2)
    here.remove("second")
    second.wait(10)
    assert second.abandoned  # it has ended, and nobody has pressed "Stop"
    assert runs.recall(LONG) is None
    here.add("second")
    st.session_state["job"] = second
    again = runs.job_for(LONG)  # the page is back
    again._presence.visitor = "second"
    wait_for_frames(again, 2)
    assert again is not second
    again.stop()


def test_a_short_run_is_not_held_up_by_as_many_long_ones_as_there_are_workers() -> None:
    long = [runs.Job(LONG.replace(init_seed=seed)) for seed in range(WORKERS.count + 1)]
    for job in long:
        job.start()
    for job in long[:-1]:
        wait_for_frames(job, 2)
    last = long[-1].queue()
    assert last is not None
    assert last.tasks == WORKERS.count
    assert last.seconds > 1
    finished(runs.job_for(QUICK))
    assert not any(job.done for job in long)
    for job in long:
        job.stop()
    for job in long:
        job.wait(10)
        assert job.done


def test_two_visitors_share_finished_runs_but_no_job() -> None:
    first = finished(runs.job_for(QUICK, key="first"))
    job = runs.job_for(QUICK, key="second")
    assert job is not st.session_state["first"]
    assert job.run() is first  # read-only, and the same digits for everybody


def test_finished_runs_are_kept_within_bounds_and_the_unused_forgotten_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "KEPT_RUNS", 3)
    experiments = [QUICK.replace(init_seed=seed) for seed in range(4)]
    for experiment in experiments[:3]:
        runs.remember(train(experiment))
    assert runs.recall(experiments[0]) is not None  # used again: 1 is now unused for longest
    runs.remember(train(experiments[3]))
    kept = [seed for seed, experiment in enumerate(experiments) if runs.recall(experiment)]
    assert kept == [0, 2, 3]


def test_a_training_that_fails_says_so_and_lets_the_page_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(training, "train_steps", failing)
    job = runs.job_for(QUICK)
    job.wait(60)
    assert job.done
    assert str(job.error) == "no room"
    assert job.run() is None


def test_a_diverging_run_is_a_result_like_any_other() -> None:
    run = finished(runs.job_for(Experiment(learning_rate=0.3, l2=10.0, steps=2000)))
    assert run.non_finite_at is not None


def test_trainings_run_beside_each_other_on_no_more_threads_than_workers() -> None:
    jobs = [runs.job_for(QUICK.replace(init_seed=seed), key=f"{seed}") for seed in range(6)]
    for job in jobs:
        finished(job)
    names = [thread.name for thread in threading.enumerate()]
    assert 0 < names.count("worker") <= WORKERS.count


def test_a_kept_run_of_own_points_is_only_for_those_who_have_them() -> None:
    own = OwnData(np.random.RandomState(0).randn(20, 2), np.arange(20) % 2)
    other = OwnData(np.random.RandomState(1).randn(20, 2), np.arange(20) % 2)
    experiment = Experiment(dataset="custom", data_id=own.data_id, points=20, train_points=20)
    job = runs.Job(experiment.replace(steps=5), own)
    job.start()
    run = finished(job)
    assert runs.recall(run.plan, own) is run
    for wrong in (None, other):
        assert runs.recall(run.plan, wrong) is None
        refused = runs.Job(run.plan, wrong)
        refused.start()
        refused.wait(60)
        assert refused.run() is None
        assert isinstance(refused.error, UnknownDataError)
        assert own.data_id in str(refused.error)


def test_a_run_past_its_last_finite_step_has_nothing_left_to_train(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = runs.job_for(Experiment(hidden=3, learning_rate=0.3, l2=10.0, steps=20_000))
    run = finished(job)
    assert run.non_finite_at is not None
    monkeypatch.setattr(runs.Job, "done", False)  # as long as its first look is being taken
    assert job.has_ended
    assert progress.how_far(job).startswith(f"The training has ended at step {run.steps[-1]:,}")
