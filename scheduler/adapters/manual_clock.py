"""A clock that ticks when told: the shipped fake, for tests and for walking through a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class ManualTime:
    """A time source that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._elapsed = 0.0

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self._now

    def seconds_until(self, instant: datetime) -> float:
        """The distance to ``instant``."""
        return (instant - self._now).total_seconds()

    def elapsed(self) -> float:
        """Seconds it was moved forward by, all in all."""
        return self._elapsed

    def move(self, to: datetime | timedelta) -> None:
        """Let time pass until this instant, or for this long. No time passes backwards: moved
        back, it is only set, as by :meth:`step`."""
        before = self._now
        self._now = before + to if isinstance(to, timedelta) else to.astimezone(UTC)
        self._elapsed += max(0.0, (self._now - before).total_seconds())

    def step(self, delta: timedelta) -> None:
        """Set the clock by this much, forward or back, as a person or a time service would."""
        self._now += delta


class ManualClock:
    """See :class:`scheduler.clock.Clock`; rings in :meth:`tick`, on the caller's thread."""

    def __init__(self, time: ManualTime) -> None:
        self._time = time
        self._wake: Callable[[], None] | None = None
        self.armed: datetime | None = None

    def start(self, wake: Callable[[], None]) -> None:
        """See :meth:`scheduler.clock.Clock.start`."""
        self._wake = wake

    def arm(self, at: datetime) -> None:
        """See :meth:`scheduler.clock.Clock.arm`; a past instant rings at the next tick."""
        self.armed = at

    def disarm(self) -> None:
        """See :meth:`scheduler.clock.Clock.disarm`."""
        self.armed = None

    def stop(self) -> None:
        """See :meth:`scheduler.clock.Clock.stop`."""
        self._wake = None

    def tick(self, to: datetime | timedelta = timedelta()) -> bool:
        """Move the time, and ring if the armed instant has come; whether it rang."""
        self._time.move(to)
        if self._wake is None or self.armed is None or self.armed > self._time.now():
            return False
        self.armed = None
        self._wake()
        return True
