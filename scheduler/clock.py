"""Time and the alarm: two ports, and the two sources of time.

Nothing in this stage asks the system what time it is. It asks a :class:`TimeSource`, which in a
rehearsal runs faster than the wall clock and leaps over idle stretches.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class TimeSource(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds from now until ``instant``; negative when it has passed."""
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


class SystemTime:
    """The time of this machine."""

    def now(self) -> datetime:
        """The system clock, in UTC."""
        return datetime.now(UTC)

    def seconds_until(self, instant: datetime) -> float:
        """Seconds by the system clock."""
        return (instant - self.now()).total_seconds()


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
        self._base = start.astimezone(UTC)
        self._zero = time.monotonic()
        self.speed = speed

    def now(self) -> datetime:
        """The rehearsed instant, in UTC."""
        with self._lock:
            return self._now()

    def seconds_until(self, instant: datetime) -> float:
        """Real seconds until the rehearsed ``instant``, if nobody leaps in between."""
        return (instant - self.now()).total_seconds() / self.speed

    def leap(self, to: datetime) -> None:
        """Make it ``to`` at once. Time never goes back: an instant that has passed is ignored."""
        with self._lock:
            if to > self._now():
                self._base, self._zero = to.astimezone(UTC), time.monotonic()

    def _now(self) -> datetime:
        return self._base + timedelta(seconds=(time.monotonic() - self._zero) * self.speed)
