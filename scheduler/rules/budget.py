"""Keeping below what a platform allows: how many posts in how long, counted in the ledger.

The ledger knows when everything was sent for the first time, over all runners and restarts, so
nothing else has to be counted. What others have in hand counts when it comes before this one:
two that are taken up at once do not both wait for the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from scheduler.delivery import Entry
from scheduler.ledger import Traffic


def room_at(
    traffic: Traffic, posts: int, window: timedelta, entry: Entry, now: datetime
) -> datetime | None:
    """From when on there is room for this one; None when there is room now.

    ``posts`` at least 1 may go out in any ``window``.
    """
    own = entry.delivery.due_at, entry.id
    recent = sorted(at for at in traffic.sent if at > now - window)
    surplus = len(recent) + sum(one < own for one in traffic.in_hand) - posts
    if surplus < 0:
        return None
    # As many of the oldest must have left the window; those in hand are as good as sent now.
    return (recent[surplus] if surplus < len(recent) else now) + window


def departures(dues: Iterable[datetime], posts: int, window: timedelta) -> list[datetime]:
    """When posts that are due at these instants go out if only this budget holds them up: in the
    order of the instants, each as soon as there is room."""
    gone: list[datetime] = []
    for due in sorted(dues):
        room = gone[-posts] + window if len(gone) >= posts else due
        gone.append(max(due, room))
    return gone
