"""The ledger in a database: the rules of :mod:`scheduler.rules`, each in one transaction.

Nothing here is SQLite's own; :mod:`clarion.store.sqlite` opens the file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, delete, false, insert, or_, select

from clarion.store import books, queries, rows
from clarion.store.accounts import SqlAccounts
from clarion.store.batches import (
    ClaimAsk,
    IntentAsk,
    SettleAsk,
    claims,
    each,
    intents,
    settlements,
)
from clarion.store.clock_log import SqlClockLog
from clarion.store.schema import deliveries as d
from clarion.store.schema import holds, journal, stops
from clarion.store.writer import Writer
from scheduler.delivery import Delivery, Entry
from scheduler.ledger import (
    EVERYTHING,
    Claim,
    Decision,
    Filter,
    Granted,
    Hold,
    HoldScope,
    JournalLine,
    Moved,
    Outcome,
    PutCounts,
    Recovered,
    Ref,
    Refused,
    Scope,
    Spacing,
    Stop,
    Traffic,
    Verdict,
)
from scheduler.rules import OWNED, Change, leave, people, posting

T = TypeVar("T")


class Transactions(Protocol):
    """How a database is read and written, and who else is at it."""

    def read(self) -> AbstractContextManager[Connection]:
        """One consistent view."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """One transaction that nobody else writes beside, in this process or another; committed
        and safe when it ends. Used by one thread at a time."""
        ...

    def enrol(self, owner: str) -> None:
        """From now on this process is the runner ``owner``: it counts as alive while it lives."""
        ...

    def gone(self, owners: Collection[str], *, starting: bool) -> set[str]:
        """Those of these runners that are surely no longer alive.

        Where only one runs at a time, these are at its start all others, and nobody later.
        """
        ...

    def close(self) -> None:
        """Give back every connection."""
        ...


class SqlLedger:
    """See :class:`scheduler.ledger.Ledger`.

    Beside it are kept ``clock_log``, that of the machine ``host`` where several share a ledger, and
    ``accounts``, with their sealed secrets.
    """

    def __init__(self, transactions: Transactions, host: str = "") -> None:
        self._transactions = transactions
        self._writer = Writer(transactions.write)
        self.clock_log = SqlClockLog(transactions.read, self._writer, host)
        self.accounts = SqlAccounts(transactions.read, self._writer)

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

        def put(db: Connection) -> PutCounts:
            have = {one.id: one for one in books.select_entries(db, _of(series))}
            rest = [one.id for one in deliveries if one.id not in have]
            have |= books.by_id(db, rest)
            found = people.compare(deliveries, have.values(), series)
            new = [change for change in found.changes if change.entry.id not in have]
            if new:
                books.add(db, new, now)
            old = [change for change in found.changes if change.entry.id in have]
            books.rewrite(db, [books.Write(have[one.entry.id], one, now) for one in old])
            return found.counts

        return self._write(put)

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

    def skip(self, ids: Iterable[str], by: str, now: datetime) -> list[Decision]:
        """See :meth:`scheduler.ledger.Ledger.skip`."""
        return self._decide(ids, lambda old: people.skip(old, by), now)

    def resolve(
        self, delivery_id: str, by: str, now: datetime, verdict: Verdict, url: str = ""
    ) -> Decision:
        """See :meth:`scheduler.ledger.Ledger.resolve`."""
        rule = partial(people.resolve, by=by, now=now, verdict=verdict, url=url)
        return self._decide([delivery_id], rule, now)[0]

    def rederive(
        self, derive: Callable[[Delivery], Delivery], release: str, now: datetime
    ) -> list[Moved]:
        """See :meth:`scheduler.ledger.Ledger.rederive`."""
        other = and_(d.c.tzdata != release, _in_states(people.WITHDRAWABLE))
        if not self._any(other):
            return []

        def rederive(db: Connection) -> list[Moved]:
            before = {one.id: one.delivery.due_at for one in books.select_entries(db, other)}
            done = books.change_all(
                db, other, lambda old: people.rederived(old, derive(old.delivery)), now
            )
            moved = (Moved(entry, before[entry.id]) for entry in done)
            return [one for one in moved if one.entry.delivery.due_at != one.before]

        return self._write(rederive)

    # --- runners ---

    def due(self, now: datetime, limit: int) -> list[Ref]:
        """See :meth:`scheduler.ledger.Ledger.due`."""
        with self._transactions.read() as db:
            found = db.execute(queries.DUE, {"now_": now, "limit_": limit})
            return [Ref(*row) for row in found]

    def next_due(self, now: datetime) -> datetime | None:
        """See :meth:`scheduler.ledger.Ledger.next_due`."""
        asked = {"now_": now}
        with self._transactions.read() as db:
            resting = db.scalar(queries.RESTING, asked)
            ways = (queries.NEXT_RESTED,) if resting else queries.NEXT_DUE
            times = [db.scalar(way, asked) for way in ways]
        return min((at for at in times if at is not None), default=None)

    def claim(
        self,
        refs: Iterable[Ref],
        owner: str,
        lease_until: datetime,
        now: datetime,
        spacing: Spacing | None = None,
    ) -> list[Claim]:
        """See :meth:`scheduler.ledger.Ledger.claim`."""
        return self._writer.do(claims, ClaimAsk(tuple(refs), owner, lease_until, now, spacing))

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        """See :meth:`scheduler.ledger.Ledger.intent`."""
        return self._writer.do(intents, IntentAsk(claim, prepared, now))

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.settle`."""
        return self._writer.do(settlements, SettleAsk(claim, outcome, now))

    def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.recover`."""
        self._transactions.enrol(owner)
        gone = self._transactions.gone(self._owners() - {owner}, starting=True)
        return self._take_back(d.c.owner.in_(sorted(gone)), now, settle)

    def reclaim(self, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.reclaim`."""
        owners = self._owners()
        if not owners:
            return Recovered()
        gone = self._transactions.gone(owners, starting=False)
        over = or_(d.c.lease_until <= now, d.c.owner.in_(sorted(gone)))
        return self._take_back(over, now, settle)

    def expire(self, now: datetime) -> int:
        """See :meth:`scheduler.ledger.Ledger.expire`."""
        over = and_(_in_states(posting.EXPIRING), d.c.expires_at <= now)
        if not self._any(over):
            return 0

        def expire(db: Connection) -> int:
            return len(books.change_all(db, over, lambda old: posting.expired(old, now), now))

        return self._write(expire)

    # --- switches ---

    def stop(self, scope: Scope, value: str, by: str, now: datetime) -> None:
        """See :meth:`scheduler.ledger.Ledger.stop`."""
        value = leave.stop_value(scope, value)

        def stop(db: Connection) -> None:
            if (scope, value) not in {(one.scope, one.value) for one in books.stop_list(db)}:
                db.execute(insert(stops).values(scope=scope.value, value=value, by=by, at=now))
            books.remark(db, now, "stop", by, f"{scope} {value}".strip())

        self._write(stop)

    def resume(self, scope: Scope, value: str, by: str, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.resume`."""
        value = leave.stop_value(scope, value)
        this = and_(stops.c.scope == scope.value, stops.c.value == value)

        def resume(db: Connection) -> bool:
            if db.execute(delete(stops).where(this)).rowcount == 0:
                return False
            books.remark(db, now, "resume", by, f"{scope} {value}".strip())
            return True

        return self._write(resume)

    def stops(self) -> list[Stop]:
        """See :meth:`scheduler.ledger.Ledger.stops`."""
        with self._transactions.read() as db:
            return books.stop_list(db)

    def hold(self, hold: Hold, now: datetime) -> None:
        """See :meth:`scheduler.ledger.Ledger.hold`."""
        values = {"scope": hold.scope.value, "value": hold.value}
        this = and_(holds.c.scope == hold.scope.value, holds.c.value == hold.value)

        def put(db: Connection) -> None:
            old = books.switches(db).holds.get((hold.scope, hold.value))
            if leave.longer(old, hold) is not hold:
                return
            db.execute(delete(holds).where(this))
            db.execute(insert(holds).values(until=hold.until, why=hold.why, **values))
            books.remark(db, now, "hold", "", f"{hold.scope} {hold.value}: {hold.why}")

        self._write(put)

    def release(self, scope: HoldScope, value: str, by: str, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.release`."""
        this = and_(holds.c.scope == scope.value, holds.c.value == value)

        def release(db: Connection) -> bool:
            if db.execute(delete(holds).where(this)).rowcount == 0:
                return False
            books.remark(db, now, "release", by, f"{scope} {value}")
            return True

        return self._write(release)

    def holds(self) -> list[Hold]:
        """See :meth:`scheduler.ledger.Ledger.holds`."""
        with self._transactions.read() as db:
            return books.hold_list(db)

    def traffic(self, scope: HoldScope, value: str, since: datetime) -> Traffic:
        """See :meth:`scheduler.ledger.Ledger.traffic`."""
        with self._transactions.read() as db:
            rows = db.execute(queries.traffic(scope), {"value_": value, "since_": since}).all()
        return Traffic(
            tuple(row.first_sent_at for row in rows if row.first_sent_at is not None),
            tuple((row.due_at, row.id) for row in rows if row.first_sent_at is None),
        )

    def close(self) -> None:
        """See :meth:`scheduler.ledger.Ledger.close`."""
        self._transactions.close()

    # --- inside ---

    def _write(self, task: Callable[[Connection], T]) -> T:
        return self._writer.do(each, task)

    def _any(self, condition: ColumnElement[bool]) -> bool:
        with self._transactions.read() as db:
            return db.scalar(select(d.c.id).where(condition).limit(1)) is not None

    def _owners(self) -> set[str]:
        """Whoever has something in hand."""
        with self._transactions.read() as db:
            return set(db.scalars(select(d.c.owner).where(_in_states(OWNED)).distinct()))

    def _decide(
        self, ids: Iterable[str], rule: Callable[[Entry], Change | Decision], now: datetime
    ) -> list[Decision]:
        wanted = list(ids)

        def decide(db: Connection) -> list[Decision]:
            have = books.by_id(db, wanted)
            return books.decide(db, wanted, have, rule, now)

        return self._write(decide)

    def _take_back(self, dead: ColumnElement[bool], now: datetime, settle: timedelta) -> Recovered:
        condition = and_(_in_states(OWNED), dead)
        if not self._any(condition):
            return Recovered()

        def take_back(db: Connection) -> Recovered:
            return posting.recovered(
                books.change_all(
                    db, condition, lambda old: posting.abandoned(old, now, settle), now
                )
            )

        return self._write(take_back)


def _of(series: Iterable[tuple[str, date]]) -> ColumnElement[bool]:
    pairs = [and_(d.c.campaign == name, d.c.occurrence == day) for name, day in sorted(series)]
    return or_(*pairs) if pairs else false()


def _in_states(states: Iterable[Any]) -> ColumnElement[bool]:
    return d.c.state.in_(sorted(state.value for state in states))
