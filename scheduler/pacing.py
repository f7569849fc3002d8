"""Sends an account, or all of a platform, no more than its budget: the rest waits its turn."""

from __future__ import annotations

from datetime import datetime, timedelta

from publishers.port import Capabilities
from scheduler.delivery import Entry
from scheduler.ledger import Hold, HoldScope, Ledger, TryAgain
from scheduler.rules.budget import room_at


def full(ledger: Ledger, entry: Entry, caps: Capabilities, now: datetime) -> TryAgain | None:
    """Whether account or platform has had as much as it may be sent for now; None while there is
    room. What is full is held until there is room again, so that nobody asks before."""
    one = entry.delivery
    for scope, value, budget in (
        (HoldScope.ACCOUNT, one.account, caps.budget),
        (HoldScope.PLATFORM, one.platform, caps.app_budget),
    ):
        if budget is None:
            continue
        window = timedelta(seconds=budget.seconds)
        traffic = ledger.traffic(scope, value, now - window)
        at = room_at(traffic, budget.posts, window, entry, now)
        if at is not None:
            why = f"{value} is sent at most {budget.posts} posts in {budget.seconds:g} s"
            ledger.hold(Hold(scope, value, at, why), now)
            return TryAgain(at, why)
    return None
