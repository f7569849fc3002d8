"""A node that posts: what ``clarion run`` starts, in either profile and in each role.

With the ledger in a file one process posts, and any other stands by. With it in a database there
are as many as one likes: some ring (``clock``), some post (``worker``), some do both (``all``).
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from clarion.errors import ClarionError
from clarion.fan_out import PictureWorker
from clarion.gate import Gate
from clarion.report import question
from clarion.settings import Settings
from clarion.wiring import Studio
from clarion.witness import boot_id, time_witnesses
from scheduler.adapters.quiet_clock import QuietClock
from scheduler.adapters.threads import ThreadsExecutor
from scheduler.backlog import ask
from scheduler.clock import Clock, SystemTime, TimeSource
from scheduler.deliver import Deliver
from scheduler.delivery import Entry
from scheduler.executor import Executor
from scheduler.ledger import Moved, Spacing
from scheduler.plan import derive
from scheduler.runner import Pace, Runner
from scheduler.trust import ClockGate
from scheduler.zones import tzdata_version

log = logging.getLogger("clarion.posting")

OFF = timedelta(minutes=15)
"""Who has not run for longer than this asks before it posts what fell due meanwhile."""
STEP_IN = timedelta(seconds=3)
"""How long a node without an alarm leaves what is due to those with one."""
POST_OUT, RING_OUT = 30.0, 2.0
"""How many seconds what is under way has to come to its end: posts, and hints for others."""
HOUR = 3600.0
"""Seconds between two looks at the accounts."""
CLOCK_REMEDY = "set the clock right, or say 'clarion clock confirm --as ROLE' if it is right"


class Role(StrEnum):
    """What a node does."""

    ALL = "all"
    CLOCK = "clock"
    WORKER = "worker"


class Node:
    """One process that posts. ``told`` hears what a person should know, one line each."""

    def __init__(
        self,
        studio: Studio,
        role: Role,
        told: Callable[[str], None],
        time: TimeSource | None = None,
    ) -> None:
        if role is not Role.ALL and not studio.settings.database:
            raise ClarionError(
                f"--role {role} needs a ledger in a database: set 'database', or leave the role out"
            )
        self._studio = studio
        self._role = role
        self._told = told
        self._distrust = ""
        self._asks = True
        self.time = time or SystemTime()
        self._awake = self.time.elapsed()

    def start(self, *, ask_first: bool = True) -> list[Entry]:
        """Take over, move what newer zone data move, ask about a backlog, and go on.

        What waits for an answer now comes back; empty when nothing does.
        """
        ledger, now, self._asks = self._studio.ledger, self.time.now(), ask_first
        ran = ledger.clock_log.any_last()
        trusted = self._trusted()
        if trusted:
            for moved in ledger.rederive(derive, tzdata_version(), now):
                self._told(_moved(moved))
        asleep = ran is None or now - ran > OFF
        waiting = ask(ledger, now, OFF) if ask_first and trusted and asleep else []
        self.runner.start()
        self._keeping.start()
        if self._draws:
            self._pictures.start()
        return waiting

    def stop(self) -> bool:
        """Take nothing new and wait for what is under way; whether all of it came to an end."""
        self._keeping.stop()
        done = self.runner.stop(RING_OUT if self._role is Role.CLOCK else POST_OUT)
        if self._draws:
            self._pictures.close()
        return done

    @cached_property
    def _keeping(self) -> Keeping:
        """What renews the tokens of accounts before they end."""
        return Keeping(self._look, self._told)

    def _look(self) -> list[str]:
        # What seals and renews takes a while to import; a node that starts again posts first.
        from clarion.renewing import keep_fresh

        return keep_fresh(self._studio, self.time.now())

    @property
    def _draws(self) -> bool:
        return bool(self._studio.settings.database) and self._role is not Role.CLOCK

    @cached_property
    def _pictures(self) -> PictureWorker:
        """What draws pictures that a large build elsewhere offers."""
        settings = self._studio.settings
        return PictureWorker(self._studio.press.workshop, settings.database, settings.workers)

    @cached_property
    def runner(self) -> Runner:
        """What does the rounds."""
        studio, owner = self._studio, self._owner()
        deliver = Deliver(
            studio.ledger,
            self.time,
            studio.publisher_for,
            Gate(studio.press),
            studio.settings.assets,
            owner,
            spacing=spacing(studio.settings),
            trusted=lambda: bool(self._clock_gate.glance()),
        )
        return Runner(
            studio.ledger,
            self._clock(),
            self._executor(),
            deliver.work,
            self.time,
            owner,
            Pace(patience=STEP_IN if self._role is Role.WORKER else timedelta()),
            trusted=self._trusted,
        )

    @cached_property
    def _clock_gate(self) -> ClockGate:
        settings = self._studio.settings
        return ClockGate(
            self.time,
            self._studio.ledger.clock_log,
            time_witnesses(self.time, settings.time_check),
            boot=boot_id(),
            remedy=CLOCK_REMEDY,
        )

    def _owner(self) -> str:
        """A name that no other run of any node has: in containers all have one process id."""
        return f"{self._studio.host}:{os.getpid()}:{round(self.time.elapsed() * 1000)}"

    def _trusted(self) -> bool:
        """Asked at the start of every round: the time, and whether this machine has slept."""
        before, self._awake = self._awake, self.time.elapsed()
        trust = self._clock_gate.check()
        if trust and self._asks and self._awake - before > OFF.total_seconds():
            late = ask(self._studio.ledger, trust.at, OFF)
            for line in question(late, trust.at):
                self._told(line)
        if trust.why != self._distrust:
            self._distrust = trust.why
            self._told(trust.why or "the clock is believed again")
        return bool(trust)

    def _clock(self) -> Clock:
        if self._role is Role.WORKER:
            return QuietClock()
        # Of all commands only those that post wait for an alarm; APScheduler imports asyncio.
        from scheduler.adapters.apscheduler_clock import APSchedulerClock

        return APSchedulerClock(self.time)

    def _executor(self) -> Executor:
        settings = self._studio.settings
        if not settings.database:
            return ThreadsExecutor(settings.slots)
        from scheduler.adapters.procrastinate_executor import ProcrastinateExecutor

        works = self._role is not Role.CLOCK
        leads = self._role is not Role.WORKER
        return ProcrastinateExecutor(settings.database, settings.slots, works=works, leads=leads)


class Keeping:
    """Looks after the accounts now and every hour, beside the posting, and tells what is new."""

    def __init__(self, look: Callable[[], list[str]], told: Callable[[str], None]) -> None:
        self._look = look
        self._told = told
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="clarion-accounts", daemon=True)

    def start(self) -> None:
        """Begin; whoever waits for a platform keeps nobody else waiting."""
        self._thread.start()

    def stop(self) -> None:
        """No more looks. One that is under way gets the time to store what it fetched."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(POST_OUT)

    def _work(self) -> None:
        known: list[str] = []
        while not self._over.is_set():
            try:
                said = self._look()
            except Exception:  # a bug there must not end the looks
                log.exception("the accounts could not be looked after")
                said = []
            for line in said:
                if line not in known:
                    self._told(line)
            known = said
            self._over.wait(HOUR)


def spacing(settings: Settings) -> Spacing:
    """The least time between two posts of one account."""
    return Spacing(
        always=timedelta(seconds=settings.spacing),
        late=timedelta(seconds=settings.catch_up_spacing),
        late_after=OFF,
    )


def _moved(moved: Moved) -> str:
    one = moved.entry.delivery
    soon = one.due_at - moved.before
    way = "later" if soon > timedelta() else "earlier"
    return (
        f"{moved.entry.id[:8]} {one.society} {one.card}: {one.wall:%Y-%m-%d %H:%M} {one.zone} "
        f"is now {_utc(one.due_at)} UTC, {abs(soon)} {way} than before (zone data {one.tzdata})"
    )


def _utc(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"
