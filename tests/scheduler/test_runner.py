"""The rounds: what is due goes out, whatever happens to alarms, jobs and the ledger."""

from __future__ import annotations

import logging
import threading
import time as real
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publishers.memory import Delay, MemoryPublisher
from publishers.port import Prepared, Receipt
from scheduler.adapters.apscheduler_clock import APSchedulerClock
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.adapters.threads import ThreadsExecutor
from scheduler.clock import RehearsalTime, SystemTime
from scheduler.deliver import Deliver
from scheduler.delivery import Delivery, State
from scheduler.ledger import Recovered, Ref, StoreError
from scheduler.runner import Pace, Runner
from tests.scheduler.scene import (
    BEFORE,
    DUE,
    EXPIRES,
    LEASE,
    SETTLE,
    Stage,
    approved,
    claim_one,
    deliveries,
    nothing_against,
)

SECOND = timedelta(seconds=1)


class DeafClock:
    """A clock whose every alarm is lost."""

    def __init__(self) -> None:
        self.armed: list[datetime] = []

    def start(self, wake: Callable[[], None]) -> None:
        """Remember nothing."""

    def arm(self, at: datetime) -> None:
        self.armed.append(at)

    def disarm(self) -> None:
        """Nothing is armed."""

    def stop(self) -> None:
        """Nothing runs."""


def wait(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = real.monotonic() + seconds
    while not condition():
        if real.monotonic() > deadline:
            return False
        real.sleep(0.01)
    return True


def test_the_clock_is_armed_for_the_next_due_instant(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    assert stage.at(BEFORE) == 0
    assert stage.clock.armed is None
    ids = approved(stage.ledger, deliveries())
    stage.at(BEFORE)
    assert stage.clock.armed == DUE
    stage.ledger.revoke(ids, "approver", BEFORE)
    stage.at(BEFORE)
    assert stage.clock.armed is None


def test_a_round_takes_up_everything_due_and_clears_up_when_idle(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    approved(stage.ledger, deliveries(30))
    assert stage.at(DUE) == 30
    assert len(stage.posts()) == 30
    assert stage.at(DUE) == 0
    stage.ledger.put(deliveries(31), DUE)
    stage.at(EXPIRES)
    assert [entry.state for entry in stage.ledger.entries()].count(State.MISSED) == 1


def test_a_lost_answer_arms_the_clock_for_its_look_up(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    [one] = approved(stage.ledger, deliveries())
    stage.time.move(DUE)
    claim = claim_one(stage.ledger, one, owner="dead")
    stage.ledger.intent(claim, b"{}", DUE)
    assert stage.runner.start() == Recovered(in_doubt=1)
    assert wait(lambda: stage.clock.armed == DUE + SETTLE)
    assert stage.runner.stop()


def test_a_claim_that_was_never_settled_is_taken_up_after_its_lease(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    [one] = approved(stage.ledger, deliveries())
    stage.time.move(DUE)
    claim_one(stage.ledger, one)
    assert stage.at(DUE + LEASE - SECOND) == 0
    stage.at(DUE + LEASE)
    assert stage.at(DUE + LEASE) == 1
    assert stage.posts() == [one]


def live(
    tmp_path: Path,
    ledger: MemoryLedger,
    publisher: MemoryPublisher,
    clock: DeafClock | APSchedulerClock,
    time: RehearsalTime,
    tick: float = 0.1,
    slots: int = 4,
) -> Runner:
    deliver = Deliver(
        ledger, time, lambda _delivery: publisher, nothing_against, tmp_path, "runner"
    )
    executor = ThreadsExecutor(slots)
    return Runner(ledger, clock, executor, deliver.work, time, "runner", Pace(tick=tick))


def test_if_every_alarm_is_lost_the_tick_finds_what_is_due(tmp_path: Path) -> None:
    ledger, publisher = MemoryLedger(), MemoryPublisher("feed", {}, tmp_path)
    approved(ledger, deliveries(3))
    time = RehearsalTime(DUE - SECOND, speed=5)
    runner = live(tmp_path, ledger, publisher, DeafClock(), time)
    runner.start()
    assert wait(lambda: len(publisher.platform.posts) == 3)
    runner.stop()
    assert all(DUE <= post.receipt.at <= DUE + 10 * SECOND for post in publisher.platform.posts)


def test_the_alarm_comes_before_the_tick(tmp_path: Path) -> None:
    ledger, publisher = MemoryLedger(), MemoryPublisher("feed", {}, tmp_path)
    approved(ledger, deliveries())
    time = RehearsalTime(DUE - SECOND, speed=5)
    runner = live(tmp_path, ledger, publisher, APSchedulerClock(time), time, tick=60)
    runner.start()
    assert wait(lambda: len(publisher.platform.posts) == 1)
    runner.stop()
    [post] = publisher.platform.posts
    assert DUE <= post.receipt.at <= DUE + 2 * SECOND


def test_what_another_process_approves_is_found_by_the_tick(tmp_path: Path) -> None:
    ledger, publisher = MemoryLedger(), MemoryPublisher("feed", {}, tmp_path)
    time = RehearsalTime(DUE)
    runner = live(tmp_path, ledger, publisher, APSchedulerClock(time), time)
    runner.start()
    assert runner.wait_idle(5)
    approved(ledger, deliveries())
    assert wait(lambda: len(publisher.platform.posts) == 1)
    runner.stop()


class Moody(MemoryLedger):
    """A ledger whose disk fails now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.bad_days = 0

    def due(self, now: datetime, limit: int) -> list[Ref]:
        if self.bad_days > 0:
            self.bad_days -= 1
            raise StoreError("ledger.db: the disk is full: free some space")
        return super().due(now, limit)


def test_no_error_ends_the_rounds(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ledger, publisher = Moody(), MemoryPublisher("feed", {}, tmp_path)
    ledger.bad_days = 3
    approved(ledger, deliveries(2))
    time = RehearsalTime(DUE)
    runner = live(tmp_path, ledger, publisher, DeafClock(), time, tick=0.05)
    with caplog.at_level(logging.ERROR, "clarion.scheduler.runner"):
        runner.start()
        assert wait(lambda: len(publisher.platform.posts) == 2)
        runner.stop()
    assert len(caplog.records) == 3
    assert "the disk is full" in caplog.text


def test_a_ledger_that_cannot_be_written_is_an_error_at_the_start(tmp_path: Path) -> None:
    class Broken(MemoryLedger):
        def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
            raise StoreError("ledger.db: cannot be written")

    publisher, time = MemoryPublisher("feed", {}, tmp_path), RehearsalTime(DUE)
    runner = live(tmp_path, Broken(), publisher, DeafClock(), time)
    with pytest.raises(StoreError, match="cannot be written"):
        runner.start()
    assert runner.stop()


def test_stopping_waits_for_what_is_under_way_and_takes_nothing_new(tmp_path: Path) -> None:
    ledger, publisher = MemoryLedger(), MemoryPublisher("feed", {}, tmp_path)
    publisher.platform.misbehave(Delay(0.3))
    approved(ledger, deliveries())
    time = RehearsalTime(DUE)
    runner = live(tmp_path, ledger, publisher, DeafClock(), time)
    runner.start()
    assert wait(lambda: runner.busy)
    assert runner.stop()
    assert runner.stop()
    assert [entry.state for entry in ledger.entries()] == [State.POSTED]
    ids = [one.id for one in deliveries(2)]
    ledger.put(deliveries(2), DUE)
    ledger.approve(ids, "approver", DUE)
    assert len(ledger.due(DUE, 10)) == 1
    assert runner.round() == 0
    assert len(publisher.platform.posts) == 1


def test_a_platform_that_never_answers_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    release = threading.Event()

    class Hanging(MemoryPublisher):
        def publish(self, prepared: Prepared, now: datetime) -> Receipt:
            if prepared.request["title"] == "card-1":
                release.wait(10)
            return super().publish(prepared, now)

    ledger, publisher = MemoryLedger(), Hanging("feed", {}, tmp_path)
    approved(ledger, deliveries(100))
    time = RehearsalTime(DUE)
    runner = live(tmp_path, ledger, publisher, DeafClock(), time, slots=2)
    runner.start()
    assert wait(lambda: len(publisher.platform.posts) == 99)
    assert not runner.stop(timeout=0.1)
    release.set()
    assert wait(lambda: len(publisher.platform.posts) == 100)


def test_a_wave_larger_than_what_is_taken_at_once_goes_out_whole(tmp_path: Path) -> None:
    ledger, publisher = MemoryLedger(), MemoryPublisher("feed", {}, tmp_path)
    ids = approved(ledger, deliveries(300))
    time = RehearsalTime(DUE)
    runner = live(tmp_path, ledger, publisher, DeafClock(), time, tick=60, slots=2)
    runner.start()
    assert wait(lambda: len(publisher.platform.posts) == 300)
    runner.stop()
    assert sorted(post.key for post in publisher.platform.posts) == sorted(ids)


def test_waiting_for_a_busy_runner_ends_in_time(tmp_path: Path) -> None:
    ledger, publisher = MemoryLedger(), MemoryPublisher("feed", {}, tmp_path)
    publisher.platform.misbehave(Delay(1))
    approved(ledger, deliveries())
    time = RehearsalTime(DUE)
    runner = live(tmp_path, ledger, publisher, DeafClock(), time)
    runner.start()
    assert not runner.wait_idle(0.2)
    assert runner.wait_idle(5)
    runner.stop()


def test_with_the_system_s_time_a_post_goes_out_within_its_second(tmp_path: Path) -> None:
    time, ledger = SystemTime(), MemoryLedger()
    publisher = MemoryPublisher("feed", {}, tmp_path)
    due = time.now() + timedelta(seconds=0.3)
    approved(ledger, [_at(one, due) for one in deliveries()], time.now())
    deliver = Deliver(
        ledger, time, lambda _delivery: publisher, nothing_against, tmp_path, "runner"
    )
    runner = Runner(
        ledger,
        APSchedulerClock(time),
        ThreadsExecutor(2),
        deliver.work,
        time,
        "runner",
        Pace(tick=60),
    )
    runner.start()
    assert wait(lambda: len(publisher.platform.posts) == 1)
    runner.stop()
    lateness = publisher.platform.posts[0].receipt.at - due
    assert timedelta() <= lateness < SECOND


def _at(one: Delivery, due: datetime) -> Delivery:
    return replace(one, due_at=due.astimezone(UTC), expires_at=due + timedelta(hours=1))
