"""Where due deliveries are worked off: the port.

An executor carries a hint, not the truth: one that is lost, late or run twice does no harm,
because all work starts with a compare-and-set on the ledger. So it may be threads of this process,
or workers on other machines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from scheduler.outcome import Ref

Work = Callable[[Ref], None]
"""What is done about one hint."""


class ExecutorClosedError(RuntimeError):
    """A hint was handed to an executor that has been closed."""


class Executor(Protocol):
    """Carries hints to where the work is done, in any order."""

    @property
    def slots(self) -> int:
        """How many hints are worked on side by side."""
        ...

    @property
    def capacity(self) -> int:
        """How many hints it holds at most: enough to keep its slots busy, and no more."""
        ...

    @property
    def busy(self) -> bool:
        """Whether any hint is in hand here: waiting or worked on."""
        ...

    def start(self, work: Work, rested: Callable[[], None]) -> None:
        """Begin. ``work`` is called for each hint, on threads of the executor's own.

        ``rested`` is called, and must be quick, when nothing is left in hand, or few of many. An
        exception of the work is logged and ends with its hint.
        """
        ...

    def submit(self, refs: Sequence[Ref]) -> None:
        """Work on these soon, at most :attr:`capacity`; those in hand already are passed over.

        Raises :class:`ExecutorClosedError` after :meth:`close`.
        """
        ...

    def drain(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds until nothing is in hand; whether that is so."""
        ...

    def close(self) -> None:
        """Take no more hints. Those that wait are dropped, those worked on come to their end.

        May be called twice.
        """
        ...
