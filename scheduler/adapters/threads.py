"""Runs jobs on a fixed number of threads of this process: the default."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

from scheduler.executor import ExecutorClosedError, Job

log = logging.getLogger("clarion.scheduler.executor")


class ThreadsExecutor:
    """See :class:`scheduler.executor.Executor`.

    The threads are daemons: a platform that never answers cannot keep the process alive. What
    such a job was sending is found in the ledger at the next start.
    """

    def __init__(self, slots: int = 8) -> None:
        if slots < 1:
            raise ValueError(f"{slots} threads run nothing: give at least 1")
        self._slots = slots
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._running = 0
        self._closed = False
        self._threads: list[threading.Thread] = []

    @property
    def slots(self) -> int:
        """See :attr:`scheduler.executor.Executor.slots`."""
        return self._slots

    def submit(self, job: Job) -> None:
        """See :meth:`scheduler.executor.Executor.submit`."""
        with self._changed:
            if self._closed:
                raise ExecutorClosedError("the executor is closed and takes no more jobs")
            self._waiting.append(job)
            if len(self._threads) < self._slots:
                self._grow()
            self._changed.notify_all()

    def drain(self, timeout: float) -> bool:
        """See :meth:`scheduler.executor.Executor.drain`."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._waiting or self._running:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            return True

    def close(self) -> None:
        """See :meth:`scheduler.executor.Executor.close`."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def _grow(self) -> None:
        name = f"clarion-post-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception:
                log.exception("a job failed")
            finally:
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()

    def _next(self) -> Job | None:
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.wait()
            self._running += 1
            return self._waiting.popleft()
