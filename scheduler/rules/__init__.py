"""What may follow what: every change of a delivery, as a pure function.

A ledger adapter reads an :class:`~scheduler.delivery.Entry`, asks here, and writes the
:class:`Change` with a compare-and-set. So memory, SQLite and whatever comes next cannot disagree.

``leave`` says what may be sent now, ``people`` what planners and approvers change, ``posting`` what
runners change, ``ending`` what an attempt's outcome makes of a delivery.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.delivery import UNDECIDED, Entry, State

WAITING = frozenset({State.APPROVED, State.RETRY_WAIT})
"""Approved, and nobody's."""
OWNED = frozenset({State.CLAIMED, State.SENDING, State.RECONCILING})
"""In a runner's hands."""


@dataclass(frozen=True, slots=True)
class Change:
    """The entry as it becomes, and the journal's words for it."""

    entry: Entry
    event: str
    actor: str = ""
    detail: str = ""


def untouchable(entry: Entry) -> bool:
    """Whether it is out, or may be: the plan cannot change it any more."""
    return entry.state is State.POSTED or entry.state in UNDECIDED or entry.in_doubt


def freed(old: Entry) -> Entry:
    """The entry in nobody's hands."""
    return replace(old, owner="", lease_until=None)
