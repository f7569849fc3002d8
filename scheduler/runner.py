"""Everything that is due: woken by the clock, reading the ledger, handing out to the executor.

One thread does the rounds. The alarm only makes it start sooner: should every alarm be lost, it
comes round by itself every ``tick`` seconds, by the monotonic clock, which nobody sets back.
"""

from __future__ import annotations

import logging
import threading
import time as real
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.clock import Clock, TimeSource
from scheduler.executor import Executor, Work
from scheduler.ledger import Ledger, Recovered, Ref, StoreError

log = logging.getLogger("clarion.scheduler.runner")

_COURTESY = 0.003  # seconds for those who have just been handed something
_RESPITE = 1.0  # seconds left to a store that could not be written
_NAP = 0.1  # seconds between two looks at something that should have happened


@dataclass(frozen=True, slots=True)
class Pace:
    """``tick`` is the longest a due delivery can go unnoticed, in real seconds. ``settle`` is how
    long after a crash to wait before looking up what was being sent. ``patience`` is how long
    something has to be due before this runner hints at it: above 0 it only steps in for others."""

    tick: float = 5.0
    settle: timedelta = timedelta(seconds=60)
    patience: timedelta = timedelta()


class Runner:
    """Ties ledger, clock and executor together; ``work`` is done about each hint.

    ``trusted`` is asked before anything that depends on the time: while it says no, nothing is
    handed out and nothing expires.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        executor: Executor,
        work: Work,
        time: TimeSource,
        owner: str,
        pace: Pace | None = None,
        trusted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._executor = executor
        self._work = work
        self._time = time
        self._owner = owner
        self._pace = pace or Pace()
        self._trusted = trusted
        self._wanted = threading.Event()
        self._rounds = threading.Condition()
        self._begun = 0
        self._found = 0
        self._swept = 0.0
        self._stopping = threading.Event()
        self._troubled = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> Recovered:
        """Take over what a dead runner left behind, then go on until :meth:`stop`.

        Raises the ledger's errors: a runner that cannot read its ledger does not start.
        """
        found = self._ledger.recover(self._owner, self._time.now(), self._pace.settle)
        if found != Recovered():
            log.warning("found %d claims and %d doubts", found.released, found.in_doubt)
        self._executor.start(self._attempt, self.wake)
        self._clock.start(self.wake)
        self._thread = threading.Thread(target=self._loop, name="clarion-runner", daemon=True)
        self._wanted.set()
        self._thread.start()
        return found

    def wake(self) -> None:
        """Come round at once."""
        self._wanted.set()

    def stop(self, timeout: float = 30.0) -> bool:
        """Take nothing new, and wait for what is under way; whether all of it came to an end.

        What did not is found in the ledger at the next start. May be called twice.
        """
        self._stopping.set()
        self._wanted.set()
        self._clock.stop()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)
        done = self._executor.drain(timeout)
        self._executor.close()
        return done

    def round(self) -> int:
        """Do one round: hand out what is due, arm the clock; how many were due.

        A round that finds nothing, and one every ``tick``, clears up as well.
        """
        if self._stopping.is_set() or not self._trusted():
            return 0
        now = self._time.now()
        refs = self._ledger.due(now - self._pace.patience, self._executor.capacity)
        if refs:
            self._executor.submit(refs)
            if self._executor.busy:  # what is due goes first, what comes next can wait
                self._stopping.wait(_COURTESY)
        self._arm(now)
        if not refs or real.monotonic() - self._swept >= self._pace.tick:
            self._sweep(now)
        return len(refs)

    @property
    def busy(self) -> bool:
        """Whether anything is in the executor's hands."""
        return self._executor.busy

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is under way and a fresh round has found nothing to do.

        False when that took more than ``timeout`` seconds.
        """
        deadline = real.monotonic() + timeout
        with self._rounds:
            while real.monotonic() < deadline:
                before = self._begun
                while self._begun <= before and real.monotonic() < deadline:
                    self.wake()
                    self._rounds.wait(_NAP)
                if self._begun > before and not self._found and not self.busy:
                    return True
                if self.busy:
                    self._rounds.wait(_NAP)
        return False

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._wanted.wait(self._pace.tick)
            self._wanted.clear()
            if self._troubled.is_set():
                self._stopping.wait(_RESPITE)
                self._troubled.clear()
            if self._stopping.is_set():
                return
            found = 1  # of a round that failed nobody knows
            try:
                found = self.round()
            except Exception:
                log.exception("a round failed; the next one follows")
            with self._rounds:
                self._begun += 1
                self._found = found
                self._rounds.notify_all()

    def _attempt(self, ref: Ref) -> None:
        """Work on a hint. A store in trouble is not stormed with the same hint at once."""
        try:
            self._work(ref)
        except StoreError as error:
            self._troubled.set()
            log.warning("%s: %s", ref.id, error)

    def _sweep(self, now: datetime) -> None:
        """Take back what others left, and apply the late policy."""
        self._swept = real.monotonic()
        found = self._ledger.reclaim(now, self._pace.settle)
        if found != Recovered():
            log.warning("took back %d claims and %d doubts", found.released, found.in_doubt)
        self._ledger.expire(now)
        if found.released:
            self._wanted.set()

    def _arm(self, now: datetime) -> None:
        """For what falls due after ``now``; what is due already was handed out."""
        at: datetime | None = self._ledger.next_due(now)
        if at is None:
            self._clock.disarm()
        else:
            self._clock.arm(at + self._pace.patience)
