"""Whether a ledger may be worked with, or its deliveries have gone to another store.

Two stores cannot commit as one. So when a ledger moves between a file and a database, the file
decides: one commit in it is the moment at which the deliveries have moved, in either direction.
The database waits for that moment closed, and whoever opens it beside that file looks there:

    file to database    file: going ............ GONE (decides)
                        database:      arriving ......... arrived
    database to file    database:      leaving .......... gone
                        file:              ... ARRIVED (decides)

A closed store refuses every write by triggers of its own, so that a process that had it open since
before posts nothing from it either.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, delete, insert, inspect, select

from clarion.store.lock import AlreadyRunningError, Lock
from clarion.store.schema import deliveries, metadata, passage
from scheduler.ledger import StoreError

CLOSED = "clarion: closed"
"""What the database says to whoever writes into a closed ledger."""
CLOSED_WORDS = (
    "is closed, its deliveries were moved or are being moved: start again to hear where they are"
)
_TABLES = tuple(table.name for table in metadata.sorted_tables if table is not passage)
_HAS_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
_EVENTS = ("INSERT", "UPDATE", "DELETE")


class Step(StrEnum):
    """How far a ledger has come on its way."""

    GOING = "going"
    """In a file: a copy was begun. It goes on as ever."""
    ARRIVING = "arriving"
    """In a database: a copy that may not count yet. Closed, unless the file says gone."""
    LEAVING = "leaving"
    """In a database: it may have gone already. Closed, unless the file never got it."""
    GONE = "gone"
    """It is elsewhere. Closed."""
    ARRIVED = "arrived"
    """It came from elsewhere, and is here."""
    BACKUP = "backup"
    """A copy to keep. Closed until it is restored."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The last journey of a ledger: ``other`` names where it went or came from, in words."""

    token: str
    step: Step
    other: str
    at: datetime


def token(*words: str) -> str:
    """What tells one journey from all others: made of where from, where to and when."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def read(db: Connection) -> Passage | None:
    """What is written there; None in a ledger that was never moved, or of an older version."""
    if not inspect(db).has_table(passage.name):
        return None
    for row in db.execute(select(passage)):
        return Passage(row.token, Step(row.step), row.other, row.at)
    return None


def write(db: Connection, now: Passage | None) -> None:
    """Put this in the place of what was written."""
    db.execute(delete(passage))
    if now is not None:
        db.execute(
            insert(passage).values(token=now.token, step=now.step, other=now.other, at=now.at)
        )


def close(db: Connection) -> None:
    """Let nobody write any more, whoever has it open."""
    if db.dialect.name == "sqlite":
        for name, table, event in _triggers():
            db.exec_driver_sql(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END"
            )
        return
    db.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION clarion_closed() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'object_not_in_prerequisite_state'; "
        "END $$"
    )
    for name, table, event in _triggers():
        db.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION clarion_closed()"
        )


def reopen(db: Connection) -> None:
    """Undo :func:`close`, where it was done."""
    here = set(inspect(db).get_table_names())
    for name, table, _ in _triggers():
        if table in here:
            on = "" if db.dialect.name == "sqlite" else f" ON {table}"
            db.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")


def check(name: str, found: Passage | None) -> None:
    """:class:`~scheduler.ledger.StoreError` with one line that says where to go, where the store
    ``name`` is closed."""
    if found is None or found.step in (Step.GOING, Step.ARRIVED):
        return
    since = f"{found.at:%Y-%m-%d %H:%M} UTC"
    words = {
        Step.GONE: f"its deliveries are in {found.other} since {since}: {setting_for(found.other)}",
        Step.ARRIVING: f"holds an unfinished copy of {found.other}, begun {since}: "
        "say 'clarion move' there once more, or go on there",
        Step.LEAVING: f"is being moved to {found.other} since {since}: "
        "wait for that to end, or say 'clarion move --to file' there once more",
        Step.BACKUP: f"is a backup of {found.other}, made {since}: "
        "bring it back with 'clarion restore'",
    }
    raise StoreError(f"{name}: {words[found.step]}")


def setting_for(other: str) -> str:
    """What to set so that the ledger ``other`` is the one in use."""
    if other.startswith("database "):
        return "write its address as 'database' into clarion.toml, or set CLARION_DATABASE"
    return "leave 'database' out of clarion.toml, and CLARION_DATABASE unset"


def settle(db: Connection, name: str, beside: Path | None) -> None:
    """See that the ledger in a database may be worked with; as :func:`check` where it may not.

    ``beside`` is where the workspace keeps a ledger in a file. A move between the two that was cut
    short is carried through or undone here, whichever the file says.
    """
    found = read(db)
    if found is not None and beside is not None and found.step in (Step.ARRIVING, Step.LEAVING):
        try:
            with Lock(lock_of(beside)):
                found = decided(db, found, beside)
        except AlreadyRunningError:
            pass  # it is being moved at this moment
    check(name, found)
    if found is None and beside is not None and not _something(db) and _kept_in(beside):
        raise StoreError(
            f"{name}: is empty, but {beside} holds a ledger: say 'clarion move --to' with this "
            "address, or put that file away"
        )


def decided(db: Connection, found: Passage, beside: Path) -> Passage | None:
    """The same by the word of the file; for who holds the workspace's lock."""
    there = peek(beside)
    told = there.step if there is not None and there.token == found.token else None
    if found.step is Step.ARRIVING and told is Step.GONE:
        reopen(db)
        found = replace(found, step=Step.ARRIVED)
        write(db, found)
    elif found.step is Step.LEAVING and told is not None:
        found = replace(found, step=Step.GONE)
        write(db, found)
    elif found.step is Step.LEAVING and arriving(beside, found.token).exists():
        reopen(db)
        write(db, None)
        return None
    return found


def peek(file: Path) -> Passage | None:
    """What is written in a file, which is not touched; None where there is none."""
    if not file.is_file():
        return None
    with _looking(file) as db:
        if not db.execute(_HAS_TABLE, (passage.name,)).fetchone():
            return None
        row = db.execute("SELECT token, step, other, at FROM clarion_passage").fetchone()
    return row and Passage(row[0], Step(row[1]), row[2], datetime.fromisoformat(row[3]))


def _something(db: Connection) -> bool:
    """Whether there are deliveries."""
    if not inspect(db).has_table(deliveries.name):
        return False
    return db.execute(select(deliveries.c.id).limit(1)).first() is not None


def _kept_in(file: Path) -> bool:
    """Whether a file holds deliveries that have not gone elsewhere."""
    if not file.is_file():
        return False
    found = peek(file)
    if found is not None and found.step is Step.GONE:
        return False
    with _looking(file) as db:
        if not db.execute(_HAS_TABLE, (deliveries.name,)).fetchone():
            return False
        return db.execute("SELECT 1 FROM clarion_deliveries LIMIT 1").fetchone() is not None


def arriving(file: Path, token: str) -> Path:
    """Where a ledger is put together that is to become ``file``."""
    return file.with_name(f"{file.name}.{token}.arriving")


def lock_of(file: Path) -> Path:
    """The lock of the one who posts from this file, or moves it."""
    return file.with_name("clarion.lock")


@contextmanager
def _looking(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as db:
            yield db
    except sqlite3.Error as error:
        raise StoreError(f"{file}: cannot be read ({error}): mend that, then try again") from error


def _triggers() -> Iterator[tuple[str, str, str]]:
    for table in _TABLES:
        for event in _EVENTS:
            yield f"{table}_closed_{event.lower()}", table, event
