"""What runners change: claims, intents, refusals, and what a dead runner leaves behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from scheduler.delivery import Entry, State
from scheduler.ledger import Recovered, Why
from scheduler.rules import WAITING, Change, freed
from scheduler.rules.ending import lapsed, to_human

EXPIRING = WAITING | {State.PLANNED, State.HELD}
ABANDONED = "the runner ended while the answer was outstanding"
"""Noted where nobody knows when the request left, if it left."""
LOOK_AGAIN = timedelta(seconds=60)
"""When to look again where the repeat of a request in doubt was not allowed just now."""


def claimed(old: Entry, owner: str, lease_until: datetime) -> Change:
    """Taken: to be sent, or to be looked up."""
    state = State.RECONCILING if old.state is State.UNKNOWN else State.CLAIMED
    entry = replace(old, state=state, owner=owner, fence=old.fence + 1, lease_until=lease_until)
    return Change(entry, state, owner)


def sending(old: Entry, prepared: bytes, digest: str, now: datetime) -> Change:
    """The intent."""
    entry = replace(
        old,
        state=State.SENDING,
        prepared=prepared,
        first_sent_at=old.first_sent_at or now,
        attempts=old.attempts + 1,
    )
    return Change(entry, "intent", old.owner, digest)


def refused(old: Entry, why: Why, detail: str, now: datetime) -> Change | None:
    """Where a delivery goes whose intent was refused; None leaves it alone."""
    words = f"{why}: {detail}" if detail else str(why)
    if why in (Why.LOST, Why.NOT_THE_SAME):
        return None
    if old.state is State.RECONCILING:
        if why in (Why.LATE, Why.NOT_APPROVED):
            words = f"{words}; it may have gone out: open the account, and say what is there"
            return Change(to_human(old, words), "refused", old.owner, words)
        pause = timedelta() if why is Why.ACCOUNT_HELD else LOOK_AGAIN  # a hold has its own end
        entry = replace(freed(old), state=State.UNKNOWN, next_try=now + pause, note=words)
        return Change(entry, "refused", old.owner, words)
    if why is Why.LATE:
        return Change(lapsed(old, words), "refused", old.owner, words)
    if why is Why.NOT_APPROVED:
        entry = replace(freed(old), state=State.PLANNED, approval=None, next_try=None, note=words)
        return Change(entry, "refused", old.owner, words)
    at = old.delivery.due_at if why is Why.EARLY else old.next_try
    entry = replace(freed(old), state=State.APPROVED, next_try=at, note=words)
    return Change(entry, "refused", old.owner, words)


def abandoned(old: Entry, now: datetime, settle: timedelta) -> Change | None:
    """What a dead owner leaves behind."""
    if old.state is State.CLAIMED:
        entry = replace(freed(old), state=State.APPROVED, fence=old.fence + 1)
        return Change(entry, "released", old.owner)
    if old.state in (State.SENDING, State.RECONCILING):
        entry = replace(
            freed(old),
            state=State.UNKNOWN,
            fence=old.fence + 1,
            in_doubt=True,
            next_try=now + settle,
            note=ABANDONED,
        )
        return Change(entry, "in-doubt", old.owner)
    return None


def recovered(entries: Iterable[Entry]) -> Recovered:
    """The count of what :func:`abandoned` made."""
    states = [entry.state for entry in entries]
    return Recovered(states.count(State.APPROVED), states.count(State.UNKNOWN))


def expired(old: Entry, now: datetime) -> Change | None:
    """The late policy; None when it still has time or does not wait."""
    if old.state not in EXPIRING or now < old.delivery.expires_at:
        return None
    if old.state in WAITING:
        words = f"its last moment {old.delivery.expires_at.isoformat()} has passed"
        return Change(lapsed(old, f"{old.note}; {words}" if old.note else words), "expired")
    words = "nobody approved it in time" if old.state is State.PLANNED else f"held: {old.note}"
    return Change(replace(old, state=State.MISSED, note=words), "expired")
