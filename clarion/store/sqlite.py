"""The ledger in one SQLite file: the default.

Settings follow from one sentence: an intent that was granted must survive a loss of power. Hence
WAL with ``synchronous=FULL``; every write begins with ``BEGIN IMMEDIATE``, so that it waits its
turn at the start and never fails half-way; one connection writes, under a lock of the process.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError

from clarion.store import passage
from clarion.store.ledger import SqlLedger
from clarion.store.migrate import NewerStoreError, migrate
from scheduler.ledger import StoreError

BUSY_SECONDS = 10
"""How long a write waits for another process's, unless told otherwise."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
)
_REMEDIES = (
    ("full", "cannot be written, the disk is full: free some space; nothing stored was lost"),
    ("readonly", "cannot be written: give write permission to the file and its folder"),
    ("unable to open", "cannot be opened: check that its folder exists and may be written"),
    ("not a database", "is not a Clarion ledger, or is damaged: restore it from a backup"),
    ("malformed", "is damaged: stop, and restore it from a backup"),
    ("locked", "is being written by another process for too long: try again"),
    ("disk i/o", "cannot be read or written: check the disk and its free space"),
)


def open_ledger(path: Path, *, durable: bool = True, patience: float = BUSY_SECONDS) -> SqlLedger:
    """The ledger in this file, made or brought up to date where needed.

    Without ``durable`` a loss of power may take the last changes with it: for rehearsals only.
    ``patience`` is how many seconds a write waits for another process's.

    Raises :class:`~scheduler.ledger.StoreError` with one line that names the file and the remedy.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path.parent}: cannot be made a folder ({error.strerror}): choose another place"
        ) from error
    file = SqliteFile(path, durable=durable, patience=patience)
    try:
        with file.write() as db:
            passage.check(str(path), passage.read(db))
            migrate(db)
    except NewerStoreError as error:
        file.close()
        raise StoreError(f"{path}: {error}") from error
    except StoreError:
        file.close()
        raise
    return SqlLedger(file)


def engine_version() -> tuple[int, ...]:
    """The version of SQLite in use. Before 3.51.3 a rare fault could damage a file that several
    processes write at once (SQLite's own note on the WAL-reset bug)."""
    return sqlite3.sqlite_version_info


class SqliteFile:
    """See :class:`clarion.store.ledger.Transactions`."""

    def __init__(self, path: Path, *, durable: bool = True, patience: float = BUSY_SECONDS) -> None:
        self._path = path
        busy = f"PRAGMA busy_timeout={round(patience * 1000)}"
        sync = f"PRAGMA synchronous={'FULL' if durable else 'OFF'}"
        self._engine = _engine(path, (busy, *_PRAGMAS, sync))
        self._lock = threading.Lock()
        self._writer: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """See :meth:`clarion.store.ledger.Transactions.read`."""
        with self._explained(), self._engine.connect() as db, db.begin():
            yield db

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """See :meth:`clarion.store.ledger.Transactions.write`."""
        with self._lock, self._explained():
            if self._writer is None:
                self._writer = self._engine.connect().execution_options(clarion_write=True)
            with self._writer.begin():
                yield self._writer

    def enrol(self, owner: str) -> None:
        """See :meth:`clarion.store.ledger.Transactions.enrol`; a lock file sees to it."""

    def gone(self, owners: Collection[str], *, starting: bool) -> set[str]:
        """See :meth:`clarion.store.ledger.Transactions.gone`."""
        return set(owners) if starting else set()

    def close(self) -> None:
        """See :meth:`clarion.store.ledger.Transactions.close`."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            if passage.CLOSED not in str(error.orig):
                raise  # a broken promise of ours, not of the disk
            raise StoreError(f"{self._path}: {passage.CLOSED_WORDS}") from None
        except DBAPIError as error:
            raise StoreError(f"{self._path}: {_remedy(error)}") from error


def _remedy(error: DBAPIError) -> str:
    said = str(error.orig)
    for sign, remedy in _REMEDIES:
        if sign in said.lower():
            return remedy
    return f"the database says '{said}': check the disk, or restore the file from a backup"


def _engine(path: Path, pragmas: Iterable[str]) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), pool_size=4, max_overflow=-1)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where it guesses
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("clarion_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
