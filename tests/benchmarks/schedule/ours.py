"""We, on one machine: a SQLite ledger, the alarm clock, 64 threads; every intent safe on disk.

``mode`` is empty, ``lean`` (the standard library's HTTP client) or ``picture`` (each post has one
picture, whose file is read and compared with what was approved before it leaves).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clarion.store.sqlite import open_ledger
from scheduler.adapters.apscheduler_clock import APSchedulerClock
from scheduler.adapters.threads import ThreadsExecutor
from scheduler.clock import SystemTime
from scheduler.deliver import Deliver
from scheduler.delivery import Entry, State
from scheduler.executor import Executor
from scheduler.ledger import Ledger
from scheduler.runner import Pace, Runner
from scheduler.verdict import Timing
from tests.benchmarks.schedule import lean, post, scene
from tests.benchmarks.schedule.engine import Job, serve
from tests.benchmarks.schedule.publisher import HttpPublisher, typed

OWNER = "bench"
_SETTLE = timedelta(milliseconds=300)


class Ours:
    """The ledger's own runner, wired as ``clarion run`` wires it, around a publisher of this
    benchmark and a gate that is always open."""

    def __init__(self, job: Job) -> None:
        self._folder = Path(job.folder)
        self._picture = job.mode == "picture"
        self._ledger = open_ledger(self._folder / "ledger.db")
        poster = lean.post if job.mode == "lean" else post.post
        self._runner = runner(
            self._ledger, ThreadsExecutor(post.SLOTS), HttpPublisher(job.url, poster),
            self._folder, OWNER,
        )  # fmt: skip

    def plan(self, due: Sequence[datetime]) -> Sequence[str]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        keys = planned(self._ledger, due, self._folder if self._picture else None)
        self._runner.start()
        return keys

    def stop(self) -> dict[str, Any]:
        """See :class:`~tests.benchmarks.schedule.engine.Engine`."""
        self._runner.stop()
        answer = settled(self._ledger)
        self._ledger.close()
        return answer


def planned(ledger: Ledger, due: Sequence[datetime], pictures: Path | None = None) -> list[str]:
    """Put a plan into the ledger and have it approved; the ids."""
    files = [scene.picture(pictures)] if pictures else []
    wanted, now = list(scene.deliveries(due, files)), datetime.now(UTC)
    ledger.put(wanted, now)
    ids = [one.id for one in wanted]
    ledger.approve(ids, scene.APPROVER, now)
    return ids


def runner(
    ledger: Ledger, executor: Executor, publisher: HttpPublisher, assets: Path, owner: str
) -> Runner:
    """A runner on the time of this machine."""
    time, one = SystemTime(), typed(publisher)
    deliver = Deliver(
        ledger, time, lambda _delivery: one, nothing_against, assets, owner,
        Timing(settle=_SETTLE, leave=_SETTLE),
    )  # fmt: skip
    return Runner(
        ledger, APSchedulerClock(time), executor, deliver.work, time, owner, Pace(settle=_SETTLE)
    )


def nothing_against(entry: Entry, now: datetime) -> Sequence[str]:
    """A gate that is always open: what it costs is the shell's, and none of the rivals has one."""
    return ()


def settled(ledger: Ledger) -> dict[str, Any]:
    """When the last outcome was written down; nothing is said where one is missing."""
    posted = [line.at for line in ledger.journal() if line.state == State.POSTED]
    entries = ledger.entries()
    states = {entry.state for entry in entries}
    complete = states == {State.POSTED}
    return {"settled": max(posted).timestamp()} if complete else {"states": sorted(states)}


if __name__ == "__main__":
    serve(Ours)
