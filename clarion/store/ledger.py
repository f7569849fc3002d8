"""The ledger in a database: the rules of :mod:`scheduler.rules`, each in one transaction.

Nothing here is SQLite's own; :mod:`clarion.store.sqlite` opens the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    false,
    insert,
    or_,
    select,
)

from clarion.store import books, queries, rows
from clarion.store.schema import deliveries as d
from clarion.store.schema import holds, journal, stops
from scheduler.delivery import Delivery, Entry
from scheduler.ledger import (
    EVERYTHING,
    AccountHold,
    Claim,
    Decision,
    Filter,
    Granted,
    JournalLine,
    Outcome,
    PutCounts,
    Recovered,
    Refused,
    Scope,
    Stop,
    Why,
)
from scheduler.rules import OWNED, Change, ending, leave, people, posting


class Transactions(Protocol):
    """How a database is read and written."""

    def read(self) -> AbstractContextManager[Connection]:
        """One consistent view."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """One transaction that nobody else writes beside; committed and safe when it ends."""
        ...

    def close(self) -> None:
        """Give back every connection."""
        ...


class SqlLedger:
    """See :class:`scheduler.ledger.Ledger`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    # --- the plan ---

    def put(
        self,
        deliveries: Sequence[Delivery],
        now: datetime,
        *,
        whole: Iterable[tuple[str, date]] | None = None,
    ) -> PutCounts:
        """See :meth:`scheduler.ledger.Ledger.put`."""
        series = {one.series for one in deliveries} if whole is None else set(whole)
        with self._transactions.write() as db:
            have = {one.id: one for one in books.select_entries(db, _of(series))}
            rest = [one.id for one in deliveries if one.id not in have]
            have |= books.by_id(db, rest)
            found = people.compare(deliveries, have.values(), series)
            new = [change for change in found.changes if change.entry.id not in have]
            if new:
                books.add(db, new, now)
            for change in found.changes:
                if change.entry.id in have:
                    books.write(db, have[change.entry.id], change, now)
            return found.counts

    def get(self, delivery_id: str) -> Entry:
        """See :meth:`scheduler.ledger.Ledger.get`."""
        with self._transactions.read() as db:
            return books.entry(db, delivery_id)

    def entries(self, which: Filter = EVERYTHING) -> list[Entry]:
        """See :meth:`scheduler.ledger.Ledger.entries`."""
        with self._transactions.read() as db:
            return books.select_entries(db, *queries.wanted(which))

    def journal(self, delivery_id: str | None = None) -> list[JournalLine]:
        """See :meth:`scheduler.ledger.Ledger.journal`."""
        query = select(journal).order_by(journal.c.number)
        if delivery_id is not None:
            query = query.where(journal.c.delivery == delivery_id)
        with self._transactions.read() as db:
            return [rows.journal_line(row) for row in db.execute(query).mappings()]

    # --- people ---

    def approve(
        self,
        ids: Iterable[str],
        by: str,
        now: datetime,
        *,
        seen: Mapping[str, str] | None = None,
    ) -> list[Decision]:
        """See :meth:`scheduler.ledger.Ledger.approve`."""
        hashes = seen or {}
        return self._decide(ids, lambda old: people.approve(old, by, hashes.get(old.id), now), now)

    def revoke(self, ids: Iterable[str], by: str, now: datetime) -> list[Decision]:
        """See :meth:`scheduler.ledger.Ledger.revoke`."""
        return self._decide(ids, lambda old: people.revoke(old, by), now)

    def resolve(
        self, delivery_id: str, by: str, now: datetime, *, posted: bool, url: str = ""
    ) -> Decision:
        """See :meth:`scheduler.ledger.Ledger.resolve`."""

        def rule(old: Entry) -> Change | Decision:
            return people.resolve(old, by, now, posted=posted, url=url)

        return self._decide([delivery_id], rule, now)[0]

    # --- runners ---

    def due(self, now: datetime, limit: int) -> list[str]:
        """See :meth:`scheduler.ledger.Ledger.due`."""
        with self._transactions.read() as db:
            return list(db.scalars(queries.DUE, {"now_": now, "limit_": limit}))

    def next_due(self, now: datetime) -> datetime | None:
        """See :meth:`scheduler.ledger.Ledger.next_due`."""
        with self._transactions.read() as db:
            found: datetime | None = db.scalar(queries.NEXT_DUE, {"now_": now})
            return found

    def claim(
        self, ids: Iterable[str], owner: str, lease_until: datetime, now: datetime
    ) -> list[Claim]:
        """See :meth:`scheduler.ledger.Ledger.claim`."""
        wanted = list(ids)
        with self._transactions.write() as db:
            stop_list, hold_map = books.switches(db)
            have = books.by_id(db, wanted)
            claims = []
            for one in wanted:
                old = have.pop(one, None)
                if old is None or not leave.claimable(old, now, stop_list, hold_map):
                    continue
                entry = books.write(db, old, posting.claimed(old, owner, lease_until), now)
                claims.append(Claim(entry.id, owner, entry.fence, entry))
            return claims

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        """See :meth:`scheduler.ledger.Ledger.intent`."""
        with self._transactions.write() as db:
            old = books.entry(db, claim.id)
            against = leave.why_not_send(old, claim, prepared, now, *books.switches(db))
            if against is None:
                digest = hashlib.sha256(prepared).hexdigest()
                change = posting.sending(old, prepared, digest, now)
                if db.execute(queries.INTENT, queries.intent(claim, prepared, now)).rowcount == 1:
                    db.execute(insert(journal), rows.line(change, now))
                    return Granted(change.entry)
                against = Why.LOST, "it changed at this moment"
            change_back = posting.refused(old, *against, now)
            if change_back is not None:
                books.write(db, old, change_back, now)
            return Refused(*against)

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.settle`."""
        with self._transactions.write() as db:
            old = books.entry(db, claim.id)
            if leave.owns(old, claim):
                books.write(db, old, ending.settled(old, outcome), now)
                return True
            books.write(db, old, ending.too_late(old, claim, outcome), now)
            return False

    def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.recover`."""
        return self._take_back(d.c.owner != owner, now, settle)

    def reclaim(self, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.reclaim`."""
        return self._take_back(d.c.lease_until <= now, now, settle)

    def expire(self, now: datetime) -> int:
        """See :meth:`scheduler.ledger.Ledger.expire`."""
        over = and_(_in_states(posting.EXPIRING), d.c.expires_at <= now)
        if not self._any(over):
            return 0
        with self._transactions.write() as db:
            return len(books.change_all(db, over, lambda old: posting.expired(old, now), now))

    # --- switches ---

    def stop(self, scope: Scope, value: str, by: str, now: datetime) -> None:
        """See :meth:`scheduler.ledger.Ledger.stop`."""
        value = leave.stop_value(scope, value)
        with self._transactions.write() as db:
            if (scope, value) not in {(one.scope, one.value) for one in books.stop_list(db)}:
                db.execute(insert(stops).values(scope=scope.value, value=value, by=by, at=now))
            books.remark(db, now, "stop", by, f"{scope} {value}".strip())

    def resume(self, scope: Scope, value: str, by: str, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.resume`."""
        value = leave.stop_value(scope, value)
        this = and_(stops.c.scope == scope.value, stops.c.value == value)
        with self._transactions.write() as db:
            if db.execute(delete(stops).where(this)).rowcount == 0:
                return False
            books.remark(db, now, "resume", by, f"{scope} {value}".strip())
            return True

    def stops(self) -> list[Stop]:
        """See :meth:`scheduler.ledger.Ledger.stops`."""
        with self._transactions.read() as db:
            return books.stop_list(db)

    def hold_account(self, account: str, until: datetime | None, why: str, now: datetime) -> None:
        """See :meth:`scheduler.ledger.Ledger.hold_account`."""
        new = AccountHold(account, until, why)
        with self._transactions.write() as db:
            old = {hold.account: hold for hold in books.hold_list(db)}.get(account)
            if leave.longer(old, new) is not new:
                return
            db.execute(delete(holds).where(holds.c.account == account))
            db.execute(insert(holds).values(account=account, until=until, why=why))
            books.remark(db, now, "hold", "", f"{account}: {why}")

    def release_account(self, account: str, by: str, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.release_account`."""
        with self._transactions.write() as db:
            if db.execute(delete(holds).where(holds.c.account == account)).rowcount == 0:
                return False
            books.remark(db, now, "release", by, account)
            return True

    def holds(self) -> list[AccountHold]:
        """See :meth:`scheduler.ledger.Ledger.holds`."""
        with self._transactions.read() as db:
            return books.hold_list(db)

    def close(self) -> None:
        """See :meth:`scheduler.ledger.Ledger.close`."""
        self._transactions.close()

    # --- inside ---

    def _any(self, condition: ColumnElement[bool]) -> bool:
        with self._transactions.read() as db:
            return db.scalar(select(d.c.id).where(condition).limit(1)) is not None

    def _decide(
        self, ids: Iterable[str], rule: Callable[[Entry], Change | Decision], now: datetime
    ) -> list[Decision]:
        wanted = list(ids)
        with self._transactions.write() as db:
            have = books.by_id(db, wanted)
            return [books.decide(db, one, have, rule, now) for one in wanted]

    def _take_back(self, dead: ColumnElement[bool], now: datetime, settle: timedelta) -> Recovered:
        condition = and_(_in_states(OWNED), dead)
        if not self._any(condition):
            return Recovered()
        with self._transactions.write() as db:
            return posting.recovered(
                books.change_all(
                    db, condition, lambda old: posting.abandoned(old, now, settle), now
                )
            )


def _of(series: Iterable[tuple[str, date]]) -> ColumnElement[bool]:
    pairs = [and_(d.c.campaign == name, d.c.occurrence == day) for name, day in sorted(series)]
    return or_(*pairs) if pairs else false()


def _in_states(states: Iterable[Any]) -> ColumnElement[bool]:
    return d.c.state.in_(sorted(state.value for state in states))
