"""Celery on Redis: tasks with an instant, two workers of 32 threads."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from celery import Celery

from tests.benchmarks.schedule.engine import Job, names, serve
from tests.benchmarks.schedule.post import SLOTS, post

ADDRESS = "CLARION_BENCH_REDIS"
_WORKERS = 2
_MODULE = "tests.benchmarks.schedule.rivals.celery_redis"

app = Celery("bench", broker=os.environ.get(ADDRESS, "redis://"))
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=False)
send = app.task(name="bench.post")(post)


class Workers:
    """One task for each post; the workers are processes of their own, as Celery's are."""

    def __init__(self, job: Job) -> None:
        self._url = job.url
        app.conf.broker_url = job.server
        each = f"--concurrency={SLOTS // _WORKERS}"
        words = ["worker", "--pool=threads", each, "--without-gossip", "--without-mingle"]
        start = [sys.executable, "-m", "celery", "--app", _MODULE, *words, "--loglevel=warning"]
        self._notes = (Path(job.folder) / "workers.log").open("wb")
        self._workers = [
            subprocess.Popen(
                [*start, "--hostname", f"w{number}@bench"],
                env=os.environ | {ADDRESS: job.server},
                stdin=subprocess.DEVNULL, stdout=self._notes, stderr=self._notes,
            )
            for number in range(_WORKERS)
        ]  # fmt: skip
        _wait()

    def plan(self, due: Sequence[datetime]) -> Sequence[str]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        keys = names(due)
        for at, key in zip(due, keys, strict=True):
            send.apply_async((self._url, key), eta=at)
        return keys

    def stop(self) -> dict[str, Any]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.wait(20)
        self._notes.close()
        return {}


def _wait() -> None:
    """Until both workers answer."""
    deadline = time.monotonic() + 60
    while len(app.control.ping(timeout=0.5)) < _WORKERS:
        if time.monotonic() > deadline:
            raise SystemExit("Celery's workers did not come up")


if __name__ == "__main__":
    serve(Workers)
