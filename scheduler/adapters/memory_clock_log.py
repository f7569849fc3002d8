"""A log of the clock in memory: the shipped fake, and a copy to try things on."""

from __future__ import annotations

import threading

from scheduler.trust import ClockMark


class MemoryClockLog:
    """See :class:`scheduler.trust.ClockLog`; begins with these marks, the oldest first."""

    def __init__(self, *marks: ClockMark | None) -> None:
        self._lock = threading.Lock()
        self._last: ClockMark | None = None
        self._confirmed: ClockMark | None = None
        for mark in marks:
            if mark is not None:
                self.mark(mark)

    def last(self) -> ClockMark | None:
        """See :meth:`scheduler.trust.ClockLog.last`."""
        return self._last

    def confirmed(self) -> ClockMark | None:
        """See :meth:`scheduler.trust.ClockLog.confirmed`."""
        return self._confirmed

    def mark(self, mark: ClockMark) -> None:
        """See :meth:`scheduler.trust.ClockLog.mark`."""
        with self._lock:
            self._last = mark
            if mark.by:
                self._confirmed = mark
