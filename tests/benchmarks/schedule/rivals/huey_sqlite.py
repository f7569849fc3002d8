"""Huey on SQLite, with its own scheduler, which looks every second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from huey import SqliteHuey
from huey.consumer import Consumer

from tests.benchmarks.schedule.engine import Job, names, serve
from tests.benchmarks.schedule.post import SLOTS, post


class Huey:
    """One task for each post, with its instant, and a consumer of 64 threads in this process."""

    def __init__(self, job: Job) -> None:
        self._url = job.url
        huey = SqliteHuey("bench", filename=str(Path(job.folder) / "huey.db"), results=False)
        self._task = huey.task()(post)
        self._consumer = Consumer(huey, workers=SLOTS, periodic=False, check_worker_health=False)

    def plan(self, due: Sequence[datetime]) -> Sequence[str]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        keys = names(due)
        for at, key in zip(due, keys, strict=True):
            self._task.schedule(args=(self._url, key), eta=at)
        self._consumer.start()
        return keys

    def stop(self) -> dict[str, Any]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        self._consumer.stop(graceful=True)
        return {}


if __name__ == "__main__":
    serve(Huey)
