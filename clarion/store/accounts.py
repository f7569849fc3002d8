"""The rows of accounts: secrets that somebody else has sealed, and what may be seen of them.

Nothing here can open a seal. A version stands in the row and inside the seal, and grows with every
change of the secrets: each change names the version it comes from, so that of two only one counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from clarion.store import books
from clarion.store.batches import each
from clarion.store.schema import accounts as a
from clarion.store.writer import Writer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One account. ``key`` is the id of the key it is sealed with, ``handle`` what the platform
    calls it, ``fingerprint`` tells two sets of secrets apart. ``renewed_at`` is None until the
    account was renewed without a person."""

    account: str
    platform: str
    sealed: bytes = field(repr=False)
    key: str
    version: int
    added_by: str
    added_at: datetime
    expires_at: datetime | None = None
    handle: str = ""
    fingerprint: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    renewed_at: datetime | None = None
    verified_at: datetime | None = None


_COLUMNS = [column for column in a.c if column.name in Row.__dataclass_fields__]
_OF_A_GRANT = ("sealed", "key", "version", "fingerprint", "expires_at", "renewed_at")
_GONE = b""
"""What is sealed in the row of an account that was removed."""
_FREE = {"renewing_by": "", "renewing_until": None}


class SqlAccounts:
    """The accounts of one ledger. Every method raises :class:`~scheduler.ledger.StoreError` when
    the store does not answer."""

    def __init__(
        self, read: Callable[[], AbstractContextManager[Connection]], writer: Writer
    ) -> None:
        self._read = read
        self._writer = writer

    def all(self) -> list[Row]:
        """Every account, by name."""
        with self._read() as db:
            return _rows(db)

    def get(self, account: str) -> Row | None:
        """One account; None when nothing is stored for it."""
        with self._read() as db:
            return _row(db, account)

    def put(self, account: str, make: Callable[[int], Row], by: str, now: datetime) -> Row:
        """Store the row that ``make`` gives for the version it is told, in the place of any other.
        ``make`` is called while nobody else writes. Who did so stands in the journal."""

        def put(db: Connection) -> Row:
            before = db.scalar(select(a.c.version).where(a.c.account == account))
            row = make(1 if before is None else before + 1)
            db.execute(delete(a).where(a.c.account == account))
            db.execute(insert(a).values(**_values(row), **_FREE))
            books.remark(db, now, "account-added", by, account)
            return row

        return self._write(put)

    def remove(self, account: str, by: str, now: datetime) -> bool:
        """Forget all about an account but its version, which never goes back: somebody may still
        hold an older grant. False when there was none."""

        def remove(db: Connection) -> bool:
            row = _row(db, account)
            if row is None:
                return False
            bare = Row(account, "", _GONE, "", row.version, "", now)
            this = update(a).where(a.c.account == account)
            db.execute(this.values(**_values(bare), **_FREE))
            books.remark(db, now, "account-removed", by, account)
            return True

        return self._write(remove)

    def lease(self, before: Row, by: str, until: datetime, now: datetime) -> bool:
        """Be the only one to renew this version until then; False when somebody else is, or the
        row has changed. ``by`` is a name that nobody else has."""
        free = or_(a.c.renewing_until.is_(None), a.c.renewing_until <= now)
        taken = {"renewing_by": by, "renewing_until": until}
        return self._change(and_(_this(before), free), taken)

    def release(self, account: str, by: str) -> None:
        """Give the lease back, if it is still held."""
        self._change(and_(a.c.account == account, a.c.renewing_by == by), _FREE)

    def renewed(self, before: Row, after: Row) -> bool:
        """Store the secrets that were fetched on the ground of ``before``; False when that has
        changed."""
        values = {name: getattr(after, name) for name in _OF_A_GRANT}
        return self._change(_this(before), values | _FREE)

    def verified(self, account: str, handle: str, now: datetime) -> None:
        """The platform answered, and calls the account so."""
        self._change(a.c.account == account, {"handle": handle, "verified_at": now})

    def learn(self, account: str, facts: Mapping[str, Any], expires_at: datetime | None) -> None:
        """Add to the facts, and to the row when its grant ends, unless that is None."""

        def learn(db: Connection) -> None:
            row = _row(db, account)
            if row is not None:
                merged = _text({**row.facts, **facts})
                ends = row.expires_at if expires_at is None else expires_at
                this = update(a).where(a.c.account == account)
                db.execute(this.values(facts=merged, expires_at=ends))

        self._write(learn)

    def reseal(self, change: Callable[[Row], Row], by: str, now: datetime) -> int:
        """Change every row, or none when ``change`` raises; how many there are."""

        def reseal(db: Connection) -> int:
            rows = [change(row) for row in _rows(db)]
            for row in rows:
                this = update(a).where(a.c.account == row.account)
                db.execute(this.values(sealed=row.sealed, key=row.key, fingerprint=row.fingerprint))
            books.remark(db, now, "key-rotated", by, f"{len(rows)} accounts")
            return len(rows)

        return self._write(reseal)

    def _change(self, condition: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
        return self._write(
            lambda db: db.execute(update(a).where(condition).values(**values)).rowcount == 1
        )

    def _write(self, task: Callable[[Connection], T]) -> T:
        return self._writer.do(each, task)


def _this(row: Row) -> ColumnElement[bool]:
    """The row, as long as nobody has changed its secrets or sealed them anew."""
    return and_(a.c.account == row.account, a.c.version == row.version, a.c.key == row.key)


def _row(db: Connection, account: str) -> Row | None:
    return next(iter(_rows(db, a.c.account == account)), None)


def _rows(db: Connection, *conditions: ColumnElement[bool]) -> list[Row]:
    query = select(*_COLUMNS).where(a.c.sealed != _GONE, *conditions).order_by(a.c.account)
    rows = (Row(**row._mapping) for row in db.execute(query))
    return [replace(row, facts=json.loads(row.facts)) for row in rows]  # type: ignore[arg-type]


def _values(row: Row) -> dict[str, Any]:
    values = {column.name: getattr(row, column.name) for column in _COLUMNS}
    return values | {"facts": _text(row.facts)}


def _text(facts: Mapping[str, Any]) -> str:
    return json.dumps(dict(facts), sort_keys=True)
