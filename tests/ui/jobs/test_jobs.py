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
from ui.jobs import runs

QUICK = Experiment(steps=50, frames=10)
LONG = Experiment(hidden=50, steps=2_000_000)


@pytest.fixture(autouse=True)
def _own_session_and_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(runs, "_finished", type(runs._finished)())
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
    while len(job._frames) < count and time.monotonic() < deadline:
        time.sleep(0.005)
    assert len(job._frames) >= count


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
    thread = job._thread
    job.start()
    assert job._thread is thread
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


def test_two_visitors_share_finished_runs_but_no_job() -> None:
    first = finished(runs.job_for(QUICK, key="first"))
    job = runs.job_for(QUICK, key="second")
    assert job is not st.session_state["first"]
    assert job.run() is first  # read-only, and the same digits for everybody


def test_finished_runs_are_kept_within_bounds_and_the_unused_forgotten_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs, "KEPT_RUNS", 3)
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

    monkeypatch.setattr(runs, "train_steps", failing)
    job = runs.job_for(QUICK)
    job.wait(60)
    assert job.done
    assert str(job.error) == "no room"
    assert job.run() is None


def test_a_diverging_run_is_a_result_like_any_other() -> None:
    run = finished(runs.job_for(Experiment(learning_rate=0.3, l2=10.0, steps=2000)))
    assert run.non_finite_at is not None


def test_trainings_run_beside_each_other() -> None:
    jobs = [runs.job_for(QUICK.replace(init_seed=seed), key=f"{seed}") for seed in range(6)]
    for job in jobs:
        finished(job)
    assert len({threading.get_ident(), *(id(job._thread) for job in jobs)}) == 7


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
