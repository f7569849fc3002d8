"""What the outcome of an attempt makes of a delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scheduler.delivery import Entry, Late, State
from scheduler.ledger import (
    AskHuman,
    Claim,
    HoldBack,
    IllegalOutcomeError,
    InDoubt,
    NotThere,
    Outcome,
    Posted,
    Rejected,
    TryAgain,
)
from scheduler.rules import Change, freed


def settled(old: Entry, outcome: Outcome) -> Change:
    """What an outcome makes of a delivery whose claim stands.

    Raises :class:`~scheduler.ledger.IllegalOutcomeError`.
    """
    match outcome:
        case Posted() if old.state is not State.CLAIMED:
            return _posted(old, outcome)
        case TryAgain():
            return Change(_try_again(old, outcome), "try-again", old.owner, outcome.why)
        case Rejected() if old.in_doubt or old.state is State.RECONCILING:
            # The refusal may well be of a duplicate: then the first request made it.
            return Change(to_human(old, outcome.why), "rejected", old.owner, outcome.why)
        case Rejected():
            entry = replace(freed(old), state=State.FAILED, next_try=None, note=outcome.why)
            return Change(entry, "rejected", old.owner, outcome.why)
        case InDoubt() if old.state is not State.CLAIMED:
            entry = _unknown(old, outcome.look_at, outcome.why)
            return Change(entry, "in-doubt", old.owner, outcome.why)
        case NotThere() if old.state is State.RECONCILING:
            entry = replace(old, state=State.CLAIMED, in_doubt=False)
            return Change(entry, "not-there", old.owner, outcome.why)
        case AskHuman():
            return Change(to_human(old, outcome.why), "asked", old.owner, outcome.why)
        case HoldBack() if old.state is State.CLAIMED:
            return _held_back(old, outcome)
    raise IllegalOutcomeError(f"{old.id}: {type(outcome).__name__} cannot follow {old.state}")


def too_late(old: Entry, claim: Claim, outcome: Outcome) -> Change:
    """The outcome of a claim that was lost: noted, and nothing else."""
    words = outcome.remote_id if isinstance(outcome, Posted) else ""
    return Change(old, f"too-late-{type(outcome).__name__.lower()}", claim.owner, words)


def _posted(old: Entry, outcome: Posted) -> Change:
    entry = replace(
        freed(old),
        state=State.POSTED,
        next_try=None,
        in_doubt=False,
        remote_id=outcome.remote_id,
        url=outcome.url,
        posted_at=outcome.at,
        receipt=outcome.receipt,
        note=outcome.note,
    )
    return Change(entry, "posted", old.owner, outcome.remote_id)


def _try_again(old: Entry, outcome: TryAgain) -> Entry:
    if old.in_doubt or old.state is State.RECONCILING:
        return _unknown(old, outcome.at, outcome.why)
    if outcome.at >= old.delivery.expires_at:
        return lapsed(old, f"{outcome.why}; no time is left for another try")
    return replace(freed(old), state=State.RETRY_WAIT, next_try=outcome.at, note=outcome.why)


def _held_back(old: Entry, outcome: HoldBack) -> Change:
    words = "; ".join(outcome.reasons)
    entry = replace(
        freed(old),
        state=State.HELD,
        delivery=replace(old.delivery, held=outcome.reasons),
        approval=None,
        next_try=None,
        note=words,
    )
    return Change(entry, "held-back", old.owner, words)


def _unknown(old: Entry, look_at: datetime, words: str) -> Entry:
    return replace(freed(old), state=State.UNKNOWN, in_doubt=True, next_try=look_at, note=words)


def to_human(old: Entry, words: str) -> Entry:
    doubt = old.in_doubt or old.state is State.RECONCILING
    return replace(freed(old), state=State.NEEDS_HUMAN, in_doubt=doubt, next_try=None, note=words)


def lapsed(old: Entry, words: str) -> Entry:
    """Too late: missed, or a person's business."""
    if old.delivery.late is Late.HOLD:
        return to_human(old, words)
    return replace(freed(old), state=State.MISSED, next_try=None, note=words)
