"""A runner in a process of its own, to be ill-treated: ``python -m tests.torture.node ...``.

It is put together as in ``clarion.posting``, with short waits. Says ``up`` when it has opened the
ledger, ``leading`` when it begins to post; ends at SIGTERM, and when nobody holds its input open.
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from clarion.store import postgres, sqlite
from clarion.store.ledger import SqlLedger
from clarion.store.lock import Lock
from clarion.witness import boot_id
from publishers.port import Publisher
from scheduler.adapters.apscheduler_clock import APSchedulerClock
from scheduler.adapters.threads import ThreadsExecutor
from scheduler.clock import SystemTime
from scheduler.deliver import Deliver
from scheduler.delivery import Delivery, Entry
from scheduler.executor import Executor
from scheduler.runner import Pace, Runner
from scheduler.trust import ClockGate
from scheduler.verdict import Timing
from tests.torture.platform import Manners
from tests.torture.publisher import TorturePublisher
from tests.torture.supervisor import end_with_parent

SLOTS = 8
PATIENCE = 3.0
"""Seconds a write waits for another's."""
DEADLINE = 1.0
"""Seconds a platform has for its answer."""
LEASE = timedelta(seconds=4)
"""How long a claim lasts: on PostgreSQL a node that stands still for longer loses what it had."""
LEAVE = timedelta(seconds=0.25)
SETTLE = timedelta(seconds=Manners().within + Manners().lag + LEAVE.total_seconds() + 0.15)
"""The platform's two promises, and ours to send at once: by then a lost request is there, or never
will be."""
log = logging.getLogger("clarion.torture")


def main(words: Sequence[str] | None = None) -> None:
    """The process."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.node")
    parser.add_argument("owner")
    parser.add_argument("platform", help="its address, as in http://127.0.0.1:8000")
    parser.add_argument("--sqlite", type=Path, help="the ledger's file")
    parser.add_argument("--postgres", help="the ledger's database")
    parser.add_argument("--settle", type=float, default=SETTLE.total_seconds())
    asked = parser.parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    end_with_parent()
    part = Part(asked.owner, asked.platform, timedelta(seconds=asked.settle))
    if asked.sqlite:
        _embedded(asked.sqlite, part)
    else:
        _outgrown(asked.postgres, part)


@dataclass(frozen=True)
class Part:
    """What a node is told, whatever it runs on."""

    owner: str
    platform: str
    settle: timedelta

    def timing(self) -> Timing:
        """Short waits."""
        return Timing(
            first_wait=timedelta(seconds=0.5),
            longest_wait=timedelta(seconds=2),
            settle=self.settle,
            lease=LEASE,
            leave=LEAVE,
        )

    def publisher_for(self, delivery: Delivery) -> Publisher:
        """Of any account."""
        settle = self.settle.total_seconds()
        return TorturePublisher(self.platform, delivery.account, deadline=DEADLINE, settle=settle)


def _embedded(file: Path, part: Part) -> None:
    """SQLite and threads. The second one stands by."""
    ledger = sqlite.open_ledger(file, patience=PATIENCE)
    _say("up")
    lock = Lock(file.with_suffix(".lock"))
    lock.acquire(standing_by=log.warning)
    _run(ledger, ThreadsExecutor(SLOTS), part)
    lock.release()


def _outgrown(url: str, part: Part) -> None:
    """PostgreSQL, and hints over Procrastinate."""
    from scheduler.adapters.procrastinate_executor import ProcrastinateExecutor

    ledger = postgres.open_ledger(url)
    _say("up")
    _run(ledger, ProcrastinateExecutor(url, SLOTS), part)


def _run(ledger: SqlLedger, executor: Executor, part: Part) -> None:
    """Until SIGTERM."""
    ended = threading.Event()
    time, owner = SystemTime(), part.owner
    gate = ClockGate(time, ledger.clock_log, boot=boot_id())
    deliver = Deliver(
        ledger,
        time,
        part.publisher_for,
        _nothing_against,
        Path(),
        owner,
        part.timing(),
        trusted=lambda: bool(gate.glance()),
    )
    pace, clock = Pace(tick=1.0, settle=part.settle), APSchedulerClock(time)
    runner = Runner(
        ledger, clock, executor, deliver.work, time, owner, pace, lambda: bool(gate.check())
    )
    runner.start()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    _say("leading")
    ended.wait()
    runner.stop(timeout=5.0)
    ledger.close()


def _nothing_against(entry: Entry, now: datetime) -> Sequence[str]:
    return ()


def _say(word: str) -> None:
    print(word, flush=True)


if __name__ == "__main__":
    main()
