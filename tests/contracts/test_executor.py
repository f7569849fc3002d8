"""One suite, every executor."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from scheduler.adapters.inline import InlineExecutor
from scheduler.adapters.threads import ThreadsExecutor
from scheduler.executor import Executor, ExecutorClosedError


@pytest.fixture(params=["inline", "threads"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made: Executor = InlineExecutor() if request.param == "inline" else ThreadsExecutor(4)
    yield made
    made.close()


def test_every_job_runs_once(executor: Executor) -> None:
    done: list[int] = []
    for number in range(100):
        executor.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    assert executor.drain(5)
    assert sorted(done) == list(range(100))


def test_a_failing_job_is_logged_and_the_next_one_runs(
    executor: Executor, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()

    def fail() -> None:
        raise RuntimeError("out of order")

    with caplog.at_level(logging.ERROR, "clarion.scheduler.executor"):
        for _ in range(executor.slots + 1):
            executor.submit(fail)
        executor.submit(done.set)
        assert executor.drain(5)
    assert done.is_set()
    assert len(caplog.records) == executor.slots + 1
    assert {record.name for record in caplog.records} == {"clarion.scheduler.executor"}


def test_draining_an_idle_executor_is_done_at_once(executor: Executor) -> None:
    assert executor.drain(0)


def test_a_closed_executor_takes_nothing(executor: Executor) -> None:
    executor.close()
    executor.close()
    with pytest.raises(ExecutorClosedError, match="closed"):
        executor.submit(lambda: None)
    assert executor.drain(1)


def test_a_job_may_hand_in_another(executor: Executor) -> None:
    done = threading.Event()
    executor.submit(lambda: executor.submit(done.set))
    assert done.wait(5)
    assert executor.drain(5)


def test_threads_run_side_by_side_and_no_more_than_the_slots() -> None:
    executor, lock, running, most = ThreadsExecutor(3), threading.Lock(), 0, 0
    together = threading.Barrier(3, timeout=5)

    def job() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        time.sleep(0.01)
        with lock:
            running -= 1

    for _ in range(6):
        executor.submit(job)
    assert executor.drain(5)
    executor.close()
    assert most == 3


def test_drain_gives_up_in_time_and_close_drops_what_waits() -> None:
    executor, go, ran = ThreadsExecutor(1), threading.Event(), []
    executor.submit(go.wait)  # type: ignore[arg-type]
    executor.submit(lambda: ran.append(1))
    began = time.monotonic()
    assert not executor.drain(0.1)
    assert time.monotonic() - began < 2
    executor.close()
    go.set()
    assert executor.drain(5)
    assert ran == []


def test_no_slots_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ThreadsExecutor(0)
