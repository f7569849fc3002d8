"""What ``run`` says while its store does not answer: one line when it begins, one when it is over.

Threads of the runner meet the same trouble again and again, each in its own words. Those are heard
here, and a person is told once in a while; what is no trouble of the store's is printed as it is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clarion.cli.output import say
from scheduler.ledger import LedgerError, StoreError

_ECHOES = ("clarion.store", "clarion.scheduler.executor", "clarion.pictures", "procrastinate",
           "psycopg")  # fmt: skip
_AGAIN = 60.0  # seconds after which the same is said again
_CALM = 6.0  # seconds without trouble after which it is over: one tick of the runner and a little


class Trouble(logging.Handler):
    """Hears what is logged. ``probe`` reads the ledger, and raises its errors."""

    def __init__(self, probe: Callable[[], object]) -> None:
        super().__init__(logging.WARNING)
        self._probe = probe
        self._guard = threading.Lock()
        self._told = -_AGAIN
        self._heard = False
        self._last: float | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """See :meth:`logging.Handler.emit`."""
        error = record.exc_info[1] if record.exc_info else None
        args = record.args if isinstance(record.args, tuple) else ()
        store = next((one for one in (error, *args) if isinstance(one, StoreError)), None)
        if store is not None:
            self._tell(str(store))
        elif error is None and record.levelno < logging.ERROR and _echo(record.name):
            self._heard = True
        elif record.name.startswith(("procrastinate", "psycopg")):
            self._heard = True  # the same in other words, with the trace of its own retry
        elif isinstance(error, LedgerError):
            say(f"{record.getMessage()}: {error}")
        else:
            say(self.format(record))

    def look(self) -> None:
        """See what is behind that was heard, and whether it is over. Call it about every second."""
        if not self._heard and self._last is None:
            return
        self._heard = False
        try:
            self._probe()
        except StoreError as error:
            self._tell(str(error))
            return
        if self._last is not None and time.monotonic() - self._last > _CALM:
            self._last, self._told = None, -_AGAIN
            say("the ledger answers again, posting goes on")

    def _tell(self, what: str) -> None:
        with self._guard:
            self._last = now = time.monotonic()
            if now - self._told < _AGAIN:
                return
            self._told = now
        say(f"{what}; nothing is lost, trying again")


@contextmanager
def watching(probe: Callable[[], object]) -> Iterator[Trouble]:
    """A while in which what is logged is heard."""
    trouble, root = Trouble(probe), logging.getLogger()
    root.addHandler(trouble)
    try:
        yield trouble
    finally:
        root.removeHandler(trouble)


def _echo(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in _ECHOES)
