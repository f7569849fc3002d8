"""One runner to a ledger: a lock file that the operating system gives back when its holder dies.

The ledger stays right without it; with it, nobody has to wait for a settle time after a mistake.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from clarion.errors import ClarionError
from scheduler.ledger import StoreError

_POLL = 0.02  # seconds between two tries of who stands by
_INSTANT = 0.2


class AlreadyRunningError(ClarionError):
    """Another process holds the lock."""


class Lock:
    """The lock of one ledger. Usable as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pid = path.with_name(path.name + ".pid")
        self._lock = FileLock(path, blocking=False)

    def acquire(self, *, standing_by: Callable[[str], None] | None = None) -> None:
        """Take it, or raise :class:`AlreadyRunningError` naming the file and the process.

        With ``standing_by``, that is told who has it, and then it is waited for: the operating
        system gives it back at once when its holder dies. :class:`~scheduler.ledger.StoreError`
        when the file cannot be made.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._take(standing_by)
            self._pid.write_text(f"{os.getpid()}\n", "ascii")
        except Timeout as error:
            raise AlreadyRunningError(
                f"{self._path}: {self._holder()} is running on this ledger: "
                f"stop it first, or use another workspace"
            ) from error
        except OSError as error:
            raise StoreError(
                f"{self._path}: cannot be locked ({error.strerror}): "
                f"give write permission to the folder"
            ) from error

    def _take(self, standing_by: Callable[[str], None] | None) -> None:
        try:
            # 'status' looks who runs by holding it for an instant: that is no reason to give up.
            self._lock.acquire(blocking=True, timeout=_INSTANT, poll_interval=_POLL)
        except Timeout:
            if standing_by is None:
                raise
            standing_by(self._holder())
            self._lock.acquire(blocking=True, poll_interval=_POLL)

    def release(self) -> None:
        """Give it back. May be called without holding it."""
        if self._lock.is_locked:
            self._pid.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> Lock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _holder(self) -> str:
        try:
            return f"process {int(self._pid.read_text('ascii'))}"
        except (OSError, ValueError):
            return "another process"
