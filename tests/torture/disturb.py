"""What happens to machines, done to nodes and ledgers: until told to stop, and never for ever."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.torture.cells import Trouble
from tests.torture.supervisor import NO_LIMIT, Node, Supervisor

_WATCH = 0.0005  # seconds between two looks at a file
_LEADERS = 0.8  # the share of strikes at a node that posts, rather than at any
_QUICK = 2.0  # seconds after which a file that does not change is left alone


class Store(Protocol):
    """What can be done to a ledger from outside."""

    @property
    def tiny_disk(self) -> Path | None:
        """The folder of the disk of its own on which it lies; None where it shares one."""
        ...

    @property
    def written(self) -> Path | None:
        """The file that changes with every commit; None where a server writes."""
        ...

    def crash(self) -> None:
        """Kill the server. Only where there is one."""
        ...

    def start(self) -> None:
        """Start it again; nothing when it runs."""
        ...

    def limit_files(self, size: int) -> None:
        """Let nothing that belongs to it write beyond this many bytes into any file."""
        ...

    def locked(self) -> AbstractContextManager[object]:
        """Hold what every writer needs."""
        ...


@dataclass
class Scene:
    """Where it happens. ``stop`` ends it; ``most`` is how often it may happen."""

    nodes: Supervisor
    store: Store
    chance: random.Random
    stop: threading.Event
    most: int = 1000
    hold: float = 10.0

    def wait(self, least: float, longest: float) -> bool:
        """A while; True when it is to end."""
        return self.stop.wait(self.chance.uniform(least, longest))

    def node(self) -> Node | None:
        """One that posts, now and then any that is up, as soon as there is one; None at the end."""
        word = "leading" if self.chance.random() < _LEADERS else "up"
        while (node := self.nodes.pick(self.chance, word)) is None:
            if self.stop.wait(_WATCH * 10):
                return None
        return node


def kill(scene: Scene) -> None:
    """SIGKILL at any moment of a life, its beginning included."""
    for _ in range(scene.most):
        node = scene.node()
        if node is None or scene.wait(0.0, 2.0):
            return
        scene.nodes.kill(node)


def pause(scene: Scene) -> None:
    """SIGSTOP for 1-8 s, then SIGCONT."""
    for _ in range(scene.most):
        if scene.wait(0.5, 4.0) or (node := scene.node()) is None:
            return
        scene.nodes.pause(node)
        try:
            scene.wait(1.0, 8.0)
        finally:
            scene.nodes.go_on(node)


def database(scene: Scene) -> None:
    """The server dies and comes back; without one, whoever writes dies while writing."""
    for _ in range(scene.most):
        if scene.wait(0.2, 3.0):
            return
        if scene.store.written is not None:
            _kill_while_writing(scene, scene.store.written)
        else:
            _kill_server(scene)


def disk(scene: Scene) -> None:
    """Nothing more can be written for 0.5-3 s."""
    folder = scene.store.tiny_disk
    for _ in range(scene.most):
        if scene.wait(0.5, 2.5):
            return
        if folder is None:
            _forbid_files(scene)
        else:
            _fill(scene, folder / "filler")
        scene.nodes.done["full disks"] += 1


def lock(scene: Scene) -> None:
    """Somebody holds the ledger for ``hold`` seconds."""
    for _ in range(scene.most):
        if scene.wait(0.5, 5.0):
            return
        with scene.store.locked():
            scene.stop.wait(scene.hold)
        scene.nodes.done["locks"] += 1


TROUBLES: dict[Trouble, Callable[[Scene], None]] = {
    Trouble.KILL: kill,
    Trouble.PAUSE: pause,
    Trouble.DATABASE: database,
    Trouble.DISK: disk,
    Trouble.LOCK: lock,
}


def _kill_while_writing(scene: Scene, file: Path) -> None:
    node = scene.node()
    if node is None:
        return
    before, deadline = _trace(file), time.monotonic() + _QUICK
    while _trace(file) == before and time.monotonic() < deadline:
        if scene.stop.wait(_WATCH):
            return
    scene.nodes.kill(node)


def _trace(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _kill_server(scene: Scene) -> None:
    scene.store.crash()
    scene.nodes.done["server kills"] += 1
    try:
        scene.wait(0.2, 2.0)
    finally:
        scene.store.start()


def _forbid_files(scene: Scene) -> None:
    size = scene.chance.choice((0, 4096 * scene.chance.randrange(1, 200)))
    scene.nodes.limit_files(size)
    scene.store.limit_files(size)
    try:
        scene.wait(0.5, 3.0)
    finally:
        scene.nodes.limit_files(NO_LIMIT)
        scene.store.limit_files(NO_LIMIT)
        scene.store.start()


def _fill(scene: Scene, filler: Path) -> None:
    """Write until nothing more fits, byte by byte at the end."""
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                _until_full(file.write, bytes(size))
        scene.wait(0.5, 3.0)
    finally:
        filler.unlink()
        scene.store.start()


def _until_full(write: Callable[[bytes], int | None], piece: bytes) -> None:
    try:
        while write(piece):
            pass
    except OSError:
        return
