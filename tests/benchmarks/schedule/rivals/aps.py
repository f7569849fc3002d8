"""APScheduler 3 by itself, with its memory store or its SQLite store, both as they come.

Only the grace for late jobs is lifted: by default it would drop most of a burst.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from tests.benchmarks.schedule.engine import Job, names, serve
from tests.benchmarks.schedule.post import SLOTS, post


class APScheduler:
    """One date job for each post."""

    def __init__(self, job: Job) -> None:
        self._url = job.url
        stores = {}
        if job.mode == "sqlite":
            stores["default"] = {"type": "sqlalchemy", "url": f"sqlite:///{job.folder}/jobs.db"}
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            jobstores=stores,
            executors={"default": ThreadPoolExecutor(SLOTS)},
            job_defaults={"misfire_grace_time": None},
        )
        self._scheduler.start(paused=True)

    def plan(self, due: Sequence[datetime]) -> Sequence[str]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        keys = names(due)
        for at, key in zip(due, keys, strict=True):
            trigger = DateTrigger(at, timezone=UTC)
            self._scheduler.add_job(post, trigger, args=[self._url, key], id=key)
        self._scheduler.resume()
        return keys

    def stop(self) -> dict[str, Any]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        self._scheduler.shutdown(wait=True)
        return {}


if __name__ == "__main__":
    serve(APScheduler)
