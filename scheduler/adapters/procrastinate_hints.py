"""The queue in the database, as those use it who hint: its tables, its hints, and who leads."""

from __future__ import annotations

import hashlib
import logging
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager
from psycopg.sql import SQL

from scheduler.adapters.procrastinate_worker import (
    QUEUE,
    TASK,
    connect,
    lock_key,
    packed,
    unpacked,
)
from scheduler.outcome import Ref

T = TypeVar("T")

log = logging.getLogger("clarion.scheduler.executor")

_JOBS = 16  # into how many jobs a wave is cut: few enough to be quick, enough for all workers
_LONGEST = 32  # hints in one job
_FIRST, _BATCH = 64, 1000  # hints written at once: a few first, for the workers to begin with
_LEAD = lock_key("hints")
_WAITING = """
    SELECT args FROM procrastinate_jobs
    WHERE queue_name = %s AND status = ANY(%s::procrastinate_job_status[])
"""
_COMMENT = """
    SELECT obj_description(oid) FROM pg_namespace
    WHERE nspname = current_setting('search_path')
"""


class Hints:
    """The one connection on which hints are written, and on which a node leads.

    Opened when it is first needed, and anew after it broke.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
        self._lock = threading.Lock()
        self._db: psycopg.Connection | None = None
        self.leads = False

    def use(self, what: Callable[[psycopg.Connection], T]) -> T:
        """Do this on the connection; once more when it turned out to be broken already."""
        with self._lock:
            fresh = self._db is None
            try:
                return what(self._open())
            except (psycopg.OperationalError, ConnectorException):
                self._drop()
                if fresh:
                    raise
            try:
                return what(self._open())
            except BaseException:
                self._drop()
                raise

    def lead(self, db: psycopg.Connection) -> bool:
        """Try to be the one who hints at once."""
        took = db.execute("SELECT pg_try_advisory_lock(%s)", (_LEAD,)).fetchone()
        self.leads = took == (True,)
        return self.leads

    def defer(self, db: psycopg.Connection, refs: Sequence[Ref]) -> None:
        """Put hints into the queue."""
        queue = self._app.configure_task(TASK, queue=QUEUE, connection=db)
        for batch in _batches(refs):
            size = min(_LONGEST, math.ceil(len(batch) / _JOBS))
            jobs: list[dict[str, Any]] = [{"hints": packed(part)} for part in _parts(batch, size)]
            queue.batch_defer(*jobs)

    def close(self) -> None:
        """Give the connection back, and the lead with it. May be called twice."""
        with self._lock:
            self._drop()

    def _open(self) -> psycopg.Connection:
        if self._db is None:
            self._db = connect(self._url)
        return self._db

    def _drop(self) -> None:
        self.leads = False
        if self._db is not None:
            self._db.close()
            self._db = None


def make_queue(url: str) -> None:
    """Procrastinate's tables, as this version of it wants them; two nodes make them once."""
    wanted = SchemaManager.get_schema()
    mark = f"Procrastinate's, {hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    with connect(url) as db, db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(%s)", (lock_key("queue"),))
        found = db.execute(_COMMENT).fetchone()
        if found == (mark,):
            return
        if found is not None:
            log.warning("the queue was made by another version of Procrastinate: made anew")
            db.execute("DROP SCHEMA clarion_queue CASCADE")
        db.execute("SET LOCAL synchronous_commit = on")  # a hint may be lost, its table not
        db.execute("CREATE SCHEMA clarion_queue")
        db.execute(wanted)
        db.execute(SQL("COMMENT ON SCHEMA clarion_queue IS {}").format(mark))


def in_queue(db: psycopg.Connection, *states: str) -> set[Ref]:
    """The hints of jobs in these states: ``todo`` waits, ``doing`` is being handed over."""
    rows = db.execute(_WAITING, (QUEUE, list(states)))
    return {ref for (args,) in rows for ref in unpacked(args["hints"])}


def _batches(refs: Sequence[Ref]) -> Iterator[Sequence[Ref]]:
    if refs:
        yield refs[:_FIRST]
    yield from _parts(refs[_FIRST:], _BATCH)


def _parts(refs: Sequence[Ref], size: int) -> Iterator[list[Ref]]:
    source = iter(refs)
    while part := list(islice(source, size)):
        yield part
