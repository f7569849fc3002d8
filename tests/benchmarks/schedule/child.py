"""A runner to be killed: ``python -m tests.benchmarks.schedule.child LEDGER URL OWNER``.

Says ``ready`` as soon as it could begin, begins once it has the ledger's lock, says so, and works
until it is killed or its input ends. Started while another one works, it is a warm standby.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from clarion.store.lock import AlreadyRunningError, Lock
from clarion.store.sqlite import open_ledger
from scheduler.adapters.threads import ThreadsExecutor
from tests.benchmarks.schedule import post
from tests.benchmarks.schedule.ours import runner
from tests.benchmarks.schedule.publisher import HttpPublisher

_NAP = 0.01


def main(file: Path, url: str, owner: str) -> None:
    """Wait for the lock, then work."""
    ledger, lock = open_ledger(file), Lock(file.with_suffix(".lock"))
    publisher = HttpPublisher(url, post.post)
    one = runner(ledger, ThreadsExecutor(post.SLOTS), publisher, file.parent, owner)
    ended = threading.Event()
    threading.Thread(target=_wait, args=[ended], daemon=True).start()
    print("ready", flush=True)
    while not _have(lock):
        if ended.is_set():
            return
        time.sleep(_NAP)
    one.start()
    print("working", flush=True)
    ended.wait()
    one.stop()
    ledger.close()
    lock.release()


def _wait(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def _have(lock: Lock) -> bool:
    try:
        lock.acquire()
    except AlreadyRunningError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
