"""Procrastinate with its own scheduling: a job for each post, one worker with 64 threads.

``mode`` is how often it looks for jobs that have fallen due, in seconds; its own default is 5.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from procrastinate import App, PsycopgConnector

from tests.benchmarks.schedule.engine import Job, names, serve
from tests.benchmarks.schedule.post import SLOTS, post


class Procrastinate:
    """The worker's loop runs in a thread of this process; its tasks in threads of that loop."""

    def __init__(self, job: Job) -> None:
        self._url = job.url
        self._poll = float(job.mode)
        self._app = App(connector=PsycopgConnector(conninfo=job.server))
        self._task = self._app.task(name="bench.post")(post)
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(SLOTS))
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._run(self._open())

    def plan(self, due: Sequence[datetime]) -> Sequence[str]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        keys = names(due)
        at_once: dict[datetime, list[dict[str, Any]]] = defaultdict(list)
        for at, key in zip(due, keys, strict=True):
            at_once[at].append({"url": self._url, "key": key})
        self._run(self._defer(at_once))
        self._worker = asyncio.run_coroutine_threadsafe(self._work(), self._loop)
        return keys

    def stop(self) -> dict[str, Any]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        self._run(self._close())
        return {}

    async def _open(self) -> None:
        await self._app.open_async()
        await self._app.schema_manager.apply_schema_async()

    async def _defer(self, jobs: dict[datetime, list[dict[str, Any]]]) -> None:
        for at, arguments in jobs.items():
            await self._task.configure(schedule_at=at).batch_defer_async(*arguments)

    async def _work(self) -> None:
        await self._app.run_worker_async(
            concurrency=SLOTS,
            fetch_job_polling_interval=self._poll,
            install_signal_handlers=False,
        )

    async def _close(self) -> None:
        self._worker.cancel()
        await asyncio.sleep(0.1)
        await self._app.close_async()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


if __name__ == "__main__":
    serve(Procrastinate)
