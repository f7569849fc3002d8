"""What fell due while nothing ran: one question for all of it.

A machine that was off must not pour a morning's posts out at noon by itself. What is late by more
than a while waits behind one stop (:attr:`~scheduler.ledger.Scope.LATE`) for a person's word: post,
hold or skip. Its late policy goes on meanwhile: what passes its last moment is missed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.delivery import Entry, State
from scheduler.ledger import Decision, Filter, Ledger, Scope, Stop, moment
from scheduler.rules.leave import covers, stopped

ASKER = "clarion"
"""Who sets the stop that is the question."""


class Answer(StrEnum):
    """What becomes of a backlog."""

    POST = "post"
    """It goes out late, at a distance from each other, the newest first."""
    HOLD = "hold"
    """It waits for a new approval of each."""
    SKIP = "skip"
    """It is let go by."""


def ask(ledger: Ledger, now: datetime, after: timedelta) -> list[Entry]:
    """Hold back what is more than ``after`` late, and say what that is; empty when nothing is.

    Call it when nothing has run for longer than ``after``.
    """
    limit = now - after
    others = [stop for stop in ledger.stops() if stop.scope is not Scope.LATE]
    late = [
        entry
        for entry in ledger.entries(Filter(states={State.APPROVED}))
        if entry.delivery.due_at < limit
        and now < entry.delivery.expires_at
        and stopped(entry.delivery, others) is None
    ]
    if late:
        ledger.stop(Scope.LATE, moment(limit), ASKER, now)
    return late


def waiting(ledger: Ledger) -> list[Entry]:
    """What waits behind a question."""
    return _behind(ledger, _questions(ledger))


def answer(ledger: Ledger, what: Answer, by: str, now: datetime) -> list[Decision]:
    """A person's word about all that waits; nothing of it stays behind the question."""
    questions = _questions(ledger)
    ids = [entry.id for entry in _behind(ledger, questions)]
    decisions = [Decision(name, None) for name in ids]
    if what is Answer.SKIP:
        decisions = ledger.skip(ids, by, now)
    elif what is Answer.HOLD:
        decisions = ledger.revoke(ids, by, now)
    for question in questions:
        ledger.resume(Scope.LATE, question.value, by, now)
    return decisions


def _questions(ledger: Ledger) -> list[Stop]:
    return [stop for stop in ledger.stops() if stop.scope is Scope.LATE]


def _behind(ledger: Ledger, questions: Iterable[Stop]) -> list[Entry]:
    asked = list(questions)
    return [
        entry
        for entry in ledger.entries(Filter(states={State.APPROVED, State.RETRY_WAIT}))
        if any(covers(stop, entry.delivery) for stop in asked)
    ]
