"""No engine at all: threads that wait for the instant and share a list. What the client can do."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from tests.benchmarks.schedule import lean, post
from tests.benchmarks.schedule.engine import Job, names, serve


class Bare:
    """Nothing is remembered, nothing is durable."""

    def __init__(self, job: Job) -> None:
        self._url = job.url
        self._post = lean.post if job.mode == "lean" else post.post
        self._waiting: deque[tuple[float, str]] = deque()

    def plan(self, due: Sequence[datetime]) -> Sequence[str]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        keys = names(due)
        self._waiting.extend(
            sorted((at.timestamp(), key) for at, key in zip(due, keys, strict=True))
        )
        self._threads = [threading.Thread(target=self._work) for _ in range(post.SLOTS)]
        for thread in self._threads:
            thread.start()
        return keys

    def stop(self) -> dict[str, Any]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        for thread in self._threads:
            thread.join()
        return {}

    def _work(self) -> None:
        with suppress(IndexError):
            while True:
                at, key = self._waiting.popleft()
                time.sleep(max(0.0, at - time.time()))
                self._post(self._url, key)


if __name__ == "__main__":
    serve(Bare)
