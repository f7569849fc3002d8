"""Reading and writing inside one transaction: what every method of the ledger is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, insert, select, update

from clarion.store import hot, queries, rows
from clarion.store.schema import deliveries as d
from clarion.store.schema import paces
from scheduler.delivery import Entry
from scheduler.ledger import (
    Claim,
    Decision,
    Hold,
    HoldScope,
    LedgerError,
    NoSuchDeliveryError,
    Scope,
    Stop,
    Why,
)
from scheduler.rules import Change
from scheduler.rules.leave import Switches

T = TypeVar("T")

_BATCH = 500  # ids to a statement; every database takes that many


class Write(NamedTuple):
    """A change of the entry that was read, at an instant."""

    old: Entry
    change: Change
    now: datetime


class Grant(NamedTuple):
    """An intent that is to be stored, and what it makes of the delivery."""

    claim: Claim
    prepared: bytes
    change: Change
    now: datetime


def select_entries(db: Connection, *conditions: ColumnElement[bool]) -> list[Entry]:
    """The entries for which every condition holds, by ``due_at`` and id."""
    query = select(d).where(*conditions).order_by(d.c.due_at, d.c.id)
    return [rows.entry(row) for row in db.execute(query)]


def by_id(db: Connection, ids: Sequence[str]) -> dict[str, Entry]:
    """The entries with these ids; those that do not exist are missing."""
    if len(ids) == 1:  # as most often; a list of one would be put together anew each time
        alone = db.execute(queries.ONE, {"id_": ids[0]}).first()
        return {} if alone is None else {ids[0]: rows.entry(alone)}
    found: dict[str, Entry] = {}
    for batch in _batches(ids):
        for row in db.execute(queries.SOME, {"ids_": batch}):
            one = rows.entry(row)
            found[one.id] = one
    return found


def entry(db: Connection, delivery_id: str) -> Entry:
    """One entry; :class:`~scheduler.ledger.NoSuchDeliveryError`."""
    for row in db.execute(queries.ONE, {"id_": delivery_id}):
        return rows.entry(row)
    raise NoSuchDeliveryError(f"delivery {delivery_id}: {Why.UNKNOWN_ID}")


def stop_list(db: Connection) -> list[Stop]:
    """The stops that are on."""
    return [Stop(Scope(row.scope), row.value, row.by, row.at) for row in db.execute(queries.STOPS)]


def hold_list(db: Connection) -> list[Hold]:
    """The holds that were set."""
    found = db.execute(queries.HOLDS)
    return [Hold(HoldScope(row.scope), row.value, row.until, row.why) for row in found]


def switches(db: Connection) -> Switches:
    """Stops, holds and paces, as the rules want them: in one look, for every claim needs them."""
    found: list[Stop] = []
    held: dict[tuple[HoldScope, str], Hold] = {}
    rests: dict[str, datetime] = {}
    for kind, scope, value, words, at in db.execute(queries.SWITCHES):
        if kind == "stop":
            found.append(Stop(Scope(scope), value, words, at))
        elif kind == "hold":
            held[HoldScope(scope), value] = Hold(HoldScope(scope), value, at, words)
        else:
            rests[value] = at
    return Switches(found, held, rests)


def set_paces(
    db: Connection, before: Mapping[str, datetime], after: Mapping[str, datetime]
) -> None:
    """Write down the paces that changed."""
    for account, not_before in after.items():
        if before.get(account) == not_before:
            continue
        if account in before:
            this = paces.c.account == account
            db.execute(update(paces).where(this).values(not_before=not_before))
        else:
            db.execute(insert(paces).values(account=account, not_before=not_before))


def decide(
    db: Connection,
    ids: Iterable[str],
    have: dict[str, Entry],
    rule: Callable[[Entry], Change | Decision],
    now: datetime,
) -> list[Decision]:
    """Ask a rule about each of these among the entries in ``have``; write down what it says."""
    writes: list[Write] = []
    answers: list[Decision] = []
    for name in ids:
        old = have.get(name)
        answer = Decision(name, Why.UNKNOWN_ID) if old is None else rule(old)
        if isinstance(answer, Decision):
            answers.append(answer)
        elif old is not None:
            writes.append(Write(old, answer, now))
            have[name] = answer.entry
            answers.append(Decision(name, None))
    rewrite(db, writes)
    return answers


def change_all(
    db: Connection,
    condition: ColumnElement[bool],
    rule: Callable[[Entry], Change | None],
    now: datetime,
) -> list[Entry]:
    """Apply a rule to every entry for which the condition holds; those it changed."""
    writes = [
        Write(old, change, now) for old in select_entries(db, condition) if (change := rule(old))
    ]
    write_all(db, writes)
    return [one.change.entry for one in writes]


def write(db: Connection, old: Entry, change: Change, now: datetime) -> Entry:
    """The compare-and-set and its line in the journal."""
    write_all(db, [Write(old, change, now)])
    return change.entry


def write_all(db: Connection, writes: Sequence[Write]) -> None:
    """Several of them, in order; all, or :class:`~scheduler.ledger.LedgerError`."""
    alike: dict[frozenset[str], list[dict[str, Any]]] = {}
    for one in writes:
        values = rows.saved(one.old, one.change.entry)
        alike.setdefault(frozenset(values), []).append(values | rows.read(one.old))
    for columns, some in alike.items():
        if columns and hot.many(db, queries.save(columns), some) != len(some):
            names = some[0]["id_"] if len(some) == 1 else f"one of {len(some)}"
            raise LedgerError(f"delivery {names} changed while it was being written: try again")
    if writes:
        hot.many(db, queries.NOTE, [rows.line(one.change, one.now) for one in writes])


def rewrite(db: Connection, writes: Iterable[Write]) -> None:
    """Any number of them, a batch at a time."""
    for some in _batches(writes):
        write_all(db, some)


def grant_all(db: Connection, grants: Sequence[Grant]) -> bool:
    """Store intents by their own compare-and-set; False when it refused one."""
    asked = [queries.intent(one.claim, one.prepared, one.now) for one in grants]
    if hot.many(db, queries.INTENT, asked) != len(grants):
        return False
    hot.many(db, queries.NOTE, [rows.line(one.change, one.now) for one in grants])
    return True


def remark(db: Connection, now: datetime, event: str, by: str, detail: str) -> None:
    """A line in the journal about the whole ledger."""
    db.execute(queries.NOTE, rows.remark(now, event, by, detail))


def add(db: Connection, changes: Sequence[Change], now: datetime) -> None:
    """Deliveries the ledger did not have, and their lines in the journal."""
    for some in _batches(changes):
        db.execute(queries.ADD, [rows.everything(change.entry) for change in some])
        db.execute(queries.NOTE, [rows.line(change, now) for change in some])


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while batch := list(islice(source, _BATCH)):
        yield batch
