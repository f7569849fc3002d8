"""The count that nobody sets, and the alarm while somebody sets the clock."""

from __future__ import annotations

import subprocess
import sys
import threading
import time as real
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.adapters.apscheduler_clock import APSchedulerClock
from scheduler.adapters.manual_clock import ManualTime
from scheduler.clock import RehearsalTime, SystemTime, TimeSource, look_at

START = datetime(2027, 7, 30, 6, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

SOURCES: dict[str, Callable[[], TimeSource]] = {
    "manual": lambda: ManualTime(START),
    "rehearsal": lambda: RehearsalTime(START, speed=50),
    "system": SystemTime,
}


@pytest.fixture(params=sorted(SOURCES))
def time(request: pytest.FixtureRequest) -> TimeSource:
    return SOURCES[request.param]()


def let_pass(time: TimeSource) -> None:
    if isinstance(time, ManualTime):
        time.move(SECOND)
    else:
        real.sleep(0.05)


def test_the_count_goes_on_and_never_back(time: TimeSource) -> None:
    before = time.elapsed()
    let_pass(time)
    seen = [time.elapsed() for _ in range(100)]
    assert before < seen[0]
    assert seen == sorted(seen)


def test_the_count_and_the_time_of_day_go_at_one_speed(time: TimeSource) -> None:
    zero = look_at(time).zero
    let_pass(time)
    assert abs(look_at(time).off(zero)) < timedelta(seconds=0.5)


def test_rehearsed_seconds_are_counted_and_leaps_with_them() -> None:
    time = RehearsalTime(START, speed=100)
    zero = look_at(time).zero
    assert zero == pytest.approx(START, abs=SECOND)
    time.leap(START + timedelta(days=3))
    assert time.elapsed() >= 3 * 86400
    assert abs(look_at(time).off(zero)) < timedelta(milliseconds=1)


def test_a_clock_that_is_set_does_not_move_the_count() -> None:
    time = ManualTime(START)
    time.move(5 * SECOND)
    time.step(HOUR)
    time.step(-3 * HOUR)
    assert (time.now(), time.elapsed()) == (START + 5 * SECOND - 2 * HOUR, 5.0)
    time.move(START - HOUR)
    assert time.elapsed() == 3600.0, "forward is time that passes"
    time.move(START - 2 * HOUR)
    time.move(-HOUR)
    assert (time.now(), time.elapsed()) == (START - 3 * HOUR, 3600.0), "back is not"


SLEPT = """
import time
read = time.clock_gettime
time.clock_gettime = lambda name: read(name) + 5000 * (name == time.CLOCK_BOOTTIME)
from scheduler.clock import SystemTime
assert SystemTime().elapsed() - read(time.CLOCK_BOOTTIME) > 4000
"""


@pytest.mark.skipif(not hasattr(real, "CLOCK_BOOTTIME"), reason="elsewhere it has other names")
def test_the_count_goes_on_in_suspension() -> None:
    """On a machine whose count knows of a sleep that the usual monotonic clock does not."""
    subprocess.run([sys.executable, "-c", SLEPT], check=True, timeout=60)


FALLBACK = """
import time
kept = time.CLOCK_MONOTONIC, time.monotonic
for name in {missing}:
    delattr(time, name)
if {refused}:
    time.CLOCK_BOOTTIME = 12345
from scheduler.clock import SystemTime
before = kept[1]()
assert before <= SystemTime().elapsed() <= kept[1]()
"""


@pytest.mark.parametrize(
    ("missing", "refused"),
    [(["CLOCK_BOOTTIME"], False), (["CLOCK_BOOTTIME", "CLOCK_MONOTONIC"], False), ([], True)],
)
def test_other_systems_have_other_names_for_it(missing: list[str], refused: bool) -> None:
    """A Python that lacks a name, and a system that does not know what the name stands for."""
    if not hasattr(real, "CLOCK_BOOTTIME"):
        pytest.skip("here it has one of the other names")
    code = FALLBACK.format(missing=missing, refused=refused)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# --- the alarm ---


class Bell:
    def __init__(self) -> None:
        self.rung = threading.Event()
        self.times = 0

    def __call__(self) -> None:
        self.times += 1
        self.rung.set()


def test_an_alarm_set_anew_after_the_clock_was_put_forward_rings_at_once() -> None:
    """As the runner does at each tick: so no alarm is later than a tick."""
    time, bell = ManualTime(START), Bell()
    clock = APSchedulerClock(time)
    clock.start(bell)
    clock.arm(START + HOUR)
    time.step(HOUR)
    assert not bell.rung.wait(0.1)
    clock.arm(START + HOUR)
    assert bell.rung.wait(5)
    clock.stop()


def test_an_alarm_does_not_ring_early_when_the_clock_is_put_back() -> None:
    time, bell = ManualTime(START), Bell()
    clock = APSchedulerClock(time)
    clock.start(bell)
    clock.arm(START + 0.1 * SECOND)
    time.step(-HOUR)
    assert not bell.rung.wait(0.4)
    time.step(HOUR + SECOND)
    clock.arm(START + 0.1 * SECOND)
    assert bell.rung.wait(5)
    clock.stop()


class Held(ManualTime):
    """A time source that keeps the alarm's own thread waiting for as long as it asks."""

    def __init__(self) -> None:
        super().__init__(START)
        self.asked, self.go = threading.Event(), threading.Event()

    def seconds_until(self, instant: datetime) -> float:
        found = super().seconds_until(instant)
        if threading.current_thread().name.startswith("ThreadPoolExecutor"):
            self.asked.set()
            self.go.wait(10)
        return found


def test_an_alarm_that_came_too_soon_does_not_take_the_place_of_a_newer_one() -> None:
    time, bell = Held(), Bell()
    clock = APSchedulerClock(time)
    clock.start(bell)
    clock.arm(START + 0.1 * SECOND)
    time.step(-HOUR)
    assert time.asked.wait(5), "it comes, an hour too soon by now"
    newer = time.now() + 0.3 * SECOND
    clock.arm(newer)
    time.go.set()
    time.move(newer)
    assert bell.rung.wait(2)
    clock.stop()
    assert bell.times == 1
