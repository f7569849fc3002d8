"""Carries hints through PostgreSQL to the workers of several machines, by Procrastinate.

A job is a handful of hints: ids, revisions, and the accounts that pacing goes by; nothing else
leaves this process. PostgreSQL's NOTIFY wakes the workers. Nothing depends on a job: one that is
lost is hinted again by the next round that still finds it due, one that comes twice finds nothing
left to claim. Hence hints are written without waiting for the disk, and a job is done when its
hints have reached a worker's hands.

Every node with a clock rings at the same instant. One of them, who holds a lock of the database as
long as it lives, hints at once; the others step in for what is still due ``AGAIN`` seconds later
and no longer in the queue. The lock comes free with its holder's death, so a new one leads at the
next instant.

Procrastinate's tables lie in a schema of their own, ``clarion_queue``. They are made at the start;
another version of them is replaced, for they hold nothing that the ledger does not know better.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg
from procrastinate.exceptions import ConnectorException

from scheduler.adapters.procrastinate_hints import Hints, in_queue, make_queue
from scheduler.adapters.procrastinate_worker import Hands, Worker, plain
from scheduler.executor import ExecutorClosedError, Work
from scheduler.ledger import StoreError
from scheduler.outcome import Ref

AGAIN = 1.0
"""Seconds after which what is still due is hinted again, unless the hint still waits."""
_CAPACITY = 10_000  # hints at once; they wait in the database, where room costs nothing
_LOOK = 0.25  # seconds between two looks at what became of our hints
_FORGET = 60.0  # seconds after which a hint is no longer remembered


class ProcrastinateExecutor:
    """See :class:`scheduler.executor.Executor`.

    ``url`` is a ``postgresql://`` address. With ``submits`` this process hints at what is due, with
    ``works`` it works on what anybody hinted: a node of several can do the one, the other or both.
    One that only steps in for others must not lead: without ``leads`` it leaves that to them.
    """

    def __init__(
        self,
        url: str,
        slots: int = 8,
        *,
        submits: bool = True,
        works: bool = True,
        leads: bool = True,
    ) -> None:
        if slots < 1:
            raise ValueError(f"{slots} threads run nothing: give at least 1")
        self._url = plain(url)
        self._slots = slots
        self._submits = submits
        self._works = works
        self._may_lead = leads
        self._hints = Hints(self._url)
        self._changed = threading.Condition()
        self._sent: set[Ref] = set()
        self._asked: dict[Ref, float] = {}
        self._forgot = 0.0
        self._ring_at: float | None = None
        self._closed = threading.Event()
        self._rested: Callable[[], None] = _nothing
        self._hands: Hands | None = None
        self._worker: Worker | None = None
        self._pulse: threading.Thread | None = None

    @property
    def slots(self) -> int:
        """See :attr:`scheduler.executor.Executor.slots`."""
        return self._slots

    @property
    def capacity(self) -> int:
        """See :attr:`scheduler.executor.Executor.capacity`."""
        return _CAPACITY

    @property
    def busy(self) -> bool:
        """See :attr:`scheduler.executor.Executor.busy`. Our own hints count while they wait."""
        return bool(self._sent) or (self._hands is not None and self._hands.busy)

    def start(self, work: Work, rested: Callable[[], None]) -> None:
        """See :meth:`scheduler.executor.Executor.start`.

        Makes the queue's tables where they are missing. :class:`~scheduler.ledger.StoreError` when
        the database cannot be reached or does not let us.
        """
        with _explained():
            make_queue(self._url)
        self._rested = rested
        if self._works:
            self._hands = Hands(self._slots, work, self._ended)
            self._worker = Worker(self._url, self._hands)
        if self._submits:
            self._pulse = threading.Thread(target=self._look, name="clarion-hints", daemon=True)
            self._pulse.start()

    def submit(self, refs: Sequence[Ref]) -> None:
        """See :meth:`scheduler.executor.Executor.submit`.

        :class:`~scheduler.ledger.StoreError` when the database cannot be reached.
        """
        if self._closed.is_set():
            raise ExecutorClosedError("the executor is closed and takes no more hints")
        if not self._submits or not refs:
            return
        with _explained():
            self._hints.use(lambda db: self._hint(db, refs[:_CAPACITY]))

    def drain(self, timeout: float) -> bool:
        """See :meth:`scheduler.executor.Executor.drain`."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self.busy and not self._closed.is_set():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, _LOOK))
            return True

    def close(self) -> None:
        """See :meth:`scheduler.executor.Executor.close`. What waits in the queue waits on."""
        self._closed.set()
        if self._hands is not None:
            self._hands.close()
        if self._worker is not None:
            self._worker.close()
        if self._pulse is not None and self._pulse is not threading.current_thread():
            self._pulse.join()
        self._hints.close()
        with self._changed:
            self._sent.clear()
            self._changed.notify_all()

    def _hint(self, db: psycopg.Connection, refs: Sequence[Ref]) -> None:
        led = self._hints.leads
        leads = led or (self._may_lead and self._hints.lead(db))
        first, again = self._sorted(refs, leads)
        if again or not led:  # a beginner does not know what was hinted before
            waiting = in_queue(db, "todo")
            again = [ref for ref in again if ref not in waiting]
            first = [ref for ref in first if ref not in waiting]
        wanted = first + again
        with self._changed:
            self._sent.update(wanted)
        self._hints.defer(db, wanted)
        self._remember(refs, wanted)

    def _sorted(self, refs: Sequence[Ref], leads: bool) -> tuple[list[Ref], list[Ref]]:
        """What is to be hinted at once, and what is to be hinted again if it no longer waits."""
        now = time.monotonic()
        first, again = [], []
        for ref in dict.fromkeys(refs):
            at = self._asked.get(ref)
            if at is None and leads:
                first.append(ref)
            elif (at is None and not self._may_lead) or (at is not None and now - at >= AGAIN):
                again.append(ref)
        return first, again

    def _remember(self, refs: Sequence[Ref], hinted: Sequence[Ref]) -> None:
        """When each was hinted, or first asked for; and to remind the runner of the others."""
        now = time.monotonic()
        if now - self._forgot > _FORGET:
            self._asked = {ref: at for ref, at in self._asked.items() if now - at < _FORGET}
            self._forgot = now
        self._asked.update(dict.fromkeys(hinted, now))
        for ref in refs:
            if now - self._asked.setdefault(ref, now) >= AGAIN:
                self._asked[ref] = now  # it waits in the queue
        if len(hinted) < len(refs):
            self._ring_at = self._ring_at or now + AGAIN

    def _ended(self, ref: Ref, *, last: bool) -> None:
        """The work about this hint came to its end; whether it was the last in hand."""
        with self._changed:
            self._sent.discard(ref)
            done = last and not self._sent
            self._changed.notify_all()
        if done:
            self._rested()

    def _look(self) -> None:
        """See what others made of our hints, and remind the runner of what it asked for."""
        while not self._closed.wait(_LOOK):
            with self._changed:
                before = set(self._sent)
            if before and not (self._hands is not None and self._hands.busy):
                with suppress(psycopg.Error):
                    waiting = self._hints.use(lambda db: in_queue(db, "todo", "doing"))
                    self._forget(before - waiting)
            if self._ring_at is not None and time.monotonic() >= self._ring_at:
                self._ring_at = None
                self._rested()

    def _forget(self, gone: set[Ref]) -> None:
        with self._changed:
            self._sent -= gone
            done = not self.busy
            self._changed.notify_all()
        if done:
            self._rested()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, ConnectorException) as error:
        reason = type(error.__cause__ or error).__name__
        raise StoreError(
            f"the queue in the database cannot be used ({reason}): check that the database runs, "
            f"and that this user may make a schema in it"
        ) from None


def _nothing() -> None:
    """Nobody wants to know yet."""
