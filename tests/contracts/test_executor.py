"""One suite, every executor."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from scheduler.adapters.inline import InlineExecutor
from scheduler.adapters.procrastinate_executor import ProcrastinateExecutor
from scheduler.adapters.threads import ThreadsExecutor
from scheduler.executor import Executor, ExecutorClosedError
from scheduler.outcome import Ref
from tests.postgres import Postgres


def refs(count: int, revision: int = 1) -> list[Ref]:
    return [Ref(f"delivery-{number:03}", revision, "it/feed") for number in range(count)]


class Desk:
    """Where hints arrive, and where the executor says that it has rested."""

    def __init__(self) -> None:
        self.done: list[Ref] = []
        self.rested = threading.Event()
        self.also: Callable[[Ref], None] = lambda _ref: None

    def work(self, ref: Ref) -> None:
        self.also(ref)
        self.done.append(ref)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(params=["inline", "threads", "procrastinate"])
def executor(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Executor]:
    made = _make(request)
    made.start(desk.work, desk.rested.set)
    yield made
    made.close()


def _make(request: pytest.FixtureRequest) -> Executor:
    if request.param == "inline":
        return InlineExecutor()
    if request.param == "threads":
        return ThreadsExecutor(4)
    server: Postgres = request.getfixturevalue("postgres")
    return ProcrastinateExecutor(server.fresh_database(), 4)


def test_every_hint_is_worked_on_once(executor: Executor, desk: Desk) -> None:
    wanted = refs(min(30, executor.capacity))
    executor.submit(wanted)
    assert executor.drain(10)
    assert not executor.busy
    assert sorted(desk.done, key=lambda ref: ref.id) == wanted


def test_one_call_may_name_a_hint_twice(executor: Executor, desk: Desk) -> None:
    [one] = refs(1)
    executor.submit([one, one])
    assert executor.drain(10)
    assert desk.done == [one]


def test_a_hint_comes_with_its_revision_and_its_account(executor: Executor, desk: Desk) -> None:
    executor.submit([Ref("one", 7, "fr/page")])
    assert executor.drain(10)
    assert desk.done == [Ref("one", 7, "fr/page")]


def test_it_says_when_it_has_rested(executor: Executor, desk: Desk) -> None:
    executor.submit(refs(3))
    assert desk.rested.wait(10)


def test_what_was_worked_on_may_come_again(executor: Executor, desk: Desk) -> None:
    for _ in range(2):
        executor.submit(refs(2))
        assert executor.drain(10)
    assert len(desk.done) >= 2  # an executor may take a second hint for an echo of the first


def test_work_that_fails_is_logged_and_the_next_hint_follows(
    executor: Executor, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(ref: Ref) -> None:
        if ref.id != "last":
            raise RuntimeError("out of order")

    desk.also = fail
    with caplog.at_level(logging.ERROR, "clarion.scheduler.executor"):
        executor.submit(refs(executor.slots + 1))
        executor.submit([Ref("last", 1, "it/feed")])
        assert executor.drain(10)
    assert [ref.id for ref in desk.done] == ["last"]
    mine = [record for record in caplog.records if record.name == "clarion.scheduler.executor"]
    assert len(mine) == executor.slots + 1


def test_draining_an_idle_executor_is_done_at_once(executor: Executor) -> None:
    assert executor.drain(0)


def test_handing_in_nothing_is_nothing(executor: Executor, desk: Desk) -> None:
    executor.submit([])
    assert executor.drain(1)
    assert desk.done == []


def test_a_closed_executor_takes_nothing(executor: Executor) -> None:
    executor.close()
    executor.close()
    with pytest.raises(ExecutorClosedError, match="closed"):
        executor.submit(refs(1))
    assert executor.drain(1)


def test_work_may_hand_in_more(executor: Executor, desk: Desk) -> None:
    came = threading.Event()

    def also(ref: Ref) -> None:
        if ref.id == "second":
            came.set()
        else:
            executor.submit([Ref("second", 1, "it/feed")])

    desk.also = also
    executor.submit(refs(1))
    assert came.wait(10)
    assert executor.drain(10)


# --- threads ---


def test_threads_run_side_by_side_and_no_more_than_the_slots() -> None:
    executor, lock, running, most = ThreadsExecutor(3), threading.Lock(), 0, 0
    together = threading.Barrier(3, timeout=5)

    def work(_ref: Ref) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        time.sleep(0.01)
        with lock:
            running -= 1

    executor.start(work, lambda: None)
    executor.submit(refs(6))
    assert executor.drain(5)
    executor.close()
    assert most == 3


def test_what_is_in_hand_is_passed_over_and_the_capacity_is_kept() -> None:
    executor, go, done = ThreadsExecutor(1), threading.Event(), []

    def work(ref: Ref) -> None:
        go.wait(10)
        done.append(ref.id)

    executor.start(work, lambda: None)
    wanted = refs(executor.capacity + 5)
    executor.submit(wanted)
    executor.submit(wanted)
    go.set()
    assert executor.drain(5)
    executor.close()
    assert sorted(done) == [ref.id for ref in wanted[: executor.capacity]]


def test_it_asks_for_more_before_it_runs_dry() -> None:
    asked, done, release = threading.Event(), [], threading.Semaphore(0)
    executor = ThreadsExecutor(1)

    def work(ref: Ref) -> None:
        release.acquire(timeout=10)
        done.append(ref)

    executor.start(work, asked.set)
    executor.submit(refs(executor.capacity))
    release.release(executor.capacity - 2)
    assert asked.wait(5)
    assert executor.busy
    release.release(2)
    assert executor.drain(5)
    executor.close()


def test_drain_gives_up_in_time_and_close_drops_what_waits() -> None:
    executor, go, ran = ThreadsExecutor(1), threading.Event(), []

    def work(ref: Ref) -> None:
        go.wait(10)
        ran.append(ref.id)

    executor.start(work, lambda: None)
    executor.submit(refs(2))
    began = time.monotonic()
    assert not executor.drain(0.1)
    assert time.monotonic() - began < 2
    executor.close()
    go.set()
    assert executor.drain(5)
    assert ran == ["delivery-000"]


def test_no_slots_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ThreadsExecutor(0)
