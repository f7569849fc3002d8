"""A whole ledger, row by row, from one store into another; and whether all of it arrived.

Every table is read in the order of its key, so that a digest over the rows says the same on both
sides. Rows pass through the types of the schema: an instant is the same instant, whatever a
database makes of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Select,
    String,
    Table,
    collate,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.schema import DropTable

from clarion.store.migrate import VERSION_TABLE
from clarion.store.schema import accounts, clock, holds, journal, metadata, passage, stops
from clarion.store.schema import deliveries as d
from scheduler.delivery import State
from scheduler.ledger import StoreError

TABLES = tuple(table for table in metadata.sorted_tables if table is not passage)
"""All that is moved, what others refer to first."""
_BATCH = 500  # rows written at once


Open: TypeAlias = Connection
"""A ledger inside a transaction."""


class Sum(NamedTuple):
    """The rows of a table, and a digest over them in order."""

    rows: int
    digest: str


Tally = Mapping[str, Sum]
"""By the name of the table."""


def copy(source: Connection, target: Connection) -> Tally:
    """Write every row of ``source`` into ``target``, whose tables are empty. Commits nothing.

    Raises :class:`~scheduler.ledger.StoreError` where what arrived is not what was there, or the
    journal does not tell how it came to be.
    """
    gone = {table.name: _copied(table, source, target) for table in TABLES}
    if target.dialect.name == "postgresql":
        _count_on(target)
    arrived = tally(target)
    if gone != arrived:
        tables = ", ".join(name for name, total in gone.items() if arrived[name] != total)
        raise StoreError(
            f"what arrived differs from what was there ({tables}): nothing was moved; "
            "check the disks, then try again"
        )
    if untold := _untold(target):
        raise StoreError(
            f"the journal does not tell how {untold} deliveries came to be what they are: "
            "nothing was moved; restore the ledger from a backup"
        )
    return gone


def tally(db: Connection) -> Tally:
    """What there is."""
    return {table.name: _summed(table, db) for table in TABLES}


def holdings(db: Connection) -> int:
    """How many deliveries are kept there; 0 only where nothing else is that anybody decided."""
    found = db.scalar(select(func.count()).select_from(d)) or 0
    tables = (journal, stops, holds, accounts)
    others = (db.execute(select(table).limit(1)).first() for table in tables)
    return found or sum(row is not None for row in others)


def on_the_wire(db: Connection) -> int:
    """How many requests may be on their way to a platform at this moment."""
    sending = d.c.state == State.SENDING.value
    return db.scalar(select(func.count()).select_from(d).where(sending)) or 0


def call_machine(db: Connection, before: str, now: str) -> None:
    """Keep what is known of a machine's clock under another name: in a file a machine has none."""
    if db.execute(select(clock.c.host).where(clock.c.host == before)).first() is not None:
        db.execute(delete(clock).where(clock.c.host == now))
        db.execute(update(clock).where(clock.c.host == before).values(host=now))


def wipe(db: Connection) -> None:
    """Remove the ledger from a database, tables and all."""
    for table in reversed(metadata.sorted_tables):
        db.execute(DropTable(table, if_exists=True))
    db.execute(text(f"DROP TABLE IF EXISTS {VERSION_TABLE}"))
    for function in ("clarion_journal_kept", "clarion_closed"):
        db.execute(text(f"DROP FUNCTION IF EXISTS {function}()"))


def _copied(table: Table, source: Connection, target: Connection) -> Sum:
    digest, count = hashlib.sha256(), 0
    for rows in _read(table, source):
        target.execute(insert(table), [row._asdict() for row in rows])
        count += len(rows)
        _add(digest, rows)
    return Sum(count, digest.hexdigest())


def _summed(table: Table, db: Connection) -> Sum:
    digest, count = hashlib.sha256(), 0
    for rows in _read(table, db):
        count += len(rows)
        _add(digest, rows)
    return Sum(count, digest.hexdigest())


def _read(table: Table, db: Connection) -> Iterator[list[Row[Any]]]:
    """The rows in the order of their key, some at a time, however many there are."""
    query: Select[Any] = select(table).order_by(*(_ordered(c, db) for c in table.primary_key))
    found = db.execute(query.execution_options(yield_per=_BATCH))
    for rows in found.partitions():
        yield list(rows)


def _ordered(column: Column[Any], db: Connection) -> Any:
    """By its bytes, whatever language the database is set to."""
    if db.dialect.name == "postgresql" and isinstance(column.type, String):
        return collate(column, "C")
    return column


def _add(digest: Any, rows: list[Row[Any]]) -> None:
    for row in rows:
        digest.update(repr(tuple(row)).encode())


def _count_on(db: Connection) -> None:
    """The next line of the journal gets the number after the last one."""
    last = select(func.coalesce(func.max(journal.c.number), 0)).scalar_subquery()
    sequence = func.pg_get_serial_sequence(journal.name, "number")
    db.execute(select(func.setval(sequence, last + 1, False)))


def _untold(db: Connection) -> int:
    """How many deliveries are not in the state that the journal left them in."""
    last = (
        select(journal.c.delivery, func.max(journal.c.number).label("number"))
        .group_by(journal.c.delivery)
        .subquery()
    )
    joined = d.outerjoin(last, last.c.delivery == d.c.id).outerjoin(
        journal, journal.c.number == last.c.number
    )
    differs = or_(journal.c.state.is_(None), journal.c.state != d.c.state)
    return db.scalar(select(func.count()).select_from(joined).where(differs)) or 0
