"""What people change: the plan, approvals, and what they saw with their own eyes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime

from campaigns.roles import same_role
from scheduler.delivery import Approval, Delivery, Entry, State
from scheduler.ledger import Decision, PutCounts, Verdict, Why
from scheduler.rules import WAITING, Change, freed, untouchable

REVOCABLE = WAITING | {State.CLAIMED}
WITHDRAWABLE = REVOCABLE | {State.PLANNED, State.HELD}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a new plan changes."""

    changes: tuple[Change, ...]
    counts: PutCounts


def compare(
    deliveries: Sequence[Delivery],
    entries: Iterable[Entry],
    whole: AbstractSet[tuple[str, date]] | None,
) -> Comparison:
    """A plan against what the ledger has; ``entries`` may hold others, which are left alone.

    ``whole`` as in :meth:`scheduler.ledger.Ledger.put`.
    """
    wanted = {one.id: one for one in deliveries}
    series = {one.series for one in deliveries} if whole is None else whole
    have = {entry.id: entry for entry in entries}
    gone = [
        change
        for entry in have.values()
        if entry.id not in wanted and entry.delivery.series in series
        if (change := withdrawn(entry))
    ]
    new = [added(one) for one in wanted.values() if one.id not in have]
    both = [(have[one.id], one) for one in wanted.values() if one.id in have]
    other = [change for old, one in both if (change := replanned(old, one))]
    left = sum(untouchable(old) and old.delivery != one for old, one in both)
    changed = sum(change.event == "changed" for change in other)
    return Comparison(
        changes=(*new, *other, *gone),
        counts=PutCounts(len(new), changed, len(both) - changed - left, left, len(gone)),
    )


def added(delivery: Delivery) -> Change:
    """A delivery the ledger did not have."""
    return Change(_fresh(Entry(delivery, State.PLANNED), delivery), "planned")


def replanned(old: Entry, delivery: Delivery) -> Change | None:
    """The same delivery as the plan has it now; None when nothing follows from it.

    What is only different in where a picture lies is kept up to date without a new revision. What
    was refused for good starts afresh: the reason may have lain outside the plan.
    """
    if untouchable(old):
        return None
    if old.delivery == delivery and old.state not in (State.CANCELLED, State.FAILED):
        return None if _same_files(old.delivery, delivery) else _moved(old, delivery)
    entry = replace(
        _fresh(old, delivery), revision=old.revision + 1, approval=None, prepared=b"", attempts=0
    )
    return Change(entry, "changed", detail=delivery.content_hash)


def _same_files(old: Delivery, new: Delivery) -> bool:
    """Whether the pictures lie where they lay; ``==`` does not look at that."""
    if old.content is None or new.content is None:
        return True
    return [one.file for one in old.content.pictures] == [one.file for one in new.content.pictures]


def _moved(old: Entry, delivery: Delivery) -> Change:
    return Change(replace(old, delivery=delivery), "moved")


def withdrawn(old: Entry) -> Change | None:
    """No longer planned; None when it is too late or done with anyway."""
    if old.state not in WITHDRAWABLE or old.in_doubt:
        return None
    return Change(
        replace(freed(old), state=State.CANCELLED, approval=None, next_try=None, note=""),
        "withdrawn",
    )


def _fresh(old: Entry, delivery: Delivery) -> Entry:
    state = State.PLANNED if delivery.ready else State.HELD
    note = "; ".join(delivery.held) or ("" if delivery.content else "it has no content yet")
    return replace(
        freed(old), delivery=delivery, state=state, next_try=None, first_sent_at=None, note=note
    )


def approve(old: Entry, by: str, seen: str | None, now: datetime) -> Change | Decision:
    """A yes by ``by``, who looked at the content ``seen``."""
    why = _why_not_approve(old, by, seen, now)
    if why is not None:
        return Decision(old.id, why, old.note or f"it is {old.state}")
    if old.approved and old.state in REVOCABLE:
        return Decision(
            old.id, None, f"approved before by {old.approval.by if old.approval else by}"
        )
    approval = Approval(by, now, old.revision, old.delivery.content_hash)
    entry = replace(
        old, state=State.APPROVED, approval=approval, next_try=old.delivery.due_at, note=""
    )
    return Change(entry, "approved", by, approval.content_hash)


def _why_not_approve(old: Entry, by: str, seen: str | None, now: datetime) -> Why | None:
    if not by.strip():
        return Why.NO_NAME
    if same_role(by, old.delivery.author):
        return Why.AUTHOR
    if untouchable(old):
        return Why.SENT
    if old.state is State.HELD or not old.delivery.ready:
        return Why.NOT_READY
    if seen is not None and seen != old.delivery.content_hash:
        return Why.CHANGED
    if old.state not in REVOCABLE | {State.PLANNED, State.NEEDS_HUMAN}:
        return Why.CLOSED
    return Why.LATE if now >= old.delivery.expires_at else None


def revoke(old: Entry, by: str) -> Change | Decision:
    """An approval taken back."""
    if untouchable(old):
        return Decision(old.id, Why.SENT, _sent_words(old))
    if old.state not in REVOCABLE:
        return Decision(old.id, Why.CLOSED, f"it is {old.state}")
    entry = replace(freed(old), state=State.PLANNED, approval=None, next_try=None)
    return Change(replace(entry, note=f"approval taken back by {by}"), "revoked", by)


def skip(old: Entry, by: str) -> Change | Decision:
    """A person lets it go by."""
    if untouchable(old):
        return Decision(old.id, Why.SENT, _sent_words(old))
    if old.state not in WITHDRAWABLE:
        return Decision(old.id, Why.CLOSED, f"it is {old.state}")
    entry = replace(freed(old), state=State.MISSED, approval=None, next_try=None)
    return Change(replace(entry, note=f"let go by {by}"), "skipped", by)


def rederived(old: Entry, new: Delivery) -> Change | None:
    """The same wall time by newer zone data; None where it cannot change any more.

    The approval stays: what somebody approved is the time on the wall.
    """
    if old.state not in WITHDRAWABLE or old.in_doubt:
        return None
    before, after = old.delivery.due_at, new.due_at
    releases = f"{old.delivery.tzdata or 'unknown'} to {new.tzdata}"
    # A wait that was not for the old instant itself was asked for by a platform: it stands.
    waits = old.next_try if old.next_try is None or old.next_try > before else after
    entry = replace(old, delivery=new, next_try=waits)
    if before == after and old.delivery.expires_at == new.expires_at:
        return Change(entry, "time-checked", detail=releases)
    moved = f"{before.isoformat()} to {after.isoformat()}, zone data {releases}"
    return Change(entry, "time-moved", detail=moved)


def _sent_words(entry: Entry) -> str:
    if entry.state is State.POSTED:
        return f"posted: {entry.url or entry.remote_id}"
    since = entry.first_sent_at.isoformat() if entry.first_sent_at else "before"
    return f"already sending since {since}"


def resolve(old: Entry, by: str, now: datetime, verdict: Verdict, url: str) -> Change | Decision:
    """A person looked at the account and says what is there."""
    if not by.strip():
        return Decision(old.id, Why.NO_NAME)
    if old.state is not State.NEEDS_HUMAN:
        return Decision(old.id, Why.CLOSED, f"it is {old.state}")
    match verdict:
        case Verdict.THERE:
            return Change(_seen(old, by, now, url), "seen", by, url)
        case Verdict.LOOK_AGAIN if old.in_doubt and old.prepared:
            entry = replace(old, state=State.UNKNOWN, next_try=now)
            return Change(entry, "look-again", by)
        case Verdict.LOOK_AGAIN:
            return Decision(old.id, Why.CLOSED, "no request of it is outstanding")
    return Change(_not_seen(old, now), "not-seen", by)


def _seen(old: Entry, by: str, now: datetime, url: str) -> Entry:
    return replace(
        old,
        state=State.POSTED,
        in_doubt=False,
        url=url,
        posted_at=old.first_sent_at or now,
        note=f"seen by {by}",
    )


def _not_seen(old: Entry, now: datetime) -> Entry:
    entry = replace(old, in_doubt=False, prepared=b"", first_sent_at=None)
    if old.approved and old.delivery.ready and now < old.delivery.expires_at:
        return replace(entry, state=State.APPROVED, next_try=max(now, old.delivery.due_at), note="")
    return replace(_fresh(entry, old.delivery), approval=None)
