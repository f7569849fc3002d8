"""A large plan in a process of its own: ``python -m ...schedule.planning COUNT FOLDER [approve]``.

Says in one line what putting it into a new ledger and putting it again took; with ``approve`` also
what approving it took, and what a look at a ledger of that size then costs a runner.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from clarion.store.sqlite import open_ledger
from tests.benchmarks.contestant import peak
from tests.benchmarks.schedule import scene

_HOURS = 24
_WAVES = 40
_LIMIT = 512
T = TypeVar("T")


def main(count: int, folder: Path, approve: bool) -> dict[str, float | None]:
    """Seconds for each step, processor seconds of the first, the most memory after it, file size.

    The deliveries are made first; that time is not the ledger's and is said apart.
    """
    begun = datetime.now(UTC) + timedelta(days=200)
    every = timedelta(hours=_HOURS) / _WAVES
    instants = (begun + every * (number % _WAVES) for number in range(count))
    plan, made = _timed(lambda: list(scene.deliveries(instants)))
    before, now = peak(os.getpid()), datetime.now(UTC)
    ledger = open_ledger(folder / "ledger.db")
    used = time.process_time()
    counts, put = _timed(lambda: ledger.put(plan, now))
    cpu, most = time.process_time() - used, peak(os.getpid())
    assert counts.added == count
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    counts, again = _timed(lambda: ledger.put(plan, now))
    assert counts.unchanged == count
    found = {
        "count": count, "made_s": made, "made_mb": before, "put_s": put, "put_cpu_s": cpu,
        "put_mb": most, "file_mb": size, "again_s": again,
    }  # fmt: skip
    if approve:
        ids = [one.id for one in plan]
        _, found["approve_s"] = _timed(lambda: ledger.approve(ids, scene.APPROVER, now))
        refs, found["due_s"] = _timed(lambda: ledger.due(now, _LIMIT))
        assert not refs
        first, found["next_due_s"] = _timed(lambda: ledger.next_due(now))
        assert first == begun
    ledger.close()
    return found


def _timed(step: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    return step(), time.perf_counter() - begun


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[2]) as place:
        print(json.dumps(main(int(sys.argv[1]), Path(place), "approve" in sys.argv)))
