"""Reading and writing inside one transaction: what every method of the ledger is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select

from clarion.store import queries, rows
from clarion.store.schema import deliveries as d
from clarion.store.schema import holds, journal, stops
from scheduler.delivery import Entry
from scheduler.ledger import (
    AccountHold,
    Decision,
    LedgerError,
    NoSuchDeliveryError,
    Scope,
    Stop,
    Why,
)
from scheduler.rules import Change

_BATCH = 500  # ids to a statement; every database takes that many


def select_entries(db: Connection, *conditions: ColumnElement[bool]) -> list[Entry]:
    """The entries for which every condition holds, by ``due_at`` and id."""
    query = select(d).where(*conditions).order_by(d.c.due_at, d.c.id)
    return [rows.entry(row) for row in db.execute(query).mappings()]


def by_id(db: Connection, ids: Sequence[str]) -> dict[str, Entry]:
    """The entries with these ids; those that do not exist are missing."""
    found: dict[str, Entry] = {}
    for batch in _batches(ids):
        found |= {one.id: one for one in select_entries(db, d.c.id.in_(batch))}
    return found


def entry(db: Connection, delivery_id: str) -> Entry:
    """One entry; :class:`~scheduler.ledger.NoSuchDeliveryError`."""
    for row in db.execute(queries.ONE, {"id_": delivery_id}).mappings():
        return rows.entry(row)
    raise NoSuchDeliveryError(f"delivery {delivery_id}: {Why.UNKNOWN_ID}")


def stop_list(db: Connection) -> list[Stop]:
    """The stops that are on."""
    query = select(stops).order_by(stops.c.scope, stops.c.value)
    return [
        Stop(Scope(row["scope"]), row["value"], row["by"], row["at"])
        for row in db.execute(query).mappings()
    ]


def hold_list(db: Connection) -> list[AccountHold]:
    """The holds that were set."""
    query = select(holds).order_by(holds.c.account)
    return [AccountHold(**row) for row in db.execute(query).mappings()]


def switches(db: Connection) -> tuple[list[Stop], dict[str, AccountHold]]:
    """Stops, and holds by account, as the rules want them."""
    return stop_list(db), {hold.account: hold for hold in hold_list(db)}


def decide(
    db: Connection,
    delivery_id: str,
    have: dict[str, Entry],
    rule: Callable[[Entry], Change | Decision],
    now: datetime,
) -> Decision:
    """Ask a rule about one of the entries in ``have``, and write its answer down."""
    if delivery_id not in have:
        return Decision(delivery_id, Why.UNKNOWN_ID)
    old = have[delivery_id]
    answer = rule(old)
    if isinstance(answer, Decision):
        return answer
    have[delivery_id] = write(db, old, answer, now)
    return Decision(delivery_id, None)


def change_all(
    db: Connection,
    condition: ColumnElement[bool],
    rule: Callable[[Entry], Change | None],
    now: datetime,
) -> list[Entry]:
    """Apply a rule to every entry for which the condition holds; those it changed."""
    return [
        write(db, old, change, now)
        for old in select_entries(db, condition)
        if (change := rule(old))
    ]


def write(db: Connection, old: Entry, change: Change, now: datetime) -> Entry:
    """The compare-and-set and its line in the journal."""
    entry = change.entry
    values: dict[str, Any] = rows.progress(entry)
    values |= {"id_": old.id, "state_": old.state.value}
    values |= {"fence_": old.fence, "revision_": old.revision}
    same_plan = entry.delivery is old.delivery
    if not same_plan:
        values |= rows.planned(entry.delivery)
    done = db.execute(queries.SAVE if same_plan else queries.SAVE_ALL, values)
    if done.rowcount != 1:
        raise LedgerError(f"delivery {old.id} changed while it was being written: try again")
    db.execute(insert(journal), rows.line(change, now))
    return entry


def remark(db: Connection, now: datetime, event: str, by: str, detail: str) -> None:
    """A line in the journal about the whole ledger."""
    db.execute(insert(journal), rows.remark(now, event, by, detail))


def add(db: Connection, changes: Sequence[Change], now: datetime) -> None:
    """Deliveries the ledger did not have, and their lines in the journal."""
    db.execute(insert(d), [rows.everything(change.entry) for change in changes])
    db.execute(insert(journal), [rows.line(change, now) for change in changes])


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    source = iter(ids)
    while batch := list(islice(source, _BATCH)):
        yield batch
