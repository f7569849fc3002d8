"""``clarion run`` as real processes on one workspace: started, watched, killed, counted."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from clarion.settings import load_settings
from clarion.wiring import Studio
from scheduler.clock import RehearsalTime, SystemTime
from scheduler.delivery import State
from tests.acceptance.today import make_due, mark_reviewed, on_disk
from tests.conftest import COMMAND, Command

PATIENCE = 90.0
"""Seconds after which something counts as not happening."""
CHANNELS = 64
CARDS = 3
ALL = CHANNELS * CARDS


class Node:
    """A process that posts. What it says is kept in a file."""

    def __init__(self, workspace: Path, *words: str) -> None:
        self._said = workspace / f"said-{len(list(workspace.glob('said-*')))}"
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                [COMMAND, "run", *words],
                cwd=workspace,
                env={"PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def lines(self) -> list[str]:
        """What it has said so far."""
        return self._said.read_text("utf-8").splitlines()

    def says(self, words: str) -> bool:
        """Whether it has said this."""
        return any(words in line for line in self.lines)

    def until(self, condition: Callable[[], bool]) -> None:
        """Until it is so; fails when the process ends before, or it takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self._process.poll() is None, self.lines
            assert time.monotonic() < deadline, self.lines
            time.sleep(0.01)

    def until_it_says(self, words: str) -> None:
        """Until it has said this."""
        self.until(lambda: self.says(words))

    def kill(self) -> None:
        """Without warning."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def freeze(self) -> None:
        """Let it stand still."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def wait(self) -> int:
        """Until it ends by itself; its exit code."""
        return self._process.wait(PATIENCE)

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE)


@contextmanager
def running(workspace: Path, *words: str) -> Iterator[Node]:
    """A node that is certainly gone afterwards."""
    node = Node(workspace, *words)
    try:
        yield node
    finally:
        node.kill()


def a_day_due(workspace: Path, clarion: Command, database: str = "") -> None:
    """The campaign of today, planned, reviewed and approved on all channels: ``ALL`` posts."""
    day = make_due(workspace, CHANNELS)
    mark_reviewed(workspace)
    with (workspace / "clarion.toml").open("a") as settings:
        settings.write(f'slots = 2\ndatabase = "{database}"\n')
    assert clarion("plan", "--for", day).code == 0
    assert clarion("approve", "--as", "editor").code == 0


def posts(workspace: Path) -> int:
    """How many are out; none of them twice."""
    found = on_disk(workspace)
    assert max(found.values(), default=1) == 1
    return found.total()


def minutes_later(workspace: Path) -> Counter[State]:
    """A runner on a clock that is ahead: doubts may be looked up now. How many are in what state.

    No other may be alive.
    """
    with closing(Studio(load_settings(workspace, {}))) as studio:
        clock = RehearsalTime(SystemTime().now() + timedelta(minutes=2))
        runner = studio.rehearsal_runner(studio.ledger, clock, studio.publisher_for)
        runner.start()
        try:
            assert runner.wait_idle(PATIENCE)
            clock.leap(clock.now() + timedelta(minutes=2))  # what this start itself put in doubt
            assert runner.wait_idle(PATIENCE)
        finally:
            runner.stop()
        return Counter(entry.state for entry in studio.ledger.entries())
