"""Kills: a runner that is killed every second, started again at once or relieved by a standby."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from clarion.store.sqlite import open_ledger
from tests.benchmarks.field import ROOT
from tests.benchmarks.schedule.ours import planned, settled
from tests.benchmarks.schedule.race import Say
from tests.benchmarks.schedule.score import judge
from tests.benchmarks.schedule.visit import Platform

_EVERY = 1.0
"""Seconds between two kills; but each runner has half of that to work, however slow its start."""
_RATE = 30
RESTARTED, RELIEVED = "started again at once", "a standby takes over"
_DELAY_MS = 20
_LEAD = 2.0


@dataclass(frozen=True)
class Killing:
    """How to do it: with a ``standby`` or without, and for how many seconds."""

    standby: bool
    seconds: int

    @property
    def name(self) -> str:
        """In words."""
        return RELIEVED if self.standby else RESTARTED


def killed(how: Killing, platform: Platform, folder: Path, say: Say) -> dict[str, Any]:
    """The lateness of posts at random instants, in milliseconds, and what else came of it."""
    place = folder / "recovery"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    platform.reset(_DELAY_MS)
    say(f"killed every {_EVERY:g} s for {how.seconds} s: {how.name}")
    chance = random.Random(4)
    offsets = sorted(chance.uniform(0, how.seconds) for _ in range(how.seconds * _RATE))
    ledger = open_ledger(place / "ledger.db")
    with Relay(place / "ledger.db", platform.url) as relay:
        if how.standby:
            relay.stand_by()
        zero = time.time() + _LEAD + len(offsets) * 0.0016
        due = [datetime.fromtimestamp(zero + offset, UTC) for offset in offsets]
        keys = planned(ledger, due)
        kills, restarts = _kill(relay, how, zero)
        platform.wait(len(offsets), 15)
        time.sleep(0.5)
        relay.end()
    seen = platform.seen()
    instants = {key: at.timestamp() for key, at in zip(keys, due, strict=True)}
    run = judge(instants, zero, seen.arrivals, seen.again, 0.0, {})
    left = settled(ledger)
    ledger.close()
    return {
        "how": how.name, "kills": kills, "posts": len(keys), "lost": run.lost, "twice": run.again,
        "early": run.early, "p50_ms": run.quantile(0.5) * 1000, "p90_ms": run.quantile(0.9) * 1000,
        "p99_ms": run.quantile(0.99) * 1000, "undecided": left.get("states", []),
        "start_ms": restarts,
    }  # fmt: skip


class Relay:
    """The runner that works, and the one behind it."""

    def __init__(self, file: Path, url: str) -> None:
        self._words = [str(file), url]
        self._notes = (file.parent / "notes.log").open("wb")
        self._numbers = count(1)
        self._spare: list[subprocess.Popen[str]] = []
        self._working = self._start()
        _says(self._working, "working")

    def stand_by(self) -> None:
        """Have one more ready."""
        one = self._start()
        _says(one, "ready")
        self._spare.append(one)

    def kill(self) -> float:
        """Kill the one that works; milliseconds until another says that it does."""
        self._working.kill()
        begun = time.perf_counter()
        self._working.communicate()
        self._working = self._spare.pop() if self._spare else self._start()
        _says(self._working, "working")
        return (time.perf_counter() - begun) * 1000

    def end(self) -> None:
        """Let all of them come to their end."""
        for one in (self._working, *self._spare):
            assert one.stdin is not None
            one.stdin.close()
            one.stdin = None
            one.wait(40)

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *error: object) -> None:
        for one in (self._working, *self._spare):
            one.kill()
            one.communicate()
        self._notes.close()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.schedule.child", *self._words,
             f"runner-{next(self._numbers)}"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._notes, text=True,
        )  # fmt: skip


def _kill(relay: Relay, how: Killing, zero: float) -> tuple[int, float]:
    """Kills until the last post is due: how many, and the median of milliseconds to the next."""
    waits: list[float] = []
    at = zero + _EVERY / 2
    while at < zero + how.seconds:
        time.sleep(max(0.0, at - time.time()))
        waits.append(relay.kill())
        if how.standby:
            relay.stand_by()
        at = max(at + _EVERY, time.time() + _EVERY / 2)
    return len(waits), sorted(waits)[len(waits) // 2]


def _says(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    while (line := process.stdout.readline()) != f"{word}\n":
        if not line:
            raise RuntimeError("a runner ended by itself; see notes.log in build/bench/schedule")


def lines(found: Sequence[dict[str, Any]]) -> list[str]:
    """For a terminal."""
    head = f"{'kills':>6}{'posts':>7}{'p50 ms':>9}{'p90':>9}{'p99':>9}{'next one ms':>12}"
    rows = [f"{f'killed every {_EVERY:g} s':44}{head}{'early':>6}{'lost':>6}{'twice':>6}"]
    for one in found:
        rows.append(
            f"  {one['how']:42}{one['kills']:6}{one['posts']:7}{one['p50_ms']:9.1f}"
            f"{one['p90_ms']:9.1f}{one['p99_ms']:9.1f}{one['start_ms']:12.0f}"
            f"{one['early']:6}{one['lost']:6}{one['twice']:6}"
        )
        if one["undecided"]:
            rows.append(f"    left in the ledger: {', '.join(one['undecided'])}")
    return rows
