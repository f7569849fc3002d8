"""A ledger in one plain file: to keep, to bring back, to put in the place of another.

A backup is closed (:mod:`clarion.store.passage`) and knows when it was made, so that nobody goes on
from it by mistake: what was posted since would go out again.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select

from clarion.store import passage
from clarion.store.copy import copy
from clarion.store.migrate import NewerStoreError, migrate
from clarion.store.passage import Passage, Step
from clarion.store.schema import clock, journal
from clarion.store.sqlite import SqliteFile
from scheduler.ledger import StoreError

_PATIENCE = 10.0  # seconds that a file may be locked by somebody else
_PARTS = ("", "-wal", "-shm", "-journal")


def snapshot(source: Path, file: Path) -> None:
    """A copy of a ledger's file as it is at this moment, by SQLite's own backup: whoever writes
    there goes on writing."""
    with _explained(source), closing(_reading(source)) as old, closing(_connect(file)) as new:
        old.backup(new)


def place(made: Path, file: Path) -> None:
    """Make ``file`` hold what ``made`` holds: in one transaction of its own, all or nothing.

    The file itself stays, so that a process that has it open sees the same as everybody.
    """
    with _explained(file), closing(_reading(made)) as old, closing(_connect(file)) as new:
        new.execute("PRAGMA synchronous=FULL")
        old.backup(new)


@contextmanager
def making(file: Path) -> Iterator[Connection]:
    """One transaction in a new ledger's file, which is whole and safe when it ends."""
    made = SqliteFile(file)
    try:
        with made.write() as db:
            migrate(db)
            yield db
    finally:
        made.close()


def copy_to(source: Connection, file: Path) -> None:
    """A copy of a ledger in a database, as this transaction sees it."""
    with making(file) as db:
        copy(source, db)


def seal(file: Path, mark: Passage) -> None:
    """Write into a copy what it is, bring it to this version's tables, and check all of it.

    Raises :class:`~scheduler.ledger.StoreError`.
    """
    made = SqliteFile(file)
    try:
        with made.write() as db:
            passage.reopen(db)
            migrate(db)
            passage.write(db, mark)
            found = str(db.exec_driver_sql("PRAGMA integrity_check").scalar()).splitlines()[-1]
    except NewerStoreError as error:
        raise StoreError(f"{file.name}: {error}") from error
    finally:
        made.close()
    if found != "ok":
        raise StoreError(f"{file}: is damaged ({found}): take an older backup")
    with closing(_connect(file)) as db:
        db.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
    with file.open("rb") as written:
        os.fsync(written.fileno())


def aside(file: Path, now: datetime) -> Path:
    """Where a ledger goes that another one takes the place of."""
    return file.with_name(f"{file.stem}-set-aside-{now:%Y%m%dT%H%M%SZ}.sqlite")


def remove(file: Path) -> None:
    """Remove a file that SQLite made, and what it put beside it."""
    for part in _PARTS:
        file.with_name(file.name + part).unlink(missing_ok=True)


def rename(file: Path, name: Path) -> None:
    """Give a file another name, and what SQLite put beside it too."""
    for part in _PARTS:
        if file.with_name(file.name + part).exists():
            file.with_name(file.name + part).rename(name.with_name(name.name + part))


def made_at(file: Path) -> datetime:
    """The last moment this ledger knows of: when it was copied or closed, else its last line.

    Raises :class:`~scheduler.ledger.StoreError` for what is no ledger.
    """
    ledger = SqliteFile(file)
    try:
        with ledger.read() as db:
            found = passage.read(db)
            if found is not None and found.step in (Step.BACKUP, Step.GONE):
                return found.at
            seen = [db.scalar(select(func.max(journal.c.at, type_=journal.c.at.type)))]
            if inspect(db).has_table(clock.name):
                seen.append(db.scalar(select(func.max(clock.c.at, type_=clock.c.at.type))))
    finally:
        ledger.close()
    known: list[datetime] = [one for one in seen if one is not None]
    if not known:
        raise StoreError(f"{file.name}: is an empty ledger: there is nothing to bring back")
    return max(known)


def is_sound(file: Path) -> bool:
    """Whether SQLite can read all of it."""
    try:
        with closing(_reading(file)) as db:
            return bool(db.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def is_ledger(file: Path) -> bool:
    """Whether there is a ledger in this file, of whatever version."""
    try:
        with closing(_reading(file)) as db:
            return "clarion_deliveries" in _names(db)
    except sqlite3.Error:
        return False


def _names(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _connect(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"{file}: cannot be copied ({error}): check the disk, its free space and permissions"
        ) from error
