"""A clock that ticks when told: the shipped fake, for tests and for walking through a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class ManualTime:
    """A time source that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self._now

    def seconds_until(self, instant: datetime) -> float:
        """The distance to ``instant``."""
        return (instant - self._now).total_seconds()

    def move(self, to: datetime | timedelta) -> None:
        """Make it this instant, or this much later. It may be moved back, as real clocks are."""
        self._now = self._now + to if isinstance(to, timedelta) else to.astimezone(UTC)


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
