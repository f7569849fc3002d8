"""Works on a fixed number of threads of this process: the default."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from scheduler.executor import ExecutorClosedError, Work
from scheduler.outcome import Ref

log = logging.getLogger("clarion.scheduler.executor")

_AHEAD = 8
"""Hints held for each thread: so that none stands idle while more are fetched."""


class ThreadsExecutor:
    """See :class:`scheduler.executor.Executor`.

    The threads are daemons: a platform that never answers cannot keep the process alive. What
    such a thread was sending is found in the ledger at the next start.
    """

    def __init__(self, slots: int = 8) -> None:
        if slots < 1:
            raise ValueError(f"{slots} threads run nothing: give at least 1")
        self._slots = slots
        self._changed = threading.Condition()
        self._more = threading.Semaphore(0)
        self._waiting: deque[Ref] = deque()
        self._in_hand: set[str] = set()
        self._closed = False
        self._full = False
        self._threads: list[threading.Thread] = []
        self._work: Work | None = None
        self._rested: Callable[[], None] = _nothing

    @property
    def slots(self) -> int:
        """See :attr:`scheduler.executor.Executor.slots`."""
        return self._slots

    @property
    def capacity(self) -> int:
        """See :attr:`scheduler.executor.Executor.capacity`."""
        return self._slots * _AHEAD

    @property
    def busy(self) -> bool:
        """See :attr:`scheduler.executor.Executor.busy`."""
        return bool(self._in_hand)

    def start(self, work: Work, rested: Callable[[], None]) -> None:
        """See :meth:`scheduler.executor.Executor.start`."""
        self._work, self._rested = work, rested

    def submit(self, refs: Sequence[Ref]) -> None:
        """See :meth:`scheduler.executor.Executor.submit`."""
        with self._changed:
            if self._closed:
                raise ExecutorClosedError("the executor is closed and takes no more hints")
            new = [ref for ref in dict.fromkeys(refs) if ref.id not in self._in_hand]
            new = new[: max(0, self.capacity - len(self._in_hand))]
            self._waiting.extend(new)
            self._in_hand.update(ref.id for ref in new)
            self._full = self._full or len(self._in_hand) >= self.capacity
            while len(self._threads) < min(self._slots, len(self._in_hand)):
                self._grow()
        if new:
            self._more.release(len(new))

    def drain(self, timeout: float) -> bool:
        """See :meth:`scheduler.executor.Executor.drain`."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._in_hand:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            return True

    def close(self) -> None:
        """See :meth:`scheduler.executor.Executor.close`."""
        with self._changed:
            self._closed = True
            self._in_hand.difference_update(ref.id for ref in self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        self._more.release(len(self._threads) or 1)

    def _grow(self) -> None:
        name = f"clarion-post-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _loop(self) -> None:
        while (ref := self._next()) is not None:
            try:
                if self._work is not None:
                    self._work(ref)
            except Exception:
                log.exception("%s: the work failed", ref.id)
            finally:
                self._ended(ref)

    def _next(self) -> Ref | None:
        while True:
            self._more.acquire()
            with self._changed:
                if self._waiting:
                    return self._waiting.popleft()
                if self._closed:
                    return None

    def _ended(self, ref: Ref) -> None:
        with self._changed:
            self._in_hand.discard(ref.id)
            few = self._full and len(self._in_hand) <= self._slots * 2
            if few:
                self._full = False
            done = not self._in_hand
            if done:
                self._changed.notify_all()
        if few or done:
            self._rested()


def _nothing() -> None:
    """Nobody wants to know yet."""
