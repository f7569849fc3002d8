"""Works on each hint at once, on the caller's thread: for tests and for one-off commands."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from scheduler.executor import ExecutorClosedError, Work
from scheduler.outcome import Ref

log = logging.getLogger("clarion.scheduler.executor")


class InlineExecutor:
    """See :class:`scheduler.executor.Executor`."""

    def __init__(self) -> None:
        self._closed = False
        self._work: Work | None = None
        self._rested: Callable[[], None] | None = None

    @property
    def slots(self) -> int:
        """See :attr:`scheduler.executor.Executor.slots`."""
        return 1

    @property
    def capacity(self) -> int:
        """See :attr:`scheduler.executor.Executor.capacity`."""
        return 64

    @property
    def busy(self) -> bool:
        """See :attr:`scheduler.executor.Executor.busy`; has ended when :meth:`submit` returns."""
        return False

    def start(self, work: Work, rested: Callable[[], None]) -> None:
        """See :meth:`scheduler.executor.Executor.start`."""
        self._work, self._rested = work, rested

    def submit(self, refs: Sequence[Ref]) -> None:
        """See :meth:`scheduler.executor.Executor.submit`."""
        if self._closed:
            raise ExecutorClosedError("the executor is closed and takes no more hints")
        for ref in dict.fromkeys(refs):
            try:
                if self._work is not None:
                    self._work(ref)
            except Exception:
                log.exception("%s: the work failed", ref.id)
        if refs and self._rested is not None:
            self._rested()

    def drain(self, timeout: float) -> bool:  # noqa: ARG002  the port's name; nothing ever waits
        """See :meth:`scheduler.executor.Executor.drain`."""
        return True

    def close(self) -> None:
        """See :meth:`scheduler.executor.Executor.close`."""
        self._closed = True
