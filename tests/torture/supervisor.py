"""Keeps the nodes of a cell alive, whatever ends them, and ends no process but its own."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which a process counts as stuck."""
_GRACE = 15.0  # seconds a node has to end by itself
_REST = 0.05  # seconds between the end of a node and its next life
_NAP = 0.01
NO_LIMIT = resource.RLIM_INFINITY


def process(words: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """One of our modules in a process of its own."""
    return started([sys.executable, "-W", "error", "-m", *words], log, subprocess.PIPE)


def started(
    command: Sequence[str], log: IO[bytes], out: int | None = None
) -> subprocess.Popen[bytes]:
    """A process that ends when its input is no longer held open (:func:`end_with_parent`), so it
    cannot outlive this one. What it prints goes to ``out``, or as its errors to ``log``."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=log if out is None else out,
        stderr=log,
    )


def end_with_parent() -> None:
    """End this process as soon as nobody holds its input open."""

    def wait() -> None:
        while os.read(0, 1024):  # not sys.stdin, whose lock would be in the way of a quiet end
            pass
        os._exit(3)

    threading.Thread(target=wait, daemon=True).start()


def limit_files(pid: int, size: int) -> None:
    """Let a process write no further than this into any file: the nearest thing to a full disk
    where one cannot have a disk of one's own. Nothing when it is gone."""
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, NO_LIMIT))


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill it, if it still runs, and close what was open to it."""
    child.kill()
    child.wait(PATIENCE)
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            stream.close()


class Node:
    """One life of a runner after another. ``words(owner)`` is the command of a life."""

    def __init__(self, name: str, words: Callable[[str], Sequence[str]], log: Path) -> None:
        self.name = name
        self.lives = 0
        self._words = words
        self._log = log.open("ab")
        self._said: set[str] = set()
        self._ended = 0.0
        self._killed = False
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Of its present life."""
        return self._child.pid if self._child is not None else None

    def says(self, word: str) -> bool:
        """Whether it has said so in this life."""
        return self._child is not None and word in self._said

    def live(self) -> bool:
        """Begin another life where the last one is over; False when that one ended by itself."""
        if self._child is not None:
            if self._child.poll() is None:
                return True
            own, self._killed = not self._killed, False
            end(self._child)
            self._child, self._ended = None, time.monotonic()
            return not own
        if time.monotonic() - self._ended >= _REST:
            self._begin()
        return True

    def signal(self, number: signal.Signals) -> bool:
        """Send it a signal; False when it is between two lives."""
        if self._child is None or self._child.poll() is not None:
            return False
        self._killed = self._killed or number is signal.SIGKILL
        self._child.send_signal(number)
        return True

    def stop(self) -> bool:
        """Let it end; whether it did so by itself and without an error."""
        if self._child is None:
            return True
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(_GRACE)
        clean = self._child.returncode in (0, -signal.SIGTERM)  # who stands by just goes
        end(self._child)
        self._child = None
        return clean

    def close(self) -> None:
        """End it at once, and give back what is open."""
        if self._child is not None:
            end(self._child)
            self._child = None
        self._log.close()

    def _begin(self) -> None:
        self.lives += 1
        self._said = set()
        child = process(self._words(f"{self.name}.{self.lives}"), self._log)
        self._child = child
        threading.Thread(target=self._listen, args=(child, self._said), daemon=True).start()

    def _listen(self, child: subprocess.Popen[bytes], said: set[str]) -> None:
        assert child.stdout is not None
        with contextlib.suppress(ValueError):  # closed while reading: it is over
            for line in child.stdout:
                said.add(line.decode().strip())


class Supervisor:
    """The nodes of one cell. Used as a context manager: nothing of it survives the block.

    ``done`` counts what was done to them, ``fell`` how often one ended that was not killed.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._file_limit = NO_LIMIT
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self.done: Counter[str] = Counter()
        self.fell = 0

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop_keeping()
        for node in self._nodes:
            node.close()

    @property
    def lives(self) -> int:
        """How often a node was started."""
        return sum(node.lives for node in self._nodes)

    def wait_until_leading(self) -> None:
        """Until somebody posts. Raises ``TimeoutError``."""
        deadline = time.monotonic() + PATIENCE
        while not any(node.says("leading") for node in self._nodes):
            if time.monotonic() > deadline:
                raise TimeoutError("no node came up")
            time.sleep(_NAP)

    def pick(self, chance: random.Random, word: str) -> Node | None:
        """A node that has said this word in its present life; None when there is none."""
        among = [node for node in self._nodes if node.says(word)]
        return chance.choice(among) if among else None

    def kill(self, node: Node, what: str = "kills") -> None:
        """SIGKILL, if it lives."""
        with self._lock:
            self.done[what] += node.signal(signal.SIGKILL)

    def pause(self, node: Node) -> None:
        """SIGSTOP."""
        self.done["pauses"] += node.signal(signal.SIGSTOP)

    def go_on(self, node: Node) -> None:
        """SIGCONT."""
        node.signal(signal.SIGCONT)

    def limit_files(self, size: int) -> None:
        """Let no node write beyond this many bytes into any file."""
        with self._lock:
            self._file_limit = size
            for node in self._nodes:
                self._limit(node)

    def stop(self) -> bool:
        """Let every node end by itself; whether all did so without an error."""
        self._stop_keeping()
        clean = [node.stop() for node in self._nodes]
        return all(clean)

    def _limit(self, node: Node) -> None:
        if node.pid is not None:
            limit_files(node.pid, self._file_limit)

    def _keep(self) -> None:
        while not self._stopping.wait(_NAP):
            with self._lock:
                for node in self._nodes:
                    before = node.lives
                    self.fell += not node.live()
                    if node.lives > before:
                        self._limit(node)

    def _stop_keeping(self) -> None:
        self._stopping.set()
        if self._keeper.is_alive():
            self._keeper.join(PATIENCE)
