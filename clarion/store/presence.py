"""Who is alive: each runner holds a lock of its name in a session of its own, as long as it lives.

The server gives the lock back when the session ends, so a runner that died is known within
seconds, while one that was only stopped still counts as alive. A session may also break under a
runner that lives, as when the server restarts: it enrols again at once, and nobody is called gone
who was missing for less than ``GRACE``.

Should a live runner be called gone all the same, then its claims are lost to it, and what it was
sending is looked up: nothing is sent twice.
"""

from __future__ import annotations

import hashlib
import logging
import select
import threading
import time
from collections.abc import Callable, Collection

import psycopg

log = logging.getLogger("clarion.store")

GRACE = 2.0
"""Seconds for which a runner's session has to be missing before the runner counts as gone."""
GRACE_AT_START = 0.25
"""The same for who has just come and has not watched for that long."""
_LOOK = 0.3  # seconds between two looks at who is there
_NAP = 0.01
_PRESENT = """
    SELECT (classid::int8 << 32) | objid::int8 FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def key(*words: str) -> int:
    """The number of an advisory lock: the same in every process, a name of ours in it."""
    digest = hashlib.blake2b(" ".join(("clarion", *words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


RUNNERS = key("runners")
"""The lock that every runner shares; who has it to himself knows that none is alive."""


class Presence:
    """A thread that keeps one session open, and looks who else is there."""

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._mine: dict[int, bool] = {}
        self._seen: dict[int, float] = {}
        self._since = 0.0  # how far back the looks go without a break
        self._looked = 0.0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def enrol(self, owner: str) -> None:
        """Hold the lock of this name from now on; raises the driver's errors."""
        with self._lock:
            if self._thread is None:
                session = self._connect()
                self._thread = threading.Thread(
                    target=self._keep, args=(session,), name="clarion-presence", daemon=True
                )
                self._thread.start()
            self._mine[key("runner", owner)] = False
        self._until_held(key("runner", owner))

    def gone(self, owners: Collection[str]) -> set[str]:
        """Those whose session has been missing for :data:`GRACE`, as far as was looked."""
        with self._lock:
            edge = self._looked - GRACE
            if self._since > edge or time.monotonic() > self._looked + GRACE:
                return set()
            return {one for one in owners if self._seen.get(key("runner", one), edge) <= edge}

    def gone_before(self, owners: Collection[str]) -> set[str]:
        """The same for a beginner: if need be it waits to see who comes back."""
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline:
            with self._lock:
                missing = {one for one in owners if key("runner", one) not in self._seen}
                watched = self._looked - self._since
            if not missing or watched >= GRACE_AT_START:
                return missing
            time.sleep(_NAP)
        return set()

    def close(self) -> None:
        """Give the lock back. May be called twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _until_held(self, lock: int) -> None:
        deadline = time.monotonic() + GRACE
        while not self._mine[lock] and time.monotonic() < deadline:
            time.sleep(_NAP)  # the thread has it in a moment

    def _keep(self, session: psycopg.Connection | None) -> None:
        while not self._stopping.is_set():
            try:
                if session is None:
                    session = self._connect()
                with session:
                    self._watch(session)
            except psycopg.Error as error:
                log.warning("the session that says who is alive broke: %s", type(error).__name__)
                self._stopping.wait(0.1)
            session = None
            with self._lock:
                self._looked = 0.0
                self._mine = dict.fromkeys(self._mine, False)

    def _watch(self, session: psycopg.Connection) -> None:
        shared = False
        while not self._stopping.is_set():
            if not shared:
                share = "SELECT pg_try_advisory_lock_shared(%s)"
                shared = session.execute(share, (RUNNERS,)).fetchone() == (True,)
            for lock in [lock for lock, held in self._mine.items() if not held]:
                took = session.execute("SELECT pg_try_advisory_lock(%s)", (lock,)).fetchone()
                self._mine[lock] = took == (True,)
            self._note([row[0] for row in session.execute(_PRESENT)], time.monotonic())
            select.select([session.fileno()], [], [], _LOOK)  # wakes at once when it breaks

    def _note(self, present: Collection[int], now: float) -> None:
        with self._lock:
            if now - self._looked > GRACE / 2:  # the first look, or this process stood still
                self._since = now
            self._looked = now
            self._seen.update(dict.fromkeys(present, now))
