"""What may be sent, in SQL: the counterpart of :mod:`scheduler.rules.leave`.

The contract suite holds the two together.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
    update,
)

from clarion.store.schema import deliveries as d
from clarion.store.schema import holds, journal, paces, stops
from scheduler.delivery import State
from scheduler.ledger import Claim, Filter, HoldScope, Scope
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
    late = and_(
        stops.c.scope == Scope.LATE.value,
        type_coerce(d.c.due_at, stops.c.value.type) < stops.c.value,
    )
    return exists().where(or_(stops.c.scope == Scope.ALL.value, late, *hits)).correlate(d)


def _held_by(hold: Any) -> ColumnElement[bool]:
    """Whether a hold, running or not, is about it."""
    return or_(
        and_(hold.c.scope == HoldScope.ACCOUNT.value, hold.c.value == d.c.account),
        and_(hold.c.scope == HoldScope.PLATFORM.value, hold.c.value == d.c.platform),
    )


def _held() -> ColumnElement[bool]:
    """Its account or platform is on hold."""
    running = or_(holds.c.until.is_(None), holds.c.until > _NOW)
    return exists().where(_held_by(holds), running).correlate(d)


def _later(at: ColumnElement[Any], other: Any) -> ColumnElement[Any]:
    """The later of two instants, of which the second may be missing."""
    return case((other > at, other), else_=at)


# When a runner may take it, as things stand: its own time, or the end of a hold or of a rest.
_BY_ACCOUNT, _BY_PLATFORM = holds.alias("by_account"), holds.alias("by_platform")
_HELD_UNTIL = _later(_later(d.c.next_try, _BY_ACCOUNT.c.until), _BY_PLATFORM.c.until)
_PACED_UNTIL = _later(_HELD_UNTIL, paces.c.not_before)
_AT: ColumnElement[Any] = case((d.c.state == State.UNKNOWN.value, _HELD_UNTIL), else_=_PACED_UNTIL)
_SENDABLE = and_(d.c.state.in_(_WAITING), d.c.expires_at > _NOW, d.c.expires_at > _AT, ~_stopped())
_COULD = and_(
    d.c.next_try.is_not(None),
    *(
        or_(hold.c.scope.is_(None), hold.c.until.is_not(None))
        for hold in (_BY_ACCOUNT, _BY_PLATFORM)
    ),
    or_(d.c.state == State.UNKNOWN.value, _SENDABLE),
)
_WITH_REST = (
    d.outerjoin(
        _BY_ACCOUNT,
        and_(_BY_ACCOUNT.c.scope == HoldScope.ACCOUNT.value, _BY_ACCOUNT.c.value == d.c.account),
    )
    .outerjoin(
        _BY_PLATFORM,
        and_(
            _BY_PLATFORM.c.scope == HoldScope.PLATFORM.value,
            _BY_PLATFORM.c.value == d.c.platform,
        ),
    )
    .outerjoin(paces, paces.c.account == d.c.account)
)


def traffic(scope: HoldScope) -> Select[tuple[Any, ...]]:
    """What an account or a platform, ``value_``, was sent after ``since_``, and what is in hand."""
    column = d.c.account if scope is HoldScope.ACCOUNT else d.c.platform
    in_hand = and_(d.c.state == State.CLAIMED.value, d.c.first_sent_at.is_(None))
    since = bindparam("since_", type_=d.c.first_sent_at.type)
    return select(d.c.id, d.c.due_at, d.c.first_sent_at).where(
        column == bindparam("value_"), or_(d.c.first_sent_at > since, in_hand)
    )


DUE = (
    select(d.c.id, d.c.revision, d.c.account)
    .select_from(_WITH_REST)
    .where(
        _COULD, d.c.state.in_([*_WAITING, State.UNKNOWN.value]), d.c.next_try <= _NOW, _AT <= _NOW
    )
    .order_by(d.c.due_at.desc(), d.c.id)
    .limit(bindparam("limit_"))
)
"""Hints at what a runner could take at ``now_``, at most ``limit_``, the newest wave first."""

RESTING = select(
    or_(exists().where(holds.c.until > _NOW), exists().where(paces.c.not_before > _NOW))
)
"""Whether any account waits for the end of a hold or of a rest."""

NEXT_RESTED = (
    select(func.min(_AT, type_=d.c.next_try.type))
    .select_from(_WITH_REST)
    .where(_COULD, d.c.state.in_([*_WAITING, State.UNKNOWN.value]), _AT > _NOW)
)
"""The first instant after ``now_`` at which a runner could take something more."""


def _next_in(state: str) -> Select[tuple[Any]]:
    sendable = (
        [] if state == State.UNKNOWN.value
        else [d.c.expires_at > _NOW, d.c.expires_at > d.c.next_try, ~_stopped()]
    )  # fmt: skip
    return (
        select(d.c.next_try)
        .where(d.c.state == state, d.c.next_try > _NOW, ~_held(), *sendable)
        .order_by(d.c.next_try)
        .limit(1)
    )


NEXT_DUE = tuple(_next_in(state) for state in (*_WAITING, State.UNKNOWN.value))
"""The same where nothing rests: a look into the index for each state."""

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


@cache
def save(columns: frozenset[str]) -> Update:
    """The compare-and-set of every other change, of these columns: from the state, fence and
    revision that were read."""
    return (
        update(d)
        .where(
            d.c.id == bindparam("id_"),
            d.c.state == bindparam("state_"),
            d.c.fence == bindparam("fence_"),
            d.c.revision == bindparam("revision_"),
        )
        .values({name: bindparam(name) for name in columns})
    )


SOME = select(d).where(d.c.id.in_(bindparam("ids_", expanding=True)))
"""The deliveries ``ids_``."""

STOPS = select(stops).order_by(stops.c.scope, stops.c.value)
HOLDS = select(holds).order_by(holds.c.scope, holds.c.value)
SWITCHES = union_all(
    select(literal("stop"), stops.c.scope, stops.c.value, stops.c.by, stops.c.at),
    select(literal("hold"), holds.c.scope, holds.c.value, holds.c.why, holds.c.until),
    select(literal("rest"), literal(""), paces.c.account, literal(""), paces.c.not_before),
)
ADD = insert(d)
NOTE = insert(journal).inline()
"""What is read and written again and again: built once."""

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
