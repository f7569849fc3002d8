"""The alarm on APScheduler 3, with its in-memory store: one job, one instant, in UTC.

Its persistent stores are not used: they drop a job when it is handed over, not when it has run.
Its triggers for recurring times are not used either: they fire twice, or not at all, where clocks
are put back or forward.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from scheduler.clock import SystemTime, TimeSource

log = logging.getLogger("clarion.scheduler.clock")

# An alarm that is late still has to ring, and one must not be swallowed by the one before it.
_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1000}


class APSchedulerClock:
    """See :class:`scheduler.clock.Clock`; the armed instant is one of ``time``."""

    def __init__(self, time: TimeSource) -> None:
        self._time = time
        self._system = SystemTime()  # APScheduler waits by the system's clock, whatever ours says
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._armed: str | None = None
        self._wake: Callable[[], None] | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults=_DEFAULTS,
            daemon=True,
        )

    def start(self, wake: Callable[[], None]) -> None:
        """See :meth:`scheduler.clock.Clock.start`."""
        self._wake = wake
        self._scheduler.start()

    def arm(self, at: datetime) -> None:
        """See :meth:`scheduler.clock.Clock.arm`."""
        with self._lock:
            self._set(at)

    def disarm(self) -> None:
        """See :meth:`scheduler.clock.Clock.disarm`."""
        with self._lock:
            self._forget()

    def stop(self) -> None:
        """See :meth:`scheduler.clock.Clock.stop`."""
        self._wake = None
        if not self._scheduler.running:
            return
        # Shut down in the middle of a ring, APScheduler's thread would die of its own job. So
        # first let nothing new begin, then wait for its lock, and only then shut down.
        self._scheduler.pause()
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=True)

    def _ring(self, name: str, at: datetime) -> None:
        wake = self._wake
        if wake is None:
            return
        if self._time.seconds_until(at) > 0:  # a clock was set meanwhile: it came too soon
            with self._lock:
                if self._armed == name:  # and nobody has armed another one since
                    self._set(at)
            return
        wake()

    def _set(self, at: datetime) -> None:
        self._forget()
        # A fresh name each time: a job that replaces one that still runs is skipped silently.
        self._armed = name = f"clarion-alarm-{next(self._numbers)}"
        delay = max(0.0, self._time.seconds_until(at))
        self._scheduler.add_job(
            self._ring,
            DateTrigger(self._system.now() + timedelta(seconds=delay), timezone=UTC),
            args=[name, at],
            id=name,
        )

    def _forget(self) -> None:
        if self._armed is None:
            return
        try:
            self._scheduler.remove_job(self._armed)
        except JobLookupError:
            log.debug("alarm %s has rung", self._armed)
        self._armed = None
