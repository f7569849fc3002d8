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
from scheduler.deliver import Deliver
from scheduler.executor import Executor
from scheduler.ledger import Claim, Ledger, Recovered

log = logging.getLogger("clarion.scheduler.runner")

_NAP = 0.1  # seconds between two looks at something that should have happened


@dataclass(frozen=True, slots=True)
class Pace:
    """``tick`` is the longest a due delivery can go unnoticed, in real seconds. ``lease`` is how
    long a claim lasts, at least three times the longest request. ``settle`` is how long after a
    crash to wait before looking up what was being sent."""

    tick: float = 5.0
    lease: timedelta = timedelta(minutes=5)
    settle: timedelta = timedelta(seconds=60)


class Runner:
    """Ties ledger, clock, executor and :class:`~scheduler.deliver.Deliver` together."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        executor: Executor,
        deliver: Deliver,
        time: TimeSource,
        owner: str,
        pace: Pace | None = None,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._executor = executor
        self._deliver = deliver
        self._time = time
        self._owner = owner
        self._pace = pace or Pace()
        self._wanted = threading.Event()
        self._idle = threading.Condition()
        self._in_flight = 0
        self._more = False
        self._rounds = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> Recovered:
        """Take over what a dead runner left behind, then go on until :meth:`stop`.

        Raises the ledger's errors: a runner that cannot read its ledger does not start.
        """
        found = self._ledger.recover(self._owner, self._time.now(), self._pace.settle)
        if found != Recovered():
            log.warning("found %d claims and %d doubts", found.released, found.in_doubt)
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
        """Do one round: claim and hand out what is due, arm the clock; how many were claimed.

        A round that finds nothing to claim clears up instead.
        """
        count = 0
        while not self._stopping.is_set() and (claims := self._claim()):
            for claim in claims:
                self._submit(claim)
            count += len(claims)
        if count == 0:
            now = self._time.now()
            self._ledger.reclaim(now, self._pace.settle)
            self._ledger.expire(now)
        if not self._more:
            self._arm()  # else the next round comes as soon as there is room
        return count

    @property
    def busy(self) -> bool:
        """Whether anything is in the executor's hands."""
        return self._in_flight > 0

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is under way and a fresh round has found nothing to do.

        False when that took more than ``timeout`` seconds.
        """
        deadline = real.monotonic() + timeout
        with self._idle:
            while self._wait(self._fresh_round(), deadline):
                if not self.busy and not self._more:
                    return True
                if not self._wait(lambda: not self.busy, deadline):
                    return False
        return False

    def _fresh_round(self) -> Callable[[], bool]:
        """True once a round has come and gone that began after this call, or found work."""
        seen = self._rounds
        return lambda: self.busy or self._rounds > seen + 1

    def _wait(self, condition: Callable[[], bool], deadline: float) -> bool:
        """Hold on until it is so, waking the loop where it sleeps; False at the deadline."""
        while not condition():
            left = deadline - real.monotonic()
            if left <= 0:
                return False
            if not self.busy:
                self.wake()
            self._idle.wait(min(left, _NAP))
        return True

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._wanted.wait(self._pace.tick)
            self._wanted.clear()
            if self._stopping.is_set():
                return
            try:
                self.round()
            except Exception:
                log.exception("a round failed; the next one follows")
            with self._idle:
                self._rounds += 1
                self._idle.notify_all()

    def _claim(self) -> list[Claim]:
        """As many as keep every slot busy for a while, and no more: claims have a lease."""
        room = self._executor.slots * 8 - self._in_flight
        now = self._time.now()
        ids = self._ledger.due(now, max(room, 0)) if room > 0 else []
        claims = self._ledger.claim(ids, self._owner, now + self._pace.lease, now) if ids else []
        self._more = room <= 0 or len(claims) == room
        return claims

    def _submit(self, claim: Claim) -> None:
        with self._idle:
            self._in_flight += 1
        try:
            self._executor.submit(lambda: self._attempt(claim))
        except Exception:
            self._ended()
            raise

    def _attempt(self, claim: Claim) -> None:
        try:
            self._deliver.attempt(claim)
        except Exception:
            log.exception("%s: the attempt failed; its lease will run out", claim.id)
        finally:
            self._ended()

    def _ended(self) -> None:
        with self._idle:
            self._in_flight -= 1
            hungry = self._more and self._in_flight <= self._executor.slots * 2
            if self._in_flight == 0 or hungry:
                self._wanted.set()
            self._idle.notify_all()

    def _arm(self) -> None:
        now = self._time.now()
        at: datetime | None = self._ledger.next_due(now)
        if at is None:
            self._clock.disarm()
        elif at > now:
            self._clock.arm(at)
        else:
            self._wanted.set()  # it fell due during this round
