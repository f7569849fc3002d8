"""Where due deliveries are worked off: the port.

An executor carries a hint, not the truth: a job that is lost, late or run twice does no harm,
because every attempt starts with a compare-and-set on the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Job = Callable[[], None]


class ExecutorClosedError(RuntimeError):
    """A job was handed to an executor that has been closed."""


class Executor(Protocol):
    """Runs jobs, each at most once, in any order."""

    @property
    def slots(self) -> int:
        """How many jobs run side by side."""
        ...

    def submit(self, job: Job) -> None:
        """Run this soon. Raises :class:`ExecutorClosedError` after :meth:`close`.

        An exception of the job is logged and ends with the job.
        """
        ...

    def drain(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds until every job handed in has ended; whether it has."""
        ...

    def close(self) -> None:
        """Take no more jobs. Those that wait are dropped, those that run come to their end.

        May be called twice.
        """
        ...
