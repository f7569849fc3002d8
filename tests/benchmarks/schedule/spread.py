"""We, on several machines' terms: a ledger in PostgreSQL, Procrastinate carrying the hints.

Clock and workers are one process here, as ``clarion run --role all`` is, with 64 slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from clarion.store.postgres import open_ledger
from scheduler.adapters.procrastinate_executor import ProcrastinateExecutor
from tests.benchmarks.schedule import post
from tests.benchmarks.schedule.engine import Job, serve
from tests.benchmarks.schedule.ours import OWNER, planned, runner, settled
from tests.benchmarks.schedule.publisher import HttpPublisher


class Spread:
    """The very runner of one machine, on another store and another executor."""

    def __init__(self, job: Job) -> None:
        self._ledger = open_ledger(job.server)
        executor = ProcrastinateExecutor(job.server, slots=post.SLOTS)
        publisher = HttpPublisher(job.url, post.post)
        self._runner = runner(self._ledger, executor, publisher, Path(job.folder), OWNER)

    def plan(self, due: Sequence[datetime]) -> Sequence[str]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        keys = planned(self._ledger, due)
        self._runner.start()
        return keys

    def stop(self) -> dict[str, Any]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        self._runner.stop()
        answer = settled(self._ledger)
        self._ledger.close()
        return answer


if __name__ == "__main__":
    serve(Spread)
