"""One suite, every clock; and the sources of time."""

from __future__ import annotations

import threading
import time as real
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from scheduler.adapters.apscheduler_clock import APSchedulerClock
from scheduler.adapters.manual_clock import ManualClock, ManualTime
from scheduler.clock import Clock, RehearsalTime, SystemTime, TimeSource

START = datetime(2027, 7, 30, 6, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Lab(Protocol):
    """A clock, its time, and a way to let that time pass."""

    time: TimeSource
    clock: Clock

    def pass_time(self, to: datetime) -> None: ...


class ManualLab:
    def __init__(self) -> None:
        self.time = ManualTime(START)
        self.clock = ManualClock(self.time)

    def pass_time(self, to: datetime) -> None:
        self.clock.tick(to)


class APSchedulerLab:
    def __init__(self, time: SystemTime | RehearsalTime) -> None:
        self.time = time
        self.clock = APSchedulerClock(time)

    def pass_time(self, to: datetime) -> None:
        real.sleep(max(0.0, self.time.seconds_until(to)) + 0.1)


LABS = {
    "manual": ManualLab,
    "apscheduler": lambda: APSchedulerLab(SystemTime()),
    "apscheduler-rehearsal": lambda: APSchedulerLab(RehearsalTime(START, speed=10)),
}


@pytest.fixture(params=sorted(LABS))
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    made = LABS[request.param]()
    yield made
    made.clock.stop()


class Bell:
    """Counts, and remembers when by the lab's time."""

    def __init__(self, time: TimeSource) -> None:
        self._time = time
        self.rung: list[datetime] = []

    def __call__(self) -> None:
        self.rung.append(self._time.now())


def soon(lab: Lab, seconds: float = 0.2) -> datetime:
    speed = getattr(lab.time, "speed", 1.0)
    return lab.time.now() + timedelta(seconds=seconds * speed)


def test_it_rings_at_the_armed_instant_and_not_before(lab: Lab) -> None:
    bell = Bell(lab.time)
    lab.clock.start(bell)
    at = soon(lab)
    lab.clock.arm(at)
    assert bell.rung == []
    lab.pass_time(at)
    [rung] = bell.rung
    assert rung >= at


def test_arming_anew_replaces_the_instant(lab: Lab) -> None:
    bell = Bell(lab.time)
    lab.clock.start(bell)
    lab.clock.arm(soon(lab))
    later = soon(lab, 0.4)
    lab.clock.arm(later)
    lab.pass_time(later)
    assert len(bell.rung) == 1
    assert bell.rung[0] >= later


def test_a_disarmed_clock_is_silent(lab: Lab) -> None:
    bell = Bell(lab.time)
    lab.clock.start(bell)
    at = soon(lab)
    lab.clock.arm(at)
    lab.clock.disarm()
    lab.clock.disarm()
    lab.pass_time(at)
    assert bell.rung == []


def test_an_instant_that_has_passed_rings_at_once(lab: Lab) -> None:
    bell = Bell(lab.time)
    lab.clock.start(bell)
    lab.clock.arm(lab.time.now() - timedelta(days=30))
    lab.pass_time(lab.time.now())
    assert len(bell.rung) == 1


def test_it_can_be_armed_again_from_the_callback(lab: Lab) -> None:
    bell = Bell(lab.time)

    def wake() -> None:
        bell()
        if len(bell.rung) < 3:
            lab.clock.arm(lab.time.now())

    lab.clock.start(wake)
    lab.clock.arm(lab.time.now())
    for _ in range(3):
        lab.pass_time(lab.time.now())
    assert len(bell.rung) == 3


def test_a_stopped_clock_is_silent_and_may_be_stopped_again(lab: Lab) -> None:
    bell = Bell(lab.time)
    lab.clock.start(bell)
    at = soon(lab)
    lab.clock.arm(at)
    lab.clock.stop()
    lab.clock.stop()
    lab.pass_time(at)
    assert bell.rung == []


def test_an_alarm_is_not_swallowed_by_the_one_that_still_rings() -> None:
    clock, first, second = APSchedulerClock(SystemTime()), threading.Event(), threading.Event()

    def wake() -> None:
        if first.is_set():
            second.set()
        first.set()
        second.wait(5)

    clock.start(wake)
    clock.arm(SystemTime().now())
    assert first.wait(5)
    clock.arm(SystemTime().now())
    assert second.wait(2)
    clock.stop()


def test_an_alarm_that_comes_late_still_rings() -> None:
    """Both of its threads are busy for over a second, as after a suspension."""
    clock, rung = APSchedulerClock(SystemTime()), []
    busy = threading.Semaphore(0)

    def wake() -> None:
        rung.append(real.monotonic())
        if len(rung) <= 2:
            busy.release()
            real.sleep(1.2)

    clock.start(wake)
    for _ in range(2):
        clock.arm(SystemTime().now())
        assert busy.acquire(timeout=5)
    clock.arm(SystemTime().now())
    real.sleep(1.4)
    clock.stop()
    assert len(rung) == 3


def test_it_does_not_ring_early_when_the_system_s_clock_is_ahead() -> None:
    """The rehearsed time is the one that counts, and here it stands still."""
    time = ManualTime(START)
    clock, bell = APSchedulerClock(time), Bell(time)
    clock.start(bell)
    clock.arm(START + timedelta(seconds=0.1))
    real.sleep(0.35)
    assert bell.rung == []
    time.move(SECOND)
    real.sleep(0.25)
    clock.stop()
    assert len(bell.rung) == 1


def test_it_can_be_stopped_in_the_middle_of_a_ring() -> None:
    """Warnings are errors here, and an exception in a thread is a warning."""
    for _ in range(60):
        clock, rung = APSchedulerClock(SystemTime()), threading.Event()
        clock.start(rung.set)
        clock.arm(SystemTime().now())
        assert rung.wait(5)
        clock.stop()


def test_after_a_leap_the_clock_rings_at_the_rehearsed_instant() -> None:
    time = RehearsalTime(START, speed=10)
    clock, bell, at = APSchedulerClock(time), Bell(time), START + timedelta(days=3)
    clock.start(bell)
    clock.arm(at)
    time.leap(at - SECOND)
    clock.arm(at)
    real.sleep(0.3)
    clock.stop()
    assert len(bell.rung) == 1
    assert timedelta() <= bell.rung[0] - at < 3 * SECOND


# --- the sources of time ---


def test_the_system_s_time_is_aware_and_in_utc() -> None:
    time = SystemTime()
    assert time.now().tzinfo is UTC
    assert abs(time.now().timestamp() - real.time()) < 1
    assert 9 < time.seconds_until(time.now() + 10 * SECOND) <= 10


def test_rehearsed_time_runs_at_its_speed() -> None:
    time, began = RehearsalTime(START, speed=100), real.monotonic()
    real.sleep(0.05)
    passed, took = time.now() - START, real.monotonic() - began
    assert timedelta(seconds=5) <= passed <= timedelta(seconds=100 * took)
    assert time.seconds_until(time.now() + 100 * SECOND) == pytest.approx(1, abs=0.05)


def test_rehearsed_time_leaps_forward_and_never_back() -> None:
    time = RehearsalTime(START)
    time.leap(START + timedelta(days=1))
    assert timedelta(days=1) <= time.now() - START < timedelta(days=1, seconds=5)
    before = time.now()
    time.leap(START)
    assert time.now() >= before


def test_rehearsed_time_never_goes_back_while_others_leap() -> None:
    time, seen = RehearsalTime(START, speed=1000), []

    def leap() -> None:
        for _ in range(200):
            time.leap(time.now() + SECOND)

    threads = [threading.Thread(target=leap) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen.append(time.now())
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("start", "speed", "words"),
    [(START.replace(tzinfo=None), 1, "no zone"), (START, 0, "does not move")],
)
def test_a_rehearsal_needs_an_instant_and_a_speed(
    start: datetime, speed: float, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        RehearsalTime(start, speed)
