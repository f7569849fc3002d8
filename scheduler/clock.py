"""Time and the alarm: two ports, and the two sources of time.

Nothing in this stage asks the system what time it is. It asks a :class:`TimeSource`, which in a
rehearsal runs faster than the wall clock and leaps over idle stretches.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

_NOTHING = timedelta()
_BRIEF = timedelta(milliseconds=10)


class TimeSource(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds from now until ``instant``; negative when it has passed."""
        ...

    def elapsed(self) -> float:
        """Seconds that have passed since some beginning, by a count that nobody sets.

        It never goes back, and goes on while the machine is suspended. ``now`` less this is
        constant for as long as nobody sets the clock.
        """
        ...


class Clock(Protocol):
    """An alarm for one instant.

    It is a convenience for punctuality, never the record of what is due: whoever is woken reads
    the ledger. A wake-up may come twice or, by bad luck, not at all; it never comes early. The
    callback runs on a thread of the clock's own and must be quick.
    """

    def start(self, wake: Callable[[], None]) -> None:
        """Begin; ``wake`` is called at every armed instant."""
        ...

    def arm(self, at: datetime) -> None:
        """Wake at this instant instead of any armed before; at once when it has passed."""
        ...

    def disarm(self) -> None:
        """Forget the armed instant."""
        ...

    def stop(self) -> None:
        """End; no wake-up comes after this returns. May be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """The time of day ``at`` and the count ``elapsed``, read together as nearly as can be.

    Their difference, the *zero*, is the instant at which the count began. As the two are not read
    at one moment it has two bounds, ``low`` and ``high``.
    """

    at: datetime
    elapsed: float
    low: datetime
    high: datetime

    @property
    def zero(self) -> datetime:
        """Midway between the bounds."""
        return self.low + (self.high - self.low) / 2

    def off(self, zero: datetime) -> timedelta:
        """How far this clock surely is ahead of one with that zero; below nothing: behind."""
        return max(self.low - zero, _NOTHING) + min(self.high - zero, _NOTHING)


def look_at(time: TimeSource) -> Look:
    """Read both; when something came between the readings, up to five times, for the closest."""
    best = _read(time)
    for _ in range(4):
        if best.high - best.low <= _BRIEF:
            break
        best = min(best, _read(time), key=lambda look: look.high - look.low)
    return best


def _read(time: TimeSource) -> Look:
    before, at, after = time.elapsed(), time.now(), time.elapsed()
    return Look(at, after, at - timedelta(seconds=after), at - timedelta(seconds=before))


class SystemTime:
    """The time of this machine."""

    def now(self) -> datetime:
        """The system clock, in UTC."""
        return datetime.now(UTC)

    def seconds_until(self, instant: datetime) -> float:
        """Seconds by the system clock."""
        return (instant - self.now()).total_seconds()

    def elapsed(self) -> float:
        """Seconds since the machine was started, those asleep included."""
        return _count()


def _counter() -> Callable[[], float]:
    """The machine's count of seconds, sleep included.

    On Linux that is CLOCK_BOOTTIME, for CLOCK_MONOTONIC leaves sleep out there; on macOS it is
    CLOCK_MONOTONIC, which ``time.monotonic`` is not; on Windows it is ``time.monotonic``.
    """
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):
        clock: int | None = getattr(time, name, None)
        if clock is not None:
            try:
                time.clock_gettime(clock)
            except OSError:
                continue  # known to this Python, but not to the system below it
            return partial(time.clock_gettime, clock)
    return time.monotonic


_count = _counter()


class RehearsalTime:
    """Time that starts at ``start``, runs ``speed`` times as fast, and can leap forward.

    It rests on the monotonic clock: steps of the system's clock do not reach it.
    """

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        if start.tzinfo is None:
            raise ValueError(f"{start.isoformat()} has no zone: give an aware instant")
        if speed <= 0:
            raise ValueError(f"speed {speed} does not move: give a number above 0")
        self._lock = threading.Lock()
        self._start = self._base = start.astimezone(UTC)
        self._zero = time.monotonic()
        self.speed = speed

    def now(self) -> datetime:
        """The rehearsed instant, in UTC."""
        with self._lock:
            return self._now()

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds until the rehearsed ``instant``, if nobody leaps in between."""
        return (instant - self.now()).total_seconds() / self.speed

    def elapsed(self) -> float:
        """Rehearsed seconds since the start, those leapt over included."""
        return (self.now() - self._start).total_seconds()

    def leap(self, to: datetime) -> None:
        """Make it ``to`` at once. Time never goes back: an instant that has passed is ignored."""
        with self._lock:
            if to > self._now():
                self._base, self._zero = to.astimezone(UTC), time.monotonic()

    def _now(self) -> datetime:
        return self._base + timedelta(seconds=(time.monotonic() - self._zero) * self.speed)
