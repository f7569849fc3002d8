"""Runs each job at once, on the caller's thread: for tests and for one-off commands."""

from __future__ import annotations

import logging

from scheduler.executor import ExecutorClosedError, Job

log = logging.getLogger("clarion.scheduler.executor")


class InlineExecutor:
    """See :class:`scheduler.executor.Executor`."""

    def __init__(self) -> None:
        self._closed = False

    @property
    def slots(self) -> int:
        """See :attr:`scheduler.executor.Executor.slots`."""
        return 1

    def submit(self, job: Job) -> None:
        """See :meth:`scheduler.executor.Executor.submit`; has ended when this returns."""
        if self._closed:
            raise ExecutorClosedError("the executor is closed and takes no more jobs")
        try:
            job()
        except Exception:
            log.exception("a job failed")

    def drain(self, timeout: float) -> bool:  # noqa: ARG002  the port's name; nothing ever waits
        """See :meth:`scheduler.executor.Executor.drain`."""
        return True

    def close(self) -> None:
        """See :meth:`scheduler.executor.Executor.close`."""
        self._closed = True
