"""What runners ask of the ledger, many at a time: claims, intents and settlements.

Each takes what several threads asked for at once, reads it together, applies the rules one after
the other, and writes it together. It runs inside a transaction that nobody else writes beside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from clarion.store import books
from scheduler.delivery import Entry, State
from scheduler.ledger import (
    Claim,
    Granted,
    IllegalOutcomeError,
    LedgerError,
    NoSuchDeliveryError,
    Outcome,
    Ref,
    Refused,
    Spacing,
    Why,
)
from scheduler.rules import Change, ending, leave, posting

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClaimAsk:
    """See :meth:`scheduler.ledger.Ledger.claim`."""

    refs: Sequence[Ref]
    owner: str
    lease_until: datetime
    now: datetime
    spacing: Spacing | None


@dataclass(frozen=True, slots=True)
class IntentAsk:
    """See :meth:`scheduler.ledger.Ledger.intent`."""

    claim: Claim
    prepared: bytes
    now: datetime


@dataclass(frozen=True, slots=True)
class SettleAsk:
    """See :meth:`scheduler.ledger.Ledger.settle`."""

    claim: Claim
    outcome: Outcome
    now: datetime


def each(db: Connection, tasks: Sequence[Callable[[Connection], T]]) -> list[T]:
    """Anything else, one after the other."""
    return [task(db) for task in tasks]


def claims(db: Connection, asks: Sequence[ClaimAsk]) -> list[list[Claim]]:
    """Give out what is still to be had."""
    have = books.by_id(db, [ref.id for ask in asks for ref in ask.refs])
    desk = _Desk(have)
    before = books.switches(db)
    paces = dict(before.paces)
    switches = replace(before, paces=paces)
    answers = []
    for ask in asks:
        taken = []
        for ref in ask.refs:
            old = have.get(ref.id)
            if old is None or not leave.claimable(old, ask.now, switches):
                continue
            entry = desk.change(old, posting.claimed(old, ask.owner, ask.lease_until), ask.now)
            taken.append(Claim(entry.id, ask.owner, entry.fence, entry))
            if entry.state is State.CLAIMED and ask.spacing is not None:
                rest = ask.spacing.after(entry.delivery, ask.now)
                if rest:
                    paces[entry.delivery.account] = ask.now + rest
        answers.append(taken)
    desk.write(db)
    books.set_paces(db, before.paces, paces)
    return answers


def intents(db: Connection, asks: Sequence[IntentAsk]) -> list[Granted | Refused]:
    """Store the frozen requests of those that may be sent."""
    return _quick_intents(db, asks) or _careful_intents(db, asks)


def settlements(db: Connection, asks: Sequence[SettleAsk]) -> list[bool]:
    """Write down what came of claims; False where one was lost."""
    return _quick_settlements(db, asks) or _careful_settlements(db, asks)


def _quick_intents(db: Connection, asks: Sequence[IntentAsk]) -> list[Granted | Refused] | None:
    """Nearly always nothing stands against any of them, and the compare-and-set alone can say so.

    What is sent is what was claimed, so it is the claimed content that has to be the approved one.
    """
    if not all(a.claim.entry.state is State.CLAIMED and a.claim.entry.approved for a in asks):
        return None
    if len({ask.claim.id for ask in asks}) < len(asks):
        return None
    changes = [_sending(ask.claim.entry, ask) for ask in asks]
    if books.grant_all(db, _grants(asks, changes)):
        return [Granted(change.entry) for change in changes]
    _only_alone(asks)
    return None


def _careful_intents(db: Connection, asks: Sequence[IntentAsk]) -> list[Granted | Refused]:
    desk = _Desk(books.by_id(db, [ask.claim.id for ask in asks]))
    switches = books.switches(db)
    answers: list[Granted | Refused] = []
    for ask in asks:
        old = desk.entry(ask.claim.id)
        against = leave.why_not_send(old, ask.claim, ask.prepared, ask.now, switches)
        if against is None:
            answers.append(Granted(desk.grant(_sending(old, ask), ask)))
            continue
        back = posting.refused(old, *against, ask.now)
        if back is not None:
            desk.change(old, back, ask.now)
        answers.append(Refused(*against))
    desk.write(db)
    return answers


def _quick_settlements(db: Connection, asks: Sequence[SettleAsk]) -> list[bool] | None:
    """Nearly always every claim still stands: then its entry is as its owner knows it."""
    if len({ask.claim.id for ask in asks}) < len(asks):
        return None
    if not all(leave.owns(ask.claim.entry, ask.claim) for ask in asks):
        return None
    try:
        changes = [ending.settled(ask.claim.entry, ask.outcome) for ask in asks]
    except IllegalOutcomeError:
        return None  # the claim is from before the intent, or there is a bug: read, and see
    writes = [
        books.Write(ask.claim.entry, change, ask.now)
        for ask, change in zip(asks, changes, strict=True)
    ]
    try:
        books.write_all(db, writes)
    except LedgerError:
        _only_alone(asks)
        return None
    return [True] * len(asks)


def _only_alone(asks: Sequence[IntentAsk | SettleAsk]) -> None:
    """One of them was refused. A single one has changed nothing, and is read with care; of several
    nobody knows which: nothing of the transaction is kept, and the writer asks for each alone."""
    if len(asks) > 1:
        raise LedgerError("one of several was refused")


def _careful_settlements(db: Connection, asks: Sequence[SettleAsk]) -> list[bool]:
    desk = _Desk(books.by_id(db, [ask.claim.id for ask in asks]))
    answers = []
    for ask in asks:
        old = desk.entry(ask.claim.id)
        stands = leave.owns(old, ask.claim)
        if stands:
            desk.change(old, ending.settled(old, ask.outcome), ask.now)
        else:
            desk.change(old, ending.too_late(old, ask.claim, ask.outcome), ask.now)
        answers.append(stands)
    desk.write(db)
    return answers


def _sending(old: Entry, ask: IntentAsk) -> Change:
    return posting.sending(old, ask.prepared, hashlib.sha256(ask.prepared).hexdigest(), ask.now)


def _grants(asks: Sequence[IntentAsk], changes: Sequence[Change]) -> list[books.Grant]:
    return [
        books.Grant(ask.claim, ask.prepared, change, ask.now)
        for ask, change in zip(asks, changes, strict=True)
    ]


class _Desk:
    """Entries as they become, and what is to be written about them, in order."""

    def __init__(self, have: dict[str, Entry]) -> None:
        self._have = have
        self._writes: list[books.Write] = []
        self._grants: list[books.Grant] = []

    def entry(self, delivery_id: str) -> Entry:
        try:
            return self._have[delivery_id]
        except KeyError:
            raise NoSuchDeliveryError(f"delivery {delivery_id}: {Why.UNKNOWN_ID}") from None

    def change(self, old: Entry, change: Change, now: datetime) -> Entry:
        self._writes.append(books.Write(old, change, now))
        self._have[old.id] = change.entry
        return change.entry

    def grant(self, change: Change, ask: IntentAsk) -> Entry:
        self._grants.append(books.Grant(ask.claim, ask.prepared, change, ask.now))
        self._have[change.entry.id] = change.entry
        return change.entry

    def write(self, db: Connection) -> None:
        if self._grants and not books.grant_all(db, self._grants):
            # The rules said yes to what the database refuses: a bug, and nothing is sent.
            raise LedgerError(f"some of {len(self._grants)} intents contradict the ledger")
        books.write_all(db, self._writes)
