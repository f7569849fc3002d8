"""What the gate would say at each post's own moment, asked today.

A draft or a sample helpline can be planned and approved, but never posted: better to read that
now than on the morning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from clarion.gate import Gate
from clarion.press import Press
from publishers.errors import Transient
from scheduler.delivery import Entry, State

_COMING = frozenset({State.PLANNED, State.APPROVED, State.RETRY_WAIT})


def forecast(press: Press, entries: Iterable[Entry]) -> Counter[str]:
    """Reasons for which coming deliveries would be held at their time, and how many each."""
    gate = Gate(press)
    return Counter(
        reason for entry in entries if entry.state in _COMING for reason in _said(gate, entry)
    )


def _said(gate: Gate, entry: Entry) -> list[str]:
    try:
        return gate(entry, entry.delivery.due_at)
    except Transient as error:  # on the day it would be tried again
        return [str(error)]


def lines(found: Counter[str]) -> list[str]:
    """One line a reason for people; empty when nothing stands in the way."""
    return [f"{count} would be held on the day: {reason}" for reason, count in found.most_common()]
