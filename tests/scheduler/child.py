"""A runner in a process of its own, to be killed: ``python -m tests.scheduler.child FOLDER OWNER``.

Says ``ready``, starts at the first line it is sent, and ends when nothing is left to do.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

from clarion.store.sqlite import open_ledger
from scheduler.adapters.apscheduler_clock import APSchedulerClock
from scheduler.adapters.threads import ThreadsExecutor
from scheduler.clock import SystemTime
from scheduler.deliver import Deliver
from scheduler.delivery import State
from scheduler.ledger import Filter
from scheduler.runner import Pace, Runner
from scheduler.verdict import Timing
from tests.scheduler.doubling import DoublingPublisher
from tests.scheduler.scene import nothing_against

SETTLE = timedelta(milliseconds=300)
OPEN = frozenset(State) - {State.POSTED, State.NEEDS_HUMAN, State.FAILED, State.MISSED}


def main(folder: Path, owner: str) -> None:
    ledger, clock = open_ledger(folder / "ledger.db"), SystemTime()
    publisher = DoublingPublisher(folder / "posts")
    deliver = Deliver(
        ledger,
        clock,
        lambda _delivery: publisher,
        nothing_against,
        folder,
        owner,
        Timing(settle=SETTLE, leave=SETTLE),
    )
    runner = Runner(
        ledger,
        APSchedulerClock(clock),
        ThreadsExecutor(4),
        deliver.work,
        clock,
        owner,
        Pace(tick=0.1, settle=SETTLE),
    )
    print("ready", flush=True)
    sys.stdin.readline()
    runner.start()
    while ledger.entries(Filter(states=OPEN)):
        time.sleep(0.05)
    runner.stop()
    ledger.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
