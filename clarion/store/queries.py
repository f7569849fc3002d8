"""What may be sent, in SQL: the counterpart of :mod:`scheduler.rules.leave`.

The contract suite holds the two together.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from clarion.store.rows import PROGRESS
from clarion.store.schema import deliveries as d
from clarion.store.schema import holds, stops
from scheduler.delivery import State
from scheduler.ledger import Claim, Filter, Scope
from scheduler.rules import WAITING

_SCOPES = {
    Scope.CAMPAIGN: d.c.campaign,
    Scope.SOCIETY: d.c.society,
    Scope.LOCALE: d.c.locale,
    Scope.CHANNEL: d.c.account,
}
_WAITING = sorted(state.value for state in WAITING)


_NOW = bindparam("now_", type_=d.c.due_at.type)


def _stopped() -> ColumnElement[bool]:
    """A stop covers it."""
    hits = [
        and_(stops.c.scope == scope.value, stops.c.value == own) for scope, own in _SCOPES.items()
    ]
    return exists().where(or_(stops.c.scope == Scope.ALL.value, *hits)).correlate(d)


def _held() -> ColumnElement[bool]:
    """Its account is on hold."""
    running = or_(holds.c.until.is_(None), holds.c.until > _NOW)
    return exists().where(holds.c.account == d.c.account, running).correlate(d)


# When a runner may take it, as things stand: its own time, or the end of its account's hold.
_AT: ColumnElement[Any] = case(
    (and_(holds.c.until > _NOW, holds.c.until > d.c.next_try), holds.c.until),
    else_=d.c.next_try,
)
_SENDABLE = and_(d.c.state.in_(_WAITING), d.c.expires_at > _NOW, d.c.expires_at > _AT, ~_stopped())
_COULD = and_(
    d.c.next_try.is_not(None),
    or_(holds.c.account.is_(None), holds.c.until.is_not(None)),
    or_(d.c.state == State.UNKNOWN.value, _SENDABLE),
)
_WITH_HOLDS = d.outerjoin(holds, holds.c.account == d.c.account)

DUE = (
    select(d.c.id)
    .select_from(_WITH_HOLDS)
    .where(_COULD, d.c.next_try <= _NOW, _AT <= _NOW)
    .order_by(d.c.due_at, d.c.id)
    .limit(bindparam("limit_"))
)
"""Ids of what a runner could take at ``now_``, at most ``limit_``."""

NEXT_DUE = select(func.min(_AT, type_=d.c.next_try.type)).select_from(_WITH_HOLDS).where(_COULD)
"""The first instant, seen from ``now_``, at which a runner could take something."""

INTENT = (
    update(d)
    .where(
        d.c.id == bindparam("id_"),
        d.c.owner == bindparam("owner_"),
        d.c.fence == bindparam("fence_"),
        or_(
            d.c.state == State.CLAIMED.value,
            and_(
                d.c.state == State.RECONCILING.value,
                d.c.prepared == bindparam("prepared_", type_=d.c.prepared.type),
            ),
        ),
        d.c.revision == d.c.approved_revision,
        d.c.content_hash == d.c.approved_hash,
        d.c.due_at <= _NOW,
        d.c.expires_at > _NOW,
        ~_stopped(),
        ~_held(),
    )
    .values(
        state=State.SENDING.value,
        prepared=bindparam("prepared_", type_=d.c.prepared.type),
        first_sent_at=func.coalesce(d.c.first_sent_at, _NOW),
        attempts=d.c.attempts + 1,
    )
)
"""The compare-and-set that gives leave to send once, at ``now_``; no row, no leave.

It says again what :func:`scheduler.rules.leave.why_not_send` says, because only the database can
say it about the very moment of writing.
"""

SAVE = (
    update(d)
    .where(
        d.c.id == bindparam("id_"),
        d.c.state == bindparam("state_"),
        d.c.fence == bindparam("fence_"),
        d.c.revision == bindparam("revision_"),
    )
    .values({column.name: bindparam(column.name) for column in d.c if column.name in PROGRESS})
)
"""The compare-and-set of every other change: from the state, fence and revision that were read."""

SAVE_ALL = SAVE.values({column.name: bindparam(column.name) for column in d.c})
"""The same where the plan changes too."""

ONE = select(d).where(d.c.id == bindparam("id_"))
"""The delivery ``id_``."""


def intent(claim: Claim, prepared: bytes, now: datetime) -> dict[str, Any]:
    """The parameters of :data:`INTENT`."""
    return {
        "id_": claim.id,
        "owner_": claim.owner,
        "fence_": claim.fence,
        "prepared_": prepared,
        "now_": now,
    }


def wanted(which: Filter) -> list[ColumnElement[bool]]:
    """The conditions of a filter."""
    names = ("campaign", "occurrence", "society", "account", "locale", "platform")
    asked = {name: getattr(which, name) for name in names}
    conditions = [d.c[name] == value for name, value in asked.items() if value is not None]
    if which.states is not None:
        conditions.append(d.c.state.in_(sorted(state.value for state in which.states)))
    if which.ids is not None:
        conditions.append(d.c.id.in_(sorted(which.ids)))
    return conditions
