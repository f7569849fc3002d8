"""Real processes, really killed: nothing is lost, nothing goes out twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from clarion.store.sqlite import open_ledger
from scheduler.clock import SystemTime
from scheduler.delivery import State
from scheduler.ledger import Ledger
from tests.scheduler.doubling import keys
from tests.scheduler.scene import deliveries

REPOSITORY = Path(__file__).parents[2]
HOUR = timedelta(hours=1)


def plan_now(folder: Path, count: int) -> list[str]:
    """Deliveries that are all due at this moment, approved, in a ledger on disk; their ids."""
    now = SystemTime().now()
    plan = [replace(one, due_at=now, expires_at=now + HOUR) for one in deliveries(count)]
    ledger = open_ledger(folder / "ledger.db")
    ledger.put(plan, now)
    ids = [one.id for one in plan]
    assert all(decision.granted for decision in ledger.approve(ids, "approver", now))
    ledger.close()
    return ids


@contextmanager
def runner(folder: Path, owner: str) -> Iterator[subprocess.Popen[str]]:
    """A runner in a process of its own, about to start; killed at the end at the latest."""
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.scheduler.child", str(folder), owner],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        yield child
    finally:
        child.kill()
        child.communicate()


def start(*children: subprocess.Popen[str]) -> None:
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()


def states(folder: Path) -> Counter[State]:
    ledger = open_ledger(folder / "ledger.db")
    found = Counter(entry.state for entry in ledger.entries())
    ledger.close()
    return found


def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    ids, chance, interrupted = plan_now(tmp_path, 300), random.Random(7), 0
    for life in range(6):
        with runner(tmp_path, f"life-{life}") as child:
            before = len(keys(tmp_path / "posts"))
            start(child)
            while len(keys(tmp_path / "posts")) == before and child.poll() is None:
                time.sleep(0.005)  # it has not begun yet: how long that takes says nothing
            time.sleep(chance.uniform(0, 0.1))
            child.send_signal(signal.SIGKILL)
            child.wait()
        found = states(tmp_path)
        interrupted += found[State.SENDING] + found[State.UNKNOWN] + found[State.RECONCILING]
    assert 0 < len(keys(tmp_path / "posts")) < len(ids), "the kills came too late to matter"
    assert interrupted > 0, "no kill hit a request under way"
    with runner(tmp_path, "last") as child:
        start(child)
        assert child.wait(30) == 0
    assert states(tmp_path) == {State.POSTED: len(ids)}
    assert keys(tmp_path / "posts") == sorted(ids)
    _journal_replays(open_ledger(tmp_path / "ledger.db"))


def test_two_runners_by_mistake_post_once(tmp_path: Path) -> None:
    ids = plan_now(tmp_path, 300)
    with runner(tmp_path, "one") as first, runner(tmp_path, "two") as second:
        start(first, second)
        assert (first.wait(30), second.wait(30)) == (0, 0)
    ledger = open_ledger(tmp_path / "ledger.db")
    owners = {line.actor for line in ledger.journal() if line.event == "intent"}
    assert owners == {"one", "two"}, "one of them had nothing to do"
    assert states(tmp_path) == {State.POSTED: len(ids)}
    assert keys(tmp_path / "posts") == sorted(ids)
    _journal_replays(ledger)


def _journal_replays(ledger: Ledger) -> None:
    """The last line about each delivery names its state; fences only rise."""
    for entry in ledger.entries():
        lines = ledger.journal(entry.id)
        assert lines[-1].state == entry.state
        fences = [line.fence for line in lines]
        assert fences == sorted(fences)
    ledger.close()
