"""A clock that never rings: for a node that leaves punctuality to others and only steps in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


class QuietClock:
    """See :class:`scheduler.clock.Clock`; "by bad luck, not at all" is all its luck."""

    def start(self, wake: Callable[[], None]) -> None:
        """See :meth:`scheduler.clock.Clock.start`."""

    def arm(self, at: datetime) -> None:
        """See :meth:`scheduler.clock.Clock.arm`."""

    def disarm(self) -> None:
        """See :meth:`scheduler.clock.Clock.disarm`."""

    def stop(self) -> None:
        """See :meth:`scheduler.clock.Clock.stop`."""
